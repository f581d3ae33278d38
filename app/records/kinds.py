"""The types of the catalogue's fields. Each carries the word by which the data dictionary names it.

All are strict: a number is not a text, a yes is not ``true`` (unknown must never become no). Texts refuse
control and direction-changing characters, which would let a page show something other than what is
stored.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from app.catalogues import is_ubigeo

MIN_YEAR = 1900
LIMA = timezone(timedelta(hours=-5))
"""Peru has one time zone and no summer time."""

# Control characters, and those that reorder a line of text on the screen.
_NOT_IN_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_NOT_IN_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_FLEXIBLE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?~?", re.ASCII)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Entry(StrEnum):
    """How a person enters a value, where it is not chosen from a list of codes."""

    TEXT = "text"
    LONG = "long"
    LINES = "lines"
    NUMBER = "number"
    DATE = "date"
    PARTIAL_DATE = "partial_date"
    PLACE = "place"
    TEL = "tel"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Kind:
    """The Spanish name of a type in the data dictionary, and how its values are entered."""

    label: str
    entry: Entry = Entry.TEXT


def today() -> date:
    """The current day in Peru."""
    return datetime.now(LIMA).date()


def _iso_date(value: Any) -> Any:
    if isinstance(value, str) and _ISO.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise PydanticCustomError("date_format", "Date must be YYYY-MM-DD")


def _not_before_1900(value: date) -> date:
    if value.year < MIN_YEAR:
        raise PydanticCustomError("date_too_old", "Date before 1900")
    return value


def _flexible_date(value: str) -> str:
    match = _FLEXIBLE.fullmatch(value)
    if match is None:
        raise PydanticCustomError(
            "flexible_date_format", "Date must be YYYY, YYYY-MM or YYYY-MM-DD, ~ if estimated"
        )
    year, month, day = match.groups()
    try:
        _not_before_1900(date(int(year), int(month or 1), int(day or 1)))
    except ValueError:
        raise PydanticCustomError("flexible_date_format", "No such day") from None
    return value


def ends_before(since: str | None, until: str | None) -> bool:
    """Whether ``until`` surely lies before ``since`` (2019 and 2019-03 do not contradict each other)."""
    if since is None or until is None:
        return False
    since, until = since.rstrip("~"), until.rstrip("~")
    shared = min(len(since), len(until))
    return until[:shared] < since[:shared]


def _ubigeo(value: str) -> str:
    if not is_ubigeo(value):
        raise PydanticCustomError("unknown_ubigeo", "Not an INEI district code")
    return value


def _line(value: str) -> str:
    if _NOT_IN_LINE.search(value):
        raise PydanticCustomError("forbidden_characters", "Control characters")
    return value


def _text(value: str) -> str:
    if _NOT_IN_TEXT.search(value):
        raise PydanticCustomError("forbidden_characters", "Control characters")
    return value


ShortLine = Annotated[
    str, StringConstraints(min_length=1, max_length=80), AfterValidator(_line), Kind("texto corto (80)")
]
Line = Annotated[
    str, StringConstraints(min_length=1, max_length=200), AfterValidator(_line), Kind("línea de texto (200)")
]
Text = Annotated[
    str,
    StringConstraints(min_length=1, max_length=4000),
    AfterValidator(_text),
    Kind("texto (4000)", Entry.LONG),
]
Code = Annotated[str, StringConstraints(min_length=1, max_length=60), Kind("código")]
Codes = Annotated[list[Code], Field(max_length=60), Kind("lista de códigos")]
Lines = Annotated[list[Line], Field(max_length=30), Kind("lista de líneas de texto", Entry.LINES)]
ShortLines = Annotated[list[ShortLine], Field(max_length=30), Kind("lista de textos cortos", Entry.LINES)]
IsoDate = Annotated[
    date,
    BeforeValidator(_iso_date, json_schema_input_type=date),
    AfterValidator(_not_before_1900),
    Kind("fecha", Entry.DATE),
]
FlexibleDate = Annotated[
    str,
    StringConstraints(max_length=11),
    AfterValidator(_flexible_date),
    Kind("fecha, mes o año (~ si es estimada)", Entry.PARTIAL_DATE),
]
Ubigeo = Annotated[
    str,
    StringConstraints(max_length=6),
    AfterValidator(_ubigeo),
    Kind("UBIGEO INEI (6 dígitos)", Entry.PLACE),
]
Phone = Annotated[
    str,
    StringConstraints(min_length=3, max_length=30, pattern=r"^[+0-9][0-9 ().\-]*$"),
    Kind("teléfono", Entry.TEL),
]
Email = Annotated[
    str, StringConstraints(max_length=254, pattern=r"^[^\s@]+@[^\s@]+\.[^\s@]+$"), Kind("correo", Entry.EMAIL)
]
Age = Annotated[int, Field(ge=0, le=120), Kind("edad en años", Entry.NUMBER)]
AccountKey = Annotated[int, Field(ge=1, lt=2**63), Kind("cuenta")]
Count = Annotated[int, Field(ge=0, le=40), Kind("número", Entry.NUMBER)]
Soles = Annotated[int, Field(ge=0, le=100_000_000), Kind("soles", Entry.NUMBER)]
Year = Annotated[int, Field(ge=MIN_YEAR, le=2200), Kind("año", Entry.NUMBER)]
