"""The desk of one account: what whoever sits there asks and does over HTTP, as any institution's system.

The demonstration and the stories of the tests are both lived from desks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self, TypeAlias

import httpx

API = "/api/v1"
_OK = (200, 201)
_PROBLEM = "application/problem+json"

Json: TypeAlias = dict[str, Any]
"""An answer as it came over HTTP: all that a system of another institution knows of it."""


class StoryBroken(Exception):
    """The register did not answer as the story needs; the text names request and status, never a value."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its status, its JSON and the version it stands at."""

    status: int
    body: Json
    version: int | None


def signed_in(address: str, username: str, password: str) -> httpx.Client:
    """A client of the register at `address` that speaks for an account.

    Raises:
        StoryBroken: the account is refused.
    """
    client = httpx.Client(base_url=address, timeout=60, trust_env=False)
    try:
        answer = client.post(f"{API}/auth/token", data={"username": username, "password": password})
        client.headers["Authorization"] = f"Bearer {_done(answer).body['access_token']}"
    except BaseException:
        client.close()
        raise
    return client


class Desk:
    """A desk: its client is signed in; `unit` is the code of the unit it stands in."""

    def __init__(self, client: httpx.Client, unit: str) -> None:
        """Sit down."""
        self.client = client
        self.unit = unit

    def ask(self, path: str) -> Reply:
        """GET, whatever the answer."""
        return _reply(self.client.get(f"{API}{path}"))

    def read(self, path: str) -> Json:
        """GET that must be answered.

        Raises:
            StoryBroken: it is not.
        """
        return _done(self.client.get(f"{API}{path}")).body

    def text(self, path: str) -> str:
        """GET of a file as text.

        Raises:
            StoryBroken: it is not answered.
        """
        response = self.client.get(f"{API}{path}")
        if response.status_code not in _OK:
            raise _broken(response)
        return response.text

    def file(self, path: str) -> bytes:
        """GET of a file that is no text.

        Raises:
            StoryBroken: it is not answered.
        """
        response = self.client.get(f"{API}{path}")
        if response.status_code not in _OK:
            raise _broken(response)
        return response.content

    def sent(self, path: str, body: Mapping[str, object], version: int | None = None) -> httpx.Response:
        """POST, whatever the answer; `version` is what was read before."""
        return self.client.post(f"{API}{path}", json=body, headers=_match(version))

    def send(
        self, path: str, body: Mapping[str, object], version: int | None = None, status: int | None = None
    ) -> Json:
        """POST that must succeed, with this status if one is given.

        Raises:
            StoryBroken: it does not.
        """
        response = self.sent(path, body, version)
        if status not in {None, response.status_code}:
            raise _broken(response)
        return _done(response).body

    def refused(self, path: str, body: Mapping[str, object], status: int, version: int | None = None) -> Json:
        """POST that must be refused with this status, and says why.

        Raises:
            StoryBroken: it is not.
        """
        response = self.sent(path, body, version)
        if response.status_code != status or response.headers.get("Content-Type") != _PROBLEM:
            raise _broken(response)
        return _reply(response).body

    def change(self, path: str, body: Mapping[str, object], version: int) -> Json:
        """PATCH that must succeed.

        Raises:
            StoryBroken: it does not.
        """
        return _done(self.client.patch(f"{API}{path}", json=body, headers=_match(version))).body

    def written(self, person: str, compartment: str, fields: Mapping[str, object]) -> httpx.Response:
        """She writes fields of a compartment of the person, from whatever version it is at; any answer."""
        filled = self.read(f"/victims/{person}")["filled"]
        version = int(filled.get(compartment, {}).get("version", 0))
        path = f"{API}/victims/{person}/{compartment}"
        return self.client.patch(path, json=fields, headers=_match(version))

    def writes(self, person: str, compartment: str, fields: Mapping[str, object]) -> Json:
        """She writes fields of a compartment of the person.

        Raises:
            StoryBroken: she may not, or it does not fit.
        """
        return _done(self.written(person, compartment, fields)).body

    def moves(self, path: str, to: str, **body: object) -> Json:
        """She moves a case or a plan on, from whatever version it is at."""
        return self.send(f"{path}/transitions", {"to": to, **body}, int(self.read(path)["version"]))

    def consents(self, case: str, to_unit: str, body: Mapping[str, object]) -> str:
        """The person allows a unit what `body` says; returns the code of the consent."""
        return str(self.send("/consents", {**body, "case": case, "to_units": [to_unit]})["code"])

    def refers(self, case: str, receiver: Desk, body: Mapping[str, object]) -> str:
        """She refers the person to another unit, which accepts; returns the code of the referral."""
        code = str(self.send("/referrals", {**body, "case": case, "to_unit": receiver.unit})["code"])
        receiver.send(f"/referrals/{code}/answer", {"decision": "accept"})
        return code

    def plans(self, plan: str, objective: Mapping[str, object], activity: Mapping[str, object]) -> str:
        """She writes an objective into a plan, and what is done for it; returns the activity's code."""
        goal = self.send(f"/plans/{plan}/objectives", objective)["code"]
        return str(self.send(f"/plans/{plan}/objectives/{goal}/activities", activity)["code"])

    def signs(self, plan: str, signer: str, manner: str, **body: object) -> Json:
        """Somebody signs the plan before her."""
        return self.send(f"/plans/{plan}/signatures", {"signer": signer, "manner": manner, **body})

    def leave(self) -> None:
        """Sign out and close."""
        self.client.post(f"{API}/auth/logout")
        self.client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()


def _done(response: httpx.Response) -> Reply:
    if response.status_code not in _OK:
        raise _broken(response)
    return _reply(response)


def _match(version: int | None) -> dict[str, str]:
    return {} if version is None else {"If-Match": f'"{version}"'}


def _reply(response: httpx.Response) -> Reply:
    tag = response.headers.get("ETag", "").strip('"')
    return Reply(response.status_code, response.json(), int(tag) if tag.isdecimal() else None)


def _broken(response: httpx.Response) -> StoryBroken:
    try:
        detail = response.json()
    except ValueError:
        detail = {}
    fields = ", ".join(error.get("field", "?") for error in detail.get("errors", ()))
    asked = f"{response.request.method} {response.request.url.path}"
    return StoryBroken(f"{asked}: {response.status_code} {detail.get('detail', '')} {fields}".strip())
