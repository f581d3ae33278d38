"""Answers as JSON, written once: no second validation of what a service already shaped."""

import json
from datetime import date
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Header
from starlette.responses import Response

from app.services.views import Listing

T = TypeVar("T")

_TAG = 'Versión leída, entre comillas; se envía en "If-Match" al cambiar lo mismo.'
_PLACE = "Dónde se lee lo que se creó o se pidió."


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no JSON form for {type(value).__name__}")


encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain).encode


class Answer(Response, Generic[T]):
    """A JSON answer that no cache keeps; dates in ISO 8601.

    A route says `-> Answer[View]`: the type checker holds what is answered against it, and `Branch` puts it
    into the document. Nothing is checked while the service runs.
    """

    media_type = "application/json"

    def __init__(self, content: T, status_code: int = 200, headers: dict[str, str] | None = None) -> None:
        super().__init__(encode(content), status_code, {"Cache-Control": "no-store", **(headers or {})})

    def render(self, content: Any) -> bytes:
        """Encode as UTF-8."""
        return str(content).encode()


def listing(items: list[T], next: str | None = None) -> Answer[Listing[T]]:  # noqa: A002 - its name there
    """A list as every list is answered: its items and the cursor of the next page, None on the last."""
    return Answer({"items": items, "next": next})


Known = Annotated[str | None, Header(alias="if-none-match", title="`ETag` de lo que ya se tiene")]
"""For `unchanged`."""


def unchanged(if_none_match: str | None, tag: str) -> bool:
    """Whether who asks has the answer of this tag already (`If-None-Match`, RFC 9110 13.1.2)."""
    if if_none_match is None:
        return False
    tags = {one.strip().removeprefix("W/").strip('"') for one in if_none_match.split(",")}
    return "*" in tags or tag in tags


def tagged(status: int = 200) -> dict[int | str, dict[str, Any]]:
    """For the document: the answer carries the tag of the version it shows, which a change sends back."""
    return {status: {"headers": {"ETag": {"description": _TAG, "schema": {"type": "string"}}}}}


def located(status: int = 201, description: str | None = None) -> dict[int | str, dict[str, Any]]:
    """For the document: the answer says where what was made, or what was asked for, is read."""
    said = {"headers": {"Location": {"description": _PLACE, "schema": {"type": "string"}}}}
    return {status: said if description is None else {"description": description, **said}}
