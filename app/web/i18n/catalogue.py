"""Keep the catalogues of translations in step with the sentences the pages use."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

TRANSLATED = ("en", "quz")
PATH = Path("app/web/i18n")
"""The folder of the catalogues in the repository."""
_KEYWORDS = {"_": None, "_mark": None, "gettext": None, "ngettext": (1, 2)}


@cache
def sentences() -> tuple[str | tuple[str, ...], ...]:
    """Every sentence of the pages once (with its plural, where it has one), in the sources' order."""
    return tuple(dict.fromkeys(_found()))


def _found() -> Iterator[str | tuple[str, ...]]:
    root = Path(str(files("app.web")))
    for path in sorted(root.rglob("*")):
        if path.suffix == ".py":
            yield from _of_module(path)
        elif path.suffix == ".html":
            method: Any = babel_extract
            with path.open("rb") as source:
                for _, message, *_rest in extract(method, source, _KEYWORDS, (), {"trimmed": "true"}):
                    if message:
                        yield message


def _of_module(path: Path) -> Iterator[str | tuple[str, ...]]:
    """Sentences of a Python source: only what is given as it is, not what a call works out."""
    calls = (node for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.Call))
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        given = [each.value for each in call.args if isinstance(each, ast.Constant)]
        texts = tuple(each for each in given if isinstance(each, str) and each)
        if name == "ngettext" and len(texts) > 1:
            yield texts[:2]
        elif name in _KEYWORDS and texts and isinstance(call.args[0], ast.Constant):
            yield texts[0]


def catalogue_path(language: str) -> Path:
    """Where the catalogue of a language is kept."""
    return Path(str(files("app.web.i18n"))) / f"{language}.po"


def updated(language: str) -> str:
    """The catalogue with every sentence of today, its translations kept, and nothing else."""
    path = catalogue_path(language)
    known = read_po(BytesIO(path.read_bytes())) if path.is_file() else Catalog()
    made = Catalog(locale=None, fuzzy=False)
    for message in sentences():
        found = known.get(message if isinstance(message, str) else message[0])
        made.add(message, string=found.string if found else None)
    out = BytesIO()
    write_po(out, made, width=110, omit_header=True, sort_output=True, no_location=True)
    header = f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    plural = '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
    return header + plural + "\n" + out.getvalue().decode()


def untranslated(language: str) -> list[str]:
    """Sentences of today that the catalogue has no translation of."""
    path = catalogue_path(language)
    known = read_po(BytesIO(path.read_bytes())) if path.is_file() else Catalog()
    missing = []
    for message in sentences():
        found = known.get(message if isinstance(message, str) else message[0])
        if found is None or not found.string or (isinstance(found.string, tuple) and not all(found.string)):
            missing.append(message if isinstance(message, str) else message[0])
    return missing
