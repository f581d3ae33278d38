"""What is told of a plan: its face, its content, and what each command answers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from app.services.plans.record_views import DomainView, TeamMemberView
from app.services.views import Coded, UnitView
from app.states import ActivityState, AgeGroup, HandoverCause, ObjectiveState, PlanState, SignatureCheck

_ObjectiveStep = TypedDict(
    "_ObjectiveStep", {"from": Annotated[str, ObjectiveState], "to": Annotated[str, ObjectiveState]}
)
_ActivityStep = TypedDict(
    "_ActivityStep", {"from": Annotated[str, ActivityState], "to": Annotated[str, ActivityState]}
)
_Handed = TypedDict("_Handed", {"from": UnitView, "to": UnitView})


class PlanSummaryView(TypedDict):
    """A plan in a list, with what the own unit has to do in it."""

    code: str
    case: str | None
    victim: str | None
    kind: Annotated[str, AgeGroup]
    state: Annotated[str, PlanState]
    state_label: str
    state_since: datetime
    unit: UnitView
    own_open: int
    own_overdue: int
    next_review_on: date | None
    overdue: bool
    gaps: int | None
    version: int


class PlanCodes(TypedDict):
    """Codes, kind and state of a plan, and what the reader may do with it."""

    code: str
    kind: Annotated[str, AgeGroup]
    kind_label: str
    state: Annotated[str, PlanState]
    state_label: str
    state_since: datetime
    unit: UnitView
    created_at: datetime
    signed_at: datetime | None
    closed_at: datetime | None
    version: int
    case: str | None
    victim: str | None
    possible_states: list[Annotated[str, PlanState]]
    responsible: bool
    may_hand_over: bool


class PlanFace(PlanCodes):
    """A plan of which nothing is opened."""

    view: Literal["all", "own"]


class ProgressNoteView(_ActivityStep):
    """A step of an activity, or only a note on it."""

    from_due: date | None
    to_due: date | None
    note: str | None
    at: datetime
    unit: UnitView


class ActivityView(TypedDict):
    """Which unit does what by when, and what came of it."""

    code: str
    due_on: date
    state: Annotated[str, ActivityState]
    description: str | None
    indicator: str | None
    person_in_charge: str | None
    frequency: str | None
    evidence_expected: str | None
    service_code: str | None
    version: int
    objective: str | None
    state_label: str
    unit: UnitView
    overdue: bool
    notes: list[ProgressNoteView]


class ObjectiveNoteView(_ObjectiveStep):
    """A step of an objective, or only a note on it."""

    note: str | None
    at: datetime


class ObjectiveView(TypedDict):
    """What the person wants, the goal agreed, and how it goes."""

    code: str
    domain: str
    domain_label: str
    wish: str | None
    goal: str | None
    state: Annotated[str, ObjectiveState]
    state_label: str
    possible_states: list[Annotated[str, ObjectiveState]]
    version: int
    notes: list[ObjectiveNoteView]


class SignatureView(TypedDict):
    """A signature on one version of a plan."""

    number: int
    signer: str
    signer_label: str
    manner: str
    content_hash: str
    signed_at: datetime
    scan_code: str | None
    witness: str | None
    gaps_acknowledged: dict[str, str]
    verification: Annotated[str, SignatureCheck] | None
    verification_label: str | None


class HandoverView(_Handed):
    """From which unit to which a plan went, and why."""

    cause: Annotated[str, HandoverCause]
    cause_label: str
    reason: Annotated[str | None, Field(json_schema_extra={"x-code-list": "plan_handover_reason"})]
    reason_label: str | None
    at: datetime


class PlanContents(TypedDict):
    """What of a plan only who reads all of it is told."""

    execution_country: str | None
    feasibility: str | None
    interpreter: str | None
    language: str | None
    place_of_execution: str
    pti_on: date | None
    starts_on: date | None
    pti_resolution: bool
    summary: str | None
    pti_number: str | None
    feasibility_notes: str | None
    team: list[TeamMemberView]
    outcome: str | None
    next_review_on: date | None
    overdue: bool
    gaps: list[DomainView]
    objectives: list[ObjectiveView]
    signatures: list[SignatureView]
    handovers: list[HandoverView]


class PlanPartView(PlanCodes):
    """A plan, for who reads of it the own unit's activities."""

    view: Literal["own"]
    activities: list[ActivityView]
    _access: dict[str, str]


class PlanView(PlanCodes, PlanContents):
    """A plan, for who reads all of it."""

    view: Literal["all"]
    activities: list[ActivityView]
    _access: dict[str, str]


ReadPlan = PlanView | PlanPartView
"""A plan as its reader may see it."""


class PlanWrittenView(Coded):
    """A plan that changed."""

    version: int


class ObjectiveMovedView(Coded):
    """An objective after a step."""

    state: Annotated[str, ObjectiveState]
    version: int


class ActivityMovedView(Coded):
    """An activity after a step."""

    state: Annotated[str, ActivityState]
    due_on: date
    version: int


class PlanSignedView(TypedDict):
    """A signature that was recorded, and what became of the plan with it."""

    number: int
    content_hash: str
    state: Annotated[str, PlanState]
    version: int
    gaps: list[DomainView]


class PlanMovedView(PlanWrittenView):
    """A plan after a move: at its end whether her outcome was written, in follow-up the contacts planned."""

    state: Annotated[str, PlanState]
    outcome_written: NotRequired[bool]
    follow_ups: NotRequired[list[str]]


class UnitChoice(TypedDict):
    """A unit that an activity may be given to."""

    code: str
    name: str
