"""What becomes of a consent, who may give or withdraw one, and the sentences for each refusal.

Sources: Ley 29733 art. 13 and DS 016-2024-JUS (consent that is free, prior, express and informed, and may be
withdrawn); DL 1297 (a child is heard; the UPE protects her where her representative is under suspicion).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from app.errors import AppError, Conflict, refusal
from app.services.state_machine import Guard, Machine, Refusal, Transition
from app.states import ConsentGiver, ConsentState

UPE: Final = "UPE"
LEGAL_BASES: Final = MappingProxyType(
    {
        "CONSENTIMIENTO": "Consentimiento informado de la persona",
        "ASENTIMIENTO": "Asentimiento de la niña, niño o adolescente, con su representante",
        "MANDATO_LEGAL": "Mandato legal (Ley 28950; DS 005-2016-IN)",
        "INTERES_SUPERIOR": "Interés superior de la niña, niño o adolescente (DL 1297)",
        "INTERES_VITAL": "Riesgo para la vida o la integridad",
    }
)
"""On what a referral shares a person's data across institutions."""
RESTING: Final = frozenset({"CONSENTIMIENTO", "ASENTIMIENTO"})
"""Legal bases of a referral that rest on a consent of the ledger; the others name none."""

KEPT: Final = "INTERES_VITAL"
"""Legal basis of what goes on after a withdrawal, because she lives with the receiver."""

STATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        ConsentState.IN_FORCE: "Vigente",
        ConsentState.WITHDRAWN: "Retirado",
        ConsentState.EXPIRED: "Vencido",
        ConsentState.REPLACED: "Reemplazado por otro",
    }
)
GUARDS: Final = MappingProxyType(
    {
        guard.name: guard
        for guard in (
            Guard("by_whom", "Falta decir quién lo retira.", "by_whom"),
            Guard("by_clock", "Un consentimiento vence solo, al pasar su fecha.", apart=True),
            Guard("newer", "Se reemplaza registrando el nuevo.", apart=True),
        )
    }
)
MACHINE: Final = Machine(
    "consentimiento",
    STATES,
    (
        Transition(
            ConsentState.IN_FORCE,
            ConsentState.WITHDRAWN,
            ("by_whom",),
            "Se retira: termina lo que se compartía por él.",
        ),
        Transition(ConsentState.IN_FORCE, ConsentState.EXPIRED, ("by_clock",), "Pasó su fecha."),
        Transition(ConsentState.IN_FORCE, ConsentState.REPLACED, ("newer",), "Uno nuevo ocupa su lugar."),
    ),
    GUARDS,
)


@dataclass(frozen=True, slots=True)
class ConsentFacts:
    """What a move may depend on."""

    by_whom: str | None = None
    overdue: bool = False
    replaced: bool = False


def refuse(state: str, target: str, facts: ConsentFacts) -> Refusal | None:
    """None when the consent may move from `state` to `target`, else why not, in Spanish."""
    answers = {"by_whom": facts.by_whom is not None, "by_clock": facts.overdue, "newer": facts.replaced}
    return MACHINE.refuse(state, target, answers)


def state_of(event: str | None, valid_until: date | None, day: date) -> str:
    """The state of a consent on a day, from the event that ended it, if any, and its last day."""
    if event is not None:
        return event
    return ConsentState.EXPIRED if valid_until is not None and valid_until < day else ConsentState.IN_FORCE


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks for the person. `suspected`: what is known of the representative (tristate code).

    `child`: she counts as a child today. `upe`: a UPE records it.
    """

    child: bool
    upe: bool
    given_by: str | None
    backed_by: str | None = None
    no_assent_reason: str | None = None
    named: bool = False
    suspected: str | None = None


def refuse_giver(voice: Voice) -> AppError | None:
    """Why this consent cannot be given so; None when it can.

    An adult gives it herself. A child gives her assent, and her representative or the UPE backs it; where
    she cannot assent yet, the reason is named.
    """
    if not voice.child:
        return None if voice.given_by == ConsentGiver.PERSON else _adult("given_by")
    if voice.given_by not in {ConsentGiver.ASSENT, ConsentGiver.REPRESENTATIVE}:
        message = "Una niña, niño o adolescente da su propio asentimiento, y alguien lo respalda."
        return refusal("given_by", "child", message)
    if voice.given_by == ConsentGiver.REPRESENTATIVE and voice.no_assent_reason is None:
        message = "Falta su asentimiento; si no puede darlo, diga por qué."
        return refusal("no_assent_reason", "missing", message)
    if voice.backed_by == UPE:
        return None if voice.upe else refusal("backed_by", "not-upe", "Solo la UPE registra que lo respalda.")
    if voice.backed_by != ConsentGiver.REPRESENTATIVE:
        message = "Diga quién lo respalda: quien la representa o la UPE."
        return refusal("backed_by", "missing", message)
    return _refuse_representative(voice)


def refuse_withdrawer(voice: Voice) -> AppError | None:
    """Why this one cannot withdraw it; None when it can. The person always can, a child too."""
    if voice.given_by != ConsentGiver.PERSON and not voice.child:
        return _adult("by_whom")
    return refuse_speaker(voice)


def refuse_speaker(voice: Voice) -> AppError | None:
    """Why this one does not speak for her; None when it is herself, the UPE, or who is no suspect."""
    if voice.given_by == ConsentGiver.PERSON:
        return None
    if voice.given_by == UPE:
        message = "Por una niña, niño o adolescente lo registra la propia UPE."
        return None if voice.upe and voice.child else refusal("by_whom", "not-upe", message)
    return _refuse_representative(voice)


def _refuse_representative(voice: Voice) -> AppError | None:
    if not voice.named:
        message = "Falta el nombre de quien la representa."
        return refusal("representative_name", "missing", message)
    if voice.suspected is None:
        message = "Diga si es señalada como sospechosa, o si no se sabe."
        return refusal("representative_suspected", "missing", message)
    if voice.suspected != "NO":
        # Not known is not no: the harm of asking the UPE is small.
        return Conflict(
            "Quien es o puede ser sospechosa no decide por ella. Pida a la UPE que decida"
            " por ella, o comparta con otra base legal. Si su nombre solo se parece al de quien está"
            " señalada, complete el nombre y el documento de ambas.",
            code="suspect-representative",
        )
    return None


def _adult(field: str) -> AppError:
    return refusal(field, "adult", "Es adulta: lo decide ella misma.")
