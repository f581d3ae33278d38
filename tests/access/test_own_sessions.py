"""One's own sessions: seen with their beginning, ended one by one or all but the present one."""

from __future__ import annotations

from typing import Any

import httpx

from app.access.actor import Actor
from tests.access.accounts import attempt, events, username_of
from tests.factories import World

OPEN = "/api/v1/me/sessions"
END = "/api/v1/me/sessions/end"


def signed_in(world: World, actor: Actor) -> httpx.Client:
    """A client with a session of its own, opened with the password."""
    answer = attempt(world, username_of(world, actor))
    assert answer.status_code == 200, answer.text
    client = world.client()
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return client


def listed(client: httpx.Client) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.get(OPEN).json()["items"]
    return items


def test_sessions_are_listed_newest_first_and_ended_one_by_one(world: World) -> None:
    actor = world.actor("prosecutor")
    old, new = signed_in(world, actor), signed_in(world, actor)
    items = listed(new)
    assert [one["current"] for one in items] == [True, False]
    assert [one["current"] for one in listed(old)] == [False, True]
    ended = new.post(END, json={"session": items[1]["session"]})
    assert ended.status_code == 200, ended.text
    assert old.get(OPEN).status_code == 401
    assert [one["session"] for one in listed(new)] == [items[0]["session"]]
    assert new.post(END, json={"session": items[1]["session"]}).status_code == 404
    assert len(events(world, actor, "auth.end-session")) == 1


def test_all_other_sessions_end_and_nobody_elses(world: World) -> None:
    actor, other = world.actor("prosecutor"), world.actor("prosecutor")
    clients = [signed_in(world, actor) for _ in range(3)]
    foreign = signed_in(world, other)
    theirs = listed(foreign)[0]["session"]
    assert clients[0].post(END, json={"session": theirs}).status_code == 404
    assert clients[0].post(END, json={"session": "others"}).status_code == 200
    assert [client.get(OPEN).status_code for client in (*clients, foreign)] == [200, 401, 401, 200]
    assert clients[0].post(END, json={}).status_code == 422
