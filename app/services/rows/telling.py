"""Rows in words, for the person they are about: which values, by what label, in what order."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final, TypeAlias

from app.catalogues import code_list
from app.records import COMPARTMENTS, rows
from app.records.registry import FieldSpec
from app.services.rows.views import OwnValue, Scalar

View: TypeAlias = Mapping[str, object]
"""A row as its slice's reader answers it: a typed view."""
Row: TypeAlias = list[OwnValue]
"""One row in words: labels (`campo`) with their values (`valor`), in the order of reading."""

RESERVED: Final = "Reservado mientras dura la investigación"
UNREADABLE: Final = (
    "No se puede mostrar: entre lo que se lee aquí hay algo con el sello roto. "
    "Se avisó al Oficial de Datos Personales."
)
LOST: Final = "No se puede abrir: su sello está roto. Se avisó al Oficial de Datos Personales."


@dataclass(frozen=True, slots=True)
class Shape:
    """How a row of a table is told to the person it is about.

    Attributes:
        tells: names of what is told, in order: fields of the row's model (`app.records.rows`; `*`: all of
            them), by their own labels, or places in the view (`unit/name`), by those of `labels.csv`.
        at: where in the view fields are, besides the view itself.
        reserves: names of what is held back while an investigation may be under way; `reserved_as`, what it
            is called then.
        words: of names whose codes are in no list of the catalogues, the words of each.
        inside: rows of other tables that the view holds, by name; told after it, they find it as `of`.
    """

    table: str
    tells: str = "*"
    at: str = ""
    reserves: str = ""
    reserved_as: str = ""
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    inside: Mapping[str, Shape] = field(default_factory=dict)

    @property
    def tables(self) -> frozenset[str]:
        """Its table and those of the rows inside it."""
        return frozenset({self.table}).union(*(inner.tables for inner in self.inside.values()))

    def value(self, name: str, view: View) -> Row:
        """What is told by a name; nothing where it is not known.

        Raises:
            KeyError: the name is no field of the row, and no label is written down for it.
        """
        known = _fields(self.table)
        if (own := f"{self.table}.{name}") not in _labels() and name in known:
            return in_words({name: known[name]}, view)
        label, codes = _labels()[own if own in _labels() else name]
        found, words = _at(view, name), self.words.get(name) or _words(codes)
        if isinstance(found, list):
            return told((label, [words.get(one, one) for one in found]))
        return told((label, words.get(found, found) if isinstance(found, str) else found))


def tell(shape: Shape, view: View, *, reserved: bool = False) -> Iterator[Row]:
    """A row in words, and those inside it after it; what is not known is left out."""
    known: dict[str, object] = {**view, **next(within(view, shape.at), {})}
    names = shape.tells.replace("*", " ".join(_fields(shape.table))).split()
    held = frozenset(shape.reserves.split()) if reserved else frozenset()
    row = [value for name in names if name not in held for value in shape.value(name, known)]
    if held:  # said of all together: which of them were written would itself tell her something
        row += told((shape.reserved_as, RESERVED))
    if view.get("broken") is True:
        row += told(("Aviso", LOST))
    if row:
        yield row
    for path, inner in shape.inside.items():
        title = told(("Qué es", rows.ROWS[inner.table].title_es)) if inner.table in rows.ROWS else []
        for one in within(view, path):
            for inside in tell(inner, one, reserved=reserved):
                yield title + inside


def within(view: View, name: str) -> Iterator[View]:
    """The rows a view holds by a name, each knowing the view as `of`; without a name, the view itself."""
    if not name:
        yield view
        return
    found = view.get(name)
    for one in found if isinstance(found, list) else [found]:
        if isinstance(one, Mapping):
            yield {**one, "of": view}


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


@cache
def _labels() -> dict[str, tuple[str, str]]:
    """Label and list of codes of what a view names, by name or by table and name."""
    text = (files("app.services.rows") / "labels.csv").read_text(encoding="utf-8")
    return {row["name"]: (row["label"], row["codes"]) for row in csv.DictReader(text.splitlines())}


def _words(codes: str) -> Mapping[str, str]:
    if codes == "compartments":
        return {name: model.title_es for name, model in COMPARTMENTS.items()}
    return code_list(codes).labels if codes else {}


def _fields(table: str) -> Mapping[str, FieldSpec]:
    return rows.row_fields(table) if table in rows.ROWS else {}


def _at(value: object, path: str) -> object:
    """What is at a path; of each item, where there is a list on the way."""
    name, _, rest = path.partition("/")
    if isinstance(value, list):
        return [_at(item, path) for item in value]
    found = value.get(name) if isinstance(value, Mapping) else None
    return _at(found, rest) if rest else found


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
