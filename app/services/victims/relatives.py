"""Read who of a person's family is registered too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.scope import visible_victims
from app.models import FamilyLink, Victim, VictimCode


def links_of(session: Session, victim_id: int) -> Sequence[Any]:
    """Standing links of a person, from whichever side they were made, oldest first."""
    link = FamilyLink
    return session.execute(
        select(
            link.id, link.victim_id, link.record_id, link.other_victim_id, link.other_record_id,
            link.relation, link.dependent, link.lives_with, link.created_at,
        )
        .where(
            or_(link.victim_id == victim_id, link.other_victim_id == victim_id),
            # Two records of one family may turn out to be one person: nobody is her own relative.
            link.victim_id != link.other_victim_id,
            link.ended_at.is_(None),
        )
        .order_by(link.id)
    ).all()  # fmt: skip


def links_between(session: Session, one: int, other: int) -> Sequence[Any]:
    """Standing links of two persons, either way round."""
    link = FamilyLink
    return session.execute(
        select(link.id, link.victim_id).where(
            or_(
                and_(link.victim_id == one, link.other_victim_id == other),
                and_(link.victim_id == other, link.other_victim_id == one),
            ),
            link.ended_at.is_(None),
        )
    ).all()


def codes_in_scope(act: Act, victims: set[int]) -> dict[int, str]:
    """Codes of those of these persons that the actor has in scope."""
    seen = visible_victims(act.actor).where(Victim.id.in_(victims))
    rows = act.session.execute(
        select(VictimCode.victim_id, VictimCode.code).where(
            VictimCode.victim_id.in_(seen), VictimCode.is_main()
        )
    )
    return {row.victim_id: row.code for row in rows}
