"""Reads of what hangs from a plan found in scope: header texts, team, assessments, reviews, follow-up."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import canonical
from app.errors import NotFound
from app.models import (
    FollowUpContact,
    ObjectiveNote,
    PlanActivity,
    PlanAssessment,
    PlanFollowUp,
    PlanHeader,
    PlanObjective,
    PlanReview,
    PlanTeam,
    UserAccount,
    VictimCode,
)
from app.services.plans import rules
from app.services.plans.content import PlanRef, Texts, open_texts
from app.services.plans.record_views import Assessed, Attempt, ReviewView, TeamMemberView
from app.services.plans.views import ObjectiveNoteView

AT_RISK = 2
"""A level up to this one says that the person is at risk in the domain."""


def _of(table: Any, ref: PlanRef) -> Any:
    return (table.plan_id == ref.row.id) & (table.victim_id == ref.row.victim_id)


def header_texts(act: Act, ref: PlanRef, *, action: str) -> Texts:
    """Opened texts of the header as last written (`summary`, `pti_number`, `feasibility_notes`)."""
    table = PlanHeader
    row = act.session.execute(
        select(table.id, table.sealed, table.key_version)
        .where(_of(table, ref))
        .order_by(table.id.desc())
        .limit(1)
    ).first()
    name, stored = ("plan_header", row) if row is not None else ("plan", ref.row)
    return open_texts(act, ref, name, [stored], action=action)[0]


def team(act: Act, ref: PlanRef, *, action: str) -> list[TeamMemberView]:
    """Members of the plan's team, former ones too, in the order in which they joined."""
    table = PlanTeam
    rows = act.session.execute(
        select(
            table.id, table.number, table.role, table.since, table.ended_at, table.sealed, table.key_version,
            UserAccount.username,
        )
        .outerjoin(UserAccount, UserAccount.id == table.user_id)
        .where(_of(table, ref))
        .order_by(table.number)
    ).all()  # fmt: skip
    texts = open_texts(act, ref, "plan_team", rows, action=action)
    return [_member(row, text) for row, text in zip(rows, texts, strict=True)]


def _member(row: Any, text: Texts) -> TeamMemberView:
    """A member; of one with an account in the unit nothing is written but the account."""
    member: TeamMemberView = {
        "number": row.number,
        "role": row.role,
        "username": row.username,
        "since": row.since,
        "ended_at": row.ended_at,
    }
    if "name" in text:
        member["name"] = text["name"]
    if "institution" in text:
        member["institution"] = text["institution"]
    if "phone" in text:
        member["phone"] = text["phone"]
    return member


def next_number(session: Session, ref: PlanRef) -> int:
    """Number of the next member of the team; the caller holds the plan."""
    last = session.scalar(select(func.max(PlanTeam.number)).where(_of(PlanTeam, ref)))
    return (last or 0) + 1


def user_of_unit(session: Session, unit_id: int, username: str) -> int | None:
    """Key of a user of a unit that is not disabled."""
    return session.scalar(
        select(UserAccount.id).where(
            UserAccount.username == username,
            UserAccount.unit_id == unit_id,
            UserAccount.disabled_at.is_(None),
            UserAccount.approved_at.is_not(None),
        )
    )


def gaps(session: Session, ref: PlanRef) -> list[str]:
    """Domains last assessed at risk in which no objective is to be reached, in the order of their codes."""
    return sorted(session.scalars(gap_domains(ref)))


def gap_domains(ref: PlanRef) -> Select[Any]:
    """Query of the domains last assessed at risk in which no objective is to be reached."""
    table, goal = PlanAssessment, PlanObjective
    last = (
        select(table.domain, table.level)
        .ext(distinct_on(table.domain))
        .where(_of(table, ref))
        .order_by(table.domain, table.assessed_on.desc(), table.id.desc())
        .subquery()
    )
    aimed = select(goal.id).where(
        _of(goal, ref), goal.domain == last.c.domain, goal.state.in_(rules.OPEN_ACTIVITY)
    )
    return select(last.c.domain).where(last.c.level <= AT_RISK, ~aimed.exists())


def assessments(act: Act, ref: PlanRef, *, action: str) -> list[Assessed]:
    """Opened assessments of a plan, oldest first."""
    table = PlanAssessment
    rows = act.session.execute(
        select(
            table.id, table.code, table.domain, table.level, table.assessed_on, table.created_at,
            table.sealed, table.key_version,
        )
        .where(_of(table, ref))
        .order_by(table.assessed_on, table.id)
    ).all()  # fmt: skip
    texts = open_texts(act, ref, "plan_assessment", rows, action=action)
    return [
        {
            "code": row.code,
            "domain": row.domain,
            "level": row.level,
            "assessed_on": row.assessed_on,
            "created_at": row.created_at,
            "professional": text.get("professional"),
            "summary": text.get("summary"),
        }
        for row, text in zip(rows, texts, strict=True)
    ]


def reviews(act: Act, ref: PlanRef, *, action: str) -> list[ReviewView]:
    """Opened reviews of a plan, oldest first."""
    table = PlanReview
    rows = act.session.execute(
        select(
            table.id, table.code, table.held_on, table.opinion_given, table.next_review_on, table.created_at,
            table.sealed, table.key_version,
        )
        .where(_of(table, ref))
        .order_by(table.id)
    ).all()  # fmt: skip
    texts = open_texts(act, ref, "plan_review", rows, action=action)
    return [
        {
            "code": row.code,
            "held_on": row.held_on,
            "participants": text.get("participants"),
            "opinion_given": row.opinion_given,
            "opinion": text.get("opinion"),
            "decisions": text.get("decisions"),
            "next_review_on": row.next_review_on,
            "created_at": row.created_at,
        }
        for row, text in zip(rows, texts, strict=True)
    ]


def objective_notes(act: Act, ref: PlanRef, *, action: str) -> dict[int, list[ObjectiveNoteView]]:
    """Opened notes on the plan's objectives, oldest first, by objective."""
    table = ObjectiveNote
    rows = act.session.execute(
        select(
            table.id, table.objective_id, table.from_state, table.to_state, table.at, table.sealed,
            table.key_version,
        )
        .where(_of(table, ref))
        .order_by(table.id)
    ).all()  # fmt: skip
    texts = open_texts(act, ref, "objective_note", rows, action=action)
    found: dict[int, list[ObjectiveNoteView]] = {}
    for row, text in zip(rows, texts, strict=True):
        found.setdefault(row.objective_id, []).append(
            {"from": row.from_state, "to": row.to_state, "note": text.get("note"), "at": row.at}
        )
    return found


def follow_ups(session: Session, ref: PlanRef) -> list[Any]:
    """Planned contacts of a plan (`id`, `code`, `planned_on`, `channel`, `state`, `version`), by day."""
    table = PlanFollowUp
    return list(
        session.execute(
            select(table.id, table.code, table.planned_on, table.channel, table.state, table.version)
            .where(_of(table, ref))
            .order_by(table.planned_on, table.id)
        )
    )


def follow_up(session: Session, ref: PlanRef, code: str) -> Any:
    """One planned contact of the plan.

    Raises:
        NotFound: the plan has no such contact.
    """
    wanted = canonical(code, "CR")
    for row in follow_ups(session, ref):
        if row.code == wanted:
            return row
    raise NotFound


def contacts(act: Act, ref: PlanRef, *, action: str) -> dict[int, list[Attempt]]:
    """Opened attempts at contacts, oldest first, by planned contact."""
    table = FollowUpContact
    rows = act.session.execute(
        select(
            table.id, table.follow_up_id, table.contacted_on, table.channel, table.result, table.sealed,
            table.key_version,
        )
        .where(_of(table, ref))
        .order_by(table.id)
    ).all()  # fmt: skip
    texts = open_texts(act, ref, "follow_up_contact", rows, action=action)
    found: dict[int, list[Attempt]] = {}
    for row, text in zip(rows, texts, strict=True):
        found.setdefault(row.follow_up_id, []).append(
            {
                "contacted_on": row.contacted_on,
                "channel": row.channel,
                "result": row.result,
                "note": text.get("note"),
                "channel_reason": text.get("channel_reason"),
            }
        )
    return found


def objective_row(session: Session, ref: PlanRef, code: str) -> Any:
    """An objective of the plan (`id`, `code`, `domain`, `state`, `version`).

    Raises:
        NotFound: the plan has no such objective.
    """
    table = PlanObjective
    row = session.execute(
        select(table.id, table.code, table.domain, table.state, table.version).where(
            _of(table, ref), table.code == canonical(code, "OB")
        )
    ).first()
    if row is None:
        raise NotFound
    return row


def objective_settled(session: Session, ref: PlanRef, objective_id: int) -> bool:
    """Whether no activity of the objective is still to be done."""
    table = PlanActivity
    found = session.scalar(
        select(table.id)
        .where(_of(table, ref), table.objective_id == objective_id, table.state.in_(rules.OPEN_ACTIVITY))
        .limit(1)
    )
    return found is None


def goals(session: Session, ref: PlanRef) -> list[Any]:
    """Domain and state of each objective of the plan."""
    return list(
        session.execute(select(PlanObjective.domain, PlanObjective.state).where(_of(PlanObjective, ref)))
    )


def open_activities(session: Session, ref: PlanRef) -> list[Any]:
    """Activities still to be done (`id`, `code`, `unit_id`, `due_on`)."""
    table = PlanActivity
    return list(
        session.execute(
            select(table.id, table.code, table.unit_id, table.due_on).where(
                _of(table, ref), table.state.in_(rules.OPEN_ACTIVITY)
            )
        )
    )


def main_code(session: Session, victim_id: int) -> str | None:
    """The code of the person herself, for who has her in scope."""
    return session.scalar(
        select(VictimCode.code).where(VictimCode.victim_id == victim_id, VictimCode.is_main())
    )
