"""Mi trabajo, the list of cases and the case itself: each role sees its own, and nothing else."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from app.access.actor import Actor
from app.models import Unit
from app.records.kinds import today
from app.services.victims.registration import Registered
from tests.factories import World
from tests.web.browsing import Browser, field, links, title

IDENTITY = {
    "sex": "MUJER",
    "age_years": 16,
    "nationality": "PE",
    "given_names": "Zoraida Canaria",
    "first_surname": "Quispecanario",
    "documents": [{"type": "DNI", "number": "40123456"}],
}
CONTACT = {"mobile_phone": "987654321", "contact_restrictions": ["NO_TELEFONO"]}
CANARIES = ("Zoraida", "Quispecanario", "40123456", "987654321")


@pytest.fixture
def upe(world: World) -> Actor:
    """An officer of a UPE, who registers."""
    return world.actor("upe_officer")


@pytest.fixture
def girl(world: World, upe: Actor) -> Registered:
    """A girl of sixteen with a name, a document and a telephone that must not be called."""
    return world.register(upe, identity=IDENTITY, contact=CONTACT, protection={"risk_level": "SEVERO"})


def test_my_work_leads_to_what_waits(world: World, upe: Actor, girl: Registered) -> None:
    browser = Browser(world, upe)
    page = browser.get("/trabajo")
    assert page.status_code == 200, page.text
    assert title(page) == "Mi trabajo — RUV"
    assert "Casos abiertos a cargo" in page.text
    found = browser.post("/buscar-codigo", {"codigo": girl.code.lower().replace("-", " ")})
    assert found.headers["location"] == f"/casos/{girl.case_code}"
    assert (
        browser.post("/buscar-codigo", {"codigo": girl.case_code})
        .headers["location"]
        .endswith(girl.case_code)
    )
    stranger = Browser(world, world.actor("upe_officer"))
    for text in (girl.code, girl.case_code, "nada", ""):
        refused = stranger.post("/buscar-codigo", {"codigo": text})
        assert refused.status_code == 422
        assert "govuk-error-summary" in refused.text


def test_a_list_names_nobody(world: World, upe: Actor, girl: Registered) -> None:
    browser = Browser(world, upe)
    page = browser.get("/casos")
    assert f"/casos/{girl.case_code}" in links(page)
    assert "16 años" in page.text
    assert "Próximo plazo" in page.text
    assert not [c for c in CANARIES if c in page.text]
    assert girl.case_code not in browser.get("/casos?grupo=cerrados").text
    assert girl.case_code not in browser.get("/casos?sex=HOMBRE").text
    assert girl.case_code in browser.get("/casos?sex=MUJER&state=PRESUNTA_VICTIMA").text
    assert browser.get("/casos?state=NADA").status_code == 422
    assert girl.case_code not in Browser(world, world.actor("upe_officer")).get("/casos").text


def test_the_summary_warns_and_names_nobody(world: World, upe: Actor, girl: Registered) -> None:
    page = Browser(world, upe).get(f"/casos/{girl.case_code}")
    assert page.status_code == 200, page.text
    assert girl.case_code in title(page)
    assert "No contactar por teléfono" in page.text
    assert "Riesgo: severo" in page.text
    assert not [c for c in CANARIES if c in page.text]
    assert Browser(world, world.actor("upe_officer")).get(f"/casos/{girl.case_code}").status_code == 404


def test_a_case_moves_and_a_stale_form_keeps_its_text(world: World, upe: Actor, girl: Registered) -> None:
    browser = Browser(world, upe)
    base = f"/casos/{girl.case_code}/estado"
    assert f"{base}/EN_ASISTENCIA_INMEDIATA" in links(browser.get(base))
    form = browser.get(f"{base}/EN_ASISTENCIA_INMEDIATA")
    sent = {"_version": field(form, "_version"), "note": "Ingresa hoy con su hermana"}
    assert browser.post(f"{base}/ILOCALIZABLE", {"_version": field(form, "_version")}).status_code == 422
    assert browser.post(f"{base}/EN_ASISTENCIA_INMEDIATA", sent).status_code == 303
    stale = browser.post(f"{base}/EN_ATENCION_ESPECIALIZADA", sent)
    assert stale.status_code == 412
    assert "Ingresa hoy con su hermana" in stale.text
    assert "En asistencia inmediata" in stale.text
    again = {**sent, "_version": field(stale, "_version")}
    assert browser.post(f"{base}/EN_ATENCION_ESPECIALIZADA", again).status_code == 303
    history = browser.get(f"/casos/{girl.case_code}/historia")
    assert "Ingresa hoy con su hermana" in history.text
    assert browser.get(f"{base}/NADA").status_code == 404


def test_discarding_waits_for_the_second_person(world: World, upe: Actor, girl: Registered) -> None:
    browser = Browser(world, upe)
    base = f"/casos/{girl.case_code}/estado/DESCARTADA"
    form = browser.get(base)
    assert "dos personas" in form.text
    reason = re.search(r'name="reason"[^>]*value="([A-Z_]+)"', form.text)
    assert reason
    sent = {"_version": field(form, "_version"), "_clave": field(form, "_clave"), "reason": reason.group(1)}
    asked = browser.post(base, sent)
    assert asked.headers["location"].startswith("/solicitudes/CO-")
    assert browser.post(base, sent).headers["location"] == asked.headers["location"]
    assert "Presunta víctima" in browser.get(f"/casos/{girl.case_code}").text


def test_the_team_is_kept_within_the_unit(world: World, upe: Actor, girl: Registered) -> None:
    colleague = world.actor("upe_officer", unit=_unit(world, upe))
    browser = Browser(world, upe)
    base = f"/casos/{girl.case_code}/equipo"
    assert colleague.username in browser.get(base).text
    assert browser.post(f"{base}/personas", {"username": ""}).status_code == 422
    assert browser.post(f"{base}/retiro", {"quien": upe.username}).status_code == 409
    assert browser.post(f"{base}/personas", {"username": colleague.username}).status_code == 303
    assert girl.case_code in Browser(world, colleague).get("/casos").text
    fiscal = world.unit("FISCALIA", department="24")
    shown = browser.get(f"{base}?departamento=24").text
    assert fiscal in shown
    assert "Comunicación del delito a la Fiscalía" in shown
    assert "UDAVIT_AVISO" not in shown  # the police's alone
    unsaid = browser.post(f"{base}/unidades", {"unit": fiscal, "alcance": "todo"})
    assert unsaid.status_code == 422
    assert "Elija en qué base legal se apoya." in unsaid.text
    added = {"unit": fiscal, "basis": "FISCALIA_DENUNCIA", "reason": "Fiscalía de turno"}
    assert browser.post(f"{base}/unidades", {**added, "alcance": "partes"}).status_code == 422
    assert browser.post(f"{base}/unidades", {**added, "alcance": "todo"}).status_code == 303
    assert "Fiscalía de turno" in browser.get(base).text
    assert browser.post(f"{base}/salida").headers["location"].startswith("/casos?")
    assert browser.get(f"/casos/{girl.case_code}").status_code == 404


def _unit(world: World, actor: Actor) -> str:
    with world.session(actor) as session:
        return str(session.scalar(select(Unit.code).where(Unit.id == actor.unit_id)))


def test_who_comes_back_gets_a_new_case(world: World, upe: Actor, girl: Registered) -> None:
    browser = Browser(world, upe)
    form = browser.get(f"/casos/{girl.case_code}/estado/CERRADO")
    ended = {"_version": field(form, "_version"), "outcome": "TRASLADO"}
    assert browser.post(f"/casos/{girl.case_code}/estado/CERRADO", ended).status_code == 303
    summary = browser.get(f"/casos/{girl.case_code}")
    entry = f"/casos/reingreso?persona={girl.code}"
    assert entry in links(summary)
    form = browser.get(entry)
    assert girl.code in form.text
    sent = {"_clave": field(form, "_clave"), "victim": girl.code, "source": "REINGRESO", "state": "ALERTA"}
    assert browser.post("/casos/reingreso", sent).status_code == 422
    on = {"first_identified_on.dia": "5", "first_identified_on.mes": "3", "first_identified_on.anio": "2025"}
    first = browser.post("/casos/reingreso", {**sent, **on})
    assert first.headers["location"].startswith("/casos/CA-")
    assert browser.post("/casos/reingreso", {**sent, **on}).headers["location"] == first.headers["location"]


def test_the_case_of_a_child_is_closed_by_two_people(world: World, upe: Actor) -> None:
    child = world.register(upe, identity={**IDENTITY, "age_years": 9, "documents": []})
    browser, address = Browser(world, upe), f"/casos/{child.case_code}/estado/CERRADO"
    form = browser.get(address)
    assert "requiere dos personas" in form.text
    ended = {"_version": field(form, "_version"), "_clave": field(form, "_clave"), "outcome": "TRASLADO"}
    asked = browser.post(address, ended).headers["location"]
    assert asked.startswith("/solicitudes/CO-")
    assert "Resultado con que se cierra" in browser.get(asked).text
    second = Browser(world, world.actor("data_protection_officer"))
    page = second.get(asked)
    assert "Traslado a otro servicio" in page.text
    approved = second.post(f"{asked.partition('?')[0]}/aprobar", {"_version": field(page, "_version")})
    assert approved.status_code == 303
    assert "Cerrado" in browser.get(f"/casos/{child.case_code}").text


def test_my_work_shows_deadlines_notices_and_drafts(world: World, upe: Actor) -> None:
    case = world.register(upe, on=today(), identity=IDENTITY).case_code
    browser = Browser(world, upe)
    page = browser.get("/trabajo")
    assert "Avisar a la Fiscalía" in page.text
    assert f"/casos/{case}/equipo" in links(page)
    assert "Vence hoy" in page.text or "Vence mañana" in page.text
    assert case not in browser.get("/trabajo?ver=vencidos").text
    assert "Avisar a la Fiscalía" in browser.get(f"/casos/{case}").text
    colleague = world.actor("upe_officer", unit=_unit(world, upe))
    assert "Avisar a la Fiscalía" not in Browser(world, colleague).get("/trabajo").text


@pytest.mark.parametrize("role", ["data_protection_officer", "registry_steward", "health_officer"])
def test_roles_without_cases_get_an_empty_page(world: World, role: str) -> None:
    browser = Browser(world, world.actor(role))
    for path in ("/trabajo", "/casos", "/casos?grupo=cerrados"):
        assert browser.get(path).status_code == 200, path
    answers = "Derivaciones por responder" in browser.get("/trabajo").text
    assert answers is (role == "health_officer")


def test_a_unit_that_was_added_finds_it_in_its_work_and_acknowledges(world: World) -> None:
    police = world.actor("police_investigator")
    case = world.register(police, on=today(), identity=IDENTITY).case_code
    chief = world.actor("upe_officer", supervisor=True)
    with world.session(chief) as session:
        unit = session.scalar(select(Unit.code).where(Unit.id == chief.unit_id))
    officer, upe = Browser(world, police), Browser(world, chief)
    assert "Avisos sin leer" in upe.get("/trabajo").text
    assert "No tiene avisos sin leer." in upe.get("/trabajo").text
    team = f"/casos/{case}/equipo"
    added = {"unit": unit, "basis": "UPE_DESPROTECCION", "reason": "Le corresponde por ley."}
    assert officer.post(f"{team}/unidades", added).status_code == 303
    assert "Avisada, sin acuse de recibo" in officer.get(team).text
    work = upe.get("/trabajo")
    assert "Su unidad fue incorporada al caso" in work.text
    assert f"/casos/{case}" in links(work)
    assert "Zoraida" not in work.text
    assert "Su unidad fue incorporada al caso" in upe.get("/supervision/revisiones").text
    (button,) = re.findall(r'action="(/avisos/[^"]+)"', work.text)
    assert upe.post(button).status_code == 303
    assert "No tiene avisos sin leer." in upe.get("/trabajo").text
    assert "Su unidad fue incorporada al caso" not in upe.get("/supervision/revisiones").text
    assert "Avisada, sin acuse de recibo" not in officer.get(team).text


def test_a_refused_urgent_referral_leads_to_the_next_unit(world: World) -> None:
    sender, receiver = world.actor("cem_officer"), world.actor("shelter_caseworker")
    case = world.register(sender, identity={**IDENTITY, "age_years": 30}).case_code
    with world.session(receiver) as session:
        unit = session.scalar(select(Unit.code).where(Unit.id == receiver.unit_id))
    body = {"case": case, "to_unit": unit, "service_type": "ALOJAMIENTO", "legal_basis": "MANDATO_LEGAL"}
    sent = world.client(sender).post("/api/v1/referrals", json={**body, "urgent": True})
    code = sent.json()["code"]
    refused = {"decision": "refuse", "reason": "SIN_CUPO"}
    assert world.client(receiver).post(f"/api/v1/referrals/{code}/answer", json=refused).status_code == 200
    work = Browser(world, sender).get("/trabajo")
    assert "Rechazaron su derivación" in work.text
    assert "Urgente" in work.text
    assert f"/derivaciones/nueva?caso={case}&reemplaza={code}" in links(work)
