"""What answers about a person may hold is in the document, field by field: what it does not name is found."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.api.documentation import answered
from app.records import fields
from tests import contract

SLICES = {"victims", "family", "identity_checks", "matching", "quality", "indicators", "releases"}
TYPES = {"type", "anyOf", "allOf", "$ref", "const", "enum"}
RECORD: dict[str, Any] = {
    "code": "TP-1",
    "cases": [
        {
            "code": "CA-1", "state": "PRESUNTA_VICTIMA", "state_since": "2026-01-02T10:00:00-05:00",
            "identification": "PRESUNTA", "first_identified_on": "2026-01-02", "closed_at": None,
        }
    ],
    "compartments": {
        "identity": {
            "given_names": "M.", "birth_date": 1999, "documents": [{"type": "DNI", "number": "••••42"}],
        },
        "contact": {"mobile_phone": True, "family": 2, "emergency_contact": {"relation": "Tía"}},
        "legal": {"purposes": ["EXPLOTACION_SEXUAL"], "means": ["ENGANO"]},
    },
    "filled": {
        "identity": {
            "version": 1, "since": "2026-01-02T10:00:00-05:00", "updated_at": "2026-01-02T10:00:00-05:00",
            "unit": "UPE",
        }
    },
    "_access": {"identity": "partial", "health": "exists"},
    "_broken": [],
    "merged_records": [{"code": "TP-2", "compartments": ["contact"]}],
}  # fmt: skip


def findings(path: str, body: dict[str, Any]) -> list[str]:
    """What the document says against an answer."""
    answer = httpx.Response(
        200,
        content=json.dumps(body),
        headers={"Content-Type": "application/json"},
        request=httpx.Request("GET", f"http://x/api/v1{path}"),
    )
    return contract.broken(answer)


def changed(where: tuple[str | int, ...], value: object) -> dict[str, Any]:
    """The record with one value put where it says."""
    record = copy.deepcopy(RECORD)
    place: Any = record
    for step in where[:-1]:
        place = place[step]
    place[where[-1]] = value
    return record


def test_a_record_in_part_and_whole_is_as_declared() -> None:
    assert findings("/victims/TP-1", RECORD) == []
    assert findings("/victims/TP-1", changed(("compartments", "identity", "birth_date"), "1999-05-01")) == []
    assert findings("/victims/TP-1", changed(("compartments", "contact", "mobile_phone"), "987654321")) == []


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("compartments", "identity", "birth_date"), "1999"),
        (("compartments", "identity", "birth_date"), None),
        (("compartments", "identity", "unheard"), "x"),
        (("compartments", "identity", "documents", 0, "number"), 42),
        (("compartments", "identity", "documents", 0, "unheard"), "x"),
        (("compartments", "contact", "mobile_phone"), False),
        (("compartments", "contact", "family"), "dos"),
        (("compartments", "legal", "purposes"), "EXPLOTACION_SEXUAL"),
        (("compartments", "unheard"), {}),
        (("_access", "identity"), "resident"),
        (("filled", "identity", "user"), "x"),
        (("cases", 0, "state_since"), "ayer"),
        (("merged_records", 0, "unit"), "UPE"),
    ],
)
def test_a_record_that_is_not_as_declared_is_found(where: tuple[str | int, ...], value: object) -> None:
    assert findings("/victims/TP-1", changed(where, value))


def test_a_version_of_any_compartment_is_one_of_them() -> None:
    version = {
        "version": 1, "record": "TP-1", "at": "2026-01-02T10:00:00-05:00", "unit": "UPE",
        "data": {"family": 2, "mobile_phone": True}, "broken": False,
    }  # fmt: skip
    path = "/victims/TP-1/history"
    assert findings(path, {"items": [version], "next": None}) == []
    assert findings(path, {"items": [{**version, "data": {"family": 2, "sex": "MUJER"}}], "next": None})


def test_code_lists_of_what_is_read_are_those_of_the_catalogue() -> None:
    said = contract.document()["components"]["schemas"]["IdentityRead"]["properties"]
    assert {name: one.get("x-code-list") for name, one in said.items()} == {
        name: field.codes for name, field in fields("identity").items()
    }


def opened(node: Any) -> Iterator[dict[str, Any]]:
    """Parts of a schema that take anything."""
    if isinstance(node, dict):
        if (
            {} in (node.get("items"), node.get("additionalProperties"))
            or node.get("additionalProperties") is True
        ):
            yield node
        yield from (said for said in node.get("properties", {}).values() if not TYPES & said.keys())
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from opened(part)


def test_nothing_told_of_a_person_or_of_figures_is_left_open() -> None:
    """A TypedDict that inherits from a generic one loses what it is made of: it would be found here."""
    views = contract.document()["components"]["schemas"]
    told = {
        "paths": {
            f"{one.method} {one.path}": {"get": one.said}
            for one in contract.operations()
            if one.said["tags"][0] in SLICES
        },
        "components": {"schemas": views},
    }
    assert [name for name in sorted(answered(told)) if any(opened(views[name]))] == ["CellDocument"]


def test_what_is_left_open_is_found() -> None:
    assert list(opened({"properties": {"sex": {"title": "Sexo"}}}))
    assert list(opened({"properties": {"items": {"type": "array", "items": {}}}}))
    assert not list(opened({"properties": {"sex": {"type": "string"}}}))
