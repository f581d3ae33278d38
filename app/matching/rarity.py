"""How much an equal name says: agreeing on Quispe says less than agreeing on Zevallos."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import log
from typing import Any

from app.matching.lists import rows
from app.matching.person import Birth, Person
from app.matching.phonetics import skeleton

_MOST = 9.0
"""Natural log of the odds that the rarest name may give: lists are too short to believe more."""
_LEAST = 1.0
_POPULATION = 100_000
_PLACE = (4.5, 2.5, 4.0)
"""Weights of an equal region that no list holds, of a district beside its region, of a narrower place."""


@dataclass(frozen=True, slots=True)
class Rarity:
    """Weights (natural log of 1 / frequency) of given names, surnames, places and dates.

    Attributes:
        places: one mapping for each position of `Person.places`.
        unlisted: the weight of a given name and of a surname that no list holds.
        date: the weight of an equal birth date; most victims are 12 to 30 years old.
        year: the weight of an equal year of birth.
        prior: natural log of 100 000 / persons: among fewer persons, chance agreements are rarer.
    """

    given: Mapping[str, float] = field(default_factory=dict)
    surnames: Mapping[str, float] = field(default_factory=dict)
    places: tuple[Mapping[str, float], ...] = ()
    unlisted: tuple[float, float] = (6.5, 7.0)
    date: float = 8.5
    year: float = 2.5
    prior: float = 0.0

    def of_given(self, name: str) -> float:
        """What an equal given name weighs."""
        return self.given.get(name, self.unlisted[0])

    def of_surname(self, name: str) -> float:
        """What an equal surname weighs."""
        return self.surnames.get(name, self.unlisted[1])

    def of_place(self, position: int, place: str) -> float:
        """What an equal place at this position weighs."""
        if position < len(self.places):
            return self.places[position].get(place, _PLACE[min(position, 2)])
        return _PLACE[min(position, 2)]

    @staticmethod
    @lru_cache(1)
    def public() -> Rarity:
        """The shipped lists of names and of the population of the departments (sources in their heads)."""
        return Rarity(
            given=_listed("given_names"),
            surnames=_listed("surnames"),
            places=(_listed("departments"),),
        )

    @staticmethod
    def of(persons: Iterable[Person]) -> Rarity:
        """The weights of a population that is at hand whole, as when two files are linked."""
        given: Counter[str] = Counter()
        surnames: Counter[str] = Counter()
        places: list[Counter[str]] = []
        dates: Counter[Birth] = Counter()
        years: Counter[int] = Counter()
        count = 0
        for count, person in enumerate(persons, 1):  # noqa: B007 - read after the loop
            if person.birth.year:
                years[person.birth.year] += 1
                if person.birth.day:
                    dates[person.birth] += 1
            given.update(word.text for word in person.name.given)
            surnames.update(word.text for word in person.name.surnames)
            places.extend(Counter() for _ in range(len(person.places) - len(places)))
            for counter, place in zip(places, person.places, strict=False):
                if place:
                    counter[place] += 1
        return Rarity(
            given=_weights(given),
            surnames=_weights(surnames),
            places=tuple(map(_weights, places)),
            date=_surprise(dates),
            year=_surprise(years),
            prior=log(_POPULATION / max(1, count)),
        )


_UNLISTED, _REGION, _DISTRICT, _NARROW = 0.0006, 0.01, 0.003, 0.003
"""Shares, on the careful side, of a name that no list holds, and of places by their position."""
_SURNAMES_BORNE, _GIVEN_NAMES_BORNE = 2.0, 1.6
"""Names of a kind that a person bears on average."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Part of all persons that bear a name of this key, as given name or surname, or were born in a place."""

    names: Mapping[str, float]
    places: Mapping[str, float]

    def of_name(self, key: str) -> float:
        """The share of a search key (`phonetics.skeleton`); of one that no list holds, a careful guess."""
        return self.names.get(key, _UNLISTED)

    def of_place(self, position: int, place: str) -> float:
        """The share of a department by its code or a city abroad, of a district, or of what is narrower."""
        return self.places.get(place, _REGION) if position == 0 else _DISTRICT if position == 1 else _NARROW

    @staticmethod
    @lru_cache(1)
    def public() -> Shares:
        """The shares by the shipped lists: names of one key count together."""
        names: defaultdict[str, float] = defaultdict(float)
        for listed, borne in (("given_names", _GIVEN_NAMES_BORNE), ("surnames", _SURNAMES_BORNE)):
            for row in rows(listed):
                names[skeleton(row["name"])] += borne * float(row["per_million"]) / 1_000_000
        places = {row["name"]: float(row["per_million"]) / 1_000_000 for row in rows("departments")}
        return Shares(dict(names), places)


def _surprise(counts: Mapping[Any, int]) -> float:
    """The log of the odds against two of these being equal by chance."""
    total = sum(counts.values())
    alike = sum(count * (count - 1) for count in counts.values())
    return log(total * (total - 1) / alike) if alike else _MOST


def _weights(counts: Mapping[str, int | float]) -> dict[str, float]:
    total = sum(counts.values())
    return {name: min(_MOST, max(_LEAST, log(total / count))) for name, count in counts.items()}


def _listed(name: str) -> dict[str, float]:
    """A shipped list: `name,per_million`."""
    return {
        row["name"]: min(_MOST, max(_LEAST, log(1_000_000 / float(row["per_million"])))) for row in rows(name)
    }
