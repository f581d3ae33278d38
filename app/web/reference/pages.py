"""`/docs`: what the JSON interface is made of, read from its own document, for who writes a client."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, NamedTuple

from fastapi import Depends, Path, Request
from starlette.responses import Response

from app.edge.browser import visitor
from app.edge.deps import CurrentRuntime, Public
from app.edge.routing import Branch
from app.errors import NotFound
from app.runtime import Runtime
from app.web.i18n import _
from app.web.kit.page import draw, speak

router = Branch(prefix="/docs")

Visitor = Annotated[None, Depends(visitor)]
Schema = Mapping[str, Any]
DEEPEST = 3
"""Levels of a body that are told field by field."""


class Field(NamedTuple):
    """A parameter, or a field of a body. `place`: where a parameter goes; of a field it is empty."""

    name: str
    place: str
    title: str
    kind: str
    required: bool


class Reply(NamedTuple):
    """What is answered with a status, and which headers come with it."""

    status: str
    text: str
    headers: list[str]


class Operation(NamedTuple):
    """One operation as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    fields: list[Field]
    replies: list[Reply]


@router.get("", dependencies=[Public()])
def index(request: Request, _visitor: Visitor, runtime: CurrentRuntime) -> Response:
    """Every operation, by what it is about."""
    document = _shown(request, runtime)
    groups = [
        (tag["name"], tag["description"], operations(document, tag["name"])) for tag in document["tags"]
    ]
    return draw(request, "reference/index.html", groups=groups)


@router.get("/{tag}", dependencies=[Public()])
def group(
    request: Request, _visitor: Visitor, runtime: CurrentRuntime, tag: Annotated[str, Path(max_length=60)]
) -> Response:
    """The operations about one thing: what each takes and answers."""
    document = _shown(request, runtime)
    about = next((one["description"] for one in document["tags"] if one["name"] == tag), None)
    if about is None:
        raise NotFound
    return draw(request, "reference/group.html", about=about, operations=operations(document, tag))


def _shown(request: Request, runtime: Runtime) -> dict[str, Any]:
    if not runtime.settings.api_document:
        raise NotFound("Esta instalación no muestra el documento de su interfaz.")
    speak(request)
    found: dict[str, Any] = request.app.openapi()
    return found


def operations(document: Schema, tag: str) -> list[Operation]:
    """The operations of a tag, in the order of the document."""
    return [
        Operation(
            said["operationId"],
            method.upper(),
            path,
            said["summary"],
            [*_parameters(document, said), *_body(document, said)],
            [_reply(status, answer) for status, answer in said["responses"].items()],
        )
        for path, methods in document["paths"].items()
        for method, said in methods.items()
        if said["tags"][0] == tag
    ]


def _parameters(document: Schema, said: Schema) -> Iterator[Field]:
    places = {"path": _("dirección"), "query": _("consulta"), "header": _("cabecera")}
    for one in said.get("parameters", ()):
        schema = _plain(document, one["schema"])
        title = one["schema"].get("title", "")
        place = places.get(one["in"], one["in"])
        yield Field(one["name"], place, title, _kind(document, schema), bool(one["required"]))


def _body(document: Schema, said: Schema) -> Iterator[Field]:
    for media, content in said.get("requestBody", {}).get("content", {}).items():
        schema = _plain(document, content["schema"])
        if "properties" in schema:
            yield from _fields(document, schema, "", 1)
        else:
            yield Field(
                media,
                _("cuerpo"),
                schema.get("title") or schema.get("description", ""),
                _kind(document, schema),
                required=True,
            )


def _fields(document: Schema, schema: Schema, before: str, level: int) -> Iterator[Field]:
    for name, given in schema["properties"].items():
        inner = _plain(document, given)
        title = given.get("title") or (inner.get("title") or inner.get("description", ""))
        required = name in schema.get("required", ())
        yield Field(before + name, _("cuerpo"), title, _kind(document, inner), required)
        if level < DEEPEST and "properties" in inner:
            yield from _fields(document, inner, f"{before}{name}.", level + 1)


def _plain(document: Schema, schema: Schema) -> Schema:
    """What a reference or a choice with null comes to."""
    if "$ref" in schema:
        return _plain(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    choices = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    return _plain(document, choices[0]) if choices else schema


def _kind(document: Schema, schema: Schema) -> str:
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return _("lista de %(kind)s") % {"kind": _kind(document, _plain(document, schema.get("items", {})))}
    kinds = {
        "string": _("texto"), "integer": _("número entero"), "number": _("número"),
        "boolean": _("sí o no"), "object": _("objeto"),
    }  # fmt: skip
    formats = {"date": _("fecha"), "date-time": _("fecha y hora"), "binary": _("bytes"), "uuid": "UUID"}
    return formats.get(
        schema.get("format", ""), kinds.get(schema.get("type", ""), str(schema.get("const", "")))
    )


def _reply(status: str, answer: Schema) -> Reply:
    return Reply(status, answer.get("description", ""), list(answer.get("headers", {})))
