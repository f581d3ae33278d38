"""Reading of the code lists: small CSV files kept beside this module, one list a file."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType

MULTI = "|"
"""Separates the foreign codes of one mapping cell."""

ONE_WAY = ">"
"""Before a foreign code: good for export only, as several own codes fold into it."""


class UnknownList(LookupError):
    """A code list that does not exist was asked for (a programming error, never user input)."""


@dataclass(frozen=True, slots=True)
class CodeList:
    """One code list: its codes in the order in which a form shows them, and what each maps to.

    Every row has at least ``code``, ``label_es`` and ``source``; other columns (``htcds_code``, ``ctdc``,
    ``reta``, ``palermo``, ``ic_tip_code``, ``valid_from``, ``valid_to`` ...) exist only where the list
    needs them.
    """

    name: str
    rows: tuple[Mapping[str, str], ...]
    codes: tuple[str, ...]
    labels: Mapping[str, str]
    index: Mapping[str, Mapping[str, str]]

    def __contains__(self, code: object) -> bool:
        return code in self.index

    def label(self, code: str) -> str:
        """The Spanish label of ``code``; raises ``KeyError`` for a code that is not of this list."""
        return self.labels[code]

    def valid(self, code: str, on: date | None = None) -> bool:
        """Whether ``code`` is of this list and, if a day is given, in force on that day.

        An empty ``valid_from`` or ``valid_to`` leaves that side open.
        """
        row = self.index.get(code)
        if row is None:
            return False
        if on is None:
            return True
        day = on.isoformat()
        start, end = row.get("valid_from", ""), row.get("valid_to", "")
        return (not start or start <= day) and (not end or day <= end)

    def value(self, code: str, column: str) -> str | None:
        """The raw cell of ``column`` for ``code``; ``None`` where empty or the list lacks the column."""
        return self.index[code].get(column) or None

    def mapped(self, code: str, column: str) -> tuple[str, ...]:
        """The foreign codes of ``code`` in a mapping column (``ctdc``, ``reta`` ...), preferred one first."""
        return tuple(foreign.removeprefix(ONE_WAY) for foreign in _cells(self.index[code], column))

    def htcds(self, code: str) -> str | None:
        """The HTCDS 2.0 code of ``code``, byte-exact; ``None`` where the standard has none."""
        return next(iter(self.mapped(code, "htcds_code")), None)

    def by(self, column: str) -> Mapping[str, str]:
        """Foreign code -> own code through a mapping column; codes good for export only are left out."""
        return _reverse(self.name, column)

    @property
    def by_htcds(self) -> Mapping[str, str]:
        """HTCDS 2.0 code -> own code."""
        return self.by("htcds_code")


@cache
def code_list(name: str) -> CodeList:
    """The code list called ``name`` (read once a process). Raises ``UnknownList``."""
    if name not in list_names():
        raise UnknownList(name)
    text = (files("app.catalogues") / "lists" / f"{name}.csv").read_text(encoding="utf-8")
    rows = tuple(MappingProxyType(dict(row)) for row in csv.DictReader(text.splitlines()))
    index = {row["code"]: row for row in rows}
    if len(index) != len(rows):
        raise ValueError(f"code list {name}: a code is given twice")
    labels = {code: row["label_es"] for code, row in index.items()}
    return CodeList(name, rows, tuple(index), MappingProxyType(labels), MappingProxyType(index))


@cache
def list_names() -> tuple[str, ...]:
    """The names of all code lists, sorted."""
    folder = files("app.catalogues") / "lists"
    return tuple(sorted(f.name.removesuffix(".csv") for f in folder.iterdir() if f.name.endswith(".csv")))


@cache
def _reverse(name: str, column: str) -> Mapping[str, str]:
    reverse: dict[str, str] = {}
    for row in code_list(name).rows:
        for foreign in _cells(row, column):
            if not foreign.startswith(ONE_WAY) and reverse.setdefault(foreign, row["code"]) != row["code"]:
                raise ValueError(f"code list {name}: two codes claim one value of {column}")
    return MappingProxyType(reverse)


def _cells(row: Mapping[str, str], column: str) -> list[str]:
    return [cell for cell in (row.get(column) or "").split(MULTI) if cell]
