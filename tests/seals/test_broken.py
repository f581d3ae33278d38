"""A part that is filled and does not open is a broken seal: told, never empty, and never written over."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from app.access.sealing import Strand, sealing_key
from app.errors import BrokenSeal
from tests.access.sql_checks import refused
from tests.cases.story import API, Registered, ok, problem, registered
from tests.consents.test_own_file import file_of, filled
from tests.factories import World
from tests.seals.damage import (
    BLOB_ALTERED,
    BLOB_CUT,
    BLOB_LOST,
    KEY_LOST,
    NEVER_SEALED,
    SWAPPED,
    events,
    harm,
    told,
)
from tests.web.browsing import Browser

HARMS = {
    "key lost": KEY_LOST, "newest version lost": BLOB_LOST, "cut": BLOB_CUT, "altered": BLOB_ALTERED,
}  # fmt: skip


def changed(person: Registered, version: int = 1, **fields: object) -> int:
    """Write the identity once more; returns the version."""
    url = f"{API}/victims/{person.victim}/identity"
    answer = person.client.patch(url, json=fields, headers={"If-Match": f'"{version}"'})
    return int(ok(answer)["version"])


@pytest.mark.parametrize("how", HARMS.values(), ids=HARMS)
def test_the_rest_answers_and_the_alarm_is_raised(world: World, admin: Engine, how: str) -> None:
    person, watcher = registered(world), world.actor("data_protection_officer")
    changed(person, second_surname="Mamani")
    url = f"{API}/victims/{person.victim}/contact"
    ok(person.client.patch(url, json={"email": "a@example.org"}, headers={"If-Match": '"0"'}))
    harm(admin, how, person.victim_id)
    before = world.runtime.database.broken_seals
    for _ in range(2):
        seen = ok(person.client.get(f"{API}/victims/{person.victim}"))
        assert seen["_broken"] == ["identity"]
        assert seen["_access"]["identity"] == "full"
        assert seen["filled"]["identity"]["version"] == 2
        assert "given_names" not in seen["compartments"]["identity"]
        assert seen["compartments"]["identity"]["sex"] == "MUJER"  # what is clear is known all the same
        assert seen["compartments"]["contact"] == {"email": "a@example.org"}
    found = events(admin, person.victim_id)
    assert [(event["outcome"], event["compartments"]) for event in found] == [("error", ["identity"])] * 2
    assert {event["victim"] for event in found} == {person.victim_id}
    assert world.runtime.database.broken_seals == before + 2
    assert told(admin, watcher.unit_id, person.victim) == ["SELLO_ROTO"]  # once, until it is read
    (notice,) = [
        one
        for one in ok(world.client(watcher).get(f"{API}/notices"))["items"]
        if one["subject"] == person.victim
    ]
    assert (notice["kind"], notice["case"]) == ("SELLO_ROTO", None)


def test_two_that_were_swapped_open_for_neither(world: World, admin: Engine) -> None:
    one, other = registered(world), registered(world, given_names="Rosa")
    harm(admin, SWAPPED, one.victim_id, o=other.victim_id)
    for person in (one, other):
        seen = ok(person.client.get(f"{API}/victims/{person.victim}"))
        assert seen["_broken"] == ["identity"]
        assert "given_names" not in seen["compartments"]["identity"]


@pytest.mark.parametrize("how", HARMS.values(), ids=HARMS)
def test_nothing_is_written_over_it_and_it_can_be_repaired(world: World, admin: Engine, how: str) -> None:
    person = registered(world)
    changed(person, second_surname="Mamani")
    with admin.connect() as connection:
        kept = {
            table: connection.exec_driver_sql(
                f"SELECT * FROM {table} WHERE record_id = %(r)s AND compartment = 'identity'",  # noqa: S608
                {"r": person.victim_id},
            ).mappings().all()
            for table in ("victim_key", "victim_blob")
        }  # fmt: skip
    harm(admin, how, person.victim_id)
    url = f"{API}/victims/{person.victim}/identity"
    refusal = person.client.patch(url, json={"given_names": "Otra"}, headers={"If-Match": '"2"'})
    assert problem(refusal, 409)["type"] == "urn:ruv:problem:broken-seal"
    assert events(admin, person.victim_id)  # though the request was rolled back
    with admin.begin() as connection:  # the backup of that row
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for table, rows in kept.items():
            connection.exec_driver_sql(
                f"DELETE FROM {table} WHERE record_id = %(r)s AND compartment = 'identity'",  # noqa: S608
                {"r": person.victim_id},
            )
            for row in rows:
                names, places = ", ".join(row), ", ".join(f"%({name})s" for name in row)
                connection.exec_driver_sql(
                    f"INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE VALUES ({places})",  # noqa: S608
                    dict(row),
                )
    seen = ok(person.client.get(f"{API}/victims/{person.victim}"))
    assert seen["_broken"] == []
    assert seen["compartments"]["identity"]["second_surname"] == "Mamani"


def test_a_part_of_clear_fields_alone_is_no_broken_seal(world: World, admin: Engine) -> None:
    person = registered(world)
    url = f"{API}/victims/{person.victim}/contact"
    ok(person.client.patch(url, json={"email": None}, headers={"If-Match": '"0"'}))
    # As it was stored before every version had a sealed part.
    harm(admin, KEY_LOST, person.victim_id, "contact")
    harm(admin, BLOB_LOST, person.victim_id, "contact")
    harm(admin, NEVER_SEALED, person.victim_id, "contact")
    assert ok(person.client.get(f"{API}/victims/{person.victim}"))["_broken"] == []
    ok(person.client.patch(url, json={"email": "a@example.org"}, headers={"If-Match": '"1"'}))
    seen = ok(person.client.get(f"{API}/victims/{person.victim}"))
    assert (seen["_broken"], seen["compartments"]["contact"]) == ([], {"email": "a@example.org"})
    harm(admin, KEY_LOST, person.victim_id, "contact")
    assert ok(person.client.get(f"{API}/victims/{person.victim}"))["_broken"] == ["contact"]


def test_the_history_says_which_version_does_not_open(world: World, admin: Engine) -> None:
    person = registered(world)
    harm(admin, KEY_LOST, person.victim_id, "identity")
    found = ok(person.client.get(f"{API}/victims/{person.victim}/history?compartment=identity"))
    assert [(one["version"], one["broken"], one["data"]) for one in found["items"]] == [(1, True, {})]


def test_sql_moves_no_head_back_and_seals_nothing_over_what_is_lost(world: World, admin: Engine) -> None:
    person, compartment = registered(world), "identity"
    changed(person, second_surname="Mamani")
    head = (
        "UPDATE compartment_head SET version = {}, unit_id = %(u)s WHERE record_id = %(v)s"
        " AND compartment = 'identity'"
    )
    blob = (
        "INSERT INTO victim_blob (victim_id, record_id, compartment, version, schema_version, key_version,"
        " sealed, created_by, unit_id) VALUES (%(v)s, %(v)s, 'identity', {}, 1, 1, '\\x00', %(w)s, %(u)s)"
    )
    key = (
        "INSERT INTO victim_key (victim_id, record_id, compartment, version, kek_id, wrapped)"
        " SELECT %(v)s, %(v)s, 'identity', {}, min(id), '\\x00' FROM kek"
    )
    keys = {"v": person.victim_id, "u": person.officer.unit_id, "w": person.officer.user_id}
    with world.session(person.officer) as session:
        for version in (1, 2, 4):
            assert refused(session, head.format(version), **keys)
        for version in (4, 9000):
            assert refused(session, blob.format(version), **keys)
        assert not refused(session, head.format(3), **keys)
        assert not refused(session, blob.format(3), **keys)
    harm(admin, KEY_LOST, person.victim_id, compartment)
    with world.session(person.officer) as session:
        assert refused(session, head.format(3), **keys)
        assert refused(session, blob.format(3), **keys)
        for version in (1, 2):
            assert refused(session, key.format(version), **keys)
        with pytest.raises(BrokenSeal):
            sealing_key(session, Strand(person.victim_id, person.victim_id), compartment)


def test_a_head_without_its_sealed_part_is_not_committed(world: World) -> None:
    person = registered(world)
    keys = {"v": person.victim_id, "u": person.officer.unit_id}
    statements = (
        (
            "UPDATE compartment_head SET version = 2, unit_id = %(u)s WHERE record_id = %(v)s"
            " AND compartment = 'identity'"
        ),
        (
            "INSERT INTO compartment_head (victim_id, record_id, compartment, version, unit_id)"
            " VALUES (%(v)s, %(v)s, 'contact', 1, %(u)s)"
        ),
    )
    for statement in statements:
        with world.session(person.officer) as session:
            session.connection().exec_driver_sql(statement, keys)
            assert refused(session, "SET CONSTRAINTS ALL IMMEDIATE")
            session.rollback()


def test_the_pages_say_so_and_offer_no_form(world: World, admin: Engine) -> None:
    person = registered(world)
    harm(admin, KEY_LOST, person.victim_id)
    browser = Browser(world, person.officer)
    page = browser.post(f"/casos/{person.case}/datos", {"parte": "identidad", "motivo": "atencion"})
    assert page.status_code == 200
    assert "Este dato no se puede abrir: el sello está roto." in page.text
    assert f"/casos/{person.case}/datos/identidad/editar" not in page.text
    edit = browser.get(f"/casos/{person.case}/datos/identidad/editar?motivo=atencion")
    assert edit.status_code == 409
    assert "el sello está roto" in edit.text
    versions = browser.post(
        f"/casos/{person.case}/datos", {"parte": "identidad", "motivo": "atencion", "versiones": "si"}
    )
    assert "el sello está roto" in versions.text


def test_what_must_not_be_overlooked_is_not_silently_missing(world: World, admin: Engine) -> None:
    person = registered(world)
    url = f"{API}/victims/{person.victim}/contact"
    body = {"contact_restrictions": ["NO_TELEFONO"]}
    ok(person.client.patch(url, json=body, headers={"If-Match": '"0"'}))
    harm(admin, BLOB_CUT, person.victim_id, "contact")
    page = Browser(world, person.officer).get(f"/casos/{person.case}")
    assert "Sello roto" in page.text


def test_her_own_copy_tells_the_rest_where_a_row_does_not_open(world: World, admin: Engine) -> None:
    plan, _ = filled(world)
    cut = "UPDATE protection_measure SET sealed = substr(sealed, 1, 20) WHERE victim_id = %(r)s"
    harm(admin, cut, plan.person.victim_id)
    before = world.runtime.database.broken_seals
    found, paper = file_of(plan.person)
    kinds = {one["tipo"]: str(one["filas"]) for one in found["registros"]}
    assert "algo con el sello roto" in kinds["medidas"]
    assert "algo con el sello roto" in paper
    assert "Control 55" in kinds["servicios"]
    assert world.runtime.database.broken_seals == before + 2  # once for each time it was read


def test_what_is_read_together_is_read_once_however_many_kinds_it_is(world: World, admin: Engine) -> None:
    plan, _ = filled(world)
    cut = "UPDATE plan_objective SET sealed = substr(sealed, 1, 20) WHERE victim_id = %(r)s"
    harm(admin, cut, plan.person.victim_id)
    before = world.runtime.database.broken_seals
    found, _ = file_of(plan.person)
    kinds = {one["tipo"]: str(one["filas"]) for one in found["registros"]}
    assert "algo con el sello roto" in kinds["objetivos"]
    assert "Resolución alejamiento 77" in kinds["medidas"]
    assert world.runtime.database.broken_seals == before + 2


def test_a_text_that_does_not_open_is_answered_and_told(world: World, admin: Engine) -> None:
    """Texts in rows have no head: the rest is shown without them, and the alarm is the same."""
    person = registered(world)
    note = {"about": "services", "kind": "SEGUIMIENTO", "text": "Vino hoy."}
    made = person.client.post(f"{API}/cases/{person.case}/notes", json=note)
    assert made.status_code == 201, made.text
    harm(admin, KEY_LOST, person.victim_id, "services")
    before = world.runtime.database.broken_seals
    (item,) = ok(person.client.get(f"{API}/cases/{person.case}/notes"))["items"]
    assert (item["text"], item["broken"]) == (None, True)
    assert world.runtime.database.broken_seals == before + 1
