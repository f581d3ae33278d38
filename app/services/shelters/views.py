"""What is told of shelters, their places and holds of them, and of the stays of persons."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from app.services.views import UnitView
from app.states import CaseOutcome, HoldState, ShelterType, StayState, SuitabilityResult


class SiteView(TypedDict, total=False):
    """Where a shelter is; what is not known is left out."""

    ubigeo: str
    address: str
    phone: str
    access_instructions: str


class PlacesView(TypedDict):
    """Places of a group, in all and free."""

    group: Annotated[str, Field(json_schema_extra={"x-code-list": "shelter_group"})]
    label: str
    total: int
    free: int


class OccupancyView(PlacesView):
    """Places of a group of the own shelter: those that are held, lived in, or out of service too."""

    held: int
    occupied: int
    out: int


class ShelterView(TypedDict):
    """A shelter's entry in the registry; never its address."""

    unit: str
    type: Annotated[str, ShelterType]
    department: str
    populations: Annotated[list[str], Field(json_schema_extra={"x-code-list": "shelter_population"})]
    active: bool
    places: list[PlacesView]
    version: int
    updated_at: datetime


class ShelterSavedView(TypedDict):
    """The entry of a shelter that was written."""

    unit: str
    version: int


class DepartmentAnswer(TypedDict):
    """What is said of a department's vacancies: its groups, or whom to ask."""

    answer: Literal["consultar"] | None
    groups: list[PlacesView] | None


class DepartmentVacanciesView(DepartmentAnswer):
    """Vacancies of a department."""

    department: str
    label: str


class VacanciesView(TypedDict):
    """Vacancies by department, and those of the reader's own shelter."""

    items: list[DepartmentVacanciesView]
    next: str | None
    own: list[PlacesView]


class HoldGroupView(TypedDict):
    """The group a place is held of."""

    code: Annotated[str, Field(json_schema_extra={"x-code-list": "shelter_group"})]
    label: str


class HoldView(TypedDict):
    """A place held for the person of a case."""

    code: str
    state: Annotated[str, HoldState]
    here: bool
    case: str | None
    shelter: UnitView
    department: str
    group: HoldGroupView
    requested_by: UnitView
    transfer: bool
    legal_basis: str | None
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    version: int


class HoldEndedView(TypedDict):
    """A hold that was let go of."""

    code: str
    state: Annotated[str, HoldState]
    version: int


class StayFindingView(TypedDict):
    """What is amiss with a stay."""

    code: str
    label: str


class ResidentView(TypedDict):
    """A stay, without the unit: that is the reader's own."""

    code: str
    case: str
    state: Annotated[str, StayState]
    state_label: str
    actual_place: str
    actual_place_label: str
    finding: StayFindingView | None
    group: Annotated[str | None, Field(json_schema_extra={"x-code-list": "shelter_group"})]
    admitted_at: datetime
    left_at: datetime | None
    exit_reason: Annotated[str, CaseOutcome] | None
    due_back_at: datetime | None
    suggested_reason: Annotated[str, CaseOutcome] | None
    version: int


class StayView(ResidentView):
    """A stay of the person of a case, and where."""

    unit: UnitView


class AdmissionTexts(TypedDict, total=False):
    """What was written as she came; what is not known, or not for the reader, is left out."""

    place_text: str
    belongings: str
    notes: str


class ExitTexts(TypedDict, total=False):
    """What was written as she left."""

    notes: str


class LeaveTexts(TypedDict, total=False):
    """What was written of a leave; what is not known, or not for the reader, is left out."""

    destination: str
    companion: str
    notes: str


class LeaveView(TypedDict):
    """A leave: she goes out for a while, and comes back."""

    reason: Annotated[str, Field(json_schema_extra={"x-code-list": "leave_reason"})]
    accompanied: str | None
    out_at: datetime
    due_back_at: datetime
    ended_at: datetime | None
    returned: bool
    texts: LeaveTexts


class SuitabilityTexts(TypedDict, total=False):
    """Who would take her in, and why that is right; in part for who reads shelters in part."""

    name: str
    document: str
    notes: str


class SuitabilityView(TypedDict):
    """A check of the adult who would take her in."""

    result: Annotated[str, SuitabilityResult]
    relation: Annotated[str, Field(json_schema_extra={"x-code-list": "receiving_adult"})]
    suspected: Annotated[str, Field(json_schema_extra={"x-code-list": "tristate"})]
    checked_on: date
    at: datetime
    texts: SuitabilityTexts


class StayDetailView(StayView):
    """A stay with its texts, leaves and suitability checks, and what may be done next."""

    texts: AdmissionTexts
    exit_texts: ExitTexts
    leaves: list[LeaveView]
    suitability: list[SuitabilityView]
    possible: list[str]


class StayMovedView(TypedDict):
    """A stay after she went out, or came back."""

    code: str
    state: Annotated[str, StayState]
    version: int


class SuitabilityCheckedView(TypedDict):
    """A check that was recorded, by the code of its stay."""

    code: str
    result: Annotated[str, SuitabilityResult]


class ExitView(TypedDict):
    """A stay that ended."""

    code: str
    exit_reason: Annotated[str, CaseOutcome]
    suitability: Annotated[str, SuitabilityResult] | None
    to_call: list[str] | None
    version: int
