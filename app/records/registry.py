"""The field catalogue, read once from the compartment models. There is no other list of fields."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from app.records.base import Compartment, Item
from app.records.contact import Contact
from app.records.health import Health
from app.records.identity import Identity
from app.records.kinds import Kind
from app.records.legal import Legal
from app.records.outcome import Outcome
from app.records.partial import RULES, Mask, each
from app.records.plan import Plan
from app.records.protection import Protection
from app.records.psychology import Psychology
from app.records.satisfaction import Satisfaction
from app.records.services import Services
from app.records.shelter_location import ShelterLocation
from app.records.spec import Partial, Spec
from app.records.testimony import Testimony

SCHEMA_VERSION = 1
"""Version of the stored form; part of the authenticated data of every sealed blob."""

COMPARTMENTS: Mapping[str, type[Compartment]] = MappingProxyType(
    {
        "identity": Identity,
        "contact": Contact,
        "health": Health,
        "psychology": Psychology,
        "legal": Legal,
        "testimony": Testimony,
        "protection": Protection,
        "shelter_location": ShelterLocation,
        "plan": Plan,
        "services": Services,
        "satisfaction": Satisfaction,
        "outcome": Outcome,
    }
)
"""The twelve compartments, in the order in which pages and tables show them."""


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a compartment: its declaration, its type and the fields inside it."""

    compartment: str
    name: str
    spec: Spec
    kind: Kind
    many: bool
    inner: Mapping[str, "FieldSpec"]

    @property
    def label(self) -> str:
        """Spanish label."""
        return self.spec.label

    @property
    def source(self) -> str:
        """Law, standard or register the field comes from."""
        return self.spec.source

    @property
    def partial(self) -> Partial:
        """Rule of the partial view."""
        return self.spec.partial

    @property
    def codes(self) -> str | None:
        """Name of the code list, if its values are codes."""
        return self.spec.codes

    @property
    def htcds(self) -> str | None:
        """Name in HTCDS 2.0, if the standard has the field."""
        return self.spec.htcds

    @property
    def face(self) -> str | None:
        """Table of the statistical face that holds it in clear; ``None``: sealed."""
        return self.spec.face

    @property
    def personal(self) -> bool:
        """Whether a value may never reach a log, an error or a metric."""
        return self.spec.personal


def fields(compartment: str) -> Mapping[str, FieldSpec]:
    """The fields of a compartment by name, in order. Raises ``KeyError`` for an unknown compartment."""
    return read_fields(compartment, COMPARTMENTS[compartment])


@cache
def read_fields(compartment: str, model: type[Item]) -> Mapping[str, FieldSpec]:
    """The fields that a model of a compartment declares, by name and in order."""
    return MappingProxyType(dict(_read(compartment, model)))


@cache
def all_fields() -> tuple[FieldSpec, ...]:
    """Every field of every compartment, in order."""
    return tuple(field for name in COMPARTMENTS for field in fields(name).values())


@cache
def face_fields(table: str) -> tuple[FieldSpec, ...]:
    """The fields kept in clear in the statistical table ``table`` (column of the same name)."""
    return tuple(field for field in all_fields() if field.face == table)


@cache
def sealed_fields(compartment: str) -> tuple[FieldSpec, ...]:
    """The fields of a compartment that are only ever stored sealed."""
    return tuple(field for field in fields(compartment).values() if field.face is None)


@cache
def htcds_fields() -> Mapping[str, FieldSpec]:
    """HTCDS 2.0 field name -> the field of the catalogue that holds it."""
    return MappingProxyType({field.htcds: field for field in all_fields() if field.htcds is not None})


@cache
def author_only(compartment: str) -> frozenset[str]:
    """The list fields of a compartment whose items only their author reads."""
    return frozenset(field.name for field in fields(compartment).values() if field.spec.author_only)


@cache
def masks(compartment: str) -> dict[str, Mask]:
    """The compiled rules of the partial view. Hidden fields have none."""
    return masks_of(fields(compartment))


@cache
def face_names(compartment: str) -> Mapping[str, str]:
    """Field name -> statistical table, for the fields of a compartment that have one."""
    return MappingProxyType({f.name: f.face for f in fields(compartment).values() if f.face is not None})


@cache
def followers() -> Mapping[str, str]:
    """Field name -> name of the list it must be a member of (``Spec.follows``)."""
    return MappingProxyType({f.name: f.spec.follows for f in all_fields() if f.spec.follows is not None})


def masks_of(specs: Mapping[str, FieldSpec]) -> dict[str, Mask]:
    """The rules of the partial view of these fields. Hidden fields have none."""
    return {
        name: each(masks_of(field.inner)) if field.partial is Partial.EACH else RULES[field.partial]
        for name, field in specs.items()
        if field.partial is not Partial.HIDE
    }


def _read(compartment: str, model: type[Item]) -> Iterator[tuple[str, FieldSpec]]:
    for name, info in model.model_fields.items():
        (spec,) = (m for m in info.metadata if isinstance(m, Spec))
        kind, many, item = _describe(info.annotation)
        inner = dict(_read(compartment, item)) if item is not None else {}
        yield name, FieldSpec(compartment, name, spec, kind, many, MappingProxyType(inner))


def _describe(annotation: Any) -> tuple[Kind, bool, type[Item] | None]:
    """The Spanish name of a type, whether it is a list, and the object (or item) it holds, if any."""
    kind: Kind | None = None
    many = False
    while True:
        origin = get_origin(annotation)
        if origin in (Union, UnionType):
            (annotation,) = (a for a in get_args(annotation) if a is not NoneType)
        elif origin is Annotated:
            kind = kind or next((m for m in annotation.__metadata__ if isinstance(m, Kind)), None)
            annotation = get_args(annotation)[0]
        elif origin is list:
            many, annotation = True, get_args(annotation)[0]
        else:
            break
    item = annotation if isinstance(annotation, type) and issubclass(annotation, Item) else None
    return kind or Kind(""), many, item
