"""Every table, imported here so that migrations and checks see all of them."""

from app.models.access import MandateGrant, RoleGrant
from app.models.audit import AuditEvent, AuditQueue
from app.models.base import Base
from app.models.cases import Assignment, CaseTransition, Exploitation, Participation, TraffickingCase
from app.models.clocks import Clock, Notice
from app.models.commands import CommandRequest
from app.models.consents import Consent, ConsentEvent, DataRequest, DataRequestEvent, Objection
from app.models.deliveries import ServiceDelivery
from app.models.directory import DirectoryLocation, DirectoryService, DirectoryServiceAtLocation
from app.models.documents import (
    EvidenceChunk,
    EvidenceFile,
    PrintedDocument,
    SatisfactionCount,
    SatisfactionUrn,
)
from app.models.drafts import Device, Draft
from app.models.handovers import PlanHandover
from app.models.indicators import IndicatorSnapshot
from app.models.institutions import (
    AccountNotice,
    AccountRequest,
    AuthSession,
    IdempotencyKey,
    Institution,
    RefreshToken,
    SignInTry,
    Unit,
    UserAccount,
    UserPreference,
    WebSession,
)
from app.models.interop import ImportRow
from app.models.keys import IndexRotation
from app.models.matching import LinkageRun, MatchCandidate
from app.models.notes import CaseNote, CaseNoteAddendum
from app.models.plans import (
    FollowUpContact,
    ObjectiveNote,
    Plan,
    PlanActivity,
    PlanAssessment,
    PlanFollowUp,
    PlanHeader,
    PlanObjective,
    PlanReview,
    PlanSignature,
    PlanTeam,
    PlanVersion,
    ProgressNote,
)
from app.models.proceedings import (
    CaseProceeding,
    FamilyLink,
    Proceeding,
    ProtectionMeasure,
    ProtectionProcedure,
    ProtectionStep,
)
from app.models.referrals import Referral, ReferralStep
from app.models.releases import LedgerEntry, Release, ReleaseApproval, ReleaseArtefact, ReleaseDiscard
from app.models.shelters import (
    PlaceHold,
    Placement,
    PlacementLeave,
    PlaceUse,
    Shelter,
    ShelterPlace,
    ShelterSite,
    SuitabilityCheck,
)
from app.models.victims import (
    CompartmentHead,
    Kek,
    Profile,
    RecordMerge,
    Victim,
    VictimBlob,
    VictimCode,
    VictimDek,
    VictimToken,
)

__all__ = [
    "AccountNotice",
    "AccountRequest",
    "Assignment",
    "AuditEvent",
    "AuditQueue",
    "AuthSession",
    "Base",
    "CaseNote",
    "CaseNoteAddendum",
    "CaseProceeding",
    "CaseTransition",
    "Clock",
    "CommandRequest",
    "CompartmentHead",
    "Consent",
    "ConsentEvent",
    "DataRequest",
    "DataRequestEvent",
    "Device",
    "DirectoryLocation",
    "DirectoryService",
    "DirectoryServiceAtLocation",
    "Draft",
    "EvidenceChunk",
    "EvidenceFile",
    "Exploitation",
    "FamilyLink",
    "FollowUpContact",
    "IdempotencyKey",
    "ImportRow",
    "IndexRotation",
    "IndicatorSnapshot",
    "Institution",
    "Kek",
    "LedgerEntry",
    "LinkageRun",
    "MandateGrant",
    "MatchCandidate",
    "Notice",
    "Objection",
    "ObjectiveNote",
    "Participation",
    "PlaceHold",
    "PlaceUse",
    "Placement",
    "PlacementLeave",
    "Plan",
    "PlanActivity",
    "PlanAssessment",
    "PlanFollowUp",
    "PlanHandover",
    "PlanHeader",
    "PlanObjective",
    "PlanReview",
    "PlanSignature",
    "PlanTeam",
    "PlanVersion",
    "PrintedDocument",
    "Proceeding",
    "Profile",
    "ProgressNote",
    "ProtectionMeasure",
    "ProtectionProcedure",
    "ProtectionStep",
    "RecordMerge",
    "Referral",
    "ReferralStep",
    "RefreshToken",
    "Release",
    "ReleaseApproval",
    "ReleaseArtefact",
    "ReleaseDiscard",
    "RoleGrant",
    "SatisfactionCount",
    "SatisfactionUrn",
    "ServiceDelivery",
    "Shelter",
    "ShelterPlace",
    "ShelterSite",
    "SignInTry",
    "SuitabilityCheck",
    "TraffickingCase",
    "Unit",
    "UserAccount",
    "UserPreference",
    "Victim",
    "VictimBlob",
    "VictimCode",
    "VictimDek",
    "VictimToken",
    "WebSession",
]
