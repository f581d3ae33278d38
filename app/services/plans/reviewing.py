"""Reviews of a plan with the person: what she thinks of it, what was decided, and when the next one is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from sqlalchemy import func
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import require
from app.access.permissions import Permission
from app.errors import Conflict, refuse_if, wrong
from app.records.errors import FieldError
from app.records.kinds import LIMA, today
from app.records.rows.plans import Review
from app.services.plans import details, rules, timing
from app.services.plans.calendar import next_review
from app.services.plans.content import COMPARTMENT, PlanRef, find, own_plan, state_now, whole
from app.services.plans.holding import advance
from app.services.plans.record_views import ReviewHeldView, ReviewsView
from app.services.plans.writing import given
from app.services.victims.suspects import refuse_suspects
from app.services.writing import Writing
from app.states import PlanState

LONGEST: Final = timedelta(days=184)
"""How long after a review the next one may be, whatever was agreed (own proposal)."""


def review(act: Act, code: str, wanted: Review) -> ReviewHeldView:
    """Record a review of a plan in execution, which goes to `EN_REVISION`; nothing changes it afterwards.

    The person's opinion is asked for; that she did not want to give one is said with `opinion_given` false.

    Raises:
        NotFound: the plan is out of scope.
        Forbidden: another unit is responsible, or the role does not write plans.
        Invalid: something is missing or the days do not go together; each field is named.
        Conflict: the plan is not in execution or review, or whom the record marks as suspected took part.
    """
    require(act.actor, Permission.PLANS_WRITE)
    ref = own_plan(act, code)
    held_on = _checked(wanted)
    for name in wanted.participants or ():
        refuse_suspects(act, ref.row.victim_id, {"participants": name})
    version = advance(act.session, ref, None)
    state = state_now(act.session, ref)
    if state not in timing.REVIEWED:
        raise Conflict(f"El plan está en «{rules.STATES[state]}»: se revisa mientras está en ejecución.")
    next_on = wanted.next_review_on or next_due(ref, held_on)
    version = _held(act.session, ref, state, version, next_on)
    write = Writing(act, ref.row, "plans.review", [COMPARTMENT])
    code = write.add(wanted, {"plan_id": ref.row.id, "next_review_on": next_on}).code
    timing.reviewed(act.session, ref, next_on)
    write.done({"plan": ref.row.code, "review": code, "from": state, "to": PlanState.UNDER_REVIEW})
    return {"code": code, "state": PlanState.UNDER_REVIEW, "next_review_on": next_on, "version": version}


def reviews(act: Act, code: str) -> ReviewsView:
    """The reviews of a plan, oldest first, and when the next one is due.

    Raises:
        NotFound: the plan is out of scope.
        Forbidden: the actor reads the plan in part.
    """
    require(act.actor, Permission.PLANS_READ)
    ref = whole(act.actor, find(act, code))
    items = details.reviews(act, ref, action="plans.reviews")
    due: date | None = ref.row.next_review_on
    return {"items": items, "next": None, "next_review_on": due, "overdue": due is not None and due < today()}


def next_due(ref: PlanRef, held_on: date) -> date:
    """The day by which a plan last reviewed then (or begun) is to be reviewed."""
    signed = ref.row.signed_at
    return next_review(signed.astimezone(LIMA).date() if signed else held_on, held_on)


def _held(session: Session, ref: PlanRef, state: str, version: int, next_on: date) -> int:
    moved = {"state": PlanState.UNDER_REVIEW, "state_since": func.now()} if state == PlanState.RUNNING else {}
    return advance(session, ref, version, next_review_on=next_on, **moved)


def _checked(wanted: Review) -> date:
    given(wanted, "held_on", "participants", "decisions", "opinion_given")
    held_on = wanted.held_on or today()
    errors: list[FieldError] = []
    if held_on > today():
        errors.append(wrong("held_on", "not-possible", "La fecha está en el futuro; revísela."))
    if bool(wanted.opinion_given) != (wanted.opinion is not None):
        message = (
            "Escriba la opinión de la persona; si no quiso opinar, «opinion_given» va en falso y sin texto."
        )
        errors.append(wrong("opinion", "not-possible", message))
    if wanted.next_review_on is not None and not held_on < wanted.next_review_on <= held_on + LONGEST:
        errors.append(
            wrong(
                "next_review_on",
                "not-possible",
                "La próxima revisión va después de esta y antes de seis meses.",
            )
        )
    refuse_if(errors)
    return held_on
