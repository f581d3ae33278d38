"""What is told of what hangs from a plan: team, assessments, reviews, contacts after the exit."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from app.services.views import Coded
from app.states import FollowUpState, PlanState

Channel = Annotated[str, Field(json_schema_extra={"x-code-list": "contact_channel"})]
ContactResult = Annotated[str, Field(json_schema_extra={"x-code-list": "follow_up_result"})]


class DomainView(TypedDict):
    """A domain of a plan."""

    domain: str
    domain_label: str


class TeamMemberView(TypedDict):
    """A member of a plan's team: of the unit by user, of others what is known."""

    number: int
    role: Annotated[str, Field(json_schema_extra={"x-code-list": "team_role"})]
    username: str | None
    since: datetime
    ended_at: datetime | None
    name: NotRequired[str]
    institution: NotRequired[str]
    phone: NotRequired[str]


class TeamNumberView(TypedDict):
    """A member of a plan's team, by number."""

    number: int


class Assessed(TypedDict):
    """An assessment as it was written."""

    code: str
    domain: str
    level: int
    assessed_on: date
    created_at: datetime
    professional: str | None
    summary: str | None


class AssessmentView(Assessed):
    """How the person stood in one domain on one day."""

    domain_label: str
    level_label: str


class CurvePointView(TypedDict):
    """A level on one day."""

    on: date
    level: int


class CurveView(DomainView):
    """How the person stood in one domain from the first day to the last."""

    points: list[CurvePointView]
    level: int
    at_risk: bool
    change: int


class AssessmentsView(TypedDict):
    """The assessments of a plan, oldest first."""

    items: list[AssessmentView]
    next: str | None
    curves: list[CurveView]
    gaps: list[DomainView]


class AssessedView(Coded):
    """An assessment that was written, and the gaps that stand with it."""

    gaps: list[DomainView]


class ReviewView(TypedDict):
    """A review of a plan with the person."""

    code: str
    held_on: date
    participants: list[str] | None
    opinion_given: bool
    opinion: str | None
    decisions: str | None
    next_review_on: date
    created_at: datetime


class ReviewsView(TypedDict):
    """The reviews of a plan, oldest first, and when the next one is due."""

    items: list[ReviewView]
    next: str | None
    next_review_on: date | None
    overdue: bool


class ReviewHeldView(Coded):
    """A review that was written, and the plan after it."""

    state: Annotated[str, PlanState]
    next_review_on: date
    version: int


class ChannelView(TypedDict):
    """A way to contact the person."""

    channel: Channel
    channel_label: str


class RestrictionView(TypedDict):
    """What she asks to be minded when she is contacted."""

    restriction: Annotated[str, Field(json_schema_extra={"x-code-list": "contact_restriction"})]
    restriction_label: str


class Attempt(TypedDict):
    """An attempt at a contact as it was written."""

    contacted_on: date
    channel: Channel
    result: ContactResult
    note: str | None
    channel_reason: str | None


class AttemptView(Attempt):
    """An attempt at a contact, and what came of it."""

    result_label: str


class FollowUpView(TypedDict):
    """A contact planned for after the exit, and the attempts at it."""

    code: str
    planned_on: date
    channel: Annotated[str | None, Field(json_schema_extra={"x-code-list": "contact_channel"})]
    channel_unsafe: bool
    state: Annotated[str, FollowUpState]
    state_label: str
    overdue: bool
    version: int
    contacts: list[AttemptView]


class FollowUpsView(TypedDict):
    """Planned contacts by day, and how she may be contacted."""

    items: list[FollowUpView]
    next: str | None
    channels: list[ChannelView]
    possible: list[ChannelView]
    advice: str
    advice_text: str
    conditions: list[RestrictionView]


class ContactedView(Coded):
    """A planned contact after an attempt."""

    state: Annotated[str, FollowUpState]
    result: ContactResult
