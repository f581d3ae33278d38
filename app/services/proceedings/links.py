"""Commands on the proceedings of a case: link one, note what concerns the person, move it, unlink."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import check_row_writable, require
from app.access.permissions import Permission
from app.audit import record
from app.codes import new_code
from app.db import UniqueViolation, insert_rows, next_ids, vault_of
from app.errors import Conflict, Invalid, NotFound, StaleVersion, refusal, unknown_code, wrong
from app.models import Proceeding
from app.records.errors import FieldError
from app.records.rows.proceedings import CaseProceeding as LinkRow
from app.records.rows.proceedings import Proceeding as Facts
from app.services.cases.parts import case_part
from app.services.proceedings import stages
from app.services.proceedings.reading.links import COMPARTMENT, TABLE, link_in, links_of, opened, shown
from app.services.proceedings.views import ProceedingMovedView, ProceedingView
from app.services.state_machine import refused
from app.services.writing import Writing, check_version, next_version
from app.states import ProceedingKind

NUMBERS = frozenset({"complaint_number", "file_number"})
"""What a proceeding is known by: to mend one, the link is withdrawn and made again."""
_DIGEST = b"ruv/proceeding\0"
_LINKED = "Ese procedimiento ya está vinculado a este caso: continúe en él."


def listed(act: Act, case: str) -> list[ProceedingView]:
    """The proceedings of a case, with what concerns its person at the actor's level.

    Raises:
        NotFound: out of scope, or the legal compartment does not exist for this actor.
        Forbidden: the actor may only know that it is filled.
    """
    require(act.actor, Permission.CASES_READ)
    part = case_part(act, case, COMPARTMENT)
    found = shown(act, part)
    record(
        act, "proceedings.read", victim_id=part.ref.victim_id, case_id=part.ref.case_id, purpose=act.purpose,
        compartments=[COMPARTMENT], detail={"proceedings": len(found)},
    )  # fmt: skip
    return found


def link(act: Act, case: str, facts: Facts, written: LinkRow) -> str:
    """Link a case with a proceeding, the one of that number if it is registered already; returns its code.

    Raises:
        NotFound: out of scope.
        Forbidden: fields the actor may not write, each named.
        Invalid: no kind, or a stage that is not one of its kind.
        Conflict: it is linked with the case already.
    """
    require(act.actor, Permission.VICTIMS_WRITE)
    part = case_part(act, case, COMPARTMENT, hold=True)
    check_row_writable(act.actor, part.stand, Facts.table, facts.model_fields_set)
    check_row_writable(act.actor, part.stand, TABLE, written.model_fields_set)
    kind, stage = _kind_and_stage(facts)
    digest = _digest(act.session, kind, facts, written)
    proceeding_id = _found_or_made(act.session, digest, kind, stage, facts)
    before = links_of(act.session, part.ref, proceeding_id=proceeding_id)
    if before and not before[0].retired:
        raise Conflict(_LINKED)
    version = before[0].version + 1 if before else 1
    write = Writing(act, part.ref, "proceedings.link", [COMPARTMENT])
    try:
        write.add(written, {"proceeding_id": proceeding_id, "digest": digest, "version": version})
    except UniqueViolation:
        raise Conflict(_LINKED) from None
    code = str(links_of(act.session, part.ref, proceeding_id=proceeding_id)[0].code)
    write.done({"proceeding": code})
    return code


def write(
    act: Act, case: str, code: str, version: int, patch: LinkRow,
) -> int:  # fmt: skip
    """Merge the fields sent (null removes one) into what is noted of the person; returns the new version.

    Raises:
        NotFound: out of scope, or the case has no such proceeding.
        Forbidden: fields the actor may not write, each named.
        Invalid: nothing was sent, or a number.
        StaleVersion: somebody changed it meanwhile.
    """
    require(act.actor, Permission.VICTIMS_WRITE)
    part = case_part(act, case, COMPARTMENT)
    row = link_in(act.session, part.ref, code)
    names = patch.model_fields_set
    _check_patch(names)
    check_row_writable(act.actor, part.stand, TABLE, names)
    (current,) = opened(act, part.ref, [row])
    merged = {**current, **patch.model_dump(mode="json", include=names)}
    known = LinkRow.model_validate({name: value for name, value in merged.items() if value is not None})
    write = Writing(act, part.ref, "proceedings.write", [COMPARTMENT])
    _next(write, row, version, known)
    write.done({"proceeding": row.code}, fields=names)
    return version + 1


def unlink(act: Act, case: str, code: str, version: int) -> None:
    """Withdraw a link made by mistake; what was noted of it stays in the database.

    Raises:
        NotFound: out of scope, or the case has no such proceeding.
        Forbidden: the actor does not write the whole of it.
        StaleVersion: somebody changed it meanwhile.
    """
    require(act.actor, Permission.VICTIMS_WRITE)
    part = case_part(act, case, COMPARTMENT)
    row = link_in(act.session, part.ref, code)
    check_row_writable(act.actor, part.stand, Facts.table, set(Facts.model_fields))
    (current,) = opened(act, part.ref, [row])
    known = LinkRow.model_validate(current)
    write = Writing(act, part.ref, "proceedings.unlink", [COMPARTMENT])
    _next(write, row, version, known, retired=True)
    write.done({"proceeding": row.code})


def move(
    act: Act, case: str, code: str, version: int, target: str,
) -> ProceedingMovedView:  # fmt: skip
    """Move a proceeding to its next stage, for every person it is about; returns stage and version.

    Raises:
        NotFound: out of scope, or the case has no such proceeding.
        Forbidden: the actor does not write the stage.
        Conflict: not a next stage; the text says which are.
        StaleVersion: somebody moved it meanwhile.
    """
    require(act.actor, Permission.VICTIMS_WRITE)
    part = case_part(act, case, COMPARTMENT)
    row = link_in(act.session, part.ref, code)
    check_row_writable(act.actor, part.stand, Facts.table, {"stage"})
    if row.stage_version != version:
        raise StaleVersion(version=row.stage_version)
    if refusal := stages.refuse(row.kind, row.stage, target):
        raise refused(refusal)
    write = Writing(act, part.ref, "proceedings.stage", [COMPARTMENT])
    values = {"stage": target, "stage_since": func.now()}
    new = next_version(act.session, Proceeding, {"id": row.proceeding_id}, version, values)
    write.done({"proceeding": row.code, "from": row.stage, "to": target}, fields=["stage"])
    return {"code": row.code, "stage": target, "version": new}


def _check_patch(names: set[str]) -> None:
    if not names:
        raise Invalid("Envíe al menos un campo.")
    if numbers := sorted(names & NUMBERS):
        message = "El número no se cambia: retire el vínculo y regístrelo de nuevo."
        errors: list[FieldError] = [wrong(name, "not-changed", message) for name in numbers]
        raise Invalid(message, errors=errors)


def _kind_and_stage(facts: Facts) -> tuple[str, str]:
    if facts.kind is None:
        error = unknown_code("kind", stages.MACHINES)
        raise Invalid("Falta indicar el tipo.", errors=[{**error, "code": "missing"}])
    stage = facts.stage or stages.FIRST[facts.kind]
    labels = stages.MACHINES[facts.kind].labels
    if stage not in labels:
        message = "Esa etapa no es de este tipo: elija otra."
        raise refusal("stage", "unknown_code", message, labels)
    return facts.kind, stage


def _digest(session: Session, kind: str, facts: Facts, written: LinkRow) -> bytes:
    """What a proceeding is found by: keyed, of its number; of a proceeding without one, nobody else's."""
    number = written.complaint_number if kind == ProceedingKind.COMPLAINT else written.file_number
    same = stages.identity_of(kind, number or "", facts.department, written.office)
    if same is None:
        return secrets.token_bytes(32)
    secret = vault_of(session).secret("digest")
    return hashlib.blake2b(_DIGEST + same.encode(), key=secret, digest_size=32).digest()


def _found_or_made(session: Session, digest: bytes, kind: str, stage: str, facts: Facts) -> int:
    row_id = next_ids(session, proceeding=1)["proceeding"][0]
    row = {
        "id": row_id,
        "code": new_code("PJ"),
        "kind": kind,
        "stage": stage,
        "department": facts.department,
        "opened_on": facts.opened_on,
        "digest": digest,
    }
    # Of two offices that register the same number at the same moment the second waits and finds the first's.
    insert_rows(session, Proceeding, [row], skip_present=True)
    found: int | None = session.scalar(select(func.ruv.proceeding_of(digest)))
    if found is None:
        raise NotFound
    return found


def _next(write: Writing, row: Any, version: int, known: LinkRow, *, retired: bool = False) -> None:
    """Append the version after `version`; the loser of a race changes nothing."""
    check_version(row, version)
    same = {"proceeding_id": row.proceeding_id, "digest": row.digest}
    try:
        write.add(known, {**same, "version": version + 1, "retired": retired})
    except UniqueViolation:
        raise StaleVersion from None
