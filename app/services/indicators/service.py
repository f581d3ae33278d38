"""The indicators as they are answered: from a snapshot, with small numbers and what tells them hidden."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection

from app.access.act import CARE, Act
from app.access.actor import SETUP, Actor
from app.access.guard import require
from app.access.permissions import Permission
from app.access.policy import policy
from app.audit import record
from app.catalogues import code_list
from app.db import Database
from app.postgres.names import REPORT
from app.records.kinds import LIMA
from app.services.figures.catalogue import INDICATORS, PLAN, Indicator, indicator
from app.services.figures.counted import figures
from app.services.figures.snapshots import LEAST_CHANGED, Snapshot, snapshots
from app.services.indicators.rules import SMALLEST_SHOWN, country, shown
from app.services.indicators.views import (
    ExactIndicatorView,
    IndicatorDepartmentView,
    IndicatorView,
    PeriodView,
    ServedIndicatorView,
)
from app.services.views import CellView

UNKNOWN = "SIN_DATO"
PRINTED = "PUBLICADO"
HIDDEN = "RESERVADO"
NOTES = (
    "No son datos anónimos: son de trabajo interno y no se publican; afuera salen solo las liberaciones.",
    f"Se reservan los valores menores que {SMALLEST_SHOWN} y los que los delatarían, también los nacionales.",
    f"Se renuevan a lo más una vez al mes, y solo si en el año cambiaron al menos {LEAST_CHANGED} personas.",
    "El año es el de la primera identificación y el avance se mide hasta la fecha de cálculo.",
)
EXACT_NOTES = (
    "CIFRAS EXACTAS Y AL MOMENTO, sin reserva: una diferencia entre dos consultas puede ser una persona.",
    NOTES[0],
    NOTES[-1],
)


def describe(found: Indicator) -> IndicatorView:
    """The catalogue entry of an indicator."""
    return {
        "code": found.code,
        "text": found.text,
        "source": PLAN,
        "unit": found.unit,
        "version": found.version,
        "definition": found.definition,
        "denominator": found.denominator,
        "parameters": dict(found.parameters),
        "measures": [{"key": m.key, "label": m.label} for m in (*found.measures, *found.breakdown)],
    }


def list_indicators() -> list[IndicatorView]:
    """The catalogue of the computed indicators."""
    return [describe(found) for found in INDICATORS.values()]


def compute(
    database: Database, actor: Actor, codes: Sequence[str], year: int | None = None
) -> list[ExactIndicatorView] | list[ServedIndicatorView]:
    """Indicators for one year or for every year that has figures, by department.

    Args:
        database: counted as `ruv_report`.
        actor: who asks; with `indicators:exact` it gets the figures as they are now.
        codes: the indicators' codes, e.g. `3.1.b`.
        year: year of first identification; None for all.

    Raises:
        NotFound: no such indicator.
    """
    wanted = [indicator(code) for code in codes]
    if policy().permits(actor.role, Permission.INDICATORS_EXACT):
        with database.reporting(REPORT) as connection:
            return [exact(connection, found.code, year) for found in wanted]
    served = snapshots(database, year)
    return [_served(found, served, year) for found in wanted]


def _served(found: Indicator, served: Mapping[int, Snapshot], year: int | None) -> ServedIndicatorView:
    of_years = {of: _departments(one.indicators[found.code]) for of, one in served.items()}
    if year is not None:
        periods = [_period(found, year, of_years.get(year, {}))]
    else:
        periods = [_period(found, of, counts) for of, counts in of_years.items()]
        # That a year begins to be listed must not tell of one person either.
        periods = [period for period in periods if period["national"]["persons"] is not None]
    taken = max((one.taken_at for one in served.values()), default=None)
    return {
        **describe(found),
        "as_of": taken.astimezone(LIMA).date().isoformat() if taken else None,
        "smallest": SMALLEST_SHOWN,
        "periods": periods,
        "notes": list(NOTES),
    }


def exact(connection: Connection, code: str, year: int | None = None) -> ExactIndicatorView:
    """The figures as they are now, nothing hidden: for who holds `indicators:exact`.

    Args:
        connection: a transaction of `ruv_report`.
        code: the indicator's code.
        year: year of first identification; None for all.

    Raises:
        NotFound: no such indicator.
    """
    found = indicator(code)
    by_year: dict[int, list[tuple[str | None, list[int]]]] = {} if year is None else {year: []}
    for row_year, department, *counts in figures(connection, code, year):
        by_year.setdefault(row_year, []).append((department, counts))
    periods = [_period(found, of, _departments(by_year[of]), guarded=False) for of in sorted(by_year)]
    as_of = datetime.now(UTC).isoformat(timespec="seconds")
    return {**describe(found), "as_of": as_of, "periods": periods, "notes": list(EXACT_NOTES)}


def answer_many(
    database: Database, actor: Actor, codes: Sequence[str], year: int | None
) -> list[ExactIndicatorView] | list[ServedIndicatorView]:
    """Several indicators, with their permission and their trace, which is committed first.

    The operator of the server (`SETUP`) may compute them too, and sees no more than anybody.

    Raises:
        Forbidden: the actor may not read indicators.
        NotFound: no such indicator.
    """
    if actor != SETUP:
        require(actor, Permission.INDICATORS_READ)
    wanted = [indicator(code).code for code in codes]
    with database.session(actor) as session:
        record(Act(session, CARE), "indicators.read", detail={"indicators": wanted, "year": year or "todos"})
    return compute(database, actor, wanted, year)


def _departments(rows: Iterable[tuple[str | None, list[int]]]) -> dict[str, list[int]]:
    """Counts by department; one that is no department's counts as not known."""
    totals: dict[str, list[int]] = {}
    for department, counts in rows:
        key = department if department and department in code_list("department") else UNKNOWN
        totals[key] = [a + b for a, b in zip(totals.get(key, [0] * len(counts)), counts, strict=True)]
    return totals


def _period(
    found: Indicator, year: int, by_department: Mapping[str, Sequence[int]], *, guarded: bool = True
) -> PeriodView:
    keys = [m.key for m in (*found.measures, *found.breakdown)]
    nested, width = 1 + len(found.measures), 1 + len(keys)
    total = [sum(row[n] for row in by_department.values()) for n in range(width)]
    national = country(total, nested) if guarded else list(total)
    whole, part = national[0], national[1 + found.measures.index(found.main)]
    return {
        "year": year,
        "national": {
            "persons": whole,
            "values": dict(zip(keys, national[1:], strict=True)),
            "percent": round(100 * part / whole, 1) if whole and part is not None else None,
        },
        "departments": _by_department(found, by_department, national[:nested], guarded=guarded),
    }


def _by_department(
    found: Indicator,
    by_department: Mapping[str, Sequence[int]],
    national: Sequence[int | None],
    *,
    guarded: bool,
) -> list[IndicatorDepartmentView]:
    """A row for each department; a measure that the country hides is hidden in every one."""
    if not found.by_department:
        return []
    departments = (*code_list("department").codes, UNKNOWN)
    none = [0] * len(national)
    rows = {code: list(by_department.get(code, none))[: len(national)] for code in departments}
    cells: Mapping[str, Sequence[int | None]] = shown(rows) if guarded else rows
    return [
        _department(
            found,
            code,
            [None if of is None else value for of, value in zip(national, values, strict=True)],
        )
        for code, values in cells.items()
    ]


def _department(found: Indicator, code: str, values: Sequence[int | None]) -> IndicatorDepartmentView:
    label = "Sin dato o fuera del país" if code == UNKNOWN else code_list("department").label(code)
    return {
        "code": code,
        "label": label,
        "persons": _cell(values[0]),
        "values": {m.key: _cell(v) for m, v in zip(found.measures, values[1:], strict=True)},
    }


def _cell(value: int | None) -> CellView:
    return {"value": value, "status": HIDDEN if value is None else PRINTED}
