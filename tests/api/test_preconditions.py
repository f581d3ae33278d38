"""`If-Match` over every operation that changes something: as the document says, so it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import httpx
import pytest

from app.config import Settings
from app.edge.preconditions import CHANGES, HEADER
from app.main import create_app
from tests import contract
from tests.access.matrix import PERMISSIONS
from tests.access.test_routes import routes
from tests.factories import World

CODES = {"compartment": "identity", "number": "1", "key": "00000000-0000-0000-0000-000000000000"}
CHANGING = [
    one for one in contract.operations() if one.method in CHANGES and one.path.startswith(contract.PREFIX)
]


def sent(one: contract.Operation) -> dict[str, Any] | None:
    """What the document says of the header of an operation, if it takes it."""
    return next((p for p in one.said.get("parameters", ()) if p["name"] == HEADER), None)


NEEDED = [one for one in CHANGING if (header := sent(one)) and header["required"]]
HONOURED = [one for one in CHANGING if (header := sent(one)) and not header["required"]]
NONE = [one for one in CHANGING if sent(one) is None]


def named(one: contract.Operation) -> str:
    return str(one.said["operationId"])


@cache
def role_of(method: str, path: str) -> str:
    """A role that may use an operation, whatever else it may."""
    (guard,) = next(
        found for verb, at, found in routes(create_app(Settings())) if (verb, at) == (method, path)
    )
    wanted = set(guard.any_of)
    return next(role for role, held in sorted(PERMISSIONS.items()) if not wanted or wanted & set(held))


@dataclass
class Callers:
    """Who may use each operation, signed in once a role."""

    world: World
    clients: dict[str, httpx.Client] = field(default_factory=dict)

    def said(self, one: contract.Operation, tag: str | None) -> tuple[int, str]:
        """Status and kind of problem of an operation with codes that nothing has."""
        role, path = role_of(one.method, one.path), one.path
        if role not in self.clients:
            self.clients[role] = self.world.client(self.world.actor(role))
        for parameter in one.said.get("parameters", ()):
            if parameter["in"] == "path":
                name = parameter["name"]
                path = path.replace("{" + name + "}", CODES.get(name, "XX-0000-0000-0000"))
        headers = {} if tag is None else {"If-Match": tag}
        answer = self.clients[role].request(one.method, path, headers=headers)
        return answer.status_code, answer.json()["type"].rpartition(":")[2]

    def others(
        self, operations: list[contract.Operation], tag: str | None, wanted: tuple[int, str]
    ) -> list[tuple[str, tuple[int, str]]]:
        """Operations that say something else."""
        said = [(named(one), self.said(one, tag)) for one in operations]
        return [(name, found) for name, found in said if found != wanted]


def test_every_change_is_of_one_kind() -> None:
    assert len(NEEDED) > 25
    assert {named(one) for one in HONOURED} == {"plans_sign", "referrals_answer", "referrals_transition"}
    assert len(NONE) > 30


def test_what_makes_something_or_has_no_version_says_that_it_takes_none() -> None:
    for one in NONE:
        assert "con `If-Match` la respuesta es 400" in one.said["description"], named(one)


def test_what_answers_with_a_version_it_changed_takes_the_version_that_was_read() -> None:
    """But what makes something, which has its first version then."""
    found = [
        named(one)
        for one in NONE
        for status, said in one.said["responses"].items()
        if status == "200" and "ETag" in said.get("headers", {})
    ]
    assert found == []


def test_without_it_nothing_is_changed_where_it_is_needed(world: World) -> None:
    assert Callers(world).others(NEEDED, None, (428, "precondition-required")) == []


def test_a_tag_that_is_none_of_ours_is_stale(world: World) -> None:
    assert Callers(world).others([*NEEDED, *HONOURED], '"otra"', (412, "stale-version")) == []


@pytest.mark.parametrize("tag", ['"1"', "*", '"1", "2"'])
def test_where_nothing_looks_at_it_it_is_refused(world: World, tag: str) -> None:
    assert Callers(world).others(NONE, tag, (400, "bad-request")) == []
