"""Signing in: who may, what a failure tells (nothing), how often one may try, and what it leaves behind."""

from __future__ import annotations

import base64
import json
import logging
import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.access import passwords
from app.access.actor import SIGN_IN
from app.access.passwords import Cost, hash_password
from app.models import RefreshToken, UserAccount
from app.services.access import sign_in as subject
from app.services.access.rules import (
    FIRST_WAIT,
    FREE_FAILURES,
    LONGEST_WAIT,
    token_hash,
    wait_after,
)
from tests.access.accounts import (
    TOKEN,
    WRONG,
    attempt,
    events,
    let_pass,
    service_account,
    set_account,
    username_of,
)
from tests.factories import PASSWORD, World


def test_a_password_opens_a_session(world: World) -> None:
    actor = world.actor("police_investigator")
    answer = attempt(world, username_of(world, actor), grant_type="password", otp="123456", scope="")
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert body["token_type"] == "Bearer"
    assert body["expires_in"] == 600
    assert 0 < body["refresh_expires_in"] <= 30 * 60
    me = world.client().get("/api/v1/me", headers={"Authorization": f"Bearer {body['access_token']}"})
    assert me.status_code == 200, me.text
    assert me.json()["username"] == username_of(world, actor)
    assert me.json()["role_label"] == "Policía (PNP)"
    assert me.json()["supervisor"] is False
    assert "victims:register" in me.json()["permissions"]
    assert me.json()["unit"]["code"].startswith("PNP-")
    (event,) = events(world, actor, "auth.sign_in")
    assert event["outcome"] == "ok"
    assert event["actor"]["session"]


def test_every_failure_has_the_same_answer(world: World) -> None:
    known, disabled = (world.actor("prosecutor") for _ in range(2))
    set_account(world, disabled, disabled_at=datetime.now(UTC))
    system, secret = service_account(world)
    answers = [
        attempt(world, username_of(world, known), WRONG),
        attempt(world, f"nadie-{secrets.token_hex(4)}"),
        attempt(world, "nadie\x00"),
        attempt(world, username_of(world, disabled)),
        attempt(world, system, secret),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert len({frozenset(answer.headers.keys()) for answer in answers}) == 1
    assert answers[0].headers["content-type"] == "application/problem+json"


def test_a_failure_names_the_account_and_never_what_was_typed(world: World) -> None:
    actor = world.actor("prosecutor")
    attempt(world, username_of(world, actor), WRONG)
    (event,) = events(world, actor, "auth.sign_in")
    assert (event["outcome"], event["detail"]) == ("denied", {"reason": "password"})
    unknown = f"nadie-{secrets.token_hex(6)}"
    attempt(world, unknown, WRONG)
    traces = json.dumps(events(world, None, "auth.sign_in"))
    assert '"reason": "unknown"' in traces
    assert unknown not in traces
    assert WRONG not in traces


@pytest.mark.parametrize("kind", ["unknown", "disabled", "system"])
def test_where_no_password_is_checked_the_time_of_one_is_spent(
    world: World, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    actor = world.actor("prosecutor")
    name = username_of(world, actor)
    if kind == "unknown":
        name = f"nadie-{secrets.token_hex(4)}"
    elif kind == "disabled":
        set_account(world, actor, disabled_at=datetime.now(UTC))
    else:
        name, _ = service_account(world)
    costs: list[Cost] = []

    def seen(password: str, *, cost: Cost) -> None:
        costs.append(cost)
        passwords.dummy_verify(password, cost=cost)

    monkeypatch.setattr(subject, "dummy_verify", seen)
    assert attempt(world, name).status_code == 401
    assert costs == [world.runtime.password_cost]


def test_the_fifth_failure_makes_the_place_wait_and_success_clears_the_count(world: World) -> None:
    actor = world.actor("prosecutor")
    name = username_of(world, actor)
    for _ in range(FREE_FAILURES):
        assert attempt(world, name, WRONG).status_code == 401
    assert attempt(world, name).status_code == 200
    for _ in range(FREE_FAILURES + 1):
        assert attempt(world, name, WRONG).status_code == 401
    refused = attempt(world, name)
    assert (refused.status_code, refused.json()["type"]) == (429, "urn:ruv:problem:too-many")
    assert 50 < int(refused.headers["retry-after"]) <= 60
    assert "un minuto" in refused.json()["detail"]
    let_pass(world, name, minutes=2)
    assert attempt(world, name, WRONG).status_code == 401
    assert 110 < int(attempt(world, name).headers["retry-after"]) <= 120  # that one was not counted
    let_pass(world, name, minutes=2)
    assert attempt(world, name).status_code == 200
    reasons = [e.get("detail", {}).get("reason") for e in events(world, actor, "auth.sign_in")]
    assert reasons.count("waiting") == 2


def test_attempts_at_once_are_counted_one_by_one(world: World) -> None:
    actor = world.actor("prosecutor")
    name = username_of(world, actor)
    with ThreadPoolExecutor(12) as pool:
        statuses = list(pool.map(lambda _: attempt(world, name, WRONG).status_code, range(12)))
    assert sorted(statuses) == [401] * 5 + [429] * 7  # the sixth and later ones met a place that waits
    with world.session(SIGN_IN) as session:
        failures = session.scalar(select(UserAccount.failed_logins).where(UserAccount.id == actor.user_id))
    assert failures == 5


@given(st.integers(0, 10_000))
def test_waits_grow_and_stay_below_an_hour(failures: int) -> None:
    wait, next_wait = wait_after(failures), wait_after(failures + 1)
    assert wait <= next_wait
    if failures <= FREE_FAILURES:
        assert wait == 0
    else:
        assert FIRST_WAIT <= wait <= LONGEST_WAIT
        assert next_wait in {2 * wait, LONGEST_WAIT}


def test_a_hash_of_another_cost_is_replaced_at_the_next_sign_in(world: World) -> None:
    actor = world.actor("prosecutor")
    set_account(world, actor, password_hash=hash_password(PASSWORD, cost=Cost(32, 2, 1)))
    assert attempt(world, username_of(world, actor)).status_code == 200
    with world.session(SIGN_IN) as session:
        stored = session.scalar(select(func.ruv.password_hash_of(actor.user_id)))
    cost = world.runtime.password_cost
    assert stored is not None
    assert f"m={cost.memory_kib},t={cost.passes}," in stored
    assert attempt(world, username_of(world, actor)).status_code == 200


@pytest.mark.parametrize("where", ["form", "header"])
def test_a_system_signs_in_with_its_secret_and_gets_no_refresh_token(world: World, where: str) -> None:
    name, secret = service_account(world)
    data, headers = {"grant_type": "client_credentials"}, {}
    if where == "form":
        data |= {"client_id": name, "client_secret": secret}
    else:
        headers["Authorization"] = "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()
    answer = world.client().post(TOKEN, data=data, headers=headers)
    assert answer.status_code == 200, answer.text
    assert "refresh_token" not in answer.json()
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    me = world.client().get("/api/v1/me", headers=bearer)
    assert me.json()["service_account"] is True
    refused = world.client().post(
        "/api/v1/me/password",
        headers=bearer,
        json={"old_password": secret, "new_password": "otra-frase-larga-y-propia-9"},
    )
    assert refused.status_code == 403


def test_a_person_does_not_sign_in_as_a_system(world: World) -> None:
    actor = world.actor("prosecutor")
    data = {
        "grant_type": "client_credentials",
        "client_id": username_of(world, actor),
        "client_secret": PASSWORD,
    }
    assert world.client().post(TOKEN, data=data).status_code == 401
    with world.session(SIGN_IN) as session:
        failures = session.scalar(select(UserAccount.failed_logins).where(UserAccount.id == actor.user_id))
    assert failures == 0


MALFORMED: list[dict[str, Any]] = [
    {},
    {"data": {"username": "x"}},
    {"data": {"password": "x"}},
    {"data": {"username": "", "password": ""}},
    {"data": {"username": "x" * 151, "password": "x"}},
    {"data": {"username": "x", "password": "x" * 513}},
    {"data": {"grant_type": "implicit", "username": "x", "password": "x"}},
    {"data": {"grant_type": "client_credentials"}},
    {"data": {"grant_type": "client_credentials", "client_id": "x"}},
    {"data": {"grant_type": "client_credentials"}, "headers": {"Authorization": "Basic %%%"}},
    {"data": {"grant_type": "client_credentials"}, "headers": {"Authorization": "Basic /////w=="}},
    {"data": {"grant_type": "client_credentials"}, "headers": {"Authorization": "Basic c2luLWRvcw=="}},
    {"data": {"grant_type": "client_credentials"}, "headers": {"Authorization": "Bearer x"}},
    {
        "data": {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"},
        "headers": {"Authorization": "Basic YTpi"},
    },
    {"json": {"username": "x", "password": "x"}},
    {"content": b"\xff\xfe=\x00&&&=", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
    {"content": b"--x\r\nnada", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
    {"content": b"nada", "headers": {"Content-Type": "multipart/form-data"}},
    {"files": {"username": ("a", b"x"), "password": ("b", b"x")}},
]


@pytest.mark.parametrize("request_parts", MALFORMED, ids=range(len(MALFORMED)))
def test_malformed_forms_are_refused_in_spanish(world: World, request_parts: dict[str, Any]) -> None:
    answer = world.client().post(TOKEN, **request_parts)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["title"] in {
        "Solicitud incorrecta", "Datos no válidos", "Inicie sesión", "Formato no admitido",
    }  # fmt: skip
    assert "x" * 100 not in answer.text


def test_neither_password_nor_tokens_are_stored_or_logged(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    actor = world.actor("prosecutor")
    name = username_of(world, actor)
    body = attempt(world, name).json()
    attempt(world, name, WRONG)
    world.client().post(TOKEN, data={"username": name, "password": PASSWORD, "grant_type": "no"})
    renewed = (
        world.client().post("/api/v1/auth/refresh", data={"refresh_token": body["refresh_token"]}).json()
    )
    logged = caplog.text
    trace = json.dumps([events(world, actor, action) for action in ("auth.sign_in", "auth.refresh")])
    for hidden in (PASSWORD, WRONG, body["access_token"], body["refresh_token"], renewed["refresh_token"]):
        assert hidden not in logged
        assert hidden not in trace
    with world.session(SIGN_IN) as session:
        stored = session.scalars(select(RefreshToken.token_hash).where(RefreshToken.user_id == actor.user_id))
        assert token_hash(body["refresh_token"]) in list(stored)


def test_accounts_do_not_show_their_hash() -> None:
    assert "argon2" not in repr(
        subject.Account(1, "a", 1, 1, "x", False, False, "$argon2id$", 0, None, None, None)
    )
