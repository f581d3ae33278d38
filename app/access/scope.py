"""What an actor may see at all: one query for lists, details, searches, updates and exports alike.

The same rule as the policy of `participation` in the database, written a second time on purpose: each
lock holds with the other one open. Values of the actor are bound by name, so a statement that starts here
can be compiled once and run for everybody (`app.db.Prepared`).
"""

from __future__ import annotations

from functools import cache

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    SmallInteger,
    and_,
    any_,
    bindparam,
    exists,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import policy
from app.models import (
    Assignment,
    Clock,
    Participation,
    Placement,
    Plan,
    Referral,
    TraffickingCase,
    Victim,
)
from app.states import ReferralState

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


def _in_scope(unit_wide: bool, *same: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(*same, takes_part(unit_wide=unit_wide))


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
    return _given(actor.unit_wide, compartment)


@cache
def _given(unit_wide: bool, compartment: str) -> ColumnElement[bool]:
    part = aliased(Participation)
    return exists().where(
        part.victim_id == TraffickingCase.victim_id,
        or_(part.compartments.is_(None), literal(compartment) == any_(part.compartments)),
        takes_part(unit_wide=unit_wide, part=part),
    )


def visible_victims(actor: Actor) -> Select[int]:
    """Ids of the persons the actor may see."""
    return _victims(actor.unit_wide).params(actor_params(actor))


@cache
def _victims(unit_wide: bool) -> Select[int]:
    return select(Victim.id).where(_in_scope(unit_wide, Participation.victim_id == Victim.id))


def visible_cases(actor: Actor) -> Select[int, int]:
    """Ids of the cases (and their persons) the actor may see.

    Lists start from the participation, or from the assignment of those who need one: both have an index by
    latest activity. Columns for ordering: `list_order(actor)`.
    """
    return _cases(actor.unit_wide).params(actor_params(actor))


@cache
def _cases(unit_wide: bool) -> Select[int, int]:
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
    if not unit_wide:
        query = query.join(
            Assignment,
            and_(Assignment.case_id == TraffickingCase.id, Assignment.victim_id == TraffickingCase.victim_id),
        ).where(Assignment.user_id == USER, Assignment.ended_at.is_(None))
    return query


def list_order(actor: Actor) -> ColumnElement[object]:
    """The column lists of cases are ordered by, newest first."""
    return (Participation if actor.unit_wide else Assignment).last_activity  # type: ignore[return-value]


def visible_referrals(actor: Actor) -> Select[int]:
    """Ids of referrals the actor's unit sent or received, or of a case whose services it reads in full."""
    if not policy().permits(actor.role, Permission.REFERRALS_READ):
        return select(Referral.id).where(Referral.id.is_(None))
    reads_services = policy().reads_in_full(actor.role, "services")
    return _referrals(actor.unit_wide, reads_services).params(actor_params(actor))


@cache
def _referrals(unit_wide: bool, reads_services: bool) -> Select[int]:
    in_case = _in_scope(
        unit_wide, Participation.victim_id == Referral.victim_id, Participation.case_id == Referral.case_id
    )
    sender = in_case if reads_services else and_(Referral.from_unit_id == UNIT, in_case)
    received = and_(Referral.to_unit_id == UNIT, Referral.recalled.is_(False))
    return select(Referral.id).where(or_(received, sender))


def visible_plans(actor: Actor) -> Select[int]:
    """Ids of plans of persons in scope whose `plan` compartment the role opens and the unit was given."""
    if not policy().opens(actor.role, "plan"):
        return select(Plan.id).where(Plan.id.is_(None))
    return _plans(actor.unit_wide).params(actor_params(actor))


@cache
def _plans(unit_wide: bool) -> Select[int]:
    shared = or_(Participation.compartments.is_(None), literal("plan") == any_(Participation.compartments))
    return select(Plan.id).where(_in_scope(unit_wide, Participation.victim_id == Plan.victim_id, shared))


def visible_placements(actor: Actor) -> Select[int]:
    """Ids of placements in the actor's own unit; of all in scope for roles that read shelter locations."""
    of_others = policy().reads_of_others(actor.role, "shelter_location")
    return _placements(actor.unit_wide, of_others).params(actor_params(actor))


@cache
def _placements(unit_wide: bool, of_others: bool) -> Select[int]:
    in_case = _in_scope(
        unit_wide, Participation.victim_id == Placement.victim_id, Participation.case_id == Placement.case_id
    )
    query = select(Placement.id).where(in_case)
    return query if of_others else query.where(Placement.unit_id == UNIT)


ASKED = (ReferralState.SENT, ReferralState.LAPSED)
"""States of a referral in which a receiver that takes no part in the case yet is told of its deadline."""


def visible_clocks(actor: Actor) -> Select[int]:
    """Ids of clocks the actor's own unit must meet, of cases in scope and of referrals it has not answered.

    Nobody else's: which unit must act may tell where a person is, or what was done to her.
    """
    answers = policy().permits(actor.role, Permission.REFERRALS_READ)
    return _clocks(actor.unit_wide, answers).params(actor_params(actor))


@cache
def _clocks(unit_wide: bool, answers: bool) -> Select[int]:
    in_case = _in_scope(
        unit_wide, Participation.victim_id == Clock.victim_id, Participation.case_id == Clock.case_id
    )
    asked = exists().where(
        Clock.subject_table == "referral",
        Referral.id == Clock.row_id,
        Referral.victim_id == Clock.victim_id,
        Referral.to_unit_id == UNIT,
        Referral.recalled.is_(False),
        Referral.state.in_(ASKED),
    )
    seen = or_(in_case, asked) if answers else in_case
    return select(Clock.id).where(Clock.unit_id == UNIT, seen)
