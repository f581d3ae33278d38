"""Which rows of a person in scope go into her own file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.scope import actor_params, visible_plans, visible_referrals
from app.models import DataRequest, PlaceHold, Plan, PrintedDocument, Referral


def plan_codes(act: Act, victim_id: int) -> list[str]:
    """Codes of the person's plans that the actor may see, oldest first."""
    query = select(Plan.code).where(Plan.victim_id == victim_id, Plan.id.in_(visible_plans(act.actor)))
    return list(act.session.scalars(query.order_by(Plan.created_at, Plan.id).params(actor_params(act.actor))))


def referral_codes(act: Act, victim_id: int) -> list[str]:
    """Codes of the person's referrals that the actor may see, oldest first."""
    query = select(Referral.code).where(
        Referral.victim_id == victim_id, Referral.id.in_(visible_referrals(act.actor))
    )
    return list(
        act.session.scalars(query.order_by(Referral.sent_at, Referral.id).params(actor_params(act.actor)))
    )


def request_codes(session: Session, victim_id: int) -> list[str]:
    """Codes of her requests about her data that the bound actor sees, oldest first."""
    query = select(DataRequest.code).where(DataRequest.victim_id == victim_id)
    return list(session.scalars(query.order_by(DataRequest.recorded_at, DataRequest.id)))


def holds(session: Session, victim_id: int) -> Sequence[Any]:
    """Places asked for her that the bound actor sees, oldest first (`created_at`, `department`, `state`)."""
    columns = (PlaceHold.created_at, PlaceHold.department, PlaceHold.state)
    query = select(*columns).where(PlaceHold.victim_id == victim_id)
    return session.execute(query.order_by(PlaceHold.created_at, PlaceHold.id)).all()


def prints(session: Session, victim_id: int) -> Sequence[Any]:
    """Papers of her that the bound actor sees (`code`, `subject_code`, `printed_at`), oldest first."""
    paper = PrintedDocument
    query = select(paper.code, paper.subject_code, paper.printed_at).where(paper.victim_id == victim_id)
    return session.execute(query.order_by(paper.printed_at, paper.id)).all()
