"""Reads of single rows of cases found in scope, for the commands of this and other slices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import CaseRef
from app.access.policy import OPENING, POPULATION_BITS
from app.access.scope import actor_params, visible_cases
from app.access.sealing import Strand
from app.access.standing import standing
from app.errors import NotFound
from app.models import (
    Assignment,
    CaseTransition,
    Participation,
    Plan,
    Profile,
    TraffickingCase,
    VictimCode,
)
from app.records.kinds import today
from app.services.cases import rules
from app.services.cases.codes import PLAN_ENDED

CHILD_BIT = 2
"""Bit of a person's population that says child or adolescent, or age not known."""

_PARTICIPANTS = "SELECT * FROM ruv.case_participants(%(case)s)"


def case_state(session: Session, ref: CaseRef) -> str:
    """The state of a case found in scope.

    Raises:
        NotFound: the database hides it after all.
    """
    return str(_case(session, ref).state)


def case_identification(session: Session, ref: CaseRef) -> str:
    """The identification status of a case found in scope.

    Raises:
        NotFound: the database hides it after all.
    """
    return str(_case(session, ref).identification)


def case_moves(session: Session, ref: CaseRef) -> list[tuple[str | None, str]]:
    """The moves `(from, to)` of a case, oldest first."""
    rows = session.execute(
        select(CaseTransition.from_state, CaseTransition.to_state)
        .where(CaseTransition.case_id == ref.case_id, CaseTransition.victim_id == ref.victim_id)
        .order_by(CaseTransition.id)
    )
    return [(row.from_state, row.to_state) for row in rows]


def strand_of(session: Session, victim_id: int, case_id: int) -> Strand:
    """Under which record the texts of a case are sealed, for who has the person in scope.

    Raises:
        NotFound: the database hides it after all.
    """
    record_id: int | None = session.scalar(select(func.ruv.record_of_case(case_id)))
    if record_id is None:
        raise NotFound
    return Strand(victim_id, record_id)


def cases_of(act: Act, victim_id: int) -> list[Any]:
    """Cases of a person in the actor's scope (`id`, `state`, `code`), oldest first."""
    query = (
        visible_cases(act.actor)
        .add_columns(TraffickingCase.state, TraffickingCase.code)
        .where(TraffickingCase.victim_id == victim_id)
        .order_by(TraffickingCase.opened_at, TraffickingCase.id)
    )
    return list(act.session.execute(query.params(actor_params(act.actor))))


def public_codes(act: Act, case_ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """Codes (`case`, `victim`) by key of those cases that are in the actor's scope."""
    rows = act.session.execute(
        visible_cases(act.actor)
        .add_columns(TraffickingCase.code, VictimCode.code.label("victim"))
        .join(VictimCode, VictimCode.victim_id == TraffickingCase.victim_id)
        .where(VictimCode.is_main())
        .where(TraffickingCase.id.in_(set(case_ids)))
        .params(actor_params(act.actor))
    ).all()
    return {row[0]: {"case": row.code, "victim": row.victim} for row in rows}


def presumed_child(session: Session, victim_id: int, case_id: int) -> bool:
    """Whether the person of this case counts as a child or adolescent today (`rules.presumed_child`).

    Where the actor's unit was not given her identity, the database answers with the population alone.
    """
    row = session.execute(
        select(Profile.age_min, Profile.age_years, TraffickingCase.first_identified_on)
        .join(TraffickingCase, TraffickingCase.victim_id == Profile.victim_id)
        .where(TraffickingCase.id == case_id, Profile.victim_id == victim_id)
    ).first()
    if row is None:
        return childs_case(session, victim_id)
    return rules.presumed_child((row.age_min, row.age_years), row.first_identified_on, today())


def childs_case(session: Session, victim_id: int) -> bool:
    """Whether it is a child's case: she was one when she was identified, or may have been."""
    population = _population(session, victim_id)
    return population is None or bool(population & CHILD_BIT)


def lost_as_child(session: Session, ref: CaseRef) -> bool:
    """Whether the person counted as a child when the case came to the state it is in."""
    since: datetime | None = session.scalar(
        select(TraffickingCase.state_since).where(
            TraffickingCase.id == ref.case_id, TraffickingCase.victim_id == ref.victim_id
        )
    )
    day = func.ruv.lima_day(since)
    return since is not None and bool(
        session.scalar(select(func.ruv.counted_as_child(ref.victim_id, ref.case_id, day)))
    )


def is_foreign(session: Session, victim_id: int) -> bool:
    """Whether the person is a foreigner, or was exploited abroad."""
    return bool((_population(session, victim_id) or 0) & POPULATION_BITS["foreign"])


def _population(session: Session, victim_id: int) -> int | None:
    population: int | None = session.scalar(select(func.ruv.population_of(victim_id)))
    return population


def participants(session: Session, case_id: int) -> Sequence[Any]:
    """Parts of units in a case, ended ones too, oldest first; a shelter the actor may not know has no key."""
    return session.connection().exec_driver_sql(_PARTICIPANTS, {"case": case_id}).all()


def openable(act: Act, victim_id: int) -> frozenset[str]:
    """Compartments of the person that the actor may open, and so may share."""
    stand = standing(act, victim_id)
    levels = stand.levels(act.actor) if stand else {}
    return frozenset(name for name, level in levels.items() if level in OPENING)


def is_housed(session: Session, ref: CaseRef) -> bool:
    """Whether the person of this case lives in a shelter now; in which one stays unsaid."""
    return bool(session.scalar(select(func.ruv.is_housed(ref.case_id))))


def in_charge(act: Act, victim_id: int, case_id: int) -> bool:
    """Whether the actor has charge of the case."""
    found = act.session.scalar(
        select(Assignment.id).where(
            Assignment.victim_id == victim_id,
            Assignment.case_id == case_id,
            Assignment.user_id == act.actor.user_id,
            Assignment.ended_at.is_(None),
        )
    )
    return found is not None


def by_mandate(act: Act, victim_id: int) -> bool:
    """Whether the actor's unit takes part in a case of the person by mandate of law."""
    found = select(Participation.id).where(
        Participation.victim_id == victim_id,
        Participation.unit_id == act.actor.unit_id,
        Participation.mandate.is_not(None),
        Participation.ended_at.is_(None),
    )
    return act.session.execute(found.limit(1)).first() is not None


def lives_here(act: Act, ref: CaseRef) -> bool:
    """Whether the person is placed in the actor's unit now."""
    found = select(Participation.id).where(
        Participation.victim_id == ref.victim_id,
        Participation.case_id == ref.case_id,
        Participation.unit_id == act.actor.unit_id,
        Participation.housed,
    )
    return act.session.execute(found).first() is not None


def _case(session: Session, ref: CaseRef) -> Any:
    row = session.execute(
        select(TraffickingCase.state, TraffickingCase.identification).where(
            TraffickingCase.id == ref.case_id, TraffickingCase.victim_id == ref.victim_id
        )
    ).first()
    if row is None:
        raise NotFound
    return row


def living_plan(session: Session, ref: CaseRef) -> str | None:
    """Code of the case's plan that is not closed, if any."""
    return session.scalar(
        select(Plan.code)
        .where(Plan.case_id == ref.case_id, Plan.victim_id == ref.victim_id, Plan.state.not_in(PLAN_ENDED))
        .limit(1)
    )
