"""What is told of a referral."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from app.services.referrals.rules import Side
from app.services.views import DeadlineView, UnitView
from app.states import AgeGroup, ReferralState


class ReferralCodes(DeadlineView):
    """The clear columns of a referral, with what their codes are called."""

    code: str
    from_unit: UnitView
    to_unit: UnitView
    service_type: str
    service_label: str
    reason: Annotated[str | None, Field(json_schema_extra={"x-code-list": "referral_reason"})]
    reason_label: str | None
    legal_basis: str
    legal_basis_label: str
    population: Annotated[str, AgeGroup]
    compartments: list[str]
    urgent: bool
    state: Annotated[str, ReferralState]
    state_label: str
    sent_at: datetime
    answered_at: datetime | None
    refusal_reason: str | None
    refusal_label: str | None
    ended_at: datetime | None
    result: str | None
    result_label: str | None
    version: int


class ReferralOf(TypedDict, total=False):
    """Whom a referral is about, for who takes part in the case."""

    case: str
    victim: str


class ReferralListedView(ReferralCodes, ReferralOf):
    """A referral in a list; case and person only for who takes part in the case."""

    side: Side | None


_ReferralStepOrigin = TypedDict("_ReferralStepOrigin", {"from": str | None})


class ReferralStepView(_ReferralStepOrigin):
    """A change of a referral's state; the clock's has no unit."""

    to: str
    label: str
    reason: str | None
    reason_label: str | None
    at: datetime
    by_unit: UnitView | None


class ReferralTexts(TypedDict):
    """What the two sides wrote to each other; `broken` names what does not open."""

    message: str | None
    conditions: str | None
    broken: list[str]


class ReferralOpened(ReferralTexts):
    """What who takes part in the case reads besides the codes."""

    case: str
    victim: str
    _access: dict[str, str]


class ReferralRead(ReferralOf, total=False):
    """The same texts, left out for who takes no part in the case."""

    message: str | None
    conditions: str | None
    broken: list[str]


class ReferralView(ReferralListedView, ReferralRead):
    """A referral and how it went; the texts only for who takes part in the case."""

    replaces: str | None
    replaced_by: str | None
    history: list[ReferralStepView]
    possible_states: list[Annotated[str, ReferralState]]
    _access: dict[str, str]


class ReferralMovedView(TypedDict):
    """A referral that was answered or moved; `deliveries` and `notice` where it was concluded."""

    code: str
    state: Annotated[str, ReferralState]
    version: int
    deliveries: NotRequired[int]
    notice: NotRequired[str | None]


class ReferralProposal(TypedDict):
    """What may go with a referral to a unit, and the least that the unit needs."""

    code: str
    name: str
    openable: list[str]
    preselected: list[str]
    outside: bool
