"""Live figures stand still: each year is counted anew only when at least ten persons changed, once a month.

Whoever looks before and after one person is registered, moved or served sees the same figures. Indicators and
reconciliation of a year change together, so that neither tells what the other still hides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert
from typing_extensions import TypedDict

from app.access.actor import SETUP
from app.db import Database
from app.models import IndicatorSnapshot
from app.postgres.names import REPORT
from app.services.figures.catalogue import INDICATORS
from app.services.figures.counted import figures as indicator_figures
from app.services.figures.matched import figures as reconciliation_figures
from app.services.figures.sources import Figures

LEAST_CHANGED = 10
"""Persons that must have changed before a year's figures move."""
_SHARED = "conciliacion"

Counts = list[tuple[str | None, list[int]]]
"""Of one indicator and year: a department, and its nested counts."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The counts of one year as they are served."""

    year: int
    taken_at: datetime
    indicators: Mapping[str, Counts]
    reconciliation: Figures


class StoredFigures(TypedDict):
    """Reconciliation figures as JSON: persons by the sources they are in, undecided pairs by band."""

    records: dict[str, int]
    persons: list[tuple[list[str], int]]
    undecided: dict[str, int]
    digest: str


def snapshots(database: Database, year: int | None = None, *, overlaps: bool = False) -> dict[int, Snapshot]:
    """What is served of a year, or of every year; those due are counted anew first.

    A year in which fewer than ten persons were ever counted has none. With `overlaps`, persons that are in
    other sources than before have changed too.
    """
    with database.reporting(REPORT) as connection:
        settled = _settled(connection)
        if year is None or year not in settled:
            counted = {code: indicator_figures(connection, code, year) for code in INDICATORS}
            asked = {row[0] for rows in counted.values() for row in rows} | ({year} if year else set())
            for each in sorted(asked - settled):
                _renew(database, connection, each, _of_year(counted, each), overlaps=overlaps)
        return _stored(connection, year)


def changed(before: Mapping[str, int], after: Mapping[str, int]) -> int:
    """How many persons must have changed at least, by cells of which a person is in one at most."""
    moves = [after.get(cell, 0) - before.get(cell, 0) for cell in before.keys() | after.keys()]
    return max(sum(n for n in moves if n > 0), -sum(n for n in moves if n < 0))


def _key(code: str) -> str:
    """Where an indicator's counts are kept: those of another version of its definition are others."""
    return f"{code} {INDICATORS[code].version}"


def _settled(connection: Connection) -> set[int]:
    """Years that were counted this month already."""
    month = func.date_trunc("month", func.now())
    taken = IndicatorSnapshot
    return set(connection.scalars(select(taken.year).where(taken.taken_at >= month)))


def _of_year(counted: Mapping[str, Sequence[tuple[Any, ...]]], year: int) -> dict[str, Counts]:
    return {
        code: [(department, list(counts)) for of, department, *counts in rows if of == year]
        for code, rows in counted.items()
    }


def _renew(
    database: Database,
    connection: Connection,
    year: int,
    counted: Mapping[str, Counts],
    *,
    overlaps: bool,
) -> None:
    """Store the year as it is now, if enough persons changed since it was stored last."""
    taken = IndicatorSnapshot
    then = connection.scalar(select(taken.figures).where(taken.year == year)) or {}
    moved = [changed(_cells(then.get(_key(code)), code), _cells(counted[code], code)) for code in INDICATORS]
    if max(moved) < LEAST_CHANGED and not overlaps:
        return
    with database.session(SETUP) as session:
        shared = _plain(reconciliation_figures(session, year))
    moved.append(changed(_groups(then.get(_SHARED)), _groups(shared)))
    if max(moved) < LEAST_CHANGED:
        return
    figures = {_SHARED: shared, **{_key(code): counts for code, counts in counted.items()}}
    statement = insert(taken).values(year=year, taken_at=func.now(), figures=figures)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["year"],
            set_={"taken_at": func.now(), "figures": statement.excluded.figures},
            where=taken.taken_at < func.date_trunc("month", func.now()),
        )
    )


def _cells(figures: Counts | None, code: str) -> dict[str, int]:
    """The figures of an indicator by cells of which a person is in one at most."""
    nested = 1 + len(INDICATORS[code].measures)
    cells = {}
    for department, counts in figures or []:
        inner = [*counts[1:nested], 0]
        for level, (outside, inside) in enumerate(zip(counts[:nested], inner, strict=True)):
            cells[f"{department}·{level}"] = outside - inside
    return cells


def _groups(figures: StoredFigures | None) -> dict[str, int]:
    """Persons by the sources they are in exactly."""
    return {"·".join(sources): count for sources, count in figures["persons"]} if figures else {}


def _plain(found: Figures) -> StoredFigures:
    return {
        "records": dict(found.records),
        "persons": sorted((sorted(group), count) for group, count in found.persons.items()),
        "undecided": {str(band): count for band, count in found.undecided.items()},
        "digest": found.digest,
    }


def _stored(connection: Connection, year: int | None) -> dict[int, Snapshot]:
    taken = IndicatorSnapshot
    query = select(taken.year, taken.taken_at, taken.figures).order_by(taken.year)
    rows: Iterable[Any] = connection.execute(query if year is None else query.where(taken.year == year))
    return {row.year: _snapshot(row.year, row.taken_at, row.figures) for row in rows}


def _snapshot(year: int, taken_at: datetime, figures: Mapping[str, Any]) -> Snapshot:
    shared: StoredFigures = figures[_SHARED]
    return Snapshot(
        year,
        taken_at,
        {code: [tuple(row) for row in figures.get(_key(code), [])] for code in INDICATORS},
        Figures(
            year,
            shared["records"],
            {frozenset(sources): count for sources, count in shared["persons"]},
            {int(band): count for band, count in shared["undecided"].items()},
            shared["digest"],
        ),
    )
