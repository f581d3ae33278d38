"""Latest activity of a case, by which work lists are ordered."""

from __future__ import annotations

from sqlalchemy import func, update

from app.access.act import Act
from app.models import Assignment, Participation


def touch(act: Act, victim_id: int, case_id: int) -> None:
    """Note that the actor's unit did something in the case, for its work list and the actor's own."""
    act.session.execute(
        update(Participation)
        .where(
            Participation.victim_id == victim_id,
            Participation.case_id == case_id,
            Participation.unit_id == act.actor.unit_id,
            Participation.ended_at.is_(None),
        )
        .values(last_activity=func.now())
    )
    act.session.execute(
        update(Assignment)
        .where(
            Assignment.victim_id == victim_id,
            Assignment.case_id == case_id,
            Assignment.user_id == act.actor.user_id,
            Assignment.ended_at.is_(None),
        )
        .values(last_activity=func.now())
    )
