"""An objection narrows at once what units see by referral, and lifting it gives back what there was."""

from __future__ import annotations

from typing import Any

import httpx
from sqlalchemy import text

from tests.cases.story import API, Registered, ok, problem, registered, rows, shared_with, unit_code
from tests.consents.story import shared_on_consent
from tests.factories import World


def objects(person: Registered, *compartments: str, **fields: Any) -> httpx.Response:
    """She objects."""
    body = {"compartments": list(compartments), **fields}
    return person.client.post(f"{API}/cases/{person.case}/objections", json=body)


def lift(client: httpx.Client, person: Registered, code: str, version: int = 1) -> httpx.Response:
    """She takes it back."""
    path = f"{API}/cases/{person.case}/objections/{code}/lift"
    return client.post(path, headers={"If-Match": f'"{version}"'})


def shown(world: World, actor: Any, victim_id: int) -> list[str] | None:
    with world.session(actor) as session:
        query = text("SELECT compartments FROM participation WHERE victim_id = :v")
        found: list[str] | None = session.scalar(query, {"v": victim_id})
        return found


def test_it_narrows_now_and_later_and_is_lifted_exactly(world: World) -> None:
    person = registered(world)
    health, client, _, _ = shared_on_consent(world, person)
    before = shown(world, health, person.victim_id)
    assert before == ["contact", "identity"]
    code = ok(objects(person, "identity", reason="No quiero que sepan mi nombre"), 201)["code"]
    read = ok(client.get(f"{API}/victims/{person.victim}"))
    assert "identity" not in read["_access"]
    assert rows(world, health, "victim_blob", person.victim_id) == 0
    later, _, _, _ = shared_on_consent(world, person, "udavit_officer")
    assert shown(world, later, person.victim_id) == ["contact"]
    (listed,) = ok(person.client.get(f"{API}/cases/{person.case}/objections"))["items"]
    assert (listed["code"], listed["reason"]) == (code, "No quiero que sepan mi nombre")
    problem(lift(client, person, code), 403)
    problem(lift(person.client, person, code, 7), 412)
    ok(lift(person.client, person, code))
    problem(lift(person.client, person, code, 2), 409)
    assert shown(world, health, person.victim_id) == before
    assert shown(world, later, person.victim_id) == before


def test_two_objections_narrow_together_and_each_is_lifted_alone(world: World) -> None:
    person = registered(world)
    health, _, _, _ = shared_on_consent(world, person)
    one = ok(objects(person, "identity"), 201)["code"]
    ok(objects(person, "identity", "contact"), 201)
    assert shown(world, health, person.victim_id) == []
    ok(lift(person.client, person, one))
    assert shown(world, health, person.victim_id) == []


def test_it_may_name_an_institution_and_never_touches_a_mandate_of_law(world: World) -> None:
    person = registered(world)
    health, _, _, _ = shared_on_consent(world, person)
    other, _, _, _ = shared_on_consent(world, person, "udavit_officer")
    by_law, _, _ = shared_with(world, person, "car_caseworker", compartments=["identity", "contact"])
    ok(objects(person, "identity", to_institutions=[f"I-{unit_code(world, health)}"]), 201)
    assert shown(world, health, person.victim_id) == ["contact"]
    assert shown(world, other, person.victim_id) == ["contact", "identity"]
    assert shown(world, by_law, person.victim_id) == ["contact", "identity"]
    assert shown(world, person.officer, person.victim_id) is None


def test_only_adults_object_and_what_is_wrong_is_named(world: World) -> None:
    child = registered(world, age_years=15)
    assert "UPE" in problem(objects(child, "identity"), 409)["detail"]
    person = registered(world)
    for body, field in (
        ({"compartments": []}, "compartments"),
        ({"compartments": ["nada"]}, "compartments"),
        ({"compartments": ["identity"], "to_institutions": ["NADIE"]}, "to_institutions"),
    ):
        refused = problem(person.client.post(f"{API}/cases/{person.case}/objections", json=body), 422)
        assert refused["errors"][0]["field"] == field
    stranger = world.client(world.actor("cem_officer"))
    problem(stranger.post(f"{API}/cases/{person.case}/objections", json={"compartments": ["identity"]}), 404)
