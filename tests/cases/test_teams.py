"""Units that take part in a case and people who have charge of it."""

from __future__ import annotations

import pytest

from app.services.institutions.masking import SHELTER_KINDS
from tests.cases.story import (
    API,
    add_unit,
    mandate,
    move,
    ok,
    problem,
    refer,
    registered,
    rows,
    shared_with,
    unit_code,
)
from tests.factories import World


def test_a_mandate_brings_a_unit_in_and_its_supervisor_assigns(world: World) -> None:
    person = registered(world, "police_investigator")
    unit = world.unit("FISCALIA")
    chief = world.actor("prosecutor", unit=unit, supervisor=True)
    worker = world.actor("prosecutor", unit=unit)
    url = f"{API}/cases/{person.case}"
    ok(person.client.post(f"{url}/participations", json=mandate(unit)), 201)
    problem(person.client.post(f"{url}/participations", json=mandate(unit)), 409)
    problem(world.client(worker).get(url), 404)
    ok(world.client(chief).get(url))
    ok(world.client(chief).post(f"{url}/assignments", json={"username": worker.username}), 201)
    problem(world.client(chief).post(f"{url}/assignments", json={"username": worker.username}), 409)
    ok(world.client(worker).get(url))
    listed = ok(person.client.get(f"{url}/participations"))["items"]
    assert [(p["basis"], p["ended_at"]) for p in listed] == [("REGISTRO", None), ("MANDATO", None)]


def test_who_is_brought_in_and_who_may_do_it(world: World) -> None:
    person = registered(world, "police_investigator")
    url = f"{API}/cases/{person.case}/participations"
    problem(person.client.post(url, json=mandate("NO-EXISTE")), 422)
    problem(person.client.post(url, json=mandate(unit_code(world, person.officer))), 422)
    school = problem(person.client.post(url, json=mandate(world.unit("EDUCACION"))), 422)
    assert school["errors"][0]["code"] == "by-referral-only"
    udavit = mandate(world.unit("UDAVIT"), police=True)
    unknown = problem(person.client.post(url, json={**udavit, "compartments": ["alma"]}), 422)
    assert "shelter_location" in unknown["errors"][0]["choices"]
    problem(person.client.post(url, json={**udavit, "compartments": []}), 422)
    cem = registered(world)
    _, shelter, _ = shared_with(world, cem, "shelter_caseworker")
    problem(shelter.post(f"{API}/cases/{cem.case}/participations", json=mandate(world.unit("UPE"))), 403)


@pytest.mark.parametrize("kind", sorted(SHELTER_KINDS))
def test_a_shelter_is_asked_and_not_ordered(world: World, kind: str) -> None:
    person = registered(world, "police_investigator")
    body = mandate(world.unit(kind))
    refused = problem(person.client.post(f"{API}/cases/{person.case}/participations", json=body), 422)
    assert refused["errors"][0]["code"] == "by-referral-only"


def test_nobody_gives_what_its_role_does_not_read(world: World) -> None:
    person = registered(world, "police_investigator")
    asked = ["psychology", "health", "shelter_location", "identity"]
    sent = add_unit(person.client, person.case, world.unit("UDAVIT"), police=True, compartments=asked)
    refused = problem(sent, 403)
    named = {error["field"] for error in refused["errors"]}
    assert named == {"compartments.psychology", "compartments.health", "compartments.shelter_location"}


def test_nobody_is_brought_into_a_case_that_ended(world: World) -> None:
    person = registered(world)
    ok(move(person.client, person.case, "CERRADO", outcome="FALLECIMIENTO"))
    body = mandate(world.unit("UDAVIT"))
    problem(person.client.post(f"{API}/cases/{person.case}/participations", json=body), 409)


def test_the_last_unit_does_not_end_its_service_before_another_takes_part(world: World) -> None:
    person = registered(world)
    _, receiver, referral = shared_with(world, person, "udavit_officer")
    url = f"{API}/cases/{person.case}"
    ok(person.client.post(f"{url}/participations/end"))
    step = f"{API}/referrals/{referral}/transitions"
    ok(receiver.post(step, json={"action": "start"}))
    conclude = {"action": "conclude", "result": "SERVICIO_PRESTADO"}
    assert "única" in problem(receiver.post(step, json=conclude), 409)["detail"]
    ok(receiver.get(url))
    ok(receiver.post(f"{url}/participations", json=mandate(world.unit("CEM"))), 201)
    ok(receiver.post(step, json=conclude))


def test_nobody_gives_more_than_it_was_given(world: World) -> None:
    person = registered(world, "police_investigator")
    _, udavit, _ = shared_with(world, person, "udavit_officer", compartments=["identity", "protection"])
    url = f"{API}/cases/{person.case}/participations"
    refused = problem(udavit.post(url, json=mandate(world.unit("FISCALIA"), compartments=["legal"])), 403)
    assert refused["errors"][0]["field"] == "compartments.legal"
    fiscal = world.actor("prosecutor", supervisor=True)
    ok(udavit.post(url, json=mandate(unit_code(world, fiscal))), 201)
    access = ok(world.client(fiscal).get(f"{API}/cases/{person.case}"))["_access"]
    # The prosecution conducts the interview; of the rest it gets what the giver has.
    assert set(access) == {"identity", "protection", "testimony"}
    assert rows(world, fiscal, "exploitation", person.victim_id) == 0


def test_a_shelter_is_shown_as_one_and_not_which(world: World) -> None:
    person = registered(world)
    shared_with(world, person, "car_caseworker")
    _, fiscal, _ = shared_with(world, person, "prosecutor", compartments=["identity"])
    units = [p["unit"] for p in ok(fiscal.get(f"{API}/cases/{person.case}/participations"))["items"]]
    assert {"code": None, "name": "Centro de acogida (reservado)"} in units
    _, udavit, _ = shared_with(world, person, "udavit_officer")
    seen = [p["unit"]["name"] for p in ok(udavit.get(f"{API}/cases/{person.case}/participations"))["items"]]
    assert "Centro de acogida (reservado)" not in seen
    sent = ok(person.client.get(f"{API}/referrals", params={"box": "salida"}))["items"]
    assert all(item["to_unit"]["code"] for item in sent)


def test_leaving_closes_the_view(world: World) -> None:
    person = registered(world, "police_investigator")
    url = f"{API}/cases/{person.case}"
    alone = problem(person.client.post(f"{url}/participations/end"), 409)
    assert "única" in alone["detail"]
    _, receiver, referral = shared_with(world, person, "prosecutor")
    resting = problem(receiver.post(f"{url}/participations/end"), 409)
    assert resting["referral"] == referral
    ok(person.client.post(f"{url}/participations/end"))
    problem(person.client.get(url), 404)
    assert rows(world, person.officer, "trafficking_case", person.victim_id) == 0
    ok(receiver.get(url))


def test_charge_of_a_case_is_given_and_taken_within_the_unit(world: World) -> None:
    person = registered(world, "police_investigator")
    unit = unit_code(world, person.officer)
    colleague = world.actor("police_investigator", unit=unit)
    chief = world.actor("police_investigator", unit=unit, supervisor=True)
    stranger = world.actor("police_investigator")
    url = f"{API}/cases/{person.case}/assignments"
    problem(person.client.post(url, json={"username": stranger.username}), 422)
    problem(person.client.post(f"{url}/end", json={"username": person.officer.username}), 409)
    ok(person.client.post(url, json={"username": colleague.username}), 201)
    assert [a["self"] for a in ok(person.client.get(url))["items"]] == [True, False]
    problem(person.client.post(f"{url}/end", json={"username": colleague.username}), 403)
    problem(person.client.post(f"{url}/end", json={"username": stranger.username}), 404)
    ok(world.client(chief).post(f"{url}/end", json={"username": person.officer.username}))
    problem(person.client.get(f"{API}/cases/{person.case}"), 404)
    ok(world.client(colleague).get(f"{API}/cases/{person.case}"))


def test_a_psychologist_assigns_nobody(world: World) -> None:
    person = registered(world)
    _, client, _ = shared_with(world, person, "psychologist")
    problem(client.post(f"{API}/cases/{person.case}/assignments", json={"username": "x"}), 403)


def test_a_closed_case_is_not_referred(world: World) -> None:
    person = registered(world)
    headers = {"If-Match": '"1"'}
    url = f"{API}/cases/{person.case}/transitions"
    ok(person.client.post(url, json={"to": "CERRADO", "outcome": "FALLECIMIENTO"}, headers=headers))
    problem(refer(person.client, person.case, world.unit("CAR")), 409)
