"""The record part by part: closed until a reason is given, one at a time, and corrected with nothing lost."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from app.access.act import CARE, Act
from app.access.actor import Actor
from app.records import COMPARTMENTS, fields
from app.services.victims.changes import change
from app.services.victims.registration import Registered
from app.web.kit.controls import controls
from app.web.victims.record_groups import ABOUT, SLUGS, grouped
from tests.factories import World
from tests.web.browsing import Browser, field

IDENTITY = {
    "sex": "MUJER",
    "age_years": 25,
    "given_names": "Zoraida Canaria",
    "first_surname": "Quispecanario",
    "aliases": ["Aliascanario"],
    "documents": [{"type": "DNI", "number": "40123456"}],
}
CONTACT = {"residence_address": "Jirón Canario 45"}


@pytest.fixture
def cem(world: World) -> Actor:
    """An officer of a CEM, who registers."""
    return world.actor("cem_officer")


@pytest.fixture
def woman(world: World, cem: Actor) -> Registered:
    """A woman with a name and an address."""
    return world.register(cem, identity=IDENTITY, contact=CONTACT)


def looks(admin: Engine, victim_id: int, action: str = "victims.read") -> list[tuple[list[str], str]]:
    """Compartments and purpose of each look of this kind, in order."""
    with admin.begin() as connection:
        rows = connection.execute(
            text(
                "SELECT event::json -> 'compartments', event::json ->> 'purpose' FROM audit_event"
                " WHERE victim_id = :v AND action = :a ORDER BY id"
            ),
            {"v": victim_id, "a": action},
        )
        return [(row[0] or [], row[1]) for row in rows]


def test_nothing_is_opened_before_it_is_asked_for(
    world: World, cem: Actor, woman: Registered, admin: Engine
) -> None:
    browser = Browser(world, cem)
    page = browser.get(f"/casos/{woman.case_code}/datos")
    assert page.status_code == 200, page.text
    assert "Identidad" in page.text
    assert "Zoraida" not in page.text
    assert looks(admin, woman.victim_id) == []
    refused = browser.post(f"/casos/{woman.case_code}/datos", {"parte": "identidad", "motivo": "curiosidad"})
    assert refused.status_code == 422
    assert "Zoraida" not in refused.text
    opened = browser.post(f"/casos/{woman.case_code}/datos", {"parte": "identidad", "motivo": "proceso"})
    assert "Zoraida Canaria" in opened.text
    assert "40123456" in opened.text
    assert "Jirón Canario" not in opened.text
    assert looks(admin, woman.victim_id) == [(["identity"], "proceso")]
    log = browser.get(f"/casos/{woman.case_code}/accesos")
    assert "Investigación o proceso penal" in log.text
    assert "Zoraida" not in log.text
    kept = browser.get(f"/casos/{woman.case_code}/accesos?antes=123")  # of before, or cut
    assert (kept.status_code, kept.headers["location"]) == (303, f"/casos/{woman.case_code}/accesos")


def test_a_part_is_corrected_and_nothing_typed_is_lost(world: World, cem: Actor, woman: Registered) -> None:
    browser = Browser(world, cem)
    url = f"/casos/{woman.case_code}/datos/contacto/editar"
    form = browser.get(url)
    assert "Jirón Canario 45" in form.text
    sent = {
        "_version": field(form, "_version"),
        "residence_address": "Calle Nueva 8",
        "email": "no es correo",
    }
    wrong = browser.post(url, sent)
    assert wrong.status_code == 422
    assert 'href="#email"' in wrong.text
    assert "Calle Nueva 8" in wrong.text
    assert browser.post(url, {**sent, "email": ""}).status_code == 303
    stale = browser.post(url, {**sent, "email": "", "residence_address": "Avenida Tardía 3"})
    assert stale.status_code == 412
    assert "Avenida Tardía 3" in stale.text
    assert "Calle Nueva 8" in stale.text
    again = {"_version": field(stale, "_version"), "residence_address": "Avenida Tardía 3"}
    assert browser.post(url, again).status_code == 303
    asked = {"parte": "contacto", "motivo": "atencion", "versiones": "si"}
    versions = browser.post(f"/casos/{woman.case_code}/datos", asked)
    for address in ("Jirón Canario 45", "Calle Nueva 8", "Avenida Tardía 3"):
        assert address in versions.text
    assert "Calle Nueva 8" not in browser.get(f"/casos/{woman.case_code}/historia").text


def test_a_draft_comes_back_and_undoes_nobodys_change(world: World, cem: Actor, woman: Registered) -> None:
    browser = Browser(world, cem)
    url = f"/casos/{woman.case_code}/datos/contacto/editar"
    begun = field(browser.get(url), "leida")
    form = f"datos:{woman.case_code}:contacto"
    typed = {"residence_address": "Calle del Borrador 9", "leida": begun}
    kept = {"_formulario": form, "_pagina": url, **typed}
    assert browser.post("/borradores", kept).status_code == 204
    assert "Corrección de datos" in browser.get("/trabajo").text
    with world.session(cem) as session:
        change(Act(session, CARE), woman.code, "contact", int(begun), {"email": "otra@example.org"})
    again = browser.get(url)
    assert "Calle del Borrador 9" in again.text
    stale = browser.post(url, {**typed, "_version": field(again, "_version")})
    assert stale.status_code == 412
    assert "otra@example.org" in stale.text
    assert (
        browser.post(
            url, {**typed, "_version": field(stale, "_version"), "email": "otra@example.org"}
        ).status_code
        == 303
    )
    assert "Corrección de datos" not in browser.get("/trabajo").text


def test_somebody_elses_document_asks_first(
    world: World, cem: Actor, woman: Registered, admin: Engine
) -> None:
    other = world.register(
        world.actor("cem_officer"),
        identity={**IDENTITY, "documents": [{"type": "DNI", "number": "40999888"}], "given_names": "Otra"},
    )
    browser = Browser(world, cem)
    url = f"/casos/{woman.case_code}/datos/identidad/editar"
    form = browser.get(url)
    sent = {
        "_version": field(form, "_version"),
        **{k: str(v) for k, v in IDENTITY.items() if isinstance(v, (str, int))},
        "aliases": "Aliascanario",
        "documents-0.type": "DNI",
        "documents-0.number": "40999888",
    }
    asked = browser.post(url, sent)
    assert asked.status_code == 409
    assert "40999888" in asked.text
    assert "not_duplicate" in asked.text
    assert other.code not in asked.text
    assert len(looks(admin, other.victim_id, "matching.hit")) >= 1
    assert browser.post(url, {**sent, "not_duplicate": "DOCUMENTO_AJENO"}).status_code == 303


def test_a_relative_is_linked_and_unlinked(world: World, cem: Actor, woman: Registered) -> None:
    child = world.register(cem, identity={"sex": "HOMBRE", "age_years": 5})
    foreign = world.register(world.actor("cem_officer"), identity={"sex": "HOMBRE"})
    browser = Browser(world, cem)
    url = f"/casos/{woman.case_code}/familia"
    assert browser.get(url).status_code == 200
    assert browser.post(url, {"relative": child.code}).status_code == 422
    assert browser.post(url, {"relative": foreign.code, "relation": "HIJA_HIJO"}).status_code == 404
    assert browser.post(url, {"relative": child.code, "relation": "HIJA_HIJO"}).status_code == 303
    assert child.code in browser.get(url).text
    assert browser.post(f"{url}/{child.code}/fin").status_code == 303
    assert child.code not in browser.get(url).text


def test_every_field_is_in_one_group_and_every_part_has_an_address() -> None:
    assert set(SLUGS.values()) == set(ABOUT) == set(COMPARTMENTS) - {"satisfaction"}
    for name in SLUGS.values():
        drawn = controls(fields(name))
        inside = [one.key for _, group in grouped(name, drawn) for one in group]
        assert sorted(inside) == sorted(one.key for one in drawn)
