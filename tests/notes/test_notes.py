"""Notes of a case: who writes them about what, who reads them, and what becomes of a mistake."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from app.access.actor import Actor
from app.access.policy import Level, policy
from app.access.standing import Standing
from app.records.kinds import today
from app.services.notes import rules
from tests.access.sql_checks import refused
from tests.cases.story import (
    API,
    Registered,
    ok,
    problem,
    registered,
    rows,
    shared_with,
    unit_code,
    without_row_security,
)
from tests.consents.test_data_requests import ask
from tests.factories import World
from tests.merging.story import dump, two_of

NOTE = "Llamó su tía: la espera el lunes en Puno"
MORE = "La tía llama el martes, no el lunes"


def path(person: Registered) -> str:
    return f"{API}/cases/{person.case}/notes"


def note(client: httpx.Client, person: Registered, key: str = "", **body: Any) -> httpx.Response:
    """Write a note."""
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(path(person), json={"kind": "LLAMADA", "text": NOTE, **body}, headers=headers)


def added(client: httpx.Client, person: Registered, code: str, said: str = MORE) -> httpx.Response:
    """Add to a note."""
    return client.post(f"{path(person)}/{code}/addenda", json={"text": said})


def listed(client: httpx.Client, person: Registered, **query: Any) -> list[dict[str, Any]]:
    """Notes of a case as somebody reads them."""
    return list(ok(client.get(path(person), params=query))["items"])


def test_a_note_is_read_by_who_reads_what_it_is_about_and_its_text_is_sealed(
    world: World, admin: Engine
) -> None:
    person = registered(world)
    _, other, _ = shared_with(world, person, "udavit_officer", service_type="ASISTENCIA_LEGAL")
    code = ok(note(person.client, person, happened_on=str(today())), 201)["code"]
    for reader, own in ((person.client, True), (other, False)):
        (item,) = listed(reader, person)
        assert (item["code"], item["text"], item["kind_label"]) == (code, NOTE, "Llamada o mensaje")
        assert (item["about"], item["happened_on"]) == ("services", str(today()))
        assert (item["mine"], item["author"]) == (own, person.officer.username if own else None)
        assert item["unit"]["code"] == unit_code(world, person.officer)
    with admin.connect() as connection:
        query = "SELECT sealed FROM case_note WHERE code = %(c)s"
        assert b"Puno" not in bytes(connection.exec_driver_sql(query, {"c": code}).scalar_one())
    log = ok(other.get(f"{API}/victims/{person.victim}/access-log"))["items"]
    assert {"notes.read", "notes.write"} <= {entry["action"] for entry in log}


def test_a_repeated_note_is_written_once(world: World) -> None:
    person = registered(world)
    code = ok(note(person.client, person, "una"), 201)["code"]
    assert ok(note(person.client, person, "una"), 201)["code"] == code
    problem(note(person.client, person, "una", text="Otra cosa"), 409)
    assert [item["code"] for item in listed(person.client, person)] == [code]


def test_who_reads_in_part_reads_its_own_units_and_knows_of_the_others(world: World) -> None:
    person = registered(world)
    health, client, _ = shared_with(world, person, "health_officer", service_type="SALUD")
    theirs = ok(note(person.client, person), 201)["code"]
    mine = ok(note(client, person, about="services", text="Vino al control"), 201)["code"]
    first, second = listed(client, person)
    assert (first["code"], first["text"]) == (mine, "Vino al control")
    assert (second["code"], second["readable"]) == (theirs, False)
    assert not {"text", "kind", "happened_on", "addenda"} & set(second)
    problem(added(client, person, theirs), 404)
    assert [item["readable"] for item in listed(person.client, person)] == [True, True]
    assert rows(world, health, "case_note", person.victim_id) == 1
    with without_row_security(world):
        assert [item["readable"] for item in listed(client, person)] == [True, False]
        assert NOTE not in client.get(path(person)).text
        problem(added(client, person, theirs), 404)


def test_notes_on_psychology_stay_with_their_author(world: World) -> None:
    person = registered(world)
    shared = {"compartments": ["identity", "psychology"]}
    author, client, _ = shared_with(world, person, "psychologist", **shared)
    unit = unit_code(world, author)
    chief = world.actor("psychologist", unit=unit, supervisor=True)
    _, health, _ = shared_with(world, person, "health_officer", **shared)
    code = ok(note(client, person), 201)["code"]
    (item,) = listed(client, person)
    assert (item["about"], item["text"]) == ("psychology", NOTE)
    for reader in (world.client(chief), health, person.client):
        (item,) = listed(reader, person)
        assert (item["code"], item["readable"]) == (code, False)
    for reader in (health, person.client):
        problem(note(reader, person, about="psychology"), 403)
    problem(added(world.client(chief), person, code), 404)
    assert rows(world, author, "case_note", person.victim_id) == 1
    assert rows(world, chief, "case_note", person.victim_id) == 0
    with without_row_security(world):
        for reader in (world.client(chief), health, person.client):
            assert NOTE not in reader.get(path(person)).text


def test_an_outsider_or_one_it_was_not_shared_with_sees_nothing(world: World) -> None:
    person = registered(world)
    code = ok(note(person.client, person), 201)["code"]
    outsider = world.actor("cem_officer", supervisor=True)
    for call in (world.client(outsider).get(path(person)), note(world.client(outsider), person)):
        problem(call, 404)
    narrowed, client, _ = shared_with(world, person, "udavit_officer", compartments=["identity"])
    assert ok(client.get(path(person))) == {"items": [], "next": None, "about": []}
    problem(note(client, person), 403)
    problem(added(client, person, code), 404)
    with without_row_security(world):
        assert listed(client, person) == []
        problem(world.client(outsider).get(path(person)), 404)
        problem(added(client, person, code), 404)
    for stranger in (outsider, narrowed):
        assert rows(world, stranger, "case_note", person.victim_id) == 0


INSERT = (
    "INSERT INTO case_note (victim_id, case_id, code, compartment, unit_id, written_by, kind, sealed,"
    " key_version)"
    " SELECT c.victim_id, c.id, 'NC-X', %(p)s, %(u)s, %(w)s, 'OTRA', '', 1 FROM trafficking_case c"
    " WHERE c.code = %(k)s"
)
ADD = (
    "INSERT INTO case_note_addendum (victim_id, note_id, code, unit_id, written_by, sealed, key_version)"
    " SELECT victim_id, %(n)s, 'NC-X', %(u)s, %(w)s, '', 1 FROM trafficking_case WHERE code = %(k)s"
)


def test_the_database_itself_refuses(world: World, admin: Engine) -> None:
    person = registered(world)
    _, health, _ = shared_with(world, person, "health_officer", service_type="SALUD")
    own = ok(note(person.client, person), 201)["code"]
    hidden = ok(note(health, person), 201)["code"]  # about health, which the officer reads in part
    with admin.connect() as connection:
        query = "SELECT code, id FROM case_note WHERE victim_id = %(v)s"
        ids = dict(map(tuple, connection.exec_driver_sql(query, {"v": person.victim_id})))
    officer = person.officer
    same = {"k": person.case, "u": officer.unit_id, "w": officer.user_id}
    with world.session(officer) as session:
        assert not refused(session, INSERT, p="services", **same)
        assert refused(session, INSERT, p="psychology", **same)
        assert refused(session, INSERT, p="identity", **same)
        assert refused(session, INSERT, p="services", **{**same, "w": officer.user_id + 1})
        assert not refused(session, ADD, n=ids[own], **same)
        assert refused(session, ADD, n=ids[hidden], **same)
        for table in ("case_note", "case_note_addendum"):
            for column in ("unit_id", "written_by"):
                assert refused(session, f"SELECT {column} FROM {table}")  # noqa: S608
            assert refused(session, f"UPDATE {table} SET sealed = ''")  # noqa: S608


def test_a_private_shelter_reads_contact_notes_of_others_while_she_lives_there(
    world: World, admin: Engine
) -> None:
    person = registered(world)
    shelter, client, _ = shared_with(
        world, person, "shelter_caseworker", compartments=["contact", "services"]
    )
    ok(note(person.client, person, about="contact"), 201)
    assert [item["readable"] for item in listed(client, person)] == [False]
    assert rows(world, shelter, "case_note", person.victim_id) == 0
    with admin.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO placement (victim_id, case_id, code, unit_id, admitted_by) SELECT victim_id, id,"
            " 'AL-' || substr(md5(random()::text), 1, 9), %(u)s, %(w)s FROM trafficking_case"
            " WHERE code = %(c)s",
            {"u": shelter.unit_id, "w": shelter.user_id, "c": person.case},
        )
    assert [item["text"] for item in listed(client, person)] == [NOTE]
    assert rows(world, shelter, "case_note", person.victim_id) == 1


def test_a_mistake_is_corrected_by_what_is_added(world: World) -> None:
    person = registered(world)
    _, other, _ = shared_with(world, person, "udavit_officer", service_type="ASISTENCIA_LEGAL")
    code = ok(note(person.client, person), 201)["code"]
    first = ok(added(person.client, person, code), 201)["code"]
    ok(added(other, person, first, "Confirmado con la tía"), 201)  # by the code of what was added
    for reader in (person.client, other):
        (item,) = listed(reader, person)
        assert item["text"] == NOTE
        assert [one["text"] for one in item["addenda"]] == [MORE, "Confirmado con la tía"]
    problem(added(person.client, person, "NC-0000-0000-0000"), 404)
    empty = problem(person.client.post(f"{path(person)}/{code}/addenda", json={}), 422)
    assert [error["field"] for error in empty["errors"]] == ["text"]


def test_what_is_wrong_is_named_with_the_way_out(world: World) -> None:
    person = registered(world)
    empty = problem(person.client.post(path(person), json={}), 422)
    assert {e["field"] for e in empty["errors"]} == {"kind", "text"}
    assert "VISITA" in str(empty)
    tomorrow = str(today() + timedelta(days=1))
    late = problem(note(person.client, person, happened_on=tomorrow), 422)
    assert late["errors"][0]["field"] == "happened_on"
    for about, status in (("magia", 422), ("identity", 422), ("health", 403)):
        wrong = problem(note(person.client, person, about=about), status)
        assert (wrong["errors"][0]["field"], "magia" in str(wrong)) == ("about", False)
        assert "services" in wrong["errors"][0]["choices"]
    assert listed(person.client, person) == []


def test_the_list_goes_page_by_page(world: World) -> None:
    person = registered(world)
    made = [ok(note(person.client, person), 201)["code"] for _ in range(3)]
    first = ok(person.client.get(path(person), params={"limit": 2}))
    rest = ok(person.client.get(path(person), params={"limit": 2, "before": first["next"]}))
    assert [item["code"] for item in (*first["items"], *rest["items"])] == made[::-1]
    assert rest["next"] is None
    problem(person.client.get(path(person), params={"before": "x"}), 400)


@pytest.mark.parametrize(
    ("role", "first"),
    [
        ("cem_officer", "services"),
        ("psychologist", "psychology"),
        ("health_officer", "health"),
        ("prosecutor", "legal"),
        ("police_investigator", "legal"),
        ("shelter_caseworker", "services"),
        ("analyst", None),
    ],
)
def test_the_default_is_what_the_role_keeps(role: str, first: str | None) -> None:
    actor = Actor(1, "", 1, 1, role, unit_wide=False)
    found = rules.writable(actor, Standing(None, resident=False))
    assert (found or [None])[0] == first
    assert all(policy().cell(role, name).write for name in found)


def test_what_notes_are_about() -> None:
    assert rules.ABOUT == ("services", "psychology", "health", "legal", "protection", "plan", "contact")
    assert rules.MOST_ADDENDA == 50


@pytest.mark.parametrize("level", list(Level))
def test_who_reads_a_text(level: Level) -> None:
    opens = level in {Level.PARTIAL, Level.RESIDENT, Level.OWN, Level.FULL}
    assert rules.reads(level, "services", own=False, mine=False) is (level is Level.FULL)
    assert rules.reads(level, "services", own=True, mine=False) is opens
    assert rules.reads(level, "psychology", own=True, mine=False) is False
    assert rules.reads(level, "psychology", own=True, mine=True) is opens


def test_notes_move_with_their_person_and_come_back(world: World, admin: Engine) -> None:
    moved, kept = registered(world), registered(world)
    code = ok(note(moved.client, moved), 201)["code"]
    ok(added(moved.client, moved, code), 201)
    keys, two = (kept.victim_id, moved.victim_id), two_of(world)
    before = dump(admin, keys)
    two.merge(kept.victim, moved.victim)
    (item,) = listed(moved.client, moved)
    assert (item["text"], [one["text"] for one in item["addenda"]]) == (NOTE, [MORE])
    assert len(dump(admin, [kept.victim_id])["case_note"]) == 1
    two.split(kept.victim, moved.victim)
    assert dump(admin, keys) == before


def test_her_own_file_has_what_the_answering_unit_reads(world: World) -> None:
    person = registered(world)
    _, health, _ = shared_with(world, person, "health_officer", service_type="SALUD")
    code = ok(note(person.client, person), 201)["code"]
    ok(added(person.client, person, code), 201)
    ok(note(health, person, text="Nota clínica"), 201)
    request = ok(ask(person), 201)["code"]
    url = f"{API}/victims/{person.victim}/own-file"
    kinds = ok(person.client.get(url, params={"request": request}))["registros"]
    (rows,) = [kind["filas"] for kind in kinds if kind["tipo"] == "notas"]
    said = [[one["valor"] for one in row if one["campo"] in {"Nota", "Aclaración"}] for row in rows]
    assert said == [[NOTE], [MORE]]


def test_a_shelter_that_writes_is_not_named_to_others(world: World) -> None:
    person = registered(world)
    actor, client, _ = shared_with(world, person, "car_caseworker")
    ok(note(client, person), 201)
    (item,) = listed(person.client, person)
    assert item["unit"] == {"code": None, "name": "Centro de acogida (reservado)"}
    assert unit_code(world, actor) not in person.client.get(path(person)).text
