"""What waits for one person today: how much of it, and where the subject of a deadline or a code is found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import and_, func, select

from app.access.act import Act
from app.access.guard import case_in_scope, require, victim_in_scope
from app.access.permissions import Permission
from app.access.policy import policy
from app.access.scope import actor_params, visible_cases, visible_plans
from app.codes import parse_code
from app.errors import NotFound
from app.models import Plan, PlanActivity, TraffickingCase
from app.services.cases.codes import ENDED
from app.services.cases.rows import cases_of
from app.services.clocks import queries as clocks
from app.services.notices import queries as notices
from app.services.plans.content import find as find_plan
from app.services.referrals import queries as referrals

SEARCHED = ("TP", "CA", "PR", "AC", "DE")
"""Prefixes of the codes that lead somewhere."""


class Counts(NamedTuple):
    """How much waits. `overdue`, `soon`: deadlines; None: not a thing of the role."""

    overdue: int
    soon: int
    to_answer: int | None
    cases: int
    notices: int


class Step(NamedTuple):
    """An activity of a plan the actor sees: its plan, and the service it is, if one was named."""

    plan: str
    service: str | None


@dataclass(frozen=True, slots=True)
class Target:
    """What a code stands for: `kind` is its prefix; `plan` the plan an activity belongs to."""

    kind: str
    code: str
    plan: str | None = None


def counts(act: Act) -> Counts:
    """How much waits for the actor: its own cases', or for supervisors its unit's.

    Raises:
        Forbidden: the role reads no cases.
    """
    require(act.actor, Permission.CASES_READ)
    overdue, soon = clocks.counts(act)
    answers = policy().permits(act.actor.role, Permission.REFERRALS_ANSWER)
    open_cases = (
        visible_cases(act.actor)
        .with_only_columns(func.count(), maintain_column_froms=True)
        .where(TraffickingCase.state.not_in(ENDED))
    )
    return Counts(
        overdue,
        soon,
        referrals.to_answer(act) if answers else None,
        act.session.scalar(open_cases.params(actor_params(act.actor))) or 0,
        notices.unread(act),
    )


def steps(act: Act, codes: Iterable[str]) -> dict[str, Step]:
    """Activities behind these codes that the actor's unit has to do, by code; the rest is left out."""
    rows = act.session.execute(
        select(PlanActivity.code, Plan.code.label("plan"), PlanActivity.service_code)
        .join(Plan, and_(Plan.id == PlanActivity.plan_id, Plan.victim_id == PlanActivity.victim_id))
        .where(
            PlanActivity.code.in_(set(codes)),
            PlanActivity.unit_id == act.actor.unit_id,
            Plan.id.in_(visible_plans(act.actor)),
        )
        .params(actor_params(act.actor))
    )
    return {row.code: Step(row.plan, row.service_code) for row in rows}


def find(act: Act, text: str) -> Target:
    """Where a code, as somebody typed it, leads within the actor's scope; of a person her newest case.

    Raises:
        NotFound: it is no code of `SEARCHED`, or the actor has no part in it.
    """
    prefix, code = _parsed(text)
    if prefix == "TP":
        found = cases_of(act, victim_in_scope(act, code).victim_id)
        if not found:
            raise NotFound
        return Target("CA", str(found[-1].code))
    if prefix == "CA":
        return Target("CA", case_in_scope(act, code).code)
    if prefix == "PR":
        return Target("PR", find_plan(act, code).row.code)
    if prefix == "DE":
        return Target("DE", referrals.find(act, code).row.code)
    step = steps(act, [code]).get(code)
    if step is None:
        raise NotFound
    return Target("AC", code, step.plan)


def _parsed(text: str) -> tuple[str, str]:
    for prefix in SEARCHED:
        try:
            return prefix, parse_code(text, prefix)
        except ValueError:
            continue
    raise NotFound("No se reconoce el código. Revise que esté completo y bien copiado.")
