"""What the OpenAPI document promises, held against every answer that a test's client gets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import httpx

from app.config import Settings
from app.main import create_app

HEADERS = ("ETag", "Location")
PREFIX = "/api/v1/"


class Operation(NamedTuple):
    """One operation of the document."""

    method: str
    path: str
    said: dict[str, Any]


@cache
def document() -> dict[str, Any]:
    """The document of the application under test."""
    return create_app(Settings()).openapi()


def operations() -> Iterator[Operation]:
    """Every operation of the document."""
    for path, methods in document()["paths"].items():
        for method, said in methods.items():
            yield Operation(method.upper(), path, said)


@cache
def _patterns() -> list[tuple[str, re.Pattern[str], Operation]]:
    """Operations with what their addresses look like; those without a parameter first."""
    ordered = sorted(operations(), key=lambda one: one.path.count("{"))
    return [(one.method, re.compile(_shape(one.path)), one) for one in ordered]


def _shape(path: str) -> str:
    return re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)) + "$"


def asked(method: str, path: str) -> Operation | None:
    """The operation a request is of."""
    found = (one for verb, pattern, one in _patterns() if verb == method and pattern.match(path))
    return next(found, None)


def broken(answer: httpx.Response) -> list[str]:
    """What an answer breaks of what the document promises."""
    operation = asked(answer.request.method, answer.request.url.path)
    if operation is None or not answer.is_success:
        return []
    name, status = operation.said["operationId"], answer.status_code
    said = operation.said["responses"].get(str(status))
    if said is None:
        return [f"{name}: {status} is not in the document"]
    sent = {header for header in HEADERS if header in answer.headers}
    promised = {header for header in HEADERS if header in said.get("headers", {})}
    found = [f"{name}: {status} has {sorted(sent)}, promises {sorted(promised)}"] if sent != promised else []
    return found if is_list(answer, operation) else [*found, f"{name}: not a list as lists are"]


def is_list(answer: httpx.Response, operation: Operation) -> bool:
    """Whether an answer with items has the cursor of its next page beside them, if it has any at all."""
    if not operation.path.startswith(PREFIX) or answer.headers.get("content-type") != "application/json":
        return True
    if not answer.is_stream_consumed:
        answer.read()
    body = answer.json() if answer.content else {}
    return isinstance(body, dict) and ("items" in body) == ("next" in body)


def hold(answer: httpx.Response) -> None:
    """A hook of a client: what is answered is what the document promises."""
    found = broken(answer)
    assert not found, found
