"""Partial views, the split for storage, and patches."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.records import (
    COMPARTMENTS,
    FieldSpec,
    Partial,
    RecordInvalid,
    dump,
    fields,
    merge_patch,
    parse,
    partial_view,
    split_face,
)
from app.records import partial as rules
from tests.records.strategies import MARK, payloads, records


def _stored(record: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    try:
        return dump(parse(*record))
    except RecordInvalid:
        return record[1]


def _kept_texts(specs: Mapping[str, FieldSpec], data: dict[str, Any], *, shown: bool) -> list[str]:
    """The texts that the rules show as they are (``shown``), or those that they do not."""
    found: list[str] = []
    for name, value in data.items():
        field = specs[name]
        if field.partial is Partial.EACH:
            for item in value if isinstance(value, list) else [value]:
                found += _kept_texts(field.inner, item, shown=shown)
        elif (field.partial is Partial.SHOW) is shown:
            found += _texts(value)
    return found


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    telling = isinstance(value, str) and (MARK in value or (value.isdigit() and len(value) > 4))
    return [value] if telling else []


def _assert_hides(compartment: str, data: dict[str, Any], view: dict[str, Any]) -> None:
    specs = fields(compartment)
    assert all(specs[name].partial is not Partial.HIDE for name in view)
    said = json.dumps(view, ensure_ascii=False)
    allowed = " ".join(_kept_texts(specs, data, shown=True))  # two fields may happen to hold the same words
    for text in _kept_texts(specs, data, shown=False):
        assert text not in said or text in allowed


@given(records)
def test_a_partial_view_holds_nothing_that_is_hidden(record: tuple[str, dict[str, Any]]) -> None:
    data = _stored(record)
    _assert_hides(record[0], data, partial_view(record[0], data))


def test_the_guard_sees_a_planted_leak() -> None:
    data = {"given_names": MARK + "maria", "aliases": [MARK + "flor"]}
    with pytest.raises(AssertionError):
        _assert_hides("identity", data, {"given_names": MARK + "maria"})
    with pytest.raises(AssertionError):
        _assert_hides("identity", data, {"aliases": 1})


def test_what_each_rule_shows() -> None:
    data = {
        "given_names": "María Elena",
        "first_surname": "de la Cruz",
        "sex": "MUJER",
        "age_years": 16,
        "birth_date": "2009-03-15",
        "birth_place": "070101",
        "aliases": ["Flor"],
        "documents": [
            {"type": "DNI", "number": "10117410", "verified": "SI"},
            {"type": "OTRO", "number": "12"},
        ],
        "unknown_field": "x",
        "occupation": "estudiante",
    }
    assert partial_view("identity", data) == {
        "given_names": "M. E.",
        "first_surname": "D. L. C.",
        "sex": "MUJER",
        "age_years": 16,
        "birth_date": 2009,
        "birth_place": "07",
        "documents": [{"type": "DNI", "number": "••••10"}, {"type": "OTRO", "number": "••••"}],
    }
    assert partial_view("contact", {"mobile_phone": "987654321", "family": [{}, {}]}) == {
        "mobile_phone": True,
        "family": 2,
    }


def test_an_unknown_value_stays_unknown_in_the_view() -> None:
    assert partial_view("identity", {"sex": None}) == {}
    assert partial_view("identity", {}) == {}
    assert rules.initials("  ") is None


@pytest.mark.parametrize("compartment", COMPARTMENTS)
def test_every_rule_that_a_compartment_uses_is_compiled(compartment: str) -> None:
    for field in fields(compartment).values():
        assert field.partial in rules.RULES or field.partial in {Partial.HIDE, Partial.EACH}


def test_the_partial_view_never_names_the_crime_to_social_programmes() -> None:
    """Identity, contact, protection, plan and services are what such a programme may see in part."""
    crime = {
        "purpose",
        "means",
        "act",
        "offence",
        "recruitment",
        "control_method",
        "activity",
        "sexual_exploitation",
    }
    for compartment in ("identity", "contact", "protection", "plan", "services"):
        shown = [f for f in fields(compartment).values() if f.partial is not Partial.HIDE]
        assert not {f.codes for f in shown} & crime
        assert "vulnerabilities" not in {f.name for f in shown}


@given(records)
def test_split_and_join_lose_nothing(record: tuple[str, dict[str, Any]]) -> None:
    compartment, data = record
    sealed, face = split_face(compartment, data)
    joined = dict(sealed)
    for table, row in face.items():
        assert all(fields(compartment)[name].face == table for name in row)
        joined |= {name: value for name, value in row.items() if value is not None}
    assert joined == data
    assert all(fields(compartment)[name].face is None for name in sealed)


def test_the_face_row_is_whole_even_when_nothing_is_known() -> None:
    sealed, face = split_face("identity", {"given_names": "A"})
    assert sealed == {"given_names": "A"}
    assert set(face) == {"profile"}
    assert set(face["profile"].values()) == {None}
    assert split_face("contact", {"email": "a@example.org"}) == ({"email": "a@example.org"}, {})


def test_null_removes_and_lists_are_replaced_whole() -> None:
    current = {"given_names": "A", "aliases": ["x", "y"]}
    assert merge_patch(current, {"given_names": None, "aliases": ["z"]}) == {"aliases": ["z"]}
    assert current == {"given_names": "A", "aliases": ["x", "y"]}


def test_objects_are_merged_one_level_deep() -> None:
    current = {"emergency_contact": {"name": "A", "phone": "1234567"}}
    patched = merge_patch(current, {"emergency_contact": {"phone": None, "relation": "tía"}})
    assert patched == {"emergency_contact": {"name": "A", "relation": "tía"}}


def test_a_patch_of_any_depth_is_taken() -> None:
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"x": deep}
    merge_patch({}, deep)


def test_a_main_purpose_that_left_the_list_goes() -> None:
    current = {"purposes": ["MENDICIDAD"], "main_purpose": "MENDICIDAD"}
    changed = merge_patch(current, {"purposes": ["SERVIDUMBRE"]})
    assert dump(parse("legal", changed))["main_purpose"] == "SERVIDUMBRE"
    kept = merge_patch(current, {"purposes": ["SERVIDUMBRE", "MENDICIDAD"]})
    assert kept["main_purpose"] == "MENDICIDAD"
    assert merge_patch(current, {"purposes": None}) == {}
    with pytest.raises(RecordInvalid):
        parse("legal", merge_patch(current, {"main_purpose": "SERVIDUMBRE"}))


@given(
    st.sampled_from(["identity", "legal", "contact"]).flatmap(lambda n: st.tuples(payloads(n), payloads(n)))
)
def test_a_patch_with_every_field_null_empties_the_record(
    pair: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    current, patch = pair
    assert merge_patch(current, dict.fromkeys(current)) == {}
    assert merge_patch({}, patch) == patch
    assert merge_patch(current, {}) == current
