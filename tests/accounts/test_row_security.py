"""The second lock on accounts, units and sessions: what SQL as the application's role is refused."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from app.access.actor import Actor
from app.access.permissions import RESERVED, Permission
from app.access.policy import policy
from tests.access.accounts import as_superuser, attempt, username_of
from tests.access.sql_checks import refused
from tests.accounts.office import Institution, institution
from tests.factories import World

SESSIONS = "SELECT 1 FROM auth_session WHERE user_id = %(a)s"
END = "UPDATE auth_session SET revoked_at = now(), revoked_reason = 'x' WHERE user_id = %(a)s"
APPROVE = "UPDATE user_account SET approved_at = now() WHERE id = %(a)s"
MOVE = "UPDATE user_account SET unit_id = %(u)s, role = %(r)s WHERE id = %(a)s"
PASSWORD = (
    "UPDATE user_account SET password_hash = 'x', initial_until = now() + interval '1 day' WHERE id = %(a)s"
)
CLOSE = "UPDATE user_account SET disabled_at = now() WHERE id = %(a)s"
OPEN = "UPDATE user_account SET disabled_at = NULL WHERE id = %(a)s"
UNLOCK = "UPDATE user_account SET failed_logins = 0, locked_until = NULL WHERE id = %(a)s"


def touched(world: World, actor: Actor, statement: str, **values: Any) -> int | None:
    """How many rows a statement reaches for an actor; None if it is refused. Leaves nothing behind."""
    with world.session(actor) as session:
        if refused(session, statement, **values):
            return None
        savepoint = session.begin_nested()
        count = session.connection().exec_driver_sql(statement, values).rowcount
        savepoint.rollback()
        return count


@pytest.fixture
def place(world: World) -> Institution:
    return institution(world)


def test_database_and_service_agree_on_who_may_do_what_with_a_role(world: World, place: Institution) -> None:
    member = place.member()
    for actor in (place.admin, member):
        with world.session(actor) as session:
            for role in (*policy().roles, "nadie"):
                said = session.execute(
                    text("SELECT ruv.may_ask(:role), ruv.may_grant(:role), ruv.two_to_close(:role)"),
                    {"role": role},
                ).one()
                assert tuple(said) == (
                    policy().askable(actor.role, role),
                    policy().grantable(actor.role, role),
                    policy().two_to_close(role),
                ), (actor.role, role)
    alone = [role for role in policy().roles if policy().grantable("institution_admin", role)]
    assert alone == ["analyst"]


@pytest.mark.parametrize("power", sorted(RESERVED))
def test_no_role_with_a_power_over_the_register_is_given_alone(
    world: World, place: Institution, power: Permission
) -> None:
    role = f"con_{power.replace(':', '_')}"
    named = {"r": role, "p": [power.value]}
    with as_superuser(world) as connection:  # as a later policy might have it
        connection.exec_driver_sql(
            "INSERT INTO role_grant SELECT (jsonb_populate_record(g, jsonb_build_object("
            "'role', %(r)s::text, 'permissions', to_jsonb(%(p)s::text[])))).*"
            " FROM role_grant g WHERE g.role = 'analyst'",
            named,
        )
    try:
        with world.session(place.admin) as session:
            assert session.scalar(text("SELECT ruv.may_grant(:role)"), {"role": role}) is False
    finally:
        with as_superuser(world) as connection:
            connection.exec_driver_sql("DELETE FROM role_grant WHERE role = %(r)s", named)


def test_accounts_of_another_institution_are_out_of_reach(world: World, place: Institution) -> None:
    stranger = institution(world).member()
    attempt(world, username_of(world, stranger))
    values = {"a": stranger.user_id, "u": place.admin.unit_id, "r": "analyst"}
    for statement in (SESSIONS, END, PASSWORD, CLOSE, OPEN, UNLOCK):
        assert touched(world, place.admin, statement, **values) == 0, statement
    for statement in (APPROVE, MOVE):
        assert touched(world, place.admin, statement, **values) is None


def test_access_is_taken_alone_and_given_by_nobody_alone(world: World, place: Institution) -> None:
    member, analyst = place.member(), place.member("analyst")
    steward = world.actor("registry_steward", unit=world.unit("CENTRAL", institution=place.code))
    officer = place.member("data_protection_officer")
    for account in (member, analyst, steward, officer, place.second):
        attempt(world, username_of(world, account))
        given = {"a": account.user_id, "u": member.unit_id, "r": "analyst"}
        for statement in (SESSIONS, END, UNLOCK):
            assert touched(world, place.admin, statement, **given) == 1, statement
        watches = account in (officer, place.second)
        assert touched(world, place.admin, CLOSE, **given) == (None if watches else 1)
        for statement in (PASSWORD, APPROVE, MOVE):
            assert touched(world, place.admin, statement, **given) is None
        if not watches:
            with world.session(place.admin) as session:
                session.connection().exec_driver_sql(CLOSE, given)
                assert refused(session, OPEN, **given) is (account is not analyst)


def test_a_colleague_changes_nobody(world: World, place: Institution) -> None:
    chief, colleague = place.member(supervisor=True), place.member()
    attempt(world, username_of(world, colleague))
    values = {"a": colleague.user_id, "u": colleague.unit_id, "r": "analyst"}
    for statement in (SESSIONS, END, PASSWORD, CLOSE, UNLOCK):
        assert touched(world, chief, statement, **values) == 0, statement
    assert touched(world, chief, MOVE, **values) is None
    own = {"a": chief.user_id}
    assert touched(world, chief, CLOSE, **own) is None  # nobody closes or opens its own account
    assert touched(world, chief, UNLOCK, **own) == 1


MADE = (
    "INSERT INTO user_account (unit_id, institution_id, username, role, password_hash, failed_logins,"
    " initial_until, approved_at, service_account)"
    " VALUES (%(u)s, %(i)s, 'x-' || gen_random_uuid(), %(r)s, %(h)s, 0, %(until)s::timestamptz,"
    " %(at)s::timestamptz, %(s)s)"
)


@pytest.mark.parametrize(
    "forged",
    [
        {"at": "now"},
        {"h": "x"},
        {"until": "tomorrow"},
        {"s": True},
        {"r": "upe_officer"},
        {"r": "registry_steward"},
        {"r": "nadie"},
    ],
    ids=str,
)
def test_an_account_that_is_made_alone_opens_nothing(
    world: World, place: Institution, forged: dict[str, object]
) -> None:
    member = place.member()
    proper = {
        "u": member.unit_id, "i": member.institution_id, "r": "prosecutor", "h": "!", "until": None,
        "at": None, "s": False,
    }  # fmt: skip
    assert touched(world, place.admin, MADE, **proper) == 1
    assert touched(world, place.admin, MADE, **{**proper, **forged}) is None
    lasting = "UPDATE user_account SET initial_until = now() WHERE id = %(a)s"
    assert touched(world, place.admin, lasting, a=member.user_id) is None


def test_sessions_are_opened_by_signing_in_and_stay_ended(world: World, place: Institution) -> None:
    member = place.member()
    made = (
        "INSERT INTO auth_session (id, user_id, expires_at)"
        " VALUES (gen_random_uuid(), %(a)s, now() + interval '1 hour')"
    )
    for actor in (place.admin, member):
        assert touched(world, actor, made, a=member.user_id) is None
    attempt(world, username_of(world, member))
    revive = "UPDATE auth_session SET revoked_at = NULL WHERE user_id = %(a)s"
    assert touched(world, member, revive, a=member.user_id) is None
    with world.session(member) as session:
        session.connection().exec_driver_sql(END, {"a": member.user_id})
        again = session.connection().exec_driver_sql(revive, {"a": member.user_id})
        assert again.rowcount == 0


def test_units_are_made_in_ones_own_institution_of_kinds_it_has(world: World, place: Institution) -> None:
    new = (
        "INSERT INTO unit (institution_id, code, name, kind)"
        " VALUES (%(i)s, 'U-' || gen_random_uuid(), 'x', %(k)s)"
    )
    other = institution(world, "CAR")
    own = place.admin.institution_id
    assert touched(world, place.admin, new, i=own, k="FISCALIA") == 1
    assert touched(world, place.admin, new, i=own, k="UPE") is None
    assert touched(world, place.admin, new, i=other.admin.institution_id, k="CAR") is None
    assert touched(world, place.member(), new, i=own, k="FISCALIA") is None
    rename = "UPDATE unit SET name = 'otro' WHERE id = %(u)s"
    assert touched(world, place.admin, rename, u=place.member().unit_id) == 1
    assert touched(world, place.admin, rename, u=other.member("car_caseworker").unit_id) == 0
    assert touched(world, place.member(), rename, u=place.member().unit_id) == 0
    for column in ("code", "kind", "institution_id"):
        statement = f"UPDATE unit SET {column} = {column} WHERE id = %(u)s"  # noqa: S608
        assert touched(world, place.admin, statement, u=place.admin.unit_id) is None
