"""Prestaciones of a case: services that were given, or to which she did not come, and a new one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from app.access.permissions import Permission
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.errors import NotFound
from app.records.kinds import today
from app.records.rows.directory import Delivery
from app.services.deliveries import queries, service
from app.services.deliveries.views import DeliveryView
from app.services.referrals import queries as referrals
from app.services.referrals import rules
from app.services.referrals.views import ReferralListedView
from app.states import Attendance, DeliveryState
from app.web.cases.frame import CaseFrame, case_frame
from app.web.i18n import _
from app.web.kit.controls import read
from app.web.kit.page import CurrentPage, Page
from app.web.kit.row_fields import drawn, version_of, words
from app.web.kit.rows import read_row
from app.web.kit.templating import label, options

router = Branch()

READS: Final = Requires(Permission.CASES_READ)
WRITES: Final = Requires(Permission.VICTIMS_WRITE)
TABLE: Final = Delivery.table
SHOWN: Final = 25
_MOST: Final = 50
_KINDS: Final[Mapping[str, str]] = {
    Attendance.ATTENDED: "green",
    Attendance.DID_NOT_COME: "orange",
    Attendance.POSTPONED: "yellow",
    Attendance.REFUSED: "grey",
}


@router.get("/casos/{code}/prestaciones", dependencies=[READS])
def listed(code: str, page: CurrentPage) -> Response:
    """Services of the case, the latest written first."""
    frame = case_frame(page, code, "prestaciones")
    found = queries.of_case(page.act, code, cursor=page.query("desde") or None, limit=SHOWN)
    following = found["next"]
    return page.draw(
        "deliveries/list.html",
        **frame,
        items=[_card(page, frame, item) for item in found["items"]],
        next=f"{frame['base']}/prestaciones?desde={following}" if following else "",
        records=_records(page, frame),
    )


@router.get("/casos/{code}/prestaciones/nueva", dependencies=[WRITES])
def form(code: str, page: CurrentPage) -> Response:
    """The form of a service that was given today, unless another day is written."""
    frame = case_frame(page, code, "prestaciones")
    known = today().isoformat()
    page.form.start(delivered_on=known, attendance=service.GIVEN, referral=page.query("derivacion"))
    return _draw(page, frame)


@router.post("/casos/{code}/prestaciones/nueva", dependencies=[WRITES])
def record(code: str, page: CurrentPage) -> Response:
    """Records it, once for the key of its form."""
    frame = case_frame(page, code, "prestaciones")
    sent = read(page.form, drawn(page, frame["case"], TABLE))
    if not sent.get("service_type"):
        page.form.wrong("service_type", _("Elija el servicio."))
    if not sent.get("attendance"):
        page.form.wrong("attendance", _("Elija si la persona fue atendida."))
    with page.attempt():
        page.form.check()
        _recorded(page, frame["case"]["code"], sent)
        return page.go(f"{frame['base']}/prestaciones", done="prestacion-registrada")
    return _draw(page, frame)


@router.get("/casos/{code}/prestaciones/{delivery}/anular", dependencies=[WRITES])
def void_form(code: str, delivery: str, page: CurrentPage) -> Response:
    """Asks why one does not count."""
    frame, item = _own(page, code, delivery)
    page.form.version = item["version"]
    return _draw_void(page, frame, item)


@router.post("/casos/{code}/prestaciones/{delivery}/anular", dependencies=[WRITES])
def void(code: str, delivery: str, page: CurrentPage) -> Response:
    """Voids one that was written by mistake; it stays readable as such."""
    frame, item = _own(page, code, delivery)
    reason = page.form.text("reason", needed=_("Elija el motivo."))
    with page.attempt():
        page.form.check()
        service.void(page.act, code, delivery, version_of(page), reason or "")
        return page.go(f"{frame['base']}/prestaciones", done="prestacion-anulada")
    return _draw_void(page, frame, item)


def _recorded(page: Page, case: str, sent: Mapping[str, object]) -> None:
    written = read_row(Delivery, sent)
    referral, activity = page.form.text("referral"), page.form.text("activity")
    payload = {
        "case": case, **written.model_dump(mode="json"), "referral": referral, "activity": activity,
    }  # fmt: skip

    def create() -> str:
        return service.deliver(page.act, case, written, referral=referral, activity=activity)

    page.once("deliveries.record", payload, create)


def _records(page: Page, frame: CaseFrame) -> bool:
    """Whether the person at the browser may record services in this case."""
    return page.may(Permission.VICTIMS_WRITE) and bool(drawn(page, frame["case"], TABLE))


def _draw(page: Page, frame: CaseFrame) -> Response:
    """The form of a new one, with the unit's open referrals and activities of the case to choose from."""
    code = frame["case"]["code"]
    received: list[ReferralListedView] = []
    if page.may(Permission.REFERRALS_READ):
        received = referrals.of_case(page.act, code, limit=_MOST)["items"]
    answers = [
        (item["code"], f"{item['service_label']} · {item['code']}")
        for item in received
        if item["side"] == rules.RECEIVER and item["state"] in rules.VIEW_OPEN
    ]
    activities = [
        (item["code"], f"{label(item['service'], 'service_type') or _('Actividad')} · {item['code']}")
        for item in queries.own_activities(page.act, code)
    ]
    return page.draw(
        "deliveries/new.html",
        **frame,
        asked=drawn(page, frame["case"], TABLE),
        answers=answers,
        activities=activities,
    )


def _own(page: Page, code: str, delivery: str) -> tuple[CaseFrame, DeliveryView]:
    """The frame of the case and one of the own unit's deliveries that stand.

    Raises:
        NotFound: the case has none of this code.
    """
    frame = case_frame(page, code, "prestaciones")
    item = queries.one(page.act, code, delivery)
    if not item["own"]:
        raise NotFound
    return frame, item


def _draw_void(page: Page, frame: CaseFrame, item: DeliveryView) -> Response:
    stale = page.form.status == 412  # noqa: PLR2004 - somebody voided it meanwhile
    if stale:
        page.form.version = item["version"]
    reasons = options("delivery_void_reason")
    return page.draw(
        "deliveries/void.html", **frame, item=_card(page, frame, item), reasons=reasons, stale=stale
    )


def _card(page: Page, frame: CaseFrame, item: DeliveryView) -> dict[str, object]:
    stands = item["state"] == DeliveryState.IN_FORCE
    shown = {"hours": item["hours"], "quantity": item["quantity"], "note": item["note"]}
    return {
        **item,
        "stands": stands,
        "tag": (item["attendance_label"], _KINDS.get(item["attendance"], "grey"))
        if stands
        else (_("Anulada"), "grey"),
        "rows": words(TABLE, shown),
        "voids": stands and item["own"] and _records(page, frame),
    }
