"""What the OpenAPI document promises, held against every answer that a test's client gets."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx
import jsonschema_rs
from fastapi import FastAPI

from app.config import Settings
from app.main import create_app

HEADERS = ("ETag", "Location")
PREFIX = "/api/v1/"
_NAME = "urn:ruv:document"


class Operation(NamedTuple):
    """One operation of the document."""

    method: str
    path: str
    said: dict[str, Any]


@cache
def application() -> FastAPI:
    """The application that answers the tests of this worker: its routes and document are worked out once."""
    return create_app(Settings())


def document() -> dict[str, Any]:
    """The document of the application under test."""
    return application().openapi()


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
    listed = [] if is_list(answer, operation) else [f"{name}: not a list as lists are"]
    return [*_headers(name, answer, said), *_body(operation, answer), *listed]


def _headers(name: str, answer: httpx.Response, said: dict[str, Any]) -> list[str]:
    sent = {header for header in HEADERS if header in answer.headers}
    promised = {header for header in HEADERS if header in said.get("headers", {})}
    if sent == promised:
        return []
    return [f"{name}: {answer.status_code} has {sorted(sent)}, promises {sorted(promised)}"]


def _body(operation: Operation, answer: httpx.Response) -> list[str]:
    """What of a JSON body is not as the document has it, or is not in the document at all."""
    judge = _judge(operation.method, operation.path, answer.status_code)
    if judge is None or not answer.headers.get("content-type", "").startswith("application/json"):
        return []
    answer.read()
    name = operation.said["operationId"]
    return [
        f"{name}: {'/'.join(map(str, error.instance_path))}: {error.message}"
        for error in judge.iter_errors(answer.json())
    ]


def is_list(answer: httpx.Response, operation: Operation) -> bool:
    """Whether an answer with items has the cursor of its next page beside them, and none is a bare list."""
    if not operation.path.startswith(PREFIX) or answer.headers.get("content-type") != "application/json":
        return True
    if not answer.is_stream_consumed:
        answer.read()
    body = answer.json() if answer.content else {}
    return isinstance(body, dict) and ("items" not in body or "next" in body)


@cache
def _judge(method: str, path: str, status: int) -> jsonschema_rs.Draft202012Validator | None:
    """What judges the body of an answer; None where the document does not say what it is like."""
    if not schema_of(document()["paths"][path][method.lower()]["responses"][str(status)]):
        return None
    steps = (
        *("paths", path, method.lower(), "responses", str(status)),
        *("content", "application/json", "schema"),
    )
    place = "/".join(quote(step.replace("/", "~1"), safe="") for step in steps)
    return jsonschema_rs.Draft202012Validator(
        {"$ref": f"{_NAME}#/{place}"}, validate_formats=True, registry=_registry()
    )


@cache
def _registry() -> jsonschema_rs.Registry:
    """The document as what judges refer to: read once, as it is large and they are many."""
    whole = {"paths": document()["paths"], "components": {"schemas": _closed()}}
    return jsonschema_rs.Registry([(_NAME, whole)], draft=jsonschema_rs.Draft202012)


def schema_of(said: dict[str, Any]) -> dict[str, Any]:
    """The schema of an answer's JSON; empty where it has none."""
    found: dict[str, Any] = said.get("content", {}).get("application/json", {}).get("schema", {})
    return {name: part for name, part in found.items() if name != "title"}


@cache
def _closed() -> dict[str, Any]:
    """The document's views, with nothing allowed that they do not name."""
    views = copy.deepcopy(document()["components"]["schemas"])
    for view in views.values():
        if "properties" in view:
            view.setdefault("additionalProperties", False)
    return views


def hold(answer: httpx.Response) -> None:
    """A hook of a client: what is answered is what the document promises."""
    found = broken(answer)
    assert not found, found
