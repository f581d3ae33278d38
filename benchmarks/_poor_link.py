"""Seconds of a visit over a poor link, in a real browser: 400 kbit/s, 400 ms.

The link is the browser's own throttle, and alike for the baseline: the shortest answer of the service,
opened by a browser that has loaded nothing yet. So the ratio says how many of the shortest answers a visit
is worth; what the machine adds to each is in both.
"""

import statistics
import time

from _report import Figure, at_most, note
from playwright.sync_api import Browser, Page, sync_playwright

from tests.web.browser import PATIENCE_MS, launch, slow
from tests.web.conftest import sign_in

SHORTEST = "/healthz"
FIRST_SECONDS, NEXT_SECONDS = 4.0, 1.0
FIRST_ANSWERS, NEXT_ANSWERS = 8.0, 2.0
"""A visit may take so many times as long as the shortest answer."""


def opened(page: Page, path: str) -> float:
    """Seconds until the page and all it needs were there."""
    begun = time.perf_counter()
    page.goto(path)
    return time.perf_counter() - begun


def visit(browser: Browser, base_url: str, paths: list[str], cookie: str) -> list[float]:
    """Seconds of each page, one after the other, of somebody who has signed in and has no file of it yet."""
    context = browser.new_context(base_url=base_url)
    context.set_default_timeout(PATIENCE_MS)
    try:
        page = context.new_page()
        sign_in(page, base_url, cookie)
        with slow(page):
            return [opened(page, path) for path in paths]
    finally:
        context.close()


def figures(
    port: int, chromium: str, cookie: str, first: str, following: str, *, visits: int
) -> list[Figure]:
    """The first page of a visit and the next one, by turns with the shortest answer."""
    base_url = f"http://127.0.0.1:{port}"
    shortest, times = [], []
    with sync_playwright() as driver:
        browser = launch(driver, chromium)
        for _ in range(visits):
            shortest += visit(browser, base_url, [SHORTEST], cookie)
            times.append(visit(browser, base_url, [first, following], cookie))
        browser.close()
    return [
        *judged("primera página", [one for one, _ in times], shortest, FIRST_SECONDS, FIRST_ANSWERS),
        *judged("página siguiente", [two for _, two in times], shortest, NEXT_SECONDS, NEXT_ANSWERS),
    ]


def judged(name: str, spent: list[float], shortest: list[float], most: float, answers: float) -> list[Figure]:
    """A page as so many of the shortest answers, and its seconds beside the most they may be."""
    seconds, least = statistics.median(spent), statistics.median(shortest)
    ratio = statistics.median(a / b for a, b in zip(spent, shortest, strict=True))
    name, same = f"enlace pobre, {name}", f"{SHORTEST} por el mismo enlace"
    span = f"de {min(spent):.2f} a {max(spent):.2f}"
    note(f"{name}: {seconds:.2f} s ({span}), meta {most} s; {SHORTEST} {least:.2f} s")
    return [
        at_most(f"{name}: tiempo", ratio, "ratio", baseline=same, target=answers),
        at_most(f"{name}: segundos", seconds, "seconds", baseline=f"{same}: {least:.2f} s", target=most),
    ]
