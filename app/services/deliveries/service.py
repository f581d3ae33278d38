"""Record a service delivery, or void a mistaken one; nothing written is changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlalchemy import func, update

from app.access.act import Act
from app.access.guard import CaseRef, case_in_scope, require
from app.access.permissions import Permission
from app.access.sealing import seal_text
from app.access.standing import standing
from app.audit import record
from app.catalogues import code_list
from app.codes import new_code
from app.db import insert_rows, next_ids
from app.errors import Conflict, Forbidden, Invalid, StaleVersion, refusal, refuse_if, unknown_code, wrong
from app.models import ServiceDelivery
from app.records.errors import FieldError
from app.records.kinds import today
from app.records.rows import split_row
from app.records.rows.directory import Delivery
from app.services.cases import deadlines
from app.services.cases.activity import touch
from app.services.deliveries.queries import COMPARTMENT, own_activity, own_delivery
from app.services.deliveries.views import VoidedView
from app.services.referrals.rows import received_referral
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
    clear, texts = split_row(wanted)
    row_id, new = next_ids(act.session, service_delivery=1)["service_delivery"][0], new_code("SE")
    row: dict[str, object] = {
        "id": row_id,
        "victim_id": ref.victim_id,
        "case_id": ref.case_id,
        "code": new,
        "unit_id": act.actor.unit_id,
        **clear,
        "referral_id": _linked(
            act, ref, referral, "referral", received_referral,
            "Indique una derivación de este caso que su unidad aceptó y sigue abierta.",
        ),
        "activity_id": _linked(
            act, ref, activity, "activity", own_activity,
            "Indique una actividad de su unidad en el plan de este caso.",
        ),
        "created_by": act.actor.user_id,
    }  # fmt: skip
    blobs = []
    if texts:
        key_version, sealed = seal_text(act.session, COMPARTMENT, ref.strand, Delivery.table, row_id, texts)
        row |= {"key_version": key_version, "sealed": sealed}
        blobs.append((Delivery.table, row_id, 1, sealed))
    insert_rows(act.session, ServiceDelivery, [row])
    touch(act, ref.victim_id, ref.case_id)
    if wanted.attendance == GIVEN:
        deadlines.delivered(act, ref, wanted.service_type or "")
    record(
        act, "deliveries.record", victim_id=ref.victim_id, case_id=ref.case_id, purpose=act.purpose,
        compartments=[COMPARTMENT], fields=[*clear, *texts], blobs=blobs,
        detail={"delivery": new, "referral": referral, "activity": activity},
    )  # fmt: skip
    return new


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
    if version != row.version:
        raise StaleVersion(version=row.version)
    if row.state == DeliveryState.VOID:
        raise Conflict("Esa prestación ya está anulada: registre otra en su lugar.")
    moved = act.session.execute(
        update(ServiceDelivery)
        .where(
            ServiceDelivery.id == row.id,
            ServiceDelivery.victim_id == ref.victim_id,
            ServiceDelivery.version == version,
        )
        .values(state=DeliveryState.VOID, void_reason=reason, voided_at=func.now(), version=version + 1)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise StaleVersion
    touch(act, ref.victim_id, ref.case_id)
    record(
        act, "deliveries.void", victim_id=ref.victim_id, case_id=ref.case_id,
        compartments=[COMPARTMENT], detail={"delivery": row.code, "reason": reason},
    )  # fmt: skip
    return {"code": row.code, "state": DeliveryState.VOID, "version": version + 1}


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
