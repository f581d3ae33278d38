"""Commands on protection measures: record one, extend it, note that it was lifted."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import check_row_writable, require
from app.access.permissions import Permission
from app.access.sealing import seal_text
from app.audit import record
from app.codes import new_code
from app.db import insert_rows, next_ids
from app.errors import Invalid, StaleVersion, refuse_if, wrong
from app.models import ProtectionMeasure
from app.records.errors import FieldError
from app.records.kinds import today
from app.records.rows import split_row
from app.records.rows.proceedings import ProtectionMeasure as MeasureRow
from app.services.cases.activity import touch
from app.services.cases.parts import CasePart, case_part
from app.services.clocks.calendar import end_of
from app.services.clocks.service import Subject, cancel, start
from app.services.proceedings import measure_rules as rules
from app.services.proceedings.reading.measures import (
    COMPARTMENT,
    END_VERSION,
    TABLE,
    measure_in,
    shown,
)
from app.services.proceedings.views import MeasureLiftedView, MeasureView
from app.services.state_machine import refused
from app.states import MeasureState

Blob = tuple[str, int, int, bytes]
ENDING = frozenset({"end_authority", "end_resolution", "end_note"})
"""What is written when a measure is lifted, and only then."""


def listed(act: Act, case: str) -> list[MeasureView]:
    """The protection measures of a case at the actor's level.

    Raises:
        NotFound: out of scope, or protection does not exist for this actor.
        Forbidden: the actor may only know that there is protection.
    """
    require(act.actor, Permission.CASES_READ)
    part = case_part(act, case, COMPARTMENT)
    found = shown(act, part)
    _record(act, "measures.read", part, detail={"measures": len(found)})
    return found


def record_measure(act: Act, case: str, written: MeasureRow) -> str:
    """Record a measure that was ordered; returns its code. Without a first day it begins today.

    Raises:
        NotFound: out of scope.
        Forbidden: fields the actor may not write, each named.
        Invalid: no type, or something about its end.
    """
    part = _part(act, case, written)
    _refuse_fields(written, ENDING, "Se indica al levantar la medida.")
    if written.type is None:
        error = wrong("type", "missing", "Falta indicar la medida.")
        raise Invalid("Revise los campos indicados.", errors=[error])
    code, blobs = _insert(act, part, written)
    _record(act, "measures.record", part, blobs=blobs, detail={"measure": code})
    return code


def extend(
    act: Act, case: str, code: str, version: int, written: MeasureRow,
) -> str:  # fmt: skip
    """Extend a measure: it goes on as a measure of its own, with the resolution that extends it; its code.

    Raises:
        NotFound: out of scope, or the case has no such measure.
        Forbidden: fields the actor may not write, each named.
        Conflict: it was lifted or extended already.
        Invalid: no last day after the present one, or another type.
        StaleVersion: somebody changed it meanwhile.
    """
    part = _part(act, case, written, held=True)
    _refuse_fields(written, ENDING | {"type", "type_other"}, "Al prorrogar, la medida sigue siendo la misma.")
    row = measure_in(act.session, part.ref, code)
    later = written.until is not None and (row.until is None or written.until > row.until)
    if refusal := rules.refuse(row.state, MeasureState.EXTENDED, until=later):
        raise refused(refusal)
    since = written.since or row.until or today()
    longer = written.model_copy(update={"type": row.type, "since": since})
    new, blobs = _insert(act, part, longer, extends=row.id)
    _end(act.session, part, row, version, {"state": MeasureState.EXTENDED})
    detail = {"measure": row.code, "extended_by": new}
    _record(act, "measures.extend", part, blobs=blobs, detail=detail)
    return new


def lift(
    act: Act, case: str, code: str, version: int, written: MeasureRow,
) -> MeasureLiftedView:  # fmt: skip
    """Note that a measure was lifted; returns its state and version.

    Raises:
        NotFound: out of scope, or the case has no such measure.
        Forbidden: fields the actor may not write, each named.
        Conflict: it is no longer in force.
        Invalid: something other than its end.
        StaleVersion: somebody changed it meanwhile.
    """
    part = _part(act, case, written, held=True)
    _refuse_fields(written, set(MeasureRow.model_fields) - ENDING, "Al levantarla no se cambia.")
    row = measure_in(act.session, part.ref, code)
    if refusal := rules.refuse(row.state, MeasureState.LIFTED):
        raise refused(refusal)
    _, texts = split_row(written)
    values: dict[str, object] = {"state": MeasureState.LIFTED}
    blobs: list[Blob] = []
    if texts:
        key_version, sealed = seal_text(
            act.session, COMPARTMENT, part.ref.strand, TABLE, row.id, texts, row_version=END_VERSION
        )
        values |= {"end_key_version": key_version, "sealed_end": sealed}
        blobs.append((TABLE, row.id, END_VERSION, sealed))
    _end(act.session, part, row, version, values)
    _record(act, "measures.lift", part, blobs=blobs, detail={"measure": row.code})
    return {"code": row.code, "state": MeasureState.LIFTED, "version": version + 1}


def _part(act: Act, case: str, written: MeasureRow, *, held: bool = False) -> CasePart:
    """The case; `held` where what ends may end a unit's part in it."""
    require(act.actor, Permission.VICTIMS_WRITE)
    part = case_part(act, case, COMPARTMENT, hold=held)
    check_row_writable(act.actor, part.stand, TABLE, written.model_fields_set)
    return part


def _refuse_fields(written: MeasureRow, names: set[str] | frozenset[str], message: str) -> None:
    errors: list[FieldError] = [
        wrong(name, "not-asked", message) for name in sorted(written.model_fields_set & names)
    ]
    refuse_if(errors)


def _insert(
    act: Act, part: CasePart, written: MeasureRow, *, extends: int | None = None
) -> tuple[str, list[Blob]]:
    row_id = next_ids(act.session, protection_measure=1)["protection_measure"][0]
    code = new_code("MP")
    since = written.since or today()
    if written.until is not None and written.until < since:
        message = "Es anterior a la fecha de inicio; corrija una de las dos."
        error = wrong("until", "dates_reversed", message)
        raise Invalid("Revise los campos indicados.", errors=[error])
    over = written.until is not None and written.until < today()
    clear, texts = split_row(written)
    row: dict[str, object] = {
        "id": row_id,
        "victim_id": part.ref.victim_id,
        "case_id": part.ref.case_id,
        "code": code,
        "state": MeasureState.EXPIRED if over else MeasureState.IN_FORCE,
        "extends_id": extends,
        "recorded_by": act.actor.user_id,
        "unit_id": act.actor.unit_id,
        **clear,
        "since": since,
    }
    blobs: list[Blob] = []
    if texts:
        key_version, sealed = seal_text(act.session, COMPARTMENT, part.ref.strand, TABLE, row_id, texts)
        row |= {"key_version": key_version, "sealed": sealed}
        blobs.append((TABLE, row_id, 1, sealed))
    insert_rows(act.session, ProtectionMeasure, [row])
    if written.until is not None and not over:
        ref = part.ref
        subject = Subject(
            TABLE, row_id, code, ref.victim_id, ref.case_id, act.actor.unit_id, act.actor.user_id
        )
        start(act.session, "MEDIDA_VENCE", subject, due_at=end_of(written.until))
    return code, blobs


def _end(session: Session, part: CasePart, row: Any, version: int, values: dict[str, object]) -> None:
    table = ProtectionMeasure
    moved = session.execute(
        update(table)
        .where(table.id == row.id, table.victim_id == part.ref.victim_id, table.version == version)
        .values(state_since=func.now(), version=version + 1, **values)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise StaleVersion(version=row.version)
    cancel(session, TABLE, row.id)


def _record(act: Act, action: str, part: CasePart, **more: Any) -> None:
    ref = part.ref
    if action != "measures.read":
        touch(act, ref.victim_id, ref.case_id)
    record(
        act, action, victim_id=ref.victim_id, case_id=ref.case_id, purpose=act.purpose,
        compartments=[COMPARTMENT], **more,
    )  # fmt: skip
