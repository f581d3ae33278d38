"""What is told of deadlines, and of the kinds there are."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from app.services.views import DeadlineView
from app.states import ClockState

ClockKind = Annotated[str, Field(json_schema_extra={"x-code-list": "clock"})]

OpenClock = Literal[ClockState.RUNNING, ClockState.OVERDUE]


class ClockView(DeadlineView):
    """A deadline that runs or is overdue."""

    subject: str
    case: str | None
    kind: ClockKind
    label: str
    source: str
    verified: bool
    closes_by_itself: bool
    state: OpenClock
    state_label: str
    started_at: datetime
    mine: bool


class ClockKindView(TypedDict):
    """A kind of deadline; without `value` whoever starts it says when it is due."""

    code: ClockKind
    label: str
    value: int | None
    unit: str | None
    remind_before_hours: int | None
    escalate_after_hours: int | None
    closes_by_itself: bool
    verified: bool
    source: str


class ClockCountView(TypedDict):
    """How many deadlines of a kind are in a state, and how many of them wait for the next sweep."""

    kind: str
    state: str
    clocks: int
    waiting: int
