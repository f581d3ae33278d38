"""Over every address of the interface: lists of one form, `HEAD` as `GET`, and `Allow` as it is."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest

from tests import contract
from tests.factories import World

CODE = "XX-0000-0000-0000"
PATHS = sorted({one.path for one in contract.operations() if one.path.startswith(contract.PREFIX)})
METHODS = ("DELETE", "PATCH", "POST", "PUT")


def filled(path: str) -> str:
    """An address with codes that nothing has."""
    return re.sub(r"\{\w+\}", CODE, path)


def allowed(address: str) -> set[str]:
    """The methods that the document has for an address; of several paths that fit it, those of each."""
    known = {
        one.method
        for one in contract.operations()
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one.path), address)
    }
    return known | ({"HEAD"} if "GET" in known else set())


def odd_lists(document: dict[str, Any]) -> list[str]:
    """Operations that answer a bare list, or rows without the cursor of the next page."""
    schemas = document["components"]["schemas"]
    found = []
    for methods in document["paths"].values():
        for said in methods.values():
            for status, answer in said["responses"].items():
                schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
                whole = schemas.get(schema.get("$ref", "").rpartition("/")[2], schema)
                names = whole.get("properties", {})
                bare = whole.get("type") == "array" or ("items" in names) != ("next" in names)
                if status.startswith("2") and bare:
                    found.append(said["operationId"])
    return found


def test_every_list_is_of_one_form() -> None:
    """But what is decided about two records, whose `next` is a step and no cursor."""
    assert odd_lists(contract.document()) == ["matching_decision"]


@pytest.mark.parametrize("schema", [{"type": "array", "items": {}}, {"properties": {"items": {}}}])
def test_another_form_is_found(schema: dict[str, Any]) -> None:
    planted = copy.deepcopy(contract.document())
    answer = planted["paths"]["/api/v1/cases"]["get"]["responses"]["200"]
    answer["content"]["application/json"]["schema"] = schema
    assert odd_lists(planted) == ["cases_list", "matching_decision"]


def test_head_is_answered_as_get_is(world: World) -> None:
    client, wrong = world.client(world.actor("cem_officer")), []
    for path in PATHS:
        if "GET" not in allowed(filled(path)):
            continue
        whole, head = client.get(filled(path)), client.head(filled(path))
        same = [
            whole.status_code == head.status_code,
            whole.headers.get("content-type") == head.headers.get("content-type"),
            head.content == b"",
        ]
        if not all(same):
            wrong.append((path, whole.status_code, head.status_code))
    assert wrong == []


def test_a_method_that_is_not_there_is_told_with_those_that_are(world: World) -> None:
    client, wrong, asked = world.client(), [], 0
    for path in PATHS:
        address, known = filled(path), allowed(filled(path))
        method = next(verb for verb in METHODS if verb not in known)
        answer = client.request(method, address)
        asked += 1
        told = {verb.strip() for verb in answer.headers.get("allow", "").split(",")}
        if (answer.status_code, told) != (405, known):
            wrong.append((method, address, answer.status_code, sorted(told), sorted(known)))
    assert asked > 100
    assert wrong == []
