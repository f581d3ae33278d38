"""Soft checks: what looks odd is said, and saved all the same. No document is ever a condition."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from app.records.base import Compartment
from app.records.documents import document_warnings
from app.records.errors import FieldError, RecordInvalid
from app.records.facts import Known, fact_remarks
from app.records.identity import Identity
from app.records.kinds import today
from app.records.legal import Legal
from app.records.transform import parse

AGE_TOLERANCE = 1


def warnings(model: Compartment) -> list[FieldError]:
    """The remarks about ``model``. They inform and never block."""
    if isinstance(model, Identity):
        return [*_documents(model), *_ages(model), *_pregnancy(model)]
    if isinstance(model, Legal):
        return _legal(model)
    return []


def remarks(compartments: Mapping[str, Mapping[str, Any]], known: Known | None = None) -> list[FieldError]:
    """The remarks about what was sent, by compartment; fields are named `compartment.field`.

    What does not stand alone (part of a change) is passed over: whether it is valid is another's question.
    With `known` (a whole registration was sent), the facts are looked at as the Penal Code qualifies them.
    """
    found: list[FieldError] = []
    for name, sent in compartments.items():
        with suppress(RecordInvalid):
            model = parse(name, {field: value for field, value in sent.items() if value is not None})
            said = warnings(model)
            if known is not None and isinstance(model, Legal):
                said += fact_remarks(model, known)
            found += named(name, said)
    return found


def named(compartment: str, said: Iterable[FieldError]) -> list[FieldError]:
    """Remarks with their fields named `compartment.field`."""
    return [{**remark, "field": f"{compartment}.{remark['field']}"} for remark in said]


def _documents(model: Identity) -> list[FieldError]:
    return document_warnings(document.model_dump() for document in model.documents or ())


def _ages(model: Identity) -> list[FieldError]:
    remarks: list[FieldError] = []
    low, age, high = model.age_min, model.age_years, model.age_max
    if age is not None and ((low is not None and age < low) or (high is not None and age > high)):
        remarks.append(
            _remark("age_years", "age_outside_range", "Está fuera de la banda de edad; revise cuál vale.")
        )
    born = model.birth_date.year if model.birth_date is not None else model.birth_year
    if born is not None and age is not None and age > today().year - born + AGE_TOLERANCE:
        remarks.append(
            _remark("age_years", "age_against_birth", "No corresponde al nacimiento; revise cuál vale.")
        )
    return remarks


def _pregnancy(model: Identity) -> list[FieldError]:
    if model.gestational_weeks is not None and model.pregnant != "SI":
        return [
            _remark(
                "pregnant", "pregnancy_unsaid", "Hay semanas de gestación, pero no consta que esté gestando."
            )
        ]
    return []


def _legal(model: Legal) -> list[FieldError]:
    remarks: list[FieldError] = []
    if model.labour_industry is not None and not {"EXPLOTACION_LABORAL", "TRABAJO_FORZOSO"} & {
        *(model.purposes or ())
    }:
        remarks.append(
            _remark("labour_industry", "industry_without_labour", "Hay rama, pero no finalidad laboral.")
        )
    if model.sexual_exploitation_types and "EXPLOTACION_SEXUAL" not in (model.purposes or ()):
        remarks.append(
            _remark(
                "sexual_exploitation_types", "type_without_purpose", "Hay tipo, pero no finalidad sexual."
            )
        )
    if model.country_of_exploitation not in (None, "PE") and model.transnational == "NO":
        remarks.append(
            _remark("transnational", "abroad_but_national", "El país no es el Perú; revise cuál vale.")
        )
    return remarks


def _remark(field: str, code: str, message: str) -> FieldError:
    return {"field": field, "code": code, "message": message}
