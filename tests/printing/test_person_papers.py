"""Consents and the person's own file on paper: what the caller reads, without the name of any shelter."""

from __future__ import annotations

from sqlalchemy import Engine

from tests.cases.story import API, ok, problem, registered, shared_with, unit_code
from tests.consents.story import CHILD, give
from tests.consents.test_data_requests import ask
from tests.factories import World
from tests.printing.test_printing import check, on_paper, pdf, prints


def test_a_consent_is_printed_to_be_read_aloud_and_signed(world: World, admin: Engine) -> None:
    person = registered(world)
    receiver = unit_code(world, world.actor("health_officer"))
    code = ok(give(person.client, person.case, receiver, notes="Pide que la llamen de noche"), 201)["code"]
    said = pdf(person.client.get(f"{API}/consents/{code}.pdf"))
    for part in (
        code, person.victim, "Atención y servicios", "Identidad", f"Unidad {receiver}", "retirar", "de noche",
        "Persona que consiente", "Huella dactilar", "Que lo retire",
    ):  # fmt: skip
        assert part in said
    assert "Yesenia" not in said
    named = pdf(person.client.get(f"{API}/consents/{code}.pdf", params={"names": True}))
    assert "Yesenia Apaza" in named
    assert prints(admin, person.victim_id) == [
        ("CONSENTIMIENTO", code, False),
        ("CONSENTIMIENTO", code, True),
    ]
    assert ok(check(world, **on_paper(said)))["kind"] == "CONSENTIMIENTO"
    stranger = world.client(world.actor("cem_officer"))
    problem(stranger.get(f"{API}/consents/{code}.pdf"), 404)
    police, client, _ = shared_with(world, person, "udavit_officer", compartments=["services"])
    assert police
    problem(client.get(f"{API}/consents/{code}.pdf", params={"names": True}), 403)
    assert "de noche" not in pdf(client.get(f"{API}/consents/{code}.pdf"))


def test_the_consent_of_a_child_has_a_place_for_who_represents_her(world: World) -> None:
    person = registered(world, role="upe_officer", age_years=14)
    receiver = unit_code(world, world.actor("health_officer"))
    code = ok(give(person.client, person.case, receiver, **CHILD), 201)["code"]
    said = pdf(person.client.get(f"{API}/consents/{code}.pdf"))
    for part in ("Quien la representa", "Rosa Apaza Mamani", "tía", "asentimiento"):
        assert part in said


def test_her_own_file_is_printed_for_an_open_request(world: World, admin: Engine) -> None:
    person = registered(world)
    shelter, _, _ = shared_with(world, person, "shelter_caseworker")
    hidden = unit_code(world, shelter)
    request = ok(ask(person), 201)["code"]
    path = f"{API}/victims/{person.victim}/own-file.pdf"
    said = pdf(person.client.get(path, params={"request": request}))
    for part in (person.victim, request, "Yesenia", "Derivaciones", "Quién miró", "reservado"):
        assert part in said
    assert hidden not in said
    assert prints(admin, person.victim_id) == [("EXPEDIENTE_PROPIO", request, True)]
    assert problem(person.client.get(path), 422)["errors"][0]["field"] == "request"
    assert (
        problem(person.client.get(path, params={"request": "SD-0000"}), 422)["errors"][0]["field"]
        == "request"
    )
    stranger = world.client(world.actor("cem_officer"))
    problem(stranger.get(path, params={"request": request}), 404)
    assert len(prints(admin, person.victim_id)) == 1
