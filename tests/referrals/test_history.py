"""Conditions, expiry and re-sending; what both sides read of how a referral went."""

from __future__ import annotations

import pytest

from tests.access.accounts import events
from tests.access.sql_checks import refused
from tests.cases.story import API, ok, problem, refer, registered, rows, shared_with, unit_code
from tests.factories import World
from tests.referrals.steps import answer, overdue, step

MESSAGE = "Una cama desde el lunes"


def test_conditions_are_the_senders_to_confirm_before_the_service_begins(world: World) -> None:
    person = registered(world)
    shelter = world.actor("car_caseworker")
    client = world.client(shelter)
    code = ok(refer(person.client, person.case, unit_code(world, shelter)), 201)["code"]
    ok(answer(client, code, "accept_with_conditions", conditions=MESSAGE))
    early = problem(step(client, code, "start"), 409)
    assert "Aceptada" in early["detail"]
    problem(step(client, code, "confirm"), 409)
    ok(step(person.client, code, "confirm"))
    ok(step(client, code, "start"))
    (confirmed,) = events(world, person.officer, "referrals.transition")
    (offered,) = events(world, shelter, "referrals.answer")
    assert confirmed["compartments"] == offered["compartments"]  # what is shared from now on
    assert "health" in confirmed["compartments"]
    history = ok(client.get(f"{API}/referrals/{code}"))["history"]
    assert [s["to"] for s in history] == ["ENVIADA", "ACEPTADA_CON_CONDICIONES", "ACEPTADA", "EN_CURSO"]
    own = unit_code(world, person.officer)
    assert [s["by_unit"]["code"] == own for s in history] == [True, False, True, False]


def test_an_expired_referral_is_sent_again_and_says_what_it_replaces(world: World) -> None:
    person = registered(world)
    shelter = world.actor("car_caseworker")
    unit = unit_code(world, shelter)
    first = ok(refer(person.client, person.case, unit), 201)["code"]
    problem(refer(person.client, person.case, unit, service_type="SALUD", replaces=first), 422)
    overdue(world, first)
    second = ok(refer(person.client, person.case, unit, replaces=first), 201)["code"]
    client = world.client(shelter)
    assert ok(client.get(f"{API}/referrals/{second}"))["replaces"] == first
    assert ok(client.get(f"{API}/referrals/{first}"))["replaced_by"] == second
    again = problem(refer(person.client, person.case, unit, service_type="SALUD", replaces=first), 422)
    assert again["errors"][0]["field"] == "replaces"
    problem(answer(client, first, "accept"), 409)
    ok(answer(client, second, "refuse", reason="SIN_CUPO"))
    elsewhere = world.actor("health_officer")
    third = ok(
        refer(person.client, person.case, unit_code(world, elsewhere), service_type="SALUD", replaces=second),
        201,
    )["code"]
    # Whoever is asked now is not told who refused before.
    assert ok(world.client(elsewhere).get(f"{API}/referrals/{third}"))["replaces"] is None
    assert ok(person.client.get(f"{API}/referrals/{third}"))["replaces"] == second


def test_the_clock_expires_what_nobody_answered_and_only_that(world: World) -> None:
    person = registered(world)
    shelter = world.actor("car_caseworker")
    code = ok(refer(person.client, person.case, unit_code(world, shelter)), 201)["code"]
    for _ in range(2):
        overdue(world, code)
    client = world.client(shelter)
    for reader in (client, person.client):
        read = ok(reader.get(f"{API}/referrals/{code}"))
        assert (read["state"], read["version"], read["possible_states"]) == ("VENCIDA", 2, [])
        assert [(s["to"], s["by_unit"] is None) for s in read["history"]] == [
            ("ENVIADA", False),
            ("VENCIDA", True),
        ]
    problem(answer(client, code, "accept"), 409)
    _, accepting, accepted = shared_with(world, person, "udavit_officer")
    overdue(world, accepted)
    assert ok(accepting.get(f"{API}/referrals/{accepted}"))["state"] == "ACEPTADA"


def test_the_application_expires_nothing_and_writes_no_history(world: World) -> None:
    person = registered(world)
    code = ok(refer(person.client, person.case, world.unit("CAR")), 201)["code"]
    outsider = world.actor("cem_officer", supervisor=True)
    with world.session(person.officer) as session:
        assert refused(session, "SELECT ruv.expire_referrals(ARRAY[1]::bigint[])")
        assert refused(
            session,
            "INSERT INTO referral_step (victim_id, referral_id, to_state)"
            " SELECT victim_id, id, 'CONCLUIDA' FROM referral WHERE code = %(c)s",
            c=code,
        )
        assert refused(session, "UPDATE referral_step SET reason = NULL")
    assert rows(world, person.officer, "referral_step", person.victim_id) == 1
    assert rows(world, outsider, "referral_step", person.victim_id) == 0


@pytest.mark.parametrize("kind", ["EDUCACION", "TRABAJO", "PROGRAMA_SOCIAL"])
def test_no_law_names_the_crime_outside_the_network(world: World, kind: str) -> None:
    person = registered(world)
    school = world.actor("social_programme_officer", unit=world.unit(kind))
    code = ok(
        refer(
            person.client, person.case, unit_code(world, school), service_type="EDUCACION",
            legal_basis="MANDATO_LEGAL",
        ), 201,
    )["code"]  # fmt: skip
    client = world.client(school)
    ok(answer(client, code, "accept"))
    shown = client.get(f"{API}/referrals/{code}").text + client.get(f"{API}/referrals").text
    assert "28950" not in shown
    assert "trata" not in shown.lower()
