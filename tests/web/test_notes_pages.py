"""Notas of a case as pages: written in a click, refused without loss, and no text for who may not read it."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime

import pytest
from starlette.datastructures import FormData

from app.access.act import CARE, Act
from app.errors import AppError, Invalid
from app.services.outbox.delivery import Parcel
from app.web.kit.forms import Form
from app.web.notes.pages import deliver, write_note
from tests.cases.story import ok, registered, shared_with
from tests.factories import World
from tests.notes.test_notes import MORE, NOTE, listed, note
from tests.web.browsing import Browser, field, links, title


def test_a_note_is_written_in_two_clicks_and_sent_twice_is_there_once(world: World) -> None:
    person = registered(world)
    browser, path = Browser(world, person.officer), f"/casos/{person.case}/notas"
    page = browser.get(path)
    assert page.status_code == 200
    assert title(page) == f"Notas — {person.case} — RUV"
    assert path in links(page)  # the tab: one click from any page of the case
    assert 'data-outbox="nota"' in page.text
    chosen = dict(
        re.findall(r'<select[^>]* name="(\w+)".*?<option value="(\w+)" selected', page.text, re.DOTALL)
    )
    assert chosen == {"kind": "SEGUIMIENTO"}  # its text and the button are enough
    sent = {"text": NOTE, "kind": chosen["kind"], "about": "services", "_clave": field(page, "_clave")}
    for _ in range(2):
        answer = browser.post(path, sent)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?hecho=nota")
    shown = browser.get(answer.headers["location"])
    assert shown.text.count(NOTE) == 1
    assert "Seguimiento del" in shown.text


def test_another_note_with_the_key_of_the_first_is_asked_about_and_then_taken(world: World) -> None:
    person = registered(world)
    browser, path = Browser(world, person.officer), f"/casos/{person.case}/notas"
    sent = {"text": NOTE, "kind": "SEGUIMIENTO", "about": "services", "_clave": str(uuid.uuid4())}
    assert browser.post(path, sent).status_code == 303
    again = browser.post(path, {**sent, "text": MORE})  # went back in the browser, and wrote something else
    assert again.status_code == 409
    assert MORE in again.text
    assert "ya se envió" in again.text
    assert browser.post(path, {**sent, "text": MORE, "_clave": field(again, "_clave")}).status_code == 303


def test_a_refused_note_keeps_what_was_typed(world: World) -> None:
    person = registered(world)
    browser, path = Browser(world, person.officer), f"/casos/{person.case}/notas"
    bad = {
        "text": NOTE,
        "kind": "VISITA",
        "happened_on.dia": "1",
        "happened_on.mes": "1",
        "happened_on.anio": "2999",
    }
    page = browser.post(path, bad)
    assert page.status_code == 422
    assert NOTE in page.text
    assert "posterior a hoy" in page.text
    assert browser.post(path, {"text": " ", "kind": "VISITA"}).status_code == 422
    assert listed(person.client, person) == []


def test_who_may_only_know_of_a_note_sees_no_word_of_it(world: World) -> None:
    person = registered(world)
    health, _, _ = shared_with(world, person, "health_officer", service_type="SALUD")
    code = ok(note(person.client, person), 201)["code"]
    browser, path = Browser(world, health), f"/casos/{person.case}/notas"
    page = browser.get(path)
    assert "Reservada" in page.text
    assert not {NOTE, "Llamada o mensaje del"} & set(re.findall(f"{NOTE}|Llamada o mensaje del", page.text))
    assert f"{path}/{code}" not in links(page)
    assert browser.get(f"{path}/{code}").status_code == 404
    assert browser.post(f"{path}/{code}", {"text": MORE}).status_code == 404
    stranger = Browser(world, world.actor("cem_officer"))
    assert stranger.get(path).status_code == 404
    assert stranger.post(path, {"text": NOTE, "kind": "VISITA"}).status_code == 404


def test_a_note_is_corrected_by_what_is_added(world: World) -> None:
    person = registered(world)
    code = ok(note(person.client, person), 201)["code"]
    browser, path = Browser(world, person.officer), f"/casos/{person.case}/notas/{code}"
    assert path in links(browser.get(f"/casos/{person.case}/notas"))
    page = browser.get(path)
    assert NOTE in page.text
    refused = browser.post(path, {"text": ""})
    assert refused.status_code == 422
    sent = {"text": MORE, "_clave": field(page, "_clave")}
    for _ in range(2):
        assert browser.post(path, sent).headers["location"] == f"{path}?hecho=aclaracion"
    shown = browser.get(f"/casos/{person.case}/notas").text
    assert shown.index(NOTE) < shown.index(MORE)
    assert shown.count(MORE) == 1


def test_one_who_writes_nothing_about_the_case_has_no_box(world: World) -> None:
    person = registered(world)
    narrowed, _, _ = shared_with(world, person, "udavit_officer", compartments=["identity"])
    page = Browser(world, narrowed).get(f"/casos/{person.case}/notas")
    assert page.status_code == 200
    assert "<textarea" not in page.text


def parcel(case: str, key: str, **fields: str) -> Parcel:
    """A form filled in without a connection."""
    sent = {name: [value] for name, value in fields.items()}
    return Parcel(key, "nota", f"/casos/{case}/notas", sent, datetime.now(UTC))


def test_what_was_written_without_a_connection_is_the_note_of_its_form(world: World) -> None:
    person = registered(world)
    key = str(uuid.uuid4())
    with world.session(person.officer) as session:
        made = [
            deliver(Act(session, CARE), parcel(person.case, key, text=NOTE, kind="VISITA", _clave="x" * 9))
            for _ in range(2)
        ]
        form = Form(FormData([("text", NOTE), ("kind", "VISITA"), ("_clave", key)]))
        assert {*made, write_note(Act(session, CARE), person.case, form)} == {made[0]}
        with pytest.raises(Invalid):
            deliver(Act(session, CARE), Parcel(key, "nota", "/trabajo", {}, datetime.now(UTC)))
        with pytest.raises(AppError):
            deliver(Act(session, CARE), parcel(person.case, str(uuid.uuid4()), kind="VISITA"))
    assert [item["text"] for item in listed(person.client, person)] == [NOTE]
