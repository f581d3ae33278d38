"""What stands around every page of a plan: the bar of its case, its state, and its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from typing_extensions import TypedDict

from app.access.permissions import Permission
from app.errors import NotFound
from app.services.plans import queries, rules
from app.services.plans.views import PlanFace, ReadPlan
from app.states import ActivityState, PlanState
from app.web.cases.frame import case_frame
from app.web.i18n import gettext
from app.web.kit.page import Page


def _(text: str) -> str:
    """Mark a text for the catalogue of translations; it is translated when it is shown."""
    return text


PLAN_TAGS: Final[Mapping[str, str]] = {
    PlanState.DRAFT: "grey",
    PlanState.CONSULTED: "blue",
    PlanState.SIGNED: "blue",
    PlanState.RUNNING: "green",
    PlanState.UNDER_REVIEW: "yellow",
    PlanState.FOLLOW_UP: "green",
    PlanState.SUSPENDED: "orange",
    PlanState.FULFILLED: "green",
    PlanState.CLOSED_UNFULFILLED: "grey",
}
STEP_TAGS: Final[Mapping[str, str]] = {
    ActivityState.PENDING: "grey",
    ActivityState.RUNNING: "blue",
    ActivityState.ACHIEVED: "green",
    ActivityState.NOT_ACHIEVED: "orange",
    ActivityState.NOT_APPLICABLE: "grey",
    ActivityState.REFUSED: "orange",
    ActivityState.CANCELLED: "grey",
}
"""Colours of the tags of plans, and of their objectives and activities."""
PARTS: Final = (
    ("", _("Objetivos y actividades")),
    ("datos", _("Datos y equipo")),
    ("valoraciones", _("Valoraciones")),
    ("revisiones", _("Revisiones")),
    ("firmas", _("Firmas y versiones")),
    ("archivos", _("Archivos")),
    ("seguimiento", _("Seguimiento")),
)
_MAIN_PATH: Final = (
    PlanState.DRAFT,
    PlanState.CONSULTED,
    PlanState.SIGNED,
    PlanState.RUNNING,
    PlanState.FOLLOW_UP,
    PlanState.FULFILLED,
)


_SHORT: Final[Mapping[str, str]] = {PlanState.CONSULTED: _("En consulta")}


class Around(TypedDict):
    """The bar and the tabs of the plan's case; of a case one has no part in only the plan's code."""

    bar: Mapping[str, object]
    tabs: Sequence[tuple[str, str, str]]
    tab: str
    base: str
    case: Mapping[str, object] | None


class StepMark(TypedDict):
    """A stage of the usual way of a plan: its name, and whether it is done, current or to come."""

    text: str
    state: str


class PlanFrame(Around):
    """What stands around every page of a plan."""

    plan: PlanFace | ReadPlan
    plan_url: str
    parts: list[tuple[str, str, str]]
    part: str
    part_text: str
    plan_tag: tuple[str, str]
    alive: bool
    editable: bool
    keeps: bool
    step_tags: Mapping[str, str]
    plan_steps: list[StepMark]


def plan_frame(page: Page, plan: PlanFace | ReadPlan, part: str = "") -> PlanFrame:
    """What `plans/plan_base.html` needs around a part of a plan that was read."""
    base = f"/planes/{plan['code']}"
    shown = [(f"{base}/{key}" if key else base, gettext(text), key) for key, text in PARTS]
    state = plan["state"]
    return {
        **_around(page, plan),
        "plan": plan,
        "plan_url": base,
        "parts": shown if plan["view"] == "all" else [],
        "part": part,
        "part_text": gettext(dict(PARTS)[part]),
        "plan_tag": (plan["state_label"], PLAN_TAGS.get(state, "grey")),
        "alive": state in rules.ALIVE,
        "editable": state in rules.EDITABLE and plan["responsible"] and page.may(Permission.PLANS_WRITE),
        "keeps": plan["responsible"] and page.may(Permission.PLANS_WRITE),
        "step_tags": STEP_TAGS,
        "plan_steps": _steps(state),
    }


def plan_part(page: Page, code: str, part: str = "") -> PlanFrame:
    """The same for a plan of which only its state is read.

    Raises:
        NotFound: no such plan, or the unit has no part in it.
    """
    return plan_frame(page, queries.face(page.act, code), part)


def _around(page: Page, plan: PlanFace | ReadPlan) -> Around:
    try:
        if plan["case"]:
            found = case_frame(page, plan["case"], "plan")
            return {
                "bar": found["bar"],
                "tabs": found["tabs"],
                "tab": found["tab"],
                "base": found["base"],
                "case": found["case"],
            }
    except NotFound:
        pass  # who takes part in another case of the person reads the plan all the same
    return {"bar": {"code": plan["code"], "flags": []}, "tabs": [], "tab": "plan", "base": "", "case": None}


def _steps(state: str) -> list[StepMark]:
    """The usual way of a plan, as far as it has come; off it there is none to show."""
    at = PlanState.RUNNING if state == PlanState.UNDER_REVIEW else state
    if at not in _MAIN_PATH:
        return []
    here = _MAIN_PATH.index(at)
    last = len(_MAIN_PATH) - 1
    words = [
        "done" if i < here or here == last else "current" if i == here else "todo" for i in range(last + 1)
    ]
    return [
        {"text": gettext(_SHORT.get(name, rules.STATES[name])), "state": word}
        for name, word in zip(_MAIN_PATH, words, strict=True)
    ]
