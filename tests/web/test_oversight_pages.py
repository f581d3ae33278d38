"""Supervision, deadlines, data quality, indicators and releases as pages."""

from __future__ import annotations

import hashlib
import itertools
import re
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from app.runtime import Runtime
from app.services.releases.build import build
from tests.factories import World
from tests.supervision.test_reassigning import Office
from tests.supervision.test_reviews import clock
from tests.web.browsing import Browser, field, links, title

HANDOVER = "/supervision/reasignacion"
_YEARS = itertools.count(2010)


def table_rows(page: httpx.Response) -> str:
    """What the page's tables say, without markup."""
    return re.sub(r"<[^>]+>", " ", " ".join(re.findall(r"<table.*?</table>", page.text, re.DOTALL)))


def test_a_supervisor_sees_how_her_unit_stands_and_others_do_not(world: World) -> None:
    office = Office(world, officers=2)
    office.cases(office.officers[0], 2)
    page = Browser(world, office.chief).get("/supervision")
    assert page.status_code == 200, page.text
    assert title(page) == "Supervisión — RUV"
    assert {HANDOVER, "/calidad", "/plazos?estado=VENCIDO&clase=ACTIVIDAD"} <= set(links(page))
    assert re.search(rf"{office.officers[0].username}\s+2\s+0", table_rows(page))
    officer = Browser(world, office.officers[0])
    assert "/supervision" not in links(officer.get("/trabajo"))
    for path in ("/supervision", "/supervision/revisiones", HANDOVER):
        assert officer.get(path).status_code == 403
    assert officer.post(HANDOVER, {"confirmado": "si"}).status_code in {403, 422}
    analyst = Browser(world, world.actor("analyst"))
    assert [analyst.get(path).status_code for path in ("/supervision", "/plazos", "/calidad")] == [403] * 3


def test_cases_pass_to_others_once_that_was_confirmed(world: World) -> None:
    office = Office(world)
    leaver, heir, _ = office.officers
    codes = office.cases(leaver, 2)
    chief = Browser(world, office.chief)
    asked = {"from_username": leaver.username, "modo": "una", "to_username": heir.username}
    refused = chief.post(HANDOVER, {**asked, "reason": "SALIDA", "cases": f"{codes[0]}\nCA-NADA"})
    assert refused.status_code == 422
    assert "Línea 2: " in refused.text
    assert 'href="#cases"' in refused.text
    assert codes[0] in refused.text
    assert 'href="#reason"' in chief.post(HANDOVER, asked).text
    shown = chief.post(HANDOVER, {**asked, "reason": "SALIDA"})
    assert title(shown) == "Confirmar la reasignación — RUV"
    assert all(code in shown.text for code in codes)
    assert office.sees(heir) == set()
    again = chief.post(HANDOVER, {**asked, "reason": "SALIDA", "otra": "si"})
    assert f'<option value="{heir.username}" selected>' in again.text
    sent = {**asked, "reason": "SALIDA", "confirmado": "si", "_clave": field(shown, "_clave")}
    for _ in range(2):
        done = chief.post(HANDOVER, sent)
        assert (done.status_code, done.headers["location"]) == (303, "/supervision?hecho=reasignado")
    assert office.sees(heir) == set(codes)
    assert office.sees(leaver) == set()
    assert "no hay nada que reasignar" in chief.post(HANDOVER, {**asked, "reason": "SALIDA"}).text


def test_what_is_missing_leads_to_where_it_is_filled_in(world: World) -> None:
    officer = world.actor("cem_officer")
    case = world.register(officer, identity={"age_years": 24}).case_code
    browser = Browser(world, officer)
    report = browser.get("/calidad")
    assert "/calidad/sin-sexo" in links(report)
    found = browser.get("/calidad/sin-sexo")
    assert f"/casos/{case}/datos/identidad/editar" in links(found)
    assert browser.get(f"/casos/{case}/datos/identidad/editar").status_code == 200
    assert case not in Browser(world, world.actor("cem_officer")).get("/calidad/sin-sexo").text
    assert browser.get("/calidad/no-existe").status_code == 404


def test_deadlines_say_where_they_come_from(world: World) -> None:
    officer = world.actor("cem_officer")
    case = world.register(officer, identity={"age_years": 24}).case_code
    clock(world, officer, "SEGUIMIENTO", "trafficking_case", case, datetime.now(UTC) - timedelta(days=2))
    browser = Browser(world, officer)
    late = browser.get("/plazos?estado=VENCIDO&clase=SEGUIMIENTO")
    assert f"/casos/{case}" in links(late)
    assert "por verificar" in late.text
    assert "No hay plazos de este grupo" in browser.get("/plazos?estado=CORRIENDO&clase=SEGUIMIENTO").text
    assert case not in Browser(world, world.actor("cem_officer")).get("/plazos").text
    assert "Pendiente" in browser.get("/plazos/clases").text


def test_indicators_are_for_who_may_read_them_and_small_numbers_stay_hidden(world: World) -> None:
    officer = world.actor("cem_officer")
    for _ in range(12):
        world.register(officer, on=date(2003, 5, 2), identity={"age_years": 24})
    analyst = Browser(world, world.actor("analyst"))
    index = analyst.get("/indicadores")
    assert index.status_code == 200, index.text
    assert "/indicadores/3.2.b/tabla.csv" in links(index)
    one = analyst.get("/indicadores/3.2.b")
    assert "Moquegua" in table_rows(one)
    year = re.search(r'<option value="(\d{4})" selected>', one.text)
    assert year, one.text
    table = analyst.get(f"/indicadores/3.2.b/tabla.csv?anio={year[1]}")
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    moquegua = next(line for line in table.text.splitlines() if "Moquegua" in line)
    assert moquegua == "18,Moquegua,c,c"
    assert analyst.get("/indicadores/3.2.b/tabla.csv").text.startswith("\ufeffAño,Personas identificadas,")
    assert analyst.get("/indicadores/9.9.z").status_code == 404
    assert Browser(world, world.actor("prosecutor")).get("/indicadores").status_code == 403


@pytest.fixture
def drawn(runtime: Runtime, world: World) -> str:
    """A release that waits for approval."""
    return build(runtime.database, world.actor("registry_steward"), next(_YEARS)).code


def test_two_people_approve_a_release_and_then_readers_see_it(world: World, drawn: str) -> None:
    one, other = world.actor("registry_steward"), world.actor("data_protection_officer")
    address = f"/liberaciones/{drawn}"
    analyst = Browser(world, world.actor("analyst"))
    assert analyst.get(address).status_code == 404
    assert drawn not in analyst.get("/liberaciones").text
    assert analyst.post(f"{address}/aprobar").status_code == 403
    first = Browser(world, one)
    assert f"{address}/aprobar" in links(first.get(address))
    assert "Aprobar la liberación" in first.get(f"{address}/aprobar").text
    assert first.post(f"{address}/aprobar").headers["location"] == f"{address}?hecho=aprobada"
    mine = first.get(address)
    assert f"{address}/aprobar" not in links(mine)
    assert "Usted ya la aprobó" in mine.text
    assert first.post(f"{address}/aprobar").status_code == 409
    assert Browser(world, other).post(f"{address}/aprobar").status_code == 303
    page = analyst.get(address)
    assert f"{address}/tablas/T1" in links(page)
    file = analyst.get(f"{address}/archivos/T1.csv")
    assert hashlib.sha256(file.content).hexdigest() in page.text
    table = analyst.get(f"{address}/tablas/T1")
    assert "celda reservada" in table.text
    assert re.search(r"Amazonas\s+c", table_rows(table))
    assert "Total nacional" in analyst.get(f"{address}/tablas/T0").text
    for wrong in ("tablas/T9", "tablas/metadata", "archivos/T1.pdf", "archivos/T9.csv"):
        assert analyst.get(f"{address}/{wrong}").status_code == 404
