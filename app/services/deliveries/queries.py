"""Read service deliveries of a case; who reads services in part sees those of its own unit."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, or_, select

from app.access.act import Act
from app.access.actor import Actor
from app.access.guard import CaseRef, canonical, case_in_scope, require
from app.access.opening_rows import SealedRow, open_rows
from app.access.permissions import Permission
from app.access.policy import OPENING, policy
from app.access.standing import standing
from app.catalogues import code_list
from app.errors import Forbidden, NotFound
from app.models import Plan, PlanActivity, Referral, ServiceDelivery
from app.records.rows.directory import Delivery
from app.services.deliveries.views import ActivityChoice, DeliveryCodes, DeliveryView
from app.services.institutions.masking import unit_names
from app.services.paging import PAGE, cursor_of, read_cursor
from app.services.views import Listing

COMPARTMENT = Delivery.compartment


def of_case(
    act: Act,
    case_code: str,
    *,
    cursor: str | None = None,
    limit: int = PAGE,
) -> Listing[DeliveryView]:
    """Deliveries of a case, the latest written first, voided ones too, a page of them.

    Raises:
        NotFound: the case is out of scope.
        Forbidden: the role, or the unit's part in the case, does not open the services.
        BadRequest: the cursor is not one of this list.
    """
    require(act.actor, Permission.CASES_READ)
    ref = case_in_scope(act, case_code)
    check_reads(act, ref)
    query = (
        _deliveries(act.actor, ref)
        .order_by(ServiceDelivery.created_at.desc(), ServiceDelivery.code.desc())
        .limit(limit + 1)
    )
    if cursor is not None:
        moment, last = read_cursor(cursor, "SE")
        query = query.where(
            or_(
                ServiceDelivery.created_at < moment,
                and_(ServiceDelivery.created_at == moment, ServiceDelivery.code < last),
            )
        )
    rows = act.session.execute(query).all()
    page = rows[:limit]
    items = _opened(act, ref, page)
    following = cursor_of(page[-1][0].created_at, page[-1][0].code) if len(rows) > limit else None
    return {"items": items, "next": following}


def one(act: Act, case_code: str, code: str) -> DeliveryView:
    """One delivery of a case.

    Raises:
        NotFound: the case is out of scope, or has no such delivery that the actor reads.
        Forbidden: the role, or the unit's part in the case, does not open the services.
    """
    require(act.actor, Permission.CASES_READ)
    ref = case_in_scope(act, case_code)
    check_reads(act, ref)
    rows = act.session.execute(
        _deliveries(act.actor, ref).where(ServiceDelivery.code == canonical(code, "SE"))
    ).all()
    if not rows:
        raise NotFound
    return _opened(act, ref, rows)[0]


def _deliveries(actor: Actor, ref: CaseRef) -> Select[ServiceDelivery, str, str]:
    """Deliveries of a case that the actor reads, each with the codes of what it answers to."""
    query = (
        select(ServiceDelivery, Referral.code.label("referral"), PlanActivity.code.label("activity"))
        .outerjoin(
            Referral,
            and_(Referral.id == ServiceDelivery.referral_id, Referral.victim_id == ServiceDelivery.victim_id),
        )
        .outerjoin(
            PlanActivity,
            and_(
                PlanActivity.id == ServiceDelivery.activity_id,
                PlanActivity.victim_id == ServiceDelivery.victim_id,
            ),
        )
        .where(ServiceDelivery.case_id == ref.case_id, ServiceDelivery.victim_id == ref.victim_id)
    )
    if not policy().reads_in_full(actor.role, COMPARTMENT):
        query = query.where(ServiceDelivery.unit_id == actor.unit_id)
    return query


def check_reads(act: Act, ref: CaseRef) -> None:
    """Refuse who opens no services of this person.

    Raises:
        Forbidden: the role does not, or they were not shared with the unit.
    """
    stand = standing(act, ref.victim_id)
    if stand is None or stand.level(act.actor, COMPARTMENT) not in OPENING:
        raise Forbidden("Su función o su participación no abre los servicios de esta persona.")


def own_delivery(act: Act, ref: CaseRef, code: str) -> Any:
    """The own unit's delivery behind a code (`id`, `code`, `state`, `version`).

    Raises:
        NotFound: the case has none, or it is another unit's.
    """
    row = act.session.execute(
        select(
            ServiceDelivery.id, ServiceDelivery.code, ServiceDelivery.state, ServiceDelivery.version
        ).where(
            ServiceDelivery.code == canonical(code, "SE"),
            ServiceDelivery.case_id == ref.case_id,
            ServiceDelivery.victim_id == ref.victim_id,
            ServiceDelivery.unit_id == act.actor.unit_id,
        )
    ).first()
    if row is None:
        raise NotFound
    return row


def own_activity(act: Act, ref: CaseRef, code: str) -> int | None:
    """Key of the own unit's activity in a plan of this case, by its code."""
    return act.session.scalar(
        select(PlanActivity.id)
        .join(Plan, and_(Plan.id == PlanActivity.plan_id, Plan.victim_id == PlanActivity.victim_id))
        .where(
            PlanActivity.code == code,
            PlanActivity.victim_id == ref.victim_id,
            PlanActivity.unit_id == act.actor.unit_id,
            Plan.case_id == ref.case_id,
        )
    )


def own_activities(act: Act, case_code: str) -> list[ActivityChoice]:
    """Activities of the own unit in the plans of a case, the first due first: codes, no words.

    Raises:
        NotFound: the case is out of scope.
    """
    require(act.actor, Permission.CASES_READ)
    ref = case_in_scope(act, case_code)
    rows = act.session.execute(
        select(PlanActivity.code, PlanActivity.service_code)
        .join(Plan, and_(Plan.id == PlanActivity.plan_id, Plan.victim_id == PlanActivity.victim_id))
        .where(
            PlanActivity.victim_id == ref.victim_id,
            PlanActivity.unit_id == act.actor.unit_id,
            Plan.case_id == ref.case_id,
        )
        .order_by(PlanActivity.due_on, PlanActivity.code)
        .limit(100)
    )
    return [{"code": row.code, "service": row.service_code} for row in rows]


def _opened(act: Act, ref: CaseRef, page: Any) -> list[DeliveryView]:
    sealed = [SealedRow(row[0].id, row[0].key_version, row[0].sealed) for row in page]
    texts = open_rows(
        act, COMPARTMENT, ref.strand, Delivery.table, sealed,
        action="deliveries.read",
    )  # fmt: skip
    units = unit_names(act, {row[0].unit_id for row in page})
    return [
        {
            "code": row[0].code,
            "unit": units[row[0].unit_id].shown(),
            "own": row[0].unit_id == act.actor.unit_id,
            **_coded(row[0]),
            "referral": row.referral,
            "activity": row.activity,
            "note": text.get("note"),
        }
        for row, text in zip(page, texts, strict=True)
    ]


def _coded(row: ServiceDelivery) -> DeliveryCodes:
    return {
        "service_type": row.service_type,
        "service_label": code_list("service_type").labels.get(row.service_type, row.service_type),
        "delivered_on": row.delivered_on,
        "attendance": row.attendance,
        "attendance_label": code_list("attendance").labels.get(row.attendance, row.attendance),
        "hours": row.hours,
        "quantity": row.quantity,
        "state": row.state,
        "void_reason": row.void_reason,
        "created_at": row.created_at,
        "version": row.version,
    }
