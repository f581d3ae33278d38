"""Steps that the tests of commands share."""

from __future__ import annotations

from typing import Any

import httpx
from sqlalchemy import text

from app.access.actor import Actor
from tests.cases.story import API, Registered, mandate, move, ok, unit_code
from tests.factories import World
from tests.scratch import past_policies


def asked(person: Registered) -> str:
    """Ask that the person's case be discarded; returns the code of the command."""
    return str(ok(move(person.client, person.case, "DESCARTADA", reason="SIN_INDICIOS"), 202)["command"])


def asked_merge(one: Registered, other: Registered) -> str:
    """The code of a merge that the first one's officer asks for."""
    body = {"keep": one.victim, "absorb": other.victim, "reason": "MISMOS_DATOS"}
    return str(ok(one.client.post(f"{API}/matching/merges", json=body), 202)["command"])


def supervisor_of(world: World, actor: Actor) -> Actor:
    """A colleague of the same unit who sees all its cases."""
    return world.actor(actor.role, unit=unit_code(world, actor), supervisor=True)


def invite(world: World, person: Registered, role: str, *, supervisor: bool = True) -> Actor:
    """Somebody of a new unit that takes part in the person's case by mandate."""
    guest = world.actor(role, supervisor=supervisor)
    unit = unit_code(world, guest)
    ok(person.client.post(f"{API}/cases/{person.case}/participations", json=mandate(unit)), 201)
    return guest


def decide(
    client: httpx.Client, code: str, step: str, *, tag: str | None = None, reason: str | None = None
) -> httpx.Response:
    """Take a step of a command, from whatever version it is at."""
    url = f"{API}/commands/{code}"
    tag = tag or client.get(url).headers["etag"]
    body: dict[str, Any] = {"json": {"reason": reason}} if step == "refusals" else {}
    return client.post(f"{url}/{step}", headers={"If-Match": tag}, **body)


def lapse(world: World, code: str) -> None:
    """Let eight days pass for a command."""
    past_locks(
        world,
        "UPDATE command_request SET requested_at = requested_at - interval '8 days',"
        " expires_at = expires_at - interval '8 days' WHERE code = :code",
        code=code,
    )


def past_locks(world: World, statement: str, **values: Any) -> None:
    """Run a statement past every policy."""
    with past_policies(world.runtime) as admin:
        admin.execute(text(statement), values)
