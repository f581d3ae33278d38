"""Code lists: complete, sourced, unambiguous, and byte-exact towards HTCDS 2.0."""

import csv
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from app.catalogues import UnknownList, code_list, list_names
from app.services.cases import codes as case_words
from app.services.plans import rules as plan_words

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data"
LAW_31146 = date(2021, 3, 31)
FORMATS = {
    "access_purpose": r"[a-z-]{1,40}",
    "country": r"[A-Z]{2}",
    "language": r"[a-z]{3}",
    "department": r"\d{2}",
    "indigenous_people": r"PI\d{2}",
    "industry": r"[A-U]",
    "offence": r"\d{3}(-[A-ZÑ])?",
    "province": r"\d{4}",
    "ubigeo": r"\d{6}",
    "assessment_level": r"[1-4]",
}
SIZES = {
    "country": 249,
    "department": 25,
    "province": 196,
    "ubigeo": 1894,
    "indigenous_people": 55,
    "industry": 21,
    "plan_domain": 13,
    "plan_state": 9,
    "activity_state": 7,
    "case_state": 11,
    "disability": 6,
    "tristate": 3,
}
# The field of HTCDS whose picklist each list covers, and the codes it leaves out because they mean "unknown".
HTCDS_LISTS = {
    "marital_status": ("prs_MaritalStatus", set()),
    "education": ("prs_HighestLevelOfEducation", set()),
    "gender_identity": ("prs_Gender", {"NonSpecifiedUnknown"}),
    "trafficking_status": ("vic_TraffickingStatus", set()),
    "status_decider": ("vic_TraffickingStatusDecisionMakingOrg", set()),
    "recruiter_relation": ("vic_RelationshipToTrafficker", set()),
    "platform": ("vic_RecruitmentWebsitesAndApps", set()),
    "recruitment": ("vic_MethodOfRecruitment", set()),
    "control_method": ("vic_MethodsOfControl", set()),
    "purpose": ("vic_TypeOfExploitation", set()),
    "industry": ("vic_ForcedLabourIndustry", set()),
    "sexual_exploitation": ("vic_TypeOfSexExploitation", set()),
    "vulnerability": ("vic_Vulnerabilities", set()),
    "case_state": ("cas_Status", set()),
    "referral_reason": ("cas_ReasonForOutgoingReferral", set()),
}


@pytest.mark.parametrize("name", list_names())
def test_every_list_is_labelled_sourced_and_well_formed(name: str) -> None:
    listed = code_list(name)
    assert listed.rows
    for row in listed.rows:
        assert row["label_es"].strip()
        assert row["source"].strip()
        assert None not in row.values()
        assert re.fullmatch(FORMATS.get(name, r"[A-Z0-9_]{1,40}"), row["code"])
        assert listed.label(row["code"]) == row["label_es"]
        for column in ("htcds_code", "ctdc", "reta", "reniec"):
            listed.by(column)  # raises where two codes claim one foreign value


@pytest.mark.parametrize(("name", "size"), sorted(SIZES.items()))
def test_sizes(name: str, size: int) -> None:
    assert len(code_list(name).codes) == size


def test_an_unknown_list_or_code_is_refused() -> None:
    with pytest.raises(UnknownList):
        code_list("../../secrets")
    with pytest.raises(KeyError):
        code_list("sex").label("X")
    assert not code_list("sex").valid("X")


def test_lists_are_read_once_and_cannot_be_changed() -> None:
    listed = code_list("sex")
    assert code_list("sex") is listed
    with pytest.raises(TypeError):
        listed.labels["X"] = "x"  # type: ignore[index]


def test_two_codes_that_claim_one_foreign_value_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    from app.catalogues import loader

    planted = loader.CodeList(
        "planted", ({"code": "A", "x": "f"}, {"code": "B", "x": "f"}), ("A", "B"), {}, {}
    )
    monkeypatch.setattr(loader, "code_list", lambda _name: planted)
    with pytest.raises(ValueError, match="claim"):
        loader._reverse.__wrapped__("planted", "x")


def test_the_typing_error_of_the_standard_is_exported_as_it_is() -> None:
    assert code_list("recruiter_relation").htcds("DESCONOCIDO") == "Unaquainted"


def test_methods_of_control_are_the_union_of_the_standard() -> None:
    """The definitions of HTCDS name two methods that its picklist omits."""
    assert {"RestrictsMovement", "UsesChildren"} <= set(code_list("control_method").by_htcds)


def test_not_identified_is_unknown_and_never_other() -> None:
    purposes = code_list("purpose")
    assert purposes.by("reta")["NO IDENTIFICADO"] == "NO_IDENTIFICADO"
    assert purposes.htcds("NO_IDENTIFICADO") is None
    assert purposes.mapped("NO_IDENTIFICADO", "ctdc") == ()
    assert purposes.by_htcds["Other"] == "OTRA_ANALOGA"
    assert purposes.by("ctdc")["isOtherExploit"] == "OTRA_ANALOGA"


def test_folded_languages_are_not_guessed_back() -> None:
    languages = code_list("language")
    assert languages.htcds("quz") == languages.htcds("quy") == "que"
    assert languages.by_htcds["que"] == "que"
    assert "sai" not in languages.by_htcds


def test_offences_change_their_numbers_with_the_law_of_2021() -> None:
    offences = code_list("offence")
    before = date(2021, 3, 30)
    assert offences.valid("129-A", LAW_31146)
    assert not offences.valid("129-A", before)
    assert offences.valid("153", before)
    assert not offences.valid("153", LAW_31146)
    assert offences.valid("153")
    assert "129-Ñ" in offences
    assert "129-P" not in offences


def test_offences_old_and_new_point_at_each_other() -> None:
    offences = code_list("offence")
    for row in offences.rows:
        other = offences.value(row["code"], "crosswalk")
        assert other is not None
        assert offences.value(other, "crosswalk") == row["code"]
        for day in (date(2021, 3, 30), LAW_31146):
            assert offences.valid(row["code"], day) is not offences.valid(other, day)


def test_states_of_the_machines_are_those_of_the_lists() -> None:
    assert set(case_words.STATES) == set(code_list("case_state").codes)
    assert set(case_words.IDENTIFICATION) == set(code_list("identification").codes)
    assert set(case_words.OUTCOMES) <= set(code_list("outcome").codes)
    assert set(plan_words.STATES) == set(code_list("plan_state").codes)


def _standard() -> Iterator[tuple[str, set[str]]]:
    file = SHARED / "htcds_v2_codes.csv"
    if not file.exists():
        pytest.skip("los códigos de HTCDS 2.0 (../shared/data/htcds_v2_codes.csv) no están en esta máquina")
    codes: dict[str, set[str]] = {}
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            codes.setdefault(row["field"], set()).add(row["code"])
    yield from codes.items()


@pytest.mark.parametrize("name", sorted(HTCDS_LISTS))
def test_every_code_of_the_standard_can_be_read_and_written_byte_exact(name: str) -> None:
    field, unknown = HTCDS_LISTS[name]
    standard, ours = dict(_standard())[field], code_list(name)
    assert standard - unknown - set(ours.by_htcds) == set()
    extra = {"RestrictsMovement", "UsesChildren"} if name == "control_method" else set()
    assert {c for code in ours.codes for c in ours.mapped(code, "htcds_code")} - standard == extra


@pytest.mark.parametrize(
    ("name", "category", "prefix"),
    [
        ("purpose", "FINALIDAD DEL TIPO DE DELITO", "F1_"),
        ("means", "MEDIO EMPLEADO POR EL TRATANTE", "M_"),
        ("recruitment", "CAPTACIÓN", "C_"),
        ("activity", "EXPLOTACIÓN", "F2_"),
        ("recruiter_relation", "VÍNCULO CON EL TRATANTE", "P4_"),
    ],
)
def test_every_word_of_the_police_register_can_be_read(name: str, category: str, prefix: str) -> None:
    file = SHARED / "reta_anual_nacional.csv"
    if not file.exists():
        pytest.skip("los totales del RETA (../shared/data/reta_anual_nacional.csv) no están en esta máquina")
    with file.open(encoding="utf-8", newline="") as lines:
        words = {
            row["medida"].removeprefix(prefix)
            for row in csv.DictReader(lines)
            if row["categoria"] == category
        }
    assert words
    assert words - {"TOTAL"} - set(code_list(name).by("reta")) == set()
