"""Branches of protection against the norms' own lists of steps, written out again by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.services.proceedings import branches
from app.services.proceedings.branches import BranchFacts

# What each step asks for, by the hand of who read DL 1297 and DS 005-2016-IN; not taken from the code.
U, S = "upe", "suitable"
LEGAL: dict[str, dict[tuple[str, str], set[str]]] = {
    "NNA": {
        ("COMUNICADO_A_UPE", "MEDIDA_URGENCIA"): {U},
        ("COMUNICADO_A_UPE", "MEDIDA_PROVISIONAL"): {U},
        ("MEDIDA_URGENCIA", "MEDIDA_PROVISIONAL"): {U},
        ("MEDIDA_URGENCIA", "ACOGIMIENTO_RESIDENCIAL"): {U},
        ("MEDIDA_URGENCIA", "ACOGIMIENTO_FAMILIAR"): {U, S},
        ("MEDIDA_URGENCIA", "FAMILIA_EXTENSA"): {U, S},
        ("MEDIDA_PROVISIONAL", "ACOGIMIENTO_RESIDENCIAL"): {U},
        ("MEDIDA_PROVISIONAL", "ACOGIMIENTO_FAMILIAR"): {U, S},
        ("MEDIDA_PROVISIONAL", "FAMILIA_EXTENSA"): {U, S},
        ("ACOGIMIENTO_RESIDENCIAL", "ACOGIMIENTO_FAMILIAR"): {U, S},
        ("ACOGIMIENTO_RESIDENCIAL", "FAMILIA_EXTENSA"): {U, S},
        ("ACOGIMIENTO_RESIDENCIAL", "PTI_APROBADO"): {U},
        ("ACOGIMIENTO_FAMILIAR", "ACOGIMIENTO_RESIDENCIAL"): {U},
        ("ACOGIMIENTO_FAMILIAR", "FAMILIA_EXTENSA"): {U, S},
        ("ACOGIMIENTO_FAMILIAR", "PTI_APROBADO"): {U},
        ("FAMILIA_EXTENSA", "ACOGIMIENTO_RESIDENCIAL"): {U},
        ("FAMILIA_EXTENSA", "ACOGIMIENTO_FAMILIAR"): {U, S},
        ("FAMILIA_EXTENSA", "PTI_APROBADO"): {U},
        ("PTI_APROBADO", "ACOGIMIENTO_RESIDENCIAL"): {U},
        ("PTI_APROBADO", "ACOGIMIENTO_FAMILIAR"): {U, S},
        ("PTI_APROBADO", "FAMILIA_EXTENSA"): {U, S},
        ("COMUNICADO_A_UPE", "CONCLUIDO"): {U, "conclusion"},
        ("MEDIDA_URGENCIA", "CONCLUIDO"): {U, "conclusion"},
        ("MEDIDA_PROVISIONAL", "CONCLUIDO"): {U, "conclusion"},
        ("ACOGIMIENTO_RESIDENCIAL", "CONCLUIDO"): {U, "conclusion"},
        ("ACOGIMIENTO_FAMILIAR", "CONCLUIDO"): {U, "conclusion"},
        ("FAMILIA_EXTENSA", "CONCLUIDO"): {U, "conclusion"},
        ("PTI_APROBADO", "CONCLUIDO"): {U, "conclusion"},
    },
    "ADULTA": {
        ("OFRECIDO_UDAVIT", "ACEPTA"): {"adult", "consent", "risk"},
        ("OFRECIDO_UDAVIT", "DECLINA"): {"adult", "reason"},
        ("ACEPTA", "DECLINA"): {"adult", "reason"},
        ("ACEPTA", "AURORA_CEM"): {"adult"},
        ("ACEPTA", "HRT"): {"adult", "consent"},
        ("DECLINA", "ACEPTA"): {"adult", "consent", "risk"},
        ("DECLINA", "AURORA_CEM"): {"adult"},
        ("AURORA_CEM", "ACEPTA"): {"adult", "consent", "risk"},
        ("AURORA_CEM", "HRT"): {"adult", "consent"},
        ("HRT", "AURORA_CEM"): {"adult"},
        ("OFRECIDO_UDAVIT", "CONCLUIDO"): {"conclusion"},
        ("ACEPTA", "CONCLUIDO"): {"conclusion"},
        ("DECLINA", "CONCLUIDO"): {"conclusion"},
        ("AURORA_CEM", "CONCLUIDO"): {"conclusion"},
        ("HRT", "CONCLUIDO"): {"conclusion"},
    },
    "EXTRANJERA": {
        ("DERECHOS_INFORMADOS", "CONSULADO_NOTIFICADO"): {"consent", "no-asylum"},
        ("DERECHOS_INFORMADOS", "RETORNO_ASISTIDO"): {"consent", "no-asylum"},
        ("DERECHOS_INFORMADOS", "REFUGIO_SOLICITADO"): set(),
        ("DERECHOS_INFORMADOS", "PERMANENCIA"): set(),
        ("CONSULADO_NOTIFICADO", "RETORNO_ASISTIDO"): {"consent", "no-asylum"},
        ("CONSULADO_NOTIFICADO", "REFUGIO_SOLICITADO"): set(),
        ("CONSULADO_NOTIFICADO", "PERMANENCIA"): set(),
        ("REFUGIO_SOLICITADO", "PERMANENCIA"): set(),
        ("REFUGIO_SOLICITADO", "DERECHOS_INFORMADOS"): {"asylum", "consent", "reason"},
        ("PERMANENCIA", "REFUGIO_SOLICITADO"): set(),
        ("PERMANENCIA", "RETORNO_ASISTIDO"): {"consent", "no-asylum"},
        ("PERMANENCIA", "DERECHOS_INFORMADOS"): {"asylum", "consent", "reason"},
        ("RETORNO_ASISTIDO", "PERMANENCIA"): set(),
        ("RETORNO_ASISTIDO", "REFUGIO_SOLICITADO"): set(),
        ("DERECHOS_INFORMADOS", "CONCLUIDO"): {"conclusion"},
        ("CONSULADO_NOTIFICADO", "CONCLUIDO"): {"conclusion"},
        ("REFUGIO_SOLICITADO", "CONCLUIDO"): {"conclusion"},
        ("PERMANENCIA", "CONCLUIDO"): {"conclusion"},
        ("RETORNO_ASISTIDO", "CONCLUIDO"): {"conclusion"},
    },
}
FIRST = {"NNA": "COMUNICADO_A_UPE", "ADULTA": "OFRECIDO_UDAVIT", "EXTRANJERA": "DERECHOS_INFORMADOS"}
ENDS = {
    "NNA": {
        "RETORNO_FAMILIA_IDONEA": {
            "ACOGIMIENTO_RESIDENCIAL", "ACOGIMIENTO_FAMILIAR", "FAMILIA_EXTENSA", "PTI_APROBADO"
        },
        "ADOPCION": {"ACOGIMIENTO_FAMILIAR", "PTI_APROBADO"},
        "MAYORIA_DE_EDAD": {
            "MEDIDA_URGENCIA", "MEDIDA_PROVISIONAL", "ACOGIMIENTO_RESIDENCIAL", "ACOGIMIENTO_FAMILIAR",
            "FAMILIA_EXTENSA", "PTI_APROBADO",
        },
        "SIN_DESPROTECCION": {"COMUNICADO_A_UPE", "MEDIDA_URGENCIA", "MEDIDA_PROVISIONAL"},
    },
    "ADULTA": {
        "FIN_DE_LA_ATENCION": {"ACEPTA", "AURORA_CEM", "HRT"},
        "RETIRO_VOLUNTARIO": {"ACEPTA", "DECLINA", "AURORA_CEM", "HRT"},
    },
    "EXTRANJERA": {
        "FIN_DE_LA_ATENCION": {"PERMANENCIA"},
        "PERMANENCIA_REGULAR": {"PERMANENCIA"},
        "RETORNO_REALIZADO": {"RETORNO_ASISTIDO"},
    },
}  # fmt: skip
ANYWHERE = {"TRASLADO", "FALLECIMIENTO"}
DECLINE = {"DECISION_PROPIA", "ATENCION_FUERA_DEL_SISTEMA", "RETORNO_CON_SU_RED", "TEMOR"}

ALL_STATES = sorted({s for moves in LEGAL.values() for pair in moves for s in pair})
facts = st.builds(
    BranchFacts,
    child=st.booleans(),
    upe=st.booleans(),
    consent=st.booleans(),
    reason=st.sampled_from([None, "TEMOR", "DESISTE_REFUGIO", "OTRO"]),
    risk_assessed=st.booleans(),
    suitable=st.booleans(),
    suitability_dated=st.booleans(),
    asylum=st.booleans(),
    conclusion=st.sampled_from(
        [None, *sorted({c for ends in ENDS.values() for c in ends} | ANYWHERE), "OTRA"]
    ),
)


def ends_well(branch: str, state: str, known: BranchFacts) -> bool:
    conclusion = known.conclusion
    if conclusion in ANYWHERE:
        return True
    if conclusion is None or state not in ENDS[branch].get(conclusion, set()):
        return False
    if conclusion == "MAYORIA_DE_EDAD":
        return not known.child
    if conclusion == "RETORNO_FAMILIA_IDONEA":
        return known.suitable and known.suitability_dated
    return True


def lawful(branch: str, state: str, target: str, known: BranchFacts) -> bool:
    """What the hand-written lists say of a step."""
    asked = LEGAL[branch].get((state, target))
    if asked is None:
        return False
    wanted = DECLINE if target == "DECLINA" else {"DESISTE_REFUGIO"}
    met = {
        "upe": known.upe,
        "suitable": known.suitable and known.suitability_dated,
        "adult": not known.child,
        "consent": known.consent,
        "risk": known.risk_assessed,
        "reason": known.reason in wanted,
        "asylum": known.asylum,
        "no-asylum": not known.asylum,
        "conclusion": ends_well(branch, state, known),
    }
    return all(met[name] for name in asked)


def check(branch: str, state: str, target: str, known: BranchFacts) -> bool:
    """Compare one step with the lists; says whether it was taken."""
    refusal = branches.refuse(branch, state, target, known)
    assert (refusal is None) == lawful(branch, state, target, known), (branch, state, target, known)
    if refusal is not None:
        assert refusal.message.endswith(".")
        assert set(refusal.possible) == {b for a, b in LEGAL[branch] if a == state}
        if (state, target) in LEGAL[branch]:
            assert refusal.missing
            assert all(guard.missing in refusal.message for guard in refusal.missing)
    return refusal is None


@pytest.mark.parametrize("branch", sorted(LEGAL))
@settings(max_examples=350, deadline=None)
@given(data=st.data())
def test_a_walk_through_a_branch_is_the_norms_own(branch: str, data: st.DataObject) -> None:
    state, asylum = FIRST[branch], False
    states = st.sampled_from([s for s in ALL_STATES if any(s in pair for pair in LEGAL[branch])])
    for target, wish in data.draw(st.lists(st.tuples(states, facts), max_size=8)):
        if check(branch, state, target, replace(wish, asylum=asylum)):
            asylum = target == "REFUGIO_SOLICITADO" or (asylum and target != "DERECHOS_INFORMADOS")
            state = target
        assert not (asylum and state in {"CONSULADO_NOTIFICADO", "RETORNO_ASISTIDO"})


@pytest.mark.parametrize("branch", sorted(LEGAL))
@given(st.sampled_from(ALL_STATES), st.sampled_from(ALL_STATES), facts)
@settings(max_examples=400, deadline=None)
def test_every_step_is_lawful_or_refused_in_words(
    branch: str, state: str, target: str, known: BranchFacts
) -> None:
    if state in branches.MACHINES[branch].labels:
        check(branch, state, target, known)


def test_the_lists_are_complete() -> None:
    for branch, moves in LEGAL.items():
        table = branches.MACHINES[branch].transitions
        assert {(t.source, t.target) for t in table} == set(moves)
        assert branches.FIRST[branch] == FIRST[branch]


def test_a_planted_step_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = branches.MACHINES["NNA"]
    hole = replace(machine, transitions=tuple(replace(t, guards=()) for t in machine.transitions))
    monkeypatch.setattr(branches, "MACHINES", {**branches.MACHINES, "NNA": hole})
    with pytest.raises(AssertionError):
        check("NNA", "COMUNICADO_A_UPE", "MEDIDA_URGENCIA", BranchFacts(child=True))


@pytest.mark.parametrize(
    ("branch", "child", "foreign", "opens"),
    [
        ("NNA", True, False, True),
        ("NNA", False, False, False),
        ("ADULTA", False, False, True),
        ("ADULTA", True, True, False),
        ("EXTRANJERA", True, True, True),
        ("EXTRANJERA", False, False, False),
    ],
)
def test_who_a_branch_is_for(branch: str, child: bool, foreign: bool, opens: bool) -> None:
    assert (branches.refuse_opening(branch, child=child, foreign=foreign) is None) == opens


def test_an_unknown_state_is_not_repeated() -> None:
    refusal = branches.refuse("NNA", "COMUNICADO_A_UPE", "Rosa Quispe", BranchFacts(child=True))
    assert refusal is not None
    assert "Rosa" not in refusal.message
