"""Mandates as data: on what basis a unit is added to a case, by whom, what that opens, and what ends it."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Final

from app.access.policy import policy
from app.states import MandateEnd, MandateFor

POPULATIONS: Final = frozenset({MandateFor.ANYONE, MandateFor.CHILDREN, MandateFor.ADULTS})
_ALL: Final = "*"
ENDINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        MandateEnd.CASE: "su unidad deja el caso",
        MandateEnd.STAY: "la persona sale del centro",
        MandateEnd.MEASURE: "termina la medida de protección",
        MandateEnd.CONSENT: "la persona retira su consentimiento",
    }
)
"""What ends a mandate, as it reads after "hasta que"."""


@dataclass(frozen=True, slots=True)
class Mandate:
    """A basis in law for adding a unit to a case.

    `whole`: it opens all that the unit's roles may see, and the unit stands in the case as who registered it.
    `beyond`: compartments the law opens to the unit whoever adds it; of the rest nobody gives more than it
    sees. `overrides`: an objection, or a consent refused or withdrawn, does not stand against it. `added_by`
    is empty for one that nobody adds by hand.
    """

    code: str
    label: str
    unit_kinds: frozenset[str]
    population: str
    added_by: frozenset[str]
    compartments: tuple[str, ...]
    whole: bool
    beyond: frozenset[str]
    needs_consent: bool
    overrides: bool
    ends_with: str
    source: str
    verified: bool

    def fits(self, giver_kind: str, populations: frozenset[str]) -> bool:
        """Whether a unit of this kind may use it in a case of these populations."""
        return giver_kind in self.added_by and self.population in populations | {MandateFor.ANYONE}


def read_mandates(text: str) -> Mapping[str, Mandate]:
    """Mandates by code.

    Raises:
        ValueError: an unknown compartment, population or ending, or a mandate that opens beyond itself.
    """
    found = {row["mandate"]: _mandate(row) for row in csv.DictReader(text.splitlines())}
    for one in found.values():
        unknown = {*one.compartments} - set(policy().compartments)
        if unknown or not one.beyond <= set(one.compartments):
            raise ValueError(f"{one.code}: compartments that it cannot open")
        if one.population not in POPULATIONS or one.ends_with not in ENDINGS:
            raise ValueError(f"{one.code}: unknown population or ending")
    return MappingProxyType(found)


def _mandate(row: Mapping[str, str]) -> Mandate:
    return Mandate(
        code=row["mandate"],
        label=row["label_es"],
        unit_kinds=frozenset(row["unit_kinds"].split()),
        population=row["population"],
        added_by=frozenset(row["added_by"].split()),
        compartments=_compartments(row["compartments"]),
        whole=row["compartments"] == row["beyond_giver"] == _ALL,
        beyond=frozenset(_compartments(row["beyond_giver"])),
        needs_consent=row["needs_consent"] == "SI",
        overrides=row["overrides"] == "SI",
        ends_with=row["ends_with"],
        source=row["source"],
        verified=row["verified"] == "SI",
    )


def _compartments(text: str) -> tuple[str, ...]:
    return policy().compartments if text == _ALL else tuple(text.split())


@lru_cache
def mandates() -> Mapping[str, Mandate]:
    """The mandates this process enforces, by code."""
    data = resources.files("app.access") / "data" / "mandates.csv"
    return read_mandates(data.read_text(encoding="utf-8"))


def mandate_rows() -> list[dict[str, object]]:
    """Rows of `mandate`: what row-level security needs of them."""
    return [
        {
            "code": one.code,
            "unit_kinds": sorted(one.unit_kinds),
            "population": one.population,
            "added_by": sorted(one.added_by),
            "compartments": list(one.compartments),
            "whole": one.whole,
            "beyond": sorted(one.beyond),
            "needs_consent": one.needs_consent,
            "overrides": one.overrides,
            "ends_with": one.ends_with,
        }
        for one in mandates().values()
    ]
