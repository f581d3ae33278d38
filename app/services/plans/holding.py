"""Hold a plan while something of it is written: the next version of its row, and what the row counts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.db import rows_changed
from app.errors import StaleVersion
from app.models import Plan
from app.services.plans.content import PlanRef, version_now
from app.services.plans.details import gap_domains


def advance(session: Session, ref: PlanRef, version: int | None, **values: Any) -> int:
    """Write to the plan's row as its next version, and hold the row until the transaction ends.

    `version`: what the caller read; None where the change does not depend on it (adding, signing).

    Raises:
        StaleVersion: somebody changed it meanwhile; `version` is the present one.
    """
    query = update(Plan).where(Plan.id == ref.row.id, Plan.victim_id == ref.row.victim_id)
    if version is not None:
        query = query.where(Plan.version == version)
    moved = rows_changed(session, query.values(version=Plan.version + 1, **values))
    new = version_now(session, ref)
    if moved != 1:
        raise StaleVersion(version=new)
    return int(new or 0)


def refresh_gaps(session: Session, ref: PlanRef) -> None:
    """Count the gaps anew into the plan, for lists; the caller holds the plan."""
    count = select(func.count()).select_from(gap_domains(ref).subquery()).scalar_subquery()
    session.execute(
        update(Plan).where(Plan.id == ref.row.id, Plan.victim_id == ref.row.victim_id).values(gaps=count)
    )
