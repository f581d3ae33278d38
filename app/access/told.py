"""Which notices an actor sees: its own, its unit's, and those of who heads it or oversees the trace."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from sqlalchemy import Select, and_, exists, func, or_, select

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import policy
from app.access.scope import ASKED, UNIT, USER, actor_params, takes_part
from app.models import AccountNotice, Notice, Participation, Referral, Unit
from app.states import Audience

BROKEN_SEAL = "SELLO_ROTO"
"""Notice that who oversees the trace sees although it takes part in no case; it says a code alone."""
WITHDRAWN, EXPIRED = "CONSENTIMIENTO_RETIRADO", "CONSENTIMIENTO_VENCIDO"
"""Kinds of the notice that a share is over, for the unit that had it: codes only."""
ENDED = "DERIVACION_TERMINADA"
"""Kind of the notice that a referral is over, for the other side of it: a code only."""
HELD = ("CUPO_RESERVADO", "CUPO_LIBERADO", "CUPO_VENCIDO")
"""Kinds of the notices of a place held in a shelter, for that shelter before she is its case."""

BY_MANDATE = "INCORPORACION_POR_MANDATO"
"""Kind of the notice that a unit was added to a case, for the data protection officer: codes only."""

MISSING = "NNA_NO_HABIDA"
"""Kind of the notice that a child is missing, for a UPE of the department too: a code only."""

NOT_ARRIVED = "NNA_NO_LLEGO"
"""Kind of the notice that a child between two houses did not arrive, for that UPE too: a code only."""

MOVED = "TRASLADO"
"""Kind of the notice that she was taken in elsewhere, for the house she left; it may see no more of her."""


class Told(NamedTuple):
    """What decides which notices somebody sees, apart from who it is."""

    answers: bool
    """Reads referrals."""
    oversees: bool
    """Reads the trace."""
    heads: bool
    """Sees all of its unit."""


def told(actor: Actor) -> Told:
    """What decides which notices an actor sees."""
    permits = policy().permits
    return Told(
        permits(actor.role, Permission.REFERRALS_READ),
        permits(actor.role, Permission.AUDIT_READ),
        actor.unit_wide,
    )


@cache
def account_notices(to: Told) -> Select[int]:
    """Ids of what is told of accounts: to heads of a unit, or to data protection officers in it.

    Without the values of `actor_params`, which whoever runs it gives.
    """
    audience = [*([Audience.HEADS] if to.heads else []), *([Audience.OVERSEERS] if to.oversees else [])]
    return select(AccountNotice.id).where(AccountNotice.unit_id == UNIT, AccountNotice.audience.in_(audience))


def visible_account_notices(actor: Actor) -> Select[int]:
    """Ids of what is told of accounts to the actor."""
    return account_notices(told(actor)).params(actor_params(actor))


@cache
def notices(to: Told) -> Select[int]:
    """Ids of notices for one: its own, its unit's, and those for supervisors if it is one.

    Of cases in scope, of referrals its unit was asked to take, and of places held in its own shelter. Without
    the values of `actor_params`, which whoever runs it gives.
    """
    in_case = exists().where(
        Participation.victim_id == Notice.victim_id,
        Participation.case_id == Notice.case_id,
        takes_part(unit_wide=to.heads),
    )
    asked = exists().where(
        Referral.victim_id == Notice.victim_id,
        Referral.case_id == Notice.case_id,
        Referral.code == Notice.subject_code,
        Referral.to_unit_id == UNIT,
        Referral.recalled.is_(False),
        or_(Referral.state.in_(ASKED), Notice.kind.in_((WITHDRAWN, EXPIRED, ENDED))),
    )
    held = and_(Notice.kind.in_(HELD), func.ruv.keeps_hold(Notice.subject_code, Notice.victim_id))
    # A UPE is told of a missing child of its department though it has no part in her case yet.
    upe = exists().where(Unit.id == UNIT, Unit.kind == "UPE")
    reasons = [in_case, held, Notice.kind == MOVED, and_(Notice.kind.in_((MISSING, NOT_ARRIVED)), upe)]
    if to.answers:
        reasons.append(asked)
    if to.oversees:
        reasons += [Notice.kind == BROKEN_SEAL, and_(Notice.kind == BY_MANDATE, Notice.user_id == USER)]
    query = select(Notice.id).where(
        Notice.unit_id == UNIT, or_(Notice.user_id.is_(None), Notice.user_id == USER), or_(*reasons)
    )
    return query if to.heads else query.where(Notice.supervisors.is_(False))


def visible_notices(actor: Actor) -> Select[int]:
    """Ids of notices for the actor."""
    return notices(told(actor)).params(actor_params(actor))
