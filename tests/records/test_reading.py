"""What is said of a compartment as read holds of any, whole and in part, and of nothing else."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import assume, given

from app.records import COMPARTMENTS, RecordInvalid, dump, fields, parse, partial_view
from app.records.reading import reading_of, readings
from tests.records.strategies import records


@cache
def judge(compartment: str) -> jsonschema_rs.Draft202012Validator:
    """Judges the data of a compartment by what is said of them, as if that were all there can be."""
    closed = copy.deepcopy(readings())
    for said in closed.values():
        said["additionalProperties"] = False
    whole = {**reading_of(compartment), "components": {"schemas": closed}}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


@given(records)
def test_whole_and_in_part_it_is_as_said(record: tuple[str, dict[str, Any]]) -> None:
    name, sent = record
    try:
        data = dump(parse(name, sent))
    except RecordInvalid:
        assume(condition=False)
        return
    assert [error.message for error in judge(name).iter_errors(data)] == []
    assert [error.message for error in judge(name).iter_errors(partial_view(name, data))] == []


def test_every_field_has_its_words() -> None:
    for name, model in COMPARTMENTS.items():
        said = readings()[f"{model.__name__}Read"]["properties"]
        assert said.keys() == fields(name).keys()
        assert all(one["description"].startswith(fields(name)[field].label) for field, one in said.items())


@pytest.mark.parametrize(
    ("compartment", "data"),
    [
        ("identity", {"birth_date": "ayer"}),
        ("identity", {"birth_date": True}),
        ("identity", {"sex": 1}),
        ("identity", {"documents": [{"number": 12345678}]}),
        ("identity", {"documents": 1}),
        ("identity", {"unheard": "x"}),
        ("contact", {"mobile_phone": False}),
        ("contact", {"family": "dos"}),
        ("contact", {"emergency_contact": {"name": ["María"]}}),
        ("legal", {"purposes": "SEXUAL"}),
    ],
)
def test_what_is_not_so_is_found(compartment: str, data: dict[str, Any]) -> None:
    assert not judge(compartment).is_valid(data)
