"""Which rows of a person in scope go into her own file."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.scope import actor_params, visible_plans, visible_referrals
from app.models import Plan, Referral


def plan_codes(session: Session, actor: Actor, victim_id: int) -> list[str]:
    """Codes of the person's plans that the actor may see, oldest first."""
    query = select(Plan.code).where(Plan.victim_id == victim_id, Plan.id.in_(visible_plans(actor)))
    return list(session.scalars(query.order_by(Plan.created_at, Plan.id).params(actor_params(actor))))


def referral_codes(session: Session, actor: Actor, victim_id: int) -> list[str]:
    """Codes of the person's referrals that the actor may see, oldest first."""
    query = select(Referral.code).where(
        Referral.victim_id == victim_id, Referral.id.in_(visible_referrals(actor))
    )
    return list(session.scalars(query.order_by(Referral.sent_at, Referral.id).params(actor_params(actor))))
