"""Reviews of a plan with the person, and the moves of a plan from one state to another, closing included."""

from __future__ import annotations

from starlette.responses import Response

from app.access.permissions import Permission
from app.catalogues import code_list
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.errors import NotFound
from app.records.kinds import today
from app.records.row_placement import placed
from app.records.rows import plans as rows
from app.records.rows import row_fields
from app.services.plans import moving, queries, reviewing, rules
from app.services.plans.closing import Closing, Move
from app.services.plans.views import ReadPlan
from app.states import PlanState
from app.web.i18n import _
from app.web.kit.controls import Control, controls, read
from app.web.kit.drafting import finish, resume
from app.web.kit.page import CurrentPage, Page
from app.web.kit.rows import need, read_row
from app.web.plans.frame import plan_frame, plan_part

router = Branch()

_WRITE = (Permission.PLANS_WRITE,)
_YES_NO = {"si": True, "no": False}


@router.get("/planes/{code}/revisiones", dependencies=[Requires(Permission.PLANS_READ)])
def reviews(code: str, page: CurrentPage) -> Response:
    """The reviews held, when the next one is due, and the form of a new one."""
    page.form.start(held_on=today().isoformat())
    return _draw_reviews(page, code)


@router.post("/planes/{code}/revisiones", dependencies=[Requires(*_WRITE)])
def review(code: str, page: CurrentPage) -> Response:
    """Records a review; a plan in execution goes to review with it."""
    with page.attempt():
        drawn = _review_controls()
        values = read(page.form, drawn)
        need(page.form, drawn, values, "held_on", "participants", "decisions")
        said = page.form.text("opinion_given", needed=_("Indique si la persona dio su opinión."))
        page.form.check()
        given = _YES_NO.get(said or "")
        wanted = read_row(rows.Review, {**values, "opinion_given": given})
        payload = {"plan": code, **wanted.model_dump(mode="json")}
        page.once(
            "plans.review",
            payload,
            lambda: reviewing.review(page.act, code, wanted)["code"],
        )
        finish(page, f"revision:{code}")
        return page.go(f"/planes/{code}/firmas", done="plan_revision")
    return _draw_reviews(page, code)


@router.get("/planes/{code}/pasar/{state}", dependencies=[Requires(*_WRITE)])
def ask(code: str, state: str, page: CurrentPage) -> Response:
    """What a move means, and what it asks for."""
    plan = queries.read(page.act, code)
    page.form.version = plan["version"]
    return _draw_move(page, plan, state)


@router.post("/planes/{code}/pasar/{state}", dependencies=[Requires(*_WRITE)])
def move(code: str, state: str, page: CurrentPage) -> Response:
    """Moves the plan; a refusal says what is missing."""
    with page.attempt():
        version = -1 if page.form.version is None else page.form.version
        wanted = _move(page, state)
        page.form.check()
        moving.move(page.act, code, version, wanted)
        done = "plan_cerrado" if state in rules.CLOSED else "plan_estado"
        return page.go(f"/planes/{code}", done=done)
    plan = queries.read(page.act, code)
    page.form.version = plan["version"]
    return _draw_move(page, plan, state)


def _move(page: Page, state: str) -> Move:
    """The move a form asks for; only what its state asks is read."""
    form = page.form
    if state == PlanState.SUSPENDED:
        return Move(state, reason=form.text("reason", needed=_("Elija por qué se suspende.")))
    if state not in rules.CLOSED:
        return Move(state)
    found = {
        domain: value
        for domain in code_list("plan_domain").codes
        if (value := form.text(f"closing.achievement.{domain}"))
    }
    closing = Closing(
        achievement=found or None,
        residual_risk=form.text("closing.residual_risk"),
        follow_up=form.text("closing.follow_up"),
    )
    empty = closing == Closing()
    outcome = form.text("outcome", needed=_("Elija el resultado con que se cierra."))
    return Move(state, outcome=outcome, closing=None if empty else closing)


def _review_controls() -> list[Control]:
    """The fields of a review; whether she gave her opinion is drawn apart, with words."""
    return controls(row_fields("plan_review"), only=placed("plan_review", "written"))


def _draw_reviews(page: Page, code: str) -> Response:
    resume(page, f"revision:{code}")
    frame = plan_part(page, code, "revisiones")
    found = reviewing.reviews(page.act, frame["plan"]["code"])
    return page.draw(
        "plans/reviews.html",
        **frame,
        items=list(reversed(found["items"])),
        next_review_on=found["next_review_on"],
        controls={one.key: one for one in _review_controls()},
        may_review=frame["keeps"] and frame["plan"]["state"] in (PlanState.RUNNING, PlanState.UNDER_REVIEW),
    )


def _draw_move(page: Page, plan: ReadPlan, state: str) -> Response:
    found = rules.MACHINE.find(plan["state"], state)
    if found is None or plan["view"] == "own" or not plan["responsible"]:
        raise NotFound("El plan ya no puede pasar a ese estado. Vuelva al plan para ver cuáles son posibles.")
    open_ones = [one for one in plan["activities"] if one["state"] in rules.OPEN_ACTIVITY]
    domains = {goal["domain"] for goal in plan["objectives"] if goal["state"] not in rules.DROPPED_OBJECTIVE}
    return page.draw(
        "plans/move.html",
        **plan_frame(page, plan),
        state=state,
        state_label=rules.STATES[state],
        text=found.message,
        reasons=list(rules.SUSPENSIONS.items()) if "reason" in found.guards else [],
        closes=state in rules.CLOSED,
        fulfilled=state == PlanState.FULFILLED,
        asks_risk="residual_risk" in found.guards,
        domains=[(name, text) for name, text in code_list("plan_domain").labels.items() if name in domains],
        open_count=len(open_ones),
    )
