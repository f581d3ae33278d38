"""The day of who watches over the register: heads, analysts, data protection, custody, administration."""

from __future__ import annotations

import re
from datetime import date

from tests.web.conftest import OpenPage
from tests.web.scene import CAST, SECRETS, Scene
from tests.web.walking import begin


def test_a_head_of_unit_sees_what_is_late_and_no_names(browser_page: OpenPage, scene: Scene) -> None:
    day = begin(browser_page, scene, "CAR")
    day.page.goto("/supervision")
    day.sees("Por revisar", "nramos")
    day.knows()
    day.look("supervision", guide=True)
    day.page.goto("/centros")
    day.sees("Ocupación de su centro", "libres", scene.case)
    day.knows()
    day.look("centro", guide=True)
    day.page.goto("/calidad")
    day.knows()
    day.look("calidad")


def test_an_analyst_gets_figures_and_never_a_person(browser_page: OpenPage, scene: Scene) -> None:
    officer = scene.world.actor("cem_officer")
    for _ in range(12):  # fewer persons are no figure
        scene.world.register(officer, on=date(2003, 5, 2), identity={"age_years": 24})
    day = begin(browser_page, scene, "Análisis")
    day.at("/indicadores")
    assert day.menu() == ["Indicadores", "Liberaciones"]
    day.sees("Con PRI implementado", "Ver tabla", "Descargar como tabla (CSV)")
    day.lacks("CA-", "TP-", *SECRETS.values())
    day.look("indicadores", guide=True)
    day.follow("Liberaciones")
    day.lacks("CA-", "TP-")
    day.watch.expect(403)
    for path in ("/trabajo", "/casos", f"/casos/{scene.case}", "/registrar", "/supervision", "/centros"):
        day.page.goto(path)
        day.lacks(scene.victim, "Depintrap", *SECRETS.values())


def test_data_protection_sees_who_looked_and_nothing_of_her(browser_page: OpenPage, scene: Scene) -> None:
    day = begin(browser_page, scene, "Datos personales")
    day.follow("Solicitudes de datos")
    day.page.locator("main a[href^='/solicitudes-de-datos/SD-']").first.click()
    day.sees("Acceso a sus datos", "Plazo")
    day.knows()
    day.look("solicitud-de-datos", guide=True)
    day.page.goto(f"/casos/{scene.case}/datos")
    assert not day.page.locator("main table button").count()
    day.follow("Quién miró estos datos")
    day.sees("Toda consulta deja rastro", "Respondió una derivación")
    day.lacks("Casa Amanecer", scene.units["CAR"])
    day.knows()
    day.look("accesos", guide=True)


def test_joining_two_records_takes_two_people(browser_page: OpenPage, scene: Scene) -> None:
    kept, absorbed = scene.twice()
    asker = begin(browser_page, scene, "CEM")
    asker.page.goto("/solicitudes/unir")
    asker.page.fill("[name=keep]", kept)
    asker.page.fill("[name=absorb]", absorbed)
    asker.choose("Una misma unidad la registró dos veces")
    asker.press("Pedir")
    asker.at("/solicitudes/*")
    asker.sees("Se pidió unir los dos registros.", "Retirar la solicitud")
    asker.lacks("Aprobar y hacer lo pedido")
    second = begin(browser_page, scene, "Custodia")
    second.follow("Solicitudes")
    second.page.locator("main a[href^='/solicitudes/CO-']").first.click()
    second.sees(kept, absorbed, "Aprobar")
    second.lacks("Sumak", "Qampi")
    second.look("solicitud-de-dos", guide=True)
    second.press("Aprobar y hacer lo pedido")
    second.sees("Se aprobó la solicitud y se hizo lo pedido.")


def test_an_administrator_gives_accounts_and_sees_no_case(browser_page: OpenPage, scene: Scene) -> None:
    day = begin(browser_page, scene, "Administración")
    assert day.menu() == ["Administración", "Directorio"]
    day.sees("nramos", "Centro de Acogida Residencial (CAR)")
    day.look("cuentas", guide=True)
    day.follow("Crear una cuenta")
    day.page.fill("[name=username]", "ycusi")
    day.page.select_option("[name=unit]", label=CAST["CAR"].unit)
    day.page.select_option("[name=role]", label="Psicóloga o psicólogo")
    day.press("Pedir la cuenta")
    day.sees("Se muestra esta única vez", "Primera mitad")
    initial = day.page.inner_text("#contrasena-inicial")
    assert re.fullmatch(r"\S{5}-\S{5}", initial)
    day.page.reload()
    day.lacks(initial)
    day.watch.expect(403, 404)
    for path in ("/trabajo", "/casos", f"/casos/{scene.case}", "/indicadores"):
        day.page.goto(path)
        day.lacks(scene.victim, *SECRETS.values())
