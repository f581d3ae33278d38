"""Shelters as pages: occupancy, stays of a case, vacancies and holds; where a shelter is stays unsaid."""

from __future__ import annotations

from datetime import timedelta

import httpx
from sqlalchemy import Engine

from app.access.actor import Actor
from app.records.kinds import today
from tests.cases.story import ok, registered
from tests.commands.steps import invite
from tests.factories import World
from tests.shelters.steps import PLACEMENTS, admit, code_of, shelter, tag, takes_part
from tests.shelters.test_holds import hold
from tests.web.browsing import Browser, field, links

NOTE = "Trae una mochila azul con stickers"
STREET = "Jirón de los Sauces 431"


def location(answer: httpx.Response) -> str:
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def stay_of(client: httpx.Client, code: str) -> dict[str, object]:
    found: dict[str, object] = ok(client.get(f"{PLACEMENTS}/{code}"))
    return found


def version_in(page: httpx.Response) -> str:
    return field(page, "_version")


def test_she_is_taken_in_goes_out_comes_back_and_leaves(world: World, admin: Engine) -> None:
    actor, client = shelter(world, department="14", MUJERES=2)
    person = registered(world)
    takes_part(admin, person.case, actor)
    browser, base = Browser(world, actor), f"/casos/{person.case}/alojamiento"
    page = browser.get("/centros")
    assert page.status_code == 200
    assert "/centros/ingreso" in links(page)
    form = browser.get("/centros/ingreso")
    bad = browser.post("/centros/ingreso", {"belongings": NOTE})
    assert bad.status_code == 422
    assert NOTE in bad.text
    sent = {"case": person.case, "group": "MUJERES", "belongings": NOTE, "_clave": field(form, "_clave")}
    for _ in range(2):
        assert location(browser.post("/centros/ingreso", sent)) == "/centros?hecho=ingreso"
    (stay,) = ok(client.get(PLACEMENTS))["items"]
    own = f"{base}/{stay['code']}"
    assert {base, f"{own}/salida", f"{own}/egreso"} <= set(links(browser.get("/centros")))
    assert NOTE in browser.get(base).text

    page = browser.get(f"{own}/salida")
    going = {"reason": "SALUD", "destination": STREET, "_version": version_in(page)}
    refused = browser.post(f"{own}/salida", going)
    assert refused.status_code == 422
    assert STREET in refused.text
    going |= {"due_back_at.dia": "1", "due_back_at.mes": "1", "due_back_at.anio": "2001", "hora": "18:30"}
    assert browser.post(f"{own}/salida", going).status_code in {409, 422}  # a day gone by
    soon = (today() + timedelta(days=1)).isoformat()
    day = dict(zip(("due_back_at.anio", "due_back_at.mes", "due_back_at.dia"), soon.split("-"), strict=True))
    assert location(browser.post(f"{own}/salida", going | day)) == f"{base}?hecho=permiso"
    stale = browser.post(f"{own}/egreso", {"reason": "TRASLADO", "notes": NOTE, "_version": "1"})
    assert stale.status_code == 412
    assert NOTE in stale.text
    page = browser.get(base)
    assert "18:30" in page.text
    assert location(browser.post(f"{own}/retorno", {"_version": version_in(page)})) == f"{base}?hecho=retorno"
    page = browser.get(f"{own}/egreso")
    left = {"reason": "RETORNO_AL_PAIS", "notes": NOTE, "_version": version_in(page)}
    assert location(browser.post(f"{own}/egreso", left)) == f"{base}?hecho=egreso"
    assert ok(client.get(PLACEMENTS))["items"] == []


def test_a_child_goes_to_no_family_without_a_fit_adult(world: World, admin: Engine) -> None:
    actor, client = shelter(world, department="15", NNA_MUJERES=1)
    person = registered(world, age_years=12)
    takes_part(admin, person.case, actor)
    code = admit(client, person)
    browser, own = Browser(world, actor), f"/casos/{person.case}/alojamiento/{code}"
    exit_ = {"reason": "REINTEGRACION_FAMILIAR", "_version": str(stay_of(client, code)["version"])}
    refused = browser.post(f"{own}/egreso", exit_)
    assert refused.status_code == 409
    assert f"{own}/idoneidad" in links(refused)
    fit = {"result": "IDONEA", "relation": "MADRE", "suspected": "NO", "name": "Rosa Quispe"}
    assert browser.post(f"{own}/idoneidad", fit).status_code == 422
    day = {"checked_on.dia": "2", "checked_on.mes": "1", "checked_on.anio": "2024"}
    assert browser.post(f"{own}/idoneidad", fit | day).status_code == 303
    assert "resolución" in browser.post(f"{own}/egreso", exit_).text
    upe = invite(world, person, "upe_officer")
    measure = {"type": "CUIDADO_FAMILIAR", "resolution": "RD 1-2026"}
    ok(world.client(upe).post(f"/api/v1/cases/{person.case}/protection-measures", json=measure), 201)
    exit_["_version"] = str(stay_of(client, code)["version"])
    assert browser.post(f"{own}/egreso", exit_).status_code == 303


def test_who_holds_a_place_sees_neither_the_shelter_nor_its_site(world: World, admin: Engine) -> None:
    department = "16"
    actor, client = shelter(world, department=department, MUJERES=1)
    unit, staff = code_of(world, actor), Browser(world, actor)
    version = str(ok(client.get(f"/api/v1/shelters/{unit}"))["version"])
    site = {"address": STREET, "_version": version}
    assert location(staff.post("/centros/mi-centro/local", site)) == "/centros?hecho=centro-local"
    assert STREET in staff.get("/centros/mi-centro/local").text
    assert staff.post("/centros/mi-centro/local", site).status_code == 412
    confirmed = {"_version": str(int(version) + 1)}
    assert location(staff.post("/centros/confirmar", confirmed)) == "/centros?hecho=centro-confirmado"

    person = registered(world)
    browser = Browser(world, person.officer)
    page = browser.get("/centros/cupos?grupo=MUJERES")
    assert "Consultar" in page.text
    asked = {"case": person.case, "group": "MUJERES", "legal_basis": "INTERES_VITAL"}
    missing = browser.post("/centros/reservas/nueva", asked)
    assert missing.status_code == 422
    assert person.case in missing.text
    sent = asked | {"department": department, "_clave": field(missing, "_clave")}
    for _ in range(2):
        assert location(browser.post("/centros/reservas/nueva", sent)).startswith("/centros/reservas?")
    shown = browser.get("/centros/reservas")
    hold = next(
        link for link in staff.get("/centros").text.split('"') if link.startswith("/centros/ingreso?reserva=")
    ).split("=")[1]
    assert hold in shown.text
    seen = [page, shown, browser.get("/centros/registro"), browser.get("/centros/reservas/nueva")]
    seen.append(browser.get(f"/casos/{person.case}/alojamiento"))
    assert all(p.status_code == 200 and unit not in p.text and STREET not in p.text for p in seen)
    assert browser.get(f"/centros/registro/{unit}/local").status_code in {403, 404}
    assert staff.post("/centros/ingreso", {"hold": hold}).status_code == 303
    assert person.case in staff.get("/centros").text


def test_a_house_that_loses_a_missing_child_still_reads_whom_to_call(world: World) -> None:
    actor, client = shelter(world, department="18", GENERAL=1)
    child = registered(world, age_years=13)
    code = hold(child.client, child.case, "18", "GENERAL", legal_basis="INTERES_VITAL")
    stay = ok(client.post(PLACEMENTS, json={"hold": code}), 201)["code"]
    browser, base = Browser(world, actor), f"/casos/{child.case}/alojamiento"
    version = version_in(browser.get(f"{base}/{stay}/egreso"))
    gone = {"reason": "EGRESO_NO_AUTORIZADO", "_version": version}
    after = location(browser.post(f"{base}/{stay}/egreso", gone))
    assert location(browser.get(after)) == "/trabajo?hecho=busqueda-llamar"
    assert "Llame ahora a las que faltan" in browser.get("/trabajo?hecho=busqueda-llamar").text
    assert browser.get(base).status_code == 404


def test_places_in_use_are_not_taken_away_and_what_was_typed_stays(world: World, admin: Engine) -> None:
    actor, client = shelter(world, department="17", MUJERES=1)
    person = registered(world)
    takes_part(admin, person.case, actor)
    admit(client, person)
    browser = Browser(world, actor)
    entry = {"type": "CAR", "department": "17", "active": "si", "places.VARONES": "7"}
    page = browser.get("/centros/mi-centro")
    refused = browser.post("/centros/mi-centro", entry | {"_version": version_in(page)})
    assert refused.status_code == 409
    assert 'value="7"' in refused.text
    kept = entry | {"places.MUJERES": "1", "_version": version_in(page)}
    assert location(browser.post("/centros/mi-centro", kept)) == "/centros?hecho=centro-guardado"


def test_who_has_no_part_sees_nothing(world: World, admin: Engine) -> None:
    actor, client = shelter(world, department="19", MUJERES=1)
    person = registered(world)
    takes_part(admin, person.case, actor)
    code = admit(client, person)
    base = f"/casos/{person.case}/alojamiento"
    stranger = Browser(world, world.actor("cem_officer"))
    for path in (base, f"{base}/{code}", f"{base}/{code}/egreso"):
        assert stranger.get(path).status_code == 404
    assert stranger.post(f"{base}/{code}/egreso", {"reason": "TRASLADO"}).status_code == 404
    assert stranger.get("/centros/ingreso").status_code == 404
    officer = Browser(world, person.officer)
    assert officer.get(f"{base}/{code}").status_code == 404
    assert code not in officer.get(base).text
    analyst: Actor = world.actor("analyst")
    assert Browser(world, analyst).get("/centros").status_code == 403
    assert client.post(f"{PLACEMENTS}/{code}/exit", json={"reason": "TRASLADO"}, headers=tag(1)).is_success
