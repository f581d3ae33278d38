"""What is told of proceedings, protection measures and branches of protection of a case."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from app.services.cases.views import CaseListedView
from app.states import (
    BranchConclusion,
    BranchState,
    CriminalStage,
    MeasureState,
    ProceedingKind,
    ProtectionBranch,
    ReparationStage,
    TutelaryStage,
)

IsoDay = Annotated[str, Field(json_schema_extra={"format": "date"})]
"""A day as it is sealed."""

Stage = Annotated[str, CriminalStage] | Annotated[str, TutelaryStage] | Annotated[str, ReparationStage]


class LinkView(TypedDict, total=False):
    """What a person has to do with a proceeding; what is not known, or not for the reader, is left out."""

    complaint_number: str
    file_number: str | Literal[True]
    office: str
    next_hearing_on: IsoDay
    sentence: str
    sentence_on: IsoDay
    reparation_ordered: str
    reparation_amount: int
    reparation_paid: str
    legal_counsel: str
    notes: str


class ProceedingFacts(TypedDict):
    """What a proceeding is, whoever takes part in it."""

    code: str
    kind: Annotated[str, ProceedingKind]
    stage: Stage
    stage_since: datetime


class ProceedingView(ProceedingFacts):
    """A proceeding of a case, and what its person has to do with it."""

    department: str | None
    opened_on: date | None
    kind_label: str
    stage_label: str
    possible_stages: list[Stage]
    stage_version: int
    version: int
    updated_at: datetime
    link: LinkView
    other_cases: list[str]


class ProceedingWrittenView(TypedDict):
    """What was noted of a proceeding, in its new version."""

    version: int


class ProceedingMovedView(TypedDict):
    """A proceeding at its new stage."""

    code: str
    stage: Stage
    version: int


class UnlinkedView(TypedDict):
    """That a link was withdrawn."""

    unlinked: Literal[True]


class DocketProceedingView(ProceedingFacts):
    """A proceeding as the prosecutor's list shows it."""

    stage_label: str
    file_number: str | None
    complaint_number: str | None
    next_hearing_on: str | None


class DocketProtectionView(TypedDict):
    """How many measures of a case are in force, and the first day one ends."""

    in_force: int
    ends_on: date | None


class DocketCaseView(CaseListedView):
    """A case of the prosecutor's list; None where a part of the record is not read."""

    proceedings: list[DocketProceedingView] | None
    protection: DocketProtectionView | None


class TestimonyCircumstances(TypedDict, total=False):
    """When and how the single interview was held; never what was said in it."""

    single_interview_done: str
    interview_date: str | int
    place_type: str
    anticipated_evidence: str


class InterviewView(TypedDict):
    """What may be known of the single interview."""

    held: bool
    level: str
    filled: bool
    broken: bool
    legal_date: str | bool | None
    testimony: TestimonyCircumstances


class MeasureTexts(TypedDict, total=False):
    """What was written of a measure; what is not known, or not for the reader, is left out."""

    until: date
    type_other: str
    authority: str
    resolution: str
    end_authority: str
    end_resolution: str
    end_note: str


class MeasureView(MeasureTexts):
    """A protection measure."""

    code: str
    state: Annotated[str, MeasureState]
    state_label: str
    state_since: datetime
    extends: str | None
    recorded_at: datetime
    version: int
    type: Annotated[str, Field(json_schema_extra={"x-code-list": "protection_measure"})]
    since: date


class MeasureLiftedView(TypedDict):
    """A measure that was lifted."""

    code: str
    state: Annotated[str, MeasureState]
    version: int


class ProtectionStepTexts(TypedDict, total=False):
    """What was written of a step; what is not known, or not for the reader, is left out."""

    reason: Annotated[str, Field(json_schema_extra={"x-code-list": "branch_reason"})]
    consent: str
    suitability: str
    suitability_on: IsoDay
    suitability_by: str
    resolution: str
    note: str


_StepOrigin = TypedDict("_StepOrigin", {"from": str | None})


class ProtectionStepView(_StepOrigin, ProtectionStepTexts):
    """A step of a branch of protection."""

    to: str
    label: str
    at: datetime
    unit: str | None


class ProcedureView(TypedDict):
    """A branch of protection with its steps, oldest first."""

    code: str
    branch: Annotated[str, ProtectionBranch]
    state: Annotated[str, BranchState]
    state_since: datetime
    opened_at: datetime
    closed_at: datetime | None
    conclusion: Annotated[str, BranchConclusion] | None
    version: int
    branch_label: str
    state_label: str
    possible_states: list[Annotated[str, BranchState]]
    possible_conclusions: list[str]
    steps: list[ProtectionStepView]


class EmergencyCentreView(TypedDict):
    """An emergency centre (CEM)."""

    code: str
    name: str


class ProcedureMovedView(TypedDict):
    """A branch after a step; with the emergency centres of the department where she declined."""

    code: str
    branch: Annotated[str, ProtectionBranch]
    state: Annotated[str, BranchState]
    version: int
    mimp_services: NotRequired[list[EmergencyCentreView]]
