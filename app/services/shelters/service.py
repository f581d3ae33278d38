"""Placements: a person is taken in by a shelter, moves to another, and leaves it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import CaseRef, case_in_scope, require
from app.access.permissions import Permission
from app.access.sealing import COORDINATION, seal_text
from app.audit import record
from app.codes import new_code
from app.db import DATABASE_ERRORS, UniqueViolation, insert_rows, next_ids
from app.errors import Conflict, Forbidden, StaleVersion, refusal
from app.models import Placement, Unit
from app.records.rows import split_row
from app.records.rows.shelters import Admission
from app.services.cases.activity import touch
from app.services.cases.holding import held_case, hold
from app.services.cases.rows import case_state
from app.services.cases.rules import closed
from app.services.clocks import service as clocks
from app.services.institutions.masking import SHELTER_KINDS
from app.services.plans.handing import brought
from app.services.shelters import arrivals, exiting, held_places, holds, rules
from app.services.shelters.queries import own_placement, stay_strand
from app.services.shelters.rules import EXIT_REASONS as EXIT_REASONS  # noqa: PLC0414 - part of this module's face
from app.services.shelters.stay_texts import EXIT_VERSION
from app.services.shelters.views import ExitView
from app.services.state_machine import refused
from app.states import CaseOutcome, HoldState, StayState

_Columns = dict[str, object]
_Blob = tuple[str, int, int, bytes]
_FULL: Final = "RS001"
_HOLD_OVER: Final = "RS002"
_NOBODY_LEFT: Final = "La persona ya está alojada: registre primero el egreso anterior."


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who comes: a case in scope, or the code of a hold that lets the shelter join the case; or both."""

    case: str | None = None
    hold: str | None = None
    row: Admission = field(default_factory=Admission, repr=False)


def admit(act: Act, arrival: Arrival | str) -> str:
    """Record that the actor's shelter took the person in; returns the placement's code.

    She gets the place of the hold, else a free one of the group, else any; with none there is no admission.
    From now until the exit the shelter's staff are resident staff. A unit that is no shelter notes that she
    is somewhere that is none (`actual_place`), which takes no place and gives no resident view. Her plan
    comes with her, where the shelter was given it.

    Args:
        arrival: who comes; a bare text is the code of a case.

    Raises:
        NotFound: the case is out of scope.
        Forbidden: the role admits nobody, or the actor's unit is no shelter.
        Invalid: the place is not one for this unit, or the hold is not one of this shelter.
        Conflict: the case is closed, the person is placed already (here or elsewhere), or no place is free.
    """
    require(act.actor, Permission.PLACEMENTS_WRITE)
    arrival = Arrival(case=arrival) if isinstance(arrival, str) else arrival
    place = _place(act, arrival)
    hold = _hold(act, arrival.hold)
    ref = held_case(act, _case(act.session, arrival, hold))
    if closed(case_state(act.session, ref)):
        raise Conflict("El caso terminó: un reingreso abre un caso nuevo.")
    row_id, code = next_ids(act.session, placement=1)["placement"][0], new_code("AL")
    row: dict[str, object] = {
        "id": row_id,
        "victim_id": ref.victim_id,
        "case_id": ref.case_id,
        "code": code,
        "unit_id": act.actor.unit_id,
        "admitted_by": act.actor.user_id,
        "actual_place": place,
        "grp": arrival.row.group if place == rules.IN_SHELTER else None,
        "hold_id": None if hold is None else hold.id,
    }
    sealed, blobs = _sealed(act.session, ref, row_id, arrival.row)
    _insert(act.session, row | sealed)
    if hold is not None:
        clocks.meet(act.session, holds.CLOCK, "place_hold", hold.id)
        act.session.execute(select(func.ruv.tell_left(hold.id, new_code("AV"))))
    brought(act, ref)
    touch(act, ref.victim_id, ref.case_id)
    record(
        act, "placements.admit", victim_id=ref.victim_id, case_id=ref.case_id, purpose=act.purpose,
        blobs=blobs, detail={"placement": code, "place": place, "hold": hold.code if hold else None},
    )  # fmt: skip
    return code


def leave(
    act: Act,
    code: str,
    version: int,
    reason: str,
    *,
    notes: str | None = None,
) -> ExitView:
    """Record that the person left the actor's shelter, and why. Her place is free; a leave she is on ends.

    A child who left without leave is missing from then on: her case says so, the UPE, the police and the
    prosecution are told, and `to_call` (else null) names the kinds of unit that have no part in her case. One
    who moves to another shelter is waited for by a clock: of the place held for her, else LLEGADA_TRASLADO.

    Raises:
        NotFound: no such placement in the actor's own shelter and scope.
        Forbidden: the role records no exits.
        Invalid: not a reason of the list, or not one for a child.
        Conflict: she left already; or what the exit of a child rests on is not in the record (DL 1297).
        StaleVersion: somebody changed it meanwhile.
    """
    require(act.actor, Permission.PLACEMENTS_WRITE)
    hold(act.session, own_placement(act, code).case_id)
    row = own_placement(act, code)
    if row.version != version:
        raise StaleVersion(version=row.version)
    if row.left_at is not None:
        raise Conflict("El egreso ya está registrado.")
    facts = exiting.facts_of(act, row, reason)
    state = rules.stay_state(left=False, away=row.leave_id is not None)
    if refusal := rules.refuse(state, StayState.LEFT, facts):
        raise refused(refusal)
    ref = case_in_scope(act, row.case)
    before = case_state(act.session, ref)
    sealed, blobs = _sealed_exit(act.session, row, notes)
    advance(act.session, row, left_at=func.now(), exit_reason=reason, **sealed)
    touch(act, row.victim_id, row.case_id)
    record(
        act, "placements.exit", victim_id=row.victim_id, case_id=row.case_id, purpose=act.purpose,
        fields=["left_at", "exit_reason"], blobs=blobs,
        detail={"placement": row.code, "reason": reason, "suitability": facts.suitability},
    )  # fmt: skip
    if reason == CaseOutcome.TRANSFERRED:
        arrivals.await_arrival(act.session, [row.case_id])
    absent = None
    if facts.child and reason == CaseOutcome.LEFT:
        absent = exiting.missing(act, ref, before)
    return {
        "code": row.code,
        "exit_reason": reason,
        "suitability": facts.suitability,
        "to_call": absent,
        "version": version + 1,
    }


def advance(session: Session, row: Any, **values: Any) -> None:
    """Write the next version of a stay.

    Raises:
        StaleVersion: somebody else did.
    """
    moved = session.execute(
        update(Placement)
        .where(
            Placement.id == row.id,
            Placement.victim_id == row.victim_id,
            Placement.version == row.version,
        )
        .values(version=row.version + 1, **values)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise StaleVersion


def _place(act: Act, arrival: Arrival) -> str:
    """Where she is: in a shelter for the staff of one, somewhere else for everybody else."""
    place = arrival.row.actual_place or rules.IN_SHELTER
    shelter = act.session.scalar(select(Unit.kind).where(Unit.id == act.actor.unit_id)) in SHELTER_KINDS
    if place == rules.IN_SHELTER and not shelter:
        raise Forbidden("Su unidad no aloja personas.")
    if place != rules.IN_SHELTER and shelter:
        raise refusal(
            "actual_place",
            "not-possible",
            "Su centro registra a quien aloja. Si está fuera por un tiempo, registre un permiso de salida; "
            "si se fue, su egreso.",
        )
    if place != rules.IN_SHELTER and arrival.hold is not None:
        raise refusal("hold", "not-possible", "Un cupo reservado se usa al ingresar al centro que lo guarda.")
    return place


def _hold(act: Act, code: str | None) -> Any:
    if code is None:
        return None
    row = held_places.find(act, code)
    refusal = rules.refuse_hold(
        row.state, HoldState.TAKEN, shelter=row.here, requester=False, in_time=row.in_time
    )
    if refusal:
        raise refused(refusal)
    return row


def _case(session: Session, arrival: Arrival, hold: Any) -> str:
    if hold is None:
        if arrival.case is None:
            raise refusal("case", "not-possible", "Indique el caso, o la reserva de cupo con que llega.")
        return arrival.case
    joined: str | None = session.scalar(select(func.ruv.join_by_hold(hold.id)))
    if arrival.case is None and joined is None:
        raise Conflict(
            "La reserva no basta para recibirla: acepte primero la derivación, o pida a quien reservó que "
            "indique la base legal."
        )
    return arrival.case or str(joined)


def _sealed(session: Session, ref: CaseRef, row_id: int, given: Admission) -> tuple[_Columns, list[_Blob]]:
    texts = split_row(given)[1]
    if not texts:
        return {}, []
    version, sealed = seal_text(session, COORDINATION, ref.strand, "placement", row_id, texts)
    return {"key_version": version, "sealed": sealed}, [("placement", row_id, 1, sealed)]


def _sealed_exit(session: Session, row: Any, notes: str | None) -> tuple[_Columns, list[_Blob]]:
    if notes is None:
        return {}, []
    version, sealed = seal_text(
        session, COORDINATION, stay_strand(session, row), "placement", row.id, {"notes": notes},
        row_version=EXIT_VERSION,
    )  # fmt: skip
    blob = ("placement", row.id, EXIT_VERSION, sealed)
    return {"sealed_exit": sealed, "exit_key_version": version}, [blob]


def _insert(session: Session, row: _Columns) -> None:
    try:
        insert_rows(session, Placement, [row])
    except UniqueViolation:
        # The unique index is the rule: two shelters that admit at the same moment cannot both win.
        raise Conflict(_NOBODY_LEFT) from None
    except DATABASE_ERRORS as error:
        state = getattr(error, "sqlstate", None)
        if state == _FULL:
            raise Conflict(
                "No hay cupo libre en su centro para ese grupo. Registre los egresos pendientes, use otro "
                "grupo, amplíe los cupos declarados, o pida un cupo en otro centro.",
                missing=["free_place"],
            ) from None
        if state == _HOLD_OVER:
            raise Conflict(
                "Esa reserva ya no vale para esta persona: pida otra, o ingrésela sin reserva."
            ) from None
        raise
