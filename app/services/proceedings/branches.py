"""Branches of protection as state machines: children, adults, foreigners. Pure.

The case's own state is another machine, and a case may be in several branches. Sources: DL 1297 (children),
DS 005-2016-IN (adults and foreigners); what the norms leave open is a proposal of this register.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from app.catalogues import code_list
from app.services.state_machine import Guard, Machine, Refusal, Transition
from app.states import BranchConclusion, BranchState, ProtectionBranch

BRANCHES: Final = code_list("protection_branch").labels
FIRST: Final[Mapping[str, BranchState]] = MappingProxyType(
    {
        ProtectionBranch.CHILDREN: BranchState.TOLD_TO_UPE,
        ProtectionBranch.ADULTS: BranchState.UDAVIT_OFFERED,
        ProtectionBranch.FOREIGNERS: BranchState.RIGHTS_TOLD,
    }
)
"""The state in which each branch begins."""

ASYLUM_WITHDRAWN: Final = "DESISTE_REFUGIO"
CARE: Final = (BranchState.RESIDENTIAL_CARE, BranchState.FAMILY_CARE, BranchState.EXTENDED_FAMILY)
MEASURES: Final = (BranchState.URGENT_MEASURE, BranchState.PROVISIONAL_MEASURE)
WITH_FAMILY: Final = frozenset({BranchState.FAMILY_CARE, BranchState.EXTENDED_FAMILY})
"""Care by somebody whose suitability has to be established first."""
ALWAYS: Final = frozenset({BranchConclusion.TRANSFERRED, BranchConclusion.DIED})
"""Conclusions that need nothing to have happened before."""

_DECLINES = tuple(code for code in code_list("branch_reason").codes if code != ASYLUM_WITHDRAWN)
_STATES = code_list("protection_state")
_CONCLUSIONS = code_list("branch_conclusion")

GUARDS: Final = {
    guard.name: guard
    for guard in (
        Guard("upe", "La decide la UPE: incorpórela al caso y pídale que registre este paso."),
        Guard(
            "adult",
            "Esta ruta es para personas adultas; mientras no conste la mayoría de edad, actúa la UPE: "
            "abra la ruta de niñas, niños y adolescentes.",
        ),
        Guard("consent", "Falta el consentimiento informado de la persona.", "consent"),
        Guard("reason", "Falta indicar el motivo.", "reason"),
        Guard(
            "risk_assessed",
            "Falta la valoración de riesgo: registre su fecha en el compartimento de protección.",
        ),
        Guard(
            "suitable",
            "Falta la evaluación de idoneidad favorable de quien recibe.",
            "suitability",
        ),
        Guard(
            "suitability_dated",
            "Falta la fecha de la evaluación de idoneidad.",
            "suitability_on",
        ),
        Guard(
            "no_asylum",
            "Solicitó refugio: no se comunica al consulado ni se organiza su retorno mientras no desista.",
        ),
        Guard("asylum", "No consta que haya solicitado refugio: no hay solicitud de la que desistir."),
        Guard("conclusion", "Falta indicar cómo concluye.", "conclusion"),
        Guard("conclusion_fits", "Esa conclusión no corresponde desde este estado.", "conclusion"),
    )
}


@dataclass(frozen=True, slots=True)
class BranchFacts:
    """What a step may depend on.

    `upe`: the acting unit is a UPE. `asylum`: she seeks asylum and has not desisted. `suitability` and
    `suitability_dated`: of who receives the child.
    """

    child: bool
    upe: bool = False
    consent: bool = False
    reason: str | None = None
    risk_assessed: bool = False
    suitable: bool = False
    suitability_dated: bool = False
    asylum: bool = False
    conclusion: str | None = None


def _children() -> Iterable[Transition]:
    first = FIRST[ProtectionBranch.CHILDREN]
    for target in MEASURES:
        yield Transition(first, target, ("upe",), "La UPE dicta la medida.")
    yield Transition(*MEASURES, ("upe",), "La medida de urgencia pasa a provisional.")
    for source in (*MEASURES, *CARE, BranchState.PTI_APPROVED):
        for target in CARE:
            suitable = ("suitable", "suitability_dated") if target in WITH_FAMILY else ()
            if source != target:
                yield Transition(source, target, ("upe", *suitable), "Pasa a ser acogida.")
    for source in CARE:
        yield Transition(
            source, BranchState.PTI_APPROVED, ("upe",), "Se aprueba el plan de trabajo individual."
        )
    for source in (first, *MEASURES, *CARE, BranchState.PTI_APPROVED):
        yield Transition(
            source,
            BranchState.CLOSED,
            ("upe", "conclusion", "conclusion_fits", "suitable", "suitability_dated"),
            "Concluye la ruta.",
        )


def _adults() -> Iterable[Transition]:
    accept = ("adult", "consent", "risk_assessed")
    decline = ("adult", "reason")
    yield Transition(BranchState.UDAVIT_OFFERED, BranchState.ACCEPTED, accept, "Ingresa al programa.")
    yield Transition(
        BranchState.UDAVIT_OFFERED, BranchState.DECLINED, decline, "Declina; pasa de inmediato al CEM."
    )
    yield Transition(
        BranchState.DECLINED, BranchState.ACCEPTED, accept, "Cambia de decisión e ingresa al programa."
    )
    yield Transition(BranchState.DECLINED, BranchState.CEM, ("adult",), "La atiende el CEM.")
    yield Transition(
        BranchState.ACCEPTED, BranchState.DECLINED, decline, "Deja el programa; pasa de inmediato al CEM."
    )
    for source, target in ((BranchState.ACCEPTED, BranchState.CEM), (BranchState.REFUGE, BranchState.CEM)):
        yield Transition(source, target, ("adult",), "La atiende el CEM.")
    for source in (BranchState.ACCEPTED, BranchState.CEM):
        yield Transition(
            source, BranchState.REFUGE, ("adult", "consent"), "Ingresa a un hogar de refugio temporal."
        )
    yield Transition(BranchState.CEM, BranchState.ACCEPTED, accept, "Ingresa al programa.")
    for source in (
        BranchState.UDAVIT_OFFERED,
        BranchState.ACCEPTED,
        BranchState.DECLINED,
        BranchState.CEM,
        BranchState.REFUGE,
    ):
        yield Transition(source, BranchState.CLOSED, ("conclusion", "conclusion_fits"), "Concluye la ruta.")


def _foreigners() -> Iterable[Transition]:
    free = ("consent", "no_asylum")
    yield Transition(BranchState.RIGHTS_TOLD, BranchState.CONSULATE_TOLD, free, "Se comunica a su consulado.")
    for source in (BranchState.RIGHTS_TOLD, BranchState.CONSULATE_TOLD, BranchState.STAYS):
        yield Transition(source, BranchState.ASSISTED_RETURN, free, "Se organiza su retorno.")
    for source in (
        BranchState.RIGHTS_TOLD,
        BranchState.CONSULATE_TOLD,
        BranchState.STAYS,
        BranchState.ASSISTED_RETURN,
    ):
        yield Transition(
            source, BranchState.ASYLUM_SOUGHT, (), "Solicita refugio: su consulado no se entera."
        )
    for source in (
        BranchState.RIGHTS_TOLD,
        BranchState.CONSULATE_TOLD,
        BranchState.ASYLUM_SOUGHT,
        BranchState.ASSISTED_RETURN,
    ):
        yield Transition(source, BranchState.STAYS, (), "Se queda en el país.")
    for source in (BranchState.ASYLUM_SOUGHT, BranchState.STAYS):
        yield Transition(
            source,
            BranchState.RIGHTS_TOLD,
            ("asylum", "consent", "reason"),
            "Desiste de la solicitud de refugio.",
        )
    for source in (
        BranchState.RIGHTS_TOLD,
        BranchState.CONSULATE_TOLD,
        BranchState.ASYLUM_SOUGHT,
        BranchState.STAYS,
        BranchState.ASSISTED_RETURN,
    ):
        yield Transition(source, BranchState.CLOSED, ("conclusion", "conclusion_fits"), "Concluye la ruta.")


def _machine(branch: str, moves: Iterable[Transition]) -> Machine:
    labels = {
        code: _STATES.label(code) for code in _STATES.codes if branch in _STATES.mapped(code, "branches")
    }
    return Machine(f"ruta {branch}", labels, tuple(moves), GUARDS)


MACHINES: Final[Mapping[str, Machine]] = MappingProxyType(
    {
        ProtectionBranch.CHILDREN: _machine(ProtectionBranch.CHILDREN, _children()),
        ProtectionBranch.ADULTS: _machine(ProtectionBranch.ADULTS, _adults()),
        ProtectionBranch.FOREIGNERS: _machine(ProtectionBranch.FOREIGNERS, _foreigners()),
    }
)


def conclusions(branch: str, state: str) -> tuple[str, ...]:
    """How a branch may conclude from a state."""
    codes = [code for code in _CONCLUSIONS.codes if branch in _CONCLUSIONS.mapped(code, "branches")]
    return tuple(code for code in codes if code in ALWAYS or state in _FROM.get(code, frozenset()))


_FROM: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        BranchConclusion.FIT_FAMILY: frozenset({*CARE, BranchState.PTI_APPROVED}),
        BranchConclusion.ADOPTED: frozenset({BranchState.FAMILY_CARE, BranchState.PTI_APPROVED}),
        BranchConclusion.OF_AGE: frozenset({*MEASURES, *CARE, BranchState.PTI_APPROVED}),
        BranchConclusion.NOT_UNPROTECTED: frozenset({FIRST[ProtectionBranch.CHILDREN], *MEASURES}),
        BranchConclusion.CARE_ENDED: frozenset(
            {BranchState.ACCEPTED, BranchState.CEM, BranchState.REFUGE, BranchState.STAYS}
        ),
        BranchConclusion.LEFT_BY_CHOICE: frozenset(
            {BranchState.ACCEPTED, BranchState.DECLINED, BranchState.CEM, BranchState.REFUGE}
        ),
        BranchConclusion.RETURNED: frozenset({BranchState.ASSISTED_RETURN}),
        BranchConclusion.REGULAR_STAY: frozenset({BranchState.STAYS}),
    }
)
"""States each conclusion follows from."""


def reasons(state: str, target: str) -> tuple[str, ...]:
    """Reason codes a step asks for; empty where it asks for none."""
    if target == BranchState.DECLINED:
        return _DECLINES
    return (ASYLUM_WITHDRAWN,) if target == FIRST[ProtectionBranch.FOREIGNERS] and state != target else ()


def refuse(branch: str, state: str, target: str, facts: BranchFacts) -> Refusal | None:
    """None when the branch may go from `state` to `target`, else why not, in Spanish."""
    possible = conclusions(branch, state)
    suits = facts.conclusion != BranchConclusion.FIT_FAMILY
    answers = {
        "upe": facts.upe,
        "adult": not facts.child,
        "consent": facts.consent,
        "reason": facts.reason in reasons(state, target),
        "risk_assessed": facts.risk_assessed,
        "suitable": facts.suitable or (target == BranchState.CLOSED and suits),
        "suitability_dated": facts.suitability_dated or (target == BranchState.CLOSED and suits),
        "no_asylum": not facts.asylum,
        "asylum": facts.asylum,
        "conclusion": facts.conclusion is not None,
        "conclusion_fits": facts.conclusion is None
        or (
            facts.conclusion in possible and not (facts.conclusion == BranchConclusion.OF_AGE and facts.child)
        ),
    }
    choices = {
        "reason": reasons(state, target),
        "conclusion": possible,
        "conclusion_fits": possible,
    }
    return MACHINES[branch].refuse(state, target, answers, choices)


def refuse_opening(branch: str, *, child: bool, foreign: bool) -> str | None:
    """Why a branch may not be opened for a person, in Spanish; None if it may."""
    if branch == ProtectionBranch.ADULTS and child:
        return (
            "Una niña, niño o adolescente no entra en la ruta de personas adultas; mientras no conste la "
            "mayoría de edad, se presume que no lo es. Abra la ruta de niñas, niños y adolescentes."
        )
    if branch == ProtectionBranch.CHILDREN and not child:
        return "Consta que es mayor de edad: abra la ruta de personas adultas."
    if branch == ProtectionBranch.FOREIGNERS and not foreign:
        return "No consta que sea extranjera: registre su nacionalidad y abra luego la ruta."
    return None
