"""Odd numbers of identity documents. They are said, never refused: a document is no condition of anything."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol

from stdnum.ar import dni as argentine_dni
from stdnum.cl import rut as chilean_rut
from stdnum.cu import ni as cuban_ni
from stdnum.do import cedula as dominican_cedula
from stdnum.ec import ci as ecuadorian_ci
from stdnum.es import dni as spanish_dni
from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.mx import curp
from stdnum.pe import cui
from stdnum.util import clean

from app.records.errors import FieldError
from app.records.placeholders import is_placeholder


class _Rule(Protocol):
    """A module of python-stdnum."""

    def validate(self, number: str, /) -> str:
        """Check form and check digit."""


_HOME: Final = "PE"
_SHAPES: Final = {
    "CE": r"[A-Z0-9]{9,12}",
    "PASAPORTE": r"[A-Z0-9]{5,12}",
    "CPP": r"\d{9,15}",
    "PTP": r"\d{9,15}",
}
"""Usual shapes of documents seen in Peru (unofficial: hence remarks)."""

_NATIONAL: Final[dict[str, _Rule]] = {
    "AR": argentine_dni,
    "CL": chilean_rut,
    "CU": cuban_ni,
    "DO": dominican_cedula,
    "EC": ecuadorian_ci,
    "ES": spanish_dni,
    "MX": curp,
}
_NATIONAL_SHAPES: Final = {
    "BO": r"\d{5,9}[A-Z0-9]{0,4}",
    "CO": r"\d{6,10}",
    "VE": r"[VE]?\d{5,9}",
}
"""Identity cards without a public check digit: Bolivia with complement and place of issue, Venezuela with its
letter."""
_NO_NUMBER: Final = (
    "document_placeholder",
    "Ese número es de relleno y no identifica a nadie: si la persona no tiene documento, déjelo vacío.",
)


def document_warnings(documents: Iterable[Mapping[str, Any]]) -> list[FieldError]:
    """Remarks on numbers that do not look like their kind of document; never a value.

    Check digits are python-stdnum's: the DNI by `stdnum.pe.cui` where its ninth character is given, identity
    cards of seven other countries. A remark names the field from `documents` on (`documents.0.number`).
    """
    found: list[FieldError] = []
    for place, document in enumerate(documents):
        kind, written = document.get("type"), document.get("number")
        if not kind or not written:
            continue
        number = clean(written, " -./").upper()
        remark = (
            _NO_NUMBER if is_placeholder(written) else _remark(kind, document.get("country") or "", number)
        )
        if remark is not None:
            code, message = remark
            found.append({"field": f"documents.{place}.number", "code": code, "message": message})
    return found


def _remark(kind: str, country: str, number: str) -> tuple[str, str] | None:
    if kind == "DNI" and country in {"", _HOME}:
        return _by_rule(cui, number, "dni", "El DNI tiene 8 dígitos, con sus ceros iniciales; revíselo.")
    shape = "El número no tiene la forma usual; revíselo."
    if kind in {"DNI", "CEDULA_EXTRANJERA"}:
        if country in _NATIONAL:
            return _by_rule(_NATIONAL[country], number, "document", shape)
        pattern = _NATIONAL_SHAPES.get(country)
    else:
        pattern = _SHAPES.get(kind)
    if pattern is None or re.fullmatch(pattern, number, re.ASCII):
        return None
    return "document_shape", shape


def _by_rule(rule: _Rule, number: str, prefix: str, shape: str) -> tuple[str, str] | None:
    try:
        rule.validate(number)
    except InvalidChecksum:
        return f"{prefix}_check_digit", "El dígito verificador no corresponde al número; revíselo."
    except ValidationError:
        return f"{prefix}_shape", shape
    return None
