"""No key of a table leaves the register: nothing that is counted says which it is."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from app.models import Base
from tests import contract

COUNTS = frozenset({"OwnUnitView.accounts"})
"""Fields that are called like tables and say how many there are."""


def named_like_keys() -> frozenset[str]:
    """Names that a key has: of the tables, of what they point to, and what ends like one."""
    tables = {table.name for table in Base.metadata.tables.values()}
    columns = {
        column.name.removesuffix("_id")
        for table in Base.metadata.tables.values()
        for column in table.columns
        if column.foreign_keys or column.name.endswith("_id")
    }
    return frozenset({"id", "account", "user", "actor", *tables, *columns})


def numbers(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every integer that is sent or answered: where, and its name."""
    for view, schema in document["components"]["schemas"].items():
        for name, said in schema.get("properties", {}).items():
            if is_number(said):
                yield f"{view}.{name}", name
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            for one in said.get("parameters", ()):
                if is_number(one["schema"]):
                    yield f"{method} {path} {one['name']}", one["name"]


def is_number(said: dict[str, Any]) -> bool:
    """Whether it may be an integer, alone or in a list."""
    parts = [said, *said.get("anyOf", ()), *said.get("oneOf", ())]
    parts += [part["items"] for part in parts if isinstance(part.get("items"), dict)]
    return any(part.get("type") == "integer" for part in parts)


def keys(document: dict[str, Any]) -> list[str]:
    """Integers that are called like keys."""
    known = named_like_keys()
    return [
        where
        for where, name in numbers(document)
        if (name in known or name.endswith(("_id", "_ids")) or name == "before") and where not in COUNTS
    ]


def test_no_key_is_in_the_document() -> None:
    assert keys(contract.document()) == []


@pytest.mark.parametrize("name", ["id", "account", "unit_id", "institution", "case", "victim_ids"])
def test_a_key_in_an_answer_is_found(name: str) -> None:
    planted = copy.deepcopy(contract.document())
    planted["components"]["schemas"]["NoteView"]["properties"][name] = {"type": "integer"}
    assert keys(planted) == [f"NoteView.{name}"]


@pytest.mark.parametrize("place", ["path", "query"])
def test_a_key_in_an_address_is_found(place: str) -> None:
    planted = copy.deepcopy(contract.document())
    said = {"anyOf": [{"type": "integer"}, {"type": "null"}]}
    parameters = planted["paths"]["/api/v1/cases"]["get"]["parameters"]
    parameters.append({"name": "unit", "in": place, "schema": said})
    assert keys(planted) == ["get /api/v1/cases unit"]
