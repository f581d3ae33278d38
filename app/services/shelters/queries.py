"""Read placements: who lives in the own shelter."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.guard import canonical, require
from app.access.permissions import Permission
from app.access.scope import actor_params, visible_placements
from app.audit import record
from app.errors import NotFound
from app.models import Placement, TraffickingCase


def open_placements(session: Session, actor: Actor) -> list[dict[str, Any]]:
    """Who lives in the actor's own shelter now, oldest stay first, within the actor's scope.

    Raises:
        Forbidden: the role has nothing to do with placements.
    """
    require(actor, Permission.PLACEMENTS_WRITE)
    rows = session.execute(
        select(Placement.code, Placement.admitted_at, Placement.version, TraffickingCase.code.label("case"))
        .join(TraffickingCase, TraffickingCase.id == Placement.case_id)
        .where(
            Placement.id.in_(visible_placements(actor)),
            Placement.unit_id == actor.unit_id,
            Placement.left_at.is_(None),
        )
        .order_by(Placement.admitted_at, Placement.code)
        .params(actor_params(actor))
    ).all()
    record(
        session,
        actor,
        "placements.list",
        purpose="atencion",
        detail={"placements": [row.code for row in rows]},
    )
    return [_listed(row.code, row.case, row.admitted_at, row.version) for row in rows]


def own_placement(session: Session, actor: Actor, code: str) -> Any:
    """The row of a placement in the actor's own shelter and scope.

    Raises:
        NotFound: there is none.
    """
    row = session.execute(
        select(
            Placement.id, Placement.victim_id, Placement.case_id, Placement.code, Placement.left_at,
            Placement.version,
        )
        .where(
            Placement.code == canonical(code, "AL"),
            Placement.unit_id == actor.unit_id,
            Placement.id.in_(visible_placements(actor)),
        )
        .params(actor_params(actor))
    ).first()  # fmt: skip
    if row is None:
        raise NotFound
    return row


def housed_as(session: Session, actor: Actor, victim_id: int, case_id: int) -> str | None:
    """Code of the person's open placement of this case in the actor's own shelter, if any."""
    return session.scalar(
        select(Placement.code).where(
            Placement.victim_id == victim_id,
            Placement.case_id == case_id,
            Placement.unit_id == actor.unit_id,
            Placement.left_at.is_(None),
        )
    )


def _listed(code: str, case: str, admitted_at: datetime, version: int) -> dict[str, Any]:
    return {"code": code, "case": case, "admitted_at": admitted_at, "version": version}
