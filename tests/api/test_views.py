"""What answers are made of: every operation says it, every field is explained, and no answer says more."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest

from app.api.documentation import COMPARTMENT_NAMES, answered
from app.api.wording import catalogued, json_of
from app.catalogues import code_list
from app.codes import parse_code
from tests import contract

UNTYPED = Path(__file__).with_name("untyped.txt")
DELIVERIES = "/api/v1/cases/CA-1/services"


def views() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every view that an answer is made of, by its name."""
    components = contract.document()["components"]["schemas"]
    yield from ((name, components[name]) for name in sorted(answered(contract.document())))


def untyped() -> list[str]:
    """Operations that answer JSON of which the document does not say what it is like."""
    return sorted(
        one.said["operationId"]
        for one in contract.operations()
        for status, said in one.said["responses"].items()
        if status.startswith("2") and said.get("content", {}).keys() & {"application/json"}
        if not contract.schema_of(said)
    )


def test_every_operation_says_what_it_answers() -> None:
    assert set(untyped()) <= set(UNTYPED.read_text(encoding="utf-8").split())


def test_every_field_is_explained() -> None:
    mute = [
        f"{view}.{name}"
        for view, schema in views()
        for name, said in schema.get("properties", {}).items()
        if not said.get("description")
    ]
    assert mute == []


def test_examples_are_such_answers() -> None:
    wrong = []
    for view, schema in views():
        for name, said in schema.get("properties", {}).items():
            whole = {**said, "components": {"schemas": contract.document()["components"]["schemas"]}}
            judge = jsonschema_rs.Draft202012Validator(whole)
            wrong += [(view, name, one) for one in said.get("examples", ()) if not judge.is_valid(one)]
    assert wrong == []


def test_code_lists_that_fields_name_are_there() -> None:
    for _view, schema in views():
        for said in schema.get("properties", {}).values():
            if "x-code-list" in said:
                assert code_list(said["x-code-list"]).codes


@pytest.mark.parametrize(("example", "value"), [("3", 3), ("true", True), ("ATENDIDA", "ATENDIDA"), ("", "")])
def test_examples_are_read_as_json(example: str, value: object) -> None:
    assert json_of(example) == value


def test_what_several_rows_mean_by_a_name_is_not_guessed() -> None:
    assert "notes" not in catalogued()
    assert not COMPARTMENT_NAMES & {name for name, _schema in views()}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, False),
        ({"extra": 1}, True),
        ({"version": "3"}, True),
        ({"created_at": "ayer"}, True),
        ({"unit": {"code": None, "name": "x", "address": "y"}}, True),
        ({"code": None}, True),
    ],
)
def test_an_answer_that_is_not_as_declared_is_found(change: dict[str, object], *, found: bool) -> None:
    item = {
        "code": "SE-1", "unit": {"code": None, "name": "x"}, "own": True, "referral": None, "activity": None,
        "note": None, "service_type": "SALUD", "service_label": "Salud", "delivered_on": "2026-01-02",
        "attendance": "ATENDIDA", "attendance_label": "Atendida", "hours": None, "quantity": 1,
        "state": "VIGENTE", "void_reason": None, "created_at": "2026-01-02T10:00:00-05:00", "version": 1,
        **change,
    }  # fmt: skip
    answer = httpx.Response(
        200,
        content=json.dumps({"items": [item], "next": None}),
        headers={"Content-Type": "application/json"},
        request=httpx.Request("GET", f"http://x{DELIVERIES}"),
    )
    assert bool(contract.broken(answer)) is found


def test_names_of_views_are_words_that_no_other_has() -> None:
    """A generator makes a class of each, by its title if it has one."""
    components = contract.document()["components"]["schemas"]
    assert [name for name in components if not name.isidentifier() or "_" in name] == []
    assert [name for name, said in components.items() if "title" in said] == []
    assert len({name.lower() for name in components}) == len(components)


def test_every_refusal_is_a_problem() -> None:
    for one in contract.operations():
        for status, said in one.said["responses"].items():
            if status.startswith(("4", "5")):
                schema = said["content"]["application/problem+json"]["schema"]
                assert schema["$ref"].endswith("/Problema"), (one.path, status)


def test_codes_that_are_shown_as_examples_could_be_codes() -> None:
    """A client that makes a pattern of one would refuse the real ones."""
    shown = [
        example
        for _view, schema in views()
        for said in schema.get("properties", {}).values()
        for example in said.get("examples", ())
        if isinstance(example, str) and re.fullmatch(r"[A-Z]{2}(-[0-9A-Z]{4}){2,}", example)
    ]
    assert shown
    assert [example for example in shown if parse_code(example, example[:2]) != example] == []


def test_nothing_inside_a_view_is_of_any_kind() -> None:
    """A list of which it is not said of what, as a generic that lost its argument leaves it."""
    empty = [
        f"{view}.{name}"
        for view, schema in views()
        for name, said in schema.get("properties", {}).items()
        for part in (said, *said.get("anyOf", ()))
        if part.get("type") == "array" and not part.get("items")
    ]
    assert empty == []
