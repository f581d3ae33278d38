"""Small look-ups of cases in scope that other slices need."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.guard import CaseRef
from app.access.scope import actor_params, visible_cases
from app.errors import NotFound
from app.models import TraffickingCase, VictimCode


def case_state(session: Session, ref: CaseRef) -> str:
    """The state of a case found in scope.

    Raises:
        NotFound: the database hides it after all.
    """
    state = session.scalar(
        select(TraffickingCase.state).where(
            TraffickingCase.id == ref.case_id, TraffickingCase.victim_id == ref.victim_id
        )
    )
    if state is None:
        raise NotFound
    return state


def public_codes(session: Session, actor: Actor, case_ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """Codes (`case`, `victim`) by key of those cases that are in the actor's scope."""
    rows = session.execute(
        visible_cases(actor)
        .add_columns(TraffickingCase.code, VictimCode.code.label("victim"))
        .join(VictimCode, VictimCode.victim_id == TraffickingCase.victim_id)
        .where(TraffickingCase.id.in_(set(case_ids)))
        .params(actor_params(actor))
    ).all()
    return {row[0]: {"case": row.code, "victim": row.victim} for row in rows}
