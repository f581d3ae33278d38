"""`If-Match` as routes take it: needed, honoured when sent, or refused where nothing has a version."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Annotated, Final, get_type_hints

from fastapi import Depends, Header, Request

from app.errors import BadRequest, PreconditionRequired, StaleVersion

HEADER: Final = "if-match"
NEEDED: Final = "x-needed"
"""Marks in the document that the service refuses without the header, though FastAPI must not."""
CHANGES: Final = frozenset({"DELETE", "PATCH", "POST", "PUT"})
_LONGEST: Final = 9
_READ: Final = 'La versión que se leyó, entre comillas: "3". Si ya no es esa, la respuesta es 412.'
_Needed = Annotated[
    str | None, Header(title="Versión leída", description=_READ, json_schema_extra={NEEDED: True})
]
_Sent = Annotated[str | None, Header(title="Versión leída (opcional)", description=_READ)]


async def expected_version(if_match: _Needed = None) -> int:
    """The version in `If-Match: "3"`.

    Raises:
        PreconditionRequired: the header is missing.
        StaleVersion: it is not a tag of ours, so it cannot be the current one.
    """
    if if_match is None:
        raise PreconditionRequired
    return _version(if_match)


async def version_if_sent(if_match: _Sent = None) -> int | None:
    """The same where the header may be left out: then the change is made from whatever version there is.

    Raises:
        StaleVersion: it is not a tag of ours, so it cannot be the current one.
    """
    return None if if_match is None else _version(if_match)


ExpectedVersion = Annotated[int, Depends(expected_version)]
VersionIfSent = Annotated[int | None, Depends(version_if_sent)]


def refuse_version_unread(request: Request) -> None:
    """Refuse a version where none is looked at, since it would seem to be honoured.

    Raises:
        BadRequest: `If-Match` was sent to a change that takes none.
    """
    endpoint = request.scope["endpoint"]
    if HEADER in request.headers and request.method in CHANGES and not takes_version(endpoint):
        raise BadRequest("Esta operación no admite If-Match: lo que hace no tiene versión. Envíela sin él.")


@cache
def takes_version(endpoint: Callable[..., object]) -> bool:
    """Whether the function of a route looks at `If-Match`."""
    hints = get_type_hints(endpoint, include_extras=True).values()
    return ExpectedVersion in hints or VersionIfSent in hints


def _version(tag: str) -> int:
    text = tag.strip().removeprefix('"').removesuffix('"')
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST):
        raise StaleVersion
    return int(text)
