"""Derivaciones as pages: answered in three clicks, sent step by step without loss, nothing to strangers."""

from __future__ import annotations

import re

from app.access.actor import Actor
from app.services.referrals import rules
from tests.cases.story import ok, refer, registered, shared_with, unit_code
from tests.factories import World
from tests.referrals.steps import overdue
from tests.web.browsing import Browser, field, links, title

SECRET = "Prefiere que la llamen por la tarde"
CONDITIONS = "Desde el lunes, con acompañante"


def asked(world: World, role: str = "udavit_officer", **body: object) -> tuple[Browser, str, Actor, Browser]:
    """A referral to a new unit of a role: the receiver's browser, its code, the receiver, the sender."""
    person = registered(world)
    receiver = world.actor(role)
    wanted = {"service_type": "ASISTENCIA_LEGAL", "message": SECRET, **body}
    code = ok(refer(person.client, person.case, unit_code(world, receiver), **wanted), 201)["code"]
    return Browser(world, receiver), code, receiver, Browser(world, person.officer)


def sent_form(page: str) -> dict[str, list[str]]:
    """Every hidden field of the first form after the heading, as the browser would send it."""
    form = page[page.index('action="/derivaciones/nueva"') :]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(
        r'type="hidden" name="([^"]+)" value="([^"]*)"', form[: form.index("</form>")]
    ):
        if name != "_csrf":
            found.setdefault(name, []).append(value)
    return found


def test_a_referral_is_answered_in_three_clicks_and_the_case_opens_with_it(world: World) -> None:
    receiver, code, _, _ = asked(world)
    path = f"/derivaciones/{code}"
    assert path in links(receiver.get("/trabajo"))  # one click from what is due
    inbox = receiver.get("/derivaciones")
    assert "Esperan su respuesta" in inbox.text
    assert path in links(inbox)
    assert "Vence" in inbox.text
    page = receiver.get(path)
    assert title(page) == f"Derivación — {code} — RUV"
    assert SECRET not in page.text
    assert not [href for href in links(page) if href.startswith("/casos/CA-")]
    sent = {"decision": "accept", "_version": field(page, "_version"), "conditions": "", "reason": ""}
    done = receiver.post(path, sent)
    assert (done.status_code, done.headers["location"]) == (303, f"{path}?hecho=derivacion-aceptada")
    shown = receiver.get(path)
    assert SECRET in shown.text
    assert [href for href in links(shown) if re.fullmatch(r"/casos/CA-[A-Z0-9-]+", href)]
    late = receiver.post(path, {**sent, "decision": "accept_with_conditions", "conditions": CONDITIONS})
    assert late.status_code == 412
    assert CONDITIONS in late.text
    assert receiver.get(f"{path}/carta").headers["content-type"] == "application/pdf"


def test_a_refused_answer_keeps_what_was_typed_and_says_what_does_not_fit(world: World) -> None:
    receiver, code, _, _ = asked(world)
    path = f"/derivaciones/{code}"
    page = receiver.post(path, {"decision": "accept", "conditions": CONDITIONS, "reason": "SIN_CUPO"})
    assert page.status_code == 422
    assert CONDITIONS in page.text
    assert "Elija «Aceptar con condiciones»" in page.text
    assert receiver.post(path, {"decision": "refuse"}).status_code == 422
    assert "SIN_CUPO" not in re.sub(r'value="[^"]*"', "", page.text)  # no code is read
    assert receiver.post(path, {"decision": "refuse", "reason": "SIN_CUPO"}).status_code == 303
    assert "Sin cupo" in receiver.get(path).text


def test_conditions_are_confirmed_the_service_begins_and_ends_with_the_view(world: World) -> None:
    receiver, code, _, sender = asked(world)
    path = f"/derivaciones/{code}"
    given = {"decision": "accept_with_conditions", "conditions": CONDITIONS}
    assert receiver.post(path, given).status_code == 303
    assert "paso/confirmar" not in receiver.get(path).text
    assert CONDITIONS in (shown := sender.get(path)).text
    assert sender.post(f"{path}/paso/confirmar", {"_version": field(shown, "_version")}).status_code == 303
    assert "paso/concluir" not in receiver.get(path).text
    assert receiver.post(f"{path}/paso/comenzar").status_code == 303
    asked_why = receiver.post(f"{path}/paso/concluir")
    assert asked_why.status_code == 422
    assert "Elija cómo terminó" in asked_why.text
    done = receiver.post(f"{path}/paso/concluir", {"result": "SERVICIO_PRESTADO"})
    assert done.headers["location"].endswith("hecho=derivacion-sin-prestacion")
    over = receiver.get(path)
    assert "Servicio prestado" in over.text
    assert SECRET not in over.text
    assert receiver.get(f"{path}/paso/otro").status_code == 404


def test_strangers_and_those_outside_the_network_read_no_more_than_they_must(world: World) -> None:
    receiver, code, _, sender = asked(world, "social_programme_officer", service_type="EDUCACION")
    stranger = Browser(world, world.actor("cem_officer"))
    for path in (
        f"/derivaciones/{code}",
        f"/derivaciones/{code}/carta",
        f"/derivaciones/{code}/paso/retirar",
    ):
        assert stranger.get(path).status_code == 404
    assert code not in stranger.get("/derivaciones?ver=por-vencer").text
    page = receiver.get(f"/derivaciones/{code}")
    assert "Persona en protección especial" in page.text
    assert not {"28950", "Qué se comparte", "Situación legal"} & set(
        re.findall("28950|Qué se comparte|Situación legal", page.text)
    )
    assert code in sender.get("/derivaciones?ver=enviadas").text
    analyst = Browser(world, world.actor("analyst"))
    assert analyst.get("/derivaciones").status_code == 403


def test_a_referral_is_sent_step_by_step_once_and_carries_what_was_typed(world: World) -> None:
    person = registered(world)
    receiver = world.actor("udavit_officer")
    unit, browser = unit_code(world, receiver), Browser(world, person.officer)
    page = browser.get(f"/derivaciones/nueva?caso={person.case}")
    assert f"/derivaciones/nueva?caso={person.case}" in links(
        browser.get(f"/casos/{person.case}/derivaciones")
    )
    refused = browser.post("/derivaciones/nueva", {**sent_form(page.text), "service_type": ""})
    assert refused.status_code == 422
    steps = [
        {"service_type": "ASISTENCIA_LEGAL", "department": ""},
        {"other_unit": "NO-EXISTE"},
        {"other_unit": unit},
        {"reason": "COMPETENCIA", "urgent": "si", "message": SECRET},
    ]
    for told in steps:
        page = browser.post("/derivaciones/nueva", {**sent_form(page.text), **told})
        assert page.status_code == (422 if told.get("other_unit") == "NO-EXISTE" else 200)
    chosen = re.findall(r'name="compartments"[^>]* value="(\w+)" checked', page.text)
    assert {"identity", "contact", "plan"} <= set(chosen) < {*rules.MINIMUM_SHARED["UDAVIT"], "health"}
    back = browser.post("/derivaciones/nueva", {**sent_form(page.text), "compartments": chosen, "otra": "si"})
    assert SECRET in back.text
    page = browser.post("/derivaciones/nueva", {**sent_form(back.text), **steps[-1]})
    told = {"compartments": ["identity"], "legal_basis": "MANDATO_LEGAL"}
    page = browser.post("/derivaciones/nueva", {**sent_form(page.text), **told})
    assert SECRET in page.text
    final = sent_form(page.text)
    assert final["compartments"] == ["identity"]
    answers = [browser.post("/derivaciones/nueva", final) for _ in range(2)]
    assert {a.status_code for a in answers} == {303}
    assert len({a.headers["location"] for a in answers}) == 1
    shown = browser.get(answers[0].headers["location"]).text
    assert SECRET in shown
    assert "Identidad" in shown


def test_one_that_expired_is_sent_again_and_says_so(world: World) -> None:
    receiver, code, _, sender = asked(world)
    overdue(world, code)
    page = sender.get(f"/derivaciones/{code}")
    again = next(href for href in links(page) if href.startswith("/derivaciones/nueva"))
    assert again.endswith(f"reemplaza={code}")
    assert code in sender.get(again).text
    assert "Su respuesta" not in receiver.get(f"/derivaciones/{code}").text
    assert "Escriba el código del caso" in sender.post("/derivaciones/nueva", {"caso": ""}).text
    assert "no está a su cargo" in sender.post("/derivaciones/nueva", {"caso": "CA-1"}).text
    assert sender.get("/derivaciones/nueva?caso=CA-1").status_code == 404


def test_a_case_shows_its_referrals_to_who_takes_part(world: World) -> None:
    person = registered(world)
    worker, _, code = shared_with(world, person, "udavit_officer", service_type="ASISTENCIA_LEGAL")
    for actor in (worker, person.officer):
        assert code in Browser(world, actor).get(f"/casos/{person.case}/derivaciones").text
    stranger = Browser(world, world.actor("cem_officer"))
    assert stranger.get(f"/casos/{person.case}/derivaciones").status_code == 404
