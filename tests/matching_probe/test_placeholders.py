"""Numbers that stand for no document stop no stranger, however they came into the index."""

from __future__ import annotations

import hmac
from typing import Any

import pytest
from sqlalchemy import Engine

from app.services.index_keys.keys import index_keys
from tests.cases.story import ok
from tests.factories import World
from tests.matching_probe.people import API, candidates, record_of, registration, somebody


def undocumented(seed: str, number: str) -> dict[str, Any]:
    return somebody(seed) | {"documents": [{"type": "DNI", "number": number, "verified": "SI"}]}


@pytest.mark.parametrize("number", ["00000000", "12345678", "No tiene"])
def test_two_strangers_without_a_document_are_registered_and_warned_about(
    world: World, admin: Engine, number: str
) -> None:
    codes = []
    for seed in ("una", "otra"):
        client = world.client(world.actor("police_investigator"))
        woman = undocumented(f"{world.tag}-{seed}-{number}", number)
        made = ok(client.post(API, json=registration(woman)), 201)
        assert "document_placeholder" in {one["code"] for one in made["warnings"]}
        codes.append(made["code"])
    assert not candidates(admin, record_of(admin, codes[1]))


def test_a_token_kept_from_before_finds_nobody(world: World, admin: Engine) -> None:
    """Tokens are keyed: a migration cannot know which of them are of such a number."""
    hers = world.register(world.actor("police_investigator"), identity=undocumented(world.tag, "00000000"))
    with world.session(world.actor("police_investigator")) as session:
        keys = index_keys(session)
    body = b"document\0DNI\0PE\x0000000000"
    with admin.begin() as connection:
        for key in keys:
            token = int.from_bytes(hmac.digest(key.secret, body, "sha256")[:8], "big", signed=True)
            connection.exec_driver_sql(
                "INSERT INTO victim_token (token, victim_id, kind, key_version)"
                " VALUES (%(t)s, %(v)s, 1, %(k)s)",
                {"t": token, "v": hers.victim_id, "k": key.version},
            )
    client = world.client(world.actor("cem_officer"))
    other = undocumented(f"{world.tag}-otra", "0000 0000")
    ok(client.post(API, json=registration(other)), 201)
    assert not candidates(admin, hers.victim_id)
