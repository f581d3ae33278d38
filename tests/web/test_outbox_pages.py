"""Drafts and the outbox over HTTP: what a page's script asks, and what it is answered."""

from __future__ import annotations

import base64
import json
import re
import uuid
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from app.access.act import CARE, Act
from app.config import Settings
from app.runtime import Runtime
from app.services.access.browsing import form_token
from app.services.limits import PerMinute
from app.services.outbox import devices
from app.web.outbox import pages as outbox
from tests.factories import World
from tests.outbox.browser import Browser as Device
from tests.outbox.browser import parcel
from tests.plans.story import running
from tests.web.browsing import Browser, field

FORM = {"_formulario": "nota:CA-7K3M-9QX2-H4TC", "_pagina": "/casos/CA-7K3M-9QX2-H4TC/notas"}


def handed(browser: Browser, device: Device, **content: object) -> httpx.Response:
    envelope = device.seal(parcel(**content))
    headers = {
        "X-Form-Token": form_token(browser.cookie),
        "X-Equipo": str(envelope.device_id),
        "X-Llave": str(envelope.key_id),
        "X-Firma": base64.b64encode(envelope.signature).decode(),
        "Cookie": f"__Host-ruv={browser.cookie}",
    }
    return browser.client.post("/bandeja", content=envelope.sealed, headers=headers)


def test_a_draft_is_kept_listed_and_thrown_away(world: World) -> None:
    browser = Browser(world, world.actor("cem_officer"))
    assert "No tiene borradores" in browser.get("/borradores").text
    assert browser.post("/borradores", {**FORM, "text": "Llamó su tía."}).status_code == 204
    page = browser.get("/borradores").text
    assert "CA-7K3M-9QX2-H4TC" in page
    assert 'href="/casos/CA-7K3M-9QX2-H4TC/notas"' in page
    assert "Llamó su tía." not in page
    gone = browser.post("/borradores/descartar", {"form": FORM["_formulario"]})
    assert gone.headers["location"] == "/borradores?hecho=borrador"
    assert "No tiene borradores" in browser.get("/borradores").text
    assert browser.post("/borradores", {"_formulario": "Otra cosa", "_pagina": "//x"}).status_code == 422


def test_the_whole_way_of_an_envelope(world: World) -> None:
    actor = world.actor("cem_officer")
    browser, device = Browser(world, actor), Device(world, actor)
    key = browser.get("/bandeja/llave.json").json()
    assert key["llave"] == {
        "id": device.server.id,
        "publica": base64.b64encode(device.server.public).decode(),
    }
    made = handed(browser, device, path="/casos/CA-7K3M-9QX2-H4TC/notas").json()
    assert made["estado"] == "revisar"
    page = browser.get(f"/borradores/{made['codigo'].partition(':')[2]}").text
    assert "Llamó su tía." in page
    assert "ya no participa" in page
    old = (datetime.now(UTC) - timedelta(days=40)).isoformat()
    assert handed(browser, device, written_at=old).json()["estado"] == "revisar"


def test_refusals_are_told_to_the_script(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    actor = world.actor("cem_officer")
    browser, device = Browser(world, actor), Device(world, actor)
    stranger = Browser(world, world.actor("cem_officer"))
    assert handed(stranger, device).status_code == 403
    assert handed(Browser(world), device).headers["location"] == "/ingreso"
    with world.session(actor) as session:
        devices.revoke(Act(session, CARE), device.id)
    refused = handed(browser, device)
    assert (refused.status_code, refused.json()) == (403, {"estado": "rechazado", "motivo": "forbidden"})
    monkeypatch.setattr(outbox, "DELIVERIES", PerMinute(0))
    assert handed(browser, device).status_code == 429


def test_a_browser_is_taken_on_in_words_its_owner_knows(world: World) -> None:
    actor = world.actor("cem_officer")
    browser, device = Browser(world, actor), Device(world, actor)
    agent = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"
    key = base64.b64encode(device.server.public).decode()  # any point of the curve
    made = browser.post("/dispositivos", {"llave": key}, headers={"User-Agent": agent})
    with world.session(actor) as session:
        labels = {str(one.id): one.label for one in devices.devices(Act(session, CARE))}
    assert labels[made.json()["id"]] == "Chrome en Android"
    assert browser.post("/dispositivos", {"llave": "no"}).status_code == 422


def test_what_a_browser_keeps_is_blank_and_of_this_edition(world: World) -> None:
    client = world.client()
    page = client.get("/sin-conexion")
    assert "data-token" not in page.text
    worker = client.get("/sw.js")
    assert worker.headers["content-type"].startswith("text/javascript")
    assert "connect-src 'self'" in worker.headers["content-security-policy"]
    (files,) = re.findall(r"const FILES = (.*)", worker.text)
    for name in [*json.loads(files), "/salida"]:
        assert client.get(name).status_code == 200
    assert client.get("/manifest.webmanifest").json()["name"] == "RUV"


def test_the_switch_takes_the_worker_away(runtime: Runtime, settings: Settings) -> None:
    off = settings.model_copy(update={"offline": False})
    runtime_off = Runtime(off, runtime.database, runtime.vault, runtime.tokens)

    assert b"unregister" in outbox.worker(runtime_off).body


def test_a_step_whose_answer_was_lost_is_one_step(world: World) -> None:
    plan, activity = running(world)
    actor = plan.person.officer
    browser, device = Browser(world, actor), Device(world, actor)
    path, key = f"/planes/{plan.code}/actividades/{activity}", str(uuid.uuid4())
    shown = browser.get(path)
    sent = {"note": "Fue a la posta.", "_version": field(shown, "_version"), "_clave": key}
    assert browser.post(path, sent).status_code == 303
    fields = {"note": ["Fue a la posta."], "_version": [sent["_version"]]}
    again = handed(browser, device, uuid=key, form="actividad", path=path, fields=fields)
    assert again.json()["estado"] == "entregado"
    # On the blank page there is no version: a note on the activity as it is now.
    blank = handed(browser, device, form="actividad", path=path, fields={"note": ["Vuelve el lunes."]})
    assert blank.json()["estado"] == "entregado"
    page = browser.get(path).text
    assert page.count("Fue a la posta.") == 1
    assert page.count("Vuelve el lunes.") == 1
    stale = {"note": ["Tercera."], "_version": [sent["_version"]]}
    assert handed(browser, device, form="actividad", path=path, fields=stale).json()["estado"] == "revisar"
    elsewhere = handed(browser, device, form="actividad", path="/sesion/cerrar")
    assert elsewhere.json()["estado"] == "revisar"
    assert browser.get("/borradores").status_code == 200, "it signed nobody out"
