"""No look without a trace: what is opened is recorded before it leaves, and refusals are recorded too."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from app.access.act import CARE, Act
from app.access.actor import Actor
from app.audit.record import event_mac
from app.errors import Unavailable
from app.postgres import ServerHandle
from app.runtime import Runtime
from app.services.victims.queries import access_log, read
from tests.access.sql_checks import refused
from tests.factories import World
from tests.scratch import Original, Scratch, copied, superuser

API = "/api/v1/victims"
NAME = "Zoraida"


@pytest.fixture(scope="session")
def admin(server: ServerHandle, runtime: Runtime, worker: str) -> Engine:
    """The superuser in this worker's database."""
    return superuser(server, f"ruv_{worker}")


def events(admin: Engine, actor: Actor) -> list[dict[str, Any]]:
    """What the trace says of an actor, oldest first."""
    with admin.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT event FROM audit_event WHERE user_id = %(u)s ORDER BY id", {"u": actor.user_id}
        )
        return [json.loads(row[0]) for row in rows]


def registered(world: World) -> tuple[Actor, str]:
    officer = world.actor("cem_officer")
    person = world.register(
        officer,
        identity={"given_names": NAME, "age_years": 20},
        contact={"email": "z@example.org"},
        plan={"wishes": "estudiar"},
    )
    return officer, person.code


def test_reading_names_the_compartments_opened(world: World, admin: Engine) -> None:
    officer, code = registered(world)
    assert world.client(officer).get(f"{API}/{code}", params={"purpose": "supervision"}).status_code == 200
    event = events(admin, officer)[-1]
    assert event["action"] == "victims.read"
    assert event["compartments"] == ["contact", "identity", "plan"]
    assert event["purpose"] == "supervision"
    assert event["actor"] == event["actor"] | {
        "user": officer.user_id,
        "unit": officer.unit_id,
        "role": officer.role,
    }
    assert event["actor"]["session"] is not None


def test_history_and_the_log_of_looks_are_looks_too(world: World, admin: Engine) -> None:
    officer, code = registered(world)
    client = world.client(officer)
    assert client.get(f"{API}/{code}/history", params={"compartment": "plan"}).status_code == 200
    assert events(admin, officer)[-1]["compartments"] == ["plan"]
    log = client.get(f"{API}/{code}/access-log")
    assert log.status_code == 200
    assert [entry["action"] for entry in log.json()["items"]][:1] == ["victims.history"]
    assert events(admin, officer)[-1]["action"] == "victims.access-log"


def test_the_log_of_looks_goes_on_by_a_cursor_that_counts_nothing(world: World, admin: Engine) -> None:
    officer, code = registered(world)
    client = world.client(officer)
    for _ in range(4):
        assert client.get(f"{API}/{code}").status_code == 200
    whole = client.get(f"{API}/{code}/access-log").json()["items"]
    found, before = [], None
    while True:
        with world.session(officer) as session:
            page = access_log(Act(session, CARE), code, before=before, limit=3)
        found += [look for look in page["items"] if look["action"] != "victims.access-log"]
        assert len(page["items"]) <= 3
        if (before := page["next"]) is None:
            break
    assert [look["at"].isoformat() for look in found] == [look["at"] for look in whole]
    assert "id" not in whole[0]


def test_a_cursor_of_another_log_or_a_number_is_none(world: World, admin: Engine) -> None:
    (officer, code), (other, hers) = registered(world), registered(world)
    assert world.client(other).get(f"{API}/{hers}").status_code == 200
    with world.session(other) as session:
        cursor = access_log(Act(session, CARE), hers, limit=1)["next"]
    assert cursor
    for wrong in (cursor, "7", "no"):
        answer = world.client(officer).get(f"{API}/{code}/access-log", params={"before": wrong})
        assert answer.status_code == 400, wrong
    assert world.client(other).get(f"{API}/{hers}/access-log", params={"before": cursor}).status_code == 200


def test_writing_names_fields_and_never_values(world: World, admin: Engine) -> None:
    officer, code = registered(world)
    client = world.client(officer)
    body = {"given_names": "Filomena", "aliases": ["Filo"]}
    assert client.patch(f"{API}/{code}/identity", json=body, headers={"If-Match": '"1"'}).status_code == 200
    event = events(admin, officer)[-1]
    assert event["fields"] == ["identity.aliases", "identity.given_names"]
    ((_, row, version, digest),) = event["blobs"]
    with admin.connect() as connection:
        sealed = connection.exec_driver_sql(
            "SELECT sealed FROM victim_blob WHERE id = %(i)s", {"i": row}
        ).scalar_one()
    assert (version, digest) == (2, hashlib.sha256(sealed).hexdigest())
    written = json.dumps(events(admin, officer))
    assert [
        secret for secret in ("Filomena", "Filo", NAME, "z@example.org", "estudiar") if secret in written
    ] == []


def test_every_event_has_its_mac_and_waits_for_the_sealer(
    world: World, admin: Engine, runtime: Runtime
) -> None:
    officer, code = registered(world)
    world.client(officer).get(f"{API}/{code}")
    with admin.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT e.event, e.salt, e.mac, e.victim_id, q.event_id, e.id FROM audit_event e"
            " LEFT JOIN audit_queue q ON q.event_id = e.id WHERE e.user_id = %(u)s",
            {"u": officer.user_id},
        ).all()
    key = runtime.vault.secret("audit")
    assert len(rows) >= 2
    for event, salt, mac, victim, queued, own in rows:
        assert hmac.compare_digest(mac, event_mac(key, event, salt))
        assert event_mac(key, event.replace("cem_officer", "prosecutor"), salt) != mac
        assert event_mac(b"x" * 32, event, salt) != mac
        assert queued == own
        assert json.loads(event)["victim"] == victim
    assert len({row[1] for row in rows}) == len(rows)


# Refusals


def test_a_refusal_leaves_its_event_though_the_request_leaves_nothing(world: World, admin: Engine) -> None:
    officer, code = registered(world)
    client = world.client(officer)
    stranger = world.actor("prosecutor")
    assert world.client(stranger).get(f"{API}/{code}").status_code == 404
    denied = events(admin, stranger)[-1]
    assert (denied["action"], denied["outcome"]) == ("denied", "denied")
    assert denied["detail"]["route"].endswith("/victims/{code}")
    assert (denied["detail"]["code"], denied["detail"]["status"]) == (code, 404)
    assert (
        client.patch(f"{API}/{code}/health", json={"summary": "x"}, headers={"If-Match": '"0"'}).status_code
        == 403
    )
    assert events(admin, officer)[-1]["fields"] == ["summary"]


@pytest.mark.parametrize("path", ["Rosa Quispe", "40117410", "TP-0000-0000-0000-0000", "TP-AAAA"])
def test_a_refusal_keeps_codes_and_nothing_else_of_the_address(
    world: World, admin: Engine, path: str
) -> None:
    actor = world.actor("prosecutor")
    assert world.client(actor).get(f"{API}/{path}").status_code in {404, 422}
    assert path not in json.dumps(events(admin, actor))


@pytest.mark.parametrize(
    ("compartment", "body", "version", "status"),
    [
        ("identity", {"given_names": "Otra", "sex": "X"}, 1, 422),
        ("identity", {"given_names": "Otra", "unknown": 1}, 1, 422),
        ("identity", {"given_names": "Otra"}, 9, 412),
        ("legal", {"notes": "Otra"}, 0, 403),
        ("testimony", {"file_number": "Otra"}, 0, 403),
        ("nada", {"x": 1}, 0, 404),
    ],
)
def test_a_refused_change_leaves_nothing_half_written(
    world: World, admin: Engine, compartment: str, body: dict[str, Any], version: int, status: int
) -> None:
    officer, code = registered(world)
    before = stored(admin, code)
    answer = world.client(officer).patch(
        f"{API}/{code}/{compartment}", json=body, headers={"If-Match": f'"{version}"'}
    )
    assert answer.status_code == status, answer.text
    assert stored(admin, code) == before
    assert "victims.write" not in {event["action"] for event in events(admin, officer)}


def stored(admin: Engine, code: str) -> list[Any]:
    """Everything stored of a person, counted and hashed."""
    found: list[Any] = []
    with admin.connect() as connection:
        for table in (
            "victim_blob",
            "victim_key",
            "compartment_head",
            "profile",
            "exploitation",
            "victim_token",
        ):
            query = (
                f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t"  # noqa: S608
                " WHERE victim_id = (SELECT victim_id FROM victim_code WHERE code = %(c)s)"
            )
            found.append(tuple(connection.exec_driver_sql(query, {"c": code}).one()))
    return found


def test_a_refused_registration_leaves_nothing(world: World, admin: Engine) -> None:
    officer = world.actor("cem_officer")
    body = {
        "compartments": {"identity": {"given_names": NAME}, "legal": {"notes": "x"}},
        "first_identified_on": "2024-05-02",
    }
    assert world.client(officer).post(API, json=body).status_code == 403
    with admin.connect() as connection:
        made = connection.exec_driver_sql(
            "SELECT count(*) FROM victim WHERE registered_by = %(u)s", {"u": officer.user_id}
        )
        assert made.scalar_one() == 0
    assert [event["action"] for event in events(admin, officer)] == ["denied"]


# Append-only


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET event = '{}' WHERE user_id = %(u)s",
        "UPDATE audit_event SET at = now()",
        "DELETE FROM audit_event WHERE user_id = %(u)s",
        "TRUNCATE audit_event",
        "DELETE FROM audit_queue",
        "INSERT INTO audit_queue (event_id) VALUES (1)",
        "ALTER TABLE audit_event DISABLE TRIGGER audit_event_queue",
        (
            "INSERT INTO audit_event (user_id, action, outcome, event, salt, mac) VALUES (%(o)s, 'x', 'ok',"
            " '{}', '', '')"
        ),
        (
            "INSERT INTO audit_event (user_id, action, outcome, event, salt, mac) VALUES (NULL, 'x', 'ok',"
            " '{}', '', '')"
        ),
    ],
)
def test_the_application_only_adds_and_only_in_the_actors_name(world: World, statement: str) -> None:
    actor, other = world.actor("data_protection_officer"), world.actor("prosecutor")
    with world.session(actor) as session:
        assert refused(session, statement, u=actor.user_id, o=other.user_id)


def test_the_sealer_reads_the_trace_and_no_person(runtime: Runtime) -> None:
    with runtime.database.reporting("ruv_sealer") as connection:
        connection.exec_driver_sql(
            "SELECT count(*) FROM audit_event e JOIN audit_queue q ON q.event_id = e.id"
        )
        rights = (
            "SELECT has_any_column_privilege('ruv_sealer', c.oid, 'SELECT, INSERT, UPDATE') FROM pg_class c"
        )
        seen = connection.exec_driver_sql(
            f"{rights} WHERE c.relname IN ('victim', 'victim_blob', 'victim_key', 'profile')"
        )
        assert [row[0] for row in seen] == [False] * 4


# Without a trace no answer


@pytest.fixture
def mute(server: ServerHandle, blank: Original) -> Iterator[Scratch]:
    """A database in which the trace can be made impossible to write."""
    with copied(server, blank) as made:
        yield made


def test_when_the_trace_cannot_be_written_there_is_no_answer(mute: Scratch) -> None:
    world = World(mute.runtime, mute.base_url)
    officer, code = registered(world)
    client, stranger = world.client(officer), world.client(world.actor("prosecutor"))
    assert client.get(f"{API}/{code}").status_code == 200
    before = stored(mute.admin, code)
    mute.run("REVOKE INSERT ON audit_event FROM ruv_app")
    body = {"compartments": {"identity": {"given_names": "Nadie"}}, "first_identified_on": "2024-05-02"}
    answers = [
        client.get(f"{API}/{code}"),
        client.get(f"{API}/{code}/history", params={"compartment": "identity"}),
        client.get(f"{API}/{code}/access-log"),
        client.patch(f"{API}/{code}/identity", json={"given_names": "Nadie"}, headers={"If-Match": '"1"'}),
        client.post(API, json=body),
        client.post(f"{API}/search", json={"documents": [{"type": "DNI", "number": "40117410"}]}),
        client.get("/api/v1/cases"),
        client.patch(f"{API}/{code}/health", json={"summary": "x"}, headers={"If-Match": '"0"'}),
        stranger.get(f"{API}/{code}"),
    ]
    assert [answer.status_code for answer in answers] == [503] * len(answers)
    assert [a.text for a in answers if NAME in a.text or "z@example.org" in a.text] == []
    assert stored(mute.admin, code) == before
    with pytest.raises(Unavailable), world.session(officer) as session:
        read(Act(session, CARE), code)
    mute.run("GRANT INSERT ON audit_event TO ruv_app")
    assert client.get(f"{API}/{code}").status_code == 200
    assert stranger.get(f"{API}/{code}").status_code == 404
    # The queue is part of the trace: an event that nobody would seal is no event.
    mute.run("REVOKE INSERT ON audit_queue FROM ruv_guard")
    assert client.get(f"{API}/{code}").status_code == 503
    world.close()


def test_the_answer_waits_until_the_trace_is_committed(mute: Scratch) -> None:
    """A trace that fails at the last moment, when the transaction commits, still holds the answer back."""
    world = World(mute.runtime, mute.base_url)
    officer, code = registered(world)
    client = world.client(officer)
    mute.run(
        "CREATE FUNCTION public.too_late() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'too late' USING ERRCODE = '53300'; END $$"
    )
    mute.run(
        "CREATE CONSTRAINT TRIGGER too_late AFTER INSERT ON audit_event DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION public.too_late()"
    )
    for answer in (client.get(f"{API}/{code}"), client.get("/api/v1/cases")):
        assert answer.status_code == 503
        assert NAME not in answer.text
    world.close()
