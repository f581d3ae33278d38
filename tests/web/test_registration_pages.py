"""Search first, a registration in parts, possible duplicates, the short form: each as its page offers it."""

from __future__ import annotations

import re
import uuid
from typing import Any

import httpx

from tests.factories import World
from tests.matching_probe.people import somebody
from tests.outbox.browser import Browser as Device
from tests.web.browsing import Browser, field, links, title
from tests.web.test_outbox_pages import handed

DAY = {"dia": "2", "mes": "5", "anio": "2024"}
DETECTED = {"state": "PRESUNTA_VICTIMA", **{f"first_identified_on.{part}": n for part, n in DAY.items()}}


def born(identity: dict[str, Any], prefix: str = "identity.birth_date") -> dict[str, str]:
    """A birth date as the three fields of a form."""
    year, month, day = identity["birth_date"].split("-")
    return {f"{prefix}.dia": day, f"{prefix}.mes": month, f"{prefix}.anio": year}


def as_form(identity: dict[str, Any]) -> dict[str, str]:
    """An identity of `somebody` as the fields of the pages."""
    names = {
        f"identity.{name}": identity[name] for name in ("given_names", "first_surname", "second_surname")
    }
    document = {f"identity.documents-0.{name}": v for name, v in identity["documents"][0].items()}
    return {**names, **document, **born(identity)}


def begun(browser: Browser, **known: str) -> str:
    """The address of a registration just begun."""
    answer = browser.post("/registro", known)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def sent_with(browser: Browser, identity: dict[str, Any], **more: str) -> httpx.Response:
    """Go through detection and identity, and send."""
    path = begun(browser)
    assert browser.post(f"{path}/deteccion", DETECTED).headers["location"] == f"{path}/identidad"
    assert browser.post(f"{path}/identidad", as_form(identity)).status_code == 303
    return browser.post(f"{path}/enviar", more)


def case_of(answer: httpx.Response) -> str:
    """The case a registration led to."""
    found = re.fullmatch(
        r"/registrar/constancia/(CA-[0-9A-Z-]+)\?hecho=registrada", answer.headers["location"]
    )
    assert found, answer.headers["location"]
    return found.group(1)


def test_what_was_looked_for_is_what_the_registration_begins_with(world: World) -> None:
    browser, sought = Browser(world, world.actor("cem_officer")), somebody(uuid.uuid4())
    assert "/registrar" in links(browser.get("/trabajo"))
    page = browser.post("/registrar", as_form(sought))
    assert "No se encontró a nadie" in page.text
    assert title(page) == "Registrar: buscar primero — RUV"
    carried = dict(re.findall(r'type="hidden" name="(identity\.[^"]+)" value="([^"]+)"', page.text))
    path = begun(browser, **carried)
    shown = browser.get(f"{path}/identidad").text
    assert all(
        f'value="{value}"' in shown for value in (sought["first_surname"], sought["documents"][0]["number"])
    )
    assert "Con lo que buscó" in browser.get(path).text
    assert sought["first_surname"] not in path + title(browser.get(path))


def test_too_little_to_look_for_says_what_is_missing_and_keeps_it(world: World) -> None:
    browser = Browser(world, world.actor("police_investigator"))
    page = browser.post("/registrar", {"identity.given_names": "Zutanamaria"})
    assert page.status_code == 422
    assert 'value="Zutanamaria"' in page.text
    assert "indique un documento" in page.text


def test_a_registration_is_kept_part_by_part_and_sent_once(world: World) -> None:
    browser, person = Browser(world, world.actor("cem_officer")), somebody(uuid.uuid4())
    path = begun(browser)
    early = browser.post(f"{path}/enviar")
    assert early.status_code == 422
    assert f"{path}/deteccion" in links(early)
    browser.post(f"{path}/deteccion", DETECTED)
    bad = browser.post(f"{path}/identidad", {**as_form(person), "identity.age_years": "quince"})
    assert bad.status_code == 422
    assert 'value="quince"' in bad.text
    child = {
        **as_form(person),
        "identity.age_years": "15",
        "identity.birth_date.anio": "",
        "a_la_lista": "si",
    }
    child |= {"identity.birth_date.dia": "", "identity.birth_date.mes": ""}
    assert browser.post(f"{path}/identidad", child).headers["location"] == path
    assert "Unidad de Protección Especial" in browser.get(f"{path}/contacto-y-riesgo").text
    review = browser.get(f"{path}/revisar").text
    assert person["first_surname"] in review
    made = case_of(browser.post(f"{path}/enviar"))
    assert browser.get(path).headers["location"] == f"/registrar/constancia/{made}"
    assert browser.post(f"{path}/enviar").headers["location"] == f"/registrar/constancia/{made}"
    receipt = browser.get(f"/registrar/constancia/{made}")
    assert person["first_surname"] not in receipt.text
    assert f"/casos/{made}" in links(receipt)
    assert Browser(world, world.actor("cem_officer")).get(path).status_code == 404


def test_each_role_is_asked_only_what_it_may_write(world: World) -> None:
    cem, police = (
        Browser(world, world.actor("cem_officer")),
        Browser(world, world.actor("police_investigator")),
    )
    of_cem, of_police = begun(cem), begun(police)
    assert f"{of_cem}/necesidades" in links(cem.get(of_cem))
    assert f"{of_cem}/explotacion" not in links(cem.get(of_cem))
    assert f"{of_police}/explotacion" in links(police.get(of_police))
    assert police.get(f"{of_police}/necesidades").status_code == 404
    assert "contact.mobile_phone" not in police.get(f"{of_police}/contacto-y-riesgo").text
    psychologist = Browser(world, world.actor("psychologist"))
    assert psychologist.get("/registrar").status_code == 403
    assert psychologist.get("/ficha-policial").status_code == 403


def test_of_whom_another_unit_knows_only_whom_to_ask_is_shown(world: World) -> None:
    person = somebody(uuid.uuid4())
    owner = world.actor("udavit_officer")
    known = world.register(owner, identity=person, contact={"mobile_phone": "987654321"})
    browser = Browser(world, world.actor("police_investigator"))
    found = browser.post("/registrar", as_form(person))
    assert "Pida acceso a" in found.text
    assert known.code not in found.text
    assert known.case_code not in found.text
    stopped = sent_with(browser, person)
    assert stopped.status_code == 409
    assert "parece que ya está registrada" in stopped.text
    assert not {known.code, known.case_code, "987654321"} & set(
        re.findall(r"[A-Z]{2}-[0-9A-Z-]+|\d{9}", stopped.text)
    )
    path = re.findall(r'action="(/registro/[^"]+)/enviar"', stopped.text)[0]
    assert browser.post(f"{path}/enviar", {"not_duplicate": "NADA"}).status_code == 422
    case_of(browser.post(f"{path}/enviar", {"not_duplicate": "GEMELA"}))


def test_of_whom_ones_unit_sees_the_card_is_masked_and_leads_to_her_case(world: World) -> None:
    person, officer = somebody(uuid.uuid4()), world.actor("cem_officer")
    known = world.register(officer, identity=person)
    browser = Browser(world, officer)
    page = browser.post("/registrar", as_form(person))
    assert "Coincide por completo" in page.text
    card = page.text.partition(known.code)[2].partition("<form")[0]
    assert person["first_surname"] not in card
    assert person["documents"][0]["number"] not in card
    assert browser.get(f"/personas/{known.code}").headers["location"] == f"/casos/{known.case_code}"
    assert Browser(world, world.actor("cem_officer")).get(f"/personas/{known.code}").status_code == 404


def ficha(identity: dict[str, Any], **more: str) -> dict[str, str]:
    """The short form, filled in."""
    return {**DETECTED, **as_form(identity), "identity.declared_age": "16", **more}


def test_the_short_form_registers_once_and_keeps_what_was_refused(world: World) -> None:
    browser, person = Browser(world, world.actor("police_investigator")), somebody(uuid.uuid4())
    page = browser.get("/ficha-policial")
    assert 'data-outbox="registro"' in page.text
    assert title(page) == "Ficha policial — RUV"
    bad = browser.post("/ficha-policial", {**ficha(person), "first_identified_on.anio": "2999"})
    assert bad.status_code == 422
    assert f'value="{person["first_surname"]}"' in bad.text
    sent = ficha(person, _clave=field(page, "_clave"))
    first, again = (case_of(browser.post("/ficha-policial", sent)) for _ in range(2))
    assert first == again
    other = browser.post("/ficha-policial", ficha(person))
    assert other.status_code == 409
    assert "not_duplicate)" not in other.text
    assert f'value="{person["first_surname"]}"' in other.text


def test_a_unit_for_children_is_told_so_beside_the_form(world: World) -> None:
    browser, person = Browser(world, world.actor("upe_officer")), somebody(uuid.uuid4())
    page = browser.post("/ficha-policial", ficha(person, **{"identity.age_years": "40"}))
    assert page.status_code == 422
    assert "solo niñas, niños y adolescentes" in page.text
    assert f'value="{person["first_surname"]}"' in page.text


def test_what_was_written_without_a_connection_is_registered_once_or_reviewed(world: World) -> None:
    actor, person = world.actor("police_investigator"), somebody(uuid.uuid4())
    browser, device = Browser(world, actor), Device(world, actor)
    fields = {name: [value] for name, value in ficha(person).items()}
    content = {"form": "registro", "path": "/ficha-policial", "fields": fields, "uuid": str(uuid.uuid4())}
    made = [handed(browser, device, **content).json() for _ in range(2)]
    assert made[0] == made[1]
    assert made[0]["estado"] == "entregado"
    twin = handed(browser, device, **{**content, "uuid": str(uuid.uuid4())}).json()
    assert twin["estado"] == "revisar"
    draft = twin["codigo"].partition(":")[2]
    assert "Puede que la persona ya esté registrada" in browser.get(f"/borradores/{draft}").text
    again = browser.get(f"/ficha-policial?borrador={draft}")
    assert f'value="{person["first_surname"]}"' in again.text
    sent = ficha(person, not_duplicate="GEMELA", _borrador=field(again, "_borrador"))
    case_of(browser.post("/ficha-policial", sent))
    assert browser.get(f"/borradores/{draft}").status_code == 404
