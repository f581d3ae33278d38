"""The indicators as they are answered: national values exact, departments with small numbers hidden."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from app.access.actor import SETUP, Actor
from app.access.guard import require
from app.access.permissions import Permission
from app.audit import record
from app.catalogues import code_list
from app.db import Database
from app.services.indicators.catalogue import INDICATORS, PLAN, Indicator, indicator
from app.services.indicators.queries import figures
from app.services.indicators.rules import SMALLEST_SHOWN, shown

UNKNOWN = "SIN_DATO"
PRINTED = "PUBLICADO"
HIDDEN = "RESERVADO"
NOTES = (
    "No son datos anónimos: son de trabajo interno y no se publican; afuera salen solo las liberaciones.",
    f"Por departamento se reservan los valores menores que {SMALLEST_SHOWN} y los que los delatarían.",
    "El valor nacional es exacto.",
    "El año es el de la primera identificación y el avance se mide hasta la fecha de cálculo.",
)


def describe(found: Indicator) -> dict[str, Any]:
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


def list_indicators() -> list[dict[str, Any]]:
    """The catalogue of the computed indicators."""
    return [describe(found) for found in INDICATORS.values()]


def compute(connection: Connection, code: str, year: int | None = None) -> dict[str, Any]:
    """An indicator for one year or for every year that has persons, by department.

    Args:
        connection: a transaction of `ruv_report`.
        code: the indicator's code, e.g. `3.1.b`.
        year: year of first identification; None for all.

    Raises:
        NotFound: no such indicator.
    """
    found = indicator(code)
    by_year: dict[int, dict[str, list[int]]] = {} if year is None else {year: {}}
    for row_year, department, *counts in figures(connection, code, year):
        totals = by_year.setdefault(row_year, {})
        key = department if department in code_list("department") else UNKNOWN
        totals[key] = [a + b for a, b in zip(totals.get(key, [0] * len(counts)), counts, strict=True)]
    return {
        **describe(found),
        "as_of": datetime.now(UTC).isoformat(timespec="seconds"),
        "periods": [_period(found, period, by_year[period]) for period in sorted(by_year)],
        "notes": list(NOTES),
    }


def answer_many(
    database: Database, actor: Actor, codes: Sequence[str], year: int | None
) -> list[dict[str, Any]]:
    """Several indicators, with their permission and their trace, which is committed first.

    The operator of the server (`SETUP`) may compute them too.

    Raises:
        Forbidden: the actor may not read indicators.
        NotFound: no such indicator.
    """
    if actor != SETUP:
        require(actor, Permission.INDICATORS_READ)
    wanted = [indicator(code).code for code in codes]
    with database.session(actor) as session:
        record(session, actor, "indicators.read", detail={"indicators": wanted, "year": year or "todos"})
    with database.reporting("ruv_report") as connection:
        return [compute(connection, code, year) for code in wanted]


def _period(found: Indicator, year: int, by_department: Mapping[str, Sequence[int]]) -> dict[str, Any]:
    keys = [m.key for m in (*found.measures, *found.breakdown)]
    width = 1 + len(keys)
    total = [sum(row[n] for row in by_department.values()) for n in range(width)]
    if not found.by_department:
        return _country(year, keys, shown({UNKNOWN: total})[UNKNOWN])
    nested = 1 + len(found.measures)
    departments = (*code_list("department").codes, UNKNOWN)
    rows = {code: list(by_department.get(code, [0] * width))[:nested] for code in departments}
    main = 1 + found.measures.index(found.main)
    return {
        "year": year,
        "national": {
            "persons": total[0],
            "values": dict(zip(keys, total[1:], strict=True)),
            "percent": round(100 * total[main] / total[0], 1) if total[0] else None,
        },
        "departments": [_department(found, code, values) for code, values in shown(rows).items()],
    }


def _country(year: int, keys: Sequence[str], values: Sequence[int | None]) -> dict[str, Any]:
    """A period of an indicator that is known for the country alone."""
    whole, part = values[0], values[-1]
    return {
        "year": year,
        "national": {
            "persons": whole,
            "values": dict(zip(keys, values[1:], strict=True)),
            "percent": round(100 * part / whole, 1) if whole and part is not None else None,
        },
        "departments": [],
    }


def _department(found: Indicator, code: str, values: Sequence[int | None]) -> dict[str, Any]:
    label = "Sin dato o fuera del país" if code == UNKNOWN else code_list("department").label(code)
    return {
        "code": code,
        "label": label,
        "persons": _cell(values[0]),
        "values": {m.key: _cell(v) for m, v in zip(found.measures, values[1:], strict=True)},
    }


def _cell(value: int | None) -> dict[str, Any]:
    return {"value": value, "status": HIDDEN if value is None else PRINTED}
