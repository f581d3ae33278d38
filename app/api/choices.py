"""Which codes a request may name, in the document: a list of the catalogue, or those that stand here.

What comes from the catalogue of fields says it itself. Services check the codes, and refuse an unknown one
with those there are; here it is only said of what.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import chain
from typing import Any, Final

from app.access.mandates import mandates
from app.access.policy import policy
from app.catalogues import code_list
from app.records import COMPARTMENTS
from app.services.accounts.rules import STATES as ACCOUNT_STATES
from app.services.cases.codes import REASONS as CASE_REASONS
from app.services.cases.codes import REENTRIES, RETURN_REASONS
from app.services.cases.queries import FACE_FILTERS
from app.services.clocks.queries import STATES as CLOCK_STATES
from app.services.commands.command import STATES as COMMAND_STATES
from app.services.consents.rules import LEGAL_BASES
from app.services.directory.entries import KINDS as PLACE_KINDS
from app.services.directory.entries import STATUSES
from app.services.institutions.service import UNIT_KINDS
from app.services.matching.review import BANDS, DECISIONS
from app.services.matching.review import STATES as CANDIDATE_STATES
from app.services.notes.rules import ABOUT
from app.services.plans.rules import MANNERS, SIGNERS, SUSPENSIONS
from app.services.referrals.rules import INTERRUPTIONS, REFUSALS, RESULTS
from app.services.referrals.rules import STATES as REFERRAL_STATES
from app.services.shelters.holds import ALONE
from app.services.shelters.rules import EXIT_REASONS
from app.services.supervision.attention import KINDS as REVIEW_KINDS

LISTED: Final[Mapping[str, str]] = {
    "ClosingIn.residual_risk": "risk_level",
    "DocumentIn.country": "country",
    "DocumentIn.type": "document_type",
    "HandoverIn.reason": "reassignment_reason",
    "HoldIn.department": "department",
    "HoldIn.group": "shelter_group",
    "IdentificationIn.identification": "identification",
    "LocationEntry.ubigeo": "ubigeo",
    "MergeIn.reason": "merge_reason",
    "PlanIn.execution_country": "country",
    "PlanIn.feasibility": "tristate",
    "PlanIn.interpreter": "tristate",
    "PlanIn.language": "language",
    "PlanIn.place_of_execution": "execution_place",
    "PlanMoveIn.outcome": "outcome",
    "PlanMoveIn.to": "plan_state",
    "PlanPatch.execution_country": "country",
    "PlanPatch.feasibility": "tristate",
    "PlanPatch.interpreter": "tristate",
    "PlanPatch.language": "language",
    "PlanPatch.place_of_execution": "execution_place",
    "PlanStepIn.state": "objective_state",
    "ProbeIn.birth_place": "ubigeo",
    "ProcedureIn.branch": "protection_branch",
    "ProcedureStepIn.conclusion": "branch_conclusion",
    "ProcedureStepIn.to": "protection_state",
    "ProgressIn.state": "activity_state",
    "ReentryIn.reason": "retrafficking_reason",
    "ReentryIn.state": "case_state",
    "ReferralIn.reason": "referral_reason",
    "ReferralIn.service_type": "service_type",
    "RefusalIn.reason": "command_refusal",
    "RegistrationIn.state": "case_state",
    "RequestMoveIn.ground": "denial_ground",
    "RequestMoveIn.to": "data_request_state",
    "ResponsibilityIn.reason": "plan_handover_reason",
    "SatisfactionIn.service": "service_type",
    "ShelterIn.department": "department",
    "ShelterIn.populations": "shelter_population",
    "ShelterIn.type": "shelter_type",
    "Site.ubigeo": "ubigeo",
    "SplitIn.reason": "split_reason",
    "TransitionIn.outcome": "outcome",
    "TransitionIn.to": "case_state",
    "UnitChangeIn.department": "department",
    "UnitIn.department": "department",
    "VoidIn.reason": "delivery_void_reason",
    "WithdrawalIn.reason": "evidence_withdrawal",
    "cases_list.identification": "identification",
    "cases_list.state": "case_state",
    "clocks_list.kind": "clock",
    "data_requests_list.state": "data_request_state",
    "directory_services.department": "department",
    "directory_services.population": "served_population",
    "directory_services.service_type": "service_type",
    "evidence_add_to_activity.kind": "evidence_kind",
    "evidence_add_to_plan.kind": "evidence_kind",
    "plans_list.state": "plan_state",
    "referrals_receivers.department": "department",
    "referrals_receivers.service_type": "service_type",
    "victims_change.not_duplicate": "not_duplicate_reason",
    "victims_read.purpose": "access_purpose",
    **{f"cases_list.{name}": str(field.codes) for name, field in FACE_FILTERS.items()},
}
"""Lists of the catalogue by `Body.field` or `operation.parameter`."""

NAMED: Final[Mapping[str, Callable[[], Iterable[str]]]] = {
    **dict.fromkeys(("AccountIn.role", "AccountChangeIn.role"), lambda: policy().roles),
    **dict.fromkeys(
        (
            *("ConsentIn.compartments", "ObjectionRow.compartments", "ParticipationIn.compartments"),
            "ReferralIn.compartments",
        ),
        lambda: policy().compartments,
    ),
    "AccountSearchIn.state": lambda: ACCOUNT_STATES,
    "AnswerIn.reason": lambda: REFUSALS,
    "DecisionIn.decision": lambda: DECISIONS,
    "DecisionIn.reason": lambda: of_lists("merge_reason", "not_duplicate_reason"),
    "ExitIn.reason": lambda: EXIT_REASONS,
    "HoldIn.legal_basis": lambda: ALONE,
    "LocationEntry.kind": lambda: PLACE_KINDS,
    "ParticipationIn.basis": mandates,
    "NoteIn.about": lambda: ABOUT,
    "PlanMoveIn.reason": lambda: SUSPENSIONS,
    "Proceeding.stage": lambda: of_lists("criminal_stage", "tutelary_stage"),
    "ReentryIn.source": lambda: REENTRIES,
    "ReferralIn.legal_basis": lambda: LEGAL_BASES,
    "ReferralMoveIn.reason": lambda: INTERRUPTIONS,
    "ReferralMoveIn.result": lambda: RESULTS,
    "ServiceEntry.status": lambda: STATUSES,
    "SignatureIn.manner": lambda: MANNERS,
    "SignatureIn.signer": lambda: SIGNERS,
    "StageIn.to": lambda: of_lists("criminal_stage", "tutelary_stage"),
    "TransitionIn.reason": lambda: chain(*CASE_REASONS.values(), RETURN_REASONS),
    "UnitIn.kind": lambda: UNIT_KINDS,
    "clocks_list.state": lambda: CLOCK_STATES,
    "commands_list.state": lambda: COMMAND_STATES,
    "directory_services.status": lambda: STATUSES,
    "matching_list.band": lambda: BANDS,
    "matching_list.state": lambda: CANDIDATE_STATES,
    "referrals_list.state": lambda: REFERRAL_STATES,
    "supervision_reviews.kind": lambda: REVIEW_KINDS,
    **dict.fromkeys(("victims_change.compartment", "victims_history.compartment"), lambda: COMPARTMENTS),
}
"""Codes that are no list of the catalogue, in the same way."""
OPEN: Final = frozenset({"victims_read.purpose"})
"""Where a word that is not of the list is taken too: the trace tells it as it was said."""
LONGEST: Final = 60
"""Codes of a list that are named in the document themselves; longer lists are named alone."""


def of_lists(*names: str) -> list[str]:
    """The codes of lists, one after the other."""
    return [code for name in names for code in code_list(name).codes]


@cache
def choices(where: str) -> tuple[str | None, tuple[str, ...]]:
    """The list that the codes are of, if they are of one, and the codes, if they are not too many."""
    if where in LISTED:
        codes = code_list(LISTED[where]).codes
        return LISTED[where], tuple(codes) if len(codes) <= LONGEST and where not in OPEN else ()
    return None, tuple(dict.fromkeys(NAMED[where]()))


def put_choices(schema: dict[str, Any]) -> None:
    """Say of each field and parameter of a request which codes it takes.

    Raises:
        KeyError: something is said of what is no longer there.
    """
    wanted = dict(_places(schema))
    for where in (*LISTED, *NAMED):
        name, codes = choices(where)
        said = wanted[where]
        if name is not None:
            said["x-code-list"] = name
        if codes:
            for part in texts(said):
                part["enum"] = list(codes)
                part.pop("pattern", None)


def texts(said: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The parts of a schema that are a text: alone, or one or several, or in a list."""
    parts = said.get("anyOf", [said])
    for part in (*parts, *(one["items"] for one in parts if isinstance(one.get("items"), dict))):
        if part.get("type") == "string":
            yield part


def _places(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, body in schema["components"]["schemas"].items():
        for field, said in body.get("properties", {}).items():
            yield f"{name}.{field}", said
    for operations in schema["paths"].values():
        for said in operations.values():
            for one in said.get("parameters", ()):
                yield f"{said['operationId']}.{one['name']}", one["schema"]
