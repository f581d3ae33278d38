"""State machines of plan and activity; no path to a signed plan without signatures."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.plans import rules
from app.services.plans.rules import PlanFacts
from app.services.state_machine import Machine, Transition

ALIVE = {
    "BORRADOR",
    "EN_CONSULTA",
    "SUSCRITO",
    "EN_EJECUCION",
    "EN_REVISION",
    "EN_SEGUIMIENTO",
    "SUSPENDIDO",
}
# Written out again from the design.
LEGAL = {
    ("BORRADOR", "EN_CONSULTA"),
    ("EN_CONSULTA", "SUSCRITO"),
    ("SUSCRITO", "EN_EJECUCION"),
    ("EN_EJECUCION", "EN_REVISION"),
    ("EN_REVISION", "EN_EJECUCION"),
    ("EN_EJECUCION", "EN_SEGUIMIENTO"),
    ("EN_REVISION", "EN_SEGUIMIENTO"),
    ("EN_SEGUIMIENTO", "CUMPLIDO"),
    ("SUSCRITO", "SUSPENDIDO"),
    ("EN_EJECUCION", "SUSPENDIDO"),
    ("EN_REVISION", "SUSPENDIDO"),
    ("EN_SEGUIMIENTO", "SUSPENDIDO"),
    ("SUSPENDIDO", "EN_EJECUCION"),
    ("SUSPENDIDO", "EN_REVISION"),
} | {(state, "CERRADO_SIN_CUMPLIR") for state in ALIVE}
NEEDS_SIGNATURES = {
    ("EN_CONSULTA", "SUSCRITO"),
    ("EN_REVISION", "EN_EJECUCION"),
    ("EN_REVISION", "EN_SEGUIMIENTO"),
    ("SUSPENDIDO", "EN_EJECUCION"),
}

states = st.sampled_from(sorted(rules.STATES))
signatures = st.frozensets(
    st.tuples(st.sampled_from(sorted(rules.SIGNERS)), st.sampled_from(sorted(rules.MANNERS))), max_size=4
)
facts = st.builds(
    PlanFacts,
    kind=st.sampled_from(["ADULTA", "NNA"]),
    has_objective=st.booleans(),
    pti_resolution=st.booleans(),
    signatures=signatures,
    feasible=st.booleans(),
    activity_states=st.lists(st.sampled_from(sorted(rules.ACTIVITY_STATES)), max_size=4).map(tuple),
    objective_states=st.lists(st.sampled_from(sorted(rules.OBJECTIVE_STATES)), max_size=3).map(tuple),
    outcome_known=st.booleans(),
    achievement=st.booleans(),
    residual_risk=st.booleans(),
    follow_up=st.booleans(),
    reason=st.none() | st.sampled_from([*rules.SUSPENSIONS, "OTRO"]),
)


def fully_signed(known: PlanFacts) -> bool:
    """The signatures the Guide asks for, spelled out again."""
    person = {("PERSONA", "FIRMA"), ("PERSONA", "HUELLA")}
    if known.kind == "NNA":
        person.add(("PERSONA", "OPINION_RECOGIDA"))
    return bool(person & known.signatures) and ("PROFESIONAL", "FIRMA") in known.signatures


def check_move(state: str, target: str, known: PlanFacts, machine: Machine = rules.MACHINE) -> None:
    """The whole law of one move; raises AssertionError where the table breaks it."""
    refusal = rules.refuse(state, target, known, machine)
    if refusal is not None:
        assert len(refusal.message) > 20
        assert set(refusal.possible) == {b for a, b in LEGAL if a == state}
        return
    assert (state, target) in LEGAL
    if (state, target) in NEEDS_SIGNATURES:
        assert fully_signed(known)
        assert known.has_objective
        assert known.kind == "ADULTA" or known.pti_resolution
        assert known.feasible
    if target in {"CUMPLIDO", "CERRADO_SIN_CUMPLIR"}:
        assert known.outcome_known
        assert known.residual_risk or state in {"BORRADOR", "EN_CONSULTA"}
    if target == "CUMPLIDO":
        assert "LOGRADO" in known.activity_states
        assert not {"PENDIENTE", "EN_CURSO"} & {*known.activity_states, *known.objective_states}
        assert known.achievement
        assert known.follow_up
    if target == "SUSPENDIDO":
        assert known.reason in rules.SUSPENSIONS


@given(states, states, facts)
def test_every_move_is_legal_or_refused_in_words(state: str, target: str, known: PlanFacts) -> None:
    check_move(state, target, known)


@given(st.lists(st.tuples(states, facts), max_size=30))
def test_no_path_to_execution_without_signatures(steps: list[tuple[str, PlanFacts]]) -> None:
    state, signed = "BORRADOR", False
    for target, known in steps:
        check_move(state, target, known)
        if rules.refuse(state, target, known) is None:
            state = target
            signed = signed or (target == "SUSCRITO" and fully_signed(known))
        if state in {"SUSCRITO", "EN_EJECUCION", "EN_REVISION", "EN_SEGUIMIENTO", "SUSPENDIDO", "CUMPLIDO"}:
            assert signed


@given(facts)
def test_what_cannot_be_signed_is_never_subscribed(known: PlanFacts) -> None:
    refusal = rules.unsignable("EN_CONSULTA", known)
    if refusal is not None:
        assert refusal.message
        assert rules.refuse("EN_CONSULTA", "SUSCRITO", known) is not None


@pytest.mark.parametrize("state", sorted(set(rules.STATES) - {"EN_CONSULTA", "EN_REVISION"}))
def test_signing_happens_in_consultation_or_review_only(state: str) -> None:
    ready = PlanFacts(kind="ADULTA", has_objective=True)
    assert rules.unsignable("EN_CONSULTA", ready) is None
    refusal = rules.unsignable(state, ready)
    assert refusal is not None
    assert refusal.message


@pytest.mark.parametrize(
    "planted",
    [
        Transition("BORRADOR", "SUSCRITO", (), "Sin firmas."),
        Transition("CUMPLIDO", "EN_EJECUCION", (), "Reabre."),
        Transition("EN_CONSULTA", "EN_EJECUCION", (), "Salta la firma."),
    ],
)
def test_a_planted_move_breaks_the_property(planted: Transition) -> None:
    hole = Machine("plan", rules.STATES, (*rules.MACHINE.transitions, planted), rules.GUARDS)
    with pytest.raises(AssertionError):
        check_move(planted.source, planted.target, PlanFacts(kind="ADULTA"), hole)


@pytest.mark.parametrize(
    "dropped", ["person_signature", "professional_signature", "pti", "objective", "feasibility"]
)
def test_a_dropped_guard_breaks_the_property(dropped: str) -> None:
    weaker = tuple(
        replace(t, guards=tuple(g for g in t.guards if g != dropped)) for t in rules.MACHINE.transitions
    )
    hole = Machine("plan", rules.STATES, weaker, rules.GUARDS)
    given_signatures = {("PERSONA", "FIRMA"), ("PROFESIONAL", "FIRMA")}
    given_signatures -= {("PERSONA", "FIRMA")} if dropped == "person_signature" else set()
    given_signatures -= {("PROFESIONAL", "FIRMA")} if dropped == "professional_signature" else set()
    known = PlanFacts(
        kind="NNA",
        has_objective=dropped != "objective",
        pti_resolution=dropped != "pti",
        feasible=dropped != "feasibility",
        signatures=frozenset(given_signatures),
    )
    with pytest.raises(AssertionError):
        check_move("EN_CONSULTA", "SUSCRITO", known, hole)


ACTIVITY_LEGAL = {
    ("PENDIENTE", "EN_CURSO"),
    *((a, b) for a in ("PENDIENTE", "EN_CURSO") for b in ("LOGRADO", "NO_LOGRADO", "NO_APLICA")),
    *((a, "RECHAZADO_POR_LA_PERSONA") for a in ("PENDIENTE", "EN_CURSO")),
    *((a, "CANCELADA") for a in ("PENDIENTE", "EN_CURSO")),
    *((a, "EN_CURSO") for a in ("LOGRADO", "NO_LOGRADO", "NO_APLICA", "RECHAZADO_POR_LA_PERSONA")),
}
activity_states = st.sampled_from(sorted(rules.ACTIVITY_STATES))


def check_activity(
    state: str, target: str, plan_state: str, has_note: bool, machine: Machine = rules.ACTIVITY_MACHINE
) -> None:
    """The whole law of one step of an activity."""
    refusal = rules.refuse_activity(state, target, plan_state=plan_state, has_note=has_note, machine=machine)
    if refusal is not None:
        assert len(refusal.message) > 20
        return
    early = {"BORRADOR", "EN_CONSULTA"} if (state != target == "CANCELADA") else set()
    assert plan_state in {"EN_EJECUCION", "EN_REVISION", "EN_SEGUIMIENTO"} | early
    if state == target:
        assert has_note
        return
    assert (state, target) in ACTIVITY_LEGAL
    if target not in {"EN_CURSO", "LOGRADO"} or state not in {"PENDIENTE", "EN_CURSO"}:
        assert has_note


@given(activity_states, activity_states, states, st.booleans())
def test_activity_moves(state: str, target: str, plan_state: str, has_note: bool) -> None:
    check_activity(state, target, plan_state, has_note)


@pytest.mark.parametrize("pair", sorted(ACTIVITY_LEGAL))
def test_every_activity_move_of_the_design_is_possible(pair: tuple[str, str]) -> None:
    assert rules.refuse_activity(*pair, plan_state="EN_EJECUCION", has_note=True) is None


def test_a_planted_activity_move_breaks_the_property() -> None:
    planted = Transition("NO_LOGRADO", "LOGRADO", (), "Maquilla el resultado.")
    hole = Machine(
        "actividad",
        rules.ACTIVITY_STATES,
        (*rules.ACTIVITY_MACHINE.transitions, planted),
        rules.STEP_GUARDS,
    )
    with pytest.raises(AssertionError):
        check_activity("NO_LOGRADO", "LOGRADO", "EN_EJECUCION", has_note=True, machine=hole)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), json_values, max_size=4))
def test_the_canonical_form_does_not_depend_on_order(content: dict[str, object]) -> None:
    backwards = dict(reversed(list(content.items())))
    assert rules.content_hash(content) == rules.content_hash(backwards)


@given(st.text(), st.text())
def test_another_content_has_another_hash(one: str, other: str) -> None:
    assert (rules.content_hash({"a": one}) == rules.content_hash({"a": other})) == (one == other)
