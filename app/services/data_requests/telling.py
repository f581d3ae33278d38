"""Values in words, for who reads her own file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.catalogues import code_list
from app.records.registry import FieldSpec
from app.services.data_requests.views import OwnValue, Scalar

Row = list[OwnValue]
"""One row in words: labels (`campo`) with their values (`valor`), in the order of reading."""


def told(*pairs: tuple[str, Any]) -> Row:
    """Labels with their values; what is not known is left out."""
    return [
        {"campo": label, "valor": plain(value)} for label, value in pairs if value not in (None, "", [], {})
    ]


def in_words(specs: Mapping[str, FieldSpec], data: Mapping[str, Any]) -> Row:
    """Values by the labels of their fields, codes by those of their lists; the unknown is left out."""
    return [
        {"campo": spec.label, "valor": _value(spec, data[name])}
        for name, spec in specs.items()
        if data.get(name) is not None
    ]


def plain(value: Any) -> Any:
    """A value as JSON has it; days and moments in ISO 8601."""
    return value.isoformat() if isinstance(value, date) else value


def _value(spec: FieldSpec, value: Any) -> Scalar | list[Scalar] | list[Row]:
    if spec.inner:
        return [in_words(spec.inner, item) for item in (value if isinstance(value, list) else [value])]
    if isinstance(value, list):
        return [_word(spec, item) for item in value]
    return _word(spec, value)


def _word(spec: FieldSpec, value: Scalar | date) -> Scalar:
    if spec.spec.codes is not None:
        return code_list(spec.spec.codes).labels.get(str(value), str(value))
    if isinstance(value, bool):
        return "Sí" if value else "No"
    return value.isoformat() if isinstance(value, date) else value
