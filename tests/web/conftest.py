"""What tests of pages share: the superuser, and a real browser.

One Chromium a worker, one context a visit; a test fails by whatever went wrong in a page it opened.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright
from sqlalchemy import Engine

from app.access.actor import Actor
from app.config import Settings
from app.edge.browser import COOKIE
from app.postgres import ServerHandle
from app.runtime import Runtime
from tests.access.matrix import Office, Person
from tests.chromium import MISSING, find_chromium
from tests.conftest import Once
from tests.factories import World
from tests.scratch import Desk, Original, copied, desk, installed, opened, original, superuser
from tests.web.browser import DESKTOP, PATIENCE_MS, Watch, launch
from tests.web.browsing import cookie_of
from tests.web.scene import Scene, staged


@pytest.fixture(scope="session")
def admin(server: ServerHandle, runtime: Runtime, worker: str) -> Engine:
    """The superuser in this worker's database."""
    return superuser(server, f"ruv_{worker}")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where the browser is; without one its tests are skipped, and the run says so at its end."""
    return find_chromium() or pytest.skip(MISSING)


class DriverLoop:
    """The driver's event loop, which between two of its calls passes for running: hidden from other tests."""

    def __init__(self) -> None:
        self._hidden: asyncio.AbstractEventLoop | None = None

    def hide(self) -> None:
        """Let the thread look as if no loop ran."""
        self._hidden = asyncio._get_running_loop()
        asyncio._set_running_loop(None)

    def show(self) -> None:
        """Let the driver work on."""
        if self._hidden is not None:
            asyncio._set_running_loop(self._hidden)


@pytest.fixture(scope="session")
def driver_loop() -> DriverLoop:
    """The loop of the driver of this worker."""
    return DriverLoop()


@pytest.fixture(scope="session")
def chromium_driver(chromium: str, driver_loop: DriverLoop) -> Iterator[Playwright]:
    """What starts browsers; for a browser of one's own see `using_driver`."""
    with sync_playwright() as driver:
        yield driver
        driver_loop.show()


@pytest.fixture(scope="session")
def shared_browser(chromium_driver: Playwright, chromium: str, driver_loop: DriverLoop) -> Iterator[Browser]:
    """The browser of this worker; tests take `browser`."""
    opened = launch(chromium_driver, chromium)
    yield opened
    driver_loop.show()
    opened.close()


@pytest.fixture
def using_driver(driver_loop: DriverLoop, chromium_driver: Playwright) -> Iterator[Playwright]:
    """The driver, for the time of one test."""
    driver_loop.show()
    yield chromium_driver
    driver_loop.hide()


@pytest.fixture
def browser(using_driver: Playwright, shared_browser: Browser) -> Browser:
    """The browser of this worker, for the time of one test."""
    return shared_browser


class Visit(NamedTuple):
    """A page and the watch over everything its person opens."""

    page: Page
    watch: Watch


OpenPage = Callable[..., Visit]
"""Type of `browser_page`."""


@dataclass
class Visits:
    """Opens pages as a person would and keeps what each of them reported."""

    browser: Browser
    watches: list[Watch] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def open(self, base_url: str, *, javascript: bool = True, **options: Any) -> Visit:
        """A blank page of a new person at a desk in Lima; `options` are those of a browser context."""
        context = self.browser.new_context(
            base_url=base_url,
            viewport=options.pop("viewport", DESKTOP),
            java_script_enabled=javascript,
            locale="es-PE",
            timezone_id="America/Lima",
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(PATIENCE_MS)
        watch = Watch(base_url)
        watch.follow(context)
        self.contexts.append(context)
        self.watches.append(watch)
        return Visit(context.new_page(), watch)

    def close(self) -> list[str]:
        """Close every page; what was found in any."""
        found = [problem for watch in self.watches for problem in watch.problems()]
        for context in self.contexts:
            context.close()
        return found


@contextmanager
def watched(browser: Browser) -> Iterator[Visits]:
    """Visits whose findings fail the block.

    Raises:
        AssertionError: at the end, when a page reported anything.
    """
    opened = Visits(browser)
    try:
        yield opened
    finally:
        found = opened.close()
    assert not found, "\n".join(["what the browser reported:", *found])


@pytest.fixture
def visits(browser: Browser) -> Iterator[Visits]:
    """Pages that are watched: console, errors, policy, foreign hosts and refusals fail the test."""
    with watched(browser) as opened:
        yield opened


@pytest.fixture
def browser_page(request: pytest.FixtureRequest) -> OpenPage:
    """`browser_page(actor)`: a blank page and its watch in a browser where the actor has signed in.

    Where the test has a scene the pages are of its installation, otherwise of the worker's. Without an actor
    nobody has signed in; `javascript=False` and every option of a browser context go through. The cookie is
    the one the sign-in page sets; a test of that page itself opens it without an actor.
    """
    staged_here = "scene" in request.fixturenames
    world: World = request.getfixturevalue("scene").world if staged_here else request.getfixturevalue("world")
    visits: Visits = request.getfixturevalue("visits")  # after it: pages are closed before what serves them

    def signed_in(actor: Actor | None = None, *, agreed: bool = True, **options: Any) -> Visit:
        visit = visits.open(world.base_url, **options)
        if actor is not None:
            sign_in(visit.page, world.base_url, cookie_of(world, actor, agreed=agreed))
        return visit

    return signed_in


def sign_in(page: Page, base_url: str, cookie: str) -> None:
    """Give the browser the cookie, as a signed-in page has it.

    The protocol takes a cookie for secure connections from a secure address only; it holds on loopback too.
    """
    secure = base_url.replace("http:", "https:", 1)
    page.context.add_cookies(
        [
            {
                "name": COOKIE,
                "value": cookie,
                "url": secure,
                "secure": True,
                "httpOnly": True,
                "sameSite": "Strict",
            }
        ]
    )


class Day(NamedTuple):
    """A staged day, the database it lies in, and the application over its copies."""

    scene: Scene
    database: Original
    desk: Desk


@pytest.fixture(scope="session")
def day(server: ServerHandle, settings: Settings, once: Once) -> Iterator[Day]:
    """The day that all walks begin with, staged once; nobody is connected to its database."""
    with desk(settings) as at:

        def stage() -> tuple[Scene, str]:
            made = installed(server, settings, once.folder)
            with opened(server, made, at) as scratch:
                world = World(scratch.runtime, scratch.base_url)
                scene = staged(world, scratch.admin)
                world.close()
            return scene, made.name

        scene, name = once("escena", stage)
        yield Day(scene, original(settings, once.folder, name), at)


@pytest.fixture
def scene(server: ServerHandle, day: Day) -> Iterator[Scene]:
    """The day in a database of this test alone: whatever others did in theirs, here nothing happened yet."""
    with copied(server, day.database, day.desk) as scratch:
        world = World(scratch.runtime, scratch.base_url)
        yield day.scene.again(world, scratch.admin)
        world.close()


@pytest.fixture(scope="module")
def office(server: ServerHandle, blank: Original) -> Iterator[Office]:
    """One unit and actor a role in a database of their own: who oversees all sees what no other test left."""
    with copied(server, blank) as scratch:
        world = World(scratch.runtime, scratch.base_url)
        yield Office(world, scratch.admin)
        world.close()


@pytest.fixture(scope="module")
def person(office: Office) -> Person:
    """The person in whose case all of them take part."""
    return office.person()
