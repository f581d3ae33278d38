"""The watch bites: each thing that must not happen in a page is planted once and found."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from app.edge.browser import COOKIE
from tests.factories import PASSWORD, World
from tests.scratch import served
from tests.web.browser import SLOW_LINK, axe, overflow, shot, slow, weigh
from tests.web.conftest import OpenPage, Visit, Visits, watched

DOT = "data:image/gif;base64,R0lGODlhAQABAAAAACw="
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'"
CLEAN = '<main><h1>Carpeta</h1><p>Nada que señalar.</p><a href="/enlace">Otra carpeta</a></main>'
SCRIPTS = {
    "error": "console.error('se rompió')",
    "throws": "throw new Error('no previsto')",
    "promise": "Promise.reject(new Error('sin atender'))",
    "foreign": "fetch('http://192.0.2.1/espia').catch(() => null)",
    "missing": "fetch('/no-existe')",
    "failed": "fetch('/cortado').catch(() => null)",
}
BODIES = {
    "clean": CLEAN,
    "titled": "<title>Caso 45678912</title>" + CLEAN,
    "inline": CLEAN + "<script>document.title = 'x'</script>",
    "handler": CLEAN + '<button onclick="alert(1)">Abrir</button>',
    "style": CLEAN + '<p style="color: red">Rojo</p>',
    "picture": CLEAN + '<img alt="" src="https://example.org/pixel.png">',
    "unnamed": f'<main><h1>Carpeta</h1><img src="{DOT}"></main>',
    "wide": CLEAN + '<img alt="" width="500" height="10" src="' + DOT + '">',
    **{name: f'{CLEAN}<script src="/{name}.js"></script>' for name in SCRIPTS},
}
LONG = b"a" * 50_000


def _page(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in BODIES:
        return HTMLResponse("<title>No existe</title>", 404)
    # The planted request to another host must reach the watch, which the policy would prevent.
    policy = POLICY.replace("connect-src 'self'", "connect-src *") if name == "foreign" else POLICY
    title = "" if "<title>" in BODIES[name] else "<title>Carpeta</title>"
    text = f'<!doctype html><html lang="es"><meta charset="utf-8">{title}{BODIES[name]}</html>'
    return HTMLResponse(text, headers={"Content-Security-Policy": policy})


def _script(request: Request) -> Response:
    return Response(SCRIPTS[request.path_params["name"]], media_type="text/javascript")


def _cut(_: Request) -> Response:
    """Promise more than is sent: the connection breaks."""
    return Response(b"", headers={"Content-Length": "10"})


def _packed(_: Request) -> Response:
    headers = {"Content-Encoding": "gzip", "Cache-Control": "max-age=60"}
    return Response(gzip.compress(LONG), headers=headers, media_type="text/plain")


@pytest.fixture(scope="module")
def planted() -> Iterator[str]:
    """A site of pages with one fault each."""
    routes = [
        Route("/favicon.ico", lambda _: Response(b"")),
        Route("/{name}.js", _script),
        Route("/cortado", _cut),
        Route("/largo", _packed),
        Route("/{name}", _page),
    ]
    with served(Starlette(routes=routes)) as address:
        yield address


@pytest.fixture
def visit(browser: Browser, planted: str) -> Iterator[Visit]:
    """A page and its watch, whose findings the test itself judges."""
    opened = Visits(browser)
    yield opened.open(planted)
    opened.close()


def test_a_clean_page_has_no_finding(visits: Visits, planted: str) -> None:
    page, watch = visits.open(planted)
    page.goto("/clean")
    assert watch.problems() == []
    assert axe(page) == []
    assert overflow(page) == 0


@pytest.mark.parametrize(
    ("name", "finding"),
    [
        ("inline", "content security policy: script-src-elem inline"),
        ("handler", "content security policy: script-src-attr inline"),
        ("style", "content security policy: style-src-attr inline"),
        ("picture", "content security policy: img-src https://example.org"),
        ("error", "console error: se rompió"),
        ("throws", "page error: no previsto"),
        ("promise", "page error: sin atender"),
        ("foreign", "request to another host: http://192.0.2.1/espia"),
        ("missing", "status 404: GET "),
        ("failed", "request failed: net::ERR"),
    ],
)
def test_what_must_not_happen_is_found(visit: Visit, name: str, finding: str) -> None:
    page, watch = visit
    page.goto(f"/{name}", wait_until="networkidle")
    assert any(found.startswith(finding) for found in watch.problems()), watch.problems()


def test_a_finding_fails_the_test_that_opened_the_page(browser: Browser, planted: str) -> None:
    with pytest.raises(AssertionError, match="console error: se rompió"), watched(browser) as opened:
        opened.open(planted)[0].goto("/error")


def test_a_refusal_passes_only_where_it_was_expected(visit: Visit) -> None:
    page, watch = visit
    watch.expect(404)
    page.goto("/no-existe")
    assert watch.problems() == []


def test_a_link_that_is_cut_on_purpose_is_no_finding(visit: Visit) -> None:
    page, watch = visit
    page.goto("/clean")
    with watch.offline():
        assert page.evaluate("fetch('/clean').then(() => 'llegó', () => 'sin enlace')") == "sin enlace"
    assert page.evaluate("fetch('/clean').then(() => 'llegó', () => 'sin enlace')") == "llegó"
    assert watch.problems() == []


def test_a_private_value_is_found_in_an_address_and_in_a_title(visit: Visit) -> None:
    page, watch = visit
    watch.never("ñusta quispe", "45678912")
    watch.expect(404)
    page.goto("/clean?q=%C3%91usta%20Quispe")
    page.goto("/titled")
    page.evaluate("console.log('Ñusta Quispe')")
    found = watch.problems()
    assert sum("address or a title" in problem for problem in found) == 2, found
    assert "private value in the console" in found


def test_axe_finds_a_picture_without_words(visits: Visits, planted: str) -> None:
    page, _ = visits.open(planted)
    page.goto("/unnamed")
    assert [violation.split(" ")[0] for violation in axe(page)] == ["image-alt"]


def test_what_does_not_fit_a_narrow_screen_is_measured(visits: Visits, planted: str) -> None:
    page, _ = visits.open(planted)
    page.goto("/wide")
    assert overflow(page) > 150


def test_the_weight_is_what_the_wire_carried(visits: Visits, planted: str) -> None:
    page, _ = visits.open(planted)
    with weigh(page) as first:
        page.goto("/largo")
    assert 100 < first.bytes < len(LONG) / 10
    assert f"{planted}/largo" in first.requests
    page.goto("/clean")
    with weigh(page) as again:
        page.evaluate("fetch('/largo').then((answer) => answer.text())")
    fetched = [url for url in again.requests if not url.endswith("/favicon.ico")]  # the browser's own errand
    assert fetched == [], "from the cache"


def test_a_slow_link_is_slow(visits: Visits, planted: str) -> None:
    page, _ = visits.open(planted)
    page.goto("/clean")
    link = "() => [navigator.connection.rtt, navigator.connection.downlink]"
    before = page.evaluate(link)
    with slow(page):
        during = page.evaluate(link)
        page.goto("/clean")
    latency, throughput = during
    # The browser tells both a tenth off, lest it be known by them; Mbit/s.
    assert latency >= 0.8 * SLOW_LINK["latency"]
    assert throughput <= 1.2 * SLOW_LINK["downloadThroughput"] * 8 / 1e6
    assert before != during != page.evaluate(link)


def test_clicks_are_counted_across_pages(visits: Visits, planted: str) -> None:
    page, watch = visits.open(planted)
    watch.expect(404)
    page.goto("/clean")
    page.get_by_role("link").click()
    page.goto("/clean")
    page.get_by_role("link").click()
    assert watch.clicks() == 2


def test_pages_are_drawn_only_where_asked(
    visits: Visits, planted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, _ = visits.open(planted)
    page.goto("/clean")
    monkeypatch.delenv("RUV_SHOTS", raising=False)
    shot(page, "carpeta")
    monkeypatch.setenv("RUV_SHOTS", str(tmp_path / "vistas"))
    shot(page, "carpeta: hoy")
    drawn = sorted(file.name for file in tmp_path.rglob("*"))
    assert drawn == ["carpeta-hoy-1366.png", "carpeta-hoy-390.png", "vistas"]


def test_without_scripts_the_page_is_watched_too(visits: Visits, planted: str) -> None:
    page, watch = visits.open(planted, javascript=False)
    page.goto("/error")
    assert page.get_by_role("heading").inner_text() == "Carpeta"
    assert watch.problems() == []


@pytest.mark.parametrize("turn", [1, 2])
def test_the_driver_is_not_in_the_way_of_other_tests(turn: int) -> None:
    """Before and after pages were opened, whatever the order."""
    assert asyncio.run(asyncio.sleep(0, turn)) == turn


# The product's own pages


def test_somebody_signs_in_through_the_page(browser_page: OpenPage, world: World) -> None:
    """The cookie, which is for secure connections only, holds on loopback."""
    actor = world.actor("cem_officer")
    page, _ = browser_page()
    page.goto("/trabajo")
    page.get_by_label("Usuario").fill(actor.username)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit], main button:not([type])").first.click()
    page.wait_for_url("**/compromiso?**")
    cookie = next(c for c in page.context.cookies() if c["name"] == COOKIE)
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Strict")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_page_opens_for_who_is_signed_in(browser_page: OpenPage, world: World, javascript: bool) -> None:
    page, _ = browser_page(world.actor("cem_officer"), javascript=javascript)
    answer = page.goto("/trabajo")
    assert answer is not None
    assert answer.status == 200
    assert page.url.endswith("/trabajo")
