"""A referral opens a view when accepted, as wide as it said, and closes it when it ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.access.policy import policy
from app.services.referrals.rules import LEGAL_BASES, MINIMUM_SHARED
from tests.cases.story import (
    API,
    at_once,
    move,
    ok,
    problem,
    refer,
    registered,
    rows,
    shared_with,
    unit_code,
    without_row_security,
)
from tests.factories import World
from tests.referrals.steps import answer, step
from tests.scratch import past_policies

MESSAGE = "Llegará con su bebé; habla quechua"
PERSON_TABLES = (
    "victim",
    "trafficking_case",
    "participation",
    "profile",
    "victim_blob",
    "victim_key",
    "compartment_head",
)


def test_before_accepting_the_receiver_sees_codes_only(world: World) -> None:
    person = registered(world)
    shelter = world.actor("car_caseworker")
    code = ok(
        refer(person.client, person.case, unit_code(world, shelter), message=MESSAGE, urgent=True), 201
    )["code"]
    client = world.client(shelter)
    item = ok(client.get(f"{API}/referrals", params={"box": "entrada"}))["items"][0]
    seen = ok(client.get(f"{API}/referrals/{code}"))
    for shown in (item, seen):
        assert (shown["code"], shown["state"], shown["service_type"]) == (code, "ENVIADA", "ALOJAMIENTO")
        assert (shown["population"], shown["urgent"]) == ("ADULTA", True)
        assert not {"victim", "case", "message"} & set(shown)
    assert person.victim not in str(seen)
    assert person.case not in str(seen)
    problem(client.get(f"{API}/victims/{person.victim}"), 404)
    for table in PERSON_TABLES:
        assert rows(world, shelter, table, person.victim_id) == 0 if table != "victim" else True
    assert ok(person.client.get(f"{API}/referrals/{code}"))["message"] == MESSAGE


def test_accepting_opens_the_view_and_concluding_closes_it(world: World) -> None:
    person = registered(world)
    shelter, client, code = shared_with(world, person, "car_caseworker", message=MESSAGE)
    read = ok(client.get(f"{API}/referrals/{code}"))
    assert (read["victim"], read["case"], read["message"]) == (person.victim, person.case, MESSAGE)
    ok(client.get(f"{API}/victims/{person.victim}"))
    ok(client.get(f"{API}/cases/{person.case}"))
    assert rows(world, shelter, "trafficking_case", person.victim_id) == 1
    problem(step(client, code, "conclude", result="SERVICIO_PRESTADO"), 409)
    ok(step(client, code, "start"))
    missing = problem(step(client, code, "conclude"), 422)
    assert missing["errors"][0]["field"] == "result"
    ok(step(client, code, "conclude", result="SERVICIO_PRESTADO"))
    problem(client.get(f"{API}/victims/{person.victim}"), 404)
    problem(client.get(f"{API}/cases/{person.case}"), 404)
    for table in PERSON_TABLES[1:]:
        assert rows(world, shelter, table, person.victim_id) == 0
    after = ok(client.get(f"{API}/referrals/{code}"))
    assert after["state"] == "CONCLUIDA"
    assert not {"victim", "case", "message"} & set(after)
    assert ok(person.client.get(f"{API}/referrals/{code}"))["result"] == "SERVICIO_PRESTADO"


def test_only_the_accepting_worker_and_the_supervisor_see_the_person(world: World) -> None:
    person = registered(world)
    shelter, client, code = shared_with(world, person, "car_caseworker")
    unit = unit_code(world, shelter)
    colleague = world.client(world.actor("car_caseworker", unit=unit))
    problem(colleague.get(f"{API}/cases/{person.case}"), 404)
    assert "case" not in ok(colleague.get(f"{API}/referrals/{code}"))
    problem(step(colleague, code, "start"), 403)
    ok(
        world.client(world.actor("car_caseworker", unit=unit, supervisor=True)).get(
            f"{API}/cases/{person.case}"
        )
    )
    ok(client.get(f"{API}/cases/{person.case}"))


def test_the_sender_withdraws_what_was_sent_or_accepted(world: World) -> None:
    person = registered(world)
    waiting = world.actor("udavit_officer")
    code = ok(refer(person.client, person.case, unit_code(world, waiting)), 201)["code"]
    problem(step(world.client(waiting), code, "withdraw"), 409)
    for field in ({"reason": "ROSA_QUISPE"}, {"result": "SERVICIO_PRESTADO"}):
        assert problem(step(person.client, code, "withdraw", **field), 422)["errors"][0]["field"] in field
    ok(step(person.client, code, "withdraw"))
    problem(answer(world.client(waiting), code, "accept"), 409)
    shelter, client, accepted = shared_with(world, person, "car_caseworker")
    ok(step(person.client, accepted, "withdraw"))
    problem(client.get(f"{API}/cases/{person.case}"), 404)
    assert rows(world, shelter, "participation", person.victim_id) == 0


@pytest.mark.parametrize("side", ["sender", "receiver"])
def test_either_side_interrupts_a_running_service(world: World, side: str) -> None:
    person = registered(world)
    _, client, code = shared_with(world, person, "car_caseworker")
    ok(step(client, code, "start"))
    actor = person.client if side == "sender" else client
    problem(step(actor, code, "withdraw"), 409)
    problem(step(actor, code, "interrupt", reason="PORQUE_SI"), 422)
    ok(step(actor, code, "interrupt", reason="RIESGO"))
    problem(client.get(f"{API}/cases/{person.case}"), 404)
    ok(person.client.get(f"{API}/cases/{person.case}"))


def test_a_refusal_names_its_reason_and_opens_nothing(world: World) -> None:
    person = registered(world)
    shelter = world.actor("car_caseworker")
    client = world.client(shelter)
    code = ok(refer(person.client, person.case, unit_code(world, shelter)), 201)["code"]
    problem(answer(client, code, "refuse"), 422)
    ok(answer(client, code, "refuse", reason="SIN_CUPO"))
    assert rows(world, shelter, "participation", person.victim_id) == 0
    assert ok(person.client.get(f"{API}/referrals/{code}"))["refusal_reason"] == "SIN_CUPO"
    problem(answer(client, code, "accept"), 409)


def test_conditions_are_sealed_and_reach_the_sender(world: World) -> None:
    person = registered(world)
    shelter = world.actor("car_caseworker")
    client = world.client(shelter)
    code = ok(refer(person.client, person.case, unit_code(world, shelter)), 201)["code"]
    problem(answer(client, code, "accept_with_conditions"), 422)
    ok(answer(client, code, "accept_with_conditions", conditions=MESSAGE))
    read = ok(person.client.get(f"{API}/referrals/{code}"))
    assert (read["state"], read["conditions"]) == ("ACEPTADA_CON_CONDICIONES", MESSAGE)
    with world.session(shelter) as session:
        stored = session.scalar(text("SELECT sealed_answer FROM referral WHERE code = :c"), {"c": code})
        assert MESSAGE.encode() not in bytes(stored)


def test_the_loser_of_two_answers_changes_nothing(world: World) -> None:
    person = registered(world)
    shelter = world.actor("car_caseworker")
    second = world.actor("car_caseworker", unit=unit_code(world, shelter))
    code = ok(refer(person.client, person.case, unit_code(world, shelter)), 201)["code"]
    headers = {"If-Match": '"1"'}
    url = f"{API}/referrals/{code}/answer"
    ok(world.client(shelter).post(url, json={"decision": "accept"}, headers=headers))
    late = {"decision": "refuse", "reason": "SIN_CUPO"}
    problem(world.client(second).post(url, json=late, headers=headers), 412)
    assert ok(person.client.get(f"{API}/referrals/{code}"))["state"] == "ACEPTADA"
    assert rows(world, shelter, "participation", person.victim_id) == 1


def test_the_view_is_as_wide_as_what_was_shared(world: World) -> None:
    person = registered(world)
    ok(
        person.client.patch(
            f"{API}/victims/{person.victim}/contact",
            json={"safe_contact_instructions": "Solo de noche"},
            headers={"If-Match": '"0"'},
        )
    )
    shelter, client, _ = shared_with(world, person, "car_caseworker", compartments=["identity"])
    read = ok(client.get(f"{API}/victims/{person.victim}"))
    assert set(read["_access"]) == {"identity"}
    assert set(read["compartments"]) == {"identity"}
    problem(
        client.patch(
            f"{API}/victims/{person.victim}/contact",
            json={"safe_contact_instructions": "x"},
            headers={"If-Match": '"1"'},
        ),
        404,
    )
    with world.session(shelter) as session:
        for table in ("victim_blob", "compartment_head"):
            query = text(f"SELECT DISTINCT compartment FROM {table} WHERE victim_id = :v")  # noqa: S608
            assert session.scalars(query, {"v": person.victim_id}).all() == ["identity"]


def test_nobody_shares_what_it_does_not_see(world: World) -> None:
    police = registered(world, "police_investigator")
    refused = problem(
        refer(police.client, police.case, world.unit("CAR"), compartments=["identity", "psychology"]), 403
    )
    assert [e["field"] for e in refused["errors"]] == ["compartments.psychology"]
    _, narrowed, _ = shared_with(world, police, "udavit_officer", compartments=["identity"])
    refused = problem(refer(narrowed, police.case, world.unit("CAR"), compartments=["contact"]), 403)
    assert [e["field"] for e in refused["errors"]] == ["compartments.contact"]


def test_without_a_choice_the_minimum_is_shared(world: World) -> None:
    person = registered(world)
    code = ok(refer(person.client, person.case, world.unit("CAR")), 201)["code"]
    shared = ok(person.client.get(f"{API}/referrals/{code}"))["compartments"]
    own = {name for name in policy().compartments if policy().reads_of_others("cem_officer", name)}
    assert set(shared) == set(MINIMUM_SHARED["CAR"]) & own
    assert not {"testimony", "psychology", "legal"} & set(shared)


@pytest.mark.parametrize("kind", ["EDUCACION", "TRABAJO", "PROGRAMA_SOCIAL"])
def test_outside_the_network_the_reason_is_neutral(world: World, kind: str) -> None:
    person = registered(world)
    sent = refer(
        person.client, person.case, world.unit(kind), reason="REQUIERE_SERVICIO", service_type="EDUCACION"
    )
    read = ok(person.client.get(f"{API}/referrals/{ok(sent, 201)['code']}"))
    assert read["reason"] == "PERSONA_EN_PROTECCION_ESPECIAL"
    assert read["reason_label"] == "Persona en protección especial"
    assert "trata" not in str(read).lower()


def test_what_cannot_be_sent_is_named_without_its_value(world: World) -> None:
    person = registered(world)
    past = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    wrong = {"service_type": "MAGIA", "legal_basis": "PORQUE_SI", "reason": "RAPTO", "due_at": past}
    body = problem(refer(person.client, person.case, "UNIDAD-X", **wrong), 422)
    assert {e["field"] for e in body["errors"]} == {
        "to_unit",
        "service_type",
        "legal_basis",
        "reason",
        "due_at",
    }
    named = {e["field"]: e.get("choices") for e in body["errors"]}
    assert "ALOJAMIENTO" in named["service_type"]
    assert named["legal_basis"] == list(LEGAL_BASES)
    assert "REQUIERE_SERVICIO" in named["reason"]
    assert not [word for word in ("MAGIA", "PORQUE_SI", "RAPTO", "UNIDAD-X") if word in str(body)]
    problem(refer(person.client, person.case, world.unit("CAR"), compartments=[]), 422)
    problem(refer(person.client, person.case, unit_code(world, person.officer)), 422)


def test_the_same_request_is_sent_once(world: World) -> None:
    person = registered(world)
    unit = world.unit("CAR")
    body = {
        "case": person.case,
        "to_unit": unit,
        "service_type": "ALOJAMIENTO",
        "legal_basis": "MANDATO_LEGAL",
    }
    key = {"Idempotency-Key": "derivacion-1"}
    first = ok(person.client.post(f"{API}/referrals", json=body, headers=key), 201)["code"]
    assert ok(person.client.post(f"{API}/referrals", json=body, headers=key), 201)["code"] == first
    other = {**body, "urgent": True}
    problem(person.client.post(f"{API}/referrals", json=other, headers=key), 409)
    assert problem(person.client.post(f"{API}/referrals", json=body), 409)["referral"] == first


def test_an_unanswered_referral_expires(world: World) -> None:
    person = registered(world)
    shelter = world.actor("car_caseworker")
    code = ok(refer(person.client, person.case, unit_code(world, shelter)), 201)["code"]
    with past_policies(world.runtime) as owner:
        owner.execute(
            text("UPDATE referral SET due_at = now() - interval '1 minute' WHERE code = :c"), {"c": code}
        )
    client = world.client(shelter)
    assert ok(client.get(f"{API}/referrals/{code}"))["state"] == "VENCIDA"
    problem(answer(client, code, "accept"), 409)

    def listed(state: str) -> list[str]:
        return [i["code"] for i in ok(client.get(f"{API}/referrals", params={"state": state}))["items"]]

    assert listed("VENCIDA") == [code]
    assert listed("ENVIADA") == []
    new = ok(refer(person.client, person.case, unit_code(world, shelter)), 201)["code"]
    query = text("SELECT code, state FROM referral WHERE victim_id = :v")
    with world.session(person.officer) as session:
        stored = dict(session.execute(query, {"v": person.victim_id}).all())
    assert stored == {code: "VENCIDA", new: "ENVIADA"}
    problem(answer(client, code, "accept"), 409)
    ok(answer(client, new, "accept"))


def test_requests_sent_at_the_same_moment_make_one_referral(world: World) -> None:
    person = registered(world)
    unit = world.unit("CAR")
    clients = [world.client(person.officer) for _ in range(6)]
    assert at_once([lambda c=c: refer(c, person.case, unit) for c in clients]) == [201, *[409] * 5]
    assert rows(world, person.officer, "referral", person.victim_id) == 1


def test_a_case_that_ended_meanwhile_is_not_joined(world: World) -> None:
    person = registered(world)
    udavit = world.actor("udavit_officer")
    code = ok(refer(person.client, person.case, unit_code(world, udavit)), 201)["code"]
    ok(move(person.client, person.case, "CERRADO", outcome="FALLECIMIENTO"))
    client = world.client(udavit)
    problem(answer(client, code, "accept"), 409)
    assert rows(world, udavit, "participation", person.victim_id) == 0
    ok(answer(client, code, "refuse", reason="SIN_CUPO"))


def test_boxes_page_through_the_units_own_referrals(world: World) -> None:
    person = registered(world)
    sent = {ok(refer(person.client, person.case, world.unit("CAR")), 201)["code"] for _ in range(3)}
    seen: list[str] = []
    query: dict[str, Any] = {"box": "salida", "limit": 2}
    while True:
        page = ok(person.client.get(f"{API}/referrals", params=query))
        seen += [item["code"] for item in page["items"]]
        assert all(item["case"] == person.case for item in page["items"])
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert len(seen) == 3
    assert set(seen) == sent
    assert ok(person.client.get(f"{API}/referrals", params={"box": "entrada"}))["items"] == []
    problem(person.client.get(f"{API}/referrals", params={"cursor": "zzz"}), 400)
    problem(person.client.get(f"{API}/referrals", params={"box": "otra"}), 422)


def test_third_parties_and_strangers(world: World) -> None:
    person = registered(world)
    code = ok(refer(person.client, person.case, world.unit("UDAVIT")), 201)["code"]
    problem(world.client(world.actor("car_caseworker")).get(f"{API}/referrals/{code}"), 404)
    _, reader, _ = shared_with(world, person, "car_caseworker")
    assert ok(reader.get(f"{API}/referrals/{code}"))["code"] == code
    problem(step(reader, code, "withdraw"), 403)
    problem(world.client(world.actor("analyst")).get(f"{API}/referrals"), 403)


def test_a_role_of_another_population_cannot_accept(world: World) -> None:
    adult = registered(world)
    upe = world.actor("upe_officer")
    code = ok(refer(adult.client, adult.case, unit_code(world, upe)), 201)["code"]
    problem(answer(world.client(upe), code, "accept"), 409)
    child = registered(world, age_years=14)
    code = ok(refer(child.client, child.case, unit_code(world, upe)), 201)["code"]
    assert ok(world.client(upe).get(f"{API}/referrals/{code}"))["population"] == "NNA"
    ok(answer(world.client(upe), code, "accept"))


def test_the_services_hold_without_the_databases_lock(world: World) -> None:
    person = registered(world)
    shelter = world.actor("car_caseworker")
    client = world.client(shelter)
    code = ok(refer(person.client, person.case, unit_code(world, shelter), message=MESSAGE), 201)["code"]
    stranger = world.client(world.actor("car_caseworker"))
    with without_row_security(world):
        coded = ok(client.get(f"{API}/referrals/{code}"))
        assert not {"victim", "case", "message"} & set(coded)
        problem(client.get(f"{API}/cases/{person.case}"), 404)
        problem(stranger.get(f"{API}/referrals/{code}"), 404)
        assert ok(stranger.get(f"{API}/cases"))["items"] == []
        ok(answer(client, code, "accept"))
        ok(client.get(f"{API}/cases/{person.case}"))
        ok(step(client, code, "start"))
        ok(step(client, code, "conclude", result="SERVICIO_PRESTADO"))
        problem(client.get(f"{API}/cases/{person.case}"), 404)
        problem(client.get(f"{API}/cases/{person.case}/participations"), 404)
