"""State machines of the reintegration plan (PRI) and of its activities, and what a signature covers.

Nothing reaches `SUSCRITO` or runs without a content that the person and the professional both signed.
Source: Guía de reintegración (DS 009-2019-MIMP); for children the UPE's work plan (PTI, DL 1297) comes first.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from app.catalogues import code_list
from app.services.cases.codes import PLAN_ENDED
from app.services.state_machine import Guard, Machine, Refusal, Transition
from app.states import ActivityState, AgeGroup, ObjectiveState, PlanState

STATES: Final = code_list("plan_state").labels
EDITABLE: Final = frozenset({PlanState.DRAFT, PlanState.CONSULTED, PlanState.UNDER_REVIEW})
"""States in which objectives and activities may be added."""
SIGNABLE: Final = frozenset({PlanState.CONSULTED, PlanState.UNDER_REVIEW})
RUNNING: Final = frozenset({PlanState.RUNNING, PlanState.UNDER_REVIEW, PlanState.FOLLOW_UP})
"""States in which activities advance."""
CLOSED: Final = PLAN_ENDED
ALIVE: Final = tuple(state for state in PlanState if state not in CLOSED)

KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {AgeGroup.ADULT: "Persona adulta", AgeGroup.CHILD: "Niña, niño o adolescente"}
)

SUSPENSIONS: Final = MappingProxyType(
    {
        "DECISION_DE_LA_PERSONA": "Decisión de la persona",
        "SALUD": "Motivo de salud",
        "RIESGO": "Riesgo para la persona",
        "ILOCALIZABLE": "Ilocalizable",
        "TRASLADO": "Traslado",
    }
)

SIGNERS: Final = MappingProxyType(
    {
        "PERSONA": "Persona afectada",
        "PROFESIONAL": "Profesional responsable",
        "JEFATURA": "Jefatura del servicio",
        "UPE": "Unidad de Protección Especial",
    }
)
NEEDED: Final = ("PERSONA", "PROFESIONAL")
"""Without these two nothing is signed."""
MANNERS: Final = MappingProxyType(
    {
        "FIRMA": "Firma",
        "HUELLA": "Huella dactilar",
        "OPINION_RECOGIDA": "Opinión recogida",
        "RESOLUCION": "Resolución con el plan de trabajo individual (PTI)",
    }
)

GUARDS = {
    guard.name: guard
    for guard in (
        Guard("objective", "Falta al menos un objetivo con al menos una actividad."),
        Guard(
            "person_signature",
            "Falta la firma o huella de la persona (o la opinión recogida de la niña, niño o adolescente).",
        ),
        Guard("professional_signature", "Falta la firma de la persona profesional responsable."),
        Guard("pti", "Falta la resolución de la UPE con el plan de trabajo individual (PTI)."),
        Guard(
            "feasibility",
            "El plan se ejecuta en otro país: falta la verificación de que el retorno es viable y seguro.",
        ),
        Guard("outcome", "Falta indicar el resultado con que se cierra el plan.", "outcome").naming(
            code_list("outcome").codes
        ),
        Guard("reason", "Falta el motivo de la suspensión.", "reason").naming(SUSPENSIONS),
        Guard("settled", "Quedan actividades pendientes o en curso: indique en cada una cómo terminó."),
        Guard("goals_settled", "Quedan objetivos pendientes o en curso: indique en cada uno cómo terminó."),
        Guard("achieved", "Un plan cumplido tiene al menos una actividad lograda."),
        Guard("achievement", "Falta el logro de cada dominio con objetivos.", "closing.achievement").naming(
            code_list("achievement").codes
        ),
        Guard("residual_risk", "Falta el riesgo residual.", "closing.residual_risk").naming(
            code_list("risk_level").codes
        ),
        Guard("follow_up", "Falta el seguimiento pactado con la persona.", "closing.follow_up"),
    )
}
_SIGNED = ("objective", "pti", "feasibility", "person_signature", "professional_signature")
_FULFILLED = ("outcome", "achieved", "settled", "goals_settled", "achievement", "residual_risk", "follow_up")


def _plan_moves() -> Iterable[Transition]:
    yield Transition(PlanState.DRAFT, PlanState.CONSULTED, (), "Se consulta con la persona.")
    yield Transition(
        PlanState.CONSULTED, PlanState.SIGNED, _SIGNED, "La persona y el servicio suscriben el plan."
    )
    yield Transition(PlanState.SIGNED, PlanState.RUNNING, (), "Comienza la ejecución.")
    yield Transition(PlanState.RUNNING, PlanState.UNDER_REVIEW, (), "Se revisa con la persona.")
    # What changed in a review is signed again before it runs.
    yield Transition(
        PlanState.UNDER_REVIEW, PlanState.RUNNING, _SIGNED, "Se retoma la ejecución con lo acordado."
    )
    yield Transition(PlanState.RUNNING, PlanState.FOLLOW_UP, (), "Egresó: comienza el seguimiento.")
    yield Transition(PlanState.UNDER_REVIEW, PlanState.FOLLOW_UP, _SIGNED, "Egresó: comienza el seguimiento.")
    for source in (PlanState.SIGNED, *sorted(RUNNING)):
        yield Transition(source, PlanState.SUSPENDED, ("reason",), "Se suspende; puede retomarse.")
    yield Transition(PlanState.SUSPENDED, PlanState.RUNNING, _SIGNED, "Se retoma la ejecución.")
    yield Transition(PlanState.SUSPENDED, PlanState.UNDER_REVIEW, (), "Se retoma con una revisión.")
    yield Transition(PlanState.FOLLOW_UP, PlanState.FULFILLED, _FULFILLED, "Se cumplió el plan.")
    for source in ALIVE:
        # Before anybody signed there is nothing yet whose risk could be weighed.
        asked = (
            ("outcome",) if source in {PlanState.DRAFT, PlanState.CONSULTED} else ("outcome", "residual_risk")
        )
        yield Transition(source, PlanState.CLOSED_UNFULFILLED, asked, "Se cierra sin cumplirse.")


MACHINE = Machine("plan", STATES, tuple(_plan_moves()), GUARDS)


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """What a move may depend on.

    `pti_resolution`: number and date of the UPE's resolution, from which a child's plan hangs, are known.
    `feasible`: the plan stays in the country, or the return was found feasible and safe.
    `signatures`: (signer, manner) pairs on the present content.
    `achievement`: every domain with an objective has its achievement; the rest as named.
    """

    kind: str
    has_objective: bool = False
    pti_resolution: bool = False
    feasible: bool = True
    signatures: frozenset[tuple[str, str]] = frozenset()
    activity_states: tuple[str, ...] = ()
    objective_states: tuple[str, ...] = ()
    outcome_known: bool = False
    achievement: bool = False
    residual_risk: bool = False
    follow_up: bool = False
    reason: str | None = None


def refuse(state: str, target: str, facts: PlanFacts, machine: Machine = MACHINE) -> Refusal | None:
    """None when the plan may move from `state` to `target`, else why not, in Spanish."""
    signed_by = {signer for signer, manner in facts.signatures if manner_fits(signer, manner, facts.kind)}
    answers = {
        "objective": facts.has_objective,
        "pti": _has_pti(facts),
        "feasibility": facts.feasible,
        "person_signature": "PERSONA" in signed_by,
        "professional_signature": "PROFESIONAL" in signed_by,
        "outcome": facts.outcome_known,
        "reason": facts.reason in SUSPENSIONS,
        "settled": not OPEN_ACTIVITY & set(facts.activity_states),
        "goals_settled": not OPEN_ACTIVITY & set(facts.objective_states),
        "achieved": ActivityState.ACHIEVED in facts.activity_states,
        "achievement": facts.achievement,
        "residual_risk": facts.residual_risk,
        "follow_up": facts.follow_up,
    }
    return machine.refuse(state, target, answers)


def unsignable(state: str, facts: PlanFacts) -> Refusal | None:
    """Why nobody can sign the plan yet (its state, an objective, the header), or None.

    What the header lacks is asked first: a signature on a content that has to change would be lost.
    """
    if state not in SIGNABLE:
        message = f"El plan está en «{STATES[state]}»: se firma en consulta o en revisión."
        return Refusal("not-signable", message)
    holds = {"objective": facts.has_objective, "pti": _has_pti(facts), "feasibility": facts.feasible}
    missing = tuple(GUARDS[name] for name, held in holds.items() if not held)
    return Refusal("guard", " ".join(guard.missing for guard in missing), missing) if missing else None


def _has_pti(facts: PlanFacts) -> bool:
    return facts.kind != AgeGroup.CHILD or facts.pti_resolution


def manner_fits(signer: str, manner: str, kind: str) -> bool:
    """Whether this signer may sign in this manner.

    Only the person may use a fingerprint; only a child's opinion replaces her signature; only the UPE
    resolves.
    """
    if signer not in SIGNERS:
        return False
    if manner == "RESOLUCION" or signer == "UPE":
        return manner == "RESOLUCION" and signer == "UPE" and kind == AgeGroup.CHILD
    if manner == "OPINION_RECOGIDA":
        return signer == "PERSONA" and kind == AgeGroup.CHILD
    if manner == "HUELLA":
        return signer == "PERSONA"
    return manner == "FIRMA"


def signing_ways(kind: str) -> list[tuple[str, str]]:
    """Every (signer, manner) that fits a plan of this kind."""
    return [(who, how) for who in SIGNERS for how in MANNERS if manner_fits(who, how, kind)]


ACTIVITY_STATES: Final = code_list("activity_state").labels
OPEN_ACTIVITY: Final = frozenset({ActivityState.PENDING, ActivityState.RUNNING})
"""States of activities and objectives that are still to be done."""
OBJECTIVE_STATES: Final = code_list("objective_state").labels
DROPPED_OBJECTIVE: Final = frozenset({ObjectiveState.NOT_APPLICABLE, ObjectiveState.REFUSED})
"""Objectives that are no part of the plan any more."""
STEP_GUARDS = {
    guard.name: guard
    for guard in (
        Guard("note", "Falta una nota que lo explique.", "note"),
        Guard("plan_running", "El plan no está en ejecución, revisión ni seguimiento."),
        Guard(
            "plan_open",
            "El plan no se puede cambiar ahora: está suscrito sin comenzar, suspendido o cerrado.",
        ),
        Guard("open", "Ya terminó: retómela antes de cambiar su plazo."),
        Guard("settled", "Quedan actividades abiertas de este objetivo: indique en cada una cómo terminó."),
    )
}
_UNEXPLAINED = (ActivityState.RUNNING, ActivityState.ACHIEVED)


def _activity_moves() -> Iterable[Transition]:
    for source in ACTIVITY_STATES:
        for target in ACTIVITY_STATES:
            if target in {source, ActivityState.PENDING} or source == ActivityState.CANCELLED:
                continue
            if source not in OPEN_ACTIVITY and target != ActivityState.RUNNING:
                continue  # a finished activity is taken up again before it ends otherwise
            plain = source in OPEN_ACTIVITY and target in _UNEXPLAINED
            guards = ("plan_running",) if plain else ("plan_running", "note")
            if target == ActivityState.CANCELLED:
                guards = ("plan_open", "note")
            yield Transition(source, target, guards, f"Pasa a «{ACTIVITY_STATES[target]}».")


def _objective_moves() -> Iterable[Transition]:
    for source in OBJECTIVE_STATES:
        for target in OBJECTIVE_STATES:
            if target in {source, ObjectiveState.PENDING} or (
                source not in OPEN_ACTIVITY and target != ObjectiveState.RUNNING
            ):
                continue
            opens = "plan_open" if target in DROPPED_OBJECTIVE else "plan_running"
            plain = (source, target) == (ObjectiveState.PENDING, ObjectiveState.RUNNING)
            ends = ("settled",) if target != ObjectiveState.RUNNING else ()
            guards = (opens, *ends, *(() if plain else ("note",)))
            yield Transition(source, target, guards, f"Pasa a «{OBJECTIVE_STATES[target]}».")


ACTIVITY_MACHINE = Machine("actividad", ACTIVITY_STATES, tuple(_activity_moves()), STEP_GUARDS)
OBJECTIVE_MACHINE = Machine("objetivo", OBJECTIVE_STATES, tuple(_objective_moves()), STEP_GUARDS)


def refuse_activity(
    state: str,
    target: str,
    *,
    plan_state: str,
    has_note: bool,
    replanned: bool = False,
    machine: Machine = ACTIVITY_MACHINE,
) -> Refusal | None:
    """None when the activity may move (or, with a note, stay), else why not, in Spanish.

    `replanned`: its due day moves too, which asks for a note and for an activity that is still to be done.
    """
    facts = {
        "note": has_note,
        "plan_running": plan_state in RUNNING,
        "plan_open": plan_state in EDITABLE | RUNNING,
        "open": target in OPEN_ACTIVITY,
    }
    if replanned and (refusal := _lacking(facts, "plan_open", "note", "open")):
        return refusal
    if state == target:
        return None if replanned else _lacking(facts, "note", "plan_running")
    return machine.refuse(state, target, facts)


def refuse_objective(
    state: str,
    target: str,
    *,
    plan_state: str,
    has_note: bool,
    settled: bool,
    machine: Machine = OBJECTIVE_MACHINE,
) -> Refusal | None:
    """None when the objective may move (or, with a note, stay), else why not, in Spanish.

    `settled`: none of its activities is still to be done.
    """
    facts = {
        "note": has_note,
        "plan_running": plan_state in RUNNING,
        "plan_open": plan_state in EDITABLE | RUNNING,
        "settled": settled,
    }
    if state == target:
        return _lacking(facts, "note", "plan_open")
    return machine.refuse(state, target, facts)


def _lacking(facts: Mapping[str, bool], *asked: str) -> Refusal | None:
    missing = tuple(STEP_GUARDS[name] for name in asked if not facts[name])
    return Refusal("guard", " ".join(guard.missing for guard in missing), missing) if missing else None


def canonical(content: Mapping[str, object]) -> bytes:
    """The one spelling of a plan's content: JSON with sorted keys, no spaces, UTF-8."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def content_hash(content: Mapping[str, object]) -> bytes:
    """SHA-256 of the canonical content: what each signature covers."""
    return hashlib.sha256(canonical(content)).digest()
