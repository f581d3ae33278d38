"""The one question for a person's sealed compartments tells what the policies of their tables let through."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import Engine

from app.access.actor import Actor
from app.records.registry import COMPARTMENTS
from tests.access.matrix import ROLES
from tests.database.scene import Scene
from tests.factories import World

UNDER_POLICIES = """
    SELECT h.compartment, h.record_id, h.version, h.filled_at, h.updated_at, n.unit_name, h.sealed,
           b.id, b.schema_version, b.sealed, k.version, k.kek_id, k.wrapped
    FROM compartment_head h
    JOIN ruv.head_units(%(v)s) n ON n.compartment = h.compartment AND n.record_id = h.record_id
    LEFT JOIN victim_blob b ON b.victim_id = h.victim_id AND b.record_id = h.record_id
        AND b.compartment = h.compartment AND b.version = h.version
    LEFT JOIN victim_key k ON k.victim_id = h.victim_id AND k.record_id = h.record_id
        AND k.compartment = h.compartment AND k.version = b.key_version
    WHERE h.victim_id = %(v)s"""
AT_ONCE = "SELECT * FROM ruv.sealed_of(%(v)s)"
COPY = """
    INSERT INTO {0} OVERRIDING SYSTEM VALUE
    SELECT (json_populate_record(t, json_build_object('compartment', %(c)s::text,
            'id', nextval(pg_get_serial_sequence('victim_blob', 'id'))))).*
    FROM {0} t WHERE victim_id = %(v)s AND compartment = 'testimony'"""
NARROWED = (None, [], ["contact"], ["identity", "shelter_location"], ["testimony", "plan"])


def told(scene: Scene, actor: Actor, statement: str) -> Counter[tuple[object, ...]]:
    with scene.world.session(actor) as session:
        rows = session.connection().exec_driver_sql(statement, {"v": scene.victim}).all()
    return Counter(tuple(row) for row in rows)


@pytest.fixture
def filled(world: World, admin: Engine) -> Scene:
    """A person of whom every compartment is filled."""
    owner = world.actor("prosecutor")
    person = world.register(owner, testimony={"file_number": "7"})
    with admin.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")  # past the triggers
        for table in ("compartment_head", "victim_key", "victim_blob"):
            for compartment in set(COMPARTMENTS) - {"identity", "testimony"}:
                connection.exec_driver_sql(COPY.format(table), {"v": person.victim_id, "c": compartment})
        case = connection.exec_driver_sql(
            "SELECT id FROM trafficking_case WHERE victim_id = %(v)s", {"v": person.victim_id}
        ).scalar_one()
    return Scene(world, admin, owner, person.victim_id, case)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_is_told_what_the_policies_let_through(filled: Scene, role: str) -> None:
    seen = set()
    for compartments in NARROWED:
        actor = filled.world.actor(role)
        filled.take_part(actor, compartments)
        for housed in (False, True):
            if housed:
                filled.run(
                    "UPDATE participation SET housed = true WHERE victim_id = %(v)s AND unit_id = %(u)s",
                    **filled.keys(actor),
                )
            at_once = told(filled, actor, AT_ONCE)
            assert at_once == told(filled, actor, UNDER_POLICIES)
            seen |= {row[0] for row in at_once if row[9] is not None}
    stranger = filled.world.actor(role)
    assert told(filled, stranger, AT_ONCE) == told(filled, stranger, UNDER_POLICIES)
    if role == "prosecutor":
        assert {"legal", "testimony"} <= seen


def test_one_that_tells_more_is_found(filled: Scene, admin: Engine) -> None:
    with admin.connect() as connection:
        was = connection.exec_driver_sql(
            "SELECT pg_get_functiondef('ruv.sealed_of(bigint)'::regprocedure)"
        ).scalar_one()
    narrowed, shelter = filled.world.actor("cem_officer"), filled.world.actor("car_caseworker")
    filled.take_part(narrowed, ["contact"])
    filled.run("UPDATE compartment_head SET unit_id = %(u)s WHERE victim_id = %(v)s", **filled.keys(shelter))
    for right, wrong in (("h.compartment = ANY (listed)", "true"), ("u.id = me.unit_id", "true"),
                         ("AND h.compartment = ANY (given.opened)", "")):  # fmt: skip
        assert right in was
        filled.run(was.replace(right, wrong).replace("%", "%%"))
        try:
            roles = {role: filled.world.actor(role) for role in ROLES}
            for actor in roles.values():
                filled.take_part(actor)
            actors = [narrowed, *roles.values()]
            assert any(told(filled, one, AT_ONCE) != told(filled, one, UNDER_POLICIES) for one in actors), (
                right
            )
        finally:
            filled.run(was.replace("%", "%%"))
    assert told(filled, narrowed, AT_ONCE) == told(filled, narrowed, UNDER_POLICIES)
