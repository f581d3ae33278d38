"""The figures of a year over the whole register, as counts: no row of another institution is read."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Institution
from app.services.figures.sources import Figures, Group

_FIGURES = "SELECT measure, sources, amount, digest FROM ruv.reconciliation(%(year)s)"


def figures(session: Session, year: int) -> Figures:
    """What each source counted in a year, and what they have in common.

    Raises:
        sqlalchemy.exc.ProgrammingError: the bound actor may not read indicators (42501).
    """
    records: dict[str, int] = {}
    persons: dict[Group, int] = {}
    undecided: dict[int, int] = {}
    digest = ""
    for measure, sources, amount, found in session.connection().exec_driver_sql(_FIGURES, {"year": year}):
        if measure == "registros":
            records[sources[0]] = amount
        elif measure == "personas":
            persons[frozenset(sources)] = amount
        elif measure == "pendientes":
            undecided[int(sources[0])] = amount
        else:
            digest = found
    return Figures(year, records, persons, undecided, digest)


def names(session: Session, codes: list[str]) -> dict[str, str]:
    """The names of the sources that are institutions."""
    rows = session.execute(select(Institution.code, Institution.name).where(Institution.code.in_(codes)))
    return {row.code: row.name for row in rows}
