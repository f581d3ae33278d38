r"""Values of several parts in one cell, for HTCDS files: lists, documents, places, and cells safe to open.

Lists are joined by `;` (a `;` or `\` inside an item is written `\;`, `\\`). A document or a place is its text
after what is known of it in brackets: `[DNI PE] 12345678`, `[PE 170101 2019-03] Campamento`. A bare text is
understood too, so files of other systems need no brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from app.catalogues import code_list

_ITEM = re.compile(r"(?:\\.|[^;\\])+")
_ESCAPED = re.compile(r"\\(.)")
_TAGGED = re.compile(r"\[([^\]]*)\] ?(.*)", re.DOTALL)
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_UBIGEO = re.compile(r"\d{6}", re.ASCII)


def join(items: Iterable[str]) -> str:
    """One cell of several items."""
    return ";".join(item.replace("\\", "\\\\").replace(";", "\\;") for item in items)


def split(cell: str) -> list[str]:
    """The items of a cell, without blank ones."""
    items = (_ESCAPED.sub(r"\1", found).strip() for found in _ITEM.findall(cell))
    return [item for item in items if item]


def guarded(text: str) -> str:
    """A cell a spreadsheet cannot take for a formula: an apostrophe goes before `=`, `+`, `-` or `@`."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """The text `guarded` was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def document_text(document: Mapping[str, str]) -> str | None:
    """A document as text; None when it has no number."""
    number = document.get("number")
    return None if number is None else _tagged((document.get("type"), document.get("country")), number)


def document_of(text: str) -> dict[str, str]:
    """The document a text stands for; without brackets only its number is known."""
    tags, number = _untagged(text)
    document: dict[str, str] = {}
    for tag in tags:
        if tag in code_list("document_type"):
            document["type"] = tag
        elif tag in code_list("country"):
            document["country"] = tag
        else:
            return {"number": text}
    return {**document, **({"number": number} if number else {})}


def place_text(place: Mapping[str, str]) -> str:
    """A place as text."""
    return _tagged((place.get("country"), place.get("ubigeo"), place.get("date")), place.get("description"))


def place_of(text: str) -> dict[str, str]:
    """The place a text stands for; without brackets it is a description."""
    tags, description = _untagged(text)
    place: dict[str, str] = {}
    for tag in tags:
        if tag in code_list("country"):
            place["country"] = tag
        elif _UBIGEO.fullmatch(tag):
            place["ubigeo"] = tag
        elif tag[:4].isdigit():
            place["date"] = tag
        else:
            return {"description": text}
    return {**place, **({"description": description} if description else {})}


def _tagged(tags: Iterable[str | None], text: str | None) -> str:
    known = " ".join(tag for tag in tags if tag)
    if not known and not (text or "").startswith("["):
        return text or ""
    return f"[{known}] {text or ''}".rstrip()


def _untagged(text: str) -> tuple[list[str], str]:
    match = _TAGGED.fullmatch(text)
    return (match[1].split(), match[2].strip()) if match else ([], text)
