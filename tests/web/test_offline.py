"""Fifty notes written while everything fails arrive once each, and nothing of them can be read on the device.

A real browser with a profile on the disk: the answer is lost after the note was stored, the server hangs,
there is no connection, the browser is closed and opened again without one, and two tabs deliver at once.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.access.act import CARE, Act
from app.config import Settings
from app.main import create_app
from app.runtime import Runtime
from app.services.drafts.service import mine
from app.services.limits import PerMinute
from app.services.notes.queries import of_case
from app.web.outbox import pages as outbox
from tests.cases.story import Registered, registered
from tests.factories import World
from tests.scratch import served
from tests.web.browser import launch_profile, until
from tests.web.browsing import cookie_of
from tests.web.conftest import sign_in

LOST, HUNG = "answered 503 after it was done", "never answered after it was done"
MOST = 50
KEPT = "Guardado en este equipo"
WAITING = """(count) => {
    const text = document.querySelector('[data-network]')?.textContent || ''
    return count ? text.includes(`${count} por enviar`) : text && !text.includes('por enviar')
}"""
SUBMIT = """(selector) => {
    const form = document.querySelector(selector)
    form.requestSubmit(form.querySelector('button[type=submit], button:not([type])'))
}"""
# What the search must find, or it proves nothing: the same word, kept readably on purpose.
CONTROL = """(word) => new Promise((done) => {
    localStorage.setItem('control', word)
    const asked = indexedDB.open('control', 1)
    asked.onupgradeneeded = () => asked.result.createObjectStore('x')
    asked.onsuccess = () => {
        const act = asked.result.transaction('x', 'readwrite', {durability: 'strict'})
        act.objectStore('x').put({word}, 1)
        act.oncomplete = () => done(asked.result.close())
    }
})"""


class Faulty:
    """The application behind a link that loses answers: the next faults by the end of the path."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.faults: dict[str, list[str]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        waiting = self._of(scope)
        if not waiting:
            await self.app(scope, receive, send)
            return
        fault = waiting.pop(0)

        async def nowhere(_: Message) -> None:
            """What the application answers is lost."""

        await self.app(scope, receive, nowhere)
        if fault == HUNG:
            await asyncio.sleep(9)  # longer than the page waits
        await send({"type": "http.response.start", "status": 503, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    def _of(self, scope: Scope) -> list[str]:
        post = scope["type"] == "http" and scope["method"] == "POST"
        return next((f for end, f in self.faults.items() if post and scope["path"].endswith(end)), [])


@pytest.fixture
def link(settings: Settings, runtime: Runtime) -> Iterator[tuple[str, Faulty]]:
    app = create_app(settings, opener=lambda _: runtime)
    app.state.runtime = runtime
    faulty = Faulty(app)
    with served(faulty) as address:
        yield address, faulty


class Writer:
    """Somebody who writes notes, each with a word of its own that must not be found on the device."""

    def __init__(self, case: str) -> None:
        self.case = case
        self.address = f"/casos/{case}/notas"
        self.mark = f"canario{secrets.token_hex(6)}"
        self.control = f"control{secrets.token_hex(6)}"
        self.texts: list[str] = []

    def text(self) -> str:
        self.texts.append(f"{self.mark}-{len(self.texts)} llamó su tía desde Ñaña")
        return self.texts[-1]

    def on_the_page(self, page: Page, *, click: bool = False) -> None:
        """Write in the box of the case's page of notes and send."""
        page.fill("form[data-outbox] textarea[name=text]", self.text())
        if click:
            page.click("form[data-outbox] button[type=submit]")
        else:
            page.evaluate(SUBMIT, "form[data-outbox]")

    def on_the_blank_page(self, page: Page) -> None:
        """Write on the page that the browser keeps."""
        page.fill("form[data-seal=nota] [name=caso]", self.case.lower().replace("-", " "))
        page.fill("form[data-seal=nota] [name=text]", self.text())
        page.evaluate(SUBMIT, "form[data-seal=nota]")
        until(page, "() => document.querySelector('form[data-seal=nota]').elements.text.value === ''")


def kept(page: Page, count: int) -> None:
    """Wait until the page says that so much is kept."""
    until(page, WAITING, count)


@contextmanager
def profile(driver: Playwright, chromium: str, where: Path, base_url: str) -> Iterator[BrowserContext]:
    """A browser that keeps its profile on the disk; closed as by its owner."""
    context = launch_profile(driver, chromium, where, base_url=base_url)
    context.set_default_timeout(15_000)
    yield context
    context.close()


def found_on_disk(where: Path, word: str) -> list[str]:
    """Files that hold a word, as UTF-8 or UTF-16."""
    wanted = (word.encode(), word.encode("utf-16-le"))
    return [
        str(file.relative_to(where))
        for file in where.rglob("*")
        if file.is_file() and any(one in file.read_bytes() for one in wanted)
    ]


@pytest.fixture
def person(world: World) -> Registered:
    return registered(world)


def test_fifty_notes_through_every_failure_arrive_once(
    world: World,
    person: Registered,
    link: tuple[str, Faulty],
    using_driver: Playwright,
    chromium: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbox, "DELIVERIES", PerMinute(10_000))
    writer, cookie = Writer(person.case), cookie_of(world, person.officer)
    with profile(using_driver, chromium, tmp_path, link[0]) as context:
        sign_in(context.pages[0], link[0], cookie)
        _written_with_failures(context, writer, link[1])
        context.pages[-1].evaluate(CONTROL, writer.control)
    assert found_on_disk(tmp_path, writer.control), "the search finds what is readable"
    assert found_on_disk(tmp_path, writer.mark) == []
    with profile(using_driver, chromium, tmp_path, link[0]) as context:
        context.set_offline(True)
        _written_after_a_cold_start(context.pages[0], writer)
        context.set_offline(False)
        sign_in(context.pages[0], link[0], cookie)
        _delivered_by_two_tabs(context, writer, link[1])
    with world.session(person.officer) as session:
        texts = [one["text"] for one in of_case(Act(session, CARE), person.case, limit=200)["items"]]
        assert mine(session) == []
    assert Counter(texts) == Counter(writer.texts)
    assert len(texts) == MOST
    assert found_on_disk(tmp_path, writer.mark) == []


def _written_with_failures(context: BrowserContext, writer: Writer, faulty: Faulty) -> None:
    page, other = context.pages[-1], context.new_page()
    for tab in (page, other):
        tab.goto(writer.address)
        until(tab, "() => navigator.serviceWorker.controller !== null")
    # On a slow machine the page meanwhile tries to deliver: no answer tells it that anything arrived.
    faulty.faults = {"/notas": [HUNG, *[LOST] * 10], "/bandeja": [LOST] * 1000}
    writer.on_the_page(other, click=True)  # eight seconds, meanwhile the others
    until(other, "() => document.querySelector('form[data-outbox]').dataset.busy === '1'")
    for number in range(10):
        writer.on_the_page(page, click=number == 0)
        kept(page, number + 1)
    kept(other, 11)
    context.set_offline(True)
    for number in range(24):
        writer.on_the_page(page)
        kept(page, 12 + number)
    assert KEPT in page.inner_text("#avisos")


def _written_after_a_cold_start(page: Page, writer: Writer) -> None:
    page.goto("/trabajo")
    for _ in range(15):
        writer.on_the_blank_page(page)
    until(page, "most => document.querySelectorAll('[data-envelopes] li').length === most", MOST)
    page.fill("form[data-seal=nota] [name=caso]", writer.case)
    page.fill("form[data-seal=nota] [name=text]", "una de más")
    page.evaluate(SUBMIT, "form[data-seal=nota]")
    until(page, "() => document.querySelector('#avisos').textContent.includes('Conéctese y envíe')")
    assert page.input_value("form[data-seal=nota] [name=text]") == "una de más"


def _delivered_by_two_tabs(context: BrowserContext, writer: Writer, faulty: Faulty) -> None:
    faulty.faults = {"/bandeja": [LOST] * 3}
    tabs = (context.pages[-1], context.new_page())
    for tab in tabs:
        tab.goto(writer.address)

    def back_online() -> None:
        for tab in tabs:
            tab.evaluate("dispatchEvent(new Event('online'))")

    until(tabs[0], WAITING, 0, meanwhile=back_online)
