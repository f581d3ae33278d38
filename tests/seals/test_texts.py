"""A lost key of texts in rows, which have no head: nothing takes its place, and it can be put back."""

# ruff: noqa: S608 - statements of fixed parts

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, inspect
from sqlalchemy.exc import ProgrammingError

from app.access.actor import Actor
from tests.access.sql_checks import refused
from tests.cases.story import (
    API,
    Registered,
    mandate,
    move,
    ok,
    problem,
    refer,
    registered,
    shared_with,
    unit_code,
)
from tests.factories import World
from tests.merging.story import two_of
from tests.seals.damage import KEY_LOST, events, harm, kept_key, put_back, told
from tests.web.browsing import Browser

ANEW = (
    "INSERT INTO victim_key (victim_id, record_id, compartment, version, kek_id, wrapped)"
    " SELECT %(v)s, %(v)s, %(c)s, n, %(k)s, '\\x00' FROM generate_series(1, %(n)s) n"
)
NUMBERED = (
    "INSERT INTO victim_key (victim_id, record_id, compartment, version, kek_id, wrapped)"
    " VALUES (%(v)s, %(v)s, %(c)s, %(n)s, %(k)s, '\\x00')"
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
    assert ok(person.client.get(f"{API}/victims/{person.victim}"))["_broken"] == []
    ok(refer(person.client, person.case, world.unit("SALUD")), 201)  # what seals nothing there goes on
    put_back(admin, key)
    ok(person.client.post(path, json=again), 201)
    texts = [one.get("reason") or one.get("text") for one in ok(person.client.get(path))["items"]]
    assert texts.count(REASON) == 2


def test_no_key_takes_the_number_of_one_that_was_there(world: World, admin: Engine) -> None:
    """Be it lost beside one that is left, or the newest, after which none is drawn."""
    person = registered(world)
    path, body, again = writings(world, person, "services")
    ok(person.client.post(path, json=body), 201)
    key = kept_key(admin, person.victim_id, "services")
    values = {"v": person.victim_id, "c": "services", "k": key["kek_id"]}
    with world.session(person.officer) as session:
        session.connection().exec_driver_sql(NUMBERED, {**values, "n": 4})
        session.commit()
    harm(admin, f"{KEY_LOST} AND version = 1", person.victim_id, "services")
    with world.session(person.officer) as session:
        for number, never in ((1, True), (3, True), (5, False)):
            assert refused(session, NUMBERED, **values, n=number) is never, number
    put_back(admin, key)
    harm(admin, f"{KEY_LOST} AND version = 4", person.victim_id, "services")
    with world.session(person.officer) as session:
        assert refused(session, NUMBERED, **values, n=5)
    ok(person.client.post(path, json=again), 201)  # the key that is left goes on


def test_a_lost_key_of_a_record_is_known_after_a_merge_and_a_split(world: World, admin: Engine) -> None:
    """Whoever's record it is by then."""
    one, other, two = registered(world), registered(world), two_of(world)
    path, body, _again = writings(world, other, "services")
    ok(other.client.post(path, json=body), 201)
    key = kept_key(admin, other.victim_id, "services")
    harm(admin, KEY_LOST, other.victim_id, "services")
    drawn = NUMBERED.replace("%(v)s, %(v)s", "%(v)s, %(r)s")
    values = {"r": other.victim_id, "c": "services", "k": key["kek_id"], "n": 1}
    for change, person_id in ((two.merge, one.victim_id), (two.split, other.victim_id)):
        change(one.victim, other.victim)
        with world.session(other.officer) as session:
            with pytest.raises(ProgrammingError) as refusal:
                session.connection().exec_driver_sql(drawn, {**values, "v": person_id})
            # Not by a policy: the unit may seal there.
            assert refusal.value.orig.diag.constraint_name == "sealed_before"  # type: ignore[union-attr]


def test_what_was_sealed_is_told_to_nobody_and_claimed_by_nobody(world: World, admin: Engine) -> None:
    """A unit that was given the services alone learns of no other part, and hides none."""
    person = registered(world)
    ok(
        person.client.post(f"{API}/cases/{person.case}/participations", json=mandate(world.unit("UDAVIT"))),
        201,
    )
    narrow, _client, _code = shared_with(world, person, "health_officer", compartments=["services"])
    columns = {c["name"] for c in inspect(admin).get_columns("victim")}
    assert columns == {
        "id",
        "registered_unit_id",
        "registered_by",
        "registered_at",
        "merged_into",
        "person_id",
    }
    for actor in (narrow, person.officer):
        with world.session(actor) as session:
            named = {"v": person.victim_id}
            assert refused(session, "SELECT compartment FROM sealed_part")
            assert refused(session, "DELETE FROM sealed_part WHERE record_id = %(v)s", **named)
            assert refused(session, "UPDATE sealed_part SET newest_key = 0 WHERE record_id = %(v)s", **named)
            assert refused(session, "INSERT INTO sealed_part VALUES (%(v)s, 'housing', 1)", **named)
    assert narrow_tells_apart(world, narrow, person) == set()


def narrow_tells_apart(world: World, actor: Actor, person: Registered) -> set[str]:
    """Compartments whose first key is refused with other words than those of a policy."""
    told = set()
    with world.session(actor) as session:
        for name in ("identity", "contact", "testimony", "psychology"):
            with pytest.raises(ProgrammingError) as refusal, session.begin_nested():
                session.connection().exec_driver_sql(
                    NUMBERED, {"v": person.victim_id, "c": name, "k": 1, "n": 9}
                )
            if refusal.value.orig.diag.constraint_name:  # type: ignore[union-attr]
                told.add(name)
    return told


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


LOST = "No se puede abrir: el sello está roto."


def test_a_referral_whose_words_are_lost_is_accepted_without_them(world: World, admin: Engine) -> None:
    person, watcher = registered(world), world.actor("data_protection_officer")
    health = world.actor("health_officer")
    client, asked = world.client(health), {"service_type": "SALUD", "message": "Hoy mismo.", "urgent": True}
    code = ok(refer(person.client, person.case, unit_code(world, health), **asked), 201)["code"]
    path = f"{API}/referrals/{code}"
    key = kept_key(admin, person.victim_id, "coordination")
    harm(admin, KEY_LOST, person.victim_id, "coordination")
    before = world.runtime.database.broken_seals

    def read(one: httpx.Client) -> tuple[str | None, list[str]]:
        found = ok(one.get(path))
        return found["message"], found["broken"]

    assert read(person.client) == (None, ["message"])
    (event,) = events(admin, person.victim_id)
    assert (event["victim"], event["compartments"]) == (person.victim_id, ["coordination"])
    assert told(admin, watcher.unit_id, person.victim) == ["SELLO_ROTO"]
    assert world.runtime.database.broken_seals == before + 1
    ok(client.post(f"{path}/answer", json={"decision": "accept"}))
    assert read(client) == (None, ["message"])
    for actor in (person.officer, health):
        browser = Browser(world, actor)
        assert LOST in browser.get(f"/derivaciones/{code}").text
        assert browser.get(f"/derivaciones/{code}/carta").status_code == 200
    put_back(admin, key)
    assert read(client) == ("Hoy mismo.", [])
    assert LOST not in Browser(world, health).get(f"/derivaciones/{code}").text


def test_a_note_that_is_damaged_hides_no_other(world: World, admin: Engine) -> None:
    person, watcher = registered(world), world.actor("data_protection_officer")
    path = f"{API}/cases/{person.case}/notes"
    written = {"about": "services", "kind": "SEGUIMIENTO"}
    codes = [
        ok(person.client.post(path, json={**written, "text": f"Nota {n}."}), 201)["code"] for n in range(3)
    ]
    for note, more in ((0, "Más."), (2, "Algo más.")):
        ok(person.client.post(f"{path}/{codes[note]}/addenda", json={"text": more}), 201)
    mine = "victim_id = %(r)s AND id = (SELECT {}(id) FROM {} WHERE victim_id = %(r)s)"
    for table, end in (("case_note", "min"), ("case_note_addendum", "max")):
        cut = f"UPDATE {table} SET sealed = substr(sealed, 1, 40) WHERE {mine.format(end, table)}"
        harm(admin, cut, person.victim_id)
    items = ok(person.client.get(path))["items"]
    assert [(one["text"], one["broken"]) for one in items] == [
        ("Nota 2.", False), ("Nota 1.", False), (None, True)
    ]  # fmt: skip
    added = [(more["text"], more["broken"]) for one in items for more in one["addenda"]]
    assert added == [(None, True), ("Más.", False)]
    assert {event["victim"] for event in events(admin, person.victim_id)} == {person.victim_id}
    assert told(admin, watcher.unit_id, person.victim) == ["SELLO_ROTO"]
    browser = Browser(world, person.officer)
    shown = browser.get(f"/casos/{person.case}/notas").text
    assert shown.count(LOST) == 2
    assert "Nota 1." in shown
    assert "Más." in shown
    assert LOST in browser.get(f"/casos/{person.case}/notas/{codes[0]}").text


def test_a_reason_that_is_damaged_hides_no_other(world: World, admin: Engine) -> None:
    person = registered(world)
    path, *bodies = writings(world, person, "coordination")
    for body in bodies:
        ok(person.client.post(path, json=body), 201)
    newest = "id = (SELECT max(id) FROM participation WHERE victim_id = %(r)s)"
    harm(admin, f"UPDATE participation SET sealed = substr(sealed, 1, 20) WHERE {newest}", person.victim_id)
    units = ok(person.client.get(path))["items"][-2:]
    assert [(one["reason"], one["broken"]) for one in units] == [(REASON, False), (None, True)]
