"""The code lists in force, to be looked through. They are files of the program: nobody changes them here."""

from __future__ import annotations

import csv
import unicodedata
from functools import cache
from importlib.resources import files

from typing_extensions import TypedDict

from app.catalogues import code_list, list_names
from app.errors import NotFound


@cache
def titles() -> dict[str, str]:
    """Spanish title of every list, by its name."""
    text = (files("app.catalogues") / "titles.csv").read_text(encoding="utf-8")
    return {row["name"]: row["title_es"] for row in csv.DictReader(text.splitlines())}


class CodeListTitleView(TypedDict):
    """A code list, and how many codes it has."""

    name: str
    title: str
    codes: int


class CodeView(TypedDict):
    """A code of a list; without `valid_from` it was always there, without `valid_to` it still is."""

    code: str
    label: str
    source: str
    valid_from: str | None
    valid_to: str | None


class CodeListView(TypedDict):
    """A code list with its codes, or those that were looked for; `total`: all it has."""

    items: list[CodeView]
    next: str | None
    name: str
    title: str
    total: int


def lists() -> list[CodeListTitleView]:
    """Every list by title, and how many codes it has."""
    found: list[CodeListTitleView] = [
        {"name": name, "title": titles().get(name, name), "codes": len(code_list(name).codes)}
        for name in list_names()
    ]
    return sorted(found, key=lambda one: _folded(one["title"]))


def codes_of(name: str, text: str = "") -> CodeListView:
    """A list with its codes in the order of the forms; `text` keeps those whose code or label has it.

    Capitals and accents make no difference.

    Raises:
        NotFound: no such list.
    """
    if name not in list_names():
        raise NotFound("No existe esa lista.")
    wanted = _folded(text.strip())
    items: list[CodeView] = [
        {
            "code": row["code"],
            "label": row["label_es"],
            "source": row["source"],
            "valid_from": row.get("valid_from") or None,
            "valid_to": row.get("valid_to") or None,
        }
        for row in code_list(name).rows
        if wanted in _folded(row["code"]) or wanted in _folded(row["label_es"])
    ]
    return {
        "name": name,
        "title": titles().get(name, name),
        "total": len(code_list(name).codes),
        "items": items,
        "next": None,
    }


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
