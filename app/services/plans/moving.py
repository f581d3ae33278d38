"""Move a plan along its states, and start or end what hangs from them."""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy import func

from app.access.act import Act
from app.access.guard import require
from app.access.permissions import Permission
from app.errors import StaleVersion
from app.records.kinds import today
from app.services.plans import following, rules, timing
from app.services.plans.closing import Move, check_closing, keep_closing, write_outcome
from app.services.plans.content import COMPARTMENT, PlanRef, own_plan
from app.services.plans.facts import facts_of
from app.services.plans.holding import advance
from app.services.plans.reviewing import next_due
from app.services.plans.rows import signatures_on
from app.services.plans.versions import newest, signable
from app.services.plans.views import PlanMovedView
from app.services.state_machine import refused
from app.services.writing import Writing
from app.states import PlanState

_SIGNATURE_GUARDS: Final = frozenset({"person_signature", "professional_signature"})


def move(act: Act, code: str, version: int, wanted: Move) -> PlanMovedView:
    """Move a plan along its state machine; returns its new state and version.

    Entering follow-up proposes the calendar of contacts. Closing answers whether the person's outcome was
    written too (`outcome_written`).

    Raises:
        NotFound: the plan is out of scope.
        Forbidden: another unit is responsible, or the role does not write plans.
        Conflict, Invalid: not legal now; the text says what is missing or possible.
        StaleVersion: somebody changed it meanwhile; `version` is the present one.
    """
    require(act.actor, Permission.PLANS_WRITE)
    ref = own_plan(act, code)
    if ref.row.version != version:
        raise StaleVersion(version=ref.row.version, state=ref.row.state)
    check_closing(wanted)
    asked = rules.MACHINE.find(ref.row.state, wanted.target)
    signatures: frozenset[tuple[str, str]] = frozenset()
    if asked is not None and _SIGNATURE_GUARDS & set(asked.guards):
        signatures = _current_signatures(act, ref)
    if refusal := rules.refuse(ref.row.state, wanted.target, facts_of(act.session, ref, signatures, wanted)):
        raise refused(refusal)
    reviewed = wanted.target in timing.REVIEWED
    next_on = (ref.row.next_review_on or next_due(ref, today())) if reviewed else None
    values = _values(wanted, next_on)
    new = advance(act.session, ref, version, **values)
    closes = wanted.target in rules.CLOSED
    write = Writing(act, ref.row, "plans.transition", [COMPARTMENT])
    if closes:
        keep_closing(write, ref, wanted)
    timing.plan_moved(act.session, ref, wanted.target, next_on)
    detail = {
        "plan": ref.row.code, "from": ref.row.state, "to": wanted.target, "reason": wanted.reason,
        "outcome": wanted.outcome,
    }  # fmt: skip
    write.done(detail, fields=values)
    answer: PlanMovedView = {"code": ref.row.code, "state": wanted.target, "version": new}
    if closes:
        following.drop_planned(act.session, ref)
        answer["outcome_written"] = write_outcome(act, ref, wanted)
    elif wanted.target == PlanState.FOLLOW_UP:
        answer["follow_ups"] = following.propose(act, ref)
    return answer


def _values(wanted: Move, next_on: date | None) -> dict[str, object]:
    values: dict[str, object] = {
        "state": wanted.target, "state_since": func.now(), "next_review_on": next_on,
    }  # fmt: skip
    if wanted.target == PlanState.SIGNED:
        values["signed_at"] = func.now()
    if wanted.target in rules.CLOSED:
        values |= {"closed_at": func.now(), "outcome": wanted.outcome}
    return values


def _current_signatures(act: Act, ref: PlanRef) -> frozenset[tuple[str, str]]:
    """Signatures on the content as it is now; none if it changed since."""
    latest = newest(act, ref, action="plans.transition")
    if latest is None:
        return frozenset()
    row, content = latest
    if content != signable(act, ref, action="plans.transition"):
        return frozenset()
    return signatures_on(act.session, ref, row.number)
