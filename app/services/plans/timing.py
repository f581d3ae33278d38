"""The clocks of a plan: its draft, its reviews, its activities and the contacts after the exit.

Activities have clocks from the moment the plan is signed until it is suspended or closed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final, Protocol

from sqlalchemy.orm import Session

from app.access.guard import CaseRef
from app.services.clocks.calendar import end_of
from app.services.clocks.service import Subject, cancel, meet, moments, start
from app.services.plans import rules
from app.services.plans.content import PlanRef
from app.services.plans.details import open_activities
from app.states import ActivityState, ClockState, PlanState

CLOCKED: Final = rules.RUNNING | {PlanState.SIGNED}
"""States of a plan in which its activities have clocks."""
REVIEWED: Final = frozenset({PlanState.RUNNING, PlanState.UNDER_REVIEW})
"""States in which the next review is awaited."""


class _Taken(Protocol):
    """A step of an activity, as taken."""

    @property
    def state(self) -> str | None:
        """The state it led to."""

    @property
    def due_on(self) -> date | None:
        """The day by which the activity is due now."""


def drafted(session: Session, ref: CaseRef) -> None:
    """The case has its plan, for which a clock may run since specialised care began."""
    meet(session, "PRI_BORRADOR", "trafficking_case", ref.case_id)


def resolution_known(session: Session, case_id: int) -> None:
    """The UPE's resolution with the child's work plan is known."""
    meet(session, "PTI", "trafficking_case", case_id)


def activity_added(session: Session, ref: PlanRef, plan_state: str, activity: Any) -> None:
    """Start the clock of a new activity (`id`, `code`, `unit_id`, `due_on`) of a plan that runs."""
    if plan_state in CLOCKED:
        _start_activity(session, ref, activity, activity.due_on)


def activity_clock(ref: PlanRef, before: Any, taken: _Taken) -> dict[str, object]:
    """What a step does to the running clock of an activity (`before` its row), for `write_step`.

    `ends`: the state it ends in; `due`, `remind`, `escalate`: its new moments; None where it is left alone.
    """
    change: dict[str, object] = {"ends": None, "due": None, "remind": None, "escalate": None}
    if ref.row.state not in CLOCKED or before.state not in rules.OPEN_ACTIVITY:
        return change
    if taken.state not in rules.OPEN_ACTIVITY:
        return {
            **change,
            "ends": ClockState.CANCELLED if taken.state == ActivityState.CANCELLED else ClockState.MET,
        }
    if taken.due_on is not None and taken.due_on != before.due_on:
        return {**change, **moments("ACTIVIDAD", end_of(taken.due_on))}
    return change


def activity_taken_up(session: Session, ref: PlanRef, before: Any, taken: _Taken) -> None:
    """Start the clock of an activity (`before` its row) that a step opened again."""
    reopened = before.state not in rules.OPEN_ACTIVITY and taken.state in rules.OPEN_ACTIVITY
    if ref.row.state in CLOCKED and reopened and taken.due_on is not None:
        _start_activity(session, ref, before, taken.due_on)


def plan_moved(session: Session, ref: PlanRef, target: str, next_review_on: date | None) -> None:
    """Start or end what hangs from the plan's state, after it moved from `ref.row.state` to `target`."""
    source = ref.row.state
    if target in CLOCKED and source not in CLOCKED:
        for activity in open_activities(session, ref):
            _start_activity(session, ref, activity, activity.due_on)
    elif source in CLOCKED and target not in CLOCKED:
        for activity in open_activities(session, ref):
            cancel(session, "plan_activity", activity.id)
    if target in REVIEWED and source not in REVIEWED and next_review_on is not None:
        start(session, "PRI_REVISION", _plan(ref), due_at=end_of(next_review_on))
    elif source in REVIEWED and target not in REVIEWED:
        cancel(session, "plan", ref.row.id, "PRI_REVISION")


def reviewed(session: Session, ref: PlanRef, next_review_on: date) -> None:
    """A review was held: the next one is awaited."""
    meet(session, "PRI_REVISION", "plan", ref.row.id)
    start(session, "PRI_REVISION", _plan(ref), due_at=end_of(next_review_on))


def contact_planned(session: Session, ref: PlanRef, row_id: int, code: str, planned_on: date) -> None:
    """A contact after the exit is awaited."""
    start(session, "SEGUIMIENTO", _subject(ref, "plan_follow_up", row_id, code), due_at=end_of(planned_on))


def contact_made(session: Session, row_id: int) -> None:
    """A planned contact was reached."""
    meet(session, "SEGUIMIENTO", "plan_follow_up", row_id)


def contacts_dropped(session: Session, row_ids: Iterable[int]) -> None:
    """Planned contacts are awaited no more."""
    for row_id in row_ids:
        cancel(session, "plan_follow_up", row_id)


def _start_activity(session: Session, ref: PlanRef, activity: Any, due_on: date) -> None:
    row = ref.row
    subject = Subject(
        "plan_activity", activity.id, activity.code, row.victim_id, row.case_id, activity.unit_id
    )
    start(session, "ACTIVIDAD", subject, due_at=end_of(due_on))


def _plan(ref: PlanRef) -> Subject:
    return _subject(ref, "plan", ref.row.id, ref.row.code)


def _subject(ref: PlanRef, table: str, row_id: int, code: str) -> Subject:
    row = ref.row
    return Subject(table, row_id, code, row.victim_id, row.case_id, row.unit_id, row.responsible_user_id)
