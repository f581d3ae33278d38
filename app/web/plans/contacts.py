"""Contacts after the exit: when, by which channel without risk, and what came of each."""

from __future__ import annotations

from starlette.responses import Response

from app.access.permissions import Permission
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.errors import NotFound
from app.records.kinds import today
from app.records.row_placement import placed
from app.records.rows import plans as rows
from app.records.rows import row_fields
from app.services.plans import following
from app.states import PlanState
from app.web.kit.controls import Control, controls, read
from app.web.kit.drafting import finish, resume
from app.web.kit.page import CurrentPage, Page
from app.web.kit.rows import need, read_row
from app.web.plans.frame import plan_part

router = Branch()

_WRITE = (Permission.PLANS_WRITE,)


@router.get("/planes/{code}/seguimiento", dependencies=[Requires(Permission.PLANS_READ)])
def calendar(code: str, page: CurrentPage) -> Response:
    """Planned contacts by day, what came of them, and the channel the person named as safe."""
    return _draw(page, code)


@router.post("/planes/{code}/seguimiento", dependencies=[Requires(*_WRITE)])
def plan_contact(code: str, page: CurrentPage) -> Response:
    """Plans one more contact, by a channel that puts nobody at risk."""
    with page.attempt():
        drawn = _planned_controls()
        values = read(page.form, drawn)
        need(page.form, drawn, values, "planned_on")
        page.form.check()
        wanted = read_row(rows.FollowUp, {**values, "channel": page.form.text("channel")})
        payload = {"plan": code, **wanted.model_dump(mode="json")}
        page.once(
            "plans.follow-up",
            payload,
            lambda: following.plan_contact(page.act, code, wanted),
        )
        return page.go(f"/planes/{code}/seguimiento", done="plan_contacto_planeado")
    return _draw(page, code)


@router.get("/planes/{code}/seguimiento/{contact}", dependencies=[Requires(*_WRITE)])
def attempt(code: str, contact: str, page: CurrentPage) -> Response:
    """The form of an attempt at a planned contact."""
    page.form.start(contacted_on=today().isoformat())
    return _draw_contact(page, code, contact)


@router.post("/planes/{code}/seguimiento/{contact}", dependencies=[Requires(*_WRITE)])
def record_contact(code: str, contact: str, page: CurrentPage) -> Response:
    """Records an attempt; by a channel she did not name only with the reason why it happened."""
    with page.attempt():
        drawn = _contact_controls()
        values = read(page.form, drawn)
        need(page.form, drawn, values, "contacted_on", "channel", "result")
        page.form.check()
        wanted = read_row(rows.Contact, values)
        payload = {"plan": code, "contact": contact, **wanted.model_dump(mode="json")}
        page.once(
            "plans.contact",
            payload,
            lambda: following.contacted(page.act, code, contact, wanted)["code"],
        )
        finish(page, f"contacto:{contact}")
        return page.go(f"/planes/{code}/seguimiento", done="plan_contacto")
    return _draw_contact(page, code, contact)


def _planned_controls() -> list[Control]:
    return controls(row_fields("plan_follow_up"), only=placed("plan_follow_up", "written"))


def _contact_controls() -> list[Control]:
    return controls(row_fields("follow_up_contact"))


def _draw(page: Page, code: str) -> Response:
    frame = plan_part(page, code, "seguimiento")
    found = following.follow_ups(page.act, frame["plan"]["code"])
    return page.draw(
        "plans/follow_up.html",
        **frame,
        items=found["items"],
        advice=found,
        possible=[(one["channel"], one["channel_label"]) for one in found["possible"]],
        planned=_planned_controls()[0],
        following=frame["plan"]["state"] == PlanState.FOLLOW_UP,
    )


def _draw_contact(page: Page, code: str, contact: str) -> Response:
    resume(page, f"contacto:{contact}")
    frame = plan_part(page, code, "seguimiento")
    found = following.follow_ups(page.act, frame["plan"]["code"])
    wanted = contact.strip().upper()
    one = next((item for item in found["items"] if item["code"] == wanted), None)
    if one is None:
        raise NotFound
    return page.draw(
        "plans/contact.html",
        **frame,
        contact=one,
        advice=found,
        controls=_contact_controls(),
    )
