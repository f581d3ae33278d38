"""Soft checks: what looks odd is said, and saved all the same. No document is ever a condition."""

import re
from typing import TypedDict

from app.records.base import Compartment
from app.records.identity import Document, Identity
from app.records.kinds import today
from app.records.legal import Legal

DNI_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)
DNI_DIGITS = "65432110987"
DNI_LETTERS = "KJIHGFEDCBA"
AGE_TOLERANCE = 1

SHAPES: dict[str, str] = {
    "CE": r"[A-Z0-9]{9,12}",
    "PASAPORTE": r"[A-Z0-9]{5,12}",
    "CPP": r"\d{9,15}",
    "PTP": r"\d{9,15}",
}
"""Usual shapes (unofficial: hence warnings). The DNI has a check of its own."""


class RecordWarning(TypedDict):
    """A remark: path of the field, stable code, Spanish sentence. Never a value."""

    field: str
    code: str
    message: str


def warnings(model: Compartment) -> list[RecordWarning]:
    """The remarks about ``model``. They inform and never block."""
    if isinstance(model, Identity):
        return [*_documents(model), *_ages(model), *_pregnancy(model)]
    if isinstance(model, Legal):
        return _legal(model)
    return []


def dni_check_digit(number: str) -> tuple[str, str]:
    """The check digit printed after an 8-digit DNI, and the letter of older cards.

    Weights 3 2 7 6 5 4 3 2, sum modulo 11 (RENIEC's rule as published in python-stdnum, ``stdnum.pe.cui``).
    """
    place = sum(weight * int(digit) for weight, digit in zip(DNI_WEIGHTS, number, strict=True)) % 11
    return DNI_DIGITS[place], DNI_LETTERS[place]


def _documents(model: Identity) -> list[RecordWarning]:
    remarks: list[RecordWarning] = []
    for place, document in enumerate(model.documents or ()):
        field = f"documents.{place}.number"
        if document.number is None or document.type is None:
            continue
        if document.type == "DNI":
            remarks += _dni(field, document)
        elif document.type in SHAPES and not re.fullmatch(SHAPES[document.type], document.number, re.ASCII):
            remarks.append(_remark(field, "document_shape", "El número no tiene la forma usual; revíselo."))
    return remarks


def _dni(field: str, document: Document) -> list[RecordWarning]:
    match = re.fullmatch(r"(\d{8})(?:-?([0-9A-K]))?", document.number or "", re.ASCII)
    if match is None:
        return [_remark(field, "dni_shape", "El DNI tiene 8 dígitos, con sus ceros iniciales; revíselo.")]
    if match[2] is not None and match[2] not in dni_check_digit(match[1]):
        return [_remark(field, "dni_check_digit", "El dígito verificador no corresponde al DNI; revíselo.")]
    return []


def _ages(model: Identity) -> list[RecordWarning]:
    remarks: list[RecordWarning] = []
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


def _pregnancy(model: Identity) -> list[RecordWarning]:
    if model.gestational_weeks is not None and model.pregnant != "SI":
        return [
            _remark(
                "pregnant", "pregnancy_unsaid", "Hay semanas de gestación, pero no consta que esté gestando."
            )
        ]
    return []


def _legal(model: Legal) -> list[RecordWarning]:
    remarks: list[RecordWarning] = []
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


def _remark(field: str, code: str, message: str) -> RecordWarning:
    return {"field": field, "code": code, "message": message}
