"""One identity that was tampered with stops nobody from looking up and registering others."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import Engine

from tests.cases.story import ok, problem
from tests.factories import World
from tests.matching_probe.people import API, candidates, registration, somebody, unit_name, without

SEAL = "UPDATE victim_blob SET sealed = set_byte(sealed, 30, (get_byte(sealed, 30) + 1) %% 256)"
KEY = "UPDATE victim_key SET wrapped = set_byte(wrapped, 30, (get_byte(wrapped, 30) + 1) %% 256)"
NO_KEY = "DELETE FROM victim_key"
NO_BLOB = "DELETE FROM victim_blob"


def tamper(admin: Engine, record_id: int, how: str) -> None:
    with admin.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql(
            f"{how} WHERE record_id = %(r)s AND compartment = 'identity'", {"r": record_id}
        )


def alarms(admin: Engine, user_id: int) -> list[dict[str, object]]:
    with admin.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT event FROM audit_event WHERE user_id = %(u)s AND action = 'matching.broken'",
            {"u": user_id},
        )
        return [json.loads(row[0])["detail"] for row in rows]


@pytest.mark.parametrize("how", [SEAL, KEY, NO_KEY, NO_BLOB])
def test_a_tampered_identity_raises_an_alarm_and_stops_nobody(world: World, admin: Engine, how: str) -> None:
    owner, officer = world.actor("police_investigator"), world.actor("cem_officer")
    woman = somebody(world.tag)
    hers = world.register(owner, identity=woman)
    tamper(admin, hers.victim_id, how)
    client = world.client(officer)
    # By name nobody is stopped, but the custody is asked; by her document she is asked about as before.
    made = ok(client.post(API, json=registration(without(woman, "documents"))), 201)
    assert [pair["band"] for pair in candidates(admin, hers.victim_id)] == [1]
    assert alarms(admin, officer.user_id) == [{"records": [hers.victim_id]}]
    other = somebody(f"{world.tag}-otra") | {"documents": woman["documents"]}
    body = problem(client.post(API, json=registration(other)), 409)
    assert body["duplicates"] == [{"unit": unit_name(admin, owner.unit_id)}]
    assert made["code"]


def test_her_own_unit_is_told_of_her_without_what_does_not_open(world: World, admin: Engine) -> None:
    owner = world.actor("police_investigator")
    woman = somebody(world.tag)
    hers = world.register(owner, identity=woman)
    tamper(admin, hers.victim_id, SEAL)
    asked = {"documents": woman["documents"]}
    (found,) = ok(world.client(owner).post(f"{API}/search", json=asked))["items"]
    assert (found["code"], found["band"], found["record"]) == (hers.code, "PROBABLE", {})
