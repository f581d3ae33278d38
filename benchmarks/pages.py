"""Pages against the JSON interface: how long a page takes over the same facts as JSON, and what it weighs.

A unit of 200 cases and 4 000 activities. Page and JSON are read by turns over one connection; the page adds
the cookie, the frame and the drawing. Weights are of the packed answers; the first load is the door with
every file it names. A visit over a poor link is made in Chromium.
"""

import gzip
import json
import re
import statistics
import sys
import time
import urllib.request

import _poor_link
from _care import fill_own
from _register import access_token, installation, officer
from _report import Figure, at_most, finish, is_quick, note
from read_case import serve_ours, serving

from app.access.act import CARE, Act
from app.access.actor import Actor
from app.edge.browser import COOKIE
from app.runtime import Runtime
from app.services.access import browsing, preferences
from app.services.access.sessions import Means
from tests.chromium import find_chromium

SLOWER = 3.0
"""A page may take so many times as long as the same facts as JSON."""
PAGE_BYTES = 20_000
FIRST_BYTES = 90_000
FIRST_REQUESTS = 10
CASE_CODE = re.compile(r"CA-[0-9A-Z-]+")
PASSWORD = "nube-tranquila-de-otoño-44"


def read(port: int, path: str, **headers: str) -> tuple[float, bytes]:
    """Seconds until the whole answer was there, and its bytes as they came."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", headers={"Accept-Encoding": "gzip", **headers}
    )
    begun = time.perf_counter()
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - loopback
        body = answer.read()
    return time.perf_counter() - begun, body


def cookie_of(runtime: Runtime, actor: Actor) -> str:
    """The cookie of a signed-in browser."""
    with runtime.database.session(actor) as session:
        preferences.agree(Act(session, CARE))
    settings = runtime.settings
    means = Means(
        runtime.database,
        runtime.tokens,
        runtime.password_cost,
        settings.session_hours,
        settings.session_idle_minutes,
    )
    return browsing.open_browser(means, actor.username, PASSWORD)


def first_load(port: int) -> tuple[int, int]:
    """Packed bytes and requests of the door with every file it names."""
    body = read(port, "/ingreso")[1]
    named = sorted(set(re.findall(rb'(?:href|src)="(/estatico/[^"]+)"', gzip.decompress(body))))
    return len(body) + sum(len(read(port, path.decode())[1]) for path in named), 1 + len(named)


def compare(
    port: int, page: str, plain: tuple[str, ...], signed: str, bearer: str, times: int
) -> list[Figure]:
    """A page beside the same facts as JSON, which may take several answers, by turns: its time and weight."""
    drawn, told = [], []
    weight = 0
    for _ in range(times):
        seconds, body = read(port, page, Cookie=signed)
        drawn.append(seconds)
        told.append(sum(read(port, path, Authorization=bearer)[0] for path in plain))
        weight = len(body)
    mine, other = (statistics.median(of[1:]) for of in (drawn, told))
    name, *parts = (CASE_CODE.sub("{code}", path.split("?")[0]) for path in (page, *plain))
    baseline = " + ".join(parts)
    note(f"{name}: {mine * 1e3:.1f} ms, JSON {other * 1e3:.1f} ms, {weight} bytes")
    return [
        at_most(f"{name}: tiempo", mine / other, "ratio", baseline=baseline, target=SLOWER),
        at_most(f"{name}: bytes", weight, "count", baseline="comprimida", target=PAGE_BYTES),
    ]


def main() -> None:
    """Run and print the figures."""
    quick = is_quick(__doc__ or "")
    chromium = find_chromium()
    if chromium is None:
        note("Falta Chromium, con el que se mide un enlace pobre; instálelo con «make browser».")
        sys.exit(2)
    with installation() as runtime:
        actor = officer(runtime)
        fill_own(runtime, actor)
        with serving(serve_ours, str(runtime.settings.data_dir)) as port:
            cookie, bearer = cookie_of(runtime, actor), f"Bearer {access_token(runtime, actor)}"
            first = read(port, "/api/v1/cases?limit=1", Authorization=bearer)[1]
            case = json.loads(first)["items"][0]["code"]
            pairs = {
                "/casos": ("/api/v1/cases?limit=25",),
                "/trabajo": ("/api/v1/clocks", "/api/v1/notices"),
                f"/casos/{case}": (f"/api/v1/cases/{case}",),
            }
            figures = [
                figure
                for page, plain in pairs.items()
                for figure in compare(port, page, plain, f"{COOKIE}={cookie}", bearer, 15 if quick else 60)
            ]
            weight, requests = first_load(port)
            figures += [
                at_most("primera carga: bytes", weight, "count", baseline="comprimida", target=FIRST_BYTES),
                at_most(
                    "primera carga: pedidos", requests, "count", baseline="/ingreso", target=FIRST_REQUESTS
                ),
            ]
            figures += _poor_link.figures(
                port, chromium, cookie, "/trabajo", f"/casos/{case}/notas", visits=3 if quick else 11
            )
    finish(figures)


if __name__ == "__main__":
    main()
