"""The signed context: who does not hold the key is nobody, and a transaction's actor ends with it."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.db import BoundSession, ContextSigner, Database
from app.runtime import Runtime
from tests.factories import World

COUNT = "SELECT count(*) FROM victim"


def register(world: World, actor: Actor) -> int:
    return world.register(
        actor, identity={"given_names": "Lucía", "sex": "MUJER", "nationality": "PE"}
    ).victim_id


def seen(runtime: Runtime, context: str | None) -> int:
    """Persons a hand-set context sees, on a connection of the pool."""
    with runtime.database.engine().begin() as connection:
        if context is not None:
            connection.exec_driver_sql("SELECT set_config('ruv.context', %(c)s, true)", {"c": context})
        return int(connection.exec_driver_sql(COUNT).scalar_one())


def signer(runtime: Runtime, seconds: int = 120) -> ContextSigner:
    return ContextSigner.from_secret(runtime.vault.secret("context"), seconds)


def test_the_true_context_sees(world: World, runtime: Runtime) -> None:
    actor = world.actor("police_investigator")
    register(world, actor)
    assert seen(runtime, signer(runtime).sign(actor)) == 1


def test_every_altered_context_sees_nothing(world: World, runtime: Runtime) -> None:
    actor, other = world.actor("police_investigator"), world.actor("police_investigator")
    register(world, actor)
    true = signer(runtime).sign(other)
    user, unit, institution, role, wide, expires, mac = true.split("|")
    mine = (
        str(actor.user_id),
        str(actor.unit_id),
        str(actor.institution_id),
        "police_investigator",
        "1",
        expires,
        mac,
    )
    forged = ContextSigner.from_secret(b"another key of thirty-two bytes.", 120).sign(actor)
    altered = [
        "|".join(mine),
        f"{user}|{actor.unit_id}|{institution}|{role}|{wide}|{expires}|{mac}",
        f"{user}|{unit}|{institution}|data_protection_officer|{wide}|{expires}|{mac}",
        f"{user}|{unit}|{institution}|{role}|1|{expires}|{mac}",
        f"{user}|{unit}|{institution}|{role}|{wide}|{int(expires) + 10**6}|{mac}",
        forged,
        signer(runtime).sign(actor)[:-1],
        signer(runtime).sign(actor)[:-1] + "g",
        signer(runtime).sign(actor) + " ",
        signer(runtime).sign(actor).replace("|", "||"),
        "|".join(mine[:-1]),
        "x",
        "|" * 6,
        "0" * 64,
        "ñ" * 200,
    ]
    assert [context for context in altered if seen(runtime, context)] == []


def test_a_code_of_an_account_is_told_to_who_is_known(world: World, runtime: Runtime) -> None:
    actor = world.actor("police_investigator")
    true = signer(runtime).sign(actor)
    forged = ContextSigner.from_secret(b"another key of thirty-two bytes.", 120).sign(actor)
    told = []
    for context in (true, forged, true[:-1], "x", signer(runtime, seconds=-1).sign(actor)):
        with runtime.database.engine().begin() as connection:
            connection.exec_driver_sql("SELECT set_config('ruv.context', %(c)s, true)", {"c": context})
            statement = "SELECT ruv.account_code(%(a)s) IS NOT NULL"
            told.append(connection.exec_driver_sql(statement, {"a": actor.user_id}).scalar_one())
    assert told == [True, False, False, False, False]


def test_every_flipped_character_makes_it_nobodys(world: World, runtime: Runtime) -> None:
    actor = world.actor("police_investigator")
    register(world, actor)
    true = signer(runtime).sign(actor)
    separator = len(true) - 65  # before the signature; it separates and says nothing
    for place in set(range(len(true))) - {separator}:
        flipped = true[:place] + ("0" if true[place] != "0" else "1") + true[place + 1 :]
        assert seen(runtime, flipped) == 0, place


def test_an_expired_context_is_nobodys_and_cannot_be_used_again(world: World, runtime: Runtime) -> None:
    actor = world.actor("police_investigator")
    register(world, actor)
    assert seen(runtime, signer(runtime, seconds=-1).sign(actor)) == 0
    assert seen(runtime, signer(runtime, seconds=30).sign(actor)) == 1


@pytest.mark.parametrize("context", [None, ""])
def test_without_a_context_every_statement_fails(runtime: Runtime, context: str | None) -> None:
    with pytest.raises(DBAPIError) as refused:
        seen(runtime, context)
    assert getattr(refused.value.orig, "sqlstate", None) == "42501"


def test_an_unbound_session_is_not_opened(runtime: Runtime) -> None:
    with BoundSession(runtime.database.engine()) as session, pytest.raises(LookupError):
        session.connection()
    with Session(runtime.database.engine()) as session, pytest.raises(DBAPIError):
        session.connection().exec_driver_sql(COUNT)


def test_the_actor_ends_with_the_transaction(world: World, runtime: Runtime) -> None:
    actor = world.actor("police_investigator")
    register(world, actor)
    database = single(runtime)
    try:
        for ends in ("commit", "rollback"):
            session = database.open_session(actor)
            assert session.connection().exec_driver_sql(COUNT).scalar_one() == 1
            getattr(session, ends)()
            session.close()
            with database.engine().connect() as connection:  # the same connection: there is only one
                left = connection.exec_driver_sql("SELECT current_setting('ruv.context', true)").scalar_one()
                assert left == ""
                with pytest.raises(DBAPIError):
                    connection.exec_driver_sql(COUNT)
    finally:
        database.dispose()


def test_a_savepoint_keeps_the_actor_and_the_next_transaction_binds_it_again(world: World) -> None:
    actor = world.actor("police_investigator")
    register(world, actor)
    session = world.runtime.database.open_session(actor)
    savepoint = session.begin_nested()
    session.connection().exec_driver_sql("SELECT set_config('ruv.context', 'x', true)")
    savepoint.rollback()
    assert session.connection().exec_driver_sql(COUNT).scalar_one() == 1
    session.commit()
    assert session.connection().exec_driver_sql(COUNT).scalar_one() == 1
    session.close()


def single(runtime: Runtime, size: int = 1) -> Database:
    """The same database over a pool of few connections."""
    return Database(
        runtime.database._urls, runtime.vault, runtime.database.witness, pool_size=size, max_overflow=0
    )


def test_sixteen_threads_on_two_connections_never_see_each_other(world: World, runtime: Runtime) -> None:
    actors = [world.actor("police_investigator") for _ in range(8)]
    persons = {actor.user_id: register(world, actor) for actor in actors}
    database = single(runtime, size=2)
    wrong: list[str] = []
    done = threading.Lock()

    def work(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(40):
            actor = chance.choice(actors)
            try:
                with database.session(actor) as session:
                    rows = session.connection().exec_driver_sql("SELECT id FROM victim").all()
                    if [row[0] for row in rows] != [persons[actor.user_id]]:
                        with done:
                            wrong.append(f"{actor.user_id} saw {rows}")
                    fail_now_and_then(chance)
            except RuntimeError:
                pass

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(work, range(16)))
    assert wrong == []
    with database.engine().connect() as connection, pytest.raises(DBAPIError):
        connection.exec_driver_sql(COUNT)
    database.dispose()


def fail_now_and_then(chance: random.Random) -> None:
    """A request that fails half-way."""
    if chance.random() < 0.2:
        raise RuntimeError


def test_no_statement_of_the_application_sets_anything_for_the_session(
    world: World, runtime: Runtime
) -> None:
    """A `SET` outlives its transaction in a pool; only transaction-local settings are ever made."""
    actor = world.actor("police_investigator")
    database = single(runtime)
    statements = watched(database.engine())
    with database.session(actor) as session:
        session.connection().exec_driver_sql(COUNT)
    database.dispose()
    assert any("set_config('ruv.context', %(context)s, true)" in s for s in statements)
    assert [s for s in statements if s.lstrip().upper().startswith("SET ") or ", false)" in s] == []


def watched(engine: Engine) -> list[str]:
    """Every statement the engine runs from now on."""
    statements: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    return statements


def test_a_wrong_actor_object_does_not_help(world: World, runtime: Runtime) -> None:
    """A token claims a role or a unit that the account does not have: the session check refuses it."""
    actor = world.actor("police_investigator")
    client = world.client(replace(actor, role="data_protection_officer", unit_wide=True))
    assert client.get("/api/v1/cases").status_code == 401
    assert world.client(replace(actor, unit_wide=True)).get("/api/v1/cases").status_code == 401
