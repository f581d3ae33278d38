"""The plan's pages: who sees what of it, and that nothing typed is lost."""

from __future__ import annotations

import pytest

from app.access.actor import Actor
from app.records.kinds import today
from tests.cases.story import ok, refer, shared_with, unit_code
from tests.evidence.samples import photo
from tests.factories import KIND_OF_ROLE, World
from tests.plans.story import WISH, Drafted, assess, drafted, full, running, step
from tests.web.browsing import Browser, field, links, title

NOTE = "Nota que no debe perderse 7731"


def _go(plan: Drafted) -> str:
    return f"/planes/{plan.code}"


def test_the_plan_from_its_case_in_two_clicks_to_paper(world: World) -> None:
    plan, activity = running(world)
    browser = Browser(world, plan.person.officer)
    tab = browser.get(f"/casos/{plan.person.case}/plan")
    assert tab.status_code == 200, tab.text
    assert f"{_go(plan)}/imprimir" in links(tab)
    paper = browser.get(f"{_go(plan)}/imprimir")
    assert (paper.status_code, paper.content[:5]) == (200, b"%PDF-")
    page = browser.get(_go(plan))
    assert page.status_code == 200
    assert title(page) == f"Plan — {plan.code} — RUV"
    assert WISH in page.text
    assert f"{_go(plan)}/actividades/{activity}" in links(page)
    assert "EDUCACION" not in page.text
    assert "PENDIENTE" not in page.text


def test_who_protects_her_orders_by_the_form_who_answers_for_the_plan(world: World) -> None:
    plan, _ = running(world)
    shared = ["identity", "contact", "plan", "services"]
    udavit, _, _ = shared_with(
        world, plan.person, "udavit_officer", service_type="PROTECCION", compartments=shared
    )
    browser, owner = Browser(world, udavit), Browser(world, plan.person.officer)
    form = f"{_go(plan)}/responsable"
    assert form in links(browser.get(_go(plan)))
    assert form not in links(owner.get(_go(plan)))
    assert owner.get(form).status_code == 403
    page = browser.get(form)
    own = unit_code(world, udavit)
    assert own in page.text
    empty = browser.post(form, {"_version": field(page, "_version")})
    assert empty.status_code == 422
    assert "Elija la unidad." in empty.text
    sent = {"_version": field(page, "_version"), "unit": own, "reason": "CERCANIA"}
    done = browser.post(form, sent)
    assert done.status_code == 303, done.text
    assert "Unidades que respondieron del plan" in browser.get(_go(plan)).text
    assert "Su unidad responde ahora del plan" in browser.get("/trabajo").text
    assert "Otra unidad responde ahora del plan" in owner.get("/trabajo").text


def test_writing_a_plan_by_its_forms(world: World) -> None:
    world.department = "24"
    plan = drafted(world)
    browser = Browser(world, plan.person.officer)
    empty = browser.post(f"{_go(plan)}/objetivos", {"wish": NOTE})
    assert empty.status_code == 422
    assert "Complete «Meta»." in empty.text
    assert NOTE in empty.text
    sent = {"domain": "EMPLEO", "wish": "Poner una panadería", "goal": "Empleo formal"}
    made = browser.post(f"{_go(plan)}/objetivos", sent)
    assert made.status_code == 303, made.text
    shelter, clinic = world.unit("CAR"), world.unit("SALUD")
    form = browser.get(made.headers["location"])
    assert clinic in form.text
    assert shelter not in form.text
    assert unit_code(world, plan.person.officer) in form.text
    day = today()
    due = {"due_on.dia": str(day.day), "due_on.mes": str(day.month), "due_on.anio": str(day.year + 1)}
    again = {"unit": unit_code(world, plan.person.officer), "description": NOTE, **due, "otra": "si"}
    key = {"_clave": field(form, "_clave")}
    address = made.headers["location"].split("?")[0]
    for _ in range(2):  # a second click sends nothing twice
        more = browser.post(address, {**again, **key})
        assert more.headers["location"].startswith(address)
    assert browser.get(_go(plan)).text.count(NOTE) == 1
    refused = browser.post(address, {"unit": "otra", "description": NOTE, **due})
    assert refused.status_code == 422
    assert "Escriba el código de la unidad" in refused.text
    assert NOTE in refused.text
    edit = browser.get(f"{_go(plan)}/datos/editar")
    saved = {"_version": field(edit, "_version"), "place_of_execution": "LUGAR_DE_DESTINO", "summary": NOTE}
    assert browser.post(f"{_go(plan)}/datos/editar", saved).status_code == 303
    stale = browser.post(f"{_go(plan)}/datos/editar", {**saved, "summary": "Otro resumen 5512"})
    assert stale.status_code == 412
    assert "Otro resumen 5512" in stale.text
    assert NOTE in stale.text


def test_updating_an_activity_keeps_what_was_typed(world: World) -> None:
    plan, activity = running(world)
    browser = Browser(world, plan.person.officer)
    address = f"{_go(plan)}/actividades/{activity}"
    form = browser.get(f"{address}?volver=/trabajo")
    version = field(form, "_version")
    refused = browser.post(address, {"_version": version, "state": "NO_LOGRADO"})
    assert refused.status_code == 422
    assert "Falta una nota" in refused.text
    ok(step(plan.client, plan.code, activity, 1, state="EN_CURSO"))
    sent = {"_version": version, "state": "LOGRADO", "note": NOTE}
    stale = browser.post(address, sent)
    assert stale.status_code == 412
    assert NOTE in stale.text
    assert "En curso" in stale.text
    sent["_version"] = field(stale, "_version")
    typed = {"_formulario": f"actividad:{activity}", "_pagina": address, "note": "A medias 6604"}
    assert browser.post("/borradores", typed).status_code == 204
    assert "A medias 6604" in browser.get(address).text
    done = browser.post(address, {**sent, "volver": "/trabajo"})
    assert done.headers["location"] == "/trabajo?hecho=plan_actividad"
    after = browser.get(address).text
    assert NOTE in after
    assert "A medias 6604" not in after


@pytest.mark.parametrize("role", ["health_officer", "social_programme_officer"])
def test_a_receiver_sees_and_moves_its_own_activities_only(world: World, role: str) -> None:
    unit = world.unit(KIND_OF_ROLE[role])
    plan, mine = running(world, unit)
    worker = world.actor(role, unit=unit)
    browser = Browser(world, worker)
    assert browser.get(_go(plan)).status_code == 404
    _accepted(world, plan, unit, worker)
    ok(plan.to("EN_REVISION"))
    secret = plan.activity(unit_code(world, plan.person.officer), "Terapia reservada 9917")
    page = browser.get(_go(plan))
    assert page.status_code == 200, page.text
    assert f"{_go(plan)}/actividades/{mine}" in links(page)
    for absent in (WISH, "Terapia reservada", "Secundaria completa", "/imprimir", "/firmas", secret):
        assert absent not in page.text
    assert browser.get(f"{_go(plan)}/actividades/{secret}").status_code == 404
    moved = browser.get(f"{_go(plan)}/actividades/{mine}")
    sent = {"_version": field(moved, "_version"), "state": "EN_CURSO"}
    assert browser.post(f"{_go(plan)}/actividades/{mine}", sent).status_code == 303
    assert browser.get(f"{_go(plan)}/imprimir").status_code == 403


def test_a_reader_of_another_unit_reads_and_is_offered_nothing(world: World) -> None:
    plan, activity = running(world)
    reader, _, _ = shared_with(world, plan.person, "car_caseworker")
    browser = Browser(world, reader)
    page = browser.get(_go(plan))
    assert WISH in page.text
    assert "Qué sigue" not in page.text
    assert "Agregar" not in page.text
    assert "<textarea" not in browser.get(f"{_go(plan)}/actividades/{activity}").text
    stranger = Browser(world, world.actor("cem_officer"))
    for path in ("", "/imprimir", "/datos", f"/actividades/{activity}"):
        assert stranger.get(_go(plan) + path).status_code == 404


def _accepted(world: World, plan: Drafted, unit: str, worker: Actor) -> None:
    sent = refer(plan.client, plan.person.case, unit, service_type="SALUD", compartments=["identity", "plan"])
    answer = world.client(worker).post(
        f"/api/v1/referrals/{ok(sent, 201)['code']}/answer", json={"decision": "accept"}
    )
    ok(answer)


def test_signing_reviewing_and_closing_by_the_pages(world: World) -> None:
    plan = drafted(world)
    plan.activity(unit_code(world, plan.person.officer))
    assess(plan, "SEGURIDAD", 1, days_ago=40)
    browser = Browser(world, plan.person.officer)
    asked = browser.get(f"{_go(plan)}/pasar/EN_CONSULTA")
    moved = browser.post(f"{_go(plan)}/pasar/EN_CONSULTA", {"_version": field(asked, "_version")})
    assert moved.headers["location"] == f"{_go(plan)}?hecho=plan_estado"
    signing = f"{_go(plan)}/firmas"
    shown = {"shown": field(browser.get(signing), "shown")}
    sent = {"manner": "PERSONA:HUELLA", "witness": "Rosa Quispe 4410", **shown}
    unexplained = browser.post(signing, sent)
    assert unexplained.status_code == 422
    assert "Rosa Quispe 4410" in unexplained.text
    assert "explique por qué no" in unexplained.text
    sent["gaps_acknowledged.SEGURIDAD"] = "Se trabaja con la UPE"
    assert browser.post(signing, sent).headers["location"].endswith("plan_firma")
    signed = browser.post(signing, {"manner": "PROFESIONAL:FIRMA", **shown})
    assert signed.headers["location"].endswith("plan_suscrito")
    assert browser.get(f"{_go(plan)}/versiones/1").status_code == 200
    assert browser.get(f"{_go(plan)}/imprimir?version=1").content[:5] == b"%PDF-"
    ok(plan.to("EN_EJECUCION"))
    day = today()
    held = {"held_on.dia": str(day.day), "held_on.mes": str(day.month), "held_on.anio": str(day.year)}
    review = {**held, "participants": "Ella\nSu hermana", "opinion_given": "si", "decisions": NOTE}
    refused = browser.post(f"{_go(plan)}/revisiones", review)
    assert refused.status_code == 422
    assert NOTE in refused.text
    assert browser.post(f"{_go(plan)}/revisiones", {**review, "opinion": "Va bien"}).status_code == 303
    ok(plan.patch(summary="Un resumen nuevo"))
    assert "Un resumen nuevo" in browser.get(signing).text
    close = browser.get(f"{_go(plan)}/pasar/CERRADO_SIN_CUMPLIR")
    ending = {"_version": field(close, "_version"), "closing.follow_up": NOTE}
    unsaid = browser.post(f"{_go(plan)}/pasar/CERRADO_SIN_CUMPLIR", ending)
    assert unsaid.status_code == 422
    assert NOTE in unsaid.text
    ending |= {"outcome": "TRASLADO", "closing.residual_risk": "LEVE"}
    closed = browser.post(f"{_go(plan)}/pasar/CERRADO_SIN_CUMPLIR", ending)
    assert closed.headers["location"].endswith("plan_cerrado")
    assert "Empezar un plan nuevo" in browser.get(f"/casos/{plan.person.case}/plan").text


def test_what_is_signed_is_what_the_page_showed(world: World) -> None:
    plan = drafted(world)
    activity = plan.activity(unit_code(world, plan.person.officer))
    plan.activity(unit_code(world, plan.person.officer))
    ok(plan.to("EN_CONSULTA"))
    browser = Browser(world, plan.person.officer)
    signing = f"{_go(plan)}/firmas"
    mine = {"manner": "PROFESIONAL:FIRMA"}
    assert browser.post(signing, mine).status_code == 412  # of a page that showed nothing
    shown = field(browser.get(signing), "shown")
    ok(plan.patch(summary="Otro resumen que nadie leyó"))  # while the page is open
    stale = browser.post(signing, {**mine, "shown": shown})
    assert stale.status_code == 412
    ok(step(plan.client, plan.code, activity, 1, state="CANCELADA", note="Ya no hace falta"))
    again = browser.post(signing, {**mine, "shown": field(stale, "shown")})
    assert again.status_code == 412  # nor an activity that it still showed
    assert browser.get(f"{_go(plan)}/versiones/1").status_code == 404  # nothing was kept, nor signed
    ok(plan.sign(), 201)  # she signs elsewhere, what stands now
    assert browser.post(signing, {**mine, "shown": field(again, "shown")}).status_code == 303


def test_the_curve_of_a_domain(world: World) -> None:
    plan = drafted(world)
    assess(plan, "SEGURIDAD", 1, days_ago=40)
    browser = Browser(world, plan.person.officer)
    day = today()
    held = {"held_on.dia": str(day.day), "held_on.mes": str(day.month), "held_on.anio": str(day.year)}
    curve = {
        "domain": "SEGURIDAD",
        "level": "3",
        **{k.replace("held", "assessed"): v for k, v in held.items()},
    }
    assert browser.post(f"{_go(plan)}/valoraciones", curve).status_code == 303
    shown = browser.get(f"{_go(plan)}/valoraciones")
    assert "Mejoró 2 niveles" in shown.text
    assert "<svg" in shown.text


def test_files_are_kept_downloaded_and_withdrawn(world: World) -> None:
    unit = world.unit("SALUD")
    plan, mine = running(world, unit)
    browser = Browser(world, plan.person.officer)
    files = f"{_go(plan)}/archivos"
    sent = {"activity": mine, "kind": "CONSTANCIA"}
    assert browser.post(files, sent).status_code == 422
    wrong = browser.post(files, sent, files={"file": ("x.txt", b"hola", "text/plain")})
    assert wrong.status_code == 415
    kept = browser.post(files, sent, files={"file": ("constancia.png", photo("PNG"), "image/png")})
    assert kept.status_code == 303, kept.text
    page = browser.get(files)
    assert "constancia.png" not in page.text
    (file,) = {link for link in links(page) if link.startswith("/archivos/")}
    got = browser.get(file)
    assert got.headers["content-disposition"].startswith("attachment")
    other = Browser(world, world.actor("health_officer", unit=world.unit("SALUD")))
    assert other.get(file).status_code == 404
    take = f"{_go(plan)}{file}/retirar"
    reason = {"_version": field(browser.get(take), "_version"), "reason": "ILEGIBLE"}
    assert browser.post(take, reason).status_code == 303
    assert browser.get(file).status_code == 409


def test_contacts_go_by_channels_she_admits(world: World) -> None:
    plan = full(world)
    browser = Browser(world, plan.person.officer)
    page = browser.get(f"{_go(plan)}/seguimiento")
    assert page.status_code == 200
    attempt = next(link for link in links(page) if link.startswith(f"{_go(plan)}/seguimiento/"))
    day = today()
    on = {
        "contacted_on.dia": str(day.day),
        "contacted_on.mes": str(day.month),
        "contacted_on.anio": str(day.year),
    }
    sent = {**on, "channel": "LLAMADA", "result": "ESTABLE", "note": NOTE}
    assert 'name="channel"' in browser.get(attempt).text
    assert browser.post(attempt, sent).status_code == 303
    assert NOTE in browser.get(f"{_go(plan)}/seguimiento").text
    again = browser.post(attempt, {**sent, "note": "Otra 8812"})
    assert again.status_code == 409
    assert "Otra 8812" in again.text
