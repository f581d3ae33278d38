"""Which shelter is behind a row, and what the log of looks tells to whom: in SQL and through HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Engine

from app.access.actor import Actor
from app.audit.record import event_row
from app.models import AuditEvent
from app.records import COMPARTMENTS
from app.services.victims.registration import Registered
from tests.database.rows import insert_sql
from tests.database.scene import Scene
from tests.factories import World

RESERVED = "Centro de acogida (reservado)"
API = "/api/v1/victims"


@dataclass
class Housed:
    """A person a prosecutor registered; a shelter wrote her contact, looked at her, and moved her case."""

    scene: Scene
    person: Registered
    shelter: Actor
    name: str

    def log(self, actor: Actor) -> list[dict[str, Any]]:
        answer = self.scene.world.client(actor).get(f"{API}/{self.person.code}/access-log")
        assert answer.status_code == 200, answer.text
        entries: list[dict[str, Any]] = answer.json()["items"]
        return entries


@pytest.fixture
def housed(world: World, admin: Engine) -> Housed:
    owner = world.actor("prosecutor")
    person = world.register(owner, testimony={"file_number": "7"})
    with admin.connect() as connection:
        case = connection.exec_driver_sql(
            "SELECT id FROM trafficking_case WHERE victim_id = %(v)s", {"v": person.victim_id}
        ).scalar_one()
    shelter = world.actor("car_caseworker")
    scene = Scene(world, admin, owner, person.victim_id, case)
    scene.take_part(shelter)
    client = world.client(shelter)
    assert client.get(f"{API}/{person.code}").status_code == 200
    url, body = f"{API}/{person.code}/contact", {"email": "a@example.org"}
    wrote = client.patch(url, json=body, headers={"If-Match": '"0"'})
    assert wrote.status_code == 200, wrote.text
    scene.run(
        "INSERT INTO case_transition (victim_id, case_id, to_state, by_user_id, by_unit_id)"
        " VALUES (%(v)s, %(c)s, 'ALERTA', %(w)s, %(u)s)",
        **scene.keys(shelter),
    )
    ((name,),) = scene.run("SELECT name FROM unit WHERE id = %(u)s", u=shelter.unit_id)
    return Housed(scene, person, shelter, name)


READS = {
    "audit_event": "SELECT unit_id FROM audit_event WHERE victim_id = %(v)s",
    "victim_blob": "SELECT unit_id, created_by FROM victim_blob WHERE victim_id = %(v)s",
    "compartment_head": "SELECT unit_id FROM compartment_head WHERE victim_id = %(v)s",
    "case_transition": "SELECT by_unit_id, by_user_id FROM case_transition WHERE victim_id = %(v)s",
}
NAMES = {
    "sealed_of": "SELECT unit_name FROM ruv.sealed_of(%(v)s) WHERE compartment = 'contact'",
    "head_units": "SELECT unit_name FROM ruv.head_units(%(v)s) WHERE compartment = 'contact'",
    "version_units": "SELECT unit_name FROM ruv.version_units(%(v)s, %(v)s, 'contact')",
    "transition_units": "SELECT unit_name FROM ruv.transition_units(%(c)s)",
    "access_log": "SELECT unit_name FROM ruv.access_log(%(v)s, NULL, 100)",
}


def named(scene: Scene, actor: Actor, statement: str) -> set[str]:
    with scene.world.session(actor) as session:
        return {row[0] for row in session.connection().exec_driver_sql(statement, scene.keys(actor))}


@pytest.mark.parametrize("table", READS)
def test_no_statement_gives_the_unit_behind_a_row(housed: Housed, table: str) -> None:
    scene = housed.scene
    statement = READS[table]
    if table == "audit_event":  # the rows themselves are hidden, but from who oversees the trace
        assert scene.changed(scene.owner, statement) == 0
        assert scene.changed(scene.world.actor("data_protection_officer"), statement) > 0
        return
    assert scene.refuses(scene.owner, statement)
    columns = statement.split(" FROM ")[0].removeprefix("SELECT ")
    scene.run(f"GRANT SELECT ({columns}) ON {table} TO ruv_app")
    try:
        assert not scene.refuses(scene.owner, statement)
    finally:
        scene.run(f"REVOKE SELECT ({columns}) ON {table} FROM ruv_app")  # noqa: S608


@pytest.mark.parametrize("function", NAMES)
def test_a_shelter_is_named_to_those_who_read_where_shelters_are(housed: Housed, function: str) -> None:
    scene, statement = housed.scene, NAMES[function]
    seen = named(scene, scene.owner, statement)
    assert RESERVED in seen
    assert housed.name not in seen
    upe = scene.world.actor("upe_officer")
    scene.take_part(upe)
    assert housed.name in named(scene, upe, statement)
    assert housed.name in named(scene, housed.shelter, statement)  # one's own
    stranger = scene.world.actor("prosecutor")
    if function == "access_log":
        assert scene.refuses(stranger, statement)
    else:
        assert named(scene, stranger, statement) == set()


def test_the_unit_behind_a_hidden_compartment_is_not_named(housed: Housed) -> None:
    scene = housed.scene
    heads = "SELECT compartment FROM ruv.head_units(%(v)s)"
    assert (
        named(scene, scene.owner, heads)
        == {"contact", "testimony"}
        == named(scene, scene.owner, "SELECT compartment FROM compartment_head WHERE victim_id = %(v)s")
    )
    narrowed = scene.world.actor("cem_officer")
    scene.take_part(narrowed, ["contact"])
    assert named(scene, narrowed, heads) == {"contact"}
    versions = "SELECT unit_name FROM ruv.version_units(%(v)s, %(v)s, 'testimony')"
    assert named(scene, narrowed, versions) == set()


def test_http_masks_the_shelter_everywhere(housed: Housed) -> None:
    scene = housed.scene
    client = scene.world.client(scene.owner)
    for url in (
        f"{API}/{housed.person.code}/history?compartment=contact",
        f"{API}/{housed.person.code}/access-log",
        f"/api/v1/cases/{housed.person.case_code}",
    ):
        answer = client.get(url)
        if answer.status_code == 403:
            continue
        assert answer.status_code == 200, answer.text
        assert RESERVED in answer.text, url
        assert housed.name not in answer.text, url


def test_the_log_tells_no_compartment_that_does_not_exist_for_the_reader(housed: Housed) -> None:
    scene = housed.scene
    upe_url = f"{API}/{housed.person.code}/history?compartment=testimony"
    assert scene.world.client(scene.owner).get(upe_url).status_code == 200
    narrowed = scene.world.actor("car_caseworker")
    scene.take_part(narrowed, ["contact"])
    testimony = COMPARTMENTS["testimony"].title_es
    shown = housed.log(narrowed)
    assert {c for entry in shown for c in entry["compartments"]} == {COMPARTMENTS["contact"].title_es}
    assert "victims.history" not in {entry["action"] for entry in shown}  # a look at testimony alone
    assert testimony in {c for entry in housed.log(scene.owner) for c in entry["compartments"]}


def test_a_forged_event_shows_as_such_and_says_nothing(housed: Housed) -> None:
    scene = housed.scene
    genuine = housed.log(scene.owner)
    assert "altered" not in {entry["outcome"] for entry in genuine}
    parts: dict[str, Any] = {"victim_id": scene.victim, "compartments": ["legal"]}
    forged = event_row(b"x" * 32, scene.owner, "victims.export", **parts)
    with scene.world.session(scene.owner) as session:
        session.connection().exec_driver_sql(insert_sql(AuditEvent.__table__, forged), forged)  # type: ignore[arg-type]
    entry = next(e for e in housed.log(scene.owner) if e["outcome"] == "altered")
    assert (entry["action"], entry["unit"], entry["role"], entry["compartments"]) == (None, None, None, [])
    assert "verificación" in entry["text"]


def test_a_genuine_event_moved_to_another_person_shows_as_altered(housed: Housed) -> None:
    scene = housed.scene
    other = scene.world.register(scene.owner, testimony={"file_number": "8"})
    scene.run(
        "INSERT INTO audit_event (user_id, unit_id, institution_id, victim_id, action, outcome, event,"
        " salt, mac) SELECT user_id, unit_id, institution_id, %(o)s, action, outcome, event, salt, mac"
        " FROM audit_event WHERE victim_id = %(v)s",
        v=scene.victim,
        o=other.victim_id,
    )
    answer = scene.world.client(scene.owner).get(f"{API}/{other.code}/access-log")
    assert "altered" in {entry["outcome"] for entry in answer.json()["items"]}
