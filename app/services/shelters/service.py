"""Placements: a person is taken in by a shelter, moves to another, and leaves it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import case_in_scope, require
from app.access.permissions import Permission
from app.access.sealing import COORDINATION
from app.codes import new_code
from app.db import DATABASE_ERRORS, UniqueViolation
from app.errors import Conflict, Forbidden, refusal
from app.models import Placement, Unit
from app.records.rows.shelters import Admission
from app.services.cases.holding import held_case, hold
from app.services.cases.rows import case_state
from app.services.cases.rules import closed
from app.services.clocks import service as clocks
from app.services.institutions.masking import SHELTER_KINDS
from app.services.plans.handing import brought
from app.services.shelters import arrivals, exiting, held_places, holds, rules
from app.services.shelters.queries import own_placement
from app.services.shelters.rules import EXIT_REASONS as EXIT_REASONS  # noqa: PLC0414 - part of this module's face
from app.services.shelters.stay_texts import EXIT_VERSION
from app.services.shelters.views import ExitView
from app.services.state_machine import refused
from app.services.writing import NOTHING, Slot, Writing, check_version
from app.states import CaseOutcome, HoldState, StayState

_FULL: Final = "RS001"
_HOLD_OVER: Final = "RS002"
_EXIT: Final = Slot(COORDINATION, "sealed_exit", "exit_key_version", EXIT_VERSION)
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
    values = {
        "actual_place": place,
        "grp": arrival.row.group if place == rules.IN_SHELTER else None,
        "hold_id": None if hold is None else hold.id,
    }
    write = Writing(act, ref, "placements.admit")
    code = _admitted(write, arrival.row, values)
    if hold is not None:
        clocks.meet(act.session, holds.CLOCK, "place_hold", hold.id)
        act.session.execute(select(func.ruv.tell_left(hold.id, new_code("AV"))))
    brought(act, ref)
    write.done({"placement": code, "place": place, "hold": hold.code if hold else None})
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
    check_version(row, version)
    if row.left_at is not None:
        raise Conflict("El egreso ya está registrado.")
    facts = exiting.facts_of(act, row, reason)
    state = rules.stay_state(left=False, away=row.leave_id is not None)
    if refusal := rules.refuse(state, StayState.LEFT, facts):
        raise refused(refusal)
    ref = case_in_scope(act, row.case)
    before = case_state(act.session, ref)
    write = Writing(act, row, "placements.exit")
    left = {"left_at": func.now(), "exit_reason": reason}
    new = write.change(Placement, row, left, {"notes": notes} if notes is not None else NOTHING, _EXIT)
    write.done({"placement": row.code, "reason": reason, "suitability": facts.suitability}, fields=left)
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
        "version": new,
    }


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


def _admitted(write: Writing, given: Admission, values: Mapping[str, object]) -> str:
    try:
        return write.add(given, values).code
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
