"""An institution with two administrators, and steps that the tests of administering accounts share."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import text

from app.access.actor import Actor
from app.codes import new_code
from tests.access.accounts import as_superuser
from tests.factories import World

API = "/api/v1"
OWN = "lluvia-sobre-los-tejados-71"


@dataclass
class Institution:
    """One institution: its code, its administrator, another one of another unit, and a unit of its trade."""

    world: World
    code: str
    admin: Actor
    second: Actor
    unit: str

    @property
    def client(self) -> httpx.Client:
        """A client signed in as the administrator."""
        return self.world.client(self.admin)

    def member(self, role: str = "prosecutor", **more: Any) -> Actor:
        """A colleague with a lasting password."""
        return self.world.actor(role, unit=self.unit, **more)


def institution(world: World, kind: str = "FISCALIA") -> Institution:
    """A new institution with an administrator and a unit of this kind."""
    code = f"I-{secrets.token_hex(4)}"
    units = [world.unit("CENTRAL", institution=code) for _ in range(2)]
    admin, second = (world.actor("institution_admin", unit=each) for each in units)
    return Institution(world, code, admin, second, world.unit(kind, institution=code))


def name() -> str:
    """A username nobody has."""
    return f"cuenta-{secrets.token_hex(5)}"


def ok(answer: httpx.Response, status: int = 200) -> dict[str, Any]:
    """The body of an answer that must be of this status."""
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    return body


def ask(place: Institution, **more: Any) -> dict[str, Any]:
    """A new account that the administrator asks for over HTTP."""
    body = {"username": name(), "unit": place.unit, "role": "prosecutor", **more}
    return ok(place.client.post(f"{API}/accounts", json=body), 201)


def decide(
    client: httpx.Client, request: str, step: str = "approvals", *, reason: str = "NO_CORRESPONDE"
) -> httpx.Response:
    """Take a step of a request, from whatever version it is at."""
    url = f"{API}/account-requests/{request}"
    tag = client.get(url).headers.get("etag", '"1"')
    body: dict[str, Any] = {"json": {"reason": reason}} if step == "refusals" else {}
    return client.post(f"{url}/{step}", headers={"If-Match": tag}, **body)


def agreed(place: Institution, asked: dict[str, Any], by: Actor | None = None) -> dict[str, Any]:
    """The account of a request that a second person approves, with its whole initial password, if any."""
    done = ok(decide(place.world.client(by or place.second), asked["request"]))
    shown = ok(place.client.get(f"{API}/accounts/{done['account']}"))
    if done["second_half"] is None:
        return shown
    return {**shown, "initial_password": f"{asked['first_half']}-{done['second_half']}"}


def create(place: Institution, **more: Any) -> dict[str, Any]:
    """A new account made by two administrators over HTTP."""
    return agreed(place, ask(place, **more))


def sign_in(world: World, username: str, password: str) -> httpx.Response:
    """One attempt over HTTP."""
    return world.client().post(f"{API}/auth/token", data={"username": username, "password": password})


def exchange(world: World, username: str, initial: str, new: str = OWN) -> httpx.Response:
    """An attempt to exchange an initial password."""
    body = {"username": username, "initial_password": initial, "new_password": new}
    return world.client().post(f"{API}/auth/password", json=body)


def me(world: World, tokens: dict[str, Any]) -> int:
    """Whether tokens are good for anything: the status of the own account."""
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    return world.client().get(f"{API}/me", headers=headers).status_code


def signed(actor: Actor, **more: Any) -> dict[str, Any]:
    """A step in the actor's own name."""
    return {"by": actor.user_id, "unit": actor.unit_id, "institution": actor.institution_id, **more}


def made_by_one(world: World, maker: Actor, second: Actor, *accounts: Actor, days: int = 0) -> None:
    """As if `maker` had asked for these accounts, and `second` approved them, some days ago."""
    with as_superuser(world) as connection:
        for account in accounts:
            connection.execute(
                text(
                    "INSERT INTO account_request (code, kind, account_id, unit_id, role, supervisor, state,"
                    " requested_by, requested_unit_id, requested_institution_id, decided_at, settled_at,"
                    " decided_by, decided_unit_id, decided_institution_id)"
                    " VALUES (:code, 'ALTA', :account, :unit, :role, false, 'EJECUTADA', :maker, :mu, :mi,"
                    " now() - make_interval(days => :days), now() - make_interval(days => :days),"
                    " :second, :su, :si)"
                ),
                {
                    "code": new_code("CT"), "account": account.user_id, "unit": account.unit_id,
                    "role": account.role, "maker": maker.user_id, "mu": maker.unit_id,
                    "mi": maker.institution_id, "second": second.user_id, "su": second.unit_id,
                    "si": second.institution_id, "days": days,
                },
            )  # fmt: skip
