"""Commands on a case: move it, change its identification, open it again as a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import func
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import CaseRef, case_in_scope, require, victim_in_scope
from app.access.permissions import Permission
from app.access.sealing import COORDINATION
from app.access.standing import standing
from app.audit import record
from app.codes import new_code
from app.db import UniqueViolation, insert_rows, next_ids
from app.errors import Conflict, Forbidden, refuse_if, unknown_code, wrong
from app.models import Assignment, CaseTransition, Participation, TraffickingCase
from app.records.errors import FieldError
from app.records.kinds import today
from app.services.cases import deadlines, rules
from app.services.cases.codes import IDENTIFICATION, REENTRIES, RETRAFFICKING, STATES
from app.services.cases.holding import held_case
from app.services.cases.rows import (
    by_mandate,
    case_identification,
    case_moves,
    case_state,
    cases_of,
    is_housed,
    lost_as_child,
    presumed_child,
)
from app.services.cases.views import CaseMovedView, IdentifiedView
from app.services.state_machine import refused
from app.services.writing import NOTHING, Slot, Writing, check_version, next_version
from app.states import Basis, CaseState, Identification

REENTRY_STATES = (CaseState.ALERT, CaseState.PRESUMED, CaseState.IMMEDIATE_ASSISTANCE)
REENTRY = "REINGRESO"
RETRAFFICKED = "RETRATA"
FIRST_DAY = date(1900, 1, 1)
_OPEN_CASE = "Esta persona tiene un caso abierto: continúe en él."


@dataclass(frozen=True, slots=True)
class Move:
    """A wanted move. `reason` and `outcome` are codes; `note` is free text and is stored sealed."""

    target: str
    reason: str | None = None
    outcome: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """How a new episode begins: its first state, and whether she came back or was trafficked again.

    `reason`: by whom she was trafficked again (`retrafficking_reason`), asked for then and only then.
    """

    state: str = CaseState.PRESUMED
    source: str = REENTRY
    reason: str | None = None


def move(act: Act, code: str, version: int, wanted: Move) -> CaseMovedView:
    """Move a case along its state machine; returns its new state and version.

    Raises:
        NotFound: out of scope.
        Forbidden: the role moves no cases, or may not write the outcome.
        Conflict, Invalid: the move is not legal now; the text says what is missing or possible.
        StaleVersion: somebody moved it meanwhile.
    """
    require(act.actor, Permission.CASES_TRANSITION)
    # Nobody is admitted or brought in while the case closes.
    find = held_case if rules.closed(wanted.target) else case_in_scope
    ref = find(act, code)
    _state_at(act.session, ref, version)
    state = check_move(act, ref, wanted)
    closing = {"closed_at": func.now(), "outcome": wanted.outcome} if rules.closed(wanted.target) else {}
    write = Writing(act, ref, "cases.transition")
    moved = {"state": wanted.target, "state_since": func.now(), **closing}
    new = _advance(act.session, ref, version, moved)
    step = {"from_state": state, "to_state": wanted.target, "reason": wanted.reason}
    texts = {"note": wanted.note} if wanted.note is not None else NOTHING
    write.insert(CaseTransition, step, texts, Slot(COORDINATION))
    deadlines.moved(act, ref, state, wanted.target)
    detail = {"case": ref.code, "from": state, "to": wanted.target, "reason": wanted.reason}
    write.done(detail, fields=["state", *closing])
    return {"code": ref.code, "state": wanted.target, "version": new}


def check_move(act: Act, ref: CaseRef, wanted: Move, *, second_person: bool = False) -> str:
    """The state a case in scope is in, from which this move is legal now.

    Args:
        second_person: another person, of another unit, will approve it.

    Raises:
        Forbidden: the role may not write the outcome.
        Conflict, Invalid: the move is not legal now; the text says what is missing or possible.
    """
    state = case_state(act.session, ref)
    facts = replace(_facts(act.session, ref, state, wanted), second_person=second_person)
    if refusal := rules.refuse(state, wanted.target, facts):
        raise refused(refusal)
    _check_extras(act, ref, state, wanted)
    return state


def identify(act: Act, code: str, version: int, wanted: str) -> IdentifiedView:
    """Change the identification of a case; services stay as they are.

    Raises:
        NotFound: out of scope.
        Forbidden: the role does not identify.
        Conflict: not a legal change; the text says which are.
        StaleVersion: somebody changed the case meanwhile.
    """
    require(act.actor, Permission.CASES_IDENTIFY)
    ref = case_in_scope(act, code)
    _state_at(act.session, ref, version)
    current = case_identification(act.session, ref)
    if refusal := rules.refuse_identification(current, wanted):
        raise refused(refusal)
    new = _advance(act.session, ref, version, {"identification": wanted})
    write = Writing(act, ref, "cases.identify")
    detail = {"case": ref.code, "from": current, "to": wanted}
    write.done(detail, fields=["identification"])
    return {
        "code": ref.code,
        "identification": wanted,
        "label": IDENTIFICATION[wanted],
        "version": new,
    }


def reopen(
    act: Act,
    victim_code: str,
    first_identified_on: date,
    *,
    entry: Entry | None = None,
) -> str:
    """Open a new case of a person whose earlier cases ended (re-entry, re-trafficking); returns its code.

    Raises:
        NotFound: the person is out of scope.
        Forbidden: the role registers no persons, or its unit was given part of the record by referral.
        Conflict: one of her cases is still open.
        Invalid: the first state or the date is not possible, or how she was trafficked again is not said.
    """
    require(act.actor, Permission.VICTIMS_REGISTER)
    ref = victim_in_scope(act, victim_code)
    shared = ref.standing.shared
    if shared is not None and not by_mandate(act, ref.victim_id):
        # Who was asked for a service sees no more of her by opening a case.
        raise Forbidden(
            "Su unidad recibió solo una parte del registro: pida que lo abra la unidad responsable."
        )
    entry = entry or Entry()
    _check_reentry(entry, first_identified_on)
    last = _last_closed(act, ref.victim_id)
    case_id = next_ids(act.session, trafficking_case=1)["trafficking_case"][0]
    code = new_code("CA")
    try:
        _insert_case(act, (case_id, ref.victim_id, code, last.case_id), entry, first_identified_on, shared)
    except UniqueViolation:
        # The unique index is the rule: of two who open it at the same moment one wins, and a case may be
        # open in which the actor's unit has no part.
        raise Conflict(_OPEN_CASE) from None
    record(
        act, "cases.open", victim_id=ref.victim_id, case_id=case_id, purpose=act.purpose,
        detail={"case": code, "state": entry.state, "source": entry.source, "reason": entry.reason},
    )  # fmt: skip
    new = CaseRef(case_id, ref.victim_id, ref.victim_id, code, 1)
    deadlines.opened(act, new, entry.state, first_identified_on)
    deadlines.returned(act, last, child=presumed_child(act.session, ref.victim_id, case_id))
    return code


def _facts(session: Session, ref: CaseRef, state: str, wanted: Move) -> rules.CaseFacts:
    return rules.CaseFacts(
        adult=not presumed_child(session, ref.victim_id, ref.case_id),
        missing=state == CaseState.LEFT and lost_as_child(session, ref),
        reason=wanted.reason,
        outcome=wanted.outcome,
        left_state=rules.left_state(case_moves(session, ref)),
        housed=rules.closed(wanted.target) and is_housed(session, ref),
    )


def _state_at(session: Session, ref: CaseRef, version: int) -> str:
    check_version(ref, version)
    return case_state(session, ref)


def _check_extras(act: Act, ref: CaseRef, state: str, wanted: Move) -> None:
    errors: list[FieldError] = []
    if wanted.reason is not None and not rules.reasons_for(state, wanted.target):
        errors.append(wrong("reason", "not-asked", "Este cambio no lleva motivo."))
    if wanted.outcome is not None and wanted.target != CaseState.CLOSED:
        errors.append(wrong("outcome", "not-asked", "El resultado se indica solo al cerrar el caso."))
    refuse_if(errors)
    stand = standing(act, ref.victim_id)
    if wanted.target == CaseState.CLOSED and not (stand and stand.writes(act.actor, "outcome")):
        raise Forbidden(
            "Su función no registra el resultado de un caso: pida el cierre a la unidad responsable.",
            errors=[wrong("outcome", "not-writable", "Su función no puede escribir este campo.")],
        )


def _advance(session: Session, ref: CaseRef, version: int, values: Mapping[str, object]) -> int:
    key = {"id": ref.case_id, "victim_id": ref.victim_id}
    return next_version(session, TraffickingCase, key, version, values)


def _check_reentry(entry: Entry, first_identified_on: date) -> None:
    errors: list[FieldError] = []
    if entry.source not in REENTRIES:
        errors.append(unknown_code("source", REENTRIES))
    elif entry.source == RETRAFFICKED and entry.reason not in RETRAFFICKING:
        errors.append(unknown_code("reason", RETRAFFICKING))
    elif entry.source == REENTRY and entry.reason is not None:
        errors.append(wrong("reason", "not-asked", "Un reingreso no lleva motivo."))
    if entry.state not in REENTRY_STATES:
        names = ", ".join(f"«{STATES[name]}»" for name in REENTRY_STATES)
        errors.append(wrong("state", "not-first", f"Un reingreso empieza en {names}."))
    if not FIRST_DAY <= first_identified_on <= today():
        errors.append(
            wrong("first_identified_on", "out-of-range", "La fecha no puede ser futura ni anterior a 1900.")
        )
    refuse_if(errors)


def _last_closed(act: Act, victim_id: int) -> CaseRef:
    rows = cases_of(act, victim_id)
    for row in rows:
        if not rules.closed(row.state):
            raise Conflict(_OPEN_CASE, case=row.code)
    return CaseRef(rows[-1].id, victim_id, victim_id, rows[-1].code, 0)


def _insert_case(
    act: Act,
    keys: tuple[int, int, str, int],
    entry: Entry,
    first_identified_on: date,
    shared: frozenset[str] | None,
) -> None:
    """Insert the case and the actor's part in it, which sees what the unit saw of her in the last one."""
    case_id, victim_id, code, last_id = keys
    same = {"victim_id": victim_id, "case_id": case_id}
    insert_rows(
        act.session,
        TraffickingCase,
        [
            {
                "id": case_id,
                "victim_id": victim_id,
                "record_id": victim_id,
                "code": code,
                "state": entry.state,
                "identification": Identification.PRESUMED,
                "first_identified_on": first_identified_on,
                "reference_year": first_identified_on.year,
                "previous_case_id": last_id,
                "source": entry.source,
                "opened_unit_id": act.actor.unit_id,
                "opened_by": act.actor.user_id,
            }
        ],
    )
    given = None if shared is None else sorted(shared)
    part = {
        **same,
        "unit_id": act.actor.unit_id,
        "basis": Basis.REGISTERED,
        "population": 1,
        "compartments": given,
    }
    charge = {
        **same,
        "unit_id": act.actor.unit_id,
        "user_id": act.actor.user_id,
        "assigned_by": act.actor.user_id,
    }
    first = {
        **same,
        "to_state": entry.state,
        "reason": entry.reason,
        "by_user_id": act.actor.user_id,
        "by_unit_id": act.actor.unit_id,
    }
    insert_rows(act.session, Participation, [part])
    insert_rows(act.session, Assignment, [charge])
    insert_rows(act.session, CaseTransition, [first])
