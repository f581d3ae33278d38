"""Two people or nothing, the tables' own locks, and writers that come at the same moment."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, NullPool, create_engine, make_url, text
from sqlalchemy.exc import IntegrityError

from app import schema
from app.access.act import CARE, Act
from app.cli import _migrations
from app.errors import Conflict
from app.postgres import ServerHandle, create_roles_and_database
from app.postgres.names import OWNER
from app.services.cases.service import Move, move
from app.services.commands.deciding import approve
from app.services.victims.changes import change
from tests.access.sql_checks import refused
from tests.cases.story import API, Registered, at_once, ok, problem, registered
from tests.commands.steps import decide
from tests.factories import World
from tests.merging.story import Two, dump, run, two_of
from tests.scratch import Original, Scratch, copied

VICTIM = "INSERT INTO victim (registered_unit_id, registered_by, merged_into) VALUES (%(u)s, %(w)s, {into})"
CASE = (
    "INSERT INTO trafficking_case (id, victim_id, record_id, code, state, identification, source,"
    " first_identified_on, reference_year, opened_unit_id, opened_by, parallel_to) OVERRIDING SYSTEM VALUE"
    " VALUES (%(k)s, %(v)s, %(v)s, 'CA-X', 'ALERTA', 'PRESUNTA', 'REINGRESO', '2024-05-02', 2024, %(u)s,"
    " %(w)s, {beside})"
)
NOTED = (
    "INSERT INTO record_merge (command_id, kept_id, absorbed_id, merged_by, merged_unit_id)"
    " VALUES (1, %(v)s, 2, %(w)s, %(u)s)"
)


def keys_of(person: Registered) -> dict[str, int]:
    return {"v": person.victim_id, "u": person.officer.unit_id, "w": person.officer.user_id, "k": 10**12}


def test_nothing_is_merged_or_split_without_an_agreed_command(world: World, admin: Engine) -> None:
    kept, absorbed, two = registered(world), registered(world), two_of(world)
    before = dump(admin, (kept.victim_id, absorbed.victim_id))
    asked = two.ask_merge(kept.victim, absorbed.victim)
    for actor in (two.asking, two.approving, kept.officer):
        with world.session(actor) as session:
            for function in ("merge_records", "split_records"):
                assert refused(session, f"SELECT ruv.{function}(%(c)s)", c=asked.id)
            assert refused(session, "SELECT count(*) FROM record_merge")
            assert refused(session, "SELECT ruv.settle_persons(ARRAY[%(v)s])", v=kept.victim_id)
    health = world.actor("health_officer")
    with world.session(health) as session:
        assert refused(session, "SELECT ruv.merge_fingerprint(1, 2)")
    assert dump(admin, (kept.victim_id, absorbed.victim_id)) == before


@pytest.fixture(scope="module")
def broken(server: ServerHandle, blank: Original) -> Iterator[Scratch]:
    with copied(server, blank) as made:
        yield made


def test_the_agreement_is_what_stands_in_the_way(broken: Scratch) -> None:
    world = World(broken.runtime, broken.base_url)
    kept, absorbed, two = registered(world), registered(world), two_of(world)
    asked = two.ask_merge(kept.victim, absorbed.victim)
    broken.run(
        "CREATE OR REPLACE FUNCTION ruv.two_agreed(command bigint, kind text) RETURNS boolean LANGUAGE sql"
        " STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT true'"
    )
    with world.session(kept.officer) as session:
        session.execute(text("SELECT ruv.merge_records(:c)"), {"c": asked.id})
    assert ok(kept.client.get(f"{API}/victims/{absorbed.victim}"))["code"] == kept.victim
    world.close()


def test_nobody_registers_into_another_person_or_beside_an_open_case(world: World, broken: Scratch) -> None:
    hole = World(broken.runtime, broken.base_url)
    for where, holds in ((world, True), (hole, False)):
        person = registered(where)
        if not holds:
            for policy, table in (("register", "victim"), ("open_case", "trafficking_case")):
                broken.run(f"ALTER POLICY {policy} ON {table} WITH CHECK (true)")
        with where.session(person.officer) as session:
            keys = keys_of(person)
            assert refused(session, VICTIM.format(into=person.victim_id), **keys) is holds
            assert refused(session, CASE.format(beside=1), **keys) is holds
            assert not refused(session, VICTIM.format(into="NULL"), **keys)
    hole.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE victim SET merged_into = %(v)s",
        "UPDATE trafficking_case SET parallel_to = 1",
        "UPDATE trafficking_case SET record_id = %(v)s",
        "UPDATE profile SET record_id = %(v)s",
        "UPDATE compartment_head SET record_id = %(v)s",
        "UPDATE victim_code SET record_id = %(v)s",
        "UPDATE victim_blob SET record_id = %(v)s",
        "UPDATE victim_key SET record_id = %(v)s",
        NOTED,
    ],
)
def test_no_row_changes_its_record_by_hand(world: World, statement: str) -> None:
    person = registered(world)
    with world.session(person.officer) as session:
        assert refused(session, statement, **keys_of(person))


def test_a_row_under_a_record_of_somebody_else_is_refused(world: World, admin: Engine) -> None:
    """The foreign key, past every policy, refuses a record of another person."""
    person, other = registered(world), registered(world)
    plant = "INSERT INTO victim_code (code, victim_id, record_id) VALUES ('TP-0000-000X', :v, :r)"
    with pytest.raises(IntegrityError, match="fk_victim_code_record_id_victim_id_victim"):
        run(admin, plant, v=person.victim_id, r=other.victim_id)


def test_two_stays_are_not_merged(world: World, admin: Engine) -> None:
    kept, absorbed, two = registered(world), registered(world), two_of(world)
    for person in (kept, absorbed):
        run(
            admin,
            "INSERT INTO placement (victim_id, case_id, code, unit_id, admitted_by) SELECT c.victim_id, c.id,"
            " 'AL-' || c.id, c.opened_unit_id, c.opened_by FROM trafficking_case c WHERE c.victim_id = :v",
            v=person.victim_id,
        )
    before = dump(admin, (kept.victim_id, absorbed.victim_id))
    asked = two.ask_merge(kept.victim, absorbed.victim)
    refusal = problem(decide(world.client(two.approving), asked.code, "approvals"), 409)
    assert "cierre una de las dos acogidas" in refusal["detail"]
    assert dump(admin, (kept.victim_id, absorbed.victim_id)) == before


def test_what_changed_since_it_was_asked_is_not_merged(world: World, admin: Engine) -> None:
    kept, absorbed, two = registered(world), registered(world), two_of(world)
    asked = two.ask_merge(kept.victim, absorbed.victim)
    url = f"{API}/victims/{absorbed.victim}/contact"
    ok(absorbed.client.patch(url, json={"email": "a@example.org"}, headers={"If-Match": '"0"'}))
    refusal = problem(decide(world.client(two.approving), asked.code, "approvals"), 409)
    assert refusal["code"] == "changed"
    assert ok(world.client(two.asking).get(f"{API}/commands/{asked.code}"))["state"] == "PENDIENTE"
    assert run(admin, "SELECT 1 FROM record_merge WHERE absorbed_id = :v", v=absorbed.victim_id) == []


def test_a_merge_and_changes_at_the_same_moment_lose_nothing(world: World, admin: Engine) -> None:
    for _ in range(4):
        kept, absorbed, two = registered(world), registered(world), two_of(world)
        for person in (kept, absorbed):
            url = f"{API}/victims/{person.victim}/contact"
            ok(person.client.patch(url, json={"email": "0@example.org"}, headers={"If-Match": '"0"'}))
        asked = two.ask_merge(kept.victim, absorbed.victim)
        second, done = world.client(two.approving), []

        def write(person: Registered, compartment: str, version: int, done: list[str] = done) -> object:
            url = f"{API}/victims/{person.victim}/{compartment}"
            body = {"email": "1@example.org"} if compartment == "contact" else {"second_surname": "Huamán"}
            answer = person.client.patch(url, json=body, headers={"If-Match": f'"{version}"'})
            if answer.status_code == 200:
                done.append(f"{person.victim_id}:{compartment}")
            return answer

        calls = [lambda c=second, a=asked: decide(c, a.code, "approvals", tag='"1"')]
        for person in (kept, absorbed):
            calls += [
                lambda p=person: write(p, "contact", 1),
                lambda p=person: write(p, "identity", 1),
            ]
        statuses = at_once(calls)
        assert set(statuses) <= {200, 409, 412}, statuses
        keys = [kept.victim_id, absorbed.victim_id]
        heads = run(admin, "SELECT sum(version) FROM compartment_head WHERE record_id = ANY (:k)", k=keys)
        blobs = run(admin, "SELECT count(*) FROM victim_blob WHERE record_id = ANY (:k)", k=keys)
        assert heads == blobs == [(4 + len(done),)]


def _waits(admin: Engine) -> None:
    """Come back once somebody in this database waits for a lock."""
    waiting = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    end = time.monotonic() + 60
    while run(admin, waiting) == [(0,)]:
        assert time.monotonic() < end, "nobody waits"
        time.sleep(0.02)


def _in_thread(call: Callable[[], object]) -> tuple[threading.Thread, list[Any]]:
    outcome: list[Any] = []

    def go() -> None:
        try:
            outcome.append(call())
        except Exception as error:  # noqa: BLE001 - whatever it is, the test looks at it
            outcome.append(error)

    thread = threading.Thread(target=go)
    thread.start()
    return thread, outcome


def test_a_merge_waits_for_who_writes_and_then_sees_it(world: World, admin: Engine) -> None:
    kept, absorbed, two = registered(world), registered(world), two_of(world)
    asked = two.ask_merge(kept.victim, absorbed.victim)
    with world.session(absorbed.officer) as session:
        _write(Act(session, CARE), absorbed.victim)
        thread, outcome = _in_thread(lambda: two.approve(asked))
        _waits(admin)
        assert thread.is_alive()
    thread.join(20)
    assert isinstance(outcome[0], Conflict)
    assert outcome[0].extra == {"code": "changed"}


def test_who_writes_waits_for_a_merge_and_is_told(world: World, admin: Engine) -> None:
    kept, absorbed, two = registered(world), registered(world), two_of(world)
    url = f"{API}/victims/{absorbed.victim}/identity"
    asked = two.ask_merge(kept.victim, absorbed.victim)
    with world.session(two.approving) as session:
        approve(Act(session, CARE), asked.code, asked.version)
        thread, outcome = _in_thread(
            lambda: absorbed.client.patch(url, json={"second_surname": "Huamán"}, headers={"If-Match": '"1"'})
        )
        _waits(admin)
        assert thread.is_alive()
    thread.join(20)
    assert outcome[0].status_code in {409, 412}


def _write(act: Act, code: str) -> None:
    change(act, code, "identity", 1, {"second_surname": "Huamán"})


def test_a_command_is_carried_out_once(world: World) -> None:
    kept, absorbed, two = registered(world), registered(world), two_of(world)
    asked = two.ask_merge(kept.victim, absorbed.victim)
    client = world.client(two.approving)
    statuses = at_once([lambda: decide(client, asked.code, "approvals", tag='"1"') for _ in range(4)])
    assert statuses.count(200) == 1
    assert set(statuses) <= {200, 409, 412}


def test_the_way_back_is_refused_while_records_are_merged(server: ServerHandle, worker: str) -> None:
    name = f"union_{worker}_{secrets.token_hex(4)}"
    create_roles_and_database(server.superuser_url(), name)
    owner = create_engine(make_url(server.url(OWNER, name)), poolclass=NullPool)
    superuser = make_url(server.superuser_url())
    with owner.connect() as connection:
        schema.upgrade(connection)
        with create_engine(superuser.set(database=name), poolclass=NullPool).begin() as past:
            past.exec_driver_sql(
                "SET session_replication_role = replica"
            )  # nobody needs to have registered them
            past.exec_driver_sql(
                "INSERT INTO victim (id, registered_unit_id, registered_by, merged_into)"
                " VALUES (1, 1, 1, NULL), (2, 1, 1, 1)"
            )
        with pytest.raises(Exception, match="Hay registros unidos"):
            command.downgrade(_migrations.quiet_config(connection), "0004_commands")
    with create_engine(superuser, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


def test_two_is_two(world: World) -> None:
    """A split asked for by who asked for the merge needs a second person as well."""
    kept, absorbed, two = registered(world), registered(world), two_of(world)
    two.merge(kept.victim, absorbed.victim)
    asked = two.ask_split(kept.victim, absorbed.victim)
    problem(decide(world.client(two.asking), asked.code, "approvals"), 403)
    same = Two(world, two.asking, two.approving)
    same.approve(asked)
    problem(kept.client.get(f"{API}/victims/{absorbed.victim}"), 404)


def test_of_cases_that_end_at_the_same_moment_none_takes_the_lead(world: World, admin: Engine) -> None:
    first, second, third = (registered(world) for _ in range(3))
    two = two_of(world)
    for other in (second, third):
        two.merge(first.victim, other.victim)
    ended = Move("CERRADO", outcome="FALLECIMIENTO")
    with world.session(second.officer) as session:
        move(Act(session, CARE), second.case, 1, ended)
        url, tag = f"{API}/cases/{first.case}/transitions", {"If-Match": '"1"'}
        body = {"to": ended.target, "outcome": ended.outcome}
        thread, outcome = _in_thread(lambda: first.client.post(url, json=body, headers=tag))
        _waits(admin)
        assert thread.is_alive()
    thread.join(20)
    ok(outcome[0])
    leads = (
        "SELECT code FROM trafficking_case WHERE victim_id = :v AND closed_at IS NULL AND parallel_to IS NULL"
    )
    assert run(admin, leads, v=first.victim_id) == [(third.case,)]
