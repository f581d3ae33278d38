"""Which plans and consents of a case hold files the actor may read, for one page of the case's papers."""

from __future__ import annotations

from sqlalchemy import exists, select

from app.access.act import Act
from app.access.guard import CaseRef, case_in_scope, require
from app.access.permissions import Permission
from app.access.policy import policy
from app.access.scope import actor_params, visible_plans
from app.models import Consent, EvidenceFile, Plan
from app.services.evidence import queries, signed_papers
from app.services.evidence.views import CasePapers, ConsentFiles, PlanFiles
from app.services.plans import rules
from app.services.plans.content import find


def of_case(act: Act, case: str) -> CasePapers:
    """Files of a case by plan and by consent, oldest first, as far as the actor's role reads either.

    Each plan says whether the actor's unit answers for it (`own`) and may still add files to it (`open`);
    consents without files are left out.

    Raises:
        NotFound: the case is out of scope.
        Forbidden: the role reads no cases.
    """
    require(act.actor, Permission.CASES_READ)
    ref = case_in_scope(act, case)
    held = policy().roles[act.actor.role].permissions
    return {
        "plans": _plans(act, ref) if Permission.PLANS_READ in held else [],
        "consents": _consents(act, ref) if Permission.CONSENTS_READ in held else [],
    }


def _plans(act: Act, ref: CaseRef) -> list[PlanFiles]:
    codes = act.session.scalars(
        select(Plan.code)
        .where(
            Plan.case_id == ref.case_id,
            Plan.victim_id == ref.victim_id,
            Plan.id.in_(visible_plans(act.actor)),
        )
        .order_by(Plan.created_at, Plan.id)
        .params(actor_params(act.actor))
    ).all()
    return [_plan(act, code) for code in codes]


def _plan(act: Act, code: str) -> PlanFiles:
    plan = find(act, code)
    own = plan.writes(act.actor) and plan.responsible(act.actor)
    return {
        "code": code,
        "own": own,
        "open": own and plan.row.state in rules.ALIVE,
        "files": queries.list_files(act, code),
    }


def _consents(act: Act, ref: CaseRef) -> list[ConsentFiles]:
    file = EvidenceFile
    codes = act.session.scalars(
        select(Consent.code)
        .where(
            Consent.case_id == ref.case_id,
            Consent.victim_id == ref.victim_id,
            exists().where(file.consent_id == Consent.id, file.victim_id == Consent.victim_id),
        )
        .order_by(Consent.id)
    ).all()
    found: list[ConsentFiles] = [{"code": code, "files": signed_papers.listed(act, code)} for code in codes]
    return [one for one in found if one["files"]]
