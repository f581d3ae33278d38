"""The kinds of clock: how long each runs, on what legal basis, and whether counsel has verified the value.

The values are defaults: a file of the installation (`RUV_CLOCKS_FILE`) may change them, and say why.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from app.catalogues import code_list
from app.config import get_settings
from app.errors import Invalid
from app.services.clocks.views import ClockKindView

HOURS: Final = "HORAS"
DAYS: Final = "DIAS"
WORKING_DAYS: Final = "DIAS_HABILES"
MONTHS: Final = "MESES"
UNITS: Final = (HOURS, DAYS, WORKING_DAYS, MONTHS)
_LONGEST: Final = 3650
_CHANGEABLE: Final = frozenset(
    {"code", "value", "unit", "remind_before_hours", "escalate_after_hours", "verified", "source"}
)
"""Columns of the file of an installation; what running out does to the subject is not for it to say."""


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

    def shown(self) -> ClockKindView:
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
    """Every kind by its code, in the order of the catalogue, with the values of this installation.

    Raises:
        Invalid: the file of the installation does not fit; its text says where.
    """
    return kinds_with(get_settings().clocks_file)


def kinds_with(file: Path | None) -> Mapping[str, Kind]:
    """The catalogue with what a file changes: a row for each kind, where an empty cell changes nothing.

    Raises:
        Invalid: the file is not there, or one of its rows does not fit; its text says which.
    """
    changed = {} if file is None else _changes(file)
    found = {}
    for row in code_list("clock").rows:
        try:
            found[row["code"]] = _read({**row, **changed.get(row["code"], {})})
        except ValueError:
            raise Invalid(f"Archivo de plazos: revise la fila {row['code']}.") from None
    return MappingProxyType(found)


def _changes(file: Path) -> dict[str, dict[str, str]]:
    try:
        rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, ValueError, csv.Error):
        raise Invalid("El archivo de plazos (RUV_CLOCKS_FILE) no se puede leer.") from None
    changed = {}
    for number, row in enumerate(rows, start=2):
        if row.get("code") not in code_list("clock") or not set(row) <= _CHANGEABLE:
            columns = ", ".join(sorted(_CHANGEABLE))
            raise Invalid(
                f"Archivo de plazos, línea {number}: el código no existe o sobra una columna."
                f" Columnas posibles: {columns}."
            )
        changed[row["code"]] = {name: value for name, value in row.items() if value}
    return changed


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
    fits = unit is None if not row["value"] else unit in UNITS and 0 < int(row["value"]) <= _LONGEST
    if not fits or row["verified"] not in {"SI", "NO"}:
        raise ValueError(f"clock {row['code']}: value, unit and verified do not fit")
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
    if not hours:
        return None
    if not 0 <= int(hours) <= _LONGEST * 24:
        raise ValueError("not a span of a clock")
    return timedelta(hours=int(hours))


def _hours(span: timedelta | None) -> int | None:
    return None if span is None else int(span.total_seconds() // 3600)
