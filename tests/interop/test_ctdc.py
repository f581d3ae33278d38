"""Rows of the CTDC file in the register's terms: every column, every trap."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.services.interop.ctdc import SOURCE, convert
from app.services.interop.formats import Mapped

ROW = {
    "yearOfRegistration": "2016",
    "Datasource": "Hotline",
    "gender": "Female",
    "ageBroad": "9--17",
    "citizenship": "PH",
    "isForcedLabour": "1.0",
    "control_category": "Threats",
    "RecruiterCategory": "Family/Relative",
    "ExploitType": "Labor",
    "Labor_Type": "Domestic Work",
}
"""A made-up row of the file's shape."""


def mapped(**changes: str) -> Mapped:
    """`ROW` with some cells changed; empty ones left out, as the reader does."""
    return convert({name: text for name, text in {**ROW, **changes}.items() if text})


def only(**cells: str) -> Mapped:
    """A row with a year and these cells."""
    return convert({"yearOfRegistration": "2016", **cells})


def legal(found: Mapped) -> dict[str, Any]:
    return found.compartments.get("legal", {})


def kept(found: Mapped) -> dict[str, str]:
    """Values kept word for word, by column."""
    references = found.compartments["identity"]["external_references"]
    return {r["system"].removeprefix(f"{SOURCE}: "): r["reference"] for r in references}


def codes(found: Mapped) -> set[tuple[str, str]]:
    return {(w["field"], w["code"]) for w in found.warnings}


def test_every_column_of_a_plain_row_has_its_place() -> None:
    found = mapped()
    assert found.first_identified_on == date(2016, 1, 1)
    assert found.case_source == "CTDC:HOTLINE:ANIO"
    assert found.compartments["identity"] == {
        "sex": "MUJER",
        "age_min": 9,
        "age_max": 17,
        "nationality": "PH",
        "external_references": [],
    }
    assert legal(found) == {
        "purposes": ["TRABAJO_FORZOSO"],
        "activities": ["TRABAJO_DOMESTICO"],
        "control_methods": ["AMENAZAS"],
        "recruiter_relation": "FAMILIAR",
    }
    assert not found.warnings
    assert not found.errors


def test_what_is_empty_is_unknown_and_never_no() -> None:
    found = only()
    assert found.compartments == {"identity": {"external_references": []}}
    assert found.case_source == "CTDC::ANIO"
    for column in ROW:
        if column != "yearOfRegistration":
            assert only(**{column: "-99"}).compartments == found.compartments, column


@pytest.mark.parametrize("year", ["", "-99", "20x6", "1850", "2999", "2016.5"])
def test_a_row_without_a_year_is_refused(year: str) -> None:
    found = convert({"yearOfRegistration": year} if year else {})
    assert found.first_identified_on is None
    assert [(e["field"], e["code"]) for e in found.errors] == [("yearOfRegistration", "year")]


@pytest.mark.parametrize(("band", "low", "high"), [("0--8", 0, 8), ("18--20", 18, 20), ("48+", 48, None)])
def test_an_open_band_has_no_upper_age(band: str, low: int, high: int | None) -> None:
    identity = only(ageBroad=band).compartments["identity"]
    assert (identity["age_min"], identity.get("age_max")) == (low, high)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("gender", "Transgender"),
        ("ageBroad", "old"),
        ("citizenship", "XX"),
        ("isForcedLabour", "maybe"),
        ("control_category", "Magic"),
        ("RecruiterCategory", "Neighbour"),
        ("ExploitType", "Unheard of"),
        ("Labor_Type", "Space Travel"),
        ("Datasource", "Rumour"),
    ],
)
def test_a_value_without_a_code_is_kept_word_for_word(column: str, value: str) -> None:
    found = only(**{column: value})
    assert kept(found) == {column: value}
    assert codes(found) == {(column, "no-code")}
    assert not legal(found)
    assert set(found.compartments["identity"]) == {"external_references"}


def test_an_explicit_no_is_kept_and_makes_no_purpose() -> None:
    found = only(isForcedLabour="0.0", ExploitType="Sexual")
    assert legal(found) == {"purposes": ["EXPLOTACION_SEXUAL"]}
    assert kept(found) == {"isForcedLabour": "0.0"}
    assert codes(found) == {("isForcedLabour", "explicit-no")}


def test_forced_labour_beside_another_purpose_keeps_both() -> None:
    found = only(isForcedLabour="1.0", ExploitType="Sexual")
    assert legal(found)["purposes"] == ["EXPLOTACION_SEXUAL", "TRABAJO_FORZOSO"]
    assert codes(found) == {("isForcedLabour", "conflict")}


def test_labour_that_is_said_not_to_be_forced_is_labour_exploitation() -> None:
    found = only(isForcedLabour="0", ExploitType="Labor")
    assert legal(found)["purposes"] == ["EXPLOTACION_LABORAL"]
    assert kept(found) == {"isForcedLabour": "0"}
    assert ("isForcedLabour", "conflict") in codes(found)


def test_labour_of_unknown_force_is_not_called_forced() -> None:
    assert legal(only(ExploitType="Labor"))["purposes"] == ["EXPLOTACION_LABORAL"]


def test_several_purposes_are_not_reduced_to_one() -> None:
    found = only(isForcedLabour="1.0", ExploitType="Multiple", Labor_Type="Other")
    assert legal(found) == {
        "purpose_other": "CTDC: Multiple",
        "activities": ["OTRA"],
        "activity_other": "CTDC: Other",
    }
    assert kept(found) == {"isForcedLabour": "1.0"}
    assert ("ExploitType", "several-unknown") in codes(found)


def test_begging_is_a_purpose_of_its_own_in_peru() -> None:
    found = mapped(Labor_Type="Begging")
    assert legal(found)["purposes"] == ["TRABAJO_FORZOSO", "MENDICIDAD"]
    assert legal(found)["activities"] == ["VIA_PUBLICA"]


@pytest.mark.parametrize("group", ["Financial", "Physical", "Survival"])
def test_a_group_of_control_methods_names_none_of_them(group: str) -> None:
    found = only(control_category=group)
    assert legal(found) == {"control_other": f"CTDC: {group}"}
    assert codes(found) == {("control_category", "several-unknown")}


def test_every_other_says_other_of_what() -> None:
    found = only(control_category="Other", RecruiterCategory="Other", ExploitType="Other", Labor_Type="Other")
    assert legal(found) == {
        "purposes": ["OTRA_ANALOGA"],
        "purpose_other": "CTDC: Other",
        "activities": ["OTRA"],
        "activity_other": "CTDC: Other",
        "control_methods": ["OTRA"],
        "control_other": "CTDC: Other",
        "recruiter_relation": "OTRO",
        "recruiter_relation_other": "CTDC: Other",
    }


def test_a_friend_or_acquaintance_is_someone_known() -> None:
    found = legal(only(RecruiterCategory="Friend/Acquaintance"))
    assert found["recruiter_relation"] == "CONOCIDO"
    assert found["recruiter_relation_other"] == "CTDC: Friend/Acquaintance"
