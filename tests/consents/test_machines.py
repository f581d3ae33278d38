"""The machines of consents and requests against tables written out by hand, and lived by the services."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.services.clocks.calendar import is_working_day
from app.services.consents import rules as consents
from app.services.data_requests import rules as requests
from tests.cases.story import API, registered, rows, unit_code
from tests.consents.story import give, on_consent, withdraw
from tests.factories import World

CONSENT_TABLE = {
    "VIGENTE": {"RETIRADO": "by_whom", "VENCIDO": "by_clock", "REEMPLAZADO": "newer"},
    "RETIRADO": {},
    "VENCIDO": {},
    "REEMPLAZADO": {},
}
REQUEST_TABLE = {
    "RECIBIDA": {"EN_TRAMITE": (), "DESISTIDA": ()},
    "EN_TRAMITE": {
        "ATENDIDA": ("answer",),
        "ATENDIDA_EN_PARTE": ("answer", "ground"),
        "DENEGADA": ("answer", "ground"),
        "DESISTIDA": (),
    },
    "ATENDIDA": {},
    "ATENDIDA_EN_PARTE": {},
    "DENEGADA": {},
    "DESISTIDA": {},
}
NAMED = {
    "by_whom": "quién lo retira",
    "by_clock": "vence solo",
    "newer": "registrando el nuevo",
    "answer": "la respuesta",
    "ground": "fundamento legal",
}


def test_the_tables_know_every_state() -> None:
    assert set(consents.STATES) == set(CONSENT_TABLE)
    assert set(requests.STATES) == set(REQUEST_TABLE)


@settings(max_examples=1000, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([*CONSENT_TABLE, "OTRO"]),
            st.sampled_from([None, "PERSONA", "REPRESENTANTE", "UPE"]),
            st.booleans(),
            st.booleans(),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_a_consent_moves_as_the_table_says(steps: list[tuple[str, str | None, bool, bool]]) -> None:
    state = "VIGENTE"
    for target, by_whom, overdue, replaced in steps:
        facts = consents.ConsentFacts(by_whom=by_whom, overdue=overdue, replaced=replaced)
        holds = {"by_whom": by_whom is not None, "by_clock": overdue, "newer": replaced}
        refusal = consents.refuse(state, target, facts)
        guard = CONSENT_TABLE[state].get(target)
        if guard is not None and holds[guard]:
            assert refusal is None
            state = target
        else:
            assert refusal is not None
            assert refusal.message.endswith(".")
            if guard is not None:
                assert NAMED[guard] in refusal.message


@settings(max_examples=1000, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([*REQUEST_TABLE, "OTRO"]),
            st.booleans(),
            st.sampled_from([None, "DERECHOS_DE_TERCEROS", "INVENTADO"]),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_a_request_moves_as_the_table_says(steps: list[tuple[str, bool, str | None]]) -> None:
    state = "RECIBIDA"
    for target, answered, ground in steps:
        refusal = requests.refuse(state, target, requests.RequestFacts(answered, ground))
        holds = {"answer": answered, "ground": ground == "DERECHOS_DE_TERCEROS"}
        guards = REQUEST_TABLE[state].get(target)
        if guards is not None and all(holds[name] for name in guards):
            assert refusal is None
            state = target
        else:
            assert refusal is not None
            for name in guards or ():
                assert holds[name] or NAMED[name] in refusal.message


@given(
    st.sampled_from(["INFORMACION", "ACCESO", "RECTIFICACION", "CANCELACION", "OPOSICION", "PORTABILIDAD"]),
    st.dates(date(2024, 1, 1), date(2027, 6, 1)),
)
@settings(max_examples=100, deadline=None)
def test_a_term_ends_on_a_working_day_and_its_extension_is_as_long(kind: str, day: date) -> None:
    days = {"INFORMACION": 8, "ACCESO": 20, "PORTABILIDAD": 20}.get(kind, 10)
    first = requests.first_due(kind, day)
    later = requests.extended_due(kind, first)
    for start, end in ((day, first), (first, later)):
        between = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
        assert sum(is_working_day(one) for one in between) == days
        assert is_working_day(end)


def live_through(world: World, steps: list[tuple[str, int]]) -> None:
    """Give, share, accept, replace and withdraw; nobody sees her but on a consent that lives."""
    person = registered(world)
    receivers = [world.actor("health_officer"), world.actor("udavit_officer")]
    units = [unit_code(world, receiver) for receiver in receivers]
    clients = [world.client(receiver) for receiver in receivers]
    live: dict[int, str] = {}
    seen: set[int] = set()
    for action, who in steps:
        if action in {"give", "replace"}:
            old = {"replaces": live[who]} if action == "replace" and who in live else {}
            if action == "give" and who in live:
                continue
            live[who] = give(person.client, person.case, units[who], **old).json()["code"]
        elif action == "share":
            sent = on_consent(person.client, person.case, live.get(who), units[who])
            assert sent.status_code == (409 if who in live and who in seen and _waits(sent) else 201
                                        if who in live else 422), sent.text  # fmt: skip
            if sent.status_code == 201:
                answer = {"decision": "accept"}
                assert (
                    clients[who].post(f"{API}/referrals/{sent.json()['code']}/answer", json=answer).is_success
                )
                seen.add(who)
        elif who in live:
            assert withdraw(person.client, live.pop(who)).is_success
            seen.discard(who)
        for place, receiver in enumerate(receivers):
            status = clients[place].get(f"{API}/victims/{person.victim}").status_code
            assert status == (200 if place in seen else 404)
            assert bool(rows(world, receiver, "participation", person.victim_id)) == (place in seen)


def _waits(sent: object) -> bool:
    return getattr(sent, "status_code", 0) == 409


STEPS = st.lists(
    st.tuples(st.sampled_from(["give", "share", "replace", "withdraw"]), st.integers(0, 1)),
    min_size=3,
    max_size=7,
)


def test_no_view_outlives_its_consent(world: World) -> None:
    run = settings(max_examples=4, deadline=None)(given(STEPS)(lambda steps: live_through(world, steps)))
    run()


@pytest.mark.soak
def test_no_view_outlives_its_consent_over_many_lives(world: World) -> None:
    run = settings(max_examples=1000, deadline=None)(given(STEPS)(lambda steps: live_through(world, steps)))
    run()
