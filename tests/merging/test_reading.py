"""After a merge both units find her, each with what its role opens; nobody else does; she is one person."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from app.access.actor import Actor
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
from tests.consents.story import shared_on_consent
from tests.database.rows import PERSON_TABLES
from tests.factories import World
from tests.merging.story import run, two_of


class Pair:
    """Two records of one woman, by two units, merged."""

    def __init__(self, world: World) -> None:
        self.world, self.two = world, two_of(world)
        self.kept = registered(world, given_names="Ana", first_surname="Quispe")
        self.absorbed = registered(world, "udavit_officer", given_names="Anita", first_surname="Qispe")
        url = f"{API}/victims/{self.absorbed.victim}/contact"
        ok(self.absorbed.client.patch(url, json={"email": "a@example.org"}, headers={"If-Match": '"0"'}))
        self.two.merge(self.kept.victim, self.absorbed.victim)

    def read(self, who: Registered, code: str) -> dict[str, Any]:
        return ok(who.client.get(f"{API}/victims/{code}"))


@pytest.fixture
def pair(world: World) -> Pair:
    return Pair(world)


def test_either_code_finds_her_and_the_answer_names_her_own(pair: Pair) -> None:
    kept, absorbed = pair.kept, pair.absorbed
    for who in (kept, absorbed):
        answers = [pair.read(who, code) for code in (kept.victim, absorbed.victim)]
        assert answers[0] == answers[1]
        assert answers[0]["code"] == kept.victim
        assert answers[0]["compartments"]["identity"]["given_names"] == "Ana"
        assert answers[0]["merged_records"] == [{"code": absorbed.victim, "compartments": ["identity"]}]
        assert answers[0]["filled"]["contact"]["version"] == 1
        assert [case["code"] for case in answers[0]["cases"]] == [who.case]
    assert pair.read(absorbed, absorbed.victim)["compartments"]["contact"] == {"email": "a@example.org"}


def test_the_strand_that_is_not_shown_is_read_under_its_code(pair: Pair) -> None:
    def names(code: str) -> list[tuple[str, str]]:
        url = f"{API}/victims/{code}/history?compartment=identity"
        versions = ok(pair.absorbed.client.get(url))["items"]
        return [(found["record"], found["data"]["given_names"]) for found in versions]

    assert names(pair.kept.victim) == [(pair.kept.victim, "Ana")]
    assert names(pair.absorbed.victim) == [(pair.absorbed.victim, "Anita")]


def test_a_change_goes_into_the_strand_that_is_shown(pair: Pair) -> None:
    kept, absorbed, client = pair.kept, pair.absorbed, pair.absorbed.client
    shown = f"{API}/victims/{kept.victim}"
    ok(client.patch(f"{shown}/identity", json={"second_surname": "Mamani"}, headers={"If-Match": '"1"'}))
    ok(client.patch(f"{shown}/contact", json={"email": "b@example.org"}, headers={"If-Match": '"1"'}))
    problem(
        client.patch(f"{shown}/contact", json={"email": "c@example.org"}, headers={"If-Match": '"0"'}), 412
    )
    pair.two.split(kept.victim, absorbed.victim)
    assert pair.read(kept, kept.victim)["compartments"]["identity"]["second_surname"] == "Mamani"
    assert "contact" not in pair.read(kept, kept.victim)["filled"]
    own = pair.read(absorbed, absorbed.victim)
    assert own["compartments"]["contact"] == {"email": "b@example.org"}
    assert "second_surname" not in own["compartments"]["identity"]
    problem(absorbed.client.get(f"{API}/victims/{kept.victim}"), 404)


def test_a_version_read_before_the_merge_overwrites_nothing_of_the_other_record(pair: Pair) -> None:
    """Both identities are at version 1, so the tag alone would let a stale form write into the kept one."""
    kept, absorbed, client = pair.kept, pair.absorbed, pair.absorbed.client
    stale = client.patch(
        f"{API}/victims/{absorbed.victim}/identity", json={"given_names": "X"}, headers={"If-Match": '"1"'}
    )
    assert "Vuelva a leerla" in problem(stale, 409)["detail"]
    assert pair.read(kept, kept.victim)["compartments"]["identity"]["given_names"] == "Ana"
    own = f"{API}/victims/{absorbed.victim}/contact"  # what is shown is what was read: nothing is stale
    ok(client.patch(own, json={"email": "b@example.org"}, headers={"If-Match": '"1"'}))


def test_the_age_that_is_shown_is_of_the_record_whose_name_is(world: World, admin: Engine) -> None:
    root, two = world.register(world.actor("cem_officer"), contact={"email": "r@example.org"}), two_of(world)
    first = registered(world, given_names="Berta", age_years=30)
    last = registered(world, given_names="Carla", age_years=41)
    for other in (first, last):
        two.merge(root.code, other.victim)
    url = f"{API}/victims/{root.code}"
    seen = ok(last.client.get(url))["compartments"]["identity"]
    assert (seen["given_names"], seen["age_years"]) == ("Carla", 41)
    ok(last.client.patch(f"{url}/identity", json={"age_years": 42}, headers={"If-Match": '"1"'}))
    for other in (last, first):
        two.split(root.code, other.victim)
    ages = run(
        admin,
        "SELECT age_years FROM profile WHERE victim_id IN (:b, :c) ORDER BY age_years",
        b=first.victim_id,
        c=last.victim_id,
    )
    assert ages == [(30,), (42,)]


def test_looks_at_her_data_while_she_was_part_of_another_stay_in_her_log(world: World) -> None:
    kept, absorbed, two = registered(world), registered(world, "udavit_officer"), two_of(world)
    contact = f"{API}/victims/{absorbed.victim}/contact"
    ok(absorbed.client.patch(contact, json={"email": "a@example.org"}, headers={"If-Match": '"0"'}))
    ok(kept.client.get(f"{API}/victims/{kept.victim}"))
    two.merge(kept.victim, absorbed.victim)
    ok(kept.client.get(f"{API}/victims/{absorbed.victim}"))
    ok(move(kept.client, kept.case, "EN_ASISTENCIA_INMEDIATA"))
    two.split(kept.victim, absorbed.victim)
    ok(kept.client.get(f"{API}/victims/{kept.victim}"))
    entries = ok(absorbed.client.get(f"{API}/victims/{absorbed.victim}/access-log"))["items"]
    looks = [entry for entry in entries if entry["action"] == "victims.read"]
    assert len(looks) == 1
    assert "Contacto y familia" in looks[0]["compartments"]
    assert "altered" not in {entry["outcome"] for entry in entries}
    assert "cases.transition" not in {
        entry["action"] for entry in entries
    }  # the other one's case is not hers
    assert len({entry["at"] for entry in entries}) == len(entries)


def test_a_look_under_the_third_of_three_records_stays_in_the_log_of_each_once(world: World) -> None:
    low, middle, top = (registered(world) for _ in range(3))
    two = two_of(world)
    for _ in range(2):  # twice the same way: no look is told twice
        two.merge(middle.victim, low.victim)
        two.merge(top.victim, middle.victim)
        ok(top.client.get(f"{API}/victims/{low.victim}"))
        two.split(top.victim, middle.victim)
        two.split(middle.victim, low.victim)
    two.merge(middle.victim, low.victim)
    for person, looks in ((low, 2), (middle, 2), (top, 2)):
        entries = ok(person.client.get(f"{API}/victims/{person.victim}/access-log"))["items"]
        assert [entry["action"] for entry in entries].count("victims.read") == looks
        assert len({entry["at"] for entry in entries}) == len(entries)


def test_lists_show_her_cases_under_her_own_code(pair: Pair) -> None:
    guest = pair.world.actor("cem_officer", supervisor=True)
    body = mandate(unit_code(pair.world, guest))
    for who in (pair.kept, pair.absorbed):
        ok(who.client.post(f"{API}/cases/{who.case}/participations", json=body), 201)
    items = ok(pair.world.client(guest).get(f"{API}/cases"))["items"]
    assert {(item["code"], item["victim"]) for item in items} == {
        (pair.kept.case, pair.kept.victim), (pair.absorbed.case, pair.kept.victim),
    }  # fmt: skip
    case = ok(pair.absorbed.client.get(f"{API}/cases/{pair.absorbed.case}"))
    assert case["victim"] == pair.kept.victim


def test_texts_of_a_case_stay_readable_whoever_reads_and_whenever(world: World) -> None:
    kept, absorbed, two = registered(world), registered(world, "udavit_officer"), two_of(world)
    receiver = world.actor("health_officer", supervisor=True)
    sent = refer(
        absorbed.client, absorbed.case, unit_code(world, receiver), service_type="SALUD", message="Uno"
    )
    url = f"{API}/referrals/{ok(sent, 201)['code']}"
    two.merge(kept.victim, absorbed.victim)
    answer = {"decision": "accept_with_conditions", "conditions": "Los martes"}
    ok(world.client(receiver).post(f"{url}/answer", json=answer))
    ok(move(absorbed.client, absorbed.case, "EN_ASISTENCIA_INMEDIATA", note="Nota"))

    def texts() -> tuple[str, str, str]:
        read = ok(absorbed.client.get(url))
        case = ok(absorbed.client.get(f"{API}/cases/{absorbed.case}"))
        return read["message"], read["conditions"], case["transitions"][-1]["note"]

    assert texts() == ("Uno", "Los martes", "Nota")
    two.split(kept.victim, absorbed.victim)
    assert texts() == ("Uno", "Los martes", "Nota")


def test_her_log_holds_the_looks_at_both_records_and_the_merge(pair: Pair) -> None:
    entries = ok(pair.kept.client.get(f"{API}/victims/{pair.kept.victim}/access-log"))["items"]
    actions = [entry["action"] for entry in entries]
    assert actions.count("victims.register") == 2
    assert actions.count("matching.merge") == 2
    assert "altered" not in {entry["outcome"] for entry in entries}
    assert [entry["at"] for entry in entries] == sorted((entry["at"] for entry in entries), reverse=True)


def seen(world: World, actor: Actor, keys: tuple[int, ...]) -> dict[str, int]:
    """How many rows of each table about these records the database shows to an actor."""
    found = {}
    with world.session(actor) as session:
        for table in (*(t.name for t in PERSON_TABLES if t.name != "victim_token"), "victim"):
            column = "id" if table == "victim" else "victim_id"
            statement = f"SELECT count(*) FROM {table} WHERE {column} = ANY (%(keys)s)"  # noqa: S608
            rows = session.connection().exec_driver_sql(statement, {"keys": list(keys)}).scalar_one()
            if rows:
                found[table] = rows
    return found


def test_nobody_without_a_part_sees_more_than_before(pair: Pair, admin: Engine) -> None:
    world, keys = pair.world, (pair.kept.victim_id, pair.absorbed.victim_id)
    strangers = [world.actor(role) for role in ("cem_officer", "prosecutor", "registry_steward")]
    assert [seen(world, stranger, keys) for stranger in strangers] == [{}, {}, {}]
    narrowed, _, _ = shared_with(world, pair.absorbed, "health_officer")
    rows = seen(world, narrowed, keys)
    given = run(
        admin,
        "SELECT DISTINCT unnest(compartments) FROM participation WHERE unit_id = :u",
        u=narrowed.unit_id,
    )
    assert given
    assert rows["trafficking_case"] == 1  # the other case is no business of its
    run(
        admin, "UPDATE participation SET ended_at = now() WHERE unit_id = :u", u=pair.absorbed.officer.unit_id
    )
    own = seen(world, pair.absorbed.officer, keys)
    assert set(own) <= {"assignment"}
    problem(pair.absorbed.client.get(f"{API}/victims/{pair.absorbed.victim}"), 404)


def test_a_childs_unit_and_a_consulate_keep_sight_of_her(world: World) -> None:
    kept = registered(world, age_years=30)
    child = registered(world, "upe_officer", age_years=15)
    foreign, two = registered(world, age_years=30, nationality="VE"), two_of(world)
    _, consulate, _, _ = shared_on_consent(world, foreign, "consular_officer")
    for other in (child, foreign):
        two.merge(kept.victim, other.victim)
    for client in (kept.client, child.client, foreign.client, consulate):
        assert ok(client.get(f"{API}/victims/{kept.victim}"))["code"] == kept.victim


def test_of_two_open_cases_one_leads_and_the_other_takes_over(world: World, admin: Engine) -> None:
    kept, absorbed, two = registered(world), registered(world), two_of(world)
    two.merge(kept.victim, absorbed.victim)

    def leads() -> dict[str, bool]:
        query = "SELECT code, parallel_to IS NULL FROM trafficking_case WHERE victim_id = :v"
        query += " AND closed_at IS NULL"
        return dict(map(tuple, run(admin, query, v=kept.victim_id)))

    assert leads() == {kept.case: True, absorbed.case: False}
    ok(move(kept.client, kept.case, "CERRADO", outcome="FALLECIMIENTO"))
    assert leads() == {absorbed.case: True}
    again = {"victim": kept.victim, "first_identified_on": "2026-02-01"}
    assert "caso abierto" in problem(kept.client.post(f"{API}/cases", json=again), 409)["detail"]
