"""States and codes, each declared once: CHECK lists, transition tables and comparisons come from here.

Their labels and sources are in the code lists (`app/catalogues/lists`) or beside the rules that use them.
"""

from app.states.base import Codes
from app.states.cases import AgeGroup, Basis, CaseOutcome, CaseState, Identification, MandateEnd, MandateFor
from app.states.consents import ConsentGiver, ConsentState, DataRequestKind, DataRequestState
from app.states.plans import (
    ActivityState,
    FollowUpState,
    HandoverCause,
    ObjectiveState,
    PlanState,
    SignatureCheck,
)
from app.states.proceedings import (
    BranchConclusion,
    BranchState,
    CriminalStage,
    MeasureState,
    ProceedingKind,
    ProtectionBranch,
    ReparationStage,
    TutelaryStage,
)
from app.states.referrals import Attendance, DeliveryState, ReferralState
from app.states.register import (
    ClockEffect,
    ClockState,
    ClockStep,
    FileState,
    LocationKind,
    MatchOrigin,
    MatchState,
    MediaType,
    PaperKind,
    ServiceStatus,
    TableFormat,
)
from app.states.requests import (
    AccountRequestKind,
    AccountState,
    Audience,
    CommandKind,
    CommandState,
    Language,
    TextSize,
)
from app.states.shelters import HoldState, ShelterType, StayState, SuitabilityResult

__all__ = [
    "AccountRequestKind",
    "AccountState",
    "ActivityState",
    "AgeGroup",
    "Attendance",
    "Audience",
    "Basis",
    "BranchConclusion",
    "BranchState",
    "CaseOutcome",
    "CaseState",
    "ClockEffect",
    "ClockState",
    "ClockStep",
    "Codes",
    "CommandKind",
    "CommandState",
    "ConsentGiver",
    "ConsentState",
    "CriminalStage",
    "DataRequestKind",
    "DataRequestState",
    "DeliveryState",
    "FileState",
    "FollowUpState",
    "HandoverCause",
    "HoldState",
    "Identification",
    "Language",
    "LocationKind",
    "MandateEnd",
    "MandateFor",
    "MatchOrigin",
    "MatchState",
    "MeasureState",
    "MediaType",
    "ObjectiveState",
    "PaperKind",
    "PlanState",
    "ProceedingKind",
    "ProtectionBranch",
    "ReferralState",
    "ReparationStage",
    "ServiceStatus",
    "ShelterType",
    "SignatureCheck",
    "StayState",
    "SuitabilityResult",
    "TableFormat",
    "TextSize",
    "TutelaryStage",
]
