"""Records drawn by Hypothesis from the catalogue itself: one strategy a type, nothing about single fields.

Values of free texts carry `MARK`, so that a test can look for what leaked.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

from app.catalogues import code_list
from app.records import COMPARTMENTS, FieldSpec, fields

MARK = "ñqx"
"""Occurs in no label, message, code or field name."""

_words = st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=20).map(lambda text: MARK + text)
_days = st.dates(min_value=date(1930, 1, 1), max_value=date(2020, 12, 31))
_places = st.sampled_from(["010101", "170101", "150144", "250101"])

BY_KIND: dict[str, st.SearchStrategy[Any]] = {
    "texto corto (80)": _words,
    "línea de texto (200)": _words,
    "texto (4000)": _words,
    "lista de líneas de texto": st.lists(_words, min_size=1, max_size=3),
    "lista de textos cortos": st.lists(_words, min_size=1, max_size=3),
    "fecha": _days.map(lambda day: day.isoformat()),
    "fecha, mes o año (~ si es estimada)": st.sampled_from(["2019", "2019-03", "2019-03-04~"]),
    "UBIGEO INEI (6 dígitos)": _places,
    "teléfono": st.integers(900000000, 999999999).map(str),
    "correo": _words.map(lambda word: f"{word}@example.org"),
    "edad en años": st.integers(0, 120),
    "número": st.integers(0, 40),
    "cuenta": st.integers(1, 2**63 - 1),
    "semanas": st.integers(1, 45),
    "soles": st.integers(0, 100_000_000),
    "año": st.integers(1930, 2020),
}


def value(field: FieldSpec) -> st.SearchStrategy[Any]:
    """Valid values of one field."""
    if field.codes is not None:
        one = st.sampled_from(code_list(field.codes).codes)
        return st.lists(one, min_size=1, max_size=3, unique=True) if field.many else one
    if field.inner:
        item = st.fixed_dictionaries({}, optional={n: value(f) for n, f in field.inner.items()})
        filled = item.filter(bool)
        return st.lists(filled, min_size=1, max_size=3) if field.many else filled
    return BY_KIND[field.kind.label]


def payloads(compartment: str) -> st.SearchStrategy[dict[str, Any]]:
    """Payloads whose every value is valid by itself; some contradict themselves between fields."""
    return st.fixed_dictionaries({}, optional={n: value(f) for n, f in fields(compartment).items()})


compartments = st.sampled_from([name for name in COMPARTMENTS if fields(name)])
records = compartments.flatmap(lambda name: st.tuples(st.just(name), payloads(name)))
