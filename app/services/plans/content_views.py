"""What is told of what a signature covers: a plan's content, its kept versions, what changed between them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from app.services.plans.record_views import DomainView

IsoDay = Annotated[str, Field(json_schema_extra={"format": "date"})]
"""A day as it was written into what is kept, which is text."""


class SignedActivityView(TypedDict):
    """An activity as it was signed."""

    due_on: IsoDay
    code: str
    unit: str
    description: str | None
    indicator: str | None
    person_in_charge: str | None
    frequency: str | None
    evidence_expected: NotRequired[str]
    service_code: NotRequired[str]


class SignedObjectiveView(TypedDict):
    """An objective as it was signed."""

    code: str
    domain: str
    wish: str | None
    goal: str | None
    activities: list[SignedActivityView]


class PlanClosingView(TypedDict):
    """What was agreed when a plan closed."""

    outcome: str | None
    states: dict[str, str]
    achievement: NotRequired[Mapping[str, str] | None]
    residual_risk: NotRequired[str | None]
    follow_up: NotRequired[str | None]


class PlanContentSince(TypedDict, total=False):
    """What stands in a content only where it is known: it came later, and what was signed stays equal."""

    starts_on: IsoDay
    execution_country: str
    feasibility: str
    feasibility_notes: str
    pti_number: str
    pti_on: IsoDay
    closing: PlanClosingView


class PlanContentView(PlanContentSince):
    """All of a plan that a signature covers."""

    plan: str
    kind: str
    place_of_execution: str
    pti_resolution: bool
    language: str | None
    interpreter: str | None
    summary: str | None
    objectives: list[SignedObjectiveView]


class KeptView(TypedDict):
    """A version of a plan that was kept."""

    number: int
    content_hash: str


class VersionView(KeptView):
    """A version of a plan, and who signed it."""

    created_at: datetime
    signers: list[str]


class VersionTextView(KeptView):
    """A version of a plan as it was kept."""

    created_at: datetime
    intact: bool
    content: PlanContentView
    signed_text: str


class ChangeView(TypedDict):
    """One change between two versions, in words."""

    field: str
    text: str


_Between = TypedDict("_Between", {"from": int, "to": int | None})


class PlanChangesView(_Between):
    """What changed from one version to another, or to the plan as it is now."""

    equal: bool
    changes: list[ChangeView]


class SignedByView(TypedDict):
    """Who signed, and how."""

    signer: str
    signer_label: str
    manner: str
    manner_label: str


class Readiness(TypedDict):
    """How far the signing of a plan has come."""

    number: int
    kept: bool
    before: int | None
    changes: list[str]
    signed: list[SignedByView]
    missing: list[str]
    refusal: str | None
    gaps: list[DomainView]
    mark: str
