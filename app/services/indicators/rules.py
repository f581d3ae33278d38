"""What of an indicator may be shown inside: nothing below 11, nor by subtraction, the country's figures too.

A hidden group of departments is made large enough that its sum, which the country's figure gives, says
nothing either. Pure.
"""

from collections.abc import Mapping, Sequence

SMALLEST_SHOWN = 11
"""Smallest number of persons shown."""


def shown(rows: Mapping[str, Sequence[int]]) -> dict[str, list[int | None]]:
    """The rows with hidden values as None.

    Each row holds nested counts (persons, a part of them, a part of that part). A count is hidden if it is
    small, if what it leaves of the count before it is small, or if the count before it is hidden; then, in
    each column, the next smallest ones until the hidden ones are at least two and add up to 11, as does what
    they leave together.
    """
    width = max((len(values) for values in rows.values()), default=0)
    hidden: list[set[str]] = []
    for column in range(width):
        values = {key: row[column] for key, row in rows.items()}
        before = hidden[-1] if hidden else set()
        left = {key: row[column - 1] - row[column] for key, row in rows.items()} if column else values
        out = before | {key for key, row in rows.items() if _small(row, column)}
        hidden.append(_widened(values, left, out))
    return {
        key: [None if key in hidden[column] else row[column] for column in range(width)]
        for key, row in rows.items()
    }


def country(total: Sequence[int], nested: int) -> list[int | None]:
    """The country's counts with hidden values as None.

    Args:
        total: nested counts, then the parts that the last of them falls into.
        nested: how many of them are nested.
    """
    out: list[int | None] = []
    for column in range(nested):
        hidden = _small(total, column) or (column > 0 and out[-1] is None)
        out.append(None if hidden else total[column])
    parts = total[nested:]
    shut = any(part < SMALLEST_SHOWN for part in parts) or (nested > 0 and out[-1] is None)
    return [*out, *(None if shut else part for part in parts)]


def _small(row: Sequence[int], column: int) -> bool:
    """Whether a count is small, or what it leaves of the one it is part of is: nobody, too."""
    return row[column] < SMALLEST_SHOWN or (column > 0 and row[column - 1] - row[column] < SMALLEST_SHOWN)


def _widened(values: Mapping[str, int], left: Mapping[str, int], hidden: set[str]) -> set[str]:
    """Hide the smallest of the others while the hidden ones could be worked out from the total."""
    out = set(hidden)
    others = sorted((key for key in values if key not in out), key=lambda key: (values[key], key))
    for key in others:
        if not out or (len(out) > 1 and all(_large(part, out) for part in (values, left))):
            break
        out.add(key)
    return out


def _large(values: Mapping[str, int], keys: set[str]) -> bool:
    return sum(values[key] for key in keys) >= SMALLEST_SHOWN
