"""An objection narrows at once what units see by referral, and lifting it gives back what there was."""

from __future__ import annotations

from typing import Any

import httpx
from sqlalchemy import text

from tests.cases.story import (
    API,
    Registered,
    ok,
    problem,
    refer,
    registered,
    rows,
    shared_with,
    unit_code,
)
from tests.consents.story import CHILD, give, shared_on_consent, withdraw
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


def test_it_may_name_an_institution_and_never_touches_who_registered_her(world: World) -> None:
    person = registered(world)
    health, _, _, _ = shared_on_consent(world, person)
    other, _, _, _ = shared_on_consent(world, person, "udavit_officer")
    ok(objects(person, "identity", to_institutions=[f"I-{unit_code(world, health)}"]), 201)
    assert shown(world, health, person.victim_id) == ["contact"]
    assert shown(world, other, person.victim_id) == ["contact", "identity"]
    assert shown(world, person.officer, person.victim_id) is None


def objected(client: httpx.Client) -> list[str]:
    """What the notices that something was taken off are about."""
    return [one["subject"] for one in ok(client.get(f"{API}/notices"))["items"] if one["kind"] == "OBJECION"]


def test_a_mandate_of_law_sent_before_keeps_what_one_sent_today_would_get(world: World) -> None:
    person = registered(world)
    parts = {"compartments": ["contact", "identity", "protection"]}
    house, client, code = shared_with(world, person, "car_caseworker", **parts)
    fiscal, prosecutor, _ = shared_with(world, person, "prosecutor", **parts)
    objection = ok(objects(person, "contact", "identity"), 201)["code"]
    again = {"compartments": ["identity"], "service_type": "SALUD"}
    problem(refer(person.client, person.case, unit_code(world, house), **again), 409)
    assert shown(world, house, person.victim_id) == ["protection"]
    assert rows(world, house, "victim_blob", person.victim_id) == 0
    assert "identity" not in ok(client.get(f"{API}/victims/{person.victim}"))["_access"]
    assert objected(client) == [code]
    assert shown(world, fiscal, person.victim_id) == parts["compartments"]  # the report of the crime
    assert objected(prosecutor) == []
    ok(lift(person.client, person, objection))
    assert shown(world, house, person.victim_id) == parts["compartments"]


def test_a_referral_that_waits_for_its_answer_loses_what_she_refuses(world: World) -> None:
    person = registered(world)
    house = world.actor("car_caseworker")
    client, unit = world.client(house), unit_code(world, house)
    some = ok(refer(person.client, person.case, unit, compartments=["contact", "identity"]), 201)["code"]
    all_of_it = {"compartments": ["identity"], "service_type": "SALUD"}
    none = ok(refer(person.client, person.case, unit, **all_of_it), 201)["code"]
    ok(objects(person, "identity"), 201)
    assert objected(client) == [some]
    listed = {one["code"]: one for one in ok(client.get(f"{API}/referrals"))["items"]}
    assert (listed[some]["state"], listed[some]["compartments"]) == ("ENVIADA", ["contact"])
    assert listed[none]["state"] == "RETIRADA"
    for one in (client, person.client):
        ended = [n for n in ok(one.get(f"{API}/notices"))["items"] if n["kind"] == "DERIVACION_TERMINADA"]
        assert [notice["subject"] for notice in ended] == [none]
    problem(client.post(f"{API}/referrals/{none}/answer", json={"decision": "accept"}), 409)
    ok(client.post(f"{API}/referrals/{some}/answer", json={"decision": "accept"}))
    assert shown(world, house, person.victim_id) == ["contact"]
    assert rows(world, house, "victim_blob", person.victim_id) == 0


def test_a_consent_withdrawn_takes_off_what_the_same_unit_has_by_law(world: World) -> None:
    person = registered(world)
    health, client, _, consent = shared_on_consent(world, person)
    parts = ["contact", "identity", "services"]
    by_law = {"service_type": "SALUD_MENTAL", "compartments": parts}
    code = ok(refer(person.client, person.case, unit_code(world, health), **by_law), 201)["code"]
    ok(client.post(f"{API}/referrals/{code}/answer", json={"decision": "accept"}))
    fiscal, _, _ = shared_with(world, person, "prosecutor", compartments=["identity"])
    kept = ok(withdraw(person.client, consent))["kept"]
    found = {one["unit"]["code"]: (one["compartments"], one["legal_basis"], one["kept_by"]) for one in kept}
    assert found[unit_code(world, health)] == (["services"], "MANDATO_LEGAL", None)
    compartments, basis, law = found[unit_code(world, fiscal)]
    assert (compartments, basis, law["code"]) == (["identity"], "MANDATO_LEGAL", "FISCALIA_DENUNCIA")
    assert shown(world, health, person.victim_id) == ["services"]
    assert objected(client) == [code]
    ok(give(person.client, person.case, unit_code(world, health)), 201)  # she wants it again
    assert shown(world, health, person.victim_id) == parts


def test_the_house_where_she_lives_keeps_what_it_has_by_law_until_she_leaves(world: World) -> None:
    girl = registered(world, age_years=15)
    parts = ["contact", "identity", "services"]
    house, client, code = shared_with(world, girl, "car_caseworker", compartments=parts)
    stay = ok(client.post(f"{API}/placements", json={"case": girl.case}), 201)["code"]
    unit = unit_code(world, house)
    consent = ok(give(girl.client, girl.case, unit, **CHILD), 201)["code"]
    (kept,) = ok(withdraw(girl.client, consent))["kept"]
    assert (kept["compartments"], kept["until"]) == (parts, "egreso")
    assert shown(world, house, girl.victim_id) == parts
    left = {"json": {"reason": "FALLECIMIENTO"}, "headers": {"If-Match": '"1"'}}
    ok(client.post(f"{API}/placements/{stay}/exit", **left))
    assert shown(world, house, girl.victim_id) == ["services"]
    assert objected(client) == [code]


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
