"""Where wrong passwords come from: who waits for them, who does not, and what that tells (nothing)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
from sqlalchemy import text

from app.access.actor import Actor
from app.config import Settings
from app.services.access.rules import FREE_FAILURES, LONGEST_WAIT_OF_ADDRESS, MUCH_TRIED, wait_of_address
from tests.access.accounts import TOKEN, WRONG, attempt, events, let_pass, username_of
from tests.access.sql_checks import refused
from tests.factories import PASSWORD, World
from tests.scratch import serve

LIMIT = 8


def address() -> str:
    """An address nobody has; the server takes the word of a proxy on loopback."""
    return f"10.{secrets.randbelow(256)}.{secrets.randbelow(256)}.{secrets.randbelow(256)}"


def enter(world: World, name: str, where: str, password: str = PASSWORD) -> httpx.Response:
    """One attempt from an address."""
    data = {"username": name, "password": password}
    return world.client().post(TOKEN, data=data, headers={"X-Forwarded-For": where})


@pytest.fixture
def officer(world: World) -> Actor:
    return world.actor("prosecutor")


@pytest.fixture
def strict(world: World, settings: Settings) -> Iterator[World]:
    """The same installation, served with a limit of addresses that a test can reach."""
    changed = settings.model_copy(update={"sign_in_failures_per_address": LIMIT})
    with serve(replace(world.runtime, settings=changed), changed) as base_url:
        served = World(world.runtime, base_url)
        yield served
        served.close()


def test_a_hundred_tries_of_a_stranger_do_not_shut_the_owner_out(world: World, officer: Actor) -> None:
    name, home = username_of(world, officer), address()
    assert enter(world, name, home).status_code == 200
    stranger = address()
    for _ in range(100):
        let_pass(world, name, minutes=61)  # each as soon as its wait is over
        assert enter(world, name, stranger, WRONG).status_code == 401
    assert enter(world, name, stranger).status_code == 429
    assert enter(world, name, home, WRONG).status_code == 401  # a slip of the owner costs nothing
    assert enter(world, name, home).status_code == 200
    assert enter(world, name, address()).status_code == 200  # nor is a new place shut


def test_a_name_tried_from_everywhere_slows_new_places_and_no_known_one(world: World, officer: Actor) -> None:
    name, home = username_of(world, officer), address()
    assert enter(world, name, home).status_code == 200
    for _ in range(MUCH_TRIED):
        assert enter(world, name, address(), WRONG).status_code == 401
    fresh = address()
    assert enter(world, name, fresh, WRONG).status_code == 401
    assert enter(world, name, fresh).status_code == 429  # sooner than elsewhere
    for _ in range(FREE_FAILURES):
        assert enter(world, name, home, WRONG).status_code == 401
    assert enter(world, name, home).status_code == 200
    assert enter(world, name, fresh).status_code == 429
    let_pass(world, name, minutes=61)
    assert enter(world, name, fresh).status_code == 200


def test_a_known_device_enters_from_any_address_and_beside_any_stranger(world: World, officer: Actor) -> None:
    name, office = username_of(world, officer), address()
    door = {"username": name, "password": PASSWORD}
    origin = {"Origin": world.base_url, "Sec-Fetch-Site": "same-origin"}
    opened = world.client().post("/ingreso", data=door, headers={"X-Forwarded-For": office, **origin})
    assert opened.status_code == 303, opened.text
    device = next(c for c in opened.headers.get_list("set-cookie") if c.startswith("__Host-equipo="))
    for word in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"):
        assert word in device
    for _ in range(FREE_FAILURES + 1):
        assert enter(world, name, office, WRONG).status_code == 401  # somebody at the same address
    refused_here = enter(world, name, office)
    assert refused_here.status_code == 429
    headers = {"X-Forwarded-For": office, "Cookie": device.partition(";")[0], **origin}
    assert world.client().post("/ingreso", data=door, headers=headers).status_code == 303
    forged = {**headers, "Cookie": f"__Host-equipo={secrets.token_urlsafe(32)}"}
    page = world.client().post("/ingreso", data=door, headers=forged)
    assert page.status_code == 429
    assert int(page.headers["retry-after"]) > 0
    assert "Espere" in page.text


def test_a_name_of_nobody_is_answered_like_one_of_somebody(world: World, officer: Actor) -> None:
    answers = []
    for name in (username_of(world, officer), f"nadie-{secrets.token_hex(4)}"):
        first, second = address(), address()
        places = [first] * (FREE_FAILURES + 3) + [address() for _ in range(MUCH_TRIED)] + [second] * 2
        answers.append([enter(world, name, place, WRONG) for place in places])
    somebody, nobody = answers
    assert [one.status_code for one in somebody] == [one.status_code for one in nobody]
    assert {one.status_code for one in somebody} == {401, 429}
    for one, other in zip(somebody, nobody, strict=True):
        assert one.headers.keys() == other.headers.keys()
        assert {**one.json(), "retry_after": 0} == {**other.json(), "retry_after": 0}


def test_an_address_that_tries_many_names_waits_and_others_do_not(strict: World, officer: Actor) -> None:
    name, home, wild = username_of(strict, officer), address(), address()
    assert enter(strict, name, wild).status_code == 200  # the officer works there too
    for _ in range(LIMIT):
        assert enter(strict, f"nadie-{secrets.token_hex(4)}", wild, WRONG).status_code == 401
    assert enter(strict, f"nadie-{secrets.token_hex(4)}", wild, WRONG).status_code == 429
    colleague = strict.actor("prosecutor")
    refused_there = enter(strict, username_of(strict, colleague), wild)
    assert refused_there.status_code == 429
    assert 0 < int(refused_there.headers["retry-after"]) <= 60
    assert enter(strict, username_of(strict, colleague), home).status_code == 200
    assert enter(strict, name, wild).status_code == 200
    assert [e["detail"] for e in events(strict, colleague, "auth.sign_in") if "detail" in e] == [
        {"reason": "waiting"}
    ]


def test_addresses_of_one_network_of_version_six_are_one(strict: World) -> None:
    network = f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}"
    statuses = [
        enter(strict, f"nadie-{secrets.token_hex(4)}", f"{network}::{n:x}", WRONG).status_code
        for n in range(1, LIMIT + 2)
    ]
    assert statuses == [401] * LIMIT + [429]


def test_an_address_never_waits_longer_than_a_quarter_of_an_hour() -> None:
    waits = [wait_of_address(failures, 30) for failures in range(200)]
    assert waits == sorted(waits)
    assert waits[29] == 0 < waits[30]
    assert waits[-1] == LONGEST_WAIT_OF_ADDRESS == 900


def test_who_is_signed_in_changes_her_password_whatever_a_stranger_does(world: World, officer: Actor) -> None:
    name = username_of(world, officer)
    token = attempt(world, name).json()["access_token"]
    for _ in range(MUCH_TRIED):
        enter(world, name, address(), WRONG)
    client = world.client()
    headers = {"Authorization": f"Bearer {token}"}
    body = {"old_password": WRONG, "new_password": "otra-frase-larga-y-propia-9"}
    for _ in range(FREE_FAILURES + 1):
        assert client.post("/api/v1/me/password", json=body, headers=headers).status_code == 422
    waits = client.post("/api/v1/me/password", json={**body, "old_password": PASSWORD}, headers=headers)
    assert waits.status_code == 429  # whoever has the session alone does not guess on
    other = {"Authorization": f"Bearer {attempt(world, name).json()['access_token']}"}
    done = client.post("/api/v1/me/password", json={**body, "old_password": PASSWORD}, headers=other)
    assert done.status_code == 200, done.text


def test_the_counts_name_nobody_and_are_out_of_reach(world: World, officer: Actor) -> None:
    name, where = username_of(world, officer), address()
    enter(world, name, where, WRONG)
    with world.runtime.database.session(officer) as session:
        assert session.execute(text("SELECT count(*) FROM sign_in_try")).scalar() == 0
        assert refused(session, "INSERT INTO sign_in_try (name, source, kept_until) VALUES ('', 'x', now())")
        changed = session.connection().exec_driver_sql("UPDATE sign_in_try SET known = true")
        assert changed.rowcount == 0
