"""How long an `Idempotency-Key` is remembered."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.access.act import CARE, Act
from app.access.actor import SCHEDULER, Actor
from app.services.idempotency import LIFE_DAYS, made_with, remember, replayed, sweep_keys
from app.services.outbox.delivery import DAYS
from app.services.scheduler.jobs import JOBS
from tests.factories import World
from tests.scratch import past_policies

OPERATION = "tests.make"


def kept(world: World, actor: Actor, *, age: str) -> str:
    """A key of the actor's, as old as said."""
    key = str(uuid.uuid4())
    with world.session(actor) as session:
        assert replayed(Act(session, CARE), key, OPERATION, {}) is None
        remember(Act(session, CARE), key, OPERATION, {}, "X-1")
    with past_policies(world.runtime) as admin:
        admin.execute(
            text("UPDATE idempotency_key SET created_at = now() - CAST(:age AS interval) WHERE key = :key"),
            {"age": age, "key": key},
        )
    return key


def remembered(world: World, actor: Actor, *keys: str) -> list[bool]:
    with world.session(actor) as session:
        return [made_with(Act(session, CARE), key, OPERATION) is not None for key in keys]


def test_keys_end_after_their_life_and_not_before(world: World) -> None:
    actor = world.actor("cem_officer")
    old = kept(world, actor, age=f"{LIFE_DAYS} days 1 minute")
    young = kept(world, actor, age=f"{LIFE_DAYS - 1} days 23 hours")
    assert sweep_keys(world.runtime.database) >= 1
    assert remembered(world, actor, old, young) == [False, True]


def test_a_sweep_has_an_end_and_the_next_goes_on(world: World) -> None:
    actor = world.actor("cem_officer")
    sweep_keys(world.runtime.database)
    keys = [kept(world, actor, age=f"{LIFE_DAYS + number} days 1 minute") for number in range(5)]
    assert sweep_keys(world.runtime.database, batch=2, batches=2) == 4
    assert remembered(world, actor, *keys) == [True, False, False, False, False]
    assert sweep_keys(world.runtime.database, batch=2, batches=2) == 1


def test_nobody_throws_away_a_key_by_hand(world: World) -> None:
    actor = world.actor("cem_officer")
    key = kept(world, actor, age="200 days")
    for who, statement in (
        (actor, "SELECT ruv.sweep_idempotency_keys(10)"),
        (actor, "DELETE FROM idempotency_key"),
        (SCHEDULER, "DELETE FROM idempotency_key"),
    ):
        with pytest.raises(DBAPIError, match="permi"), world.session(who) as session:
            session.execute(text(statement))
    assert remembered(world, actor, key) == [True]


def test_another_person_sees_no_key(world: World) -> None:
    actor, other = world.actor("cem_officer"), world.actor("cem_officer")
    key = kept(world, actor, age="1 day")
    with world.session(other) as session:
        assert session.execute(text("SELECT count(*) FROM idempotency_key")).scalar_one() == 0
    assert remembered(world, actor, key) == [True]


def test_it_outlives_what_was_written_without_a_connection() -> None:
    assert LIFE_DAYS > DAYS
    assert any(job.work is sweep_keys for job in JOBS)
