"""One plan as its page shows it: a card for each objective, a line for each activity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from app.services.evidence.views import EvidenceFileView
from app.services.plans import rules
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
    "BORRADOR": (
        _("Cuando los objetivos y las actividades estén listos, consúltelos con la persona."),
        "pasar/EN_CONSULTA",
        _("Pasar a consulta con la persona"),
    ),
    "EN_CONSULTA": (
        _("Revise el plan con la persona. Si está de acuerdo, imprímalo, fírmenlo y registre las firmas."),
        "firmas",
        _("Registrar las firmas"),
    ),
    "SUSCRITO": (
        _("El plan está firmado. Al empezar, corren los plazos de cada actividad."),
        "pasar/EN_EJECUCION",
        _("Empezar la ejecución"),
    ),
    "EN_EJECUCION": (
        _("Actualice las actividades. Para cambiar el plan, anote primero una revisión con la persona."),
        "revisiones",
        _("Anotar una revisión"),
    ),
    "EN_REVISION": (
        _("Lo que cambie en la revisión se firma de nuevo antes de seguir."),
        "firmas",
        _("Ver cambios y firmas"),
    ),
    "EN_SEGUIMIENTO": (
        _("La persona egresó. Haga los contactos previstos por el medio que ella acepta."),
        "seguimiento",
        _("Ver el seguimiento"),
    ),
    "SUSPENDIDO": (
        _("El plan está suspendido: sus plazos no corren. Retómelo con una revisión."),
        "pasar/EN_REVISION",
        _("Retomar con una revisión"),
    ),
}
RESERVED: Final = "reservado"
"""In the address, for units of which the reader is told no code."""


def plan_view(
    plan: dict[str, Any], files: Iterable[EvidenceFileView], unit: str, own_unit: str
) -> dict[str, Any]:
    """Cards and counts of a plan that was read, for a reader of `own_unit`.

    `unit` narrows the activities to those of one unit.
    """
    counted = Counter(file["activity"] for file in files if file["state"] == "VIGENTE")
    every = [_activity(plan, found, counted[found["code"]], own_unit) for found in plan["activities"]]
    units = _units(plan, every, unit)
    shown = [found for found in every if not unit or _key(found) == unit]
    goals = [_goal(goal, shown) for goal in plan.get("objectives", [])]
    open_ones = [found for found in every if found["state"] in rules.OPEN_ACTIVITY]
    return {
        "goals": [goal for goal in goals if goal["activities"] or not unit],
        "own": shown if plan["view"] == "own" else [],
        "units": units,
        "unit": unit,
        "open_count": len(open_ones),
        "late_count": sum(1 for found in open_ones if found["overdue"]),
        "done_count": sum(1 for found in every if found["state"] == "LOGRADO"),
        "signed": _signed(plan),
        "next_step": next_step(plan),
        "other_states": [(state, rules.STATES[state]) for state in plan["possible_states"]],
    }


def next_step(plan: dict[str, Any]) -> dict[str, str] | None:
    """What usually comes next for the unit responsible for a plan, and where to do it."""
    state = plan["state"]
    if state == "BORRADOR" and not plan.get("objectives"):
        state = "VACIO"
    if state not in _NEXT:
        return None
    text, end, action = _NEXT[state]
    return {"text": gettext(text), "href": f"/planes/{plan['code']}/{end}", "action": gettext(action)}


def _activity(plan: dict[str, Any], found: dict[str, Any], files: int, own_unit: str) -> dict[str, Any]:
    own = plan["responsible"] or found["unit"]["code"] == own_unit
    return {
        **found,
        "open": found["state"] in rules.OPEN_ACTIVITY,
        "tag": (found["state_label"], STEP_TAGS.get(found["state"], "grey")),
        "files": files,
        "movable": own and plan["state"] in rules.RUNNING,
        "last_note": next((n for n in reversed(found["notes"]) if n["note"]), None),
    }


def _goal(goal: dict[str, Any], activities: list[dict[str, Any]]) -> dict[str, Any]:
    own = [found for found in activities if found["objective"] == goal["code"]]
    counted = [found for found in own if found["state"] != "CANCELADA"]
    return {
        **goal,
        "activities": own,
        "dropped": goal["state"] in rules.DROPPED_OBJECTIVE,
        "tag": (goal["state_label"], STEP_TAGS.get(goal["state"], "grey")),
        "done": sum(1 for found in counted if found["state"] == "LOGRADO"),
        "total": len(counted),
    }


def _key(found: dict[str, Any]) -> str:
    return str(found["unit"]["code"] or RESERVED)


def _units(plan: dict[str, Any], every: list[dict[str, Any]], chosen: str) -> list[tuple[str, str, str, int]]:
    """Links that narrow the plan to one institution; none where there is only one."""
    names = {_key(found): found["unit"]["name"] for found in every}
    if len(names) < 2 and not chosen:  # noqa: PLR2004 - one needs no choice
        return []
    counted = Counter(map(_key, every))
    base = f"/planes/{plan['code']}"
    links = [(f"{base}?unidad={key}", name, key, counted[key]) for key, name in sorted(names.items())]
    return [(base, gettext("Todas"), "", len(every)), *links]


def _signed(plan: dict[str, Any]) -> dict[str, Any] | None:
    """The version last signed, and by whom."""
    signatures = plan.get("signatures") or []
    if not signatures:
        return None
    number = max(one["number"] for one in signatures)
    last = [one for one in signatures if one["number"] == number]
    return {
        "number": number,
        "by": ", ".join(one["signer_label"] for one in last),
        "at": max(one["signed_at"] for one in last),
    }
