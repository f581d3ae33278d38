"""Commands on a branch of protection: open it, take its next step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from app.access.act import Act
from app.access.guard import require
from app.access.opening import open_compartments
from app.access.permissions import Permission
from app.audit import record
from app.db import UniqueViolation
from app.errors import Conflict, Invalid, refuse_if, unknown_code, wrong
from app.models import ProtectionProcedure, Unit
from app.records.errors import FieldError
from app.records.rows.proceedings import ProtectionStep as StepRow
from app.services.cases.parts import CasePart, case_part
from app.services.cases.rows import case_state, is_foreign, presumed_child
from app.services.cases.rules import closed
from app.services.clocks.service import Subject, cancel, meet, start
from app.services.proceedings import branches
from app.services.proceedings.reading.procedures import procedure_in, seeks_asylum, shown
from app.services.proceedings.views import EmergencyCentreView, ProcedureMovedView, ProcedureView
from app.services.state_machine import refused
from app.services.writing import Writing, check_version
from app.states import BranchState, ProtectionBranch, SuitabilityResult

COMPARTMENT = "protection"
CASE = "trafficking_case"
PROCEDURE = "protection_procedure"
REFUGEE_CARD = "CARNE_REFUGIO"
"""Document of who seeks asylum."""


@dataclass(frozen=True, slots=True)
class Step:
    """A wanted step of a branch; `conclusion` is a code, asked for when it concludes."""

    target: str
    written: StepRow
    conclusion: str | None = None


def listed(act: Act, case: str) -> list[ProcedureView]:
    """The branches of a case, oldest first, with their steps.

    Raises:
        NotFound: out of scope, or protection does not exist for this actor.
        Forbidden: the role reads no cases, or may only know that there is protection.
    """
    require(act.actor, Permission.CASES_READ)
    part = case_part(act, case, COMPARTMENT)
    found = shown(act, part)
    record(
        act, "procedures.read", victim_id=part.ref.victim_id, case_id=part.ref.case_id, purpose=act.purpose,
        compartments=[COMPARTMENT], detail={"procedures": len(found)},
    )  # fmt: skip
    return found


def open_procedure(act: Act, case: str, branch: str, written: StepRow) -> str:
    """Open a branch of protection in a case; returns its code.

    Raises:
        NotFound: out of scope.
        Forbidden: the role moves no cases, or does not read protection.
        Invalid: no such branch.
        Conflict: the case ended, the branch is not for this person, or it is open already.
    """
    require(act.actor, Permission.CASES_TRANSITION)
    if branch not in branches.BRANCHES:
        raise Invalid("Revise los campos indicados.", errors=[unknown_code("branch", branches.BRANCHES)])
    part = case_part(act, case, COMPARTMENT, hold=True)
    ref = part.ref
    if closed(case_state(act.session, ref)):
        raise Conflict("El caso terminó: un reingreso abre un caso nuevo.")
    child = presumed_child(act.session, ref.victim_id, ref.case_id)
    refusal = branches.refuse_opening(branch, child=child, foreign=is_foreign(act.session, ref.victim_id))
    if refusal:
        raise Conflict(refusal)
    first = branches.FIRST[branch]
    write = Writing(act, ref, "procedures.open", [COMPARTMENT])
    try:
        new = write.insert(ProtectionProcedure, {"branch": branch, "state": first}, prefix="PP")
    except UniqueViolation:
        raise Conflict("Esa ruta ya está abierta en este caso: continúe en ella.") from None
    write.add(written, {"procedure_id": new.id, "from_state": None, "to_state": first})
    if branch == ProtectionBranch.CHILDREN:
        meet(act.session, "UPE_COMUNICACION", CASE, ref.case_id)
    write.done({"procedure": new.code, "branch": branch})
    return new.code


def advance(
    act: Act, case: str, code: str, version: int, wanted: Step,
) -> ProcedureMovedView:  # fmt: skip
    """Take a step of a branch; returns its new state and version.

    Who declines the programme for adults passes at once to the services of the MIMP: `mimp_services` lists
    the emergency centres (CEM) of the department.

    Raises:
        NotFound: out of scope, no such branch in the case, or it is reserved.
        Forbidden: the role moves no cases.
        Conflict, Invalid: the step is not legal now; the text says what is missing or possible.
        StaleVersion: somebody moved it meanwhile.
    """
    require(act.actor, Permission.CASES_TRANSITION)
    part = case_part(act, case, COMPARTMENT)
    row = procedure_in(act.session, part, code)
    check_version(row, version)
    facts = _facts(act, part, row, wanted)
    if refusal := branches.refuse(row.branch, row.state, wanted.target, facts):
        raise refused(refusal)
    _check_extras(row.state, wanted)
    write = Writing(act, part.ref, "procedures.step", [COMPARTMENT])
    step = {"procedure_id": row.id, "from_state": row.state, "to_state": wanted.target}
    write.add(wanted.written, step)
    new = write.change(ProtectionProcedure, row, _moved(wanted))
    _keep_time(act, part, row, wanted.target)
    write.done({"procedure": row.code, "from": row.state, "to": wanted.target})
    answer: ProcedureMovedView = {
        "code": row.code,
        "branch": row.branch,
        "state": wanted.target,
        "version": new,
    }
    if wanted.target == BranchState.DECLINED:
        answer["mimp_services"] = _emergency_centres(act)
    return answer


def _facts(act: Act, part: CasePart, row: Any, wanted: Step) -> branches.BranchFacts:
    written, ref = wanted.written, part.ref
    kind = act.session.scalar(select(Unit.kind).where(Unit.id == act.actor.unit_id))
    return branches.BranchFacts(
        child=presumed_child(act.session, ref.victim_id, ref.case_id),
        upe=kind == "UPE",
        consent=written.consent == "SI",
        reason=written.reason,
        risk_assessed=wanted.target == BranchState.ACCEPTED and _risk_assessed(act, part),
        suitable=written.suitability == SuitabilityResult.FIT,
        suitability_dated=written.suitability_on is not None,
        asylum=row.branch == ProtectionBranch.FOREIGNERS and _asylum(act, part),
        conclusion=wanted.conclusion,
    )


def _risk_assessed(act: Act, part: CasePart) -> bool:
    data = _look(act, part, COMPARTMENT)
    return data.get("risk_assessed_on") is not None


def _asylum(act: Act, part: CasePart) -> bool:
    """That she seeks asylum, by her branches or her papers, where they are seen."""
    if seeks_asylum(act.session, part.ref.victim_id):
        return True
    documents = _look(act, part, "identity").get("documents", [])
    return any(document.get("type") == REFUGEE_CARD for document in documents)


def _look(act: Act, part: CasePart, name: str) -> dict[str, Any]:
    opened = open_compartments(
        act, part.ref.victim_id, part.stand,
        action="procedures.read", names=[name],
    )  # fmt: skip
    return opened.known(name)


def _check_extras(state: str, wanted: Step) -> None:
    errors: list[FieldError] = []
    if wanted.written.reason is not None and not branches.reasons(state, wanted.target):
        errors.append(wrong("reason", "not-asked", "Este paso no lleva motivo."))
    if wanted.conclusion is not None and wanted.target != BranchState.CLOSED:
        message = "La conclusión se indica solo al concluir la ruta."
        errors.append(wrong("conclusion", "not-asked", message))
    refuse_if(errors)


def _moved(wanted: Step) -> dict[str, object]:
    values: dict[str, object] = {"state": wanted.target, "state_since": func.now()}
    if wanted.target == BranchState.ASYLUM_SOUGHT:
        values["reserved"] = True
    if wanted.target == BranchState.CLOSED:
        values |= {"closed_at": func.now(), "conclusion": wanted.conclusion}
    return values


def _keep_time(act: Act, part: CasePart, row: Any, target: str) -> None:
    """Deadlines that a step begins or meets."""
    ref = part.ref
    if target in branches.MEASURES:  # 30 working days from the measure (DL 1297, to be validated)
        case = Subject(CASE, ref.case_id, ref.code, ref.victim_id, ref.case_id, act.actor.unit_id)
        # It ran in the unit that registered her: from the measure on it is the UPE's to meet.
        cancel(act.session, CASE, ref.case_id, "PTI")
        start(act.session, "PTI", case)
    elif target == BranchState.PTI_APPROVED:
        meet(act.session, "PTI", CASE, ref.case_id)
    elif target == BranchState.DECLINED:
        who = (ref.victim_id, ref.case_id, act.actor.unit_id, act.actor.user_id)
        start(act.session, "ATENCION_MIMP", Subject(PROCEDURE, row.id, row.code, *who))
    elif target in {BranchState.CEM, BranchState.ACCEPTED}:
        meet(act.session, "ATENCION_MIMP", PROCEDURE, row.id)
    elif target == BranchState.CLOSED:
        cancel(act.session, PROCEDURE, row.id)


def _emergency_centres(act: Act) -> list[EmergencyCentreView]:
    """Emergency centres (CEM) of the acting unit's department."""
    here = select(Unit.department).where(Unit.id == act.actor.unit_id).scalar_subquery()
    rows = act.session.execute(
        select(Unit.code, Unit.name).where(Unit.kind == "CEM", Unit.department == here).order_by(Unit.name)
    )
    return [{"code": row.code, "name": row.name} for row in rows]
