"""The referral's state machine and what a referral may share."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.access.policy import policy
from app.services.referrals import rules
from app.services.referrals.rules import RECEIVER, SENDER, ReferralFacts
from app.services.state_machine import Machine, Transition

# Written out again from the design, with the side that may do it.
LEGAL: dict[tuple[str, str], set[str | None]] = {
    ("ENVIADA", "ACEPTADA"): {RECEIVER},
    ("ENVIADA", "ACEPTADA_CON_CONDICIONES"): {RECEIVER},
    ("ENVIADA", "RECHAZADA"): {RECEIVER},
    ("ENVIADA", "VENCIDA"): {None, SENDER, RECEIVER},
    ("ENVIADA", "RETIRADA"): {SENDER},
    ("ACEPTADA", "EN_CURSO"): {RECEIVER},
    ("ACEPTADA", "INTERRUMPIDA"): {RECEIVER},
    ("ACEPTADA", "RETIRADA"): {SENDER},
    ("ACEPTADA_CON_CONDICIONES", "ACEPTADA"): {SENDER},
    ("ACEPTADA_CON_CONDICIONES", "INTERRUMPIDA"): {RECEIVER},
    ("ACEPTADA_CON_CONDICIONES", "RETIRADA"): {SENDER},
    ("EN_CURSO", "CONCLUIDA"): {RECEIVER},
    ("EN_CURSO", "INTERRUMPIDA"): {SENDER, RECEIVER},
}
OUTSIDE = ["EDUCACION", "TRABAJO", "PROGRAMA_SOCIAL"]
FINAL = {"RECHAZADA", "VENCIDA", "RETIRADA", "CONCLUIDA", "INTERRUMPIDA"}

states = st.sampled_from(sorted(rules.STATES))
coded = st.none() | st.sampled_from(sorted({*rules.REFUSALS, *rules.INTERRUPTIONS, *rules.RESULTS, "OTRO"}))
facts = st.builds(
    ReferralFacts,
    side=st.sampled_from([None, SENDER, RECEIVER]),
    overdue=st.booleans(),
    conditions=st.booleans(),
    reason=coded,
    result=coded,
)


def check_move(state: str, target: str, known: ReferralFacts, machine: Machine = rules.MACHINE) -> None:
    """The whole law of one move; raises AssertionError where the table breaks it."""
    refusal = rules.refuse(state, target, known, machine)
    if refusal is not None:
        assert len(refusal.message) > 20
        assert set(refusal.possible) == {b for a, b in LEGAL if a == state} - {
            "VENCIDA"
        }  # nobody's to choose
        return
    assert (state, target) in LEGAL
    assert known.side in LEGAL[state, target]
    assert target != "RECHAZADA" or known.reason in rules.REFUSALS
    assert target != "INTERRUMPIDA" or known.reason in rules.INTERRUPTIONS
    assert target != "CONCLUIDA" or known.result in rules.RESULTS
    assert target != "ACEPTADA_CON_CONDICIONES" or known.conditions
    assert target != "VENCIDA" or known.overdue


@given(states, states, facts)
def test_every_move_is_legal_or_refused_in_words(state: str, target: str, known: ReferralFacts) -> None:
    check_move(state, target, known)


@given(st.lists(st.tuples(states, facts), max_size=20))
def test_a_view_opens_only_through_acceptance_and_closes_for_good(
    steps: list[tuple[str, ReferralFacts]],
) -> None:
    state, visited = "ENVIADA", ["ENVIADA"]
    for target, known in steps:
        if rules.refuse(state, target, known) is None:
            state = target
            visited.append(state)
    open_at = [s in rules.VIEW_OPEN for s in visited]
    assert not open_at[0]
    if True in open_at:
        assert visited[open_at.index(True)] in rules.ACCEPTED
        first_closed = [i for i in range(open_at.index(True), len(visited)) if not open_at[i]]
        assert not any(open_at[i] for i in range(first_closed[0], len(visited))) if first_closed else True


@pytest.mark.parametrize("state", sorted(rules.STATES))
def test_final_states(state: str) -> None:
    assert rules.MACHINE.terminal(state) == (state in FINAL)


@pytest.mark.parametrize(
    "planted",
    [
        Transition("RECHAZADA", "ACEPTADA", ("by_receiver",), "Cambia de idea."),
        Transition("CONCLUIDA", "EN_CURSO", (), "Reabre la vista."),
        Transition("ENVIADA", "EN_CURSO", (), "Sin aceptar."),
    ],
)
def test_a_planted_move_breaks_the_property(planted: Transition) -> None:
    hole = Machine("derivación", rules.STATES, (*rules.MACHINE.transitions, planted), rules.GUARDS)
    with pytest.raises(AssertionError):
        check_move(planted.source, planted.target, ReferralFacts(RECEIVER), hole)


def test_a_dropped_side_breaks_the_property() -> None:
    weaker = tuple(replace(t, guards=()) for t in rules.MACHINE.transitions)
    hole = Machine("derivación", rules.STATES, weaker, rules.GUARDS)
    with pytest.raises(AssertionError):
        check_move("ENVIADA", "ACEPTADA", ReferralFacts(SENDER), hole)


@given(st.sampled_from(OUTSIDE) | st.text(max_size=9), st.none() | st.text(max_size=40))
def test_outside_the_network_the_reason_never_names_the_crime(kind: str, reason: str | None) -> None:
    assume(kind not in rules.NETWORK_KINDS)
    assert rules.forced_reason(kind, reason) == "PERSONA_EN_PROTECCION_ESPECIAL"


@given(st.text(max_size=20) | st.sampled_from(sorted(rules.MINIMUM_SHARED)), st.none() | st.text(max_size=40))
def test_the_reason_is_always_a_code(kind: str, reason: str | None) -> None:
    assert rules.forced_reason(kind, reason) in rules.REASONS


names = st.sampled_from(policy().compartments)


@given(st.sampled_from(sorted(rules.MINIMUM_SHARED)) | st.text(max_size=9), st.sets(names))
def test_preselection_stays_within_the_senders_own_view(kind: str, own: set[str]) -> None:
    chosen = rules.preselected(kind, own)
    assert set(chosen) <= own
    assert len(set(chosen)) == len(chosen)
    assert rules.beyond(chosen, own) == []


@given(st.sets(names), st.sets(names))
def test_beyond_is_what_the_sender_may_not_open(wanted: set[str], own: set[str]) -> None:
    assert set(rules.beyond(wanted, own)) == wanted - own


@pytest.mark.parametrize("kind", OUTSIDE)
def test_the_minimum_outside_the_network_holds_nothing_of_the_crime(kind: str) -> None:
    assert not {"legal", "testimony", "psychology", "health"} & set(
        rules.preselected(kind, policy().compartments)
    )


def test_every_minimum_names_real_compartments() -> None:
    for shared in rules.MINIMUM_SHARED.values():
        assert set(shared) <= set(policy().compartments)


@pytest.mark.parametrize("state", rules.STATES)
def test_a_side_is_offered_what_it_may_do_and_nothing_else(state: str) -> None:
    for side in (rules.SENDER, rules.RECEIVER, None):
        told = [
            rules.ReferralFacts(side=side, conditions=True, reason=reason, result="NO_ASISTIO")
            for reason in ("TRASLADO", "SIN_CUPO")
        ]
        able = [t for t in rules.STATES if None in [rules.refuse(state, t, facts) for facts in told]]
        assert sorted(rules.offered(state, side)) == sorted(able)


# What leaves the register and what the receiver may be told, written out again by hand

HOME = ("identity", "contact", "health", "protection", "plan", "services", "shelter_location")
AT_LAW = ("identity", "contact", "legal", "protection", "plan", "services")
LEAST: dict[str, tuple[str, ...]] = {
    "CAR": HOME,
    "ALBERGUE": HOME,
    "HRT": HOME,
    "UPE": AT_LAW,
    "UDAVIT": AT_LAW,
    "CEM": ("identity", "contact", "protection", "plan", "services"),
    "FISCALIA": ("identity", "legal", "testimony", "protection"),
    "PNP": ("identity", "legal", "protection"),
    "SALUD": ("identity", "health", "plan", "services"),
    "DEFENSA_PUBLICA": ("identity", "legal", "services"),
    "CONSULADO": ("identity", "contact", "protection", "services"),
    **dict.fromkeys([*OUTSIDE, "CENTRAL"], ("identity", "plan", "services")),
}


@pytest.mark.parametrize("kind", LEAST)
def test_each_kind_of_unit_is_offered_the_least_it_needs(kind: str) -> None:
    assert rules.preselected(kind, policy().compartments) == list(LEAST[kind])


def test_who_knows_what_the_register_is_about() -> None:
    assert LEAST.keys() - {*OUTSIDE, "CENTRAL"} == rules.NETWORK_KINDS
    assert rules.forced_reason("SALUD", None) == rules.forced_reason("SALUD", "NADA") == "REQUIERE_SERVICIO"
    others = set(rules.REASONS) - {"REQUIERE_SERVICIO"}
    assert {rules.forced_reason("SALUD", reason) for reason in others} == others


def test_the_basis_is_named_to_the_network_alone() -> None:
    neutral = "Base legal acreditada por la entidad que deriva"
    for basis, label in rules.LEGAL_BASES.items():
        assert rules.basis_label(basis, "REQUIERE_SERVICIO") == label != neutral
        assert rules.basis_label(basis, "PERSONA_EN_PROTECCION_ESPECIAL") == neutral
    assert set(rules.LEGAL_BASES) == {
        *("CONSENTIMIENTO", "ASENTIMIENTO", "MANDATO_LEGAL", "INTERES_SUPERIOR", "INTERES_VITAL"),
    }


@pytest.mark.parametrize(
    ("target", "reason", "result", "field"),
    [
        ("CONCLUIDA", None, "SERVICIO_PRESTADO", None),
        ("INTERRUMPIDA", None, "SERVICIO_PRESTADO", "result"),
        ("ACEPTADA", "RIESGO", "SERVICIO_PRESTADO", "result"),
        ("CONCLUIDA", None, None, None),
        ("ACEPTADA", None, None, None),
        ("RECHAZADA", "LO_QUE_SEA", None, None),
        ("INTERRUMPIDA", "LO_QUE_SEA", None, None),
        ("RETIRADA", "RIESGO", None, None),
        ("RETIRADA", "SIN_CUPO", None, "reason"),
        ("EN_CURSO", "RIESGO", None, "reason"),
        ("CONCLUIDA", "RIESGO", "SERVICIO_PRESTADO", "reason"),
    ],
)
def test_what_a_step_says_belongs_to_it(
    target: str, reason: str | None, result: str | None, field: str | None
) -> None:
    assert rules.misplaced(target, reason, result) == field


@pytest.mark.parametrize(
    ("kind", "basis", "child", "told"),
    [
        ("CONSULADO", "MANDATO_LEGAL", False, True),
        ("CONSULADO", "CONSENTIMIENTO", False, False),
        ("CONSULADO", "MANDATO_LEGAL", True, False),
        ("SALUD", "MANDATO_LEGAL", False, False),
    ],
)
def test_a_consulate_is_told_of_an_adult_who_agreed(kind: str, basis: str, child: bool, told: bool) -> None:
    assert rules.untold(kind, basis, child=child) is told


@pytest.mark.parametrize(
    ("state", "kept"), [("RC001", True), ("RC002", True), ("RC003", False), (None, False)]
)
def test_what_the_database_keeps_from_a_consulate(state: str | None, kept: bool) -> None:
    error = Exception()
    if state is not None:
        error.sqlstate = state  # type: ignore[attr-defined]
    assert rules.kept_from_consulate(error) is kept


def test_the_codes_of_a_referral() -> None:
    assert set(rules.REFUSALS) == {
        *("SIN_CUPO", "FUERA_DE_COMPETENCIA", "FUERA_DE_AMBITO", "PERFIL_NO_ATENDIDO", "SIN_PERSONAL"),
        "CONFLICTO_DE_INTERES",
    }
    assert set(rules.RESULTS) == {
        *("SERVICIO_PRESTADO", "SERVICIO_PRESTADO_EN_PARTE", "NO_ASISTIO", "LA_PERSONA_NO_ACEPTO"),
        "DERIVADA_A_OTRO_SERVICIO",
    }
    assert set(rules.INTERRUPTIONS) == {
        *("DECISION_DE_LA_PERSONA", "TRASLADO", "RIESGO", "SIN_RECURSOS", "ILOCALIZABLE"),
        "YA_NO_CORRESPONDE",
    }
    ended = {"CONSENTIMIENTO_RETIRADO", "CONSENTIMIENTO_VENCIDO"}
    assert set(rules.ENDINGS) == {*rules.RESULTS, *rules.INTERRUPTIONS, *ended}
    assert {"ACEPTADA", "ACEPTADA_CON_CONDICIONES", "EN_CURSO"} == rules.VIEW_OPEN
    assert set(rules.REPLACEABLE) == {"VENCIDA", "RECHAZADA", "RETIRADA"}
    assert rules.MESSAGE_VERSION != rules.ANSWER_VERSION


@pytest.mark.parametrize(
    ("state", "target", "fields"),
    [
        ("ENVIADA", "ACEPTADA_CON_CONDICIONES", ["conditions"]),
        ("ENVIADA", "RECHAZADA", ["reason"]),
        ("EN_CURSO", "CONCLUIDA", ["result"]),
        ("EN_CURSO", "INTERRUMPIDA", ["reason"]),
    ],
)
def test_what_is_missing_is_named_by_its_field(state: str, target: str, fields: list[str]) -> None:
    refused = rules.refuse(state, target, ReferralFacts(RECEIVER))
    assert refused is not None
    assert [guard.field for guard in refused.missing] == fields
