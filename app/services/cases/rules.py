"""The case's state machine: a pure table, its guards, and the age rule behind "a child cannot decline".

Only these moves exist. A case never reopens: re-entry or re-trafficking opens a new case of the same person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from app.services.cases.codes import (
    EARLY_OUTCOMES,
    IDENTIFICATION,
    IN_CARE,
    OUTCOMES,
    PATH,
    PAUSES,
    REASONS,
    RETURN_REASONS,
    STATES,
)
from app.services.state_machine import Guard, Machine, Refusal, Transition
from app.states import CaseOutcome, CaseState, Identification

ADULT_AGE = 18

GUARDS = {
    guard.name: guard
    for guard in (
        Guard("reason", "Falta indicar el motivo.", "reason"),
        Guard(
            "second_person",
            "Falta la confirmación de una segunda persona, de otra unidad: pida el descarte y espere a que "
            "lo apruebe.",
            apart=True,
        ),
        Guard(
            "closed_by_two",
            "Cerrar el caso de una niña, niño o adolescente, o uno por ilocalizable, toma dos personas:"
            " pida el cierre y espere a que alguien de otra unidad lo apruebe.",
        ),
        Guard(
            "found",
            "Una niña, niño o adolescente salió sin autorización y sigue la búsqueda: el caso no se cierra ni"
            " pasa a ilocalizable hasta ubicarla o que vuelva a ser alojada; entonces retome la atención.",
        ),
        Guard(
            "not_housed",
            "La persona sigue alojada en un centro de acogida o en otro lugar registrado: pida que primero "
            "se registre su egreso.",
        ),
        Guard(
            "adult",
            "Una niña, niño o adolescente no puede declinar la atención: actúa la UPE. Mientras no conste "
            "que es mayor de edad, se presume que no lo es.",
        ),
        Guard("outcome", "Falta indicar el resultado con que se cierra el caso.", "outcome"),
        Guard(
            "outcome_fits",
            "Ese resultado no corresponde: antes del seguimiento solo se cierra por retorno al país, "
            "traslado, fallecimiento, ilocalizable o egreso voluntario (este, solo personas adultas).",
            "outcome",
        ),
        Guard(
            "resumes",
            "El caso vuelve al estado en que estaba antes de la pausa, o a asistencia inmediata.",
        ),
    )
}

_STEPS: Mapping[str, str] = {
    CaseState.PRESUMED: "Hay indicios: se abre el acceso a los servicios.",
    CaseState.IMMEDIATE_ASSISTANCE: "Recibe asistencia y protección inmediata.",
    CaseState.SPECIALISED_CARE: "Recibe atención especializada.",
    CaseState.REINTEGRATION: "Está en proceso de reintegración.",
    CaseState.FOLLOW_UP: "Egresó y continúa el seguimiento.",
}


def _forward() -> Iterable[Transition]:
    for source, target in pairwise(PATH[:-1]):
        yield Transition(source, target, (), _STEPS[target])


def _aside() -> Iterable[Transition]:
    for source in (CaseState.ALERT, CaseState.PRESUMED):
        yield Transition(
            source,
            CaseState.DISCARDED,
            ("reason", "second_person", "not_housed"),
            "Se descarta la presunción; el registro queda.",
        )
    for source in (CaseState.PRESUMED, *IN_CARE):
        yield Transition(
            source, CaseState.DECLINED, ("adult", "reason"), "Declina la atención; el monitoreo continúa."
        )
    for source in (CaseState.PRESUMED, *IN_CARE, CaseState.DECLINED, CaseState.LEFT):
        yield Transition(
            source, CaseState.NOT_FOUND, ("reason", *_found(source)), "No se logra ubicar a la persona."
        )
    for source in (CaseState.PRESUMED, *IN_CARE):
        yield Transition(source, CaseState.LEFT, ("reason",), "Dejó el servicio sin autorización.")


def _found(source: str) -> tuple[str, ...]:
    return ("found",) if source == CaseState.LEFT else ()


def _back() -> Iterable[Transition]:
    for source in PAUSES:
        for target in (CaseState.PRESUMED, *IN_CARE):
            yield Transition(source, target, ("reason", "resumes"), "Se retoma la atención.")


def _close() -> Iterable[Transition]:
    for source in (CaseState.PRESUMED, *IN_CARE, *PAUSES):
        yield Transition(
            source,
            CaseState.CLOSED,
            ("outcome", "outcome_fits", "not_housed", *_found(source), "closed_by_two"),
            "Se cierra el caso con su resultado.",
        )


MACHINE = Machine("caso", STATES, (*_forward(), *_aside(), *_back(), *_close()), GUARDS)

_IDENTIFICATION_MOVES = (
    (Identification.PRESUMED, Identification.BY_PROSECUTION),
    (Identification.PRESUMED, Identification.BY_SENTENCE),
    (Identification.PRESUMED, Identification.NOT_CONFIRMED),
    (Identification.BY_PROSECUTION, Identification.BY_SENTENCE),
    (Identification.BY_PROSECUTION, Identification.NOT_CONFIRMED),
    (Identification.NOT_CONFIRMED, Identification.BY_PROSECUTION),
    (Identification.NOT_CONFIRMED, Identification.BY_SENTENCE),
    # A sentence can fall on appeal; what the prosecution identified stays.
    (Identification.BY_SENTENCE, Identification.BY_PROSECUTION),
)

IDENTIFICATION_MACHINE = Machine(
    "identificación",
    IDENTIFICATION,
    tuple(
        Transition(source, target, (), "Cambia la identificación.")
        for source, target in _IDENTIFICATION_MOVES
    ),
    {},
)
"""Identification is an attribute apart: it neither opens nor closes services."""


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What a move may depend on.

    `left_state`: the last state of the main line before the present pause, if any.
    `second_person`: somebody of another unit confirmed. `housed`: she lives in a shelter now. `missing`: she
    left without leave as a child and was not found yet.
    """

    adult: bool
    reason: str | None = None
    outcome: str | None = None
    left_state: str | None = None
    second_person: bool = False
    housed: bool = False
    missing: bool = False


def closes_by_two(*, adult: bool, outcome: str | None) -> bool:
    """Whether closing a case takes two people: a child's, and anybody's as not found."""
    return not adult or outcome == CaseOutcome.NOT_FOUND


def refuse(state: str, target: str, facts: CaseFacts, machine: Machine = MACHINE) -> Refusal | None:
    """None when the case may move from `state` to `target`, else why not, in Spanish."""
    choices = {"reason": reasons_for(state, target), "outcome": OUTCOMES}
    return machine.refuse(state, target, _answers(state, target, facts), choices)


def refuse_identification(current: str, wanted: str) -> Refusal | None:
    """None when the identification may change, else why not, in Spanish."""
    return IDENTIFICATION_MACHINE.refuse(current, wanted, {})


def reasons_for(state: str, target: str) -> tuple[str, ...]:
    """Reason codes the move from `state` to `target` accepts; empty where none is asked."""
    if target in REASONS:
        return tuple(REASONS[target])
    return tuple(RETURN_REASONS) if state in PAUSES and target != CaseState.CLOSED else ()


def closed(state: str) -> bool:
    """Whether the case has ended and a re-entry opens a new one."""
    return MACHINE.terminal(state)


def left_state(history: Iterable[tuple[str | None, str]]) -> str | None:
    """The main-line state a paused case was in, from its moves `(from, to)`, oldest first."""
    left = None
    for source, _ in history:
        if source is not None and source not in PAUSES:
            left = source
    return left


def presumed_child(ages: tuple[int | None, int | None], known_on: date, today: date) -> bool:
    """Whether the person counts as a child or adolescent today.

    Args:
        ages: lower bound of the age in years (a known age, or the least of an estimate) and the age itself.
        known_on: the day on which that age was stated.
        today: the day that is asked about.

    In doubt the person is a child (Código de los Niños y Adolescentes, Título Preliminar, art. I), so only a
    lower bound of 18 or more makes an adult.
    """
    lowest = next((age for age in ages if age is not None), None)
    if lowest is None:
        return True
    passed = today.year - known_on.year - ((today.month, today.day) < (known_on.month, known_on.day))
    return lowest + max(passed, 0) < ADULT_AGE


def _answers(state: str, target: str, facts: CaseFacts) -> dict[str, bool]:
    early = state != CaseState.FOLLOW_UP
    fits = facts.outcome in (EARLY_OUTCOMES if early else OUTCOMES)
    if facts.outcome == CaseOutcome.LEFT_BY_CHOICE and not facts.adult:
        fits = False
    return {
        "adult": facts.adult,
        "reason": facts.reason in reasons_for(state, target),
        "second_person": facts.second_person,
        "closed_by_two": facts.second_person or not closes_by_two(adult=facts.adult, outcome=facts.outcome),
        "found": not facts.missing,
        "not_housed": not facts.housed,
        "outcome": facts.outcome in OUTCOMES,
        "outcome_fits": fits,
        "resumes": target in (facts.left_state, CaseState.IMMEDIATE_ASSISTANCE),
    }
