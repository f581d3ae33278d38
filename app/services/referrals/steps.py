"""How a referral went: its changes of state, oldest first, in codes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.access.act import Act
from app.models import ReferralStep
from app.services.institutions.masking import unit_names
from app.services.referrals import rules
from app.services.referrals.views import ReferralStepView

_REASONS = {**rules.REFUSALS, **rules.RESULTS, **rules.INTERRUPTIONS}


def steps(act: Act, row: Any) -> list[ReferralStepView]:
    """The steps of a referral the actor was shown. A step without a unit was the clock's.

    Args:
        row: the referral, with its key, person and units.
    """
    found = act.session.execute(
        select(
            ReferralStep.from_state,
            ReferralStep.to_state,
            ReferralStep.reason,
            ReferralStep.at,
            ReferralStep.by_unit_id,
        )
        .where(ReferralStep.referral_id == row.id, ReferralStep.victim_id == row.victim_id)
        .order_by(ReferralStep.id)
    ).all()
    own = {row.to_unit_id} if row.from_unit_id == act.actor.unit_id else set()
    units = unit_names(act, {step.by_unit_id for step in found if step.by_unit_id}, known=own)
    return [
        {
            "from": step.from_state,
            "to": step.to_state,
            "label": rules.STATES.get(step.to_state, step.to_state),
            "reason": step.reason,
            "reason_label": _REASONS.get(step.reason),
            "at": step.at,
            "by_unit": units[step.by_unit_id].shown() if step.by_unit_id else None,
        }
        for step in found
    ]
