"""Commands on protection measures: record one, extend it, note that it was lifted."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func

from app.access.act import Act
from app.access.guard import check_row_writable, require
from app.access.permissions import Permission
from app.audit import record
from app.errors import Invalid, refuse_if, wrong
from app.models import ProtectionMeasure
from app.records.base import Values
from app.records.errors import FieldError
from app.records.kinds import today
from app.records.rows import split_row
from app.records.rows.proceedings import ProtectionMeasure as MeasureRow
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
from app.services.writing import Slot, Writing, check_version
from app.states import MeasureState

ENDING = frozenset({"end_authority", "end_resolution", "end_note"})
"""What is written when a measure is lifted, and only then."""
_END = Slot(COMPARTMENT, "sealed_end", "end_key_version", END_VERSION)


def listed(act: Act, case: str) -> list[MeasureView]:
    """The protection measures of a case at the actor's level.

    Raises:
        NotFound: out of scope, or protection does not exist for this actor.
        Forbidden: the actor may only know that there is protection.
    """
    require(act.actor, Permission.CASES_READ)
    part = case_part(act, case, COMPARTMENT)
    found = shown(act, part)
    record(
        act, "measures.read", victim_id=part.ref.victim_id, case_id=part.ref.case_id, purpose=act.purpose,
        compartments=[COMPARTMENT], detail={"measures": len(found)},
    )  # fmt: skip
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
    write = Writing(act, part.ref, "measures.record", [COMPARTMENT])
    code = _add(write, written)
    write.done({"measure": code})
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
    write = Writing(act, part.ref, "measures.extend", [COMPARTMENT])
    new = _add(write, longer, extends=row.id)
    _end(write, row, version, MeasureState.EXTENDED)
    write.done({"measure": row.code, "extended_by": new})
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
    write = Writing(act, part.ref, "measures.lift", [COMPARTMENT])
    new = _end(write, row, version, MeasureState.LIFTED, split_row(written)[1])
    write.done({"measure": row.code})
    return {"code": row.code, "state": MeasureState.LIFTED, "version": new}


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


def _add(write: Writing, written: MeasureRow, *, extends: int | None = None) -> str:
    since = written.since or today()
    if written.until is not None and written.until < since:
        message = "Es anterior a la fecha de inicio; corrija una de las dos."
        error = wrong("until", "dates_reversed", message)
        raise Invalid("Revise los campos indicados.", errors=[error])
    over = written.until is not None and written.until < today()
    state = MeasureState.EXPIRED if over else MeasureState.IN_FORCE
    new = write.add(written, {"state": state, "extends_id": extends, "since": since})
    if written.until is not None and not over:
        ref, actor = write.ref, write.act.actor
        subject = Subject(TABLE, new.id, new.code, ref.victim_id, ref.case_id, actor.unit_id, actor.user_id)
        start(write.act.session, "MEDIDA_VENCE", subject, due_at=end_of(written.until))
    return new.code


def _end(write: Writing, row: Any, version: int, state: str, texts: Values | None = None) -> int:
    check_version(row, version)
    values = {"state": state, "state_since": func.now()}
    new = write.change(ProtectionMeasure, row, values, texts or {}, _END)
    cancel(write.act.session, TABLE, row.id)
    return new
