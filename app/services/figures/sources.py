"""How many persons the sources of a year have in common, from how many are in exactly which of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

Group = frozenset[str]
"""Some sources together; the empty group stands for everybody."""

EVERYBODY: Group = frozenset()
MOST_TOGETHER = 3
"""Overlaps are told for two and for three sources; more are in nobody's reports."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The exact figures of one year.

    `records`: how often each source counted somebody. `persons`: how many persons are in exactly these
    sources, a group nobody is in being absent. `undecided`: pairs that nobody decided yet, by band. `digest`:
    SHA-256 of what was counted.
    """

    year: int
    records: Mapping[str, int]
    persons: Mapping[Group, int]
    undecided: Mapping[int, int]
    digest: str

    @property
    def sources(self) -> list[str]:
        """The sources, in the order of their names."""
        return sorted(self.records)


def together(persons: Mapping[Group, int], group: Group) -> int:
    """Persons that are in every source of the group, whatever others they are in too."""
    return sum(count for exact, count in persons.items() if group <= exact)


def groups(sources: Iterable[str]) -> Iterator[Group]:
    """Everybody, each source, and every two and three of them, in a fixed order."""
    named = sorted(sources)
    for size in range(min(MOST_TOGETHER, len(named)) + 1):
        yield from map(frozenset, combinations(named, size))


def renamed(figures: Figures, names: Mapping[str, str]) -> Figures:
    """The same figures with sources put together under a common name; a person in two of them counts once."""
    records: dict[str, int] = {}
    for source, count in figures.records.items():
        name = names.get(source, source)
        records[name] = records.get(name, 0) + count
    persons: dict[Group, int] = {}
    for exact, count in figures.persons.items():
        group = frozenset(names.get(source, source) for source in exact)
        persons[group] = persons.get(group, 0) + count
    return Figures(figures.year, records, persons, figures.undecided, figures.digest)
