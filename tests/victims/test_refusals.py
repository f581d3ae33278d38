"""Refusals that protect: they name the way out, store nothing, repeat nothing, and leave a trace."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import NullPool, create_engine, text

from app.postgres import ServerHandle
from tests.factories import World

TOLD = "Maria Quispe 45871236"


def test_names_that_are_no_fields_are_neither_stored_nor_repeated(world: World) -> None:
    police = world.actor("police_investigator")
    person = world.register(police, identity={"given_names": "Prueba"})
    client = world.client(police)
    url = f"/api/v1/victims/{person.code}/identity"
    for body in ({TOLD: None}, {TOLD: "x"}, {"\ud800": None}):
        raw = json.dumps(body)
        answer = client.patch(
            url, content=raw, headers={"If-Match": '"1"', "Content-Type": "application/json"}
        )
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["field"] == "?"
        assert "Quispe" not in answer.text
    for name in (TOLD, "\ud800"):
        raw = json.dumps({"compartments": {name: {}}, "first_identified_on": "2024-01-01"})
        answer = client.post("/api/v1/victims", content=raw, headers={"Content-Type": "application/json"})
        assert answer.status_code == 422
        assert "Quispe" not in answer.text
    assert client.patch(url, json={"aliases": ["a"]}, headers={"If-Match": '"1"'}).status_code == 200


@pytest.mark.parametrize("day", ["0001-01-01", "2999-01-01"])
def test_a_day_out_of_range_is_refused(world: World, day: str) -> None:
    body = {"compartments": {"identity": {"given_names": "Prueba"}}, "first_identified_on": day}
    answer = world.client(world.actor("police_investigator")).post("/api/v1/victims", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "first_identified_on"


@pytest.mark.parametrize("compartments", [{}, {"identity": {}}])
def test_a_person_of_whom_nothing_is_known_is_not_registered(
    world: World, compartments: dict[str, dict[str, str]]
) -> None:
    body = {"compartments": compartments, "first_identified_on": "2024-01-01"}
    answer = world.client(world.actor("police_investigator")).post("/api/v1/victims", json=body)
    assert answer.status_code == 422
    assert "al menos un dato" in answer.json()["detail"]


def test_deeply_nested_data_are_refused(world: World) -> None:
    nested = '{"a":' * 400 + "1" + "}" * 400
    raw = f'{{"compartments":{{"identity":{{"documents":[{nested}]}}}},"first_identified_on":"2024-01-01"}}'
    headers = {"Content-Type": "application/json", "Idempotency-Key": world.tag}
    answer = world.client(world.actor("police_investigator")).post(
        "/api/v1/victims", content=raw, headers=headers
    )
    assert 400 <= answer.status_code < 500


def test_a_upe_learns_the_way_out_when_a_child_proves_to_be_an_adult(world: World) -> None:
    upe = world.actor("upe_officer")
    person = world.register(upe, identity={"given_names": "Prueba", "age_years": 16})
    url = f"/api/v1/victims/{person.code}/identity"
    answer = world.client(upe).patch(url, json={"age_years": 19}, headers={"If-Match": '"1"'})
    assert answer.status_code == 409
    assert "Derive el caso" in answer.json()["detail"]


def test_refusals_of_a_person_in_scope_are_in_her_own_log(
    world: World, server: ServerHandle, worker: str
) -> None:
    police = world.actor("police_investigator")
    person = world.register(police, identity={"given_names": "Prueba"})
    client = world.client(police)
    url = f"/api/v1/victims/{person.code}"
    assert (
        client.patch(f"{url}/psychology", json={"notes": []}, headers={"If-Match": '"0"'}).status_code == 404
    )
    assert (
        client.patch(f"{url}/identity", json={"age_years": 900}, headers={"If-Match": '"1"'}).status_code
        == 422
    )
    engine = create_engine(server.superuser_url(f"ruv_{worker}"), poolclass=NullPool)
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT event::json->'detail'->>'status' FROM audit_event"
                " WHERE victim_id = :v AND outcome = 'denied'"
            ),
            {"v": person.victim_id},
        )
        assert {row[0] for row in rows} == {"404", "422"}
