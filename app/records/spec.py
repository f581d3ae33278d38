"""What the catalogue says of a field: the annotation ``Spec`` and the rules of the partial view."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from app.catalogues import code_list

ENUM_LIMIT = 60
"""Longer code lists are named, not spelled out, in the OpenAPI document."""


class Partial(StrEnum):
    """What a reader with a *partial* view of the compartment gets of a field."""

    HIDE = "HIDE"
    """Nothing, not even that it is filled."""
    SHOW = "SHOW"
    """The value as it is."""
    INITIAL = "INITIAL"
    """Initials: ``María Elena`` -> ``M. E.``"""
    YEAR = "YEAR"
    """The year of a date."""
    DEPARTMENT = "DEPARTMENT"
    """The 2-digit department of a UBIGEO."""
    LAST_TWO = "LAST_TWO"
    """The last two characters, the rest masked: ``••••42``."""
    PRESENT = "PRESENT"
    """``True``: there is a value."""
    COUNT = "COUNT"
    """How many items the list has."""
    EACH = "EACH"
    """Each item (or the object) by the rules of its own fields."""


@dataclass(frozen=True, slots=True)
class Spec:
    """The one declaration of a field: annotation of the Pydantic field that it describes.

    ``codes`` names a code list, and the annotation then also validates against it. ``face`` names the clear
    statistical table (``profile``, ``exploitation``) whose column of the same name holds the value;
    without it the value is sealed. ``other_text`` names the companion field that must say what an "other"
    code stands for. ``follows`` names the list of which the value must be a member: when a change to the
    list leaves the value out of it, the value goes too. ``author_only`` marks a list whose items only their
    author reads (``author`` is set by the service). ``personal`` marks values that may never reach a log, an
    error or a metric.
    """

    label: str
    source: str
    partial: Partial = Partial.HIDE
    codes: str | None = None
    htcds: str | None = None
    face: str | None = None
    personal: bool = True
    other_text: str | None = None
    follows: str | None = None
    author_only: bool = False
    help: str = ""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        if self.codes is None:
            return schema
        return core_schema.no_info_after_validator_function(_code_check(self.codes), schema)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        out = handler(schema)
        out["title"] = self.label
        if self.codes is not None:
            out["x-code-list"] = self.codes
            codes = code_list(self.codes).codes
            if len(codes) <= ENUM_LIMIT:
                _put_enum(out, list(codes))
        return out


def _code_check(name: str) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if value is None:
            return None
        known = code_list(name).index
        if isinstance(value, str):
            if value in known:
                return value
        elif all(item in known for item in value):
            return list(dict.fromkeys(value))
        raise PydanticCustomError("unknown_code", "Code is not of the list", {"list": name})

    return check


def _put_enum(node: JsonSchemaValue, codes: list[str]) -> None:
    for part in node.get("anyOf", [node]):
        if part.get("type") == "string":
            part["enum"] = codes
        elif part.get("type") == "array":
            part["items"] = {"type": "string", "enum": codes}
