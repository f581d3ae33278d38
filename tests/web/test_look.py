"""Every page of who works on cases, opened in a real browser; and what a first visit weighs."""

from __future__ import annotations

from tests.factories import World
from tests.web.browser import overflow, weigh
from tests.web.conftest import OpenPage
from tests.web.looking import HEAVIEST, SAME, looked_at, wrong_pages
from tests.web.scene import Scene

FIRST_BYTES, FIRST_REQUESTS = 90 * 1024, 10
NEXT_REQUESTS = 2
"""The page, and one thing its script asks for: the files of the first load are kept."""
EMPTY = (
    "/trabajo",
    "/casos",
    "/derivaciones",
    "/solicitudes",
    "/supervision",
    "/calidad",
    "/plazos",
    "/centros",
)


def test_pages_of_who_works_on_cases(browser_page: OpenPage, scene: Scene) -> None:
    assert wrong_pages(browser_page, scene, ("Acogida", "PNP", "Salud"), reaching=SAME) == []


def test_a_planted_defect_is_found(browser_page: OpenPage, scene: Scene) -> None:
    page, _ = browser_page(scene.actors["Acogida"])
    page.goto("/trabajo")
    page.evaluate("""() => {
        document.querySelector('label').remove()
        document.querySelector('main').insertAdjacentHTML('beforeend', '<h1>' + 'ancho'.repeat(99) + '</h1>')
    }""")
    found = "\n".join(looked_at(page, "con-un-defecto"))
    assert "label" in found
    assert "has 2 h1" in found
    assert "px wider" in found


def test_a_partial_view_and_a_long_text(browser_page: OpenPage, scene: Scene) -> None:
    """What is masked is read aloud as such, and a text without a space does not widen the page."""
    page, _ = browser_page(scene.actors["Consulado"])
    page.goto(f"/casos/{scene.case}/datos")
    page.locator("main tr", has_text="Identidad").get_by_role("button", name="Abrir").click()
    page.wait_for_selector(".ruv-masked")
    assert looked_at(page, "identidad-parcial") == []
    note = {"kind": "SEGUIMIENTO", "about": "plan", "text": "sinespacios" * 60}
    scene.post("CAR", f"/cases/{scene.case}/notes", **note)
    house, _ = browser_page(scene.actors["CAR"])
    house.goto(f"/casos/{scene.case}/notas")
    assert "sinespacios" * 60 in house.inner_text("main")
    assert overflow(house) == 0


def test_a_long_code_does_not_widen_a_list_on_a_narrow_screen(browser_page: OpenPage, scene: Scene) -> None:
    long = "CENTRO-DE-ACOGIDA-RESIDENCIAL-ESPECIALIZADO-SANTA-ROSA-01"
    unit = scene.actors["CAR"].unit_id
    scene.run("UPDATE unit SET code = %(c)s WHERE id = %(u)s", c=long, u=unit)
    wider = {}
    for who, path in (("UPE", "/centros/registro"), ("Administración", "/administracion/unidades")):
        page, _ = browser_page(scene.actors[who])
        page.goto(path)
        assert long in page.inner_text("main")
        wider[path] = overflow(page)
    assert wider == {"/centros/registro": 0, "/administracion/unidades": 0}


def test_pages_where_there_is_nothing_yet(browser_page: OpenPage, world: World) -> None:
    page, _ = browser_page(world.actor("car_caseworker", supervisor=True))
    wrong = []
    for path in EMPTY:
        page.goto(path)
        wrong += [f"{path}, empty: {what}" for what in looked_at(page, f"{path}-sin-nada")]
    assert wrong == []


def test_the_door_and_the_pages_behind_it_are_light(browser_page: OpenPage, scene: Scene) -> None:
    """Over 400 kbit/s and 400 ms each 50 KB take a second, and so do two or three requests in a row."""
    page, _ = browser_page()
    with weigh(page) as door:
        page.goto("/ingreso")
    assert looked_at(page, "ingreso") == []
    page, _ = browser_page(scene.actors["Acogida"])
    with weigh(page) as first:
        page.goto("/trabajo")
    with weigh(page) as following:
        page.goto(f"/casos/{scene.case}/notas")
    for load in (door, first):
        assert load.bytes <= FIRST_BYTES
        assert len(load.requests) <= FIRST_REQUESTS
    assert following.bytes <= HEAVIEST
    assert len(following.requests) <= NEXT_REQUESTS, following.requests
