"""Commands that come at the same moment: nobody is left alone, and nothing is doubled."""

from __future__ import annotations

from sqlalchemy import text

from tests.cases.story import (
    API,
    at_once,
    mandate,
    move,
    ok,
    problem,
    registered,
    rows,
    shared_with,
    unit_code,
)
from tests.factories import World


def test_two_units_that_leave_at_once_do_not_leave_her_with_nobody(world: World) -> None:
    person = registered(world, "police_investigator")
    url = f"{API}/cases/{person.case}"
    chief = world.actor("prosecutor", supervisor=True)
    ok(person.client.post(f"{url}/participations", json=mandate(unit_code(world, chief))), 201)
    clients = [person.client, world.client(chief)]
    assert at_once([lambda c=c: c.post(f"{url}/participations/end") for c in clients]) == [200, 409]
    assert sorted(client.get(url).status_code for client in clients) == [200, 404]


def test_two_colleagues_who_leave_at_once_do_not_leave_the_case_unattended(world: World) -> None:
    person = registered(world, "police_investigator")
    colleague = world.actor("police_investigator", unit=unit_code(world, person.officer))
    url = f"{API}/cases/{person.case}/assignments"
    ok(person.client.post(url, json={"username": colleague.username}), 201)
    leaving = [(person.client, person.officer), (world.client(colleague), colleague)]
    calls = [lambda c=c, a=a: c.post(f"{url}/end", json={"username": a.username}) for c, a in leaving]
    assert at_once(calls) == [200, 409]


def test_who_leaves_while_the_other_concludes_stays_or_keeps_the_other(world: World) -> None:
    person = registered(world)
    _, receiver, referral = shared_with(world, person, "udavit_officer")
    step = f"{API}/referrals/{referral}/transitions"
    ok(receiver.post(step, json={"action": "start"}))
    conclude = {"action": "conclude", "result": "SERVICIO_PRESTADO"}
    calls = [
        lambda: person.client.post(f"{API}/cases/{person.case}/participations/end"),
        lambda: receiver.post(step, json=conclude),
    ]
    assert at_once(calls) == [200, 409]


def test_a_unit_is_brought_in_once(world: World) -> None:
    person = registered(world, "police_investigator")
    fiscal = world.actor("prosecutor", supervisor=True)
    body = mandate(unit_code(world, fiscal))
    clients = [world.client(person.officer) for _ in range(6)]
    url = f"{API}/cases/{person.case}/participations"
    assert at_once([lambda c=c: c.post(url, json=body) for c in clients]) == [201, *[409] * 5]
    assert rows(world, fiscal, "participation", person.victim_id) == 1


def test_reentries_at_once_open_one_case(world: World) -> None:
    person = registered(world)
    ok(move(person.client, person.case, "CERRADO", outcome="TRASLADO"))
    body = {"victim": person.victim, "first_identified_on": "2025-03-01"}
    clients = [world.client(person.officer) for _ in range(6)]
    assert at_once([lambda c=c: c.post(f"{API}/cases", json=body) for c in clients]) == [201, *[409] * 5]
    assert rows(world, person.officer, "trafficking_case", person.victim_id) == 2


def test_an_open_case_of_another_unit_stops_a_reentry(world: World) -> None:
    person = registered(world)
    _, fiscal, _ = shared_with(world, person, "prosecutor", compartments=["identity"])
    stays = world.actor("udavit_officer", supervisor=True)
    body = mandate(unit_code(world, stays))
    ok(person.client.post(f"{API}/cases/{person.case}/participations", json=body), 201)
    ok(move(person.client, person.case, "CERRADO", outcome="TRASLADO"))
    again = {"victim": person.victim, "first_identified_on": "2025-03-01"}
    new = ok(person.client.post(f"{API}/cases", json=again), 201)["code"]
    with world.session(stays) as session:
        assert session.scalar(text("SELECT count(*) FROM trafficking_case WHERE code = :c"), {"c": new}) == 0
    refused = problem(world.client(stays).post(f"{API}/cases", json=again), 409)
    assert "caso abierto" in refused["detail"]
    assert new not in str(refused)
    problem(fiscal.get(f"{API}/cases/{new}"), 404)
