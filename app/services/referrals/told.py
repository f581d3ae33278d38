"""A person's referrals among all that is held of her."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import select

from app.access.act import Act
from app.access.scope import actor_params, visible_referrals
from app.models import Referral
from app.services.referrals.queries import read
from app.services.referrals.views import ReferralView
from app.services.rows.kinds import Kind, person_of
from app.services.rows.telling import Shape


def _all(act: Act, victim: str) -> Iterator[ReferralView]:
    """Those that the actor may see, oldest first."""
    visible = Referral.id.in_(visible_referrals(act.actor))
    query = select(Referral.code).where(Referral.victim_id == person_of(victim), visible)
    query = query.order_by(Referral.sent_at, Referral.id).params(actor_params(act.actor))
    for code in act.session.scalars(query).all():
        yield read(act, code)


_REFERRAL: Final = Shape(
    "referral",
    "code from_unit/name to_unit/name service_label legal_basis_label compartments state_label sent_at "
    "answered_at ended_at",
)
KINDS: Final = (Kind("derivaciones", "Derivaciones", _all, _REFERRAL, "person", also=("referral_step",)),)
