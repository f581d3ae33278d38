"""What every foreign format says of itself, and what a row of it becomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from app.errors import wrong
from app.records import Values
from app.records.errors import FieldError

LONGEST_REFERENCE = 200
REFERENCES = "external_references"


@dataclass(frozen=True, slots=True)
class Mapped:
    """A row in our own terms: its compartments and episode; remarks that inform, errors that refuse it.

    `first_identified_on` is None only with errors.
    """

    compartments: dict[str, Values]
    first_identified_on: date | None
    case_source: str
    warnings: tuple[FieldError, ...] = ()
    errors: tuple[FieldError, ...] = ()
    person_code: str | None = None
    """The public code the row itself gives the person, when it came out of a register like this one."""


@dataclass(frozen=True, slots=True)
class Format:
    """A foreign format.

    Args:
        source: name of the data set; rows are known by it when they come again.
        columns: those that are imported.
        elsewhere: those that are known and not imported, and why (Spanish).
        required: those a file cannot do without.
        convert: what a row becomes.
        column_of: the column a field (`compartment.field`) comes from, for reports.
    """

    name: str
    source: str
    columns: frozenset[str]
    elsewhere: Mapping[str, str]
    required: frozenset[str]
    convert: Callable[[Mapping[str, str]], Mapped]
    column_of: Callable[[str], str]


def remark(field: str, code: str, message: str) -> FieldError:
    """An error or warning about a column; it never holds a value."""
    return wrong(field, code, message)


def verbatim(system: str, value: str) -> list[dict[str, str]]:
    """References that keep, sealed, a value for which the register has no code; long ones in several."""
    text = " ".join(value.split())
    pieces = [text[at : at + LONGEST_REFERENCE] for at in range(0, len(text), LONGEST_REFERENCE)]
    return [{"system": system, "reference": piece} for piece in pieces]
