"""Reads of a unit's people and of what each has charge of, for supervisors."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.scope import actor_params, visible_cases
from app.models import Assignment, Plan, TraffickingCase, UserAccount
from app.services.cases.codes import ENDED
from app.services.plans import rules as plan_rules


@dataclass(frozen=True, slots=True)
class Worker:
    """An account of the unit; `cases`: open cases it has charge of."""

    user_id: int
    username: str
    role: str
    active: bool
    supervisor: bool
    cases: int


@dataclass(frozen=True, slots=True)
class Charge:
    """A case that a worker has charge of, or whose plan it answers for."""

    case_id: int
    victim_id: int
    code: str


def workers(act: Act) -> list[Worker]:
    """People of the actor's unit (no systems), by username."""
    load = (
        select(func.count())
        .select_from(Assignment)
        .join(
            TraffickingCase,
            and_(TraffickingCase.id == Assignment.case_id, TraffickingCase.victim_id == Assignment.victim_id),
        )
        .where(
            Assignment.user_id == UserAccount.id,
            Assignment.unit_id == act.actor.unit_id,
            Assignment.ended_at.is_(None),
            TraffickingCase.state.not_in(ENDED),
        )
        .scalar_subquery()
    )
    rows = act.session.execute(
        select(
            UserAccount.id,
            UserAccount.username,
            UserAccount.role,
            and_(UserAccount.disabled_at.is_(None), UserAccount.approved_at.is_not(None)),
            UserAccount.supervisor,
            load,
        )
        .where(UserAccount.unit_id == act.actor.unit_id, UserAccount.service_account.is_(False))
        .order_by(UserAccount.username)
    )
    return [Worker(*row) for row in rows]


def charges(act: Act, user_id: int) -> list[Charge]:
    """Cases in scope that a worker of the unit has charge of, or whose living plan it answers for, by key."""
    in_charge = (
        select(Assignment.id)
        .where(
            Assignment.case_id == TraffickingCase.id,
            Assignment.victim_id == TraffickingCase.victim_id,
            Assignment.unit_id == act.actor.unit_id,
            Assignment.user_id == user_id,
            Assignment.ended_at.is_(None),
        )
        .exists()
    )
    answers = (
        select(Plan.id)
        .where(
            Plan.case_id == TraffickingCase.id,
            Plan.victim_id == TraffickingCase.victim_id,
            Plan.unit_id == act.actor.unit_id,
            Plan.responsible_user_id == user_id,
            Plan.state.in_(plan_rules.ALIVE),
        )
        .exists()
    )
    rows = act.session.execute(
        visible_cases(act.actor)
        .add_columns(TraffickingCase.code)
        .where(in_charge | answers)
        .order_by(TraffickingCase.id)
        .params(actor_params(act.actor))
    )
    return [Charge(*row) for row in rows]


def teams(act: Act, case_ids: Iterable[int]) -> dict[int, set[int]]:
    """Who of the unit has charge of each of these cases, by its key."""
    rows = act.session.execute(
        select(Assignment.case_id, Assignment.user_id).where(
            Assignment.unit_id == act.actor.unit_id,
            Assignment.ended_at.is_(None),
            Assignment.case_id.in_(set(case_ids)),
        )
    )
    found: dict[int, set[int]] = {}
    for case_id, user_id in rows:
        found.setdefault(case_id, set()).add(user_id)
    return found


def hand_over_clocks(session: Session, leaver: int, taken: Mapping[int, int]) -> None:
    """Who is reminded of the unit's running deadlines in these cases, instead of the one who leaves."""
    moved = [{"case_id": case_id, "user_id": user_id} for case_id, user_id in taken.items()]
    session.connection().exec_driver_sql(
        "SELECT ruv.hand_over_clocks(%(leaver)s, %(moved)s)", {"leaver": leaver, "moved": json.dumps(moved)}
    )


def usernames(act: Act, case_ids: Collection[int]) -> dict[int, list[str]]:
    """Names of the accounts of the unit in charge of each of these cases, by its key."""
    rows = act.session.execute(
        select(Assignment.case_id, UserAccount.username)
        .join(UserAccount, UserAccount.id == Assignment.user_id)
        .where(
            Assignment.unit_id == act.actor.unit_id,
            Assignment.ended_at.is_(None),
            Assignment.case_id.in_(case_ids),
        )
        .order_by(UserAccount.username)
    )
    found: dict[int, list[str]] = {}
    for case_id, username in rows:
        found.setdefault(case_id, []).append(username)
    return found
