"""The directory as pages: found by service and place, kept by each institution for its own units."""

from __future__ import annotations

from tests.directory.test_directory import keeper
from tests.factories import World
from tests.web.browsing import Browser, field, links

LIST = "/directorio"


def test_a_service_is_entered_found_and_changed_by_its_own_institution_only(world: World) -> None:
    admin, _, unit = keeper(world)
    browser = Browser(world, admin)
    place = {"unit": unit, "name": f"Local {unit}", "kind": "FISICO", "address": "Jr. Cusco 120"}
    refused = browser.post(f"{LIST}/lugares/nuevo", {**place, "ubigeo": "En ninguna parte"})
    assert refused.status_code == 422
    assert "Jr. Cusco 120" in refused.text
    assert browser.post(f"{LIST}/lugares/nuevo", {**place, "ubigeo": "170101"}).status_code == 303
    spots = browser.get(f"{LIST}/lugares")
    assert f"Local {unit}" in spots.text
    form = browser.get(f"{LIST}/servicios/nuevo")
    sent = {
        "unit": unit, "name": f"Orientación {unit}", "service_types": ["ASISTENCIA_LEGAL", "SALUD_MENTAL"],
        "departments": ["17"], "phone": "+51 999 888 777", "status": "ACTIVO",
    }  # fmt: skip
    wrong = browser.post(f"{LIST}/servicios/nuevo", {**sent, "service_types": []})
    assert wrong.status_code == 422
    assert f"Orientación {unit}" in wrong.text
    made = browser.post(f"{LIST}/servicios/nuevo", {**sent, "_clave": field(form, "_clave")})
    address = made.headers["location"].partition("?")[0]
    reader = Browser(world, world.actor("cem_officer"))
    found = reader.post(LIST, {"servicio": "SALUD_MENTAL", "departamento": "17"})
    assert found.headers["location"] == f"{LIST}?servicio=SALUD_MENTAL&departamento=17"
    page = reader.get(address)
    assert "Atención psicológica" in page.text
    assert not [href for href in links(page) if href.endswith("/editar")]
    assert reader.get(f"{address}/editar").status_code == 403
    other = Browser(world, keeper(world)[0])
    assert not [href for href in links(other.get(address)) if href.endswith("/editar")]
    change = browser.get(f"{address}/editar")
    version = field(change, "_version")
    written = {**sent, "_version": version, "schedule": "Lunes a viernes"}
    assert other.post(f"{address}/editar", written).status_code == 403
    assert browser.post(f"{address}/editar", written).status_code == 303
    stale = browser.post(f"{address}/editar", {**written, "schedule": "Solo martes"})
    assert stale.status_code == 412
    assert "Solo martes" in stale.text
    assert "Lunes a viernes" in stale.text
    export = reader.get(f"{LIST}/hsds.json")
    assert f"Orientación {unit}" in export.text
    assert export.headers["content-disposition"].startswith("attachment")
    assert Browser(world, world.actor("analyst")).get(LIST).status_code == 403
