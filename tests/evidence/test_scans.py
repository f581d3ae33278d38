"""The signed paper of a consent: who adds it, who reads it, and that it stays with the consent."""

from __future__ import annotations

from typing import Any

import httpx
from sqlalchemy import Engine, text

from tests.cases.story import API, ok, problem, registered, rows, shared_with, unit_code
from tests.consents.story import give
from tests.evidence import samples
from tests.evidence.test_evidence import PHOTO
from tests.factories import World
from tests.merging.story import two_of


def scan(client: httpx.Client, consent: str, raw: bytes = PHOTO, **headers: str) -> httpx.Response:
    return client.post(f"{API}/consents/{consent}/scans", content=raw, headers=headers)


def consented(world: World) -> tuple[Any, str, str]:
    """A person with a consent and its paper."""
    person = registered(world)
    consent = ok(give(person.client, person.case, unit_code(world, world.actor("health_officer"))), 201)[
        "code"
    ]
    return person, consent, ok(scan(person.client, consent), 201)["code"]


def test_the_paper_goes_in_clean_and_comes_out(world: World) -> None:
    person, consent, code = consented(world)
    (item,) = ok(person.client.get(f"{API}/consents/{consent}/scans"))["items"]
    assert (item["code"], item["kind"], item["state"]) == (code, "CONSENTIMIENTO_FIRMADO", "VIGENTE")
    answer = person.client.get(f"{API}/consents/{consent}/scans/{code}")
    assert answer.status_code == 200
    assert len(answer.content) == item["bytes"]
    assert samples.SECRET.encode() not in answer.content
    again = [scan(person.client, consent, **{"Idempotency-Key": "k" * 20}) for _ in range(2)]
    assert len({ok(one, 201)["code"] for one in again}) == 1
    problem(person.client.get(f"{API}/evidence/{code}"), 404)  # no file of a plan
    problem(scan(person.client, consent, b"nada"), 415)


def test_only_who_reads_contact_in_full_opens_the_paper_of_another_unit(world: World) -> None:
    person, consent, code = consented(world)
    reader, client, _ = shared_with(world, person, "udavit_officer", compartments=["identity", "contact"])
    partial, narrow, _ = shared_with(world, person, "psychologist", compartments=["identity", "services"])
    outsider = world.client(world.actor("cem_officer"))
    url = f"{API}/consents/{consent}/scans"
    assert len(ok(client.get(url))["items"]) == 1
    assert client.get(f"{url}/{code}").status_code == 200
    assert ok(narrow.get(url))["items"] == []
    problem(narrow.get(f"{url}/{code}"), 404)
    problem(outsider.get(url), 404)
    problem(scan(narrow, consent), 403)
    for table in ("evidence_file", "evidence_chunk"):
        assert rows(world, person.officer, table, person.victim_id) == 1
        assert rows(world, reader, table, person.victim_id) == 1
        assert rows(world, partial, table, person.victim_id) == 0
    problem(
        client.post(f"{url}/{code}/withdrawal", json={"reason": "ERROR"}, headers={"If-Match": '"1"'}), 422
    )


def test_it_is_withdrawn_by_who_added_it(world: World) -> None:
    person, consent, code = consented(world)
    url = f"{API}/consents/{consent}/scans/{code}"
    body = {"reason": "ILEGIBLE"}
    problem(person.client.post(f"{url}/withdrawal", json=body, headers={"If-Match": '"9"'}), 412)
    ok(person.client.post(f"{url}/withdrawal", json=body, headers={"If-Match": '"1"'}))
    problem(person.client.post(f"{url}/withdrawal", json=body, headers={"If-Match": '"2"'}), 409)
    problem(person.client.get(url), 409)


def test_the_paper_moves_with_its_person(world: World, admin: Engine) -> None:
    first = registered(world)
    second, consent, code = consented(world)
    url = f"{API}/consents/{consent}/scans/{code}"
    before = second.client.get(url).content
    two = two_of(world)
    two.merge(first.victim, second.victim)
    assert second.client.get(url).content == before
    with admin.connect() as connection:
        query = text("SELECT victim_id FROM evidence_file WHERE code = :c")
        assert connection.scalar(query, {"c": code}) == first.victim_id
    two.split(first.victim, second.victim)
    assert second.client.get(url).content == before
