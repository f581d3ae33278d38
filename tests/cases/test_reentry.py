"""Who comes back has a new case, counted as such; who was trafficked again says by whom."""

from __future__ import annotations

from typing import Any

import httpx

from tests.cases.story import API, Registered, mandate, move, ok, problem, refer, registered, unit_code
from tests.factories import World


def closed(world: World) -> Registered:
    person = registered(world)
    ok(move(person.client, person.case, "CERRADO", outcome="TRASLADO"))
    return person


def back(person: Registered, **more: Any) -> httpx.Response:
    body = {"victim": person.victim, "first_identified_on": "2026-05-02", **more}
    return person.client.post(f"{API}/cases", json=body)


def test_a_reentry_counts_as_such(world: World) -> None:
    person = closed(world)
    code = ok(back(person), 201)["code"]
    case = ok(person.client.get(f"{API}/cases/{code}"))
    assert (case["source"], case["previous_case"]) == ("REINGRESO", person.case)
    assert case["source_label"] == "Reingreso"
    assert case["transitions"][0]["reason"] is None


def test_trafficked_again_says_by_whom(world: World) -> None:
    person = closed(world)
    refused = problem(back(person, source="RETRATA"), 422)
    assert [error["field"] for error in refused["errors"]] == ["reason"]
    assert "MISMA_RED" in refused["errors"][0]["choices"]
    assert problem(back(person, reason="MISMA_RED"), 422)["errors"][0]["field"] == "reason"
    assert problem(back(person, source="OTRA"), 422)["errors"][0]["field"] == "source"
    code = ok(back(person, source="RETRATA", reason="MISMA_RED"), 201)["code"]
    case = ok(person.client.get(f"{API}/cases/{code}"))
    assert case["source"] == "RETRATA"
    assert case["transitions"][0]["reason"] == "MISMA_RED"


def test_services_open_with_the_presumption_whatever_the_identification(world: World) -> None:
    person = registered(world)
    fiscal = world.actor("prosecutor", supervisor=True)
    url = f"{API}/cases/{person.case}"
    ok(person.client.post(f"{url}/participations", json=mandate(unit_code(world, fiscal))), 201)
    client = world.client(fiscal)
    body = {"identification": "NO_CONFIRMADA"}
    tag = client.get(url).headers["etag"]
    ok(client.post(f"{url}/identification", json=body, headers={"If-Match": tag}))
    health = world.unit("SALUD")
    basis = {"service_type": "SALUD_MENTAL", "legal_basis": "MANDATO_LEGAL"}
    ok(refer(person.client, person.case, health, **basis), 201)
    ok(move(person.client, person.case, "EN_ASISTENCIA_INMEDIATA"))
