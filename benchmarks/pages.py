"""Pages against the JSON interface: how long a page takes over the same facts as JSON, and what it weighs.

A unit of 200 cases and 4 000 activities. Page and JSON are read by turns over one connection; the page adds
the cookie, the frame and the drawing. Weights are of the packed answers; the first load is the door with
every file it names.
"""

import gzip
import json
import re
import statistics
import time
import urllib.request

from _care import fill_own
from _register import access_token, installation, officer
from _report import Figure, at_most, finish, is_quick, note
from read_case import serve_ours, start

from app.access.actor import Actor
from app.edge.browser import COOKIE
from app.edge.deps import means_of
from app.runtime import Runtime
from app.services.access import browsing, preferences

SLOWER = 4.0
"""A page may take so many times as long as the same facts as JSON."""
PAGE_BYTES = 20_000
FIRST_BYTES = 90_000
FIRST_REQUESTS = 10
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
        preferences.agree(session, actor)
    return f"{COOKIE}={browsing.open_browser(means_of(runtime), actor.username, PASSWORD)}"


def first_load(port: int) -> tuple[int, int]:
    """Packed bytes and requests of the door with every file it names."""
    body = read(port, "/ingreso")[1]
    named = sorted(set(re.findall(rb'(?:href|src)="(/estatico/[^"]+)"', gzip.decompress(body))))
    return len(body) + sum(len(read(port, path.decode())[1]) for path in named), 1 + len(named)


def main() -> None:
    """Run and print the figures."""
    quick = is_quick(__doc__ or "")
    figures: list[Figure] = []
    with installation() as runtime:
        actor = officer(runtime)
        fill_own(runtime, actor)
        process, port = start(serve_ours, str(runtime.settings.data_dir))
        signed = {"Cookie": cookie_of(runtime, actor)}
        bearer = {"Authorization": f"Bearer {access_token(runtime, actor)}"}
        case = json.loads(read(port, "/api/v1/cases?limit=1", **bearer)[1])["items"][0]["code"]
        pairs = {
            "/casos": "/api/v1/cases?limit=25",
            "/trabajo": "/api/v1/clocks",
            f"/casos/{case}": f"/api/v1/cases/{case}",
        }
        for page, plain in pairs.items():
            spent: dict[str, list[float]] = {page: [], plain: []}
            weight = 0
            for _ in range(15 if quick else 60):
                seconds, body = read(port, page, **signed)
                spent[page].append(seconds)
                spent[plain].append(read(port, plain, **bearer)[0])
                weight = len(body)
            mine, other = (statistics.median(times[1:]) for times in (spent[page], spent[plain]))
            name = page.replace(case, "{code}")
            note(f"{name}: {mine * 1e3:.1f} ms, JSON {other * 1e3:.1f} ms, {weight} bytes")
            figures.append(
                at_most(
                    f"{name}: tiempo",
                    mine / other,
                    "ratio",
                    baseline=plain.split("?")[0].replace(case, "{code}"),
                    target=SLOWER,
                )
            )
            figures.append(
                at_most(f"{name}: bytes", weight, "count", baseline="comprimida", target=PAGE_BYTES)
            )
        weight, requests = first_load(port)
        figures.append(
            at_most("primera carga: bytes", weight, "count", baseline="comprimida", target=FIRST_BYTES)
        )
        figures.append(
            at_most("primera carga: pedidos", requests, "count", baseline="/ingreso", target=FIRST_REQUESTS)
        )
        process.terminate()
        process.join()
    finish(figures)


if __name__ == "__main__":
    main()
