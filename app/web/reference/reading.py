"""The document of the JSON interface, read for people: what each operation takes and what it answers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from app.web.i18n import _

Schema = Mapping[str, Any]
DEEPEST: Final = 3
"""Levels of a body that are told field by field."""
_SHOWN: Final = 12
"""Codes that are told one by one, where the list has a name by which all of them are found."""


class Field(NamedTuple):
    """A parameter, or a field of a body. `place`: where a parameter goes; of a field it is empty.

    `codes`: the list of the catalogue that its codes are of. `unit`, `example`: as text, empty if none.
    """

    name: str
    place: str
    title: str
    kind: str
    required: bool
    unit: str = ""
    example: str = ""
    codes: str = ""


class Reply(NamedTuple):
    """What is answered with a status: its headers with their meaning, and what it is made of."""

    status: str
    text: str
    headers: list[tuple[str, str]]
    fields: list[Field]


class Operation(NamedTuple):
    """One operation as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    text: list[str]
    fields: list[Field]
    replies: list[Reply]


def operations(document: Schema, tag: str) -> list[Operation]:
    """The operations of a tag, in the order of the document."""
    return [
        Operation(
            said["operationId"],
            method.upper(),
            path,
            said["summary"],
            said["description"].split("\n\n"),
            [*_parameters(document, said), *body(document, said)],
            [_reply(document, status, answer) for status, answer in said["responses"].items()],
        )
        for path, methods in document["paths"].items()
        for method, said in methods.items()
        if said["tags"][0] == tag
    ]


def _parameters(document: Schema, said: Schema) -> Iterator[Field]:
    places = {"path": _("dirección"), "query": _("consulta"), "header": _("cabecera")}
    for one in said.get("parameters", ()):
        place = places.get(one["in"], one["in"])
        told = {**one["schema"], "description": one.get("description", one["schema"].get("description", ""))}
        yield _field(document, one["name"], place, told, required=bool(one["required"]))


def body(document: Schema, said: Schema) -> Iterator[Field]:
    """The fields of what is sent; of what is no object, what it is."""
    for media, content in said.get("requestBody", {}).get("content", {}).items():
        schema = _plain(document, content["schema"])
        if "properties" in schema:
            yield from fields(document, schema, _("cuerpo"))
        else:
            yield _field(document, media, _("cuerpo"), content["schema"], required=True)


def fields(
    document: Schema, schema: Schema, place: str = "", before: str = "", level: int = 1
) -> Iterator[Field]:
    """Every field of an object and of what is inside it; those of a list's items after `[]`."""
    for name, given in schema["properties"].items():
        required = name in schema.get("required", ())
        yield _field(document, before + name, place, given, required=required)
        inner, within = _plain(document, given), f"{before}{name}."
        if inner.get("type") == "array":
            inner, within = _plain(document, inner.get("items", {})), f"{before}{name}[]."
        if level < DEEPEST and "properties" in inner:
            yield from fields(document, inner, place, within, level + 1)


def _field(document: Schema, name: str, place: str, given: Schema, *, required: bool) -> Field:
    inner = _plain(document, given)
    title, more = (given.get(key) or inner.get(key) or "" for key in ("title", "description"))
    if "$ref" in given and not given.get("description"):
        title, more = more, ""
    examples = given.get("examples") or inner.get("examples") or ()
    return Field(
        name,
        place,
        ". ".join(dict.fromkeys(filter(None, (title, more)))),
        _kind(document, inner, named="x-code-list" in given),
        required,
        given.get("x-unit", ""),
        _as_text(examples[0]) if examples else "",
        given.get("x-code-list", ""),
    )


def _as_text(example: object) -> str:
    return example if isinstance(example, str) else json.dumps(example, ensure_ascii=False)


def _plain(document: Schema, schema: Schema) -> Schema:
    """What a reference or a choice with null comes to."""
    if "$ref" in schema:
        return _plain(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    choices = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    return _plain(document, choices[0]) if choices else schema


def _kind(document: Schema, schema: Schema, *, named: bool = False) -> str:
    codes = [str(value) for value in schema.get("enum", ())]
    if codes and not (named and len(codes) > _SHOWN):
        return " | ".join(codes)
    if schema.get("type") == "array":
        items = _plain(document, schema.get("items", {}))
        return _("lista de %(kind)s") % {"kind": _kind(document, items, named=named)}
    kinds = {
        "string": _("texto"), "integer": _("número entero"), "number": _("número"),
        "boolean": _("sí o no"), "object": _("objeto"),
    }  # fmt: skip
    formats = {"date": _("fecha"), "date-time": _("fecha y hora"), "binary": _("bytes"), "uuid": "UUID"}
    return formats.get(
        schema.get("format", ""), kinds.get(schema.get("type", ""), str(schema.get("const", "")))
    )


def _reply(document: Schema, status: str, answer: Schema) -> Reply:
    headers = [(name, said.get("description", "")) for name, said in answer.get("headers", {}).items()]
    return Reply(status, answer.get("description", ""), headers, list(_answered(document, status, answer)))


def _answered(document: Schema, status: str, answer: Schema) -> Iterator[Field]:
    """What an answer is made of; of a choice between several, each of them."""
    if not status.startswith("2"):
        return
    for media, content in answer.get("content", {}).items():
        schema = content.get("schema", {})
        for one in schema.get("anyOf", [schema]):
            told = _plain(document, one)
            if "properties" in told:
                yield from fields(document, told)
            elif told and media != "application/json":
                yield _field(document, media, "", told, required=True)
