"""States of accounts and who may ask for which: without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.access.actor import Actor
from app.errors import Forbidden, Invalid
from app.services.accounts import rules
from tests.access.matrix import PERMISSIONS, ROLES

NOW = datetime(2026, 5, 2, 12, tzinfo=UTC)
SOON, SINCE = NOW + timedelta(minutes=1), NOW - timedelta(minutes=1)


def one(role: str) -> Actor:
    return Actor(user_id=7, username="ana", unit_id=3, institution_id=2, role=role, unit_wide=False)


@pytest.mark.parametrize(
    ("disabled", "locked", "approved", "state"),
    [
        (None, None, SINCE, "ACTIVA"),
        (None, SOON, SINCE, "EN_ESPERA"),
        (None, NOW, SINCE, "ACTIVA"),
        (None, SINCE, SINCE, "ACTIVA"),
        (None, SOON, None, "POR_APROBAR"),
        (SINCE, SOON, None, "DESACTIVADA"),
        (SINCE, None, SINCE, "DESACTIVADA"),
    ],
)
def test_the_state_of_an_account(
    disabled: datetime | None, locked: datetime | None, approved: datetime | None, state: str
) -> None:
    assert rules.state_of(disabled, locked, approved, NOW) == state
    assert state in rules.STATES


def test_an_administrator_asks_for_roles_that_fit_the_units() -> None:
    (admin,) = [role for role in ROLES if "accounts:manage" in PERMISSIONS[role]]
    asked = [role.name for role in rules.askable_roles(one(admin), ["CEM", "SALUD"])]
    assert {"cem_officer", "health_officer"} <= set(asked)
    assert "prosecutor" not in asked
    assert asked == [role for role in ROLES if role in asked]
    assert rules.askable_roles(one(admin), []) == rules.askable_roles(one("cem_officer"), ["CEM"]) == []


def test_a_role_that_is_not_theirs_to_ask_for_is_named() -> None:
    (admin,) = [role for role in ROLES if "accounts:manage" in PERMISSIONS[role]]
    rules.check_role(one(admin), "cem_officer")
    for actor, role in ((admin, "nadie"), ("cem_officer", "cem_officer")):
        with pytest.raises(Invalid) as refused:
            rules.check_role(one(actor), role)
        (error,) = refused.value.errors
        assert (error["field"], error["code"]) == ("role", "not-grantable")
    rules.check_asks(one(admin), "cem_officer", service_account=False)
    for role, service in (("cem_officer", True), ("nadie", False)):
        with pytest.raises(Forbidden):
            rules.check_asks(one(admin), role, service_account=service)


def test_nobody_administers_their_own_account() -> None:
    rules.check_other(one("institution_admin"), 8)
    with pytest.raises(Forbidden):
        rules.check_other(one("institution_admin"), 7)


def test_an_initial_password_lasts_a_week() -> None:
    assert rules.INITIAL_DAYS == 7
