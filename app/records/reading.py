"""What a compartment is like when it is read, as JSON Schema: each field whole, or by its partial rule.

Written data are documented by the models themselves. What is read is more: who reads in part gets initials,
years or counts, so that a field may have two types. Limits of length are left out, since older versions were
checked by older limits; codes are texts that name their list, which grows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from app.records.registry import COMPARTMENTS, FieldSpec, fields
from app.records.spec import Partial

Schema: TypeAlias = dict[str, Any]
"""A JSON Schema."""

WHOLE: Final = "CompartmentsRead"
"""Component of a person's compartments by name, each if there is anything to see."""
_AT: Final = "#/components/schemas/"
_KEPT: Final = frozenset({"type", "format", "$ref"})
_MASKED: Final[Mapping[Partial, tuple[str, Schema | None]]] = MappingProxyType(
    {
        Partial.INITIAL: ("iniciales", None),
        Partial.YEAR: ("solo el año", {"type": "integer"}),
        Partial.DEPARTMENT: ("solo el departamento (dos cifras)", None),
        Partial.LAST_TWO: ("solo las dos últimas letras o cifras, tras una máscara", None),
        Partial.PRESENT: ("true si consta", {"type": "boolean", "const": True}),
        Partial.COUNT: ("solo cuántos hay", {"type": "integer"}),
        Partial.HIDE: ("no se muestra", None),
        Partial.EACH: ("cada uno de sus campos según su regla", None),
    }
)
"""What who reads in part gets: in words, and its type where it is another one."""
_UNITS: Final = MappingProxyType({"edad en años": "años", "semanas": "semanas", "soles": "soles"})


def reading_of(*compartments: str) -> Schema:
    """A reference to the data of one of these compartments as read; of any of them without names."""
    names = compartments or tuple(COMPARTMENTS)
    found = [_reference(COMPARTMENTS[name].__name__) for name in names]
    return {"anyOf" if len(found) > 1 else "allOf": found}  # a bare reference Pydantic takes for its own


def reading_of_all() -> Schema:
    """A reference to the compartments of a person as read, by name."""
    return {"allOf": [{"$ref": _AT + WHOLE}]}


@cache
def readings() -> dict[str, Schema]:
    """The components that `reading_of` and `reading_of_all` refer to, by name."""
    found: dict[str, Schema] = {}
    whole: Schema = {}
    for name, model in COMPARTMENTS.items():
        written = model.model_json_schema(ref_template=_AT + "{model}")
        inside = written.pop("$defs", {})
        found |= _objects(model.__name__, {**inside, model.__name__: written}, fields(name))
        found[_named(model.__name__)]["description"] = model.title_es
        whole[name] = {**_reference(model.__name__), "description": model.title_es}
    found[WHOLE] = {
        "type": "object",
        "title": WHOLE,
        "description": "Datos por parte del registro; falta la que está vacía o no se puede leer.",
        "properties": whole,
    }
    return found


def _named(model: str) -> str:
    return f"{model}Read"


def _reference(model: str) -> Schema:
    return {"$ref": _AT + _named(model)}


def _objects(
    name: str, written: Mapping[str, Schema], specs: Mapping[str, FieldSpec]
) -> Iterator[tuple[str, Schema]]:
    """An object as read, and those inside it."""
    properties: Schema = {}
    for field, spec in specs.items():
        said = written[name]["properties"][field]
        properties[field] = _field(said, spec)
        if spec.inner:
            yield from _objects(_inside(said), written, spec.inner)
    yield _named(name), {"type": "object", "title": _named(name), "properties": properties}


def _field(said: Schema, spec: FieldSpec) -> Schema:
    """One field: as it is stored and, where the partial rule gives another type, as that."""
    words, masked = _MASKED.get(spec.partial, ("", None))
    whole = _stored(said)
    told = f"{spec.label}. {spec.spec.help}".strip() + (f" En lectura parcial: {words}." if words else "")
    field: Schema = {"title": spec.label, "description": told}
    if spec.codes is not None:
        field["x-code-list"] = spec.codes
    if spec.kind.label in _UNITS:
        field["x-unit"] = _UNITS[spec.kind.label]
    return {**field, **(whole if masked is None else {"anyOf": [whole, masked]})}


def _stored(said: Schema) -> Schema:
    """The type of a value that is known, without the limits of what is written."""
    for part in said.get("anyOf", ()):
        if part != {"type": "null"}:
            return _stored(part)
    kept = {name: value for name, value in said.items() if name in _KEPT}
    if "$ref" in kept:
        kept["$ref"] = _named(kept["$ref"])
    if "items" in said:
        kept["items"] = _stored(said["items"])
    return kept


def _inside(said: Schema) -> str:
    """The model that a field holds, one or several of."""
    stored = _stored(said)
    reference: str = stored.get("items", stored)["$ref"]
    return reference.removeprefix(_AT).removesuffix(_named(""))
