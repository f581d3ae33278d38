"""Whoever looks documents up, however it is done, is stopped by the same hourly limit."""

from __future__ import annotations

import httpx
import pytest

from app.access.act import CARE, Act
from app.audit import record
from app.config import Settings
from tests.factories import World

LIMIT = Settings().probe_limit_per_hour


def document(number: int | str) -> dict[str, str]:
    return {"type": "DNI", "number": str(number)}


def by_search(client: httpx.Client, _code: str, number: int) -> int:
    return client.post("/api/v1/victims/search", json={"documents": [document(number)]}).status_code


def by_registering(client: httpx.Client, _code: str, number: int) -> int:
    identity = {"given_names": "Prueba", "documents": [document(number)]}
    body = {"compartments": {"identity": identity}, "first_identified_on": "2024-05-02"}
    return client.post("/api/v1/victims", json=body).status_code


def by_changing(client: httpx.Client, code: str, number: int) -> int:
    version = client.get(f"/api/v1/victims/{code}").json()["filled"]["identity"]["version"]
    return client.patch(
        f"/api/v1/victims/{code}/identity",
        json={"documents": [document(number)]},
        headers={"If-Match": f'"{version}"'},
    ).status_code


@pytest.mark.parametrize("way", [by_search, by_registering, by_changing])
def test_every_way_to_look_a_document_up_is_limited(world: World, way: object) -> None:
    assert callable(way)
    base = int(world.tag, 16) % 10**7 * 10
    known = base + 9
    other = world.actor("police_investigator")
    world.register(other, identity={"given_names": "Prueba", "documents": [document(known)]})
    officer = world.actor("police_investigator")
    own = world.register(officer, identity={"given_names": "Prueba"})
    client = world.client(officer)
    with world.session(officer) as session:
        for _ in range(LIMIT - 2):
            record(Act(session, CARE), "victims.probe", detail={"hits": 0})
    assert way(client, own.code, known) in {200, 409}
    assert way(client, own.code, base + 1) in {200, 201}
    assert way(client, own.code, known) == 429
    assert way(client, own.code, base + 2) == 429
