"""The kinds of clock: how long each runs, on what legal basis, and whether counsel has verified the value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from app.catalogues import code_list

HOURS: Final = "HORAS"
DAYS: Final = "DIAS"
WORKING_DAYS: Final = "DIAS_HABILES"
MONTHS: Final = "MESES"
UNITS: Final = (HOURS, DAYS, WORKING_DAYS, MONTHS)


class UnknownClock(LookupError):
    """A kind of clock that is not in the catalogue was asked for (a programming error, never user input)."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the catalogue. `value` None: whoever starts it says when it is due."""

    code: str
    label: str
    value: int | None
    unit: str | None
    remind_before: timedelta | None
    escalate_after: timedelta | None
    effect: str | None
    verified: bool
    source: str

    def shown(self) -> dict[str, Any]:
        """The form in answers; times in whole hours."""
        return {
            "code": self.code,
            "label": self.label,
            "value": self.value,
            "unit": self.unit,
            "remind_before_hours": _hours(self.remind_before),
            "escalate_after_hours": _hours(self.escalate_after),
            "closes_by_itself": self.effect is not None,
            "verified": self.verified,
            "source": self.source,
        }


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind by its code, in the order of the catalogue."""
    return MappingProxyType({row["code"]: _read(row) for row in code_list("clock").rows})


def kind_of(code: str) -> Kind:
    """The kind with this code.

    Raises:
        UnknownClock: there is none.
    """
    found = kinds().get(code)
    if found is None:
        raise UnknownClock(code)
    return found


def _read(row: Mapping[str, str]) -> Kind:
    unit = row["unit"] or None
    if unit not in {*UNITS, None} or (unit is None) != (not row["value"]):
        raise ValueError(f"clock {row['code']}: value and unit do not fit")
    return Kind(
        code=row["code"],
        label=row["label_es"],
        value=int(row["value"]) if row["value"] else None,
        unit=unit,
        remind_before=_span(row["remind_before_hours"]),
        escalate_after=_span(row["escalate_after_hours"]),
        effect=row["effect"] or None,
        verified=row["verified"] == "SI",
        source=row["source"],
    )


def _span(hours: str) -> timedelta | None:
    return timedelta(hours=int(hours)) if hours else None


def _hours(span: timedelta | None) -> int | None:
    return None if span is None else int(span.total_seconds() // 3600)
