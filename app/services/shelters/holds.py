"""Hold a place for somebody until she arrives, without being told in which shelter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import func, select

from app.access.act import Act
from app.access.guard import require
from app.access.permissions import Permission
from app.access.policy import policy
from app.audit import record
from app.catalogues import code_list
from app.codes import new_code
from app.db import UniqueViolation, driver_cursor, next_ids
from app.errors import Conflict, Forbidden, StaleVersion, refuse_if, unknown_code, wrong
from app.records.errors import FieldError
from app.services.cases.holding import held_case
from app.services.cases.rows import case_state
from app.services.cases.rules import closed
from app.services.clocks import calendar
from app.services.clocks import service as clocks
from app.services.institutions.masking import SHELTER_KINDS
from app.services.limits import check_hourly
from app.services.shelters import arrivals, rules
from app.services.shelters.free_places import shelter_unit
from app.services.shelters.held_places import find
from app.services.shelters.views import HoldEndedView
from app.services.state_machine import refused
from app.services.writing import Writing, check_version
from app.states import HoldState

ALONE: Final = ("MANDATO_LEGAL", "INTERES_SUPERIOR", "INTERES_VITAL")
"""Legal bases on which the shelter joins the case by the hold alone; others take an accepted referral."""
CLOCK: Final = "RESERVA_CUPO"
MOST_AN_HOUR: Final = 20
"""Holds a user asks for in an hour: who held every place would close the shelters."""
_HOLD: Final = (
    "SELECT ruv.hold_place(%(hold)s, %(code)s, %(case)s, %(department)s, %(group)s, %(unit)s, %(expires)s,"
    " %(basis)s)"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A place for the person of a case: its group, and a department or (who may know it) a shelter's unit.

    `legal_basis`: one of `ALONE`, on which the shelter may take her in by the hold alone.
    """

    case: str
    group: str
    department: str | None = None
    unit: str | None = None
    legal_basis: str | None = None


def hold(act: Act, wanted: Wanted) -> str:
    """Hold a place for 24 hours (clock RESERVA_CUPO); returns the hold's code.

    Asked from the shelter she lives in, or by who reads where she lives in full, it is a transfer: her
    admission with the hold ends the stay she has.

    Raises:
        NotFound: the case is out of scope.
        Forbidden: the role holds no places, or brings no unit in by law.
        Invalid: a code is not of its list, or names a shelter that the actor may not know.
        Conflict: the case is closed, has a live hold, or no place is free.
        TooMany: `MOST_AN_HOUR`.
    """
    require(act.actor, Permission.SHELTERS_READ)
    unit_id = _checked(act, wanted)
    ref = held_case(act, wanted.case)
    if closed(case_state(act.session, ref)):
        raise Conflict("El caso terminó: un reingreso abre un caso nuevo.")
    check_hourly(
        act, "shelters.hold", MOST_AN_HOUR,
        "Pidió demasiados cupos en la última hora. Libere los que no use y espere.",
    )  # fmt: skip
    row_id, code = next_ids(act.session, place_hold=1)["place_hold"][0], new_code("RZ")
    expires = calendar.due(CLOCK, datetime.now(UTC))
    given = {
        "hold": row_id, "code": code, "case": ref.case_id, "department": wanted.department,
        "group": wanted.group, "unit": unit_id, "expires": expires, "basis": wanted.legal_basis,
    }  # fmt: skip
    try:
        cursor = driver_cursor(act.session)
        (held,) = cursor.execute(_HOLD, given).fetchone() or (False,)
    except UniqueViolation:
        raise Conflict("El caso ya tiene un cupo reservado: libérelo o úselo antes de pedir otro.") from None
    if not held:
        raise Conflict(
            "No hay cupo libre para ese grupo allí. Pruebe otro departamento u otro grupo, o repita en unos "
            "minutos: alguien puede estar liberando uno."
        )
    subject = clocks.Subject(
        "place_hold", row_id, code, ref.victim_id, ref.case_id, act.actor.unit_id, act.actor.user_id
    )
    clocks.start(act.session, CLOCK, subject, due_at=expires)
    detail = {
        "hold": code, "group": wanted.group, "department": wanted.department,
        "legal_basis": wanted.legal_basis,
    }  # fmt: skip
    Writing(act, ref, "shelters.hold").done(detail)
    return code


def release(act: Act, code: str, version: int) -> HoldEndedView:
    """Let go of a hold: the unit that asked for it, or the shelter that keeps it.

    A child who has left for it is waited for from then on (clock LLEGADA_TRASLADO).

    Raises:
        NotFound: no such hold of the actor's unit.
        Conflict: it is over already.
        StaleVersion: somebody changed it meanwhile.
    """
    require(act.actor, Permission.SHELTERS_READ)
    row = find(act, code)
    check_version(row, version)
    requester = row.requested_unit_id == act.actor.unit_id
    refusal = rules.refuse_hold(
        row.state, HoldState.RELEASED, shelter=row.here, requester=requester, in_time=row.in_time
    )
    if refusal:
        raise refused(refusal)
    if not act.session.scalar(select(func.ruv.release_hold(row.id, version))):
        raise StaleVersion
    clocks.cancel(act.session, "place_hold", row.id, CLOCK)
    arrivals.await_arrival(act.session, [row.case_id])
    # The shelter need not see the person yet, and so says nothing about her.
    about = {"victim_id": row.victim_id, "case_id": row.case_id} if requester else {}
    record(act, "shelters.release", detail={"hold": row.code}, **about)
    return {"code": row.code, "state": HoldState.RELEASED, "version": version + 1}


def _checked(act: Act, wanted: Wanted) -> int | None:
    """Key of the unit named, if one is."""
    errors: list[FieldError] = []
    if wanted.group not in code_list("shelter_group"):
        errors.append(unknown_code("group", code_list("shelter_group").codes))
    if wanted.department is not None and wanted.department not in code_list("department"):
        errors.append(unknown_code("department", code_list("department").codes))
    if (wanted.department is None) == (wanted.unit is None):
        message = "Indique un departamento (código INEI de 2 cifras); o un centro, y no ambos."
        errors.append(wrong("department", "one-of", message))
    if wanted.legal_basis is not None and wanted.legal_basis not in ALONE:
        message = "Elija una opción. Con otra base, derive y espere a que el centro acepte."
        errors.append(wrong("legal_basis", "unknown_code", message, ALONE))
    found = None if wanted.unit is None else shelter_unit(act.session, wanted.unit)
    if wanted.unit is not None and (
        not policy().reads_of_others(act.actor.role, "shelter_location")
        or found is None
        or found.kind not in SHELTER_KINDS
    ):
        message = "Indique el departamento: el cupo se reserva sin nombrar el centro."
        errors.append(wrong("unit", "not-possible", message))
    refuse_if(errors)
    if wanted.legal_basis is not None and not policy().permits(act.actor.role, Permission.PARTICIPATIONS_ADD):
        message = "Su función no incorpora a otra unidad por mandato: derive a la persona."
        raise Forbidden(message, errors=[wrong("legal_basis", "not-permitted", message)])
    return None if found is None else found.id
