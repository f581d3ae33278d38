"""What became of the rows of an import, one by one and counted. Names and codes, never a value."""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

from app.errors import Invalid, wrong
from app.records.errors import FieldError

CREATED, VALID, PRESENT, REFUSED = "creada", "valida", "ya_estaba", "rechazada"
JOINED, HELD = "unida", "retenida"
"""After a comparison: a row of somebody registered, and one that waits until somebody decides."""
REMARK = "aviso"
HEADER = ("linea", "resultado", "codigo", "campo", "motivo", "persona")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row: its line, result, errors if it was refused, remarks, and the person's code."""

    line: int
    result: str
    errors: tuple[FieldError, ...] = ()
    warnings: tuple[FieldError, ...] = ()
    person: str | None = None


@dataclass(slots=True)
class Summary:
    """Counts of an import."""

    rows: int
    read: int = 0
    results: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)
    unknown_columns: dict[str, int] = field(default_factory=dict)
    columns_elsewhere: dict[str, int] = field(default_factory=dict)

    def add(self, outcomes: Sequence[Outcome]) -> None:
        """Count the outcomes of a batch."""
        for outcome in outcomes:
            self.read += 1
            self.results[outcome.result] += 1
            self.refusals.update({f"{e['field']}: {e['code']}" for e in outcome.errors})
            self.warnings.update(f"{w['field']}: {w['code']}" for w in outcome.warnings)


class Writer(Protocol):
    """Takes the outcomes of a batch."""

    def __call__(self, outcomes: Sequence[Outcome], /) -> None:
        """Take them."""


@contextmanager
def report(path: Path | None) -> Iterator[Writer]:
    """A CSV file with a line for each row and remark, readable by its owner alone; None: no file.

    It names persons by their public code.

    Raises:
        Invalid: the file cannot be written.
    """
    if path is None:
        yield lambda outcomes: None  # noqa: ARG005
        return
    try:
        handle = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8")
    except OSError:
        raise Invalid("No se puede escribir el informe; revise la ruta y los permisos.") from None
    with handle:
        yield _writer(handle)


def _writer(handle: IO[str]) -> Writer:
    lines = csv.writer(handle, lineterminator="\n")
    lines.writerow(HEADER)

    def write(outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            lines.writerows(_lines(outcome))
        handle.flush()

    return write


def _lines(outcome: Outcome) -> Iterator[tuple[object, ...]]:
    person = outcome.person or ""
    for error in outcome.errors or (wrong("", "", ""),):
        yield outcome.line, outcome.result, error["code"], error["field"], error["message"], person
    for warning in outcome.warnings:
        yield outcome.line, REMARK, warning["code"], warning["field"], warning["message"], person
