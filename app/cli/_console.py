"""What the command line writes: results on standard output, progress and errors on standard error."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from typer import TyperException

out = Console(highlight=False, markup=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


class Failure(TyperException):
    """The command could not do it (exit code 1); the text is Spanish and says the way out."""

    exit_code = 1


class BadUsage(TyperException):
    """The command was called wrongly (exit code 2)."""

    exit_code = 2


def show(text: str, *, end: str = "\n") -> None:
    """A result, as it is."""
    out.print(text, end=end)


def show_json(value: object) -> None:
    """A result for machines: one JSON document."""
    out.print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def show_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A result for people: a table, as wide as its content."""
    table = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*row)
    out.print(table, soft_wrap=False)


def say(text: str) -> None:
    """Progress."""
    err.print(text)


def complain(text: str) -> None:
    """One line about what went wrong."""
    err.print(f"ruv: {text}", style="red")
