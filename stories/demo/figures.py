"""Published totals that the synthetic register is drawn from. Marginals only: nothing crosses two figures.

Source: RETA, victims of trafficking reported to the PNP, 2017 to September 2025 (MININTER/PNP, open data
portal of the Peruvian State, data set "trata de personas"), counted by year. `figures.csv` holds them as
`figure, year, code, persons`, the codes being the register's own; a row without a year is the sum of all
years. Totals of different figures differ as published: 77 persons of 2020 have no type of recruitment, 2017
has no age groups, and the departments add up to 84 persons less.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random

SOURCE = "RETA (PNP), víctimas registradas 2017 - septiembre de 2025, datos abiertos del Estado peruano"
LAST_MONTH = {2025: 9}
"""Last month that the figures of a year cover, where it is not December."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One published distribution. An empty code is "not stated"."""

    codes: tuple[str, ...]
    persons: tuple[int, ...]

    @property
    def total(self) -> int:
        """Persons counted in it."""
        return sum(self.persons)

    def draw(self, rng: Random, out_of: int | None = None) -> str | None:
        """One code with its published frequency; None where the source does not state it.

        Args:
            rng: where the chance comes from.
            out_of: the total of the population, where this figure covers only part of it.
        """
        place = rng.randrange(max(self.total, out_of or 0))
        for code, persons in zip(self.codes, self.persons, strict=True):
            if place < persons:
                return code or None
            place -= persons
        return None


@cache
def figures() -> Mapping[tuple[str, int | None], Figure]:
    """Every figure by its name and year (None: the sum of all years)."""
    found: dict[tuple[str, int | None], list[tuple[str, int]]] = {}
    text = (files("stories.demo") / "figures.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        key = (row["figure"], int(row["year"]) if row["year"] else None)
        found.setdefault(key, []).append((row["code"], int(row["persons"])))
    return {
        key: Figure(tuple(code for code, _ in rows), tuple(persons for _, persons in rows))
        for key, rows in found.items()
    }


@cache
def years() -> Figure:
    """Persons reported by year."""
    found = {year: figure.total for (name, year), figure in figures().items() if name == "total" and year}
    return Figure(tuple(str(year) for year in found), tuple(found.values()))
