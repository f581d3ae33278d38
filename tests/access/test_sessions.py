"""Sessions: prolonged by tokens of one use, ended at once by whatever must end them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from app.access.actor import SIGN_IN, Actor
from app.models import AuthSession, RefreshToken, UserAccount
from app.services.access.rules import fits, new_refresh_token
from tests.access.accounts import (
    REFRESH,
    WRONG,
    as_superuser,
    attempt,
    events,
    service_account,
    set_account,
    username_of,
)
from tests.factories import PASSWORD, World

NEW = "lluvia-sobre-los-tejados-71"


def signed_in(world: World, actor: Actor) -> dict[str, Any]:
    answer = attempt(world, username_of(world, actor))
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def me(world: World, tokens: dict[str, Any]) -> int:
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    return world.client().get("/api/v1/me", headers=headers).status_code


def renew(world: World, tokens: dict[str, Any]) -> httpx.Response:
    return world.client().post(
        REFRESH, data={"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    )


def reasons(world: World, actor: Actor) -> list[str]:
    """Why refreshes of this account's sessions were refused."""
    mine = [e.get("detail", {}).get("reason") for e in events(world, actor, "auth.refresh")]
    nobodys = [
        e["detail"]["reason"]
        for e in events(world, None, "auth.refresh")
        if e.get("detail", {}).get("account") == actor.user_id
    ]
    return [reason for reason in (*mine, *nobodys) if reason]


def test_a_refresh_token_is_used_once_and_gives_the_next(world: World) -> None:
    actor = world.actor("prosecutor")
    first = signed_in(world, actor)
    second = renew(world, first)
    assert second.status_code == 200, second.text
    assert second.headers["cache-control"] == "no-store"
    assert second.json()["refresh_token"] != first["refresh_token"]
    assert me(world, second.json()) == me(world, first) == 200  # one session, still open
    assert renew(world, second.json()).status_code == 200


def test_a_second_use_ends_the_whole_session_and_is_traced(world: World) -> None:
    actor = world.actor("prosecutor")
    other = signed_in(world, actor)
    first = signed_in(world, actor)
    second = renew(world, first).json()
    again = renew(world, first)
    assert again.status_code == 401
    assert again.headers["content-type"] == "application/problem+json"
    assert me(world, first) == me(world, second) == 401
    assert renew(world, second).status_code == 401
    assert me(world, other) == 200  # the account's other session is not touched
    assert "reused" in reasons(world, actor)


def test_of_two_refreshes_at_once_one_wins_and_the_other_counts_as_a_second_use(world: World) -> None:
    actor = world.actor("prosecutor")
    for _ in range(5):
        first = signed_in(world, actor)
        gate = Barrier(2)

        def go(tokens: dict[str, Any] = first, gate: Barrier = gate) -> httpx.Response:
            gate.wait()
            return renew(world, tokens)

        with ThreadPoolExecutor(2) as pool:
            answers = [future.result() for future in [pool.submit(go), pool.submit(go)]]
        assert sorted(answer.status_code for answer in answers) == [200, 401]
        winner = next(answer.json() for answer in answers if answer.status_code == 200)
        assert me(world, winner) == 401
    assert reasons(world, actor).count("reused") == 5


def test_refusals_of_a_refresh_look_alike(world: World) -> None:
    actor = world.actor("prosecutor")
    used, expired, over = (signed_in(world, actor) for _ in range(3))
    renew(world, used)
    with as_superuser(world) as connection:
        for tokens in (expired, over):
            session_id = _session_of(world, tokens)
            if tokens is expired:
                connection.execute(
                    update(RefreshToken)
                    .where(RefreshToken.session_id == session_id)
                    .values(expires_at=datetime.now(UTC) - timedelta(seconds=1))
                )
            else:
                connection.execute(
                    update(AuthSession)
                    .where(AuthSession.id == session_id)
                    .values(expires_at=datetime.now(UTC) - timedelta(seconds=1))
                )
    answers = [
        *(renew(world, tokens) for tokens in (used, expired, over)),
        renew(world, {"refresh_token": secrets.token_urlsafe(32)}),
        renew(world, {"refresh_token": "\x00ñ"}),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert me(world, expired) == 200
    assert me(world, over) == 401


def _session_of(world: World, tokens: dict[str, Any]) -> Any:
    return world.runtime.tokens.verify(tokens["access_token"]).session_id


def test_signing_out_is_at_once_and_of_this_session_alone(world: World) -> None:
    actor = world.actor("prosecutor")
    one, other = signed_in(world, actor), signed_in(world, actor)
    client = world.client()
    client.headers["Authorization"] = f"Bearer {one['access_token']}"
    assert client.post("/api/v1/auth/logout").status_code == 200
    assert me(world, one) == 401
    assert renew(world, one).status_code == 401
    assert client.post("/api/v1/auth/logout").status_code == 401
    assert me(world, other) == 200
    assert len(events(world, actor, "auth.sign_out")) == 1


def disable(world: World, actor: Actor) -> None:
    set_account(world, actor, disabled_at=datetime.now(UTC))


def change_role(world: World, actor: Actor) -> None:
    set_account(world, actor, role="analyst")


def promote(world: World, actor: Actor) -> None:
    set_account(world, actor, supervisor=True)


def move(world: World, actor: Actor) -> None:
    other = world.actor("prosecutor")
    set_account(world, actor, unit_id=other.unit_id, institution_id=other.institution_id)


@pytest.mark.parametrize("change", [disable, change_role, promote, move], ids=lambda f: f.__name__)
def test_a_changed_account_is_signed_out_with_its_next_request(
    world: World, change: Callable[[World, Actor], None]
) -> None:
    actor = world.actor("prosecutor")
    tokens = signed_in(world, actor)
    assert me(world, tokens) == 200
    change(world, actor)
    assert me(world, tokens) == 401
    assert renew(world, tokens).status_code == 401
    if change is not disable:
        assert "account-changed" in reasons(world, actor)
        assert me(world, signed_in(world, actor)) == 200


def test_a_session_has_an_end_whatever_is_done_in_it(world: World) -> None:
    actor = world.actor("prosecutor")
    tokens = signed_in(world, actor)
    ends = datetime.now(UTC) + timedelta(seconds=90)
    with as_superuser(world) as connection:
        session_id = _session_of(world, tokens)
        connection.execute(update(AuthSession).where(AuthSession.id == session_id).values(expires_at=ends))
    renewed = renew(world, tokens).json()
    assert 0 < renewed["refresh_expires_in"] <= 90


def test_a_new_password_ends_the_other_sessions(world: World) -> None:
    actor = world.actor("prosecutor")
    mine, other = signed_in(world, actor), signed_in(world, actor)
    client = world.client()
    client.headers["Authorization"] = f"Bearer {mine['access_token']}"
    changed = client.post("/api/v1/me/password", json={"old_password": PASSWORD, "new_password": NEW})
    assert changed.status_code == 200, changed.text
    assert me(world, mine) == 200
    assert me(world, other) == 401
    assert renew(world, other).status_code == 401
    assert attempt(world, username_of(world, actor)).status_code == 401
    assert attempt(world, username_of(world, actor), NEW).status_code == 200
    assert [e["outcome"] for e in events(world, actor, "auth.password")] == ["ok"]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        (WRONG, NEW, "old_password"),
        (PASSWORD, "corta", "new_password"),
        (PASSWORD, PASSWORD, "new_password"),
        (PASSWORD, "contraseña123456", "new_password"),
        (PASSWORD, "\ud800" * 20, "new_password"),
        (PASSWORD, "x" * 513, "new_password"),
    ],
    ids=["wrong", "short", "same", "common", "no text", "long"],
)
def test_a_refused_new_password_names_the_field_and_changes_nothing(
    world: World, old: str, new: str, field: str
) -> None:
    actor = world.actor("prosecutor")
    client = world.client()
    client.headers["Authorization"] = f"Bearer {signed_in(world, actor)['access_token']}"
    content = json.dumps({"old_password": old, "new_password": new})
    headers = {"Content-Type": "application/json"}
    answer = client.post("/api/v1/me/password", content=content, headers=headers)
    assert answer.status_code == 422, answer.text
    assert [e["field"] for e in answer.json()["errors"]] == [field]
    for secret in (old, new):
        assert secret not in answer.text
    assert attempt(world, username_of(world, actor)).status_code == 200


def test_a_stolen_session_may_not_try_passwords_for_ever(world: World) -> None:
    actor = world.actor("prosecutor")
    client = world.client()
    client.headers["Authorization"] = f"Bearer {signed_in(world, actor)['access_token']}"
    body = {"old_password": WRONG, "new_password": NEW}
    statuses = [client.post("/api/v1/me/password", json=body).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]
    assert client.post("/api/v1/me/password", json={**body, "old_password": PASSWORD}).status_code == 429


def test_a_systems_session_ends_with_its_access_token(world: World) -> None:
    name, secret = service_account(world)
    data = {"grant_type": "client_credentials", "client_id": name, "client_secret": secret}
    body = world.client().post("/api/v1/auth/token", data=data).json()
    with world.session(SIGN_IN) as session:
        row = session.execute(
            select(AuthSession.created_at, AuthSession.expires_at).where(
                AuthSession.id == _session_of(world, body)
            )
        ).one()
        tokens = session.scalars(
            select(RefreshToken.token_hash)
            .join(UserAccount, UserAccount.id == RefreshToken.user_id)
            .where(UserAccount.username == name)
        ).all()
    assert row.expires_at - row.created_at == timedelta(seconds=600)
    assert tokens == []


@pytest.mark.parametrize("path", ["/api/v1/me", "/api/v1/auth/logout", "/api/v1/me/password"])
def test_ones_own_account_needs_a_sign_in(world: World, path: str) -> None:
    method = "GET" if path.endswith("/me") else "POST"
    answer = world.client().request(method, path, json={"old_password": "x", "new_password": "y"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


@given(unit=st.integers(1, 2**40), role=st.sampled_from(["prosecutor", "analyst"]), supervisor=st.booleans())
def test_a_refresh_token_fits_the_account_as_it_was_alone(unit: int, role: str, supervisor: bool) -> None:
    token = new_refresh_token(unit, role, supervisor=supervisor)
    assert fits(token, unit, role, supervisor=supervisor)
    assert not fits(token, unit + 1, role, supervisor=supervisor)
    assert not fits(token, unit, role + "x", supervisor=supervisor)
    assert not fits(token, unit, role, supervisor=not supervisor)
    assert len(token.split(".")[0]) == 43
