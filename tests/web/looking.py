"""Open pages in the real browser and judge each: accessible, light, narrow enough."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from playwright.sync_api import Page

from tests.web.browser import AXE_SCRIPT, axe, overflow, shot
from tests.web.browsing import Browser, links
from tests.web.conftest import OpenPage
from tests.web.crawling import pattern_of
from tests.web.scene import Scene

HEAVIEST = 20 * 1024
"""Bytes of a page itself, as sent."""
MOST = 110
NAMED = re.compile(
    r"(/catalogos|/pasar|/datos|/estado|/calidad|/servicios|/lugares|/cuentas|/unidades|/indicadores)/[^/?]+"
)
"""Pages that say the same of one thing or another."""
LEAVING = ("/sesion", "/ingreso", "/salida")
FAULTY = (
    *("/casos/*/notas", "/registrar", "/ficha-policial", "/derivaciones/*", "/solicitudes/unir"),
    *("/casos/*/consentimientos/nuevo", "/casos/*/proteccion/medidas/nueva", "/solicitudes-de-datos/nueva"),
    *("/administracion/cuentas/nueva", "/supervision/reasignacion", "/casos/*/proceso/nuevo"),
)
"""Pages whose form is also sent empty."""


SAME = frozenset(
    {
        *("/accesibilidad", "/ayuda", "/cuenta", "/cuenta/contrasena", "/estado", "/ficha-policial"),
        *("/plazos/clases", "/satisfaccion", "/sin-conexion", "/solicitudes/separar", "/solicitudes/unir"),
        "/verificar",
    }
)
"""Pages that are the same for everybody: looked at where cases are worked on alone."""
FORM = "main form:has(.govuk-form-group)"


def shape_of(path: str) -> str:
    """Which page an address is of, whatever it is about; its query only says which part of it."""
    return NAMED.sub(r"\1/*", pattern_of(path).partition("?")[0])


def reachable(browser: Browser, start: str = "/") -> Iterator[str]:
    """One address of each page that links lead to from the first one."""
    waiting, seen, been = [start, "/mas"], set[str](), set[str]()
    while waiting and len(been) < MOST:
        path = waiting.pop(0).partition("#")[0]
        shape = shape_of(path)
        if not path or shape in seen or path in been or path.startswith(LEAVING):
            continue
        been.add(path)
        answer = browser.get(path)
        if shape not in FAULTY or "govuk-form-group" in answer.text:  # else another of the kind has the form
            seen.add(shape)
        if answer.status_code == 303:
            waiting.insert(0, answer.headers["location"])
        elif "text/html" in answer.headers.get("content-type", "") and answer.status_code == 200:
            waiting += links(answer)
            yield path


def wrong_pages(
    open_page: OpenPage,
    scene: Scene,
    roles: Iterable[str],
    *,
    but: Callable[[str], bool] = lambda _: False,
    reaching: frozenset[str] = frozenset(),
) -> list[str]:
    """What is wrong with any page that these reach, one after the other; or if one was not reached.

    A page of a shape that was looked at is not opened again, nor one of a shape that is left out.
    """
    wrong, known = list[str](), set[str]()
    for who in roles:
        page, watch = open_page(scene.actors[who])
        page.context.add_init_script(AXE_SCRIPT)  # sooner than bringing it to every page
        watch.expect(422)
        for path in reachable(Browser(scene.world, scene.actors[who])):
            shape = shape_of(path)
            if shape not in known and not but(shape):
                known.add(shape)
                wrong += [f"{who}: {what}" for what in judge(page, path)]
    return [*wrong, *(f"{shape} was not reached" for shape in reaching - known)]


def judge(page: Page, path: str) -> list[str]:
    """What is wrong with the page at this address, and with its form sent empty."""
    answer = page.goto(path)
    assert answer is not None
    shape = shape_of(path)
    found = [f"{shape}: {what}" for what in looked_at(page, shape)]
    weight = answer.request.sizes()["responseBodySize"]
    if weight > HEAVIEST:
        found.append(f"{shape}: weighs {weight} bytes")
    if shape in FAULTY and page.locator(FORM).count():
        _send_empty(page)
        found += [f"{shape}, refused: {what}" for what in looked_at(page, f"{shape}-con-errores")]
    return found


def looked_at(page: Page, name: str) -> list[str]:
    """What is wrong with the page as it stands."""
    found = axe(page)
    if page.locator("h1").count() != 1:
        found.append(f"has {page.locator('h1').count()} h1")
    if wider := overflow(page):
        found.append(f"is {wider} px wider than a narrow screen")
    shot(page, name.strip("/").replace("*", "x"))
    return found


def _send_empty(page: Page) -> None:
    """Send the form as somebody does who pressed the button too early."""
    page.evaluate("""() => {
        const form = document.querySelector('main form:has(.govuk-form-group)')
        for (const one of form.elements) {
            if (one.type === 'radio' || one.type === 'checkbox') one.checked = false
            else if (one.tagName === 'SELECT') one.selectedIndex = 0
            else if (one.type !== 'hidden' && 'value' in one && one.tagName !== 'BUTTON') one.value = ''
        }
        form.requestSubmit(form.querySelector('button[type=submit], button:not([type])'))
    }""")
    page.wait_for_selector(".govuk-error-summary")
    page.wait_for_load_state()
