"""The second lock on accounts, units and sessions: what SQL as the application's role is refused."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from app.access.actor import Actor
from app.access.policy import policy
from tests.access.accounts import attempt, username_of
from tests.access.sql_checks import refused
from tests.accounts.office import Institution, institution
from tests.factories import World

SESSIONS = "SELECT 1 FROM auth_session WHERE user_id = %(a)s"
END = "UPDATE auth_session SET revoked_at = now(), revoked_reason = 'x' WHERE user_id = %(a)s"
CHANGE = "SELECT ruv.change_account(%(a)s, %(u)s, %(r)s, false)"
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


def test_database_and_service_agree_on_the_roles_that_may_be_given(world: World, place: Institution) -> None:
    member = place.member()
    for actor in (place.admin, member):
        with world.session(actor) as session:
            for role in (*policy().roles, "nadie"):
                said = session.scalar(text("SELECT ruv.may_grant(:role)"), {"role": role})
                assert said is policy().grantable(actor.role, role), (actor.role, role)


def test_accounts_of_another_institution_are_out_of_reach(world: World, place: Institution) -> None:
    stranger = institution(world).member()
    attempt(world, username_of(world, stranger))
    values = {"a": stranger.user_id, "u": place.admin.unit_id, "r": "analyst"}
    for statement in (SESSIONS, END, PASSWORD, CLOSE, OPEN, UNLOCK):
        assert touched(world, place.admin, statement, **values) == 0, statement
    assert touched(world, place.admin, CHANGE, **values) is None


def test_access_is_taken_from_everybody_and_given_to_whom_it_may_be_given(
    world: World, place: Institution
) -> None:
    member = place.member()
    steward = world.actor("registry_steward", unit=world.unit("CENTRAL", institution=place.code))
    for account in (member, steward):
        attempt(world, username_of(world, account))
        given = {"a": account.user_id, "u": member.unit_id, "r": "analyst"}
        for statement in (SESSIONS, END, CLOSE, UNLOCK):
            assert touched(world, place.admin, statement, **given) == 1, statement
        may = account is member
        assert touched(world, place.admin, PASSWORD, **given) == (1 if may else None)
        assert touched(world, place.admin, CHANGE, **given) == (1 if may else None)
        with world.session(place.admin) as session:
            session.connection().exec_driver_sql(CLOSE, given)
            assert refused(session, OPEN, **given) is not may
    for role in ("registry_steward", "institution_admin", "nadie"):
        assert touched(world, place.admin, CHANGE, a=member.user_id, u=member.unit_id, r=role) is None
    foreign = institution(world).member().unit_id
    assert touched(world, place.admin, CHANGE, a=member.user_id, u=foreign, r="analyst") is None
    own = {"a": place.admin.user_id, "u": place.admin.unit_id, "r": "analyst"}
    assert touched(world, place.admin, CHANGE, **own) is None


def test_a_colleague_changes_nobody(world: World, place: Institution) -> None:
    chief, colleague = place.member(supervisor=True), place.member()
    attempt(world, username_of(world, colleague))
    values = {"a": colleague.user_id, "u": colleague.unit_id, "r": "analyst"}
    for statement in (SESSIONS, END, PASSWORD, CLOSE, UNLOCK):
        assert touched(world, chief, statement, **values) == 0, statement
    assert touched(world, chief, CHANGE, **values) is None
    own = {"a": chief.user_id}
    assert touched(world, chief, CLOSE, **own) is None  # nobody closes or opens its own account
    assert touched(world, chief, UNLOCK, **own) == 1


@pytest.mark.parametrize(
    "until", ["NULL", "now() + interval '9 days'", "'infinity'"], ids=["lasting", "long", "for ever"]
)
def test_no_password_of_an_administrators_making_lasts(world: World, place: Institution, until: str) -> None:
    member = place.member()
    values = {"a": member.user_id, "u": member.unit_id, "i": member.institution_id}
    reset = f"UPDATE user_account SET password_hash = 'x', initial_until = {until} WHERE id = %(a)s"  # noqa: S608
    assert touched(world, place.admin, reset, **values) is None
    made = (
        "INSERT INTO user_account"  # noqa: S608
        " (unit_id, institution_id, username, role, password_hash, failed_logins, initial_until)"
        f" VALUES (%(u)s, %(i)s, 'x-' || gen_random_uuid(), 'analyst', 'x', 0, {until})"
    )
    assert touched(world, place.admin, made, **values) is None
    lasting = "UPDATE user_account SET initial_until = now() WHERE id = %(a)s"
    assert touched(world, place.admin, lasting, **values) is None


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
