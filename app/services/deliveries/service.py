"""Record a service delivery, or void a mistaken one; nothing written is changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlalchemy import func

from app.access.act import Act
from app.access.guard import CaseRef, case_in_scope, require
from app.access.permissions import Permission
from app.access.standing import standing
from app.catalogues import code_list
from app.errors import Conflict, Forbidden, Invalid, refusal, refuse_if, unknown_code, wrong
from app.models import ServiceDelivery
from app.records.errors import FieldError
from app.records.kinds import today
from app.records.rows.directory import Delivery
from app.services.cases import deadlines
from app.services.deliveries.queries import COMPARTMENT, own_activity, own_delivery
from app.services.deliveries.views import VoidedView
from app.services.referrals.rows import received_referral
from app.services.writing import Writing, check_version
from app.states import Attendance, DeliveryState

GIVEN: Final = Attendance.ATTENDED
_REQUIRED: Final = ("service_type", "delivered_on", "attendance")
Finder = Callable[[Act, CaseRef, str], int | None]


def deliver(
    act: Act,
    case_code: str,
    wanted: Delivery,
    *,
    referral: str | None = None,
    activity: str | None = None,
) -> str:
    """Record what the actor's unit gave, or that she did not come; returns its code.

    Args:
        referral: code of a referral that the unit accepted, to which this answers.
        activity: code of the unit's own activity of the plan, to which this belongs.

    Raises:
        NotFound: the case is out of scope.
        Forbidden: the role, or the unit's part in the case, does not write services.
        Invalid: a field is missing, a day to come, or a referral or activity that is not the unit's; named.
    """
    ref = _writable(act, case_code)
    _check(wanted)
    links = {
        "referral_id": _linked(
            act, ref, referral, "referral", received_referral,
            "Indique una derivación de este caso que su unidad aceptó y sigue abierta.",
        ),
        "activity_id": _linked(
            act, ref, activity, "activity", own_activity,
            "Indique una actividad de su unidad en el plan de este caso.",
        ),
    }  # fmt: skip
    write = Writing(act, ref, "deliveries.record", [COMPARTMENT])
    new = write.add(wanted, links)
    if wanted.attendance == GIVEN:
        deadlines.delivered(act, ref, wanted.service_type or "")
    detail = {"delivery": new.code, "referral": referral, "activity": activity}
    write.done(detail, fields=wanted.model_dump(exclude_none=True))
    return new.code


def void(act: Act, case_code: str, code: str, version: int, reason: str) -> VoidedView:
    """Void a delivery of the own unit that was written by mistake; it stays readable as such.

    Raises:
        NotFound: the case is out of scope, or it has no such delivery of the unit.
        Forbidden: the role, or the unit's part in the case, does not write services.
        Invalid: unknown reason.
        Conflict: it is voided already.
        StaleVersion: somebody voided it meanwhile.
    """
    ref = _writable(act, case_code)
    row = own_delivery(act, ref, code)
    if reason not in code_list("delivery_void_reason"):
        error = unknown_code("reason", code_list("delivery_void_reason").codes)
        raise Invalid("Revise los campos indicados.", errors=[error])
    check_version(row, version)
    if row.state == DeliveryState.VOID:
        raise Conflict("Esa prestación ya está anulada: registre otra en su lugar.")
    write = Writing(act, ref, "deliveries.void", [COMPARTMENT])
    values = {"state": DeliveryState.VOID, "void_reason": reason, "voided_at": func.now()}
    new = write.change(ServiceDelivery, row, values)
    write.done({"delivery": row.code, "reason": reason})
    return {"code": row.code, "state": DeliveryState.VOID, "version": new}


def _writable(act: Act, case_code: str) -> CaseRef:
    require(act.actor, Permission.VICTIMS_WRITE)
    ref = case_in_scope(act, case_code)
    stand = standing(act, ref.victim_id)
    if stand is None or not stand.writes(act.actor, COMPARTMENT):
        raise Forbidden("Su función o su participación no registra servicios de esta persona.")
    return ref


def _check(wanted: Delivery) -> None:
    errors: list[FieldError] = [_missing(name) for name in _REQUIRED if getattr(wanted, name) is None]
    if wanted.delivered_on is not None and wanted.delivered_on > today():
        message = "La fecha no puede ser posterior a hoy."
        errors.append(wrong("delivered_on", "future", message))
    refuse_if(errors)


def _missing(name: str) -> FieldError:
    if name == "delivered_on":
        return wrong(name, "missing", "Falta la fecha (AAAA-MM-DD).")
    return unknown_code(name, code_list(name).codes, "missing")


def _linked(
    act: Act,
    ref: CaseRef,
    code: str | None,
    field: str,
    find: Finder,
    message: str,
) -> int | None:
    if code is None:
        return None
    found = find(act, ref, code.strip().upper())
    if found is None:
        raise refusal(field, "not-yours", message)
    return found
