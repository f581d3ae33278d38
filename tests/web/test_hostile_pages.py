"""Pages under attack and in bad luck: odd requests, a lock to get around, texts that would be lost."""

from __future__ import annotations

import re

import httpx
import pytest
from fastapi import FastAPI

from app.config import Settings
from app.edge.deps import NO_PAGES
from app.main import create_app
from app.runtime import Runtime
from app.services.access.browsing import form_token
from tests.access.test_routes import routes
from tests.cases.story import Registered, registered
from tests.factories import World
from tests.outbox.browser import Browser as Device
from tests.plans.story import running
from tests.scratch import served
from tests.web.browsing import Browser, field
from tests.web.test_outbox_pages import handed

SCRIPT = "\"><script>canario('1')</script>{{7*7}}"


@pytest.fixture
def person(world: World) -> Registered:
    return registered(world)


@pytest.fixture
def app(settings: Settings, runtime: Runtime) -> FastAPI:
    """The application with a page that breaks."""
    made = create_app(settings, opener=lambda _: runtime)
    made.state.runtime = runtime

    @made.get("/rota")
    def broken() -> None:
        raise LookupError("un valor")

    return made


def test_odd_requests_are_refused_and_break_nothing(world: World, person: Registered) -> None:
    browser = Browser(world, person.officer)
    token = form_token(browser.cookie)
    assert browser.post("/idioma", {}, headers={"Origin": "http://[::1"}).status_code == 403
    for back in ("/€", "/a\r\nb", "/trabajo\u2028x"):
        led = browser.post("/idioma", {"language": "es", "volver": back}, headers={"HX-Request": "true"})
        assert led.status_code == 204
        assert led.headers["hx-redirect"] in {"/%E2%82%AC", "/"}
    for kind in ("Multipart/Form-Data; boundary=x", "APPLICATION/x-www-form-urlencoded"):
        odd = {"Content-Type": kind, "X-Form-Token": token, "Cookie": f"__Host-ruv={browser.cookie}"}
        assert browser.client.post("/bandeja", content=b"--x--\r\n", headers=odd).status_code == 415
    for charset in ("undefined", "punycode", "utf-7"):
        odd = {"Content-Type": f"multipart/form-data; boundary=x; charset={charset}"}
        sent = f'--x\r\nContent-Disposition: form-data; name="_csrf"\r\n\r\n{token}\r\n--x--\r\n'.encode()
        odd["Cookie"] = f"__Host-ruv={browser.cookie}"
        assert browser.client.post("/cuenta/texto", content=sent, headers=odd).status_code == 415
    many = {f"campo-{number}": "x" for number in range(1900)}
    assert browser.post("/cuenta/texto", {"text_size": "grande", **many}).status_code == 303
    assert browser.post("/cuenta/texto", {f"c{number}": "x" for number in range(2100)}).status_code == 400
    assert browser.post("/directorio", {"servicio": "Rosa Quispe"}).headers["location"] == "/directorio"


def test_a_locked_session_opens_no_page(app: FastAPI, world: World, person: Registered) -> None:
    browser = Browser(world, person.officer)
    browser.post("/sesion/bloquear")
    wrong = []
    for method, path, guards in routes(app):
        if path.startswith((*NO_PAGES, "/rota")):
            continue
        if type(guards[0]).__name__ == "_Public":
            continue
        asked = re.sub(r"{\w+}", person.case, path)
        headers = {"Cookie": f"__Host-ruv={browser.cookie}", "X-Form-Token": form_token(browser.cookie)}
        answer = browser.client.request(method, asked, headers=headers)
        if (
            not answer.headers.get("location", "").startswith("/sesion/bloqueada")
            or person.case in answer.text
        ):
            wrong.append(f"{method} {path} {answer.status_code}")
    assert wrong == []
    for open_to_all in ("/ayuda", "/accesibilidad", "/sin-conexion", "/sesion/bloqueada"):
        assert person.officer.username not in browser.get(open_to_all).text


def test_what_breaks_answers_with_the_safe_headers(app: FastAPI) -> None:
    with served(app) as address:
        broken = httpx.get(f"{address}/rota")
    assert broken.status_code == 500
    assert "un valor" not in broken.text
    assert broken.headers["x-content-type-options"] == "nosniff"
    assert broken.headers["referrer-policy"] == "no-referrer"


def test_a_form_whose_answer_was_lost_may_be_sent_again_with_more(world: World, person: Registered) -> None:
    browser, path = Browser(world, person.officer), f"/casos/{person.case}/notas"
    first = {"text": "Llamó.", "kind": "SEGUIMIENTO", "_clave": field(browser.get(path), "_clave")}
    assert browser.post(path, first).status_code == 303
    refused = browser.post(path, {**first, "text": "Llamó su tía."})
    assert refused.status_code == 409
    assert "ya se envió con otros datos" in refused.text
    assert "Idempotency" not in refused.text
    assert "Llamó su tía." in refused.text
    again = {**first, "text": "Llamó su tía.", "_clave": field(refused, "_clave")}
    assert again["_clave"] != first["_clave"]
    assert browser.post(path, again).status_code == 303


def test_a_text_far_too_long_comes_back_whole(world: World, person: Registered) -> None:
    browser, path = Browser(world, person.officer), f"/casos/{person.case}/notas"
    refused = browser.post(path, {"text": "a" * 25_000 + " FINAL", "kind": "SEGUIMIENTO"})
    assert refused.status_code == 422
    assert "a FINAL" in refused.text


def test_a_sign_cut_in_two_loses_no_note(world: World, person: Registered) -> None:
    browser, device = Browser(world, person.officer), Device(world, person.officer)
    fields = {"kind": ["SEGUIMIENTO"], "text": ["Está bien \ud83d"]}
    path = f"/casos/{person.case}/notas"
    assert handed(browser, device, path=path, fields=fields).json()["estado"] == "entregado"
    assert "Está bien" in browser.get(path).text


def test_what_is_written_never_becomes_part_of_the_page(world: World, person: Registered) -> None:
    browser, path = Browser(world, person.officer), f"/casos/{person.case}/notas"
    draft = {"_formulario": f"nota:{person.case}", "_pagina": path, "text": SCRIPT, "kind": SCRIPT}
    assert browser.post("/borradores", draft).status_code == 204
    pages = [browser.get(path), browser.get("/borradores")]
    pages.append(browser.post(path, {"text": SCRIPT, "kind": SCRIPT, "about": SCRIPT, "_clave": SCRIPT}))
    assert browser.post(path, {"text": SCRIPT, "kind": "SEGUIMIENTO"}).status_code == 303
    pages += [browser.get(path), browser.get(f"{path}?desde={SCRIPT}&hecho={SCRIPT}&borrador={SCRIPT}")]
    pages.append(browser.get(f"/sesion/bloqueada?volver=/{SCRIPT}"))
    for page in pages:
        assert page.status_code < 500
        assert "<script>canario" not in page.text
    assert "canario" in pages[3].text


@pytest.mark.parametrize(
    ("text", "told"),
    [("a" * 4001 + " FINAL", "máximo 4000"), ("Vino \u202eayer FINAL", "caracteres de control")],
)
def test_a_step_of_an_activity_is_held_to_what_texts_may_be(world: World, text: str, told: str) -> None:
    plan, activity = running(world)
    browser, path = Browser(world, plan.person.officer), f"/planes/{plan.code}/actividades/{activity}"
    refused = browser.post(path, {"note": text, "_version": field(browser.get(path), "_version")})
    assert refused.status_code == 422
    assert told in refused.text
    assert "FINAL" in refused.text
    assert "FINAL" not in browser.get(path).text
