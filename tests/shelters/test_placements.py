"""Admission to a shelter and exit from it; one stay at a time, and the resident view only while it lasts."""

from __future__ import annotations

from sqlalchemy import text

from tests.cases.story import (
    API,
    at_once,
    move,
    ok,
    problem,
    registered,
    shared_with,
)
from tests.commands.steps import decide
from tests.factories import World
from tests.scratch import past_policies


def test_the_resident_view_lasts_as_long_as_the_stay(world: World) -> None:
    person = registered(world)
    _, shelter, _ = shared_with(world, person, "shelter_caseworker")
    assert ok(shelter.get(f"{API}/victims/{person.victim}"))["_access"]["identity"] == "partial"
    code = ok(shelter.post(f"{API}/placements", json={"case": person.case}), 201)["code"]
    assert ok(shelter.get(f"{API}/victims/{person.victim}"))["_access"]["identity"] == "full"
    assert ok(shelter.get(f"{API}/placements"))["items"][0]["case"] == person.case
    leave = f"{API}/placements/{code}/exit"
    problem(shelter.post(leave, json={"reason": "TRASLADO"}), 428)
    problem(shelter.post(leave, json={"reason": "PERMANENCIA_EN_ACOGIDA"}, headers={"If-Match": '"1"'}), 422)
    ok(shelter.post(leave, json={"reason": "TRASLADO"}, headers={"If-Match": '"1"'}))
    problem(shelter.post(leave, json={"reason": "TRASLADO"}, headers={"If-Match": '"1"'}), 412)
    problem(shelter.post(leave, json={"reason": "TRASLADO"}, headers={"If-Match": '"2"'}), 409)
    assert ok(shelter.get(f"{API}/victims/{person.victim}"))["_access"]["identity"] == "partial"
    assert ok(shelter.get(f"{API}/placements"))["items"] == []


def test_two_shelters_that_admit_at_the_same_moment_cannot_both_win(world: World) -> None:
    person = registered(world)
    clients = [shared_with(world, person, "car_caseworker")[1] for _ in range(2)]
    calls = [lambda c=c: c.post(f"{API}/placements", json={"case": person.case}) for c in clients]
    assert at_once(calls) == [201, 409]


def test_admitting_is_for_shelters_that_take_part(world: World) -> None:
    person = registered(world, age_years=15)
    problem(
        world.client(world.actor("car_caseworker")).post(f"{API}/placements", json={"case": person.case}), 404
    )
    _, upe, _ = shared_with(world, person, "upe_officer")
    problem(upe.post(f"{API}/placements", json={"case": person.case}), 403)
    problem(person.client.post(f"{API}/placements", json={"case": person.case}), 403)
    _, shelter, _ = shared_with(world, person, "car_caseworker")
    asked = ok(move(person.client, person.case, "CERRADO", outcome="FALLECIMIENTO"), 202)["command"]
    ok(decide(world.client(world.actor("data_protection_officer")), asked, "approvals"))
    problem(shelter.post(f"{API}/placements", json={"case": person.case}), 409)


def test_a_repeated_admission_answers_as_the_first(world: World) -> None:
    person = registered(world)
    _, shelter, _ = shared_with(world, person, "car_caseworker")
    key = {"Idempotency-Key": "ingreso-1"}
    codes = {
        ok(shelter.post(f"{API}/placements", json={"case": person.case}, headers=key), 201)["code"]
        for _ in range(2)
    }
    assert len(codes) == 1


def test_a_child_does_not_leave_by_her_own_decision(world: World) -> None:
    child = registered(world, age_years=12)
    _, shelter, _ = shared_with(world, child, "car_caseworker")
    code = ok(shelter.post(f"{API}/placements", json={"case": child.case}), 201)["code"]
    leave = f"{API}/placements/{code}/exit"
    refused = problem(
        shelter.post(leave, json={"reason": "EGRESO_VOLUNTARIO"}, headers={"If-Match": '"1"'}), 422
    )
    assert "UPE" in refused["detail"]


def test_another_units_placement_is_404(world: World) -> None:
    person = registered(world)
    _, shelter, _ = shared_with(world, person, "car_caseworker")
    code = ok(shelter.post(f"{API}/placements", json={"case": person.case}), 201)["code"]
    _, other, _ = shared_with(world, person, "shelter_caseworker")
    problem(
        other.post(f"{API}/placements/{code}/exit", json={"reason": "TRASLADO"}, headers={"If-Match": '"1"'}),
        404,
    )


def test_the_service_does_not_end_while_she_is_housed(world: World) -> None:
    person = registered(world)
    _, shelter, referral = shared_with(world, person, "car_caseworker")
    code = ok(shelter.post(f"{API}/placements", json={"case": person.case}), 201)["code"]
    url = f"{API}/referrals/{referral}/transitions"
    ok(shelter.post(url, json={"action": "start"}))
    conclude = {"action": "conclude", "result": "SERVICIO_PRESTADO"}
    assert problem(shelter.post(url, json=conclude), 409)["placement"] == code
    ok(
        shelter.post(
            f"{API}/placements/{code}/exit", json={"reason": "TRASLADO"}, headers={"If-Match": '"1"'}
        )
    )
    ok(shelter.post(url, json=conclude))


def test_a_case_does_not_end_while_she_is_housed(world: World) -> None:
    person = registered(world)
    _, shelter, _ = shared_with(world, person, "car_caseworker")
    code = ok(shelter.post(f"{API}/placements", json={"case": person.case}), 201)["code"]
    refused = problem(move(person.client, person.case, "CERRADO", outcome="TRASLADO"), 409)
    assert refused["missing"] == ["not_housed"]
    assert "egreso" in refused["detail"]
    leave = f"{API}/placements/{code}/exit"
    ok(shelter.post(leave, json={"reason": "TRASLADO"}, headers={"If-Match": '"1"'}))
    ok(move(person.client, person.case, "CERRADO", outcome="TRASLADO"))


def test_a_case_that_ends_at_the_same_moment_houses_nobody(world: World) -> None:
    person = registered(world)
    _, shelter, _ = shared_with(world, person, "car_caseworker")
    calls = [
        lambda: shelter.post(f"{API}/placements", json={"case": person.case}),
        lambda: move(person.client, person.case, "CERRADO", outcome="TRASLADO"),
    ]
    statuses = at_once(calls)
    assert statuses[0] in {200, 201}
    assert statuses[1] == 409


def test_nobody_is_housed_twice_even_in_two_cases(world: World) -> None:
    person = registered(world)
    _, first, _ = shared_with(world, person, "car_caseworker")
    ok(first.post(f"{API}/placements", json={"case": person.case}), 201)
    ended = "UPDATE trafficking_case SET state = 'CERRADO', closed_at = now() WHERE victim_id = :v"
    with past_policies(world.runtime, triggers=False) as admin:
        admin.execute(text(ended), {"v": person.victim_id})
    again = {"victim": person.victim, "first_identified_on": "2025-03-01"}
    person.case = ok(person.client.post(f"{API}/cases", json=again), 201)["code"]
    _, second, _ = shared_with(world, person, "car_caseworker")
    problem(second.post(f"{API}/placements", json={"case": person.case}), 409)


def test_a_shelter_keeps_nobody_whose_view_it_lost(world: World) -> None:
    person = registered(world)
    _, first, referral = shared_with(world, person, "car_caseworker")
    ok(first.post(f"{API}/placements", json={"case": person.case}), 201)
    refused = problem(first.post(f"{API}/cases/{person.case}/participations/end"), 409)
    assert "egreso" in refused["detail"]
    ok(person.client.post(f"{API}/referrals/{referral}/transitions", json={"action": "withdraw"}))
    problem(first.get(f"{API}/victims/{person.victim}"), 404)
    _, second, _ = shared_with(world, person, "car_caseworker")
    ok(second.post(f"{API}/placements", json={"case": person.case}), 201)
