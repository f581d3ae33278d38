"""What of an indicator's table by department may be shown inside: nothing below 11, nor by subtraction.

The national figure is exact, so one hidden department could be worked out from it: a hidden group is made
large enough that its sum says nothing either. Pure.
"""

from collections.abc import Mapping, Sequence

SMALLEST_SHOWN = 11
"""Smallest number of persons shown by department."""


def shown(rows: Mapping[str, Sequence[int]]) -> dict[str, list[int | None]]:
    """The rows with hidden values as None.

    Each row holds nested counts (persons, a part of them, a part of that part). A count is hidden if it is
    small, if what it leaves of the count before it is small, or if the count before it is hidden; then, in
    each column, the next smallest ones until the hidden ones are at least two and add up to 11.
    """
    width = max((len(values) for values in rows.values()), default=0)
    hidden: list[set[str]] = []
    for column in range(width):
        values = {key: row[column] for key, row in rows.items()}
        before = hidden[-1] if hidden else set()
        out = before | {key for key, row in rows.items() if _small(row, column)}
        hidden.append(_widened(values, out))
    return {
        key: [None if key in hidden[column] else row[column] for column in range(width)]
        for key, row in rows.items()
    }


def _small(row: Sequence[int], column: int) -> bool:
    if row[column] < SMALLEST_SHOWN:
        return True
    return column > 0 and 0 < row[column - 1] - row[column] < SMALLEST_SHOWN


def _widened(values: Mapping[str, int], hidden: set[str]) -> set[str]:
    """Hide the smallest of the others while the hidden ones could be worked out from the total."""
    out = set(hidden)
    others = sorted((key for key in values if key not in out), key=lambda key: (values[key], key))
    for key in others:
        if not out or (len(out) > 1 and sum(values[k] for k in out) >= SMALLEST_SHOWN):
            break
        out.add(key)
    return out
