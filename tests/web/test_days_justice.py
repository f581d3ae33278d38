"""The day of police, prosecution, UPE, CEM and defence; also without script, and without a mouse."""

from __future__ import annotations

import re

from tests.web.conftest import OpenPage
from tests.web.scene import CAST, SECRETS, Scene
from tests.web.walking import Walk, begin

RESCUED = {"given_names": "Dariana", "first_surname": "Pizango", "second_surname": "Rengifo"}
IN_SIGHT = """() => {
    const on = document.activeElement
    if (!on || on === document.body || on.matches('main')) return ''
    const box = on.getBoundingClientRect()
    const over = document.elementFromPoint(box.left + Math.min(box.width / 2, 20), box.top + box.height / 2)
    const free = over && (on.contains(over) || over.contains(on) || on.labels?.length)
    if (!free) return `hidden: ${on.outerHTML}`
    const drawn = () => [[on], [on, '::after'], [on.parentElement], [on.parentElement.parentElement],
        ...[...on.labels || []].map((label) => [label, '::before'])].map(([part, pseudo]) => {
            const line = getComputedStyle(part, pseudo)
            return [line.outline, line.boxShadow, line.backgroundColor, line.border].join()
        }).join(';')
    const focused = drawn()
    on.blur()
    const plain = drawn()
    on.focus({preventScroll: true})
    return focused === plain ? `not marked: ${on.outerHTML}` : ''
}"""
"""What has the focus, if it is covered, or looks no other than without."""


def test_the_police_search_write_the_short_form_and_get_a_receipt(
    browser_page: OpenPage, scene: Scene
) -> None:
    day = begin(browser_page, scene, "PNP")
    day.watch.never(*RESCUED.values())
    day.follow("Registrar")
    day.at("/registrar")
    for name, value in RESCUED.items():
        day.page.fill(f"[name='identity.{name}']", value)
    day.page.fill("[name='identity.birth_date.anio']", "2001")
    day.press("Buscar")
    day.sees("No se encontró a nadie")
    day.look("buscar", guide=True)
    day.follow("Ficha policial")
    day.at("/ficha-policial")
    day.choose("Presunta víctima")
    for name, value in RESCUED.items():
        day.page.fill(f"[name='identity.{name}']", value)
    day.page.fill("[name='identity.age_years']", "24")
    day.look("ficha-policial", guide=True)
    day.press("Registrar")
    day.at("/registrar/constancia/*")
    day.sees("Se registró a la persona.", "Constancia de registro", "Qué sigue")
    day.lacks(*RESCUED.values())
    day.look("constancia", guide=True)
    day.watch.expect(403)
    day.page.goto(f"/casos/{scene.case}/plan")
    day.lacks("Quiero terminar la secundaria")
    day.page.goto(f"/casos/{scene.case}")
    day.lacks("Casa Amanecer", scene.units["CAR"])


def test_a_prosecutor_finds_her_victims_by_folder(browser_page: OpenPage, scene: Scene) -> None:
    day = begin(browser_page, scene, "Fiscalía")
    day.follow("Mis víctimas")
    day.at("/fiscalia")
    day.sees(scene.case, "Próxima audiencia", "Sin medidas vigentes")
    day.knows()
    day.look("mis-victimas", guide=True)
    day.follow(scene.case)
    day.at(f"/casos/{scene.case}/proceso")
    day.sees("La entrevista única ya se realizó")
    day.lacks("Casa Amanecer", scene.units["CAR"])
    day.look("proceso", guide=True)
    day.page.goto(f"/casos/{scene.case}/datos")
    day.page.locator("main tr", has_text="Identidad").first.wait_for()
    assert not day.page.locator("main tr", has_text="Salud mental").count()
    day.knows()


def test_the_upe_follows_the_protection_of_a_girl(browser_page: OpenPage, scene: Scene) -> None:
    day = begin(browser_page, scene, "UPE")
    with day.within(2):
        day.page.fill("[name=codigo]", scene.case)
        day.press("Buscar")
    day.follow("Protección")
    day.sees("Niñas, niños y adolescentes")
    day.knows()
    day.look("proteccion", guide=True)
    day.page.goto(f"/casos/{scene.case}/consentimientos")
    day.sees("CEBA Los Cedros")
    day.look("consentimientos", guide=True)


def test_a_women_s_centre_registers_part_by_part(browser_page: OpenPage, scene: Scene) -> None:
    day = begin(browser_page, scene, "CEM")
    day.follow("Registrar")
    day.press("Omitir la búsqueda y registrar")
    day.sees("Nuevo registro", "Falta la detección")
    day.look("registro-por-partes", guide=True)
    day.page.locator("main a", has_text="Detección").first.click()
    day.choose("Presunta víctima")
    day.press("Guardar y continuar")
    day.at("/registro/*/identidad")
    day.page.fill("[name='identity.given_names']", "Keyla")
    day.page.fill("[name='identity.first_surname']", "Ñahui")
    day.page.fill("[name='identity.age_years']", "15")
    day.choose("Guardar y volver a la lista")
    day.press("Guardar y continuar")
    day.sees("Unidad de Protección Especial (UPE)", "Lista para enviar")
    day.follow("Revisar y enviar")
    day.sees("Keyla", "15")
    day.page.locator("main form[action$='/enviar'] button").first.click()
    day.at("/registrar/constancia/*")
    day.lacks("Keyla", "Ñahui")


def test_a_defender_works_without_script(browser_page: OpenPage, scene: Scene) -> None:
    day = begin(browser_page, scene, "Defensa", javascript=False)
    day.sees("Derivaciones por responder")
    day.page.locator(f"main a[href='/derivaciones/{scene.waiting['Defensa']}']").first.click()
    day.choose("Aceptar")
    day.press("Enviar respuesta")
    day.sees("Aceptó la derivación.")
    day.page.goto(f"/casos/{scene.case}/notas")
    text = "La acompañará a la audiencia la defensora de turno."
    day.page.fill("[name=text]", text)
    day.press("Guardar nota")
    day.sees("Se guardó la nota.", text)
    day.knows()


def test_everything_is_reached_by_keyboard_with_the_focus_in_sight(
    browser_page: OpenPage, scene: Scene
) -> None:
    page, watch = browser_page()
    day = Walk(scene, "UDAVIT", page, watch)
    page.goto("/ingreso")
    _tab_to(day, "[name=username]")
    page.keyboard.type(CAST["UDAVIT"].username)
    _tab_to(day, "[name=password]")
    page.keyboard.type("nube-tranquila-de-otoño-44")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("compromiso|trabajo"))
    if "/compromiso" in page.url:
        _tab_to(day, "[name=acepto]")
        page.keyboard.press("Space")
        _tab_to(day, "main form button[type=submit]")
        page.keyboard.press("Enter")
        page.wait_for_url("**/trabajo*")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.govuk-skip-link')")
    page.keyboard.press("Enter")
    _tab_to(day, "[name=codigo]")
    page.keyboard.type(scene.case)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/casos/{scene.case}")
    _tab_to(day, f"main a[href='/casos/{scene.case}/notas'], a[href='/casos/{scene.case}/notas']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/notas")
    _tab_to(day, "[name=text]")
    page.keyboard.type("Se coordinó el traslado a la audiencia.")
    _tab_to(day, "form[data-outbox] button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/notas?hecho=nota")
    day.sees("Se coordinó el traslado a la audiencia.")
    day.lacks(SECRETS["diagnóstico"])
    assert watch.clicks() == 0


def _tab_to(day: Walk, selector: str, most: int = 60) -> None:
    """Go on with Tab until the control has the focus; on the way the focus can always be seen."""
    for _ in range(most):
        if day.page.evaluate("(selector) => document.activeElement?.matches(selector)", selector):
            return
        day.page.keyboard.press("Tab")
        assert day.page.evaluate(IN_SIGHT) == ""
    raise AssertionError(f"not reached by Tab: {selector}")
