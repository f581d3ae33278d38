"""A person is registered once; each unit sees its part, and nobody else anything."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import World

IDENTITY = {
    "given_names": "Rosalía",
    "first_surname": "Huamán",
    "second_surname": "Ccori",
    "sex": "MUJER",
    "nationality": "PE",
    "age_years": 24,
    "documents": [{"type": "DNI", "number": "40117410"}],
}


def unique_identity(world: World) -> dict[str, Any]:
    """An identity with a document of this test alone."""
    number = str(int(world.tag, 16) % 10**8).zfill(8)
    return {**IDENTITY, "documents": [{"type": "DNI", "number": number}]}


def test_the_registering_officer_reads_what_she_wrote(world: World) -> None:
    police = world.actor("police_investigator")
    person = world.register(
        police,
        identity=unique_identity(world),
        legal={"purposes": ["EXPLOTACION_SEXUAL"], "department": "17"},
    )
    answer = world.client(police).get(f"/api/v1/victims/{person.code}")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["compartments"]["identity"]["first_surname"] == "Huamán"
    assert body["compartments"]["identity"]["age_years"] == 24
    assert body["compartments"]["legal"]["main_purpose"] == "EXPLOTACION_SEXUAL"
    assert body["_access"]["identity"] == "full"
    assert "psychology" not in body["_access"]
    assert body["cases"][0]["code"] == person.case_code


@pytest.mark.parametrize("role", ["police_investigator", "prosecutor", "data_protection_officer"])
def test_a_unit_without_part_in_the_case_finds_nothing(world: World, role: str) -> None:
    person = world.register(world.actor("police_investigator"), identity=unique_identity(world))
    answer = world.client(world.actor(role)).get(f"/api/v1/victims/{person.code}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_colleague_without_assignment_finds_nothing_and_the_supervisor_does(world: World) -> None:
    unit = world.unit("PNP")
    person = world.register(world.actor("police_investigator", unit=unit), identity=unique_identity(world))
    colleague = world.actor("police_investigator", unit=unit)
    supervisor = world.actor("police_investigator", unit=unit, supervisor=True)
    assert world.client(colleague).get(f"/api/v1/victims/{person.code}").status_code == 404
    assert world.client(supervisor).get(f"/api/v1/victims/{person.code}").status_code == 200


def test_changes_are_versions_and_the_loser_of_a_race_changes_nothing(world: World) -> None:
    police = world.actor("police_investigator")
    person = world.register(police, identity=unique_identity(world))
    client = world.client(police)
    url = f"/api/v1/victims/{person.code}/identity"
    assert client.patch(url, json={"age_years": 25}).status_code == 428
    first = client.patch(url, json={"age_years": 25, "aliases": ["Rosita"]}, headers={"If-Match": '"1"'})
    assert first.status_code == 200, first.text
    assert first.headers["etag"] == '"2"'
    assert client.patch(url, json={"age_years": 26}, headers={"If-Match": '"1"'}).status_code == 412
    read = client.get(f"/api/v1/victims/{person.code}").json()
    assert read["compartments"]["identity"]["age_years"] == 25
    assert read["compartments"]["identity"]["aliases"] == ["Rosita"]
    versions = client.get(f"/api/v1/victims/{person.code}/history", params={"compartment": "identity"}).json()
    assert [v["version"] for v in versions["items"]] == [2, 1]
    assert "aliases" not in versions["items"][1]["data"]


def test_a_field_one_may_not_write_is_named_and_nothing_is_stored(world: World) -> None:
    police = world.actor("police_investigator")
    answer = world.client(police).post(
        "/api/v1/victims",
        json={
            "compartments": {"identity": unique_identity(world), "health": {"summary": "x"}},
            "first_identified_on": "2024-05-02",
        },
    )
    assert answer.status_code in {403, 404}
    again = world.client(police).post(
        "/api/v1/victims/search", json={"documents": unique_identity(world)["documents"]}
    )
    assert again.json() == {"items": [], "next": None}


def test_the_same_document_is_not_registered_twice(world: World) -> None:
    first, other = world.actor("police_investigator"), world.actor("cem_officer")
    identity = unique_identity(world)
    person = world.register(first, identity=identity)
    body = {"compartments": {"identity": identity}, "first_identified_on": "2024-05-02"}
    mine = world.client(first).post("/api/v1/victims", json=body)
    assert mine.status_code == 409
    assert person.code in [found.get("code") for found in mine.json()["duplicates"]]
    theirs = world.client(other).post("/api/v1/victims", json=body)
    assert theirs.status_code == 409
    assert all(set(found) == {"unit"} for found in theirs.json()["duplicates"])
    assert all(found["unit"].startswith("Unidad ") for found in theirs.json()["duplicates"])
    assert identity["documents"][0]["number"] not in theirs.text


def test_a_repeated_request_registers_once(world: World) -> None:
    client = world.client(world.actor("police_investigator"))
    body = {
        "compartments": {"identity": unique_identity(world)},
        "first_identified_on": "2024-05-02",
        "not_duplicate": {"reason": "HOMONIMA"},
    }
    headers = {"Idempotency-Key": world.tag}
    first = client.post("/api/v1/victims", json=body, headers=headers)
    second = client.post("/api/v1/victims", json=body, headers=headers)
    assert first.status_code == second.status_code == 201, second.text
    assert first.json() == second.json()
    body["first_identified_on"] = "2024-05-03"
    assert client.post("/api/v1/victims", json=body, headers=headers).status_code == 409
