"""What an actor may see at all: one query for lists, details, searches, updates and exports alike.

The same rule as the policy of `participation` in the database, written a second time on purpose: each
lock holds with the other one open. Values of the actor are bound by name, so a statement that starts here
can be compiled once and run for everybody (`app.db.Prepared`).
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    SmallInteger,
    and_,
    any_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import policy
from app.models import (
    AccountNotice,
    Assignment,
    Clock,
    Notice,
    Participation,
    Placement,
    Plan,
    Referral,
    TraffickingCase,
    Unit,
    Victim,
)

UNIT = bindparam("actor_unit", type_=BigInteger)
USER = bindparam("actor_user", type_=BigInteger)
POPULATION = bindparam("actor_population", type_=SmallInteger)


def actor_params(actor: Actor) -> dict[str, int]:
    """Values of the named parameters, for statements compiled ahead."""
    return {
        "actor_unit": actor.unit_id,
        "actor_user": actor.user_id,
        "actor_population": policy().population(actor.role),
    }


def takes_part(*, unit_wide: bool, part: type[Participation] = Participation) -> ColumnElement[bool]:
    """That a participation puts its case into the actor's sight."""
    conditions = [
        part.unit_id == UNIT,
        part.ended_at.is_(None),
        part.population.op("&")(POPULATION) != 0,
    ]
    if not unit_wide:
        charge = aliased(Assignment)
        conditions.append(
            exists().where(
                charge.victim_id == part.victim_id,
                charge.case_id == part.case_id,
                charge.user_id == USER,
                charge.ended_at.is_(None),
            )
        )
    return and_(*conditions)


def _in_scope(actor: Actor, *same: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(*same, takes_part(unit_wide=actor.unit_wide))


def _first_of_unit() -> ColumnElement[bool]:
    """One row a case, though the unit may take part in it twice (registered it, then got a referral)."""
    earlier = aliased(Participation)
    return ~exists().where(
        earlier.victim_id == Participation.victim_id,
        earlier.case_id == Participation.case_id,
        earlier.unit_id == Participation.unit_id,
        earlier.ended_at.is_(None),
        earlier.id < Participation.id,
    )


def given(actor: Actor, compartment: str) -> ColumnElement[bool]:
    """That some open part of the unit in the cases of a case's person includes the compartment."""
    part = aliased(Participation)
    return exists().where(
        part.victim_id == TraffickingCase.victim_id,
        or_(part.compartments.is_(None), literal(compartment) == any_(part.compartments)),
        takes_part(unit_wide=actor.unit_wide, part=part),
    )


def visible_victims(actor: Actor) -> Select[int]:
    """Ids of the persons the actor may see."""
    query = select(Victim.id).where(_in_scope(actor, Participation.victim_id == Victim.id))
    return query.params(actor_params(actor))


def visible_cases(actor: Actor) -> Select[int, int]:
    """Ids of the cases (and their persons) the actor may see.

    Lists start from the participation, or from the assignment of those who need one: both have an index by
    latest activity. Columns for ordering: `list_order(actor)`.
    """
    query = (
        select(TraffickingCase.id, TraffickingCase.victim_id)
        .join(
            Participation,
            and_(
                Participation.case_id == TraffickingCase.id,
                Participation.victim_id == TraffickingCase.victim_id,
            ),
        )
        .where(Participation.unit_id == UNIT, Participation.ended_at.is_(None), _first_of_unit())
        .where(Participation.population.op("&")(POPULATION) != 0)
    )
    if not actor.unit_wide:
        query = query.join(
            Assignment,
            and_(Assignment.case_id == TraffickingCase.id, Assignment.victim_id == TraffickingCase.victim_id),
        ).where(Assignment.user_id == USER, Assignment.ended_at.is_(None))
    return query.params(actor_params(actor))


def list_order(actor: Actor) -> ColumnElement[object]:
    """The column lists of cases are ordered by, newest first."""
    return (Participation if actor.unit_wide else Assignment).last_activity  # type: ignore[return-value]


def visible_referrals(actor: Actor) -> Select[int]:
    """Ids of referrals the actor's unit sent or received, or of a case whose services it reads in full."""
    if not policy().permits(actor.role, Permission.REFERRALS_READ):
        return select(Referral.id).where(Referral.id.is_(None))
    in_case = _in_scope(
        actor, Participation.victim_id == Referral.victim_id, Participation.case_id == Referral.case_id
    )
    reads_services = policy().reads_in_full(actor.role, "services")
    sender = in_case if reads_services else and_(Referral.from_unit_id == UNIT, in_case)
    received = and_(Referral.to_unit_id == UNIT, Referral.recalled.is_(False))
    return select(Referral.id).where(or_(received, sender)).params(actor_params(actor))


def visible_plans(actor: Actor) -> Select[int]:
    """Ids of plans of persons in scope whose `plan` compartment the role opens and the unit was given."""
    if not policy().opens(actor.role, "plan"):
        return select(Plan.id).where(Plan.id.is_(None))
    shared = or_(Participation.compartments.is_(None), literal("plan") == any_(Participation.compartments))
    return (
        select(Plan.id)
        .where(
            exists().where(
                Participation.victim_id == Plan.victim_id, shared, takes_part(unit_wide=actor.unit_wide)
            )
        )
        .params(actor_params(actor))
    )


def visible_placements(actor: Actor) -> Select[int]:
    """Ids of placements in the actor's own unit; of all in scope for roles that read shelter locations."""
    in_case = _in_scope(
        actor, Participation.victim_id == Placement.victim_id, Participation.case_id == Placement.case_id
    )
    query = select(Placement.id).where(in_case)
    if not policy().reads_of_others(actor.role, "shelter_location"):
        query = query.where(Placement.unit_id == UNIT)
    return query.params(actor_params(actor))


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

_ASKED = ("ENVIADA", "VENCIDA")
"""States of a referral in which a receiver that takes no part in the case yet is told of its deadline."""


def visible_clocks(actor: Actor) -> Select[int]:
    """Ids of clocks the actor's own unit must meet, of cases in scope and of referrals it has not answered.

    Nobody else's: which unit must act may tell where a person is, or what was done to her.
    """
    in_case = _in_scope(
        actor, Participation.victim_id == Clock.victim_id, Participation.case_id == Clock.case_id
    )
    asked = exists().where(
        Clock.subject_table == "referral",
        Referral.id == Clock.row_id,
        Referral.victim_id == Clock.victim_id,
        Referral.to_unit_id == UNIT,
        Referral.recalled.is_(False),
        Referral.state.in_(_ASKED),
    )
    answers = policy().permits(actor.role, Permission.REFERRALS_READ)
    seen = or_(in_case, asked) if answers else in_case
    return select(Clock.id).where(Clock.unit_id == UNIT, seen).params(actor_params(actor))


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
    audience = [*(["JEFATURA"] if to.heads else []), *(["DATOS"] if to.oversees else [])]
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
        or_(Referral.state.in_(_ASKED), Notice.kind.in_((WITHDRAWN, EXPIRED, ENDED))),
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
