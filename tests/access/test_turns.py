"""Many who try to sign in at once: the service answers the rest meanwhile, and who is too many is told so."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait

import httpx
import pytest

from app import main
from app.access.passwords import Cost
from app.config import Settings
from app.edge.turns import Turns
from app.errors import TooMany
from app.services.access import sign_in as subject
from tests.access.accounts import TOKEN, WRONG
from tests.factories import World
from tests.scratch import serve

TRIES = 70
THREADS = 40
"""Of the requests, as Starlette has them."""
AT_ONCE, LINE = 2, 10


@pytest.fixture
def served(world: World, settings: Settings) -> Iterator[World]:
    """The same installation, where who waits for a turn waits as long as the test holds it up."""
    changed = settings.model_copy(
        update={
            "password_checks_at_once": AT_ONCE,
            "password_checks_waiting": LINE,
            "password_checks_patience": 30.0,
        }
    )
    with serve(world.runtime, changed) as base_url:
        made = World(world.runtime, base_url)
        yield made
        made.close()


def tried(served: World, door: str) -> httpx.Response:
    """A wrong attempt of somebody new."""
    data = {"username": f"nadie-{secrets.token_hex(4)}", "password": WRONG}
    with httpx.Client(base_url=served.base_url, timeout=90) as client:
        if door == "json":
            return client.post(TOKEN, data=data)
        return client.post("/ingreso", data=data, headers={"Origin": served.base_url})


@pytest.mark.parametrize("door", ["json", "page"])
def test_the_service_answers_while_many_sign_in(
    served: World, monkeypatch: pytest.MonkeyPatch, door: str
) -> None:
    reader = served.client(served.actor("prosecutor"))
    latch, checking = threading.Event(), threading.Semaphore(0)

    def held_up(password: str, *, cost: Cost) -> None:
        checking.release()
        assert latch.wait(60)

    monkeypatch.setattr(subject, "dummy_verify", held_up)

    with ThreadPoolExecutor(TRIES) as pool:
        tries = [pool.submit(tried, served, door) for _ in range(TRIES)]
        try:
            assert all(checking.acquire(timeout=30) for _ in range(AT_ONCE))
            while sum(each.done() for each in tries) < TRIES - AT_ONCE - LINE:
                wait([each for each in tries if not each.done()], 30, return_when="FIRST_COMPLETED")
            assert not checking.acquire(blocking=False)  # no more at once than have a turn
            with httpx.Client(base_url=served.base_url, timeout=20) as client:
                assert [client.get("/readyz").status_code for _ in range(20)] == [200] * 20
            assert [reader.get("/api/v1/cases").status_code for _ in range(20)] == [200] * 20
        finally:
            latch.set()
        answers = [each.result() for each in tries]
    turned_away = [answer for answer in answers if answer.status_code == 429]
    assert len(turned_away) == TRIES - AT_ONCE - LINE
    assert len([answer for answer in answers if answer.status_code == 401]) == AT_ONCE + LINE
    assert {int(answer.headers["retry-after"]) for answer in turned_away} == {5}
    kind = "application/problem+json" if door == "json" else "text/html; charset=utf-8"
    assert {answer.headers["content-type"] for answer in turned_away} == {kind}
    assert all("unos segundos" in answer.text for answer in turned_away)


def test_without_turns_nobody_would_be_answered(
    world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the turns are for: as many checks at once as threads leave none for anybody else."""
    monkeypatch.setattr(main, "Turns", lambda *_: Turns(TRIES, TRIES, 30.0))
    latch, checking = threading.Event(), threading.Semaphore(0)

    def held_up(password: str, *, cost: Cost) -> None:
        checking.release()
        assert latch.wait(60)

    monkeypatch.setattr(subject, "dummy_verify", held_up)
    with serve(world.runtime, settings) as base_url, ThreadPoolExecutor(TRIES) as pool:
        open_to_all = World(world.runtime, base_url)
        tries = [pool.submit(tried, open_to_all, "json") for _ in range(TRIES)]
        try:
            assert all(checking.acquire(timeout=30) for _ in range(THREADS))
            with pytest.raises(httpx.ReadTimeout):
                httpx.get(f"{base_url}/readyz", timeout=1.5)
        finally:
            latch.set()
        assert {each.result().status_code for each in tries} == {401}


def test_a_turn_that_ends_is_the_next_ones_and_patience_has_an_end() -> None:
    async def story() -> None:
        turns = Turns(1, 1, 0.01)
        async with turns.one():
            with pytest.raises(TooMany):  # in line, until its patience ends
                async with turns.one():
                    pass
            with pytest.raises(ValueError, match="fallo"):
                raise ValueError("fallo")
        with pytest.raises(ValueError, match="fallo"):
            async with turns.one():
                raise ValueError("fallo")
        async with turns.one():  # given back after an error too
            pass

    asyncio.run(story())
