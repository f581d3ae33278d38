"""Capacity: what the database keeps whatever the services and the clients do."""

from __future__ import annotations

from collections import Counter

import httpx
import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from app.access.actor import Actor
from tests.cases.story import API, at_once, ok, problem, registered, shared_with
from tests.factories import World
from tests.shelters.steps import PLACEMENTS, SHELTERS, admit, code_of, places, shelter, tag, takes_part

PLACE = (
    "INSERT INTO placement (victim_id, case_id, code, unit_id, admitted_by)"
    " SELECT victim_id, id, 'AL-' || gen_random_uuid(), %(u)s, %(w)s FROM trafficking_case WHERE code = %(c)s"
)
CROWD = 50


def crowd(world: World, admin: Engine, actor: Actor, count: int) -> list[str]:
    """Cases of as many persons, in each of which the actor's unit takes part."""
    officer = world.actor("cem_officer")
    cases = []
    for number in range(count):
        identity = {"given_names": f"Persona {number}", "age_years": 20 + number, "sex": "MUJER"}
        cases.append(world.register(officer, identity=identity).case_code)
        takes_part(admin, cases[-1], actor)
    return cases


def state(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


def test_fifty_at_once_for_the_last_three_places(world: World, admin: Engine) -> None:
    actor, client = shelter(world, department="02", MUJERES=3)
    cases = crowd(world, admin, actor, CROWD)
    answers: list[httpx.Response] = []

    def try_it(case: str) -> httpx.Response:
        answers.append(client.post(PLACEMENTS, json={"case": case}))
        return answers[-1]

    statuses = at_once([lambda c=case: try_it(c) for case in cases])
    assert Counter(statuses) == {201: 3, 409: CROWD - 3}
    refused = [answer.json() for answer in answers if answer.status_code == 409]
    assert all("cupo" in body["detail"] and body["missing"] == ["free_place"] for body in refused)
    assert places(client, code_of(world, actor)) == {"MUJERES": (3, 0)}


def test_the_database_alone_refuses_one_too_many(world: World, admin: Engine) -> None:
    actor, _ = shelter(world, department="02", MUJERES=1)
    first, second = crowd(world, admin, actor, 2)
    same = {"u": actor.unit_id, "w": actor.user_id}
    with world.session(actor) as session:
        session.connection().exec_driver_sql(PLACE, {**same, "c": first})
    with pytest.raises(DBAPIError) as full, world.session(actor) as session:
        session.connection().exec_driver_sql(PLACE, {**same, "c": second})
    assert state(full.value) == "RS001"
    with pytest.raises(DBAPIError) as past_every_lock, admin.begin() as connection:
        connection.exec_driver_sql(PLACE, {**same, "c": second})
    assert state(past_every_lock.value) == "RS001"
    doubled = (
        "INSERT INTO place_use (place_id, placement_id) SELECT u.place_id, -1 FROM place_use u"
        " JOIN shelter_place p ON p.id = u.place_id WHERE p.unit_id = %(u)s AND u.ended_at IS NULL"
    )
    with pytest.raises(DBAPIError) as twice, admin.begin() as connection:
        connection.exec_driver_sql(doubled, {"u": actor.unit_id})
    assert state(twice.value) == "23505"


def test_without_the_trigger_the_check_would_fail(world: World, admin: Engine) -> None:
    """The planted violation: it is the trigger that keeps the fourth out."""
    actor, _ = shelter(world, department="02", MUJERES=1)
    first, second = crowd(world, admin, actor, 2)
    with admin.connect() as connection, connection.begin() as transaction:
        connection.exec_driver_sql("ALTER TABLE placement DISABLE TRIGGER placement_place")
        for case in (first, second):
            connection.exec_driver_sql(PLACE, {"u": actor.unit_id, "w": actor.user_id, "c": case})
        transaction.rollback()


def test_a_place_is_free_again_however_she_left(world: World) -> None:
    person = registered(world)
    actor, client, referral = shared_with(world, person, "car_caseworker")
    unit = code_of(world, actor)
    code = admit(client, person)
    assert places(client, unit) == {"GENERAL": (12, 11)}
    ok(client.post(f"{PLACEMENTS}/{code}/exit", json={"reason": "TRASLADO"}, headers=tag(1)))
    assert places(client, unit) == {"GENERAL": (12, 12)}
    admit(client, person)
    ok(person.client.post(f"{API}/referrals/{referral}/transitions", json={"action": "withdraw"}))
    assert places(client, unit) == {"GENERAL": (12, 12)}


def test_a_shelter_keeps_its_own_entry(world: World) -> None:
    actor, client = shelter(world, department="02", MUJERES=2, NNA_MUJERES=1)
    unit = code_of(world, actor)
    person = registered(world)
    body = {"type": "CAR_ESPECIALIZADO", "populations": ["NNA"], "places": {"MUJERES": 4, "VARONES": 1}}
    problem(client.put(f"{SHELTERS}/{unit}", json=body), 428)
    for stale in (0, 7):
        refusal = problem(client.put(f"{SHELTERS}/{unit}", json=body, headers=tag(stale)), 412)
        assert tag(refusal["version"]) == {"If-Match": client.get(f"{SHELTERS}/{unit}").headers["etag"]}
    ok(client.put(f"{SHELTERS}/{unit}", json=body, headers=tag(1)))
    assert places(client, unit) == {"MUJERES": (4, 4), "NNA_MUJERES": (0, 0), "VARONES": (1, 1)}
    _, other = shelter(world, department="02", MUJERES=1)
    problem(other.put(f"{SHELTERS}/{unit}", json=body, headers=tag(2)), 404)
    problem(person.client.put(f"{SHELTERS}/{unit}", json=body, headers=tag(2)), 403)
    wrong = {**body, "type": "HOTEL", "places": {"TODAS": 3}}
    named = {
        e["field"]
        for e in problem(client.put(f"{SHELTERS}/{unit}", json=wrong, headers=tag(2)), 422)["errors"]
    }
    assert named == {"type", "places"}
    problem(client.put(f"{SHELTERS}/{unit}", json={**body, "places": {"MUJERES": -1}}, headers=tag(2)), 422)


def test_capacity_never_falls_below_what_is_used(world: World, admin: Engine) -> None:
    actor, client = shelter(world, department="02", MUJERES=3)
    unit = code_of(world, actor)
    cases = crowd(world, admin, actor, 2)
    for case in cases:
        ok(client.post(PLACEMENTS, json={"case": case}), 201)
    less = {"type": "CAR", "places": {"MUJERES": 1}}
    refused = problem(client.put(f"{SHELTERS}/{unit}", json=less, headers=tag(1)), 409)
    assert refused["errors"][0]["field"] == "places"
    assert places(client, unit) == {"MUJERES": (3, 1)}
    ok(client.put(f"{SHELTERS}/{unit}", json={"type": "CAR", "places": {"MUJERES": 2}}, headers=tag(1)))
    assert places(client, unit) == {"MUJERES": (2, 0)}
    withdraw = "UPDATE shelter_place SET withdrawn_at = now() WHERE unit_id = %(u)s AND taken"
    with pytest.raises(DBAPIError) as kept, world.session(actor) as session:
        session.connection().exec_driver_sql(withdraw, {"u": actor.unit_id})
    assert state(kept.value) == "23514"
    ok(client.put(f"{SHELTERS}/{unit}", json={"type": "CAR", "places": {"MUJERES": 5}}, headers=tag(2)))
    assert places(client, unit) == {"MUJERES": (5, 3)}


def test_lowering_and_admitting_at_once_end_consistent(world: World, admin: Engine) -> None:
    actor, client = shelter(world, department="02", MUJERES=6)
    unit = code_of(world, actor)
    cases = crowd(world, admin, actor, 6)
    less = {"type": "CAR", "places": {"MUJERES": 2}}
    calls = [lambda c=case: client.post(PLACEMENTS, json={"case": c}) for case in cases]
    statuses = Counter(at_once([*calls, lambda: client.put(f"{SHELTERS}/{unit}", json=less, headers=tag(1))]))
    total, free = places(client, unit)["MUJERES"]
    assert total - free == statuses[201]
    assert total == (2 if statuses[200] else 6)
    assert statuses[201] <= total


def test_who_lived_there_before_capacity_was_declared_gets_a_place(world: World, admin: Engine) -> None:
    unit = world.unit("CAR", department="02", places={})
    actor = world.actor("car_caseworker", unit=unit, supervisor=True)
    client = world.client(actor)
    cases = crowd(world, admin, actor, 3)
    refused = problem(client.post(PLACEMENTS, json={"case": cases[0]}), 409)
    assert "cupos declarados" in refused["detail"]
    with admin.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE placement DISABLE TRIGGER placement_place")
        for case in cases[:2]:
            connection.exec_driver_sql(PLACE, {"u": actor.unit_id, "w": actor.user_id, "c": case})
        connection.exec_driver_sql("ALTER TABLE placement ENABLE TRIGGER placement_place")
    body = {"type": "CAR", "department": "02", "places": {"MUJERES": 1}}
    problem(client.put(f"{SHELTERS}/{unit}", json=body, headers=tag(0)), 409)
    ok(client.put(f"{SHELTERS}/{unit}", json={**body, "places": {"MUJERES": 2}}, headers=tag(0)))
    assert places(client, unit) == {"MUJERES": (2, 0)}
    problem(client.post(PLACEMENTS, json={"case": cases[2]}), 409)
