"""What each field of an answer means, in the document: said once by its name, wherever it appears."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from app.records import COMPARTMENTS, FieldSpec, fields
from app.records.rows import ROWS, row_fields

_NAMES: Final = (("_labels", "Nombres en español de `{}`"), ("_label", "Nombre en español de `{}`"))
"""How what only puts a code into words is called."""


@dataclass(frozen=True, slots=True)
class Word:
    """Meaning of a field, the unit it counts in, and an example as JSON."""

    meaning: str
    unit: str = ""
    example: str = ""


@cache
def vocabulary() -> Mapping[str, Word]:
    """Fields by `name`, or by `View.name` where a view means something else by it."""
    text = (files("app.api") / "vocabulary.csv").read_text(encoding="utf-8")
    return {row.pop("name"): Word(**row) for row in csv.DictReader(text.splitlines())}


@cache
def prose() -> Mapping[str, str]:
    """What components and operations are, in the language of who reads the document, by their names."""
    text = (files("app.api") / "prose.csv").read_text(encoding="utf-8")
    return {row["name"]: row["text"] for row in csv.DictReader(text.splitlines())}


@cache
def catalogued() -> Mapping[str, FieldSpec]:
    """Fields of rows and compartments by name: those that mean the same wherever they are declared."""
    found: dict[str, FieldSpec | None] = {}
    for spec in _declared():
        before = found.setdefault(spec.name, spec)
        if before is None or (before.label, before.codes) != (spec.label, spec.codes):
            found[spec.name] = None
    return {name: spec for name, spec in found.items() if spec is not None}


def _declared() -> Iterator[FieldSpec]:
    for compartment in COMPARTMENTS:
        yield from fields(compartment).values()
    for table in ROWS:
        yield from row_fields(table).values()


def put_words(view: str, schema: dict[str, Any]) -> None:
    """Say of each field of a view what it means, unless the view says it itself."""
    for name, said in schema.get("properties", {}).items():
        said.pop("title", None)  # the name again, by which a generator would call what is inside
        if "description" in said:  # what others of the name are need not hold of it
            continue
        spec, word = catalogued().get(name), _word(view, name)
        if spec is not None and spec.codes is not None and _takes_codes(said):
            said.setdefault("x-code-list", spec.codes)
        if word is not None:
            said["description"] = word.meaning
            if word.unit:
                said.setdefault("x-unit", word.unit)
            if word.example:
                said.setdefault("examples", [json_of(word.example)])
        elif spec is not None:
            said["description"] = spec.label


def _takes_codes(said: dict[str, Any]) -> bool:
    """Whether it is a text or a list of texts, if it is known at all."""
    kinds = [part for part in said.get("anyOf", [said]) if part.get("type") != "null"]
    return all("string" in (part.get("type"), part.get("items", {}).get("type")) for part in kinds)


def json_of(example: str) -> Any:
    """An example as it stands in an answer: a number, a yes or no, or a text."""
    try:
        return json.loads(example)
    except ValueError:
        return example


def _word(view: str, name: str) -> Word | None:
    words = vocabulary()
    word = words.get(f"{view}.{name}") or words.get(name)
    if word is not None:
        return word
    for ending, meaning in _NAMES:
        if name.endswith(ending):
            return Word(meaning.format(name.removesuffix(ending)))
    return None
