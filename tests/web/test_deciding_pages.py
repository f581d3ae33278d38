"""Pairs that may be one person, and requests that take two people, as pages."""

from __future__ import annotations

import re
import uuid
from typing import Any

from sqlalchemy import Engine

from app.access.actor import Actor
from app.services.victims.registration import Registered
from tests.cases.story import registered, unit_code
from tests.commands.steps import asked_merge
from tests.factories import World
from tests.matching_probe.people import candidates, somebody
from tests.web.browsing import Browser, field, links


def pair(world: World, admin: Engine, first: Actor, second: Actor) -> tuple[dict[str, Any], list[Registered]]:
    """The same person registered twice, and the code of the pair that was noted."""
    person = somebody(uuid.uuid4())
    both = [world.register(actor, identity=person) for actor in (first, second)]
    (noted,) = candidates(admin, both[0].victim_id)
    return {**person, "code": noted["code"]}, both


def test_a_pair_is_compared_by_who_sees_both_and_masked_for_the_custody(world: World, admin: Engine) -> None:
    officer = world.actor("cem_officer")
    person, (first, second) = pair(world, admin, officer, officer)
    path = f"/coincidencias/{person['code']}"
    browser = Browser(world, officer)
    assert path in links(browser.get("/coincidencias"))
    page = browser.get(path)
    assert page.text.count(person["first_surname"]) == 2
    assert "Igual" in page.text
    custody = Browser(world, world.actor("registry_steward")).get(path)
    assert {first.code, second.code} <= set(re.findall(r"TP-[0-9A-Z-]+", custody.text))
    assert not [name for name in ("given_names", "first_surname") if person[name] in custody.text]
    assert person["documents"][0]["number"] not in custody.text
    assert "Dato protegido" in custody.text
    one_sided, _both = pair(world, admin, officer, world.actor("cem_officer"))
    assert browser.get(f"/coincidencias/{one_sided['code']}").status_code == 404
    assert Browser(world, world.actor("psychologist")).get("/coincidencias").status_code == 403


def test_the_same_person_is_decided_once_and_a_second_person_joins_them(world: World, admin: Engine) -> None:
    unit = unit_code(world, officer := world.actor("cem_officer"))
    person, (kept, absorbed) = pair(world, admin, officer, world.actor("cem_officer", unit=unit))
    chief = Browser(world, world.actor("cem_officer", unit=unit, supervisor=True))
    path = f"/coincidencias/{person['code']}"
    page = chief.get(path)
    sent = {"decision": "MISMA", "two": "si", "keep": kept.code, "_version": field(page, "_version")}
    bare = chief.post(path, sent)
    assert bare.status_code == 422
    assert "Elija el motivo" in bare.text
    stale = chief.post(path, {**sent, "reason_same": "MISMOS_DATOS", "_version": "99"})
    assert stale.status_code == 412
    done = chief.post(path, {**sent, "reason_same": "MISMOS_DATOS"})
    request = done.headers["location"].partition("?")[0]
    assert request.startswith("/solicitudes/CO-")
    assert "Retirar la solicitud" in chief.get(request).text
    assert f'action="{request}/aprobar"' not in chief.get(request).text
    second = Browser(world, world.actor("registry_steward"))
    asked = second.get(request)
    assert kept.code in asked.text
    assert request in links(second.get("/solicitudes"))
    approved = second.post(f"{request}/aprobar", {"_version": field(asked, "_version")})
    assert approved.headers["location"] == f"{request}?hecho=solicitud-aprobada"
    assert "Aprobada y ejecutada" in chief.get(request).text
    assert chief.get(f"/personas/{absorbed.code}").status_code == 303


def test_another_person_needs_a_reason_and_is_not_asked_again(world: World, admin: Engine) -> None:
    officer = world.actor("cem_officer")
    person, _both = pair(world, admin, officer, officer)
    browser, path = Browser(world, officer), f"/coincidencias/{person['code']}"
    version = field(browser.get(path), "_version")
    assert browser.post(path, {"decision": "DISTINTA", "_version": version}).status_code == 422
    later = browser.post(path, {"decision": "NO_SE", "_version": version})
    assert later.headers["location"] == "/coincidencias?hecho=duda-decidida"
    sent = {
        "decision": "DISTINTA",
        "reason_other": "GEMELA",
        "_version": field(browser.get(path), "_version"),
    }
    assert browser.post(path, sent).status_code == 303
    assert path not in links(browser.get("/coincidencias"))
    shown = browser.get(path).text
    assert "Es su melliza o hermana" in shown
    assert "Guardar: otra persona" not in shown


def test_a_request_is_asked_by_codes_refused_with_a_reason_and_withdrawn(world: World) -> None:
    one, other = registered(world), registered(world)
    asker = Browser(world, one.officer)
    wrong = asker.post("/solicitudes/unir", {"keep": "TP-0000", "absorb": other.victim})
    assert wrong.status_code == 422
    assert other.victim in wrong.text
    page = asker.get("/solicitudes/unir")
    sent = {
        "keep": one.victim,
        "absorb": other.victim,
        "reason": "MISMOS_DATOS",
        "_clave": field(page, "_clave"),
    }
    first, again = (asker.post("/solicitudes/unir", sent).headers["location"] for _ in range(2))
    assert first == again
    request = first.partition("?")[0]
    steward = Browser(world, world.actor("registry_steward"))
    version = field(steward.get(request), "_version")
    assert steward.post(f"{request}/rechazar", {"_version": version}).status_code == 422
    refused = steward.post(f"{request}/rechazar", {"_version": version, "reason": "FALTA_SUSTENTO"})
    assert refused.status_code == 303
    assert "Falta sustento" in asker.get(request).text
    another = asked_merge(one, other)
    mine = f"/solicitudes/{another}"
    assert asker.post(f"{mine}/retirar", {"_version": field(asker.get(mine), "_version")}).status_code == 303
    assert Browser(world, world.actor("health_officer")).get("/solicitudes").status_code == 403
    assert Browser(world, world.actor("cem_officer")).get(mine).status_code == 404


def test_a_record_that_is_no_part_of_a_person_is_not_taken_out(world: World) -> None:
    one, other = registered(world), registered(world)
    asker = Browser(world, one.officer)
    sent = {"code": one.victim, "record": other.victim, "reason": "PERSONAS_DISTINTAS"}
    page = asker.post("/solicitudes/separar", sent)
    assert page.status_code in {409, 422}
    assert other.victim in page.text
