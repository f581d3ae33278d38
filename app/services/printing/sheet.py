"""A document to be printed, and its drawing as an accessible PDF (PDF/UA-1, ISO 14289-1) by typst."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from functools import cache
from importlib.resources import as_file, files
from typing import Any, Final
from zoneinfo import ZoneInfo

import typst

LIMA: Final = ZoneInfo("America/Lima")
UNKNOWN: Final = "Sin dato"
_MISSING: Final = "?"


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its header; `widths` are shares of the page."""

    columns: Sequence[str]
    widths: Sequence[int]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a document: labelled values, paragraphs, a table. Level 2, or 3 inside the one before."""

    heading: str
    pairs: Sequence[tuple[str, str]] = ()
    paragraphs: Sequence[str] = ()
    table: Table | None = None
    level: int = 2


@dataclass(frozen=True, slots=True)
class Signer:
    """A place to sign, with a box for a fingerprint or without."""

    label: str
    fingerprint: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a document says, before it is known who prints it and when."""

    title: str
    subject: str
    sections: Sequence[Section]
    signatures: Sequence[Signer] = ()
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """What makes one print verifiable."""

    code: str
    kind: str
    hash: str
    printed: str
    verify: str


@dataclass(frozen=True, slots=True)
class Letterhead:
    """At the top of each page; a neutral one names neither the register nor the crime."""

    name: str
    words: str


REGISTER: Final = Letterhead("RUV-Trata", "Registro Único de Víctimas de Trata de Personas · Perú")
NEUTRAL: Final = Letterhead("Sistema de protección", "Documento reservado entre entidades del Estado · Perú")


@dataclass(frozen=True, slots=True)
class Print:
    """A document ready to be drawn."""

    sheet: Sheet
    paper: Paper
    letterhead: Letterhead = field(default=REGISTER)


def shown_date(value: date | datetime | str | None) -> str:
    """A day as written in Peru, `26/11/2026`; of a moment, its day in Lima."""
    if value is None:
        return UNKNOWN
    if isinstance(value, str):
        value = date.fromisoformat(value[:10])
    if isinstance(value, datetime):
        value = value.astimezone(LIMA)
    return value.strftime("%d/%m/%Y")


def shown_moment(value: datetime) -> str:
    """A moment in Lima, `26/11/2026 05:38`."""
    return value.astimezone(LIMA).strftime("%d/%m/%Y %H:%M")


def paragraphs(text: str | None) -> list[str]:
    """The lines of a text, each a paragraph."""
    return [line.strip() for line in (text or UNKNOWN).splitlines() if line.strip()] or [UNKNOWN]


def render(wanted: Print) -> bytes:
    """The document as a tagged PDF in Spanish. About 20 ms; never called inside a transaction."""
    data = _cleaned(
        {**asdict(wanted.sheet), "paper": asdict(wanted.paper), "letterhead": asdict(wanted.letterhead)}
    )
    data["paper"]["replaced"] = False
    try:
        return _drawn(data)
    except typst.TypstError:
        # A sign that the fonts do not have: PDF/UA admits no empty box in its place.
        data = _cleaned(data, plain=True)
        data["paper"]["replaced"] = True
        return _drawn(data)


def _drawn(data: Mapping[str, object]) -> bytes:
    with as_file(files("app.services.printing") / "templates") as folder:
        drawn: bytes = typst.compile(
            str(folder / "form.typ"),
            root=str(folder),
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards="ua-1",
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        )
    return drawn


def _cleaned(value: Any, *, plain: bool = False) -> Any:
    """Every text without what is no sign (controls, changes of direction), or only with plain letters."""
    if isinstance(value, str):
        kept = unicodedata.normalize("NFC", value)
        return "".join(_MISSING if plain and not _plain(c) else c for c in kept if _printable(c))
    if isinstance(value, dict):
        return {name: _cleaned(part, plain=plain) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(part, plain=plain) for part in value]
    return value


@cache
def _printable(sign: str) -> bool:
    return unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co", "Cn"}


@cache
def _plain(sign: str) -> bool:
    """Signs of Spanish and of the Peruvian languages in Latin letters, which the fonts are known to have."""
    return sign <= "\u024f" or sign in "ʼ’‘“”–—…•€·«»"
