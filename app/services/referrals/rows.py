"""Reads of single rows of referrals of a case in scope, for the commands of this and other slices."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import CaseRef
from app.models import Participation, Referral, ServiceDelivery
from app.services.referrals.rules import VIEW_OPEN
from app.states import DeliveryState


def open_referral(act: Act, ref: CaseRef) -> str | None:
    """Code of an open referral on which the own unit's part in the case rests, if any."""
    return act.session.scalar(
        select(Referral.code)
        .join(Participation, Participation.referral_id == Referral.id)
        .where(
            Participation.victim_id == ref.victim_id,
            Participation.case_id == ref.case_id,
            Participation.unit_id == act.actor.unit_id,
            Participation.ended_at.is_(None),
            Referral.state.in_(VIEW_OPEN),
        )
        .limit(1)
    )


def received_referral(act: Act, ref: CaseRef, code: str) -> int | None:
    """Key of the referral of this case that the own unit accepted and carries through, by its code."""
    return act.session.scalar(
        select(Referral.id).where(
            Referral.code == code,
            Referral.case_id == ref.case_id,
            Referral.victim_id == ref.victim_id,
            Referral.to_unit_id == act.actor.unit_id,
            Referral.state.in_(VIEW_OPEN),
        )
    )


def delivered_for(session: Session, victim_id: int, referral_id: int) -> int:
    """How many deliveries that stand answer to a referral, as far as the actor sees them."""
    found = session.scalar(
        select(func.count()).where(
            ServiceDelivery.victim_id == victim_id,
            ServiceDelivery.referral_id == referral_id,
            ServiceDelivery.state == DeliveryState.IN_FORCE,
        )
    )
    return found or 0
