"""Nobody marked as suspected receives a child, goes out with her or speaks for her, however spelled."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.cases.story import API, Registered, ok, problem, registered, shared_with, unit_code
from tests.consents.story import CHILD, give, withdraw
from tests.factories import World
from tests.shelters.steps import PLACEMENTS, admit, tag
from tests.shelters.test_stays import FIT, in_hours

MOTHER = {"name": "Zoila Canales Quispe", "relation": "madre", "suspected": "SI"}
SPELLED = ("Zoila Canales Quispe", "soila canales", "Quispe Canales, Zoyla", "Zoilita Kanales", "Mamá Zoila")


def contact(person: Registered, client: httpx.Client | None = None, **fields: Any) -> httpx.Response:
    """Write her contact data, from whatever version it is at."""
    client = client or person.client
    filled = ok(client.get(f"{API}/victims/{person.victim}"))["filled"]
    version = filled.get("contact", {}).get("version", 0)
    return client.patch(f"{API}/victims/{person.victim}/contact", json=fields, headers=tag(version))


def housed(world: World) -> tuple[Registered, httpx.Client, str]:
    """A child in a shelter: her officer, the shelter's client, the stay."""
    child = registered(world, age_years=12)
    _, client, _ = shared_with(world, child, "car_caseworker")
    return child, client, admit(client, child)


@pytest.mark.parametrize("name", SPELLED)
def test_a_marked_mother_is_never_called_fit(world: World, name: str) -> None:
    child, client, stay = housed(world)
    ok(contact(child, family=[MOTHER]))
    url = f"{PLACEMENTS}/{stay}/suitability"
    refused = problem(client.post(url, json={**FIT, "relation": "MADRE", "name": name}), 409)
    assert refused["errors"][0]["field"] == "name"
    assert "UPE" in refused["detail"]
    assert "Canales" not in refused["detail"]
    ok(client.post(url, json={**FIT, "relation": "MADRE", "name": name, "result": "NO_IDONEA"}), 201)
    ok(client.post(url, json=FIT), 201)
    log = ok(child.client.get(f"{API}/victims/{child.victim}/access-log"))["items"]
    assert "suspects.compare" in {entry["action"] for entry in log}


def test_her_sister_is_not_taken_for_her_and_her_document_is(world: World) -> None:
    child, client, stay = housed(world)
    ok(contact(child, family=[{**MOTHER, "document": "DNI 40112233"}]))
    url = f"{PLACEMENTS}/{stay}/suitability"
    aunt = {**FIT, "relation": "TIA_O_TIO", "name": "Hermelinda Canales Quispe"}
    problem(client.post(url, json={**aunt, "document": "40112233"}), 409)
    ok(client.post(url, json=aunt), 201)


def test_a_document_tells_who_bears_part_of_the_name(world: World) -> None:
    child, client, stay = housed(world)
    ok(contact(child, family=[{**MOTHER, "document": "40112233"}]))
    url = f"{PLACEMENTS}/{stay}/suitability"
    namesake = {**FIT, "name": "Zoila Canales Rojas"}
    problem(client.post(url, json=namesake), 409)
    ok(client.post(url, json={**namesake, "document": "DNI 71998845"}), 201)
    problem(client.post(url, json={**FIT, "name": "Soila Canales Quispe", "document": "71998845"}), 409)


def test_an_adult_found_fit_does_not_get_her_once_marked(world: World) -> None:
    child, client, stay = housed(world)
    url = f"{PLACEMENTS}/{stay}/suitability"
    problem(client.post(url, json={**FIT, "name": None}), 422)
    ok(client.post(url, json={**FIT, "name": "Soila Canales"}), 201)
    ok(contact(child, family=[MOTHER]))
    leave = {"json": {"reason": "REINTEGRACION_FAMILIAR"}, "headers": tag(1)}
    refused = problem(client.post(f"{PLACEMENTS}/{stay}/exit", **leave), 409)
    assert refused["errors"][0]["code"] == "suspected"
    assert ok(client.get(f"{PLACEMENTS}/{stay}"))["state"] == "ALOJADA"


def test_a_mark_without_a_name_stands_for_who_is_of_that_kin(world: World) -> None:
    child, client, stay = housed(world)
    ok(contact(child, family=[{"relation": "mamá", "suspected": "SI"}]))
    url = f"{PLACEMENTS}/{stay}/suitability"
    problem(client.post(url, json={**FIT, "relation": "MADRE", "name": "Rosa Quispe"}), 409)
    ok(client.post(url, json={**FIT, "relation": "ABUELA_O_ABUELO", "name": "Rosa Quispe"}), 201)


def test_she_takes_no_child_out_on_a_leave(world: World) -> None:
    child, client, stay = housed(world)
    ok(contact(child, emergency_contact=MOTHER))
    out = {"reason": "DILIGENCIA", "due_back_at": in_hours(4), "companion": "Soila Canales"}
    url = f"{PLACEMENTS}/{stay}/leaves"
    refused = problem(client.post(url, json=out, headers=tag(1)), 409)
    assert refused["errors"][0]["field"] == "companion"
    ok(client.post(url, json={**out, "companion": "Educadora Rosa Mamani"}, headers=tag(1)))


@pytest.mark.parametrize("name", SPELLED)
def test_she_neither_consents_nor_withdraws_nor_asks(world: World, name: str) -> None:
    child = registered(world, age_years=12)
    unit = unit_code(world, world.actor("health_officer"))
    consent = ok(give(child.client, child.case, unit, **CHILD), 201)["code"]
    ok(contact(child, family=[MOTHER]))
    who = {"representative_name": name, "representative_suspected": "NO"}
    refused = problem(give(child.client, child.case, unit, **{**CHILD, **who}), 409)
    assert refused["code"] == "suspect-representative"
    problem(withdraw(child.client, consent, "REPRESENTANTE", **who), 409)
    asked = {"kind": "ACCESO", "channel": "PRESENCIAL", "by_whom": "REPRESENTANTE", **who}
    url = f"{API}/data-requests"
    problem(child.client.post(url, json={"victim": child.victim, **asked}), 409)
    other = {"representative_name": "Rosa Apaza Mamani", "representative_suspected": "NO"}
    ok(child.client.post(url, json={"victim": child.victim, **asked, **other}), 201)


def test_who_spoke_for_her_and_is_marked_later_gets_nothing_more(world: World) -> None:
    child = registered(world, age_years=12)
    receiver = world.actor("health_officer")
    unit = unit_code(world, receiver)
    who = {"representative_name": "Soila Canales", "representative_suspected": "NO"}
    consent = ok(give(child.client, child.case, unit, **{**CHILD, **who}), 201)["code"]
    asked = {"kind": "ACCESO", "channel": "PRESENCIAL", "by_whom": "REPRESENTANTE", **who}
    body = {"victim": child.victim, **asked}
    request = ok(child.client.post(f"{API}/data-requests", json=body), 201)["code"]
    ok(contact(child, family=[MOTHER]))
    sent = {
        "case": child.case, "to_unit": unit, "service_type": "SALUD", "legal_basis": "ASENTIMIENTO",
        "consent": consent, "compartments": ["identity", "contact"],
    }  # fmt: skip
    refused = problem(child.client.post(f"{API}/referrals", json=sent), 422)
    assert refused["errors"][0] | {"message": ""} == {
        "field": "consent", "code": "suspect-representative", "message": "",
    }  # fmt: skip
    url = f"{API}/data-requests/{request}/transitions"
    ok(child.client.post(url, json={"to": "EN_TRAMITE"}, headers=tag(1)))
    answer = {"to": "ATENDIDA", "answer": "Se le entregó"}
    problem(child.client.post(url, json=answer, headers=tag(2)), 409)
    no_file = child.client.get(f"{API}/victims/{child.victim}/own-file", params={"request": request})
    assert no_file.status_code == 409, no_file.text
    denied = {"to": "DENEGADA", "answer": "No la representa", "ground": "DERECHOS_DE_TERCEROS"}
    ok(child.client.post(url, json=denied, headers=tag(2)))


def test_only_the_upe_lifts_a_mark_of_a_child(world: World) -> None:
    child = registered(world, age_years=12)
    _, upe, _ = shared_with(world, child, "upe_officer")
    ok(contact(child, family=[MOTHER]))
    for family in ([], [{**MOTHER, "suspected": "NO"}], [{**MOTHER, "name": "Rosa Mamani"}]):
        refused = problem(contact(child, family=family), 409)
        assert refused["errors"][0] | {"message": ""} == {
            "field": "family", "code": "only-upe", "message": "",
        }  # fmt: skip
    more = {**MOTHER, "name": "Zoila Canales Quispe de Rojas", "document": "40112233"}
    ok(contact(child, family=[more, {"name": "Rosa Mamani", "relation": "abuela"}]))
    ok(contact(child, upe, family=[{**MOTHER, "suspected": "NO"}]))
    adult = registered(world)
    ok(contact(adult, family=[MOTHER]))
    ok(contact(adult, family=[]))
