"""Codes that the register stores are written once: in `app/states`, and by their names everywhere else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from app import states
from app.states import Codes
from tests.architecture.rules import Source, sources

ENUMERATIONS: dict[str, type[Codes]] = {
    name: found for name in states.__all__ if issubclass(found := getattr(states, name), Codes)
}
AMBIGUOUS = frozenset(
    {
        "ALTA",  # how grave a finding is
        "ARCHIVO",  # what the command line calls a file
        "CAR",  # a kind of unit
        "CONSENTIMIENTO",  # a basis in law
        "HRT",  # a kind of unit
        "ILOCALIZABLE",  # a reason
        "JEFATURA",  # who signs a plan
        "LOGRADO",  # how far an objective was reached
        "NNA",  # whom a service takes
        "NO_ASISTIO",  # a reason
        "PERSONA",  # who signs, asks or withdraws
        "REGISTRO",  # how a case came into the register
        "SALIDA",  # a reason
        "TRASLADO",  # a reason, and a kind of notice
    }
)
"""Codes that are something else too: of these nobody can say by the word alone which one is meant."""
DISTINCT = (
    frozenset(code.value for codes in ENUMERATIONS.values() for code in codes if code.value.isupper())
    - AMBIGUOUS
)

_IN_SQL = re.compile(r"'([A-Z][A-Z_]+)'")
_TEMPLATE = re.compile(r"{[{%].*?[%}]}", re.DOTALL)
_IN_TEMPLATE = re.compile(r"""(["'])([A-Z][A-Z_]+)\1""")
_NAMED = re.compile(rf"\b({'|'.join(ENUMERATIONS)})\.(\w+)")


def codes_are_written_once(root: Path) -> list[str]:
    """No code of a state stands as a text: neither alone, nor in SQL, nor in what a template does."""
    return [
        *(
            finding
            for source in sources(root, "app")
            if not source.within("app/states/")
            for finding in _texts(source)
        ),
        *(finding for path in sorted((root / "app").rglob("*.html")) for finding in _template(root, path)),
    ]


def _texts(source: Source) -> Iterator[str]:
    shown = {
        id(node.value)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in shown:
            for code in sorted({node.value, *_IN_SQL.findall(node.value)} & DISTINCT):
                yield source.at(node, f"{code} is written out")


def _template(root: Path, path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    for part in _TEMPLATE.finditer(text):
        line = f"{path.relative_to(root).as_posix()}:{text.count(chr(10), 0, part.start()) + 1}"
        for _quote, code in _IN_TEMPLATE.findall(part[0]):
            if code in DISTINCT:
                yield f"{line}: {code} is written out"
        for name, member in _NAMED.findall(part[0]):
            if member not in ENUMERATIONS[name].__members__:
                yield f"{line}: {name} has no {member}"
