"""A lost key of texts in rows, which have no head: nothing takes its place, and it can be put back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from tests.access.sql_checks import refused
from tests.cases.story import API, Registered, mandate, move, ok, problem, refer, registered
from tests.factories import World
from tests.seals.damage import KEY_LOST, events, harm, kept_key, put_back, told
from tests.web.browsing import Browser

ANEW = (
    "INSERT INTO victim_key (victim_id, record_id, compartment, version, kek_id, wrapped)"
    " SELECT %(v)s, %(v)s, %(c)s, n, %(k)s, '\\x00' FROM generate_series(1, %(n)s) n"
)
REASON = "Pidió asistencia legal."


def writings(
    world: World, person: Registered, compartment: str
) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Where something is sealed under a key of texts, and two bodies that do so."""
    case = f"{API}/cases/{person.case}"
    if compartment == "services":
        note = {"about": "services", "kind": "SEGUIMIENTO", "text": REASON}
        return f"{case}/notes", note, note
    bodies = [mandate(world.unit(kind), reason=REASON) for kind in ("UDAVIT", "FISCALIA")]
    return f"{case}/participations", bodies[0], bodies[1]


@pytest.mark.parametrize("compartment", ["coordination", "services"])
def test_no_key_takes_the_place_of_a_lost_one(world: World, admin: Engine, compartment: str) -> None:
    person, watcher = registered(world), world.actor("data_protection_officer")
    path, body, again = writings(world, person, compartment)
    ok(person.client.post(path, json=body), 201)
    key = kept_key(admin, person.victim_id, compartment)
    harm(admin, KEY_LOST, person.victim_id, compartment)
    before = world.runtime.database.broken_seals
    refusal = problem(person.client.post(path, json=again), 409)
    assert refusal["type"] == "urn:ruv:problem:broken-seal"
    assert world.runtime.database.broken_seals == before + 1
    (event,) = events(admin, person.victim_id)
    assert (event["victim"], event["compartments"]) == (person.victim_id, [compartment])
    assert told(admin, watcher.unit_id, person.victim) == ["SELLO_ROTO"]
    with world.session(person.officer) as session:
        values = {"v": person.victim_id, "c": compartment, "k": key["kek_id"]}
        for most in (1, 2):
            assert refused(session, ANEW, **values, n=most)
        assert refused(session, "UPDATE victim SET sealed_parts = '{}' WHERE id = %(v)s", **values)
    assert ok(person.client.get(f"{API}/victims/{person.victim}"))["_broken"] == []
    ok(refer(person.client, person.case, world.unit("SALUD")), 201)  # what seals nothing there goes on
    put_back(admin, key)
    ok(person.client.post(path, json=again), 201)
    texts = [one.get("reason") or one.get("text") for one in ok(person.client.get(path))["items"]]
    assert texts.count(REASON) == 2


def test_the_case_is_read_without_the_notes_that_do_not_open(world: World, admin: Engine) -> None:
    person, watcher = registered(world), world.actor("data_protection_officer")
    case = f"{API}/cases/{person.case}"
    ok(person.client.post(f"{case}/participations", json=mandate(world.unit("UDAVIT"), reason=REASON)), 201)
    ok(move(person.client, person.case, "EN_ASISTENCIA_INMEDIATA", note="Vino hoy."))

    def read() -> list[tuple[bool, str | None]]:
        moves = ok(person.client.get(case))["transitions"]
        units = ok(person.client.get(f"{case}/participations"))["items"]
        return [(moves[-1]["broken"], moves[-1]["note"]), (units[-1]["broken"], units[-1]["reason"])]

    assert read() == [(False, "Vino hoy."), (False, REASON)]
    key = kept_key(admin, person.victim_id, "coordination")
    harm(admin, KEY_LOST, person.victim_id, "coordination")
    assert read() == [(True, None), (True, None)]
    assert [event["compartments"] for event in events(admin, person.victim_id)] == [["coordination"]] * 2
    assert told(admin, watcher.unit_id, person.victim) == ["SELLO_ROTO"]
    browser = Browser(world, person.officer)
    for page in ("historia", "equipo"):
        shown = browser.get(f"/casos/{person.case}/{page}")
        assert "no se puede abrir: el sello está roto" in shown.text, page
    assert browser.get(f"/casos/{person.case}").status_code == 200
    put_back(admin, key)
    assert read() == [(False, "Vino hoy."), (False, REASON)]


def test_a_referral_whose_words_are_lost_tells_whose_they_were(world: World, admin: Engine) -> None:
    person, watcher = registered(world), world.actor("data_protection_officer")
    code = ok(refer(person.client, person.case, world.unit("SALUD"), message="Hoy mismo."), 201)["code"]
    harm(admin, KEY_LOST, person.victim_id, "coordination")
    problem(person.client.get(f"{API}/referrals/{code}"), 409)
    (event,) = events(admin, person.victim_id)
    assert event["victim"] == person.victim_id
    assert told(admin, watcher.unit_id, person.victim) == ["SELLO_ROTO"]
