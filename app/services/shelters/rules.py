"""The stay and the hold as state machines: which moves exist, and what each one asks for. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from app.catalogues import code_list
from app.services.state_machine import Guard, Machine, Refusal, Transition
from app.states import CaseOutcome, HoldState, StayState, SuitabilityResult

IN_SHELTER: Final = "CENTRO_DE_ACOGIDA"
"""The actual place that takes one of a shelter's places; any other is «lugar no especializado»."""

STATES: Final[Mapping[str, str]] = MappingProxyType(
    {StayState.HOUSED: "Alojada", StayState.OUT: "De permiso de salida", StayState.LEFT: "Egresada"}
)
HOLD_STATES: Final = code_list("hold_state").labels

_STAYS = frozenset({CaseOutcome.STAYS_IN_SHELTER})
EXIT_REASONS: Final = {
    code: label for code, label in code_list("outcome").labels.items() if code not in _STAYS
}
"""Why a person leaves a shelter: the outcomes, but for the one that says that she stays."""
FAMILY_EXITS: Final = frozenset({CaseOutcome.FAMILY, CaseOutcome.FOSTER_FAMILY})
"""Exits after which an adult takes her in, who must be fit to (DL 1297)."""
OF_AGE: Final = frozenset({CaseOutcome.OF_AGE, CaseOutcome.INDEPENDENT})
"""Exits of who is 18."""

GUARDS = {
    guard.name: guard
    for guard in (
        Guard("in_shelter", "Solo quien vive en un centro de acogida sale con permiso."),
        Guard(
            "due_back", "Falta cuándo vuelve: una fecha y hora futuras, a lo más en 30 días.", "due_back_at"
        ),
        Guard("leave_reason", "Falta el motivo del permiso.", "reason").naming(
            code_list("leave_reason").codes
        ),
        Guard("exit_reason", "Falta el motivo del egreso.", "reason").naming(EXIT_REASONS),
        Guard(
            "adult",
            "Una niña, niño o adolescente no egresa por decisión propia: decide la UPE.",
            "reason",
        ),
        Guard(
            "suitable_adult",
            "Falta la evaluación de idoneidad de la persona adulta que la recibe, con resultado «Idónea»: "
            "regístrela en el alojamiento y repita el egreso.",
        ),
        Guard(
            "resolution",
            "Falta la resolución: la UPE registra en la ruta de niñas, niños y adolescentes el acogimiento,"
            " el retorno a familia idónea o la adopción, o la medida de protección; luego repita el egreso.",
        ),
        Guard(
            "destination",
            "Falta el destino: reserve un cupo en el centro al que va, o espere a que ese centro acepte la "
            "derivación. Si ingresa allí con la reserva, este alojamiento termina solo.",
        ),
        Guard(
            "of_age",
            "No consta que ya cumplió 18 años: revise su fecha de nacimiento en la identidad. Mientras no"
            " conste, se presume que no los tiene.",
            "reason",
        ),
        Guard(
            "return",
            "Falta quien responde por el retorno: su consulado participa en el caso, o la ruta de personas "
            "extranjeras está en retorno asistido. Quien solicitó refugio no retorna mientras no desista.",
        ),
        Guard(
            "located",
            "De una niña, niño o adolescente cuyo paradero no se conoce, el egreso es «Egreso no autorizado»:"
            " se avisa de inmediato a quienes la buscan.",
            "reason",
        ),
        Guard("by_shelter", "Solo el centro que guarda el cupo lo convierte, con el ingreso de la persona."),
        Guard("by_parties", "Solo la unidad que pidió el cupo o el centro que lo guarda lo liberan."),
        Guard("by_clock", "Una reserva vence sola al pasar su plazo.", apart=True),
        Guard("in_time", "La reserva ya venció: pida otra."),
    )
}

_LEAVES = (
    "exit_reason",
    "adult",
    "suitable_adult",
    "resolution",
    "destination",
    "of_age",
    "return",
    "located",
)
STAY: Final = Machine(
    "alojamiento",
    STATES,
    (
        Transition(
            StayState.HOUSED, StayState.OUT, ("in_shelter", "leave_reason", "due_back"), "Sale con permiso."
        ),
        Transition(StayState.OUT, StayState.HOUSED, (), "Vuelve del permiso."),
        Transition(StayState.HOUSED, StayState.LEFT, _LEAVES, "Egresa."),
        Transition(StayState.OUT, StayState.LEFT, _LEAVES, "Egresa sin haber vuelto del permiso."),
    ),
    {name: GUARDS[name] for name in ("in_shelter", "due_back", "leave_reason", *_LEAVES)},
)
HOLD: Final = Machine(
    "reserva de cupo",
    HOLD_STATES,
    (
        Transition(HoldState.HELD, HoldState.TAKEN, ("by_shelter", "in_time"), "La persona ingresó."),
        Transition(HoldState.HELD, HoldState.RELEASED, ("by_parties",), "El cupo queda libre."),
        Transition(HoldState.HELD, HoldState.LAPSED, ("by_clock",), "Pasó el plazo de la reserva."),
    ),
    {name: GUARDS[name] for name in ("by_shelter", "by_parties", "by_clock", "in_time")},
)


@dataclass(frozen=True, slots=True)
class StayFacts:
    """What a move of a stay may depend on.

    `suitability`: the latest result of its check, if any. `destination`: another shelter holds a place or
    accepted her. `resolved`: the UPE decided on the family she goes to. `returns`: somebody sees to her
    return, and she seeks no asylum. `of_age`: she is 18 by her birth date, or by the least age stated.
    """

    child: bool
    reason: str | None = None
    suitability: str | None = None
    in_shelter: bool = True
    due_back: bool = False
    destination: bool = False
    resolved: bool = False
    returns: bool = False
    of_age: bool = False


def stay_state(*, left: bool, away: bool) -> StayState:
    """The state of a stay."""
    if left:
        return StayState.LEFT
    return StayState.OUT if away else StayState.HOUSED


def refuse(state: str, target: str, facts: StayFacts) -> Refusal | None:
    """None when the stay may move from `state` to `target`, else why not, in Spanish."""
    child, reason = facts.child, facts.reason
    return STAY.refuse(
        state,
        target,
        {
            "in_shelter": facts.in_shelter,
            "due_back": facts.due_back,
            "leave_reason": facts.reason in code_list("leave_reason"),
            "exit_reason": facts.reason in EXIT_REASONS,
            "adult": not (child and reason == CaseOutcome.LEFT_BY_CHOICE),
            "suitable_adult": not (
                child and reason in FAMILY_EXITS and facts.suitability != SuitabilityResult.FIT
            ),
            "resolution": not (child and reason in FAMILY_EXITS) or facts.resolved,
            "destination": not (child and reason == CaseOutcome.TRANSFERRED) or facts.destination,
            "of_age": facts.of_age or not (reason == CaseOutcome.OF_AGE or (child and reason in OF_AGE)),
            "return": not (child and reason == CaseOutcome.RETURNED_HOME) or facts.returns,
            "located": not (child and reason == CaseOutcome.NOT_FOUND),
        },
    )


def refuse_hold(state: str, target: str, *, shelter: bool, requester: bool, in_time: bool) -> Refusal | None:
    """None when the hold may move from `state` to `target`, else why not, in Spanish."""
    return HOLD.refuse(
        state,
        target,
        {"by_shelter": shelter, "by_parties": shelter or requester, "by_clock": False, "in_time": in_time},
    )
