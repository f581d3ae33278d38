"""The referral against a table written by hand: every side, every step; and the same over HTTP."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any, NamedTuple

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.services.referrals import rules
from app.services.state_machine import Machine, Transition
from tests.cases.story import API, ok, problem, refer, registered, unit_code
from tests.factories import World
from tests.referrals.steps import answer, overdue, step

S, R = "sender", "receiver"
# From, to: who may do it, and what it needs besides.
TABLE: dict[tuple[str, str], tuple[str, str]] = {
    ("ENVIADA", "ACEPTADA"): (R, ""),
    ("ENVIADA", "ACEPTADA_CON_CONDICIONES"): (R, "conditions"),
    ("ENVIADA", "RECHAZADA"): (R, "refusal"),
    ("ENVIADA", "VENCIDA"): ("clock", ""),
    ("ENVIADA", "RETIRADA"): (S, ""),
    ("ACEPTADA_CON_CONDICIONES", "ACEPTADA"): (S, ""),
    ("ACEPTADA_CON_CONDICIONES", "INTERRUMPIDA"): (R, "interruption"),
    ("ACEPTADA_CON_CONDICIONES", "RETIRADA"): (S, ""),
    ("ACEPTADA", "EN_CURSO"): (R, ""),
    ("ACEPTADA", "INTERRUMPIDA"): (R, "interruption"),
    ("ACEPTADA", "RETIRADA"): (S, ""),
    ("EN_CURSO", "CONCLUIDA"): (R, "result"),
    ("EN_CURSO", "INTERRUMPIDA"): (f"{S} {R}", "interruption"),
}
STATES = [
    "ENVIADA", "ACEPTADA", "ACEPTADA_CON_CONDICIONES", "RECHAZADA", "VENCIDA", "RETIRADA", "EN_CURSO",
    "CONCLUIDA", "INTERRUMPIDA",
]  # fmt: skip
SEEN_BY_RECEIVER = {"ACEPTADA", "ACEPTADA_CON_CONDICIONES", "EN_CURSO"}
MISSING = {
    "conditions": "con qué condiciones",
    "refusal": "motivo del rechazo",
    "interruption": "motivo de la interrupción",
    "result": "resultado del servicio",
}


class Try(NamedTuple):
    """Somebody tries to bring a referral into a state, with or without what that needs."""

    who: str
    target: str
    given: bool


tries = st.builds(Try, st.sampled_from([S, R, "third", "clock"]), st.sampled_from(STATES), st.booleans())


def expected(state: str, wanted: Try) -> str:
    """The state afterwards, by the table alone."""
    who, needs = TABLE.get((state, wanted.target), ("", ""))
    return wanted.target if wanted.who in who.split() and (wanted.given or not needs) else state


def facts_of(wanted: Try) -> rules.ReferralFacts:
    reasons = {"RECHAZADA": "SIN_CUPO", "INTERRUMPIDA": "RIESGO"}
    return rules.ReferralFacts(
        side=wanted.who if wanted.who in {S, R} else None,
        overdue=wanted.who == "clock",
        conditions=wanted.given,
        reason=reasons.get(wanted.target) if wanted.given else "OTRO",
        result="SERVICIO_PRESTADO" if wanted.given else None,
    )


def check(state: str, wanted: Try, machine: Machine = rules.MACHINE) -> str:
    """One step of the code beside one of the table; raises AssertionError where they part."""
    refusal = rules.refuse(state, wanted.target, facts_of(wanted), machine)
    after = wanted.target if refusal is None else state
    assert after == expected(state, wanted), (state, wanted)
    if refusal is not None:
        who, needs = TABLE.get((state, wanted.target), ("", ""))
        offered = {b for (a, b), (by, _) in TABLE.items() if a == state and by != "clock"}
        assert set(refusal.possible) == offered
        if not who:
            assert any(words in refusal.message for words in ("no se pasa", "Ya está en", "estado final"))
        elif wanted.who in who.split():
            assert MISSING[needs] in refusal.message
        else:
            assert any(words in refusal.message for words in ("Solo la", "Solo las", "vence sola"))
    return after


@settings(max_examples=1500, deadline=None)
@given(st.lists(tries, min_size=1, max_size=25))
def test_sequences_go_as_the_table_says(sequence: list[Try]) -> None:
    state = "ENVIADA"
    for wanted in sequence:
        state = check(state, wanted)


@pytest.mark.parametrize("state", STATES)
def test_every_single_step_goes_as_the_table_says(state: str) -> None:
    every_step(state, rules.MACHINE)


def every_step(state: str, machine: Machine) -> None:
    """Everybody tries everything from one state."""
    for who in (S, R, "third", "clock"):
        for target in STATES:
            for known in (True, False):
                check(state, Try(who, target, known), machine)


def changed(moves: list[Transition]) -> Machine:
    """The product's machine with other moves."""
    return Machine("derivación", rules.STATES, tuple(moves), rules.GUARDS)


@pytest.mark.parametrize("place", range(len(rules.MACHINE.transitions)))
def test_a_move_that_the_product_loses_or_eases_is_found(place: int) -> None:
    moves = [*rules.MACHINE.transitions]
    move = moves.pop(place)
    with pytest.raises(AssertionError):
        every_step(move.source, changed(moves))
    for name in move.guards:
        eased = replace(move, guards=tuple(guard for guard in move.guards if guard != name))
        with pytest.raises(AssertionError):
            every_step(move.source, changed([*moves, eased]))


@pytest.mark.parametrize(("source", "target"), sorted(set(product(STATES, STATES)) - TABLE.keys()))
def test_a_move_that_the_product_adds_is_found(source: str, target: str) -> None:
    added = Transition(source, target, ("by_receiver",), "De más.")
    with pytest.raises(AssertionError):
        every_step(source, changed([*rules.MACHINE.transitions, added]))


# Over HTTP

ACTIONS = {
    "EN_CURSO": "start", "CONCLUIDA": "conclude", "INTERRUMPIDA": "interrupt", "RETIRADA": "withdraw",
}  # fmt: skip
ANSWERS = {
    "ACEPTADA": "accept", "ACEPTADA_CON_CONDICIONES": "accept_with_conditions", "RECHAZADA": "refuse",
}  # fmt: skip
http_tries = st.lists(
    st.builds(
        Try,
        st.sampled_from([R, S, R, S, "third", "clock"]),
        st.sampled_from([*ACTIONS, *ANSWERS]),
        st.sampled_from([True, True, False]),
    ),
    min_size=4,
    max_size=9,
)


def attempt(world: World, clients: dict[str, httpx.Client], code: str, state: str, wanted: Try) -> Any:
    """The try as a request, or as the clock."""
    if wanted.who == "clock":
        overdue(world, code)
        return None
    client, body = clients[wanted.who], {}
    if wanted.given:
        body = {
            "ACEPTADA_CON_CONDICIONES": {"conditions": "Desde el lunes"},
            "RECHAZADA": {"reason": "SIN_CUPO"},
            "INTERRUMPIDA": {"reason": "RIESGO"},
            "CONCLUIDA": {"result": "SERVICIO_PRESTADO"},
        }.get(wanted.target, {})
    if wanted.target == "ACEPTADA" and state == "ACEPTADA_CON_CONDICIONES":
        return step(client, code, "confirm")
    if wanted.target in ANSWERS:
        return answer(client, code, ANSWERS[wanted.target], **body)
    return step(client, code, ACTIONS[wanted.target], **body)


def walk(world: World, sequence: list[Try]) -> None:
    """One referral through a sequence; after each step, what the three sides see."""
    person, health = registered(world), world.actor("health_officer")
    clients = {
        S: person.client,
        R: world.client(health),
        "third": world.client(world.actor("cem_officer", supervisor=True)),
    }
    sent = refer(person.client, person.case, unit_code(world, health), service_type="SALUD")
    code, state = ok(sent, 201)["code"], "ENVIADA"
    visited = [state]
    for drawn in sequence:
        wanted = drawn._replace(target="VENCIDA") if drawn.who == "clock" else drawn
        after = expected(state, wanted)
        reply = attempt(world, clients, code, state, wanted)
        if reply is not None:
            if wanted.who == "third":
                problem(reply, 404)
            elif after == state:
                assert reply.status_code in {403, 409, 422}, (state, wanted, reply.text)
            else:
                assert ok(reply)["state"] == after
        if after != state:
            state = after
            visited.append(state)
        for side in (S, R):
            read = ok(clients[side].get(f"{API}/referrals/{code}"))
            assert (read["state"], [s["to"] for s in read["history"]]) == (state, visited)
        problem(clients["third"].get(f"{API}/referrals/{code}"), 404)
        seen = clients[R].get(f"{API}/cases/{person.case}").status_code
        assert seen == (200 if state in SEEN_BY_RECEIVER else 404), (state, wanted)


QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=4, deadline=None, phases=[Phase.generate], suppress_health_check=QUIET)
@given(http_tries)
def test_three_sides_over_http(world: World, sequence: list[Try]) -> None:
    walk(world, sequence)


@pytest.mark.soak
@settings(max_examples=150, deadline=None, phases=[Phase.generate], suppress_health_check=QUIET)
@given(http_tries)
def test_three_sides_over_http_at_length(world: World, sequence: list[Try]) -> None:
    walk(world, sequence)


WHOLE = [
    [(R, "ACEPTADA_CON_CONDICIONES"), (R, "EN_CURSO"), (S, "ACEPTADA"), (R, "EN_CURSO"), (R, "CONCLUIDA"),
     (S, "RETIRADA")],
    [("third", "ACEPTADA"), ("clock", "VENCIDA"), (R, "ACEPTADA")],
    [(R, "ACEPTADA"), ("clock", "VENCIDA"), (S, "RETIRADA")],
]  # fmt: skip


@pytest.mark.parametrize("sequence", WHOLE)
def test_whole_lives_over_http(world: World, sequence: list[tuple[str, str]]) -> None:
    walk(world, [Try(who, target, given=True) for who, target in sequence])
