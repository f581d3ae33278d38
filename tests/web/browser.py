"""A real browser for the tests: every page it opens is watched, and can be weighed, judged and drawn.

What a `Watch` saw is asserted empty when the test ends. A test that means to see a refusal says so
beforehand (`watch.expect(422)`); one that cuts or breaks the link works inside `watch.offline()` or
`watch.failing()`.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    Response,
    ViewportSize,
    WebError,
)

DESKTOP = ViewportSize(width=1366, height=768)
PHONE = ViewportSize(width=390, height=844)
NARROW = ViewportSize(width=320, height=640)
PATIENCE_MS = 60_000
WRONG = 400
"""Statuses from here on are a finding unless expected."""
SLOW_LINK = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
"""400 kbit/s and 400 ms, in the units of the protocol: bytes a second and milliseconds."""

_ARGS = [
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # No name resolves: whatever a page asks of another host stays on this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
_AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Judged by the response instead, which also knows the address and what was expected.
_STATUS_MESSAGE = "Failed to load resource: the server responded with a status of"
_LINK_MESSAGE = "net::ERR_"
_REPORT = """
addEventListener('securitypolicyviolation',
    (event) => __ruvReport(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}`));
addEventListener('pointerdown', (event) => { if (event.isTrusted) __ruvClick(); }, {capture: true});
addEventListener('DOMContentLoaded', () => __ruvTitle(document.title));
"""


def launch(playwright: Playwright, executable: str) -> Browser:
    """Start the browser."""
    return playwright.chromium.launch(executable_path=executable, args=_ARGS, timeout=60_000)


def launch_profile(
    playwright: Playwright, executable: str, profile: Path, *, base_url: str
) -> BrowserContext:
    """Start a browser of somebody at a desk in Lima whose profile is on the disk."""
    return playwright.chromium.launch_persistent_context(
        profile,
        executable_path=executable,
        args=_ARGS,
        base_url=base_url,
        viewport=DESKTOP,
        locale="es-PE",
        timezone_id="America/Lima",
    )


def until(
    page: Page, script: str, arg: object = None, *, meanwhile: Callable[[], object] = lambda: None
) -> None:
    """Wait until a function of the page says true; the page's policy lets the driver not wait inside it.

    `meanwhile` is done again and again.
    """
    end = time.monotonic() + PATIENCE_MS / 1000
    while not page.evaluate(script, arg):
        assert time.monotonic() < end, (script, page.inner_text("body")[:2000])
        meanwhile()
        page.wait_for_timeout(20)


@dataclass
class Watch:
    """What went wrong in any page of one browser context, and what the person there did."""

    base_url: str
    found: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    _clicks: int = 0
    _expected: set[int] = field(default_factory=set)
    _private: set[str] = field(default_factory=set)
    _elsewhere: set[str] = field(default_factory=set)
    _titles: list[str] = field(default_factory=list)
    _failing: bool = False
    _context: BrowserContext | None = None

    def follow(self, context: BrowserContext) -> None:
        """Watch every page, frame and worker of a context."""
        self._context = context
        context.expose_binding("__ruvReport", self._violation)
        context.expose_binding("__ruvClick", self._click)
        context.expose_binding("__ruvTitle", lambda _, title: self._titles.append(title))
        context.add_init_script(_REPORT)
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._request)
        context.on("requestfailed", self._failed)
        context.on("response", self._response)

    def expect(self, *statuses: int) -> None:
        """Let answers with these statuses (400 or above) pass from here on."""
        self._expected.update(statuses)

    def leave_for(self, *hosts: str) -> None:
        """Let the person leave for these hosts, as the exit does; their pages do not load in a test."""
        self._elsewhere.update(hosts)

    def never(self, *values: str) -> None:
        """Name texts (a name, a document number) that no address, title or console message may hold."""
        self._private.update(values)

    @contextmanager
    def failing(self) -> Iterator[None]:
        """Let requests fail in the block, as a test that breaks them means them to."""
        before, self._failing = self._failing, True
        try:
            yield
        finally:
            self._settle()
            self._failing = before

    @contextmanager
    def offline(self) -> Iterator[None]:
        """Cut the link of every page for the block."""
        assert self._context is not None
        with self.failing():
            self._context.set_offline(True)
            try:
                yield
            finally:
                self._context.set_offline(False)

    def clicks(self) -> int:
        """How often the person has clicked or tapped so far, in any page."""
        self._settle()
        return self._clicks

    def problems(self) -> list[str]:
        """Everything found, once the browser has told all it had to tell."""
        self._settle()
        shown = [*self.addresses, *self._titles]
        leaks = [f"private value in an address or a title: {v!r}" for v in self._private if _in_any(v, shown)]
        return [*self.found, *leaks]

    def _settle(self) -> None:
        """Wait until what the pages have reported so far is here: one round trip each."""
        assert self._context is not None
        for page in self._context.pages:
            page.evaluate("0")

    def _console(self, message: ConsoleMessage) -> None:
        if any(_in_any(value, [message.text]) for value in self._private):
            self.found.append("private value in the console")
        if message.type not in {"error", "warning", "assert"} or message.text.startswith(_STATUS_MESSAGE):
            return
        if not (self._failing and _LINK_MESSAGE in message.text):
            self.found.append(f"console {message.type}: {message.text} ({message.location['url']})")

    def _error(self, error: WebError) -> None:
        self.found.append(f"page error: {error.error.message}")

    def _violation(self, _: Any, what: str) -> None:
        self.found.append(f"content security policy: {what}")

    def _click(self, _: Any) -> None:
        self._clicks += 1

    def _request(self, request: Request) -> None:
        self.addresses.append(request.url)
        if self._foreign(request):
            self.found.append(f"request to another host: {request.url}")

    def _foreign(self, request: Request) -> bool:
        parts, own = urlsplit(request.url), urlsplit(self.base_url)
        inside = parts.scheme in {"data", "blob", "about"} or parts.netloc == own.netloc
        return not inside and parts.hostname not in self._elsewhere

    def _failed(self, request: Request) -> None:
        # Aborted is what the browser gave up itself: a download, or what a page still loaded when left.
        if self._failing or request.failure == "net::ERR_ABORTED":
            return
        if urlsplit(request.url).hostname not in self._elsewhere:
            self.found.append(f"request failed: {request.failure} {request.method} {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= WRONG and response.status not in self._expected and not self._failing:
            self.found.append(f"status {response.status}: {response.request.method} {response.url}")


def _in_any(value: str, texts: list[str]) -> bool:
    folded = value.casefold()
    return any(folded in unquote(text).casefold() for text in texts)


@dataclass
class Weight:
    """What came over the wire: bytes as sent (compressed, with headers) and requests, the cache left out."""

    bytes: int = 0
    requests: list[str] = field(default_factory=list)


@contextmanager
def weigh(page: Page) -> Iterator[Weight]:
    """Weigh what the block loads; read the result after the block."""
    weight = Weight()
    protocol = page.context.new_cdp_session(page)
    addresses: dict[str, str] = {}
    cached: set[str] = set()

    def received(event: dict[str, Any]) -> None:
        response = event["response"]
        addresses[event["requestId"]] = response["url"]
        if response.get("fromDiskCache") or response.get("fromPrefetchCache"):
            cached.add(event["requestId"])

    def finished(event: dict[str, Any]) -> None:
        if event["requestId"] in cached or event["requestId"] not in addresses:
            return
        weight.bytes += int(event["encodedDataLength"])
        weight.requests.append(addresses[event["requestId"]])

    protocol.on("Network.requestServedFromCache", lambda event: cached.add(event["requestId"]))
    protocol.on("Network.responseReceived", received)
    protocol.on("Network.loadingFinished", finished)
    protocol.send("Network.enable")
    yield weight
    page.wait_for_load_state("networkidle")
    protocol.detach()


@contextmanager
def slow(page: Page) -> Iterator[None]:
    """A poor link for the block: 400 kbit/s, 400 ms."""
    protocol = page.context.new_cdp_session(page)
    protocol.send("Network.enable")
    protocol.send("Network.emulateNetworkConditions", SLOW_LINK)
    yield
    protocol.detach()


def axe(page: Page, *, leave_out: tuple[str, ...] = ()) -> list[str]:
    """Accessibility violations of the page as it stands: rule, what it says, where.

    The script goes in through the debugging protocol, which the content security policy does not concern.
    """
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(AXE_SCRIPT)
    rules = {rule: {"enabled": False} for rule in leave_out}
    found = page.evaluate(
        "(options) => axe.run(document, options).then((results) => results.violations)",
        {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": _AXE_TAGS}, "rules": rules},
    )
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']}: {' '.join(map(str, node['target']))}"
        for rule in found
        for node in rule["nodes"]
    ]


def overflow(page: Page, size: ViewportSize = NARROW) -> int:
    """Pixels by which the page is wider than a screen of this size (320 px unless told)."""
    before = page.viewport_size or DESKTOP
    page.set_viewport_size(size)
    wider: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.set_viewport_size(before)
    return wider


def shot(page: Page, name: str) -> None:
    """Draw the page as a desk and a phone show it into the folder `RUV_SHOTS`; nothing without one."""
    folder = os.environ.get("RUV_SHOTS")
    if not folder:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    safe = re.sub(r"[^\w.-]+", "-", name)
    before = page.viewport_size or DESKTOP
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)
        page.screenshot(path=Path(folder) / f"{safe}-{size['width']}.png", full_page=True)
    page.set_viewport_size(before)
