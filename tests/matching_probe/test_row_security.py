"""Pairs of records: who sees and decides them, and that nobody compares but through the comparison."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

from app.access.actor import MATCHING_ROLE, Actor, matching_for
from app.access.policy import policy
from app.db import acting_as
from app.models import Base
from tests.access.sql_checks import refused
from tests.factories import World
from tests.matching_probe.people import somebody

DECIDE = (
    "UPDATE match_candidate SET state = 'DISTINTA', decided_at = now(), decided_by = {user},"
    " decided_unit_id = {unit}, version = version + 1 WHERE id = {pair}"
)


class Pair:
    """The same woman registered by two units, and the pair noted of it."""

    def __init__(self, world: World, admin: Engine) -> None:
        woman = somebody(world.tag)
        self.first, self.second = world.actor("police_investigator"), world.actor("cem_officer")
        self.kept = world.register(self.first, identity=woman)
        self.other = world.register(self.second, identity=woman)
        with admin.connect() as connection:
            self.id = connection.exec_driver_sql(
                "SELECT id FROM match_candidate WHERE victim_id = %(v)s", {"v": self.kept.victim_id}
            ).scalar_one()

    def join(self, admin: Engine, actor: Actor) -> None:
        """Bring the actor into the case of the second record, as a mandate would."""
        with admin.begin() as connection:
            case = connection.exec_driver_sql(
                "SELECT id FROM trafficking_case WHERE victim_id = %(v)s", {"v": self.other.victim_id}
            ).scalar_one()
            values = {"c": case, "v": self.other.victim_id, "n": actor.unit_id, "u": actor.user_id}
            connection.exec_driver_sql(
                "INSERT INTO participation (case_id, victim_id, unit_id, basis, population)"
                " VALUES (%(c)s, %(v)s, %(n)s, 'MANDATO', 1)",
                values,
            )
            connection.exec_driver_sql(
                "INSERT INTO assignment (case_id, victim_id, unit_id, user_id, assigned_by)"
                " VALUES (%(c)s, %(v)s, %(n)s, %(u)s, %(u)s)",
                values,
            )


@pytest.fixture
def pair(world: World, admin: Engine) -> Pair:
    return Pair(world, admin)


def seen(world: World, actor: Actor, pair: Pair) -> bool:
    """Whether the actor sees the pair, straight in SQL."""
    with world.session(actor) as session:
        found = session.scalar(text("SELECT count(*) FROM match_candidate WHERE id = :i"), {"i": pair.id})
    return bool(found)


def decided(world: World, actor: Actor, pair: Pair, statement: str = DECIDE) -> int:
    """How many rows the actor's decision changes; undone."""
    with world.session(actor) as session:
        savepoint = session.begin_nested()
        done = session.connection().exec_driver_sql(
            statement.format(user=actor.user_id, unit=actor.unit_id, pair=pair.id)
        )
        savepoint.rollback()
        return int(done.rowcount)


def strangers(world: World, pair: Pair) -> list[Actor]:
    """Everybody who must not see the pair: no role without both records in scope but the steward."""
    roles = [role for role in policy().roles if role != "registry_steward"]
    return [pair.first, pair.second, *(world.actor(role) for role in roles)]


def overseen(world: World, pair: Pair) -> list[str]:
    """Roles that see or decide the pair without both records in scope."""
    return [
        actor.role
        for actor in strangers(world, pair)
        if seen(world, actor, pair) or decided(world, actor, pair)
    ]


def test_a_pair_is_seen_by_the_steward_and_by_who_sees_both(world: World, admin: Engine, pair: Pair) -> None:
    assert overseen(world, pair) == []
    steward = world.actor("registry_steward")
    assert seen(world, steward, pair)
    assert decided(world, steward, pair) == 1
    pair.join(admin, pair.first)
    assert seen(world, pair.first, pair)
    assert decided(world, pair.first, pair) == 1
    assert not seen(world, pair.second, pair)


@pytest.mark.parametrize(
    "hole",
    [
        "ALTER POLICY review ON match_candidate USING (ruv.record_in_scope(victim_id))",
        "ALTER POLICY review ON match_candidate USING (true)",
        "ALTER TABLE match_candidate DISABLE ROW LEVEL SECURITY",
    ],
)
def test_the_check_is_able_to_fail(world: World, admin: Engine, pair: Pair, hole: str) -> None:
    with admin.connect() as connection:
        before = connection.exec_driver_sql(
            "SELECT pg_get_expr(polqual, polrelid) FROM pg_policy"
            " WHERE polname = 'review' AND polrelid = 'match_candidate'::regclass"
        ).scalar_one()
    try:
        with admin.begin() as connection:
            connection.exec_driver_sql(hole)
        assert overseen(world, pair)
    finally:
        with admin.begin() as connection:
            connection.exec_driver_sql(f"ALTER POLICY review ON match_candidate USING ({before})")
            connection.exec_driver_sql("ALTER TABLE match_candidate ENABLE ROW LEVEL SECURITY")
    assert overseen(world, pair) == []


@pytest.mark.parametrize(
    "statement",
    [
        DECIDE.replace("decided_by = {user}", "decided_by = {user} + 1"),
        DECIDE.replace("now()", "now() - interval '1 day'"),
        DECIDE.replace("'DISTINTA'", "'PENDIENTE'").replace("now()", "NULL"),
        "UPDATE match_candidate SET band = 1 WHERE id = {pair}",
        "UPDATE match_candidate SET other_id = victim_id WHERE id = {pair}",
        "DELETE FROM match_candidate WHERE id = {pair}",
    ],
)
def test_a_decision_is_made_in_ones_own_name_and_changes_nothing_else(
    world: World, pair: Pair, statement: str
) -> None:
    steward = world.actor("registry_steward")
    with world.session(steward) as session:
        known = {"user": steward.user_id, "unit": steward.unit_id, "pair": pair.id}
        assert refused(session, statement.format(**known))


COMPARING: list[Callable[[Session], bool]] = [
    lambda s: refused(s, "SELECT * FROM ruv.match_candidates('{1}', 200)"),
    lambda s: refused(s, "SELECT ruv.note_candidates('[]')"),
]


@pytest.mark.parametrize("role", sorted(policy().roles))
def test_no_role_of_an_account_compares_or_notes(world: World, role: str) -> None:
    with world.session(world.actor(role)) as session:
        assert [attempt(session) for attempt in COMPARING] == [True, True]


def test_the_role_that_compares_sees_nobody_and_no_account_has_it(world: World) -> None:
    officer = world.actor("cem_officer")
    world.register(officer, identity=somebody(world.tag))
    assert MATCHING_ROLE not in policy().roles
    with world.session(officer) as session, acting_as(session, matching_for(officer)):
        for name, table in Base.metadata.tables.items():
            # Tokens nobody reads; charges are one's own, whatever the role.
            if "victim_id" in table.c and name not in {"victim_token", "assignment"}:
                assert session.scalar(text(f"SELECT count(*) FROM {name}")) == 0, name  # noqa: S608
        assert not any(
            session.scalar(text("SELECT ruv.permits(:p)"), {"p": permission})
            for role in policy().roles.values()
            for permission in role.permissions
        )


def test_nothing_is_noted_about_persons_one_has_nothing_to_do_with(
    world: World, admin: Engine, pair: Pair
) -> None:
    stranger = world.actor("udavit_officer")
    woman = world.register(stranger, identity={"given_names": "Prueba"})
    row = {
        "code": "DU-0000-0000-0000", "band": 3, "score": 99, "fields": {}, "rules_version": "x",
        "origin": "REGISTRO", "victim_id": pair.kept.victim_id, "other_id": pair.other.victim_id,
    }  # fmt: skip
    own = {**row, "code": "DU-0000-0000-0001", "other_id": woman.victim_id}

    def noted(value: dict[str, Any]) -> int:
        with world.session(stranger) as session, acting_as(session, matching_for(stranger)):
            return int(
                session.scalar(
                    text("SELECT ruv.note_candidates(jsonb_build_array(CAST(:r AS jsonb)))"),
                    {"r": json.dumps(value)},
                )
            )

    assert (noted(row), noted(own)) == (0, 1)


def test_the_sessions_own_actor_is_bound_again_whatever_happens(world: World) -> None:
    officer = world.actor("cem_officer")
    with world.session(officer) as session:
        role = text("SELECT (ruv.context()).role")
        with acting_as(session, matching_for(officer)):
            assert session.scalar(role) == MATCHING_ROLE
        assert session.scalar(role) == officer.role
        with pytest.raises(ValueError, match="x"), acting_as(session, matching_for(officer)):
            raise ValueError("x")
        assert session.scalar(role) == officer.role
        savepoint = session.begin_nested()
        with pytest.raises(Exception, match="nonexistent"), acting_as(session, matching_for(officer)):
            session.execute(text("SELECT * FROM nonexistent"))
        savepoint.rollback()
        assert session.scalar(role) == officer.role


def test_only_a_comparison_writes_into_the_log_of_somebody_hidden(world: World, pair: Pair) -> None:
    stranger = world.actor("udavit_officer")
    statement = (
        "INSERT INTO audit_event"
        " (user_id, unit_id, institution_id, victim_id, action, outcome, event, salt, mac) VALUES"
        " (%(u)s, %(n)s, %(i)s, %(v)s, %(a)s, 'ok', '{}', '\\x00', '\\x00')"
    )
    known = {"u": stranger.user_id, "n": stranger.unit_id, "i": stranger.institution_id}
    values = {**known, "v": pair.kept.victim_id, "a": "matching.hit"}
    with world.session(stranger) as session:
        assert refused(session, statement, **values)
        with acting_as(session, matching_for(stranger)):
            assert not refused(session, statement, **values)
            assert refused(session, statement, **{**values, "a": "victims.read"})
            assert refused(session, statement, **{**values, "u": stranger.user_id + 1})


def test_rows_of_pairs_hold_no_values(admin: Engine, pair: Pair, world: World) -> None:
    woman = somebody(world.tag)
    with admin.connect() as connection:
        stored = _row(connection, pair.id)
    for value in (woman["given_names"], woman["first_surname"], woman["second_surname"], woman["birth_date"]):
        assert value not in stored


def _row(connection: Connection, pair_id: int) -> str:
    return str(
        connection.exec_driver_sql(
            "SELECT to_jsonb(m)::text FROM match_candidate m WHERE id = %(i)s", {"i": pair_id}
        ).scalar_one()
    )
