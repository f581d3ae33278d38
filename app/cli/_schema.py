"""The database as it stands after the last migration, as pages of SQL beside the migrations.

One file a table (columns, constraints, indexes, policies, triggers, rights), one a name of functions. They
are read and reviewed, never run; data is not asked for, so they hold none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from app.cli import _schema_sql as sql
from app.cli._console import Failure
from app.cli._layout import WIDTH, laid_out

_HEAD = "-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.\n"
_INSIDE = "    "
_CREATE = "CREATE OR REPLACE "
Statements = Iterable[tuple[str, str]]
"""Statements, each with the page it belongs to."""


def outcome(connection: Connection, head: str) -> dict[str, str]:
    """The files that say what the migrations come to, by path below theirs, from a database at the head."""
    return {"HEAD": f"{head}\n", **{f"schema/{name}.sql": page for name, page in pages(connection).items()}}


def pages(connection: Connection) -> dict[str, str]:
    """The pages of a database by name.

    Raises:
        Failure: the database holds something of a kind that no page shows.
    """
    connection.exec_driver_sql("SET LOCAL search_path = public")
    try:
        if unshown := connection.scalars(text(sql.OWN + sql.UNSHOWN)).all():
            raise Failure(f"Las páginas del esquema no muestran cosas de esta clase: {', '.join(unshown)}.")
        made = _statements(connection)
    finally:
        connection.rollback()
    return {page: "\n".join([_HEAD, *statements]) for page, statements in sorted(made.items())}


def _statements(connection: Connection) -> dict[str, list[str]]:
    made: dict[str, list[str]] = defaultdict(list)
    for page, statement in [
        *_asked(connection, sql.SCHEMAS),
        *_asked(connection, sql.TYPES),
        *_functions(connection),
        *_tables(connection),
        *((page, laid_out(statement)) for page, statement in _asked(connection, sql.INDEXES)),
        *_policies(connection),
        *_asked(connection, sql.TRIGGERS),
        *_rights(connection),
    ]:
        made[page].append(f"{statement}\n")
    return made


def _asked(connection: Connection, query: str) -> list[Any]:
    return list(connection.execute(text(sql.OWN + query)))


def _functions(connection: Connection) -> Statements:
    """Bodies stay as they were written, byte for byte; only what stands before them is laid out."""
    for page, definition, owned in _asked(connection, sql.FUNCTIONS):
        head, mark, body = definition.partition("\nAS ")
        lines = [
            laid_out(line, line[: -len(line.lstrip())]) for line in head.removeprefix(_CREATE).splitlines()
        ]
        yield page, _CREATE + "\n".join(lines) + f"{mark}{body};\n{owned}"


def _tables(connection: Connection) -> Statements:
    parts: dict[str, list[str]] = defaultdict(list)
    for page, line in [*_asked(connection, sql.COLUMNS), *_asked(connection, sql.CONSTRAINTS)]:
        parts[page].append(laid_out(line, _INSIDE))
    for page, name, altered in _asked(connection, sql.TABLES):
        yield page, f"CREATE TABLE {name} (\n" + ",\n".join(parts[page]) + f"\n);\n{altered}"


def _policies(connection: Connection) -> Statements:
    for page, head, using, check in _asked(connection, sql.POLICIES):
        clauses = [
            _clause(word, it) for word, it in (("USING", using), ("WITH CHECK", check)) if it is not None
        ]
        yield page, "\n".join([head, *clauses]) + ";"


def _rights(connection: Connection) -> Statements:
    rights: dict[str, list[str]] = defaultdict(list)
    for page, statement in _asked(connection, sql.RIGHTS):
        rights[page].append(laid_out(statement))
    for page, statements in rights.items():
        yield page, "\n".join(statements)


def _clause(word: str, expression: str) -> str:
    inner = laid_out(expression, 2 * _INSIDE)
    short = f"{_INSIDE}{word} ({inner.strip()})"
    return short if "\n" not in inner and len(short) <= WIDTH else f"{_INSIDE}{word} (\n{inner}\n{_INSIDE})"


def differing(made: dict[str, str], folder: Path) -> list[str]:
    """Which of the files below a folder are not what was made, are missing, or say what is there no more."""
    there = {str(path.relative_to(folder)) for path in (folder / "schema").rglob("*.sql")}
    return sorted({name for name, page in made.items() if _read(folder / name) != page} | there - set(made))


def write(made: dict[str, str], folder: Path) -> list[str]:
    """Make the files below a folder those; returns the names of the ones that changed."""
    changed = differing(made, folder)
    for name in changed:
        path = folder / name
        if name in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(made[name], encoding="utf-8")
        else:
            path.unlink()
    return changed


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None
