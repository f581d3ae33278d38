"""`If-Match` in all its forms (RFC 9110, 13.1.1), for services that take the one version that was read."""

from __future__ import annotations

import json
import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ANY = "*"
NEVER = 999_999_999
"""A version that nothing has: the refusal tells the current one."""
TRIES = 3
"""How often a change that others overtake is tried."""
_STALE = 412
_CHANGES = ("DELETE", "PATCH", "POST", "PUT")
_FILES = ("/evidence", "/scans")
_VERSION = re.compile(r"\d{1,9}", re.ASCII)
_TAG = re.compile(r'(W/)?"([^"]*)"')


class Conditions:
    """Answer `*` and lists of tags: the current version is asked for, and the change made if it is meant.

    Each try is a request of its own with one version, so nothing is half done and no service knows of lists.
    Weak tags match nothing. With one tag, or none, nothing is added.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what has one tag; try the rest until it is done or refused for good."""
        wanted = _wanted(scope)
        if wanted is None:
            await self.app(scope, receive, send)
            return
        body = await _whole(receive)
        answer = await self._tried(scope, receive, body, NEVER)
        for _ in range(TRIES):
            current = _current(answer)
            if current is None or not (current in wanted or (ANY in wanted and current)):
                break
            answer = await self._tried(scope, receive, body, current)
        for message in answer:
            await send(message)

    async def _tried(
        self, scope: Scope, receive: Receive, body: list[Message], version: int
    ) -> list[Message]:
        others = [pair for pair in scope["headers"] if pair[0] != b"if-match"]
        asked, answer = {**scope, "headers": [*others, (b"if-match", b'"%d"' % version)]}, list[Message]()
        left = iter(body)

        async def again() -> Message:
            return next(left, None) or await receive()

        async def kept(message: Message) -> None:
            answer.append(message)

        await self.app(asked, again, kept)
        return answer


def _wanted(scope: Scope) -> set[int | str] | None:
    """Versions that a change is meant for, `ANY` for `*`; None where one tag at most says it."""
    if scope["type"] != "http" or scope["method"] not in _CHANGES or not scope["path"].startswith("/api/"):
        return None
    if scope["path"].endswith(_FILES):  # taken whole, they are no changes of a version, and may be large
        return None
    said = ", ".join(Headers(scope=scope).getlist("if-match")).strip()
    if said == ANY:
        return {ANY}
    if "," not in said:
        return None
    return {int(tag) for weak, tag in _TAG.findall(said) if not weak and _VERSION.fullmatch(tag)}


async def _whole(receive: Receive) -> list[Message]:
    body = [await receive()]
    while body[-1].get("more_body"):
        body.append(await receive())
    return body


def _current(answer: list[Message]) -> int | None:
    """The version that a refusal says is current; None for any other answer."""
    if not answer or answer[0].get("status") != _STALE:
        return None
    version = json.loads(b"".join(message.get("body", b"") for message in answer[1:])).get("version")
    return version if isinstance(version, int) else None
