"""Validation: strict, in Spanish, and never repeating what was sent."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalogues import code_list
from app.records import COMPARTMENTS, RecordInvalid, dump, fields, parse, warnings
from app.records.errors import FALLBACK, MESSAGES
from app.records.kinds import today
from tests.records.strategies import MARK, records


def _errors(compartment: str, payload: Any) -> list[tuple[str, str]]:
    with pytest.raises(RecordInvalid) as caught:
        parse(compartment, payload)
    return [(error["field"], error["code"]) for error in caught.value.errors]


def _refusal(compartment: str, payload: Any) -> RecordInvalid | None:
    try:
        parse(compartment, payload)
    except RecordInvalid as invalid:
        return invalid
    return None


BETWEEN_FIELDS = {
    "other_needs_text",
    "dates_reversed",
    "birth_year_mismatch",
    "precision_is_year",
    "age_range",
    "unknown_among_known",
    "main_purpose_not_listed",
    "kit_not_given",
    "followup_not_agreed",
}


@given(records)
def test_values_valid_by_themselves_are_stored_as_they_are(record: tuple[str, dict[str, Any]]) -> None:
    compartment, payload = record
    refusal = _refusal(compartment, payload)
    if refusal is not None:
        assert {error["code"] for error in refusal.errors} <= BETWEEN_FIELDS
        return
    stored = dump(parse(compartment, payload))
    assert dump(parse(compartment, json.loads(json.dumps(stored)))) == stored
    assert stored.keys() - {"main_purpose"} <= payload.keys()


_leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(10**6, 10**30),
    st.floats(allow_nan=False, min_value=1e9, max_value=1e12),
    st.text(min_size=0, max_size=6000).map(lambda text: MARK + text),
    st.just("\ud800"),
    st.sampled_from([MARK, f"2019-13-{MARK}", f"{MARK}@", f"9{MARK}"]),
)
_junk = st.recursive(
    _leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.just(MARK), inner, max_size=2)
)


def _known_names(compartment: str) -> st.SearchStrategy[str]:
    return st.sampled_from([*fields(compartment), MARK, f"given_names{MARK}"])


_junk_records = st.sampled_from(list(COMPARTMENTS)).flatmap(
    lambda name: st.tuples(st.just(name), st.dictionaries(_known_names(name), _junk, max_size=6) | _junk)
)


@given(_junk_records)
def test_errors_never_repeat_what_was_sent(record: tuple[str, Any]) -> None:
    refusal = _refusal(*record)
    if refusal is not None:
        _assert_silent(refusal)


def _assert_silent(refusal: RecordInvalid) -> None:
    assert refusal.__cause__ is None
    assert refusal.__context__ is None
    said = str(refusal) + repr(refusal) + json.dumps(refusal.errors, ensure_ascii=False)
    assert MARK not in said
    assert not re.search(r"\d{7}", said)
    assert FALLBACK not in said


@pytest.mark.parametrize("place", ["field", "message"])
def test_the_guard_hears_a_planted_value(place: str) -> None:
    error: Any = {"field": "given_names", "code": "x", "message": "y", place: MARK}
    with pytest.raises(AssertionError):
        _assert_silent(RecordInvalid("identity", [error]))


def test_the_guard_hears_a_cause_that_carries_values() -> None:
    refusal = RecordInvalid("identity", [])
    refusal.__context__ = ValueError(MARK)
    with pytest.raises(AssertionError):
        _assert_silent(refusal)


def test_an_unexpected_kind_of_error_still_gets_a_sentence_without_value() -> None:
    assert FALLBACK not in MESSAGES.values()
    assert "{" not in FALLBACK


@pytest.mark.parametrize(
    ("compartment", "payload", "expected"),
    [
        ("identity", {"sex": "F"}, ("sex", "unknown_code")),
        ("identity", {"sex": True}, ("sex", "string_type")),
        ("identity", {"pregnant": False}, ("pregnant", "string_type")),
        ("identity", {"age_years": "16"}, ("age_years", "int_type")),
        ("identity", {"age_years": True}, ("age_years", "int_type")),
        ("identity", {"age_years": 121}, ("age_years", "less_than_equal")),
        ("identity", {"age_years": -1}, ("age_years", "greater_than_equal")),
        ("identity", {"age_min": 18, "age_max": 12}, ("age_min", "age_range")),
        ("identity", {"given_names": "a" * 201}, ("given_names", "string_too_long")),
        ("identity", {"given_names": "a\x00b"}, ("given_names", "forbidden_characters")),
        ("identity", {"given_names": "a\u202eb"}, ("given_names", "forbidden_characters")),
        ("identity", {"given_names": "\ud800"}, ("given_names", "string_unicode")),
        ("identity", {"birth_date": "15/03/2009"}, ("birth_date", "date_format")),
        ("identity", {"birth_date": 1236902400}, ("birth_date", "date_format")),
        ("identity", {"birth_date": "2009-02-30"}, ("birth_date", "date_format")),
        ("identity", {"birth_date": "1809-02-03"}, ("birth_date", "date_too_old")),
        ("identity", {"birth_date": "2009-03-15", "birth_year": 2010}, ("birth_year", "birth_year_mismatch")),
        (
            "identity",
            {"birth_date": "2009-01-01", "birth_date_precision": "ANIO"},
            ("birth_date", "precision_is_year"),
        ),
        ("identity", {"birth_place": "10101"}, ("birth_place", "unknown_ubigeo")),
        ("identity", {"birth_place": 10101}, ("birth_place", "string_type")),
        ("identity", {"documents": [{"type": "DNI"}, {"type": "X"}]}, ("documents.1.type", "unknown_code")),
        ("identity", {"documents": [{"numero": "1"}]}, ("documents.0.?", "extra_forbidden")),
        ("identity", {"documents": {"type": "DNI"}}, ("documents", "list_type")),
        ("identity", {"aliases": ["a"] * 31}, ("aliases", "too_long")),
        ("identity", {"ethnicity": "OTRA"}, ("ethnicity_other", "other_needs_text")),
        ("contact", {"email": "sin arroba"}, ("email", "string_pattern_mismatch")),
        ("contact", {"mobile_phone": "llamar a su tía"}, ("mobile_phone", "string_pattern_mismatch")),
        ("legal", {"purposes": ["EXPLOTACION_SEXUAL", "X"]}, ("purposes", "unknown_code")),
        ("legal", {"purposes": ["NO_IDENTIFICADO", "MENDICIDAD"]}, ("purposes", "unknown_among_known")),
        ("legal", {"purposes": ["OTRA_ANALOGA"]}, ("purpose_other", "other_needs_text")),
        ("legal", {"main_purpose": "MENDICIDAD"}, ("main_purpose", "main_purpose_not_listed")),
        ("legal", {"offences": ["129-P"]}, ("offences", "unknown_code")),
        ("legal", {"department": "1"}, ("department", "unknown_code")),
        (
            "legal",
            {"exploitation_since": "2020", "exploitation_until": "2019-05"},
            ("exploitation_until", "dates_reversed"),
        ),
        ("legal", {"exploitation_since": "2019-3"}, ("exploitation_since", "flexible_date_format")),
        (
            "protection",
            {"measures": [{"since": "2024-02-01", "until": "2024-01-01"}]},
            ("measures.0.until", "dates_reversed"),
        ),
        (
            "outcome",
            {"followup_agreed": "NO", "followup_until": "2025-01-01"},
            ("followup_until", "followup_not_agreed"),
        ),
        (
            "health",
            {"emergency_kit_given": "NO", "emergency_kit_date": "2024-01-01"},
            ("emergency_kit_date", "kit_not_given"),
        ),
        ("satisfaction", {"score": 5}, ("?", "extra_forbidden")),
        ("identity", [], ("", "model_type")),
    ],
)
def test_what_is_wrong_is_named(compartment: str, payload: Any, expected: tuple[str, str]) -> None:
    assert _errors(compartment, payload) == [expected]


def test_a_birth_in_the_future_is_refused_and_today_is_not() -> None:
    tomorrow = (today() + timedelta(days=1)).isoformat()
    assert _errors("identity", {"birth_date": tomorrow}) == [("birth_date", "date_in_future")]
    assert _errors("identity", {"birth_year": today().year + 1}) == [("birth_year", "date_in_future")]
    parse("identity", {"birth_date": today().isoformat(), "birth_year": today().year})


def test_a_misspelt_field_gets_a_suggestion_and_is_not_repeated() -> None:
    with pytest.raises(RecordInvalid) as caught:
        parse("identity", {"first_surnam": "x"})
    (error,) = caught.value.errors
    assert error["field"] == "?"
    assert "«first_surname»" in error["message"]
    assert "«first_surnam»" not in error["message"]


@pytest.mark.parametrize("blank", [None, "", "   ", [], ["", " "]])
def test_blank_is_unknown_and_unknown_is_never_no(blank: Any) -> None:
    name = "aliases" if isinstance(blank, list) else "pregnant"
    assert dump(parse("identity", {name: blank})) == {}


def test_not_known_is_kept_apart_from_no() -> None:
    for code in code_list("tristate").codes:
        assert dump(parse("identity", {"pregnant": code})) == {"pregnant": code}


def test_texts_are_stripped_and_composed() -> None:
    assert dump(parse("identity", {"given_names": "  Marı́a Pen\u0303a "}))["given_names"].endswith("Peña")
    assert dump(parse("identity", {"aliases": [" La Flaca ", ""]})) == {"aliases": ["La Flaca"]}


def test_a_repeated_code_counts_once() -> None:
    assert dump(parse("legal", {"acts": ["CAPTACION", "CAPTACION"]})) == {"acts": ["CAPTACION"]}


def test_means_are_never_demanded() -> None:
    """They are not required of a child (Código Penal, art. 129-A, inc. 3)."""
    assert "means" not in dump(parse("legal", {"purposes": ["MENDICIDAD"]}))


def test_the_only_purpose_is_the_main_one() -> None:
    assert dump(parse("legal", {"purposes": ["MENDICIDAD"]}))["main_purpose"] == "MENDICIDAD"
    assert "main_purpose" not in dump(parse("legal", {"purposes": ["MENDICIDAD", "SERVIDUMBRE"]}))


def test_year_month_day_and_estimates_are_dates() -> None:
    for when in ("2019", "2019-03", "2019-03-15", "2019~"):
        assert dump(parse("legal", {"exploitation_since": when})) == {"exploitation_since": when}
    parse("legal", {"exploitation_since": "2019-03", "exploitation_until": "2019"})


@pytest.mark.parametrize(
    ("document", "codes"),
    [
        ({"type": "DNI", "number": "10117410"}, []),
        ({"type": "DNI", "number": "10117410-2"}, []),
        ({"type": "DNI", "number": "10117410-3"}, ["dni_check_digit"]),
        ({"type": "DNI", "number": "1011741"}, ["dni_shape"]),
        ({"type": "DNI", "number": "V-12345678"}, ["dni_shape"]),
        ({"type": "CE", "number": "13579"}, ["document_shape"]),
        ({"type": "CE", "number": "12"}, ["document_placeholder"]),
        ({"type": "DNI", "number": "00000000"}, ["document_placeholder"]),
        ({"type": "DNI", "number": "No tiene"}, ["document_placeholder"]),
        ({"type": "PASAPORTE", "number": "-"}, ["document_placeholder"]),
        ({"type": "DNI", "number": "10117410G"}, []),
        ({"type": "DNI", "number": "1011 7410"}, []),
        ({"type": "DNI", "number": "30123456", "country": "AR"}, []),
        ({"type": "PASAPORTE", "number": "a 123456"}, []),
        ({"type": "CEDULA_EXTRANJERA", "number": "V-12345678"}, []),
        ({"type": "CEDULA_EXTRANJERA", "number": "V-12.345.678", "country": "VE"}, []),
        ({"type": "CEDULA_EXTRANJERA", "number": "X-12345678", "country": "VE"}, ["document_shape"]),
        ({"type": "CEDULA_EXTRANJERA", "number": "1710034065", "country": "EC"}, []),
        ({"type": "CEDULA_EXTRANJERA", "number": "1710034066", "country": "EC"}, ["document_check_digit"]),
        ({"type": "CEDULA_EXTRANJERA", "number": "171003406", "country": "EC"}, ["document_shape"]),
        ({"type": "CEDULA_EXTRANJERA", "number": "12.531.909-2", "country": "CL"}, []),
        ({"type": "CEDULA_EXTRANJERA", "number": "4567890-1A LP", "country": "BO"}, []),
        ({"type": "CEDULA_EXTRANJERA", "number": "13579", "country": "CO"}, ["document_shape"]),
        ({"type": "CEDULA_EXTRANJERA", "number": "sin forma 7 conocida", "country": "US"}, []),
        ({"type": "DNI"}, []),
        ({"number": "12"}, []),
        ({"type": "SIN_DOCUMENTO"}, []),
    ],
)
def test_odd_documents_are_remarked_and_accepted(document: dict[str, str], codes: list[str]) -> None:
    found = warnings(parse("identity", {"documents": [document]}))
    assert [warning["code"] for warning in found] == codes
    assert document.get("number", MARK) not in str(found)


@pytest.mark.parametrize(
    ("compartment", "payload", "code"),
    [
        ("identity", {"age_years": 30, "age_min": 12, "age_max": 17}, "age_outside_range"),
        ("identity", {"age_years": 60, "birth_year": 2009}, "age_against_birth"),
        ("identity", {"gestational_weeks": 20, "pregnant": "NO_SABE"}, "pregnancy_unsaid"),
        ("legal", {"labour_industry": "B", "purposes": ["MENDICIDAD"]}, "industry_without_labour"),
        ("legal", {"sexual_exploitation_types": ["PROSTITUCION"]}, "type_without_purpose"),
        ("legal", {"country_of_exploitation": "BO", "transnational": "NO"}, "abroad_but_national"),
    ],
)
def test_contradictions_that_may_be_true_are_remarked(
    compartment: str, payload: dict[str, Any], code: str
) -> None:
    assert [warning["code"] for warning in warnings(parse(compartment, payload))] == [code]


def test_other_compartments_have_no_remarks() -> None:
    assert warnings(parse("contact", {})) == []
