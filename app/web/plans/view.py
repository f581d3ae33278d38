"""One plan as its page shows it: a card for each objective, a line for each activity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from typing_extensions import TypedDict

from app.services.plans import rules
from app.services.plans.views import ActivityView, ObjectiveView, ProgressNoteView, ReadPlan
from app.states import ActivityState, FileState, PlanState
from app.web.i18n import gettext
from app.web.plans.frame import STEP_TAGS


def _(text: str) -> str:
    """Mark a text for the catalogue of translations; it is translated when it is shown."""
    return text


_NEXT: Final = {
    "VACIO": (
        _("Escriba con la persona qué quiere lograr. Cada objetivo lleva sus actividades."),
        "objetivos",
        _("Agregar el primer objetivo"),
    ),
    PlanState.DRAFT: (
        _("Cuando los objetivos y las actividades estén listos, consúltelos con la persona."),
        "pasar/EN_CONSULTA",
        _("Pasar a consulta con la persona"),
    ),
    PlanState.CONSULTED: (
        _("Revise el plan con la persona. Si está de acuerdo, imprímalo, fírmenlo y registre las firmas."),
        "firmas",
        _("Registrar las firmas"),
    ),
    PlanState.SIGNED: (
        _("El plan está firmado. Al empezar, corren los plazos de cada actividad."),
        "pasar/EN_EJECUCION",
        _("Empezar la ejecución"),
    ),
    PlanState.RUNNING: (
        _("Actualice las actividades. Para cambiar el plan, anote primero una revisión con la persona."),
        "revisiones",
        _("Anotar una revisión"),
    ),
    PlanState.UNDER_REVIEW: (
        _("Lo que cambie en la revisión se firma de nuevo antes de seguir."),
        "firmas",
        _("Ver cambios y firmas"),
    ),
    PlanState.FOLLOW_UP: (
        _("La persona egresó. Haga los contactos previstos por el medio que ella acepta."),
        "seguimiento",
        _("Ver el seguimiento"),
    ),
    PlanState.SUSPENDED: (
        _("El plan está suspendido: sus plazos no corren. Retómelo con una revisión."),
        "pasar/EN_REVISION",
        _("Retomar con una revisión"),
    ),
}
RESERVED: Final = "reservado"
"""In the address, for units of which the reader is told no code."""


class NextStep(TypedDict):
    """What usually comes next, and where to do it."""

    text: str
    href: str
    action: str


class Line(ActivityView):
    """An activity as a line of a list."""

    open: bool
    tag: tuple[str, str]
    files: int
    movable: bool
    last_note: ProgressNoteView | None


class Card(ObjectiveView):
    """An objective as a card."""

    activities: list[Line]
    dropped: bool
    tag: tuple[str, str]
    done: int
    total: int


class Signed(TypedDict):
    """The version last signed, and by whom."""

    number: int
    by: str
    at: datetime


class PlanCards(TypedDict):
    """What `plans/plan.html` shows of a plan."""

    goals: list[Card]
    own: list[Line]
    units: list[tuple[str, str, str, int]]
    unit: str
    open_count: int
    late_count: int
    done_count: int
    signed: Signed | None
    next_step: NextStep | None
    other_states: list[tuple[str, str]]


def plan_view(plan: ReadPlan, files: Iterable[Mapping[str, object]], unit: str, own_unit: str) -> PlanCards:
    """Cards and counts of a plan that was read, for a reader of `own_unit`.

    `unit` narrows the activities to those of one unit.
    """
    counted = Counter(file["activity"] for file in files if file["state"] == FileState.IN_FORCE)
    every = [_activity(plan, found, counted[found["code"]], own_unit) for found in plan["activities"]]
    units = _units(plan, every, unit)
    shown = [found for found in every if not unit or _key(found) == unit]
    goals = [_goal(goal, shown) for goal in _objectives(plan)]
    open_ones = [found for found in every if found["state"] in rules.OPEN_ACTIVITY]
    return {
        "goals": [goal for goal in goals if goal["activities"] or not unit],
        "own": shown if plan["view"] == "own" else [],
        "units": units,
        "unit": unit,
        "open_count": len(open_ones),
        "late_count": sum(1 for found in open_ones if found["overdue"]),
        "done_count": sum(1 for found in every if found["state"] == ActivityState.ACHIEVED),
        "signed": _signed(plan),
        "next_step": next_step(plan),
        "other_states": [(state, rules.STATES[state]) for state in plan["possible_states"]],
    }


def next_step(plan: ReadPlan) -> NextStep | None:
    """What usually comes next for the unit responsible for a plan, and where to do it."""
    state = plan["state"]
    if state == PlanState.DRAFT and not _objectives(plan):
        state = "VACIO"
    if state not in _NEXT:
        return None
    text, end, action = _NEXT[state]
    return {"text": gettext(text), "href": f"/planes/{plan['code']}/{end}", "action": gettext(action)}


def _objectives(plan: ReadPlan) -> list[ObjectiveView]:
    return plan["objectives"] if plan["view"] == "all" else []


def _activity(plan: ReadPlan, found: ActivityView, files: int, own_unit: str) -> Line:
    own = plan["responsible"] or found["unit"]["code"] == own_unit
    return {
        **found,
        "open": found["state"] in rules.OPEN_ACTIVITY,
        "tag": (found["state_label"], STEP_TAGS.get(found["state"], "grey")),
        "files": files,
        "movable": own and plan["state"] in rules.RUNNING,
        "last_note": next((n for n in reversed(found["notes"]) if n["note"]), None),
    }


def _goal(goal: ObjectiveView, activities: list[Line]) -> Card:
    own = [found for found in activities if found["objective"] == goal["code"]]
    counted = [found for found in own if found["state"] != ActivityState.CANCELLED]
    return {
        **goal,
        "activities": own,
        "dropped": goal["state"] in rules.DROPPED_OBJECTIVE,
        "tag": (goal["state_label"], STEP_TAGS.get(goal["state"], "grey")),
        "done": sum(1 for found in counted if found["state"] == ActivityState.ACHIEVED),
        "total": len(counted),
    }


def _key(found: Line) -> str:
    return found["unit"]["code"] or RESERVED


def _units(plan: ReadPlan, every: list[Line], chosen: str) -> list[tuple[str, str, str, int]]:
    """Links that narrow the plan to one institution; none where there is only one."""
    names = {_key(found): found["unit"]["name"] for found in every}
    if len(names) < 2 and not chosen:  # noqa: PLR2004 - one needs no choice
        return []
    counted = Counter(map(_key, every))
    base = f"/planes/{plan['code']}"
    links = [(f"{base}?unidad={key}", name, key, counted[key]) for key, name in sorted(names.items())]
    return [(base, gettext("Todas"), "", len(every)), *links]


def _signed(plan: ReadPlan) -> Signed | None:
    """The version last signed, and by whom."""
    signatures = plan["signatures"] if plan["view"] == "all" else []
    if not signatures:
        return None
    number = max(one["number"] for one in signatures)
    last = [one for one in signatures if one["number"] == number]
    return {
        "number": number,
        "by": ", ".join(one["signer_label"] for one in last),
        "at": max(one["signed_at"] for one in last),
    }
