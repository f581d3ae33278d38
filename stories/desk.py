"""One signed-in account over HTTP: the demonstration uses the register as any institution's system would."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import httpx

from app.access.policy import policy
from stories.demo.cast import unit_of, username

API = "/api/v1"
_OK = (200, 201)


class StoryBroken(Exception):
    """The register did not answer as the story needs; the text names request and status, never a value."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its status, its JSON and the version it stands at."""

    status: int
    body: dict[str, Any]
    version: int | None


class Desk:
    """The desk of one role: whoever sits there signs in and asks."""

    def __init__(self, address: str, role: str, password: str) -> None:
        """Sign in.

        Raises:
            StoryBroken: the account is refused.
        """
        self.role = role
        self.unit = unit_of(role).code
        self._http = httpx.Client(base_url=address, timeout=60, trust_env=False)
        try:
            form = {"username": username(role), "password": password}
            token = self._done(self._http.post(f"{API}/auth/token", data=form)).body["access_token"]
        except BaseException:
            self._http.close()
            raise
        self._http.headers["Authorization"] = f"Bearer {token}"

    @property
    def label(self) -> str:
        """The role in Spanish."""
        return policy().roles[self.role].label

    def ask(self, path: str) -> Reply:
        """GET, whatever the answer."""
        return _reply(self._http.get(f"{API}{path}"))

    def read(self, path: str) -> dict[str, Any]:
        """GET that must be answered.

        Raises:
            StoryBroken: it is not.
        """
        return self._done(self._http.get(f"{API}{path}")).body

    def text(self, path: str) -> str:
        """GET of a file as text.

        Raises:
            StoryBroken: it is not answered.
        """
        response = self._http.get(f"{API}{path}")
        if response.status_code not in _OK:
            raise _broken(response)
        return response.text

    def file(self, path: str) -> bytes:
        """GET of a file that is no text.

        Raises:
            StoryBroken: it is not answered.
        """
        response = self._http.get(f"{API}{path}")
        if response.status_code not in _OK:
            raise _broken(response)
        return response.content

    def send(self, path: str, body: Mapping[str, Any], version: int | None = None) -> dict[str, Any]:
        """POST that must succeed; `version` is what was read before.

        Raises:
            StoryBroken: it does not.
        """
        return self._done(self._http.post(f"{API}{path}", json=body, headers=_match(version))).body

    def refused(self, path: str, body: Mapping[str, Any], status: int) -> dict[str, Any]:
        """POST that must be refused with this status.

        Raises:
            StoryBroken: it is not.
        """
        response = self._http.post(f"{API}{path}", json=body)
        if response.status_code != status:
            raise _broken(response)
        return _reply(response).body

    def change(self, path: str, body: Mapping[str, Any], version: int) -> dict[str, Any]:
        """PATCH that must succeed.

        Raises:
            StoryBroken: it does not.
        """
        return self._done(self._http.patch(f"{API}{path}", json=body, headers=_match(version))).body

    def leave(self) -> None:
        """Sign out and close."""
        self._http.post(f"{API}/auth/logout")
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    def _done(self, response: httpx.Response) -> Reply:
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
