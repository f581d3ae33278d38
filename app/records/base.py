"""Base of every compartment model and of the objects inside it."""

import unicodedata
from typing import Any, ClassVar, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from app.records.spec import Spec

Values: TypeAlias = dict[str, Any]
"""Values of a compartment or a row by field, in the form they are stored in (JSON).

Of what type each is says the catalogue, in the document too (`app.records.reading`), but not Python: they
were checked when they were written, and are not parsed anew to be shown.
"""


def clean(value: Any) -> Any:
    """Texts stripped and in Unicode form C; blank texts and empty lists are unknown (``None``)."""
    if isinstance(value, str):
        stripped = value.strip()
        if not stripped:
            return None
        return stripped if stripped.isascii() else unicodedata.normalize("NFC", stripped)
    if isinstance(value, list):
        return [c for c in map(_clean_item, value) if c is not None] or None
    return value


def _clean_item(value: Any) -> Any:
    return clean(value) if isinstance(value, str) else value


def problem(code: str, field: str) -> PydanticCustomError:
    """An error about ``field``, found by looking at several at once; ``code`` is a key of the messages."""
    return PydanticCustomError(code, "Fields contradict each other", {"field": field})


class Item(BaseModel):
    """An object inside a compartment, and the base of compartments: strict, closed, all may be unknown."""

    model_config = ConfigDict(
        extra="forbid", strict=True, hide_input_in_errors=True, validate_default=False, defer_build=False
    )

    @model_validator(mode="before")
    @classmethod
    def _blank_is_unknown(cls, data: Any) -> Any:
        if isinstance(data, dict):
            return {key: clean(value) for key, value in data.items()}
        return data

    @model_validator(mode="after")
    def _other_is_described(self) -> Self:
        for name, companion in self._others():
            value = getattr(self, name)
            codes = (value,) if isinstance(value, str) else value or ()
            if any(c.startswith("OTR") for c in codes) and getattr(self, companion) is None:
                raise problem("other_needs_text", companion)
        return self

    @classmethod
    def _others(cls) -> tuple[tuple[str, str], ...]:
        cached: tuple[tuple[str, str], ...] | None = cls.__dict__.get("_other_fields")
        if cached is None:
            cached = tuple(
                (name, spec.other_text)
                for name, info in cls.model_fields.items()
                for spec in info.metadata
                if isinstance(spec, Spec) and spec.other_text
            )
            cls._other_fields = cached
        return cached

    _other_fields: ClassVar[tuple[tuple[str, str], ...]]


class Compartment(Item):
    """One sealed part of a person's record, with a reader list of its own."""

    title_es: ClassVar[str]


class Row(Item):
    """What people write of one row of a table (a proceeding, a consent, an assessment ...).

    Declared field by field like a compartment. `clear` names the fields stored in columns of their own
    (codes, dates and counts that lists and clocks need); the rest is one sealed blob in the row.
    `sealed_under` names its key where it is not its compartment's; `prefix` is that of its public code.
    """

    title_es: ClassVar[str]
    table: ClassVar[str]
    compartment: ClassVar[str]
    clear: ClassVar[frozenset[str]] = frozenset()
    sealed_under: ClassVar[str | None] = None
    prefix: ClassVar[str] = ""
