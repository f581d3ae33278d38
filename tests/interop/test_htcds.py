"""HTCDS in and out: what goes out comes back the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalogues import code_list
from app.records import RecordInvalid, dump, fields, htcds_fields, parse
from app.services.interop.htcds import SOURCE, cells_out, convert
from app.services.interop.texts import (
    document_of,
    document_text,
    guarded,
    join,
    place_of,
    place_text,
    split,
    unguarded,
)
from tests.records.strategies import value

WHEN = {"ruv_FirstIdentifiedOn": "2024-05-02"}
NAMES = sorted({spec.compartment for spec in htcds_fields().values()})


def drawn(compartment: str) -> st.SearchStrategy[dict[str, Any]]:
    """Payloads of a compartment's HTCDS fields, and of what goes with them."""
    names = {spec.name for spec in htcds_fields().values() if spec.compartment == compartment}
    names |= {"other_nationalities", "gender_identity", "other_recruitment"} & set(fields(compartment))
    return st.fixed_dictionaries({}, optional={n: value(fields(compartment)[n]) for n in sorted(names)})


records = st.fixed_dictionaries({name: drawn(name) for name in NAMES})


def described(payload: dict[str, Any], compartment: str) -> dict[str, Any]:
    """The payload with a text beside each "other"."""
    others = {spec.spec.other_text for spec in fields(compartment).values()} - {None}
    return {**{str(name): "descrito" for name in others}, **payload}


def stored(record: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]] | None:
    """The record as the register keeps it; None if it contradicts itself."""
    try:
        return {name: dump(parse(name, described(data, name))) for name, data in record.items()}
    except RecordInvalid:
        return None


def folded(column: str, cell: str) -> bool:
    """Whether the standard has only a group for one of them (ISO 639-2 `sai`), which is no code of ours."""
    known = code_list("language")
    groups = {known.htcds(code) for code in known.codes} - set(known.by_htcds) - set(known.codes)
    return "language" in column.lower() and bool(groups & set(split(cell)))


@given(records)
def test_nothing_that_has_a_name_in_htcds_is_lost_on_the_way_out_and_in(record: dict[str, Any]) -> None:
    before = stored(record)
    if before is None:
        return
    cells, lost = cells_out(before)
    back = convert({**cells, **WHEN})
    groups = {column for column, cell in cells.items() if folded(column, cell)}
    assert not back.errors
    assert {w["field"] for w in back.warnings} == groups, "our own codes are known again"
    after = {name: dump(parse(name, data)) for name, data in back.compartments.items()}
    again, _ = cells_out(after)
    assert {c: t for c, t in again.items() if c not in groups} == {
        c: t for c, t in cells.items() if c not in groups
    }
    for column, spec in htcds_fields().items():
        value_before = before.get(spec.compartment, {}).get(spec.name)
        if value_before is not None and column not in cells:
            assert column in lost
        if spec.codes is None and spec.name != "documents" and column not in lost:
            assert after.get(spec.compartment, {}).get(spec.name) == value_before, column


@pytest.mark.parametrize("column", sorted(c for c, s in htcds_fields().items() if s.codes))
def test_every_code_of_the_standard_is_understood(column: str) -> None:
    spec = htcds_fields()[column]
    for foreign, own in code_list(spec.codes or "").by_htcds.items():
        for written in (foreign, foreign.upper()):
            found = convert({column: written, **WHEN})
            data = found.compartments[spec.compartment]
            assert not found.warnings
            assert data[spec.name] == ([own] if spec.many else own)
            parse(spec.compartment, data)


def test_a_code_nobody_knows_is_kept_sealed_and_said() -> None:
    found = convert({"vic_MethodsOfControl": "DebtBondage;Hypnosis", "prs_Gender": "Robot", **WHEN})
    assert found.compartments["legal"]["control_methods"] == ["DEUDA"]
    assert "sex" not in found.compartments["identity"]
    assert found.compartments["identity"]["external_references"] == [
        {"system": f"{SOURCE}: prs_Gender", "reference": "Robot"},
        {"system": f"{SOURCE}: vic_MethodsOfControl", "reference": "Hypnosis"},
    ]
    assert {(w["field"], w["code"]) for w in found.warnings} == {
        ("prs_Gender", "no-code"),
        ("vic_MethodsOfControl", "no-code"),
    }
    assert "Hypnosis" not in str(found.warnings)


@pytest.mark.parametrize(
    ("text", "expected"), [("true", "SI"), ("FALSE", "NO"), ("1", "SI"), ("0", "NO"), ("SI", "SI")]
)
def test_booleans_have_three_states(text: str, expected: str) -> None:
    assert convert({"prs_Deceased": text, **WHEN}).compartments["identity"]["deceased"] == expected
    assert "deceased" not in convert(WHEN).compartments["identity"]


def test_a_trans_woman_stays_one() -> None:
    identity = {"sex": "HOMBRE", "gender_identity": "MUJER_TRANS"}
    cells, _ = cells_out({"identity": identity})
    assert cells == {"prs_Gender": "TransgenderFeminine"}
    assert convert({**cells, **WHEN}).compartments["identity"]["gender_identity"] == "MUJER_TRANS"
    assert cells_out({"identity": {"sex": "HOMBRE", "gender_identity": "MUJER"}})[0] == {
        "prs_Gender": "Masculine"
    }


def test_an_unknown_gender_is_unknown() -> None:
    found = convert({"prs_Gender": "NonSpecifiedUnknown", **WHEN})
    assert found.compartments["identity"] == {"external_references": []}


def test_a_purpose_that_is_not_identified_is_not_other() -> None:
    cells, lost = cells_out({"legal": {"purposes": ["NO_IDENTIFICADO"]}})
    assert cells == {}
    assert lost == ["vic_TypeOfExploitation"]


def test_countries_are_read_by_two_and_three_letters() -> None:
    found = convert({"prs_Citizenship": "ven;PE", **WHEN}).compartments["identity"]
    assert found["nationality"] == "VE"
    assert found["other_nationalities"] == ["PE"]


@pytest.mark.parametrize("when", [{}, {"ruv_FirstIdentifiedOn": "02/05/2024"}])
def test_a_row_without_a_day_of_identification_is_refused(when: dict[str, str]) -> None:
    found = convert({"prs_FirstName": "Rosa", **when})
    assert [e["code"] for e in found.errors] == ["date"]


def test_the_day_of_the_incoming_referral_will_do() -> None:
    found = convert({"cas_IncomingReferralDate": "2024-05-02"})
    assert str(found.first_identified_on) == "2024-05-02"


def test_a_region_is_no_district_and_is_kept() -> None:
    found = convert({"prs_MailingState": "Madre de Dios", **WHEN})
    assert "contact" not in found.compartments
    assert found.compartments["identity"]["external_references"][0]["reference"] == "Madre de Dios"


@given(st.lists(st.text(min_size=1).map(str.strip).filter(bool)))
def test_lists_in_one_cell(items: list[str]) -> None:
    assert split(join(items)) == items


@given(st.text())
def test_no_cell_is_a_formula(text: str) -> None:
    assert guarded(text)[:1] not in {"=", "+", "-", "@", "\t", "\r"} or not text
    assert unguarded(guarded(text)) == text


words = st.text(st.characters(categories=["L", "Nd", "P"]), min_size=1)


@given(
    words,
    st.none() | st.sampled_from(["DNI", "PASAPORTE"]),
    st.none() | st.sampled_from(["PE", "VE"]),
)
def test_documents_in_a_cell(number: str, kind: str | None, country: str | None) -> None:
    document = {k: v for k, v in {"type": kind, "country": country, "number": number}.items() if v}
    assert document_of(document_text(document) or "") == document


@given(words, st.none() | st.just("PE"), st.none() | st.just("170101"), st.none() | st.just("2019-03~"))
def test_places_in_a_cell(text: str, country: str | None, ubigeo: str | None, day: str | None) -> None:
    parts = {"country": country, "ubigeo": ubigeo, "date": day, "description": text}
    place = {k: v for k, v in parts.items() if v}
    assert place_of(place_text(place)) == place


def test_a_place_of_another_system_is_a_description() -> None:
    assert place_of("[Bar] La Pampa") == {"description": "[Bar] La Pampa"}
    assert document_of("40117410") == {"number": "40117410"}
