"""Writing a plan: begin one, its header, its team, its objectives and their activities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from app.access.permissions import Permission
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.errors import Invalid, wrong
from app.records.errors import FieldError
from app.records.row_placement import placed
from app.records.rows import plans as rows
from app.records.rows import row_fields
from app.services.plans import header, objectives, queries, rules, service, team
from app.services.plans.progress import Step
from app.services.plans.units import units_to_choose
from app.services.plans.views import ObjectiveView, ReadPlan
from app.states import AgeGroup
from app.web.cases.frame import case_frame
from app.web.i18n import _
from app.web.kit.controls import Control, changes, controls, read, start
from app.web.kit.drafting import finish, resume
from app.web.kit.page import CurrentPage, Page
from app.web.kit.rows import need, read_row
from app.web.plans.frame import STEP_TAGS, plan_frame, plan_part
from app.web.plans.pages import header_rows

router = Branch()

_WRITE = (Permission.PLANS_WRITE,)
_TEXTS = ("summary", "pti_number", "feasibility_notes")
_OTHER = "otra"
"""Choice of a unit that is not listed: its code is written."""


@router.get("/casos/{code}/plan/nuevo", dependencies=[Requires(*_WRITE)])
def begin(code: str, page: CurrentPage) -> Response:
    """The form that begins a plan."""
    frame = case_frame(page, code, "plan")
    return _draw_begin(page, frame, frame["case"]["code"])


@router.post("/casos/{code}/plan/nuevo", dependencies=[Requires(*_WRITE)])
def draft(code: str, page: CurrentPage) -> Response:
    """Begins a plan; the own unit becomes responsible for it."""
    frame, drawn = case_frame(page, code, "plan"), _header_controls(None)
    case = frame["case"]["code"]
    with page.attempt():
        values = read(page.form, drawn)
        page.form.check()
        wanted = header.header(read_row(rows.PlanHeader, values).model_dump())
        payload = {"case": case, **wanted.model_dump(mode="json")}
        new = page.once("plans.draft", payload, lambda: service.draft(page.act, case, wanted))
        finish(page, f"plan:{case}")
        return page.go(f"/planes/{new}", done="plan")
    return _draw_begin(page, frame, case)


@router.get("/planes/{code}/datos", dependencies=[Requires(Permission.PLANS_READ)])
def show_header(code: str, page: CurrentPage) -> Response:
    """The header and the team, for who reads the whole plan."""
    return _draw_header(page, queries.read(page.act, code), "plans/header.html")


@router.get("/planes/{code}/datos/editar", dependencies=[Requires(*_WRITE)])
def edit_header(code: str, page: CurrentPage) -> Response:
    """The form of the header."""
    plan = queries.read(page.act, code)
    page.form.version = plan["version"]
    start(page.form, _header_controls(plan["kind"]), plan)
    return _draw_header(page, plan, "plans/header_edit.html")


@router.post("/planes/{code}/datos/editar", dependencies=[Requires(*_WRITE)])
def save_header(code: str, page: CurrentPage) -> Response:
    """Changes the header; what somebody else wrote meanwhile is shown beside what was typed."""
    plan = queries.read(page.act, code)
    drawn = _header_controls(plan["kind"])
    with page.attempt():
        values = read(page.form, drawn)
        page.form.check()
        patch = read_row(rows.PlanHeader, values).model_dump(include={c.key for c in drawn})
        done = changes(plan, patch, drawn)
        if done:
            header.edit(page.act, plan["code"], _version(page), done)
        return page.go(f"/planes/{plan['code']}/datos", done="guardado")
    page.form.version = plan["version"]
    return _draw_header(page, plan, "plans/header_edit.html")


@router.get("/planes/{code}/equipo", dependencies=[Requires(*_WRITE)])
def new_member(code: str, page: CurrentPage) -> Response:
    """The form of a new member of the team."""
    return _draw_member(page, code)


@router.post("/planes/{code}/equipo", dependencies=[Requires(*_WRITE)])
def add_member(code: str, page: CurrentPage) -> Response:
    """Adds a member: a user of the own unit, or somebody else by name."""
    with page.attempt():
        drawn = _team_controls()
        values = read(page.form, drawn)
        need(page.form, drawn, values, "role")
        page.form.check()
        username = page.form.text("username")
        member = read_row(rows.TeamMember, values)
        payload = {"plan": code, **member.model_dump(mode="json"), "username": username}
        page.once(
            "plans.team",
            payload,
            lambda: str(team.add_member(page.act, code, member, username)),
        )
        return page.go(f"/planes/{code}/datos", done="plan_equipo")
    return _draw_member(page, code)


@router.post("/planes/{code}/equipo/fin", dependencies=[Requires(*_WRITE)])
def end_member(code: str, page: CurrentPage) -> Response:
    """Ends a member's part in the team."""
    with page.attempt():
        number = page.form.number("numero", needed=_("Indique a quién."))
        page.form.check()
        team.end_member(page.act, code, number or 0)
        return page.go(f"/planes/{code}/datos", done="plan_equipo_fin")
    return _draw_header(page, queries.read(page.act, code), "plans/header.html")


@router.get("/planes/{code}/objetivos", dependencies=[Requires(*_WRITE)])
def new_objective(code: str, page: CurrentPage) -> Response:
    """The form of a new objective."""
    page.form.start(domain=page.query("dominio"))
    return _draw_objective(page, code)


@router.post("/planes/{code}/objetivos", dependencies=[Requires(*_WRITE)])
def add_objective(code: str, page: CurrentPage) -> Response:
    """Adds an objective, and leads on to its first activity."""
    with page.attempt():
        drawn = _objective_controls()
        values = read(page.form, drawn)
        need(page.form, drawn, values, "domain", "wish", "goal")
        page.form.check()
        wanted = read_row(rows.Objective, values)
        payload = {"plan": code, **wanted.model_dump(mode="json")}
        new = page.once(
            "plans.objective",
            payload,
            lambda: service.add_objective(page.act, code, wanted),
        )
        finish(page, f"objetivo:{code}")
        return page.go(f"/planes/{code}/objetivos/{new}/actividades", done="plan_objetivo")
    return _draw_objective(page, code)


@router.get("/planes/{code}/objetivos/{objective}", dependencies=[Requires(*_WRITE)])
def goal(code: str, objective: str, page: CurrentPage) -> Response:
    """One objective: how it goes, and the form that moves it."""
    return _draw_goal(page, code, objective)


@router.post("/planes/{code}/objetivos/{objective}", dependencies=[Requires(*_WRITE)])
def advance_goal(code: str, objective: str, page: CurrentPage) -> Response:
    """Moves an objective, or only adds a note."""
    with page.attempt():
        step = Step(page.form.text("state"), page.form.text("note"))
        objectives.move(page.act, code, objective, _version(page), step)
        finish(page, f"avance:{objective}")
        return page.go(f"/planes/{code}", done="plan_avance")
    return _draw_goal(page, code, objective)


@router.get("/planes/{code}/objetivos/{objective}/actividades", dependencies=[Requires(*_WRITE)])
def new_activity(code: str, objective: str, page: CurrentPage) -> Response:
    """The form of a new activity of an objective."""
    return _draw_activity(page, code, objective)


@router.post("/planes/{code}/objetivos/{objective}/actividades", dependencies=[Requires(*_WRITE)])
def add_activity(code: str, objective: str, page: CurrentPage) -> Response:
    """Adds an activity; then the plan, or the same form again for another one."""
    with page.attempt():
        drawn = _activity_controls()
        values = {**read(page.form, drawn), "unit": _unit(page)}
        need(page.form, drawn, values, "description", "due_on")
        page.form.check()
        wanted = read_row(rows.Activity, values)
        payload = {"plan": code, "objective": objective, **wanted.model_dump(mode="json")}
        page.once(
            "plans.activity",
            payload,
            lambda: service.add_activity(page.act, code, objective, wanted),
        )
        finish(page, f"encargo:{objective}")
        again = f"/planes/{code}/objetivos/{objective}/actividades"
        return page.go(again if page.form.flag("otra") else f"/planes/{code}", done="plan_actividad_nueva")
    return _draw_activity(page, code, objective)


def _draw_begin(page: Page, frame: Mapping[str, Any], case: str) -> Response:
    resume(page, f"plan:{case}")
    return page.draw("plans/begin.html", **frame, controls=_header_controls(None))


def _version(page: Page) -> int:
    """The version the form was opened at; without one it cannot be the present one."""
    return -1 if page.form.version is None else page.form.version


def _header_controls(kind: str | None) -> list[Control]:
    """The header's fields; the UPE's resolution only for a child's plan, or while that is not known."""
    specs = row_fields("plan_header")
    names = [name for name in specs if kind != AgeGroup.ADULT or not name.startswith("pti_")]
    return controls(specs, only=names)


def _draw_header(page: Page, plan: ReadPlan, template: str) -> Response:
    if plan["view"] == "own":
        return page.go(f"/planes/{plan['code']}")
    return page.draw(
        template,
        **plan_frame(page, plan, "datos"),
        header=header_rows(plan),
        controls=_header_controls(plan["kind"]),
        team=plan["team"],
    )


def _team_controls() -> list[Control]:
    return controls(row_fields("plan_team"))


def _draw_member(page: Page, code: str) -> Response:
    return page.draw("plans/member.html", **plan_part(page, code, "datos"), controls=_team_controls())


def _objective_controls() -> list[Control]:
    return controls(row_fields("plan_objective"))


def _draw_objective(page: Page, code: str) -> Response:
    resume(page, f"objetivo:{code}")
    return page.draw("plans/objective_new.html", **plan_part(page, code), controls=_objective_controls())


def _goal_of(plan: ReadPlan, objective: str) -> ObjectiveView | None:
    wanted = objective.strip().upper()
    goals = plan["objectives"] if plan["view"] == "all" else []
    return next((one for one in goals if one["code"] == wanted), None)


def _draw_goal(page: Page, code: str, objective: str) -> Response:
    resume(page, f"avance:{objective}")
    plan = queries.read(page.act, code)
    found = _goal_of(plan, objective)
    if found is None:
        return page.go(f"/planes/{plan['code']}")
    page.form.version = found["version"]
    stays = ("", _("Sigue en «%(state)s»: solo anotar") % {"state": found["state_label"]})
    moves = [(state, rules.OBJECTIVE_STATES[state]) for state in found["possible_states"]]
    return page.draw(
        "plans/objective.html",
        **plan_frame(page, plan),
        goal=found,
        goal_tag=(found["state_label"], STEP_TAGS.get(found["state"], "grey")),
        moves=[stays, *moves],
        notes=list(reversed(found["notes"])),
    )


def _activity_controls() -> list[Control]:
    return controls(row_fields("plan_activity"), only=placed("plan_activity", "written"))


def _draw_activity(page: Page, code: str, objective: str) -> Response:
    resume(page, f"encargo:{objective}")
    plan = queries.read(page.act, code)
    found = _goal_of(plan, objective)
    if found is None:
        return page.go(f"/planes/{plan['code']}")
    units = units_to_choose(page.act, plan["code"])
    listed = [(unit["code"], unit["name"]) for unit in units]
    return page.draw(
        "plans/activity_new.html",
        **plan_frame(page, plan),
        goal=found,
        units=[*listed, (_OTHER, _("Otra unidad: escribiré su código"))],
        controls=_activity_controls(),
    )


def _unit(page: Page) -> str | None:
    """The unit chosen, or the one whose code was written."""
    chosen = page.form.text("unit", needed=_("Elija qué institución hace la actividad."))
    if chosen != _OTHER:
        return chosen
    code = page.form.text("unit_other")
    if code is None:
        errors: list[FieldError] = [wrong("unit_other", "missing", _("Escriba el código de la unidad."))]
        raise Invalid(_("Revise los campos indicados."), errors=[*page.form.errors, *errors])
    return code
