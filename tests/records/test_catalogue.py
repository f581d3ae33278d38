"""The field catalogue as a whole: declared once, complete, and covering HTCDS 2.0."""

import json
from pathlib import Path

import pytest

from app.catalogues import code_list, list_names
from app.models import Exploitation, Profile
from app.records import (
    COMPARTMENTS,
    HTCDS_CORE_ELSEWHERE,
    FieldSpec,
    Partial,
    all_fields,
    face_fields,
    fields,
    htcds_fields,
    sealed_fields,
)
from app.records.dictionary import PATH, render

ROOT = Path(__file__).resolve().parents[2]
STANDARD = ROOT.parent / "shared" / "data" / "htcds_v2.json"
FACES = {"profile": ("identity", Profile), "exploitation": ("legal", Exploitation)}
TWELVE = [
    "identity",
    "contact",
    "health",
    "psychology",
    "legal",
    "testimony",
    "protection",
    "shelter_location",
    "plan",
    "services",
    "satisfaction",
    "outcome",
]
CORE = [
    "prs_Salutation",
    "prs_FirstName",
    "prs_SecondName",
    "prs_Birthdate",
    "prs_Gender",
    "prs_Citizenship",
    "prs_Title",
    "prs_Email",
    "prs_HomePhone",
    "prs_MobilePhone",
    "prs_MailingCity",
    "prs_MailingCountry",
    "prs_MailingState",
    "prs_MailingStreet",
    "prs_MailingPostalCode",
    "vic_TraffickingStatus",
    "vic_TraffickingStatusDecisionMakingOrg",
    "vic_MethodOfRecruitment",
    "vic_LocationOfRecruitment",
    "vic_MethodsOfControl",
    "vic_TypeOfExploitation",
    "vic_ForcedLabourIndustry",
    "vic_TypeOfSexExploitation",
    "vic_LocationOfExploitation",
    "vic_Vulnerabilities",
    "vic_DetailsOfVulnerabilities",
    "cas_Status",
    "cas_ReasonForCaseClosure",
    "cas_CaseOwner",
    "cas_ReferringOrganisation",
    "cas_IncomingReferralDate",
    "cas_ReferringPrimaryCaseWorker",
    "cas_ReasonForIncomingReferral",
    "cas_IncomingReferralDetails",
    "cas_ReferredOrganisation",
    "cas_ReferredPrimaryCaseWorker",
    "cas_ReasonForOutgoingReferral",
    "cas_OutgoingReferralDate",
    "cas_OutgoingReferralDetails",
    "con_Consent",
]
"""The 40 core fields of HTCDS 2.0 (IOM, CC BY 4.0)."""


def _deep(compartment: str) -> list[FieldSpec]:
    top = list(fields(compartment).values())
    return top + [inner for field in top for inner in field.inner.values()]


def test_the_twelve_compartments_in_their_order() -> None:
    assert list(COMPARTMENTS) == TWELVE


@pytest.mark.parametrize("compartment", COMPARTMENTS)
def test_every_field_is_labelled_sourced_and_typed(compartment: str) -> None:
    for field in _deep(compartment):
        assert field.label.strip(), field.name
        assert field.source.strip(), field.name
        assert field.kind.label, field.name
        assert field.codes is None or field.codes in list_names(), field.name
        assert field.partial is not Partial.EACH or field.inner, field.name
        assert field.face is None or field.face in FACES, field.name


def test_a_yes_or_no_is_always_three_valued() -> None:
    """Unknown must never be stored as no: there is no boolean, and every such list knows `NO_SABE`."""
    for name, model in COMPARTMENTS.items():
        assert '"boolean"' not in json.dumps(model.model_json_schema()), name
    assert code_list("tristate").codes == ("SI", "NO", "NO_SABE")


def test_companions_and_lists_that_fields_refer_to_exist() -> None:
    for name in COMPARTMENTS:
        known = fields(name)
        for field in known.values():
            assert field.spec.other_text is None or known[field.spec.other_text].kind.label.startswith(
                ("texto", "línea")
            )
            assert field.spec.follows is None or known[field.spec.follows].many


@pytest.mark.parametrize("table", FACES)
def test_the_statistical_face_holds_exactly_the_columns_of_its_table(table: str) -> None:
    compartment, model = FACES[table]
    columns = {c.name for c in model.__table__.columns} - {"victim_id", "record_id", "case_id"}
    assert {f.name for f in face_fields(table)} == columns
    assert {f.compartment for f in face_fields(table)} == {compartment}


def test_the_face_holds_codes_and_numbers_and_never_text() -> None:
    for table in FACES:
        assert all(field.codes or field.kind.label == "edad en años" for field in face_fields(table))
        assert not any(field.personal for field in face_fields(table))


def test_every_field_is_either_sealed_or_on_the_face() -> None:
    faces = [field for table in FACES for field in face_fields(table)]
    assert len(all_fields()) == len(faces) + sum(len(sealed_fields(name)) for name in COMPARTMENTS)


def test_sealed_values_are_personal_unless_they_are_a_code_that_says_nothing_of_her() -> None:
    open_ones = {f.name for f in all_fields() if not f.personal and f.face is None}
    assert open_ones == {"birth_date_precision"}


def test_satisfaction_holds_nothing_of_a_person() -> None:
    assert fields("satisfaction") == {}


def test_every_core_field_of_the_standard_has_its_place() -> None:
    assert len(CORE) == len(set(CORE)) == 40
    covered = {**htcds_fields(), **HTCDS_CORE_ELSEWHERE}
    assert [name for name in CORE if name not in covered] == []
    assert not set(htcds_fields()) & set(HTCDS_CORE_ELSEWHERE)


def test_a_name_of_the_standard_is_held_by_one_field() -> None:
    names = [field.htcds for field in all_fields() if field.htcds]
    assert len(names) == len(set(names))


def test_the_carried_core_is_that_of_the_published_standard() -> None:
    if not STANDARD.exists():
        pytest.skip("el estándar HTCDS 2.0 (../shared/data/htcds_v2.json) no está en esta máquina")
    published = json.loads(STANDARD.read_text(encoding="utf-8"))["fields"]
    assert [field["name"] for field in published if field["core"]] == CORE
    known = {field["name"] for field in published}
    assert set(htcds_fields()) | set(HTCDS_CORE_ELSEWHERE) <= known


def test_the_schema_names_codes_and_labels_for_clients() -> None:
    sex = COMPARTMENTS["identity"].model_json_schema()["properties"]["sex"]
    assert sex["title"] == "Sexo"
    assert sex["x-code-list"] == "sex"
    assert sex["anyOf"][0]["enum"] == ["MUJER", "HOMBRE"]


def test_the_data_dictionary_is_current() -> None:
    """Written anew from the models by the command that writes the documents."""
    text = (ROOT / PATH).read_text(encoding="utf-8")
    assert text == render(), "docs/diccionario-de-datos.md no corresponde a los modelos: genérelo de nuevo"
    for field in all_fields():
        assert f"| `{field.name}` | {field.label}" in text
