"""What of a year's overlaps may leave the house: no small number, and none that the others tell. Pure.

Hidden first are the small numbers, and those that leave a small number of a number they are part of. Then,
while a hidden number could be worked out, or how few persons are in exactly some sources, the smallest of its
neighbours. Whether it could is not argued but shown: for each there must be whole tables of persons that fit
all that is published and in which it is far enough from its true value. Who knows a source's own data knows
more than the reader this protects against.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from app.services.figures.sources import (
    EVERYBODY,
    Figures,
    Group,
    groups,
    renamed,
    together,
)
from app.services.reconciliation.tables import Fitting

SMALLEST_PUBLISHED = 11
"""Smallest number of persons or records that is published."""
MOST_NAMED = 5
"""Sources published by name, the largest first; the others are put together."""
OTHERS = "OTRAS"
"""All other sources together. Always there, so that it says nothing whether there are any."""


@dataclass(frozen=True, slots=True)
class Released:
    """A year's figures as they are published; None is a hidden number."""

    year: int
    records: Mapping[str, int | None]
    persons: Mapping[Group, int | None]
    undecided: int | None


def release(figures: Figures) -> Released:
    """Hide what must not leave the house."""
    named = _named(figures)
    merged = renamed(figures, {source: OTHERS for source in figures.records if source not in named})
    sources = [*sorted(named), OTHERS]
    values = {group: together(merged.persons, group) for group in groups(sources)}
    hidden = _protected(values, merged.persons, sources)
    records = {source: merged.records.get(source, 0) for source in sources}
    shut = {source for source in sources if _small(records[source]) or frozenset({source}) in hidden}
    undecided = sum(figures.undecided.values())
    return Released(
        figures.year,
        {source: None if source in shut else count for source, count in records.items()},
        {group: None if group in hidden else value for group, value in values.items()},
        None if _small(undecided) else undecided,
    )


def _named(figures: Figures) -> set[str]:
    sizes = {source: together(figures.persons, frozenset({source})) for source in figures.sources}
    large = [source for source, size in sizes.items() if not _small(size)]
    return set(sorted(large, key=lambda source: (-sizes[source], source))[:MOST_NAMED])


def _small(value: int) -> bool:
    return value < SMALLEST_PUBLISHED


def _protected(values: Mapping[Group, int], persons: Mapping[Group, int], sources: list[str]) -> set[Group]:
    """The groups to hide."""
    hidden = {group for group, value in values.items() if _small(value)}
    hidden |= {group for group in values if _leaves_few(values, group)}
    while len(hidden) < len(values):
        exposed = _exposed(values, persons, sources, hidden)
        if not exposed:
            return hidden
        hidden.add(_next(values, hidden, exposed))
    return hidden


def _leaves_few(values: Mapping[Group, int], group: Group) -> bool:
    """Whether what remains of a larger group without this one is a small number of persons."""
    return any(0 < values[group - {source}] - values[group] < SMALLEST_PUBLISHED for source in group)


def _next(values: Mapping[Group, int], hidden: set[Group], exposed: Iterable[_Secret]) -> Group:
    """The smallest shown number that touches an exposed one; of equals, that of more sources."""
    shown = [group for group in values if group not in hidden]
    near = [group for group in shown if any(group <= secret.of or secret.of <= group for secret in exposed)]
    return min(near or shown, key=lambda group: (values[group], -len(group), sorted(group)))


@dataclass(frozen=True, slots=True)
class _Secret:
    """What the reader must not learn: a hidden number, or how few are in these sources and no others."""

    of: Group
    exactly: bool = False

    def counts(self, exact: Group) -> bool:
        """Whether persons who are in exactly these sources are among its persons."""
        return exact == self.of if self.exactly else self.of <= exact

    def value(self, persons: Mapping[Group, int]) -> int:
        """How many persons it is in a table."""
        return sum(count for exact, count in persons.items() if self.counts(exact))


def _exposed(
    values: Mapping[Group, int], persons: Mapping[Group, int], sources: list[str], hidden: set[Group]
) -> list[_Secret]:
    """Secrets for which no tables far enough apart are found."""
    tables = _tables(values, persons, sources, hidden)
    return [s for s in _secrets(values, persons, hidden) if not _ambiguous([s.value(t) for t in tables])]


def _secrets(values: Mapping[Group, int], persons: Mapping[Group, int], hidden: set[Group]) -> list[_Secret]:
    """The hidden numbers, and the groups of exactly whom there are few."""
    few = (exact for exact, count in persons.items() if 0 < count < SMALLEST_PUBLISHED)
    return [
        *(_Secret(group) for group in values if group in hidden),
        *(_Secret(exact, exactly=True) for exact in sorted(few, key=sorted)),
    ]


def _tables(
    values: Mapping[Group, int], persons: Mapping[Group, int], sources: list[str], hidden: set[Group]
) -> list[Mapping[Group, int]]:
    """Tables that fit what is published, the true one first: as many as it takes to hide each secret."""
    tables: list[Mapping[Group, int]] = [persons]
    space = _Space(values, persons, sources, hidden)
    for secret in _secrets(values, persons, hidden):
        for sign in (1, -1):
            if _ambiguous([secret.value(table) for table in tables]):
                break
            if (table := space.extreme(secret, sign)) is not None:
                tables.append(table)
    return tables


def _ambiguous(values: list[int]) -> bool:
    """It may be small or not as far as the reader knows, and its value is not known to within the bound."""
    return max(values) >= SMALLEST_PUBLISHED and max(values) - min(values) >= SMALLEST_PUBLISHED


class _Space:
    """All tables of persons that fit what is published, and what being named says of a source."""

    def __init__(
        self,
        values: Mapping[Group, int],
        persons: Mapping[Group, int],
        sources: list[str],
        hidden: set[Group],
    ) -> None:
        self._exact = [frozenset(c) for n in range(1, len(sources) + 1) for c in combinations(sources, n)]
        self._shown = {group: value for group, value in values.items() if group not in hidden}
        # In a fixed order: which table is found must not depend on how a set happens to lie in memory.
        named = [group for group in hidden if len(group) == 1 and OTHERS not in group]
        self._named = sorted(named, key=sorted)  # named ones are not small
        # Nothing bounds a table when little is shown; far enough is far enough.
        limit = 2 * sum(persons.values()) + 10 * SMALLEST_PUBLISHED
        spare = 1 + len(self._named)
        rows = [[*self._members(group), *[0] * spare] for group in self._shown]
        rows.append([*self._members(EVERYBODY), 1, *[0] * len(self._named)])
        for place, group in enumerate(self._named):
            rows.append([*self._members(group), 0, *(-int(place == at) for at in range(len(self._named)))])
        sums = [*self._shown.values(), limit, *[SMALLEST_PUBLISHED] * len(self._named)]
        self._spare = spare
        self._fitting = Fitting(rows, sums)

    def extreme(self, secret: _Secret, sign: int) -> dict[Group, int] | None:
        """A whole table in which a secret is as large (`sign` 1) or small (-1) as can be; None: not found."""
        goal = [sign * secret.counts(exact) for exact in self._exact] + [0] * self._spare
        cells = self._fitting.extreme(goal)
        table = {exact: round(cells[place]) for place, exact in enumerate(self._exact)}
        fits = (
            min(table.values()) >= 0
            and all(together(table, shown) == value for shown, value in self._shown.items())
            and all(together(table, named) >= SMALLEST_PUBLISHED for named in self._named)
        )
        return table if fits else None

    def _members(self, group: Group) -> list[int]:
        return [int(group <= exact) for exact in self._exact]
