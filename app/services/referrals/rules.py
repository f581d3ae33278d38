"""The referral's state machine: who may move it, and how far the view it opens reaches.

The sender asks, the receiver answers and carries it through; accepting opens the view, ending closes it.
Conditions of the receiver are the sender's to confirm before the service begins, or it withdraws. Who got no
answer in time sends again, and says which referral the new one replaces; an expired one is never answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from app.catalogues import code_list
from app.services.consents.rules import LEGAL_BASES
from app.services.state_machine import Guard, Machine, Refusal, Transition
from app.states import ReferralState

STATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        ReferralState.SENT: "Enviada",
        ReferralState.ACCEPTED: "Aceptada",
        ReferralState.ACCEPTED_ON_TERMS: "Aceptada con condiciones",
        ReferralState.REFUSED: "Rechazada",
        ReferralState.LAPSED: "Vencida sin respuesta",
        ReferralState.WITHDRAWN: "Retirada por quien la envió",
        ReferralState.RUNNING: "En curso",
        ReferralState.CONCLUDED: "Concluida",
        ReferralState.INTERRUPTED: "Interrumpida",
    }
)
ACCEPTED: Final = (ReferralState.ACCEPTED, ReferralState.ACCEPTED_ON_TERMS)
VIEW_OPEN: Final = frozenset({*ACCEPTED, ReferralState.RUNNING})
"""States in which the receiver takes part in the case through this referral."""

REFUSALS: Final = MappingProxyType(
    {
        "SIN_CUPO": "Sin cupo",
        "FUERA_DE_COMPETENCIA": "Fuera de su competencia",
        "FUERA_DE_AMBITO": "Fuera de su ámbito territorial",
        "PERFIL_NO_ATENDIDO": "No atiende a esa población",
        "SIN_PERSONAL": "Sin personal disponible",
        "CONFLICTO_DE_INTERES": "Conflicto de interés",
    }
)
RESULTS: Final = MappingProxyType(
    {
        "SERVICIO_PRESTADO": "Servicio prestado",
        "SERVICIO_PRESTADO_EN_PARTE": "Servicio prestado en parte",
        "NO_ASISTIO": "La persona no asistió",
        "LA_PERSONA_NO_ACEPTO": "La persona no aceptó el servicio",
        "DERIVADA_A_OTRO_SERVICIO": "Derivada a otro servicio",
    }
)
INTERRUPTIONS: Final = MappingProxyType(
    {
        "DECISION_DE_LA_PERSONA": "Decisión de la persona",
        "TRASLADO": "Traslado",
        "RIESGO": "Riesgo para la persona",
        "SIN_RECURSOS": "El servicio se quedó sin recursos",
        "ILOCALIZABLE": "Ilocalizable",
        "YA_NO_CORRESPONDE": "Ya no corresponde",
    }
)
CONSENT_ENDED: Final = MappingProxyType(
    {
        "CONSENTIMIENTO_RETIRADO": "La persona retiró su consentimiento",
        "CONSENTIMIENTO_VENCIDO": "Venció el consentimiento de la persona",
    }
)
"""How a referral ends with the consent it rests on; the database writes it."""

ENDINGS: Final = MappingProxyType({**RESULTS, **INTERRUPTIONS, **CONSENT_ENDED})
"""Every result of a referral that ended, with its label."""

NEUTRAL_BASIS: Final = "Base legal acreditada por la entidad que deriva"
"""What a unit outside the network reads instead: the name of a law would name the crime."""
REPLACEABLE: Final = (ReferralState.LAPSED, ReferralState.REFUSED, ReferralState.WITHDRAWN)
"""States after which the sender may send again, saying which referral the new one replaces."""

MESSAGE_VERSION: Final = 1
ANSWER_VERSION: Final = 2
"""Row versions the two sealed texts of a referral are bound to, so that neither passes for the other."""

SENDER: Final = "sender"
RECEIVER: Final = "receiver"
Side: TypeAlias = Literal["sender", "receiver"]

GUARDS = {
    guard.name: guard
    for guard in (
        Guard("by_sender", "Solo la unidad que la envió puede hacerlo."),
        Guard("by_receiver", "Solo la unidad que la recibe puede hacerlo."),
        Guard("by_either", "Solo las unidades que la enviaron o la recibieron pueden hacerlo."),
        Guard("by_clock", "Una derivación vence sola al pasar su plazo de respuesta.", apart=True),
        Guard("conditions", "Falta decir con qué condiciones se acepta.", "conditions"),
        Guard("refusal_reason", "Falta el motivo del rechazo.", "reason").naming(REFUSALS),
        Guard("result", "Falta el resultado del servicio.", "result").naming(RESULTS),
        Guard("interruption_reason", "Falta el motivo de la interrupción.", "reason").naming(INTERRUPTIONS),
    )
}


def _answers() -> Iterable[Transition]:
    yield Transition(
        ReferralState.SENT,
        ReferralState.ACCEPTED,
        ("by_receiver",),
        "Se acepta: la unidad pasa a participar.",
    )
    yield Transition(
        ReferralState.SENT,
        ReferralState.ACCEPTED_ON_TERMS,
        ("by_receiver", "conditions"),
        "Se acepta con condiciones: la unidad pasa a participar.",
    )
    yield Transition(
        ReferralState.SENT,
        ReferralState.REFUSED,
        ("by_receiver", "refusal_reason"),
        "Se rechaza con su motivo.",
    )
    yield Transition(ReferralState.SENT, ReferralState.LAPSED, ("by_clock",), "Pasó el plazo sin respuesta.")


def _carried_through() -> Iterable[Transition]:
    yield Transition(
        ReferralState.ACCEPTED_ON_TERMS,
        ReferralState.ACCEPTED,
        ("by_sender",),
        "La unidad que la envió confirma las condiciones.",
    )
    yield Transition(ReferralState.ACCEPTED, ReferralState.RUNNING, ("by_receiver",), "El servicio comenzó.")
    for source in ACCEPTED:
        yield Transition(
            source,
            ReferralState.INTERRUPTED,
            ("by_receiver", "interruption_reason"),
            "No llegó a comenzar el servicio.",
        )
    yield Transition(
        ReferralState.RUNNING, ReferralState.CONCLUDED, ("by_receiver", "result"), "El servicio terminó."
    )
    yield Transition(
        ReferralState.RUNNING,
        ReferralState.INTERRUPTED,
        ("by_either", "interruption_reason"),
        "El servicio se interrumpió.",
    )
    for source in (ReferralState.SENT, *ACCEPTED):
        yield Transition(source, ReferralState.WITHDRAWN, ("by_sender",), "La unidad que la envió la retira.")


MACHINE = Machine("derivación", STATES, (*_answers(), *_carried_through()), GUARDS)


@dataclass(frozen=True, slots=True)
class ReferralFacts:
    """What a move may depend on. `side`: `SENDER`, `RECEIVER` or None (neither; the clock)."""

    side: str | None
    overdue: bool = False
    conditions: bool = False
    reason: str | None = None
    result: str | None = None


def refuse(state: str, target: str, facts: ReferralFacts, machine: Machine = MACHINE) -> Refusal | None:
    """None when the referral may move from `state` to `target`, else why not, in Spanish."""
    reasons = REFUSALS if target == ReferralState.REFUSED else INTERRUPTIONS
    answers = {
        "by_sender": facts.side == SENDER,
        "by_receiver": facts.side == RECEIVER,
        "by_either": facts.side in {SENDER, RECEIVER},
        "by_clock": facts.overdue,
        "conditions": facts.conditions,
        "refusal_reason": facts.reason in reasons,
        "interruption_reason": facts.reason in reasons,
        "result": facts.result in RESULTS,
    }
    return machine.refuse(state, target, answers)


def offered(state: str, side: str | None) -> list[str]:
    """States that one side may move a referral to, if it says what each asks for."""
    told = {SENDER: "by_sender", RECEIVER: "by_receiver"}.get(side or "")
    moves = [(target, MACHINE.find(state, target)) for target in MACHINE.offered(state)]
    return [target for target, move in moves if move and told and {told, "by_either"} & {*move.guards}]


def misplaced(target: str, reason: str | None, result: str | None) -> str | None:
    """The field of a step that does not belong to its move, if any: what is stored is of its list."""
    if result is not None and target != ReferralState.CONCLUDED:
        return "result"
    if reason is None or target in {ReferralState.REFUSED, ReferralState.INTERRUPTED}:
        return None  # the machine asks for one of the list
    return None if target == ReferralState.WITHDRAWN and reason in INTERRUPTIONS else "reason"


NETWORK_KINDS: Final = frozenset(
    {
        "UPE",
        "CEM",
        "CAR",
        "ALBERGUE",
        "HRT",
        "UDAVIT",
        "FISCALIA",
        "PNP",
        "SALUD",
        "CONSULADO",
        "DEFENSA_PUBLICA",
    }
)
"""Kinds of unit that know what the register is about. Schools, work and social programmes are not among
them, and neither is a kind nobody thought of: those read only that the person is under protection."""

PROTECTED_REASON: Final = "PERSONA_EN_PROTECCION_ESPECIAL"
DEFAULT_REASON: Final = "REQUIERE_SERVICIO"
REASONS: Final = code_list("referral_reason").labels

_DEFAULT_SHARED: Final = ("identity", "plan", "services")
MINIMUM_SHARED: Final = MappingProxyType(
    {
        "CAR": ("identity", "contact", "health", "protection", "plan", "services", "shelter_location"),
        "ALBERGUE": ("identity", "contact", "health", "protection", "plan", "services", "shelter_location"),
        "UPE": ("identity", "contact", "legal", "protection", "plan", "services"),
        "CEM": ("identity", "contact", "protection", "plan", "services"),
        "UDAVIT": ("identity", "contact", "legal", "protection", "plan", "services"),
        "FISCALIA": ("identity", "legal", "testimony", "protection"),
        "PNP": ("identity", "legal", "protection"),
        "HRT": ("identity", "contact", "health", "protection", "plan", "services", "shelter_location"),
        "SALUD": ("identity", "health", "plan", "services"),
        "DEFENSA_PUBLICA": ("identity", "legal", "services"),
        "CONSULADO": ("identity", "contact", "protection", "services"),
    }
)
"""Least that each kind of unit needs to do its part; preselected, and anything more is a choice."""


def forced_reason(unit_kind: str, reason: str | None) -> str:
    """The coded reason the receiver reads; outside the network of protection always the same neutral one."""
    if unit_kind not in NETWORK_KINDS:
        return PROTECTED_REASON
    return reason if reason is not None and reason in REASONS else DEFAULT_REASON


def basis_label(basis: str, reason: str) -> str:
    """The legal basis in words; none that would tell a unit outside the network what it is about."""
    return NEUTRAL_BASIS if reason == PROTECTED_REASON else LEGAL_BASES.get(basis, basis)


def preselected(unit_kind: str, openable: Iterable[str]) -> list[str]:
    """Compartments proposed for a kind of unit: its minimum, within what the sender itself may open."""
    own = frozenset(openable)
    return [name for name in MINIMUM_SHARED.get(unit_kind, _DEFAULT_SHARED) if name in own]


def beyond(wanted: Iterable[str], openable: Iterable[str]) -> list[str]:
    """Compartments of `wanted` that the sender may not open itself, and so may not share."""
    return sorted(set(wanted) - set(openable))


_KEPT: Final = ("RC001", "RC002")


def kept_from_consulate(error: Exception) -> bool:
    """Whether the database kept from a consulate who seeks asylum (Ley 27891) or did not agree."""
    return getattr(error, "sqlstate", None) in _KEPT


def untold(unit_kind: str, basis: str, *, child: bool) -> bool:
    """Whether it would tell a consulate of an adult who did not agree (Convención de Viena, art. 36)."""
    return unit_kind == "CONSULADO" and not child and basis != "CONSENTIMIENTO"
