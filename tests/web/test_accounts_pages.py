"""Administration and one's own account as pages."""

from __future__ import annotations

import html
import re
import secrets
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from app.access.act import CARE, Act
from app.edge.browser import COOKIE
from app.errors import Forbidden
from app.services.outbox.devices import key_of
from app.web.catalogues.pages import MOST
from tests.access.accounts import attempt, code_of, set_account, username_of
from tests.accounts.office import OWN, Institution, create, institution, name
from tests.factories import PASSWORD, World
from tests.outbox.browser import Browser as Device
from tests.web.browsing import Browser, field, links, title

CUENTAS = "/administracion/cuentas"
PEDIDOS = "/administracion/pedidos"


@pytest.fixture
def place(world: World) -> Institution:
    return institution(world)


def shown_password(page: httpx.Response) -> str:
    found = re.search(r'id="contrasena-inicial">([^<]+)<', page.text)
    assert found, page.text
    return html.unescape(found.group(1))


def approved(world: World, place: Institution, request: str) -> httpx.Response:
    """What a second person sees who approves a request."""
    second, one = Browser(world, place.second), f"{PEDIDOS}/{request}"
    page = second.get(one)
    assert "Compruebe con la jefatura" in page.text, page.text
    assert one in links(second.get(PEDIDOS))
    return second.post(f"{one}/aprobar", {"_version": field(page, "_version")})


def request_of(page: httpx.Response) -> str:
    """The code of the request that a page leads to."""
    found = re.search(
        r"/administracion/pedidos/(CT-[0-9A-Z-]+)", page.text + page.headers.get("location", "")
    )
    assert found, page.text
    return found.group(1)


def taken(page: httpx.Response, address: str) -> None:
    """The form was taken, and the browser is sent on."""
    assert (page.status_code, page.headers.get("location")) == (303, address), page.text


def test_from_a_new_account_to_its_first_page(world: World, place: Institution) -> None:
    admin, username = Browser(world, place.admin), name()
    assert admin.get("/").headers["location"] == "/administracion"
    assert title(admin.get(f"{CUENTAS}/nueva")) == "Cuenta nueva — RUV"
    sent = {"username": username, "unit": place.unit, "role": "prosecutor", "_clave": "una-clave-de-prueba"}
    made = admin.post(f"{CUENTAS}/nueva", sent)
    assert made.status_code == 200, made.text
    first = shown_password(made)
    again = admin.post(f"{CUENTAS}/nueva", sent)
    assert again.status_code == 200
    assert first not in again.text
    assert "ya se mostró" in again.text
    person = Browser(world)
    assert person.post("/ingreso", {"username": username, "password": first}).status_code == 401
    assert request_of(made) in admin.get(PEDIDOS).text
    assert "Lo pidió usted" in admin.get(PEDIDOS).text
    done = approved(world, place, request_of(made))
    assert first not in done.text
    initial = f"{first}-{shown_password(done)}"
    asked = person.post("/ingreso", {"username": username, "password": initial})
    assert title(asked) == "Cambie su contraseña inicial — RUV"
    assert f'value="{username}"' in asked.text
    assert initial not in asked.text
    fields = {"username": username, "password": initial, "new_password": OWN, "repeated": OWN}
    for wrong, named in (
        ({"repeated": "otra"}, "repeated"),
        ({"new_password": "corta", "repeated": "corta"}, "new_password"),
        ({"new_password": "", "repeated": ""}, "new_password"),
    ):
        refused = person.post("/primera-contrasena", {**fields, **wrong})
        assert refused.status_code == 422
        assert f'href="#{named}"' in refused.text
        assert OWN not in refused.text
    assert person.post("/primera-contrasena", {**fields, "password": "no-es-esta"}).status_code == 401
    let_in = person.post("/primera-contrasena?volver=/trabajo", fields)
    taken(let_in, "/trabajo")
    assert let_in.headers["set-cookie"].startswith(f"{COOKIE}=")
    assert attempt(world, username, OWN).status_code == 200


def test_a_wrong_new_account_is_shown_again_with_what_was_typed(world: World, place: Institution) -> None:
    admin = Browser(world, place.admin)
    refused = admin.post(f"{CUENTAS}/nueva", {"username": "con espacios", "unit": place.unit})
    assert refused.status_code == 422
    assert 'value="con espacios"' in refused.text
    assert 'href="#role"' in refused.text
    taken_name = username_of(world, place.member())
    fields = {"username": taken_name, "unit": place.unit, "role": "prosecutor"}
    assert admin.post(f"{CUENTAS}/nueva", fields).status_code == 409


def test_accounts_are_found_without_their_name_in_an_address(world: World, place: Institution) -> None:
    member, other = place.member(), place.member()
    admin = Browser(world, place.admin)
    everybody = admin.get(CUENTAS)
    assert f"{CUENTAS}/{code_of(world, member)}" in links(everybody)
    found = admin.post(CUENTAS, {"text": username_of(world, member)})
    assert found.status_code == 200
    assert f"{CUENTAS}/{code_of(world, member)}" in links(found)
    assert f"{CUENTAS}/{code_of(world, other)}" not in links(found)
    assert not [href for href in links(found) if username_of(world, member) in href]
    assert "Ninguna cuenta coincide" in admin.post(CUENTAS, {"text": "zzzzzz"}).text
    assert admin.post(CUENTAS, {"state": "RARA"}).status_code == 422
    assert admin.get(f"{CUENTAS}?desde=x").status_code == 400


def test_an_account_is_changed_closed_opened_and_given_a_password(world: World, place: Institution) -> None:
    member = place.member()
    username = username_of(world, member)
    attempt(world, username)
    admin, base = Browser(world, place.admin), f"{CUENTAS}/{code_of(world, member)}"
    page = admin.get(base)
    assert title(page) == "Cuenta — RUV"
    assert {f"{base}/cambiar", f"{base}/contrasena", f"{base}/desactivar"} <= set(links(page))
    assert "Cerrar sus sesiones" in page.text
    taken(admin.post(f"{base}/sesiones"), f"{base}?hecho=sesiones-cerradas")
    assert "No tiene sesiones abiertas" in admin.get(base).text
    assert admin.get(f"{base}/cambiar").status_code == 200
    assert admin.post(f"{base}/cambiar", {"unit": place.unit, "role": "registry_steward"}).status_code == 422
    same = admin.post(f"{base}/cambiar", {"unit": place.unit, "role": "prosecutor"})
    taken(same, f"{base}?hecho=cuenta-igual")
    asked = admin.post(f"{base}/cambiar", {"unit": place.unit, "role": "analyst", "supervisor": "si"})
    request = request_of(asked)
    taken(asked, f"{PEDIDOS}/{request}?hecho=pedido-hecho")
    assert "Análisis" not in admin.get(base).text
    assert "Retirar el pedido" in admin.get(f"{PEDIDOS}/{request}?hecho=pedido-hecho").text
    taken(approved(world, place, request), f"{PEDIDOS}/{request}?hecho=pedido-aprobado")
    assert "Análisis" in admin.get(base).text
    assert admin.get(f"{base}/desactivar").status_code == 200
    taken(admin.post(f"{base}/desactivar"), f"{base}?hecho=cuenta-desactivada")
    assert attempt(world, username).status_code == 401
    taken(admin.post(f"{base}/activar"), f"{base}?hecho=cuenta-activada")
    set_account(world, member, failed_logins=9, locked_until=datetime.now(UTC) + timedelta(hours=1))
    assert "Terminar la espera" in admin.get(base).text
    taken(admin.post(f"{base}/desbloquear"), f"{base}?hecho=cuenta-desbloqueada")
    assert attempt(world, username).status_code == 200
    assert admin.get(f"{base}/contrasena").status_code == 200
    half = admin.post(f"{base}/contrasena")
    assert attempt(world, username).status_code == 200
    given = f"{shown_password(half)}-{shown_password(approved(world, place, request_of(half)))}"
    assert attempt(world, username).status_code == 401
    assert attempt(world, username, given).json()["type"].endswith("password-change-required")


def test_what_one_may_not_administer_offers_no_way_to(world: World, place: Institution) -> None:
    steward = world.actor("registry_steward", unit=world.unit("CENTRAL", institution=place.code))
    stranger = institution(world).member()
    admin = Browser(world, place.admin)
    own, other = (f"{CUENTAS}/{code_of(world, actor)}" for actor in (place.admin, steward))
    assert not [href for href in links(admin.get(own)) if href.startswith(f"{own}/")]
    assert [href for href in links(admin.get(other)) if href.startswith(f"{other}/")] == [
        f"{other}/desactivar"
    ]
    for path in (f"{own}/contrasena", f"{own}/desactivar", f"{other}/contrasena"):
        assert admin.post(path).status_code == 403
    assert admin.get(f"{CUENTAS}/{code_of(world, stranger)}").status_code == 404
    assert Browser(world, place.member()).get(CUENTAS).status_code == 403


def test_a_request_is_refused_with_a_reason_or_taken_back(world: World, place: Institution) -> None:
    admin, second = Browser(world, place.admin), Browser(world, place.second)
    new = {"unit": place.unit, "role": "prosecutor"}
    one, two = (
        f"{PEDIDOS}/{request_of(admin.post(f'{CUENTAS}/nueva', {**new, 'username': name()}))}"
        for _ in range(2)
    )
    version = {"_version": field(second.get(one), "_version")}
    assert second.post(f"{one}/rechazar", version).status_code == 422
    refused = second.post(f"{one}/rechazar", {**version, "reason": "NO_CORRESPONDE"})
    taken(refused, f"{one}?hecho=pedido-rechazado")
    assert admin.post(f"{two}/aprobar", version).status_code == 403
    taken(admin.post(f"{two}/retirar", version), f"{two}?hecho=pedido-retirado")
    assert "Ningún pedido espera" in second.get(PEDIDOS).text
    assert {one, two} <= set(links(second.get(f"{PEDIDOS}?ver=todos")))
    officer = Browser(world, world.actor("data_protection_officer"))
    taken(officer.get("/administracion"), PEDIDOS)
    assert officer.get(CUENTAS).status_code == 403
    assert Browser(world, place.member()).get(PEDIDOS).status_code == 403


def test_units_are_made_and_renamed(world: World, place: Institution) -> None:
    admin, code = Browser(world, place.admin), f"FP-{secrets.token_hex(4).upper()}"
    new = "/administracion/unidades/nueva"
    assert "FISCALIA" in admin.get(new).text
    refused = admin.post(new, {"code": code, "name": "Fiscalía", "kind": "UPE"})
    assert refused.status_code == 422
    assert 'href="#kind"' in refused.text
    fields = {"code": code.lower(), "name": "Fiscalía de Puno", "kind": "FISCALIA", "department": "21"}
    taken(admin.post(new, fields), "/administracion/unidades?hecho=unidad-creada")
    listed = admin.get("/administracion/unidades")
    assert f"/administracion/unidades/{code}" in links(listed)
    assert "Puno" in listed.text
    one = f"/administracion/unidades/{code}"
    assert 'value="Fiscalía de Puno"' in admin.get(one).text
    assert admin.post(one, {"name": " "}).status_code == 422
    taken(admin.post(one, {"name": "Fiscalía de Juliaca"}), "/administracion/unidades?hecho=unidad-cambiada")
    assert "Fiscalía de Juliaca" in admin.get("/administracion/unidades").text
    foreign = institution(world).unit
    assert admin.get(f"/administracion/unidades/{foreign}").status_code == 404


def test_catalogues_are_looked_through_by_everybody(world: World) -> None:
    browser = Browser(world, world.actor("cem_officer"))
    index = browser.get("/administracion/catalogos")
    assert "/administracion/catalogos/offence" in links(index)
    assert CUENTAS not in links(index)
    offences = browser.get("/administracion/catalogos/offence").text
    assert "desde el 31/03/2021" in offences
    assert "no se edita" in offences
    districts = browser.get("/administracion/catalogos/ubigeo").text
    assert f"{MOST} de 1894 códigos" in districts
    found = browser.post("/administracion/catalogos/country", {"text": "PERU"}).text
    assert "1 de 249 códigos" in found
    assert "Ningún código" in browser.post("/administracion/catalogos/country", {"text": "Atlántida"}).text
    assert browser.get("/administracion/catalogos/nada").status_code == 404


def test_ones_own_sessions_end_one_by_one_or_all_but_this(world: World) -> None:
    actor = world.actor("cem_officer")
    browsers = [Browser(world, actor) for _ in range(4)]
    mine = browsers[-1].get("/cuenta")
    assert title(mine) == "Mi cuenta — RUV"
    assert "Esta sesión" in mine.text
    others = re.findall(r'name="session" value="([0-9a-f-]{36})"', mine.text)
    assert len(others) == 3
    taken(browsers[-1].post("/cuenta/sesiones", {"session": others[0]}), "/cuenta?hecho=sesion-cerrada")
    assert [one.get("/cuenta").status_code for one in browsers].count(303) == 1
    assert browsers[-1].post("/cuenta/sesiones", {"session": others[0]}).status_code == 404
    assert browsers[-1].post("/cuenta/sesiones", {"session": "x"}).status_code == 404
    taken(browsers[-1].post("/cuenta/sesiones", {"session": "otras"}), "/cuenta?hecho=sesiones-cerradas")
    assert [one.get("/cuenta").status_code for one in browsers] == [303, 303, 303, 200]


def test_ones_own_devices_are_listed_and_taken_back(world: World) -> None:
    actor, other = world.actor("cem_officer"), world.actor("cem_officer")
    browser = Browser(world, actor)
    assert 'href="/sin-conexion"' in browser.get("/cuenta").text
    device, foreign = Device(world, actor), Device(world, other)
    mine = browser.get("/cuenta").text
    assert "Chromium en Linux" in mine
    assert re.findall(r'name="device" value="([^"]+)"', mine) == [str(device.id)]
    for unknown in (foreign.id, "x"):
        assert browser.post("/cuenta/equipos", {"device": str(unknown)}).status_code == 404
    taken(browser.post("/cuenta/equipos", {"device": str(device.id)}), "/cuenta?hecho=equipo-quitado")
    assert "Se quitó el equipo" in browser.get("/cuenta?hecho=equipo-quitado").text
    assert str(device.id) not in browser.get("/cuenta").text
    with world.session(actor) as session, pytest.raises(Forbidden):
        key_of(Act(session, CARE), device.id)
    with world.session(other) as session:
        assert key_of(Act(session, CARE), foreign.id)


def test_ones_own_text_is_made_larger_everywhere(world: World) -> None:
    browser = Browser(world, world.actor("cem_officer"))
    assert "ruv-text-" not in browser.get("/cuenta").text
    refused = browser.post("/cuenta/texto", {"text_size": "enorme"})
    assert refused.status_code == 422
    assert 'href="#text_size"' in refused.text
    taken(browser.post("/cuenta/texto", {"text_size": "muy-grande"}), "/cuenta?hecho=texto")
    for page in ("/trabajo", "/cuenta"):
        assert re.search(r'<html [^>]*class="[^"]* ruv-text-muy-grande"', browser.get(page).text)


def test_ones_own_password_is_changed(world: World) -> None:
    actor = world.actor("cem_officer")
    here, there = Browser(world, actor), Browser(world, actor)
    assert here.get("/cuenta/contrasena").status_code == 200
    fields = {"old_password": PASSWORD, "new_password": OWN, "repeated": OWN}
    for wrong, named in (
        ({"old_password": "no-es-esta"}, "old_password"),
        ({"repeated": "otra"}, "repeated"),
        ({"new_password": PASSWORD, "repeated": PASSWORD}, "new_password"),
    ):
        refused = here.post("/cuenta/contrasena", {**fields, **wrong})
        assert refused.status_code == 422
        assert f'href="#{named}"' in refused.text
        assert not {PASSWORD, OWN} & set(re.findall(r'value="([^"]*)"', refused.text))
    taken(here.post("/cuenta/contrasena", fields), "/cuenta?hecho=contrasena")
    assert "Cambió su contraseña" in here.get("/cuenta?hecho=contrasena").text
    assert there.get("/cuenta").status_code == 303
    assert attempt(world, actor.username, OWN).status_code == 200


def test_a_long_list_goes_on(world: World, place: Institution) -> None:
    made = [create(place)["account"] for _ in range(2)]
    admin = Browser(world, place.admin)
    page = admin.get(CUENTAS)
    assert [href for href in links(page) if "desde=" in href] == []
    assert {f"{CUENTAS}/{account}" for account in made} <= set(links(page))
    assert "Con contraseña inicial" in page.text
