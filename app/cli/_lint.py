"""The SQL of the migrations that are deployed nowhere yet, taken down as it runs, before a linter."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from alembic.script import ScriptDirectory
from psycopg.pq import TransactionStatus
from sqlalchemy import URL, NullPool, create_engine

from app.cli._console import Failure
from app.cli._migrations import quiet_config
from app.schema import migrations_path

DEPLOYED = "0029_idempotency_life"
"""The last revision that runs somewhere: it and those before it never change, so nobody judges them."""

_BEGIN, _COMMIT = "BEGIN;\n", "COMMIT;\n"


def undeployed() -> list[str]:
    """The revisions after the deployed one, in the order in which they are applied."""
    script = ScriptDirectory(str(migrations_path()))
    return [one.revision for one in script.iterate_revisions("heads", DEPLOYED)][::-1]


def lint(owner: URL, revisions: list[str]) -> list[str]:
    """Apply the revisions in an empty database and lint what they ran; each finding names revision and rule.

    Raises:
        Failure: the linter is not installed, or could not read the SQL.
    """
    with tempfile.TemporaryDirectory(prefix="ruv-sql-") as folder:
        for revision, statements in taken_down(owner, revisions).items():
            (Path(folder) / f"{revision}.sql").write_text(statements, encoding="utf-8")
        return judged(Path(folder), migrations_path() / "squawk.toml")


def taken_down(owner: URL, revisions: list[str]) -> dict[str, str]:
    """The SQL that each revision sends to the server on its way up, transactions and time limits included."""
    sent: list[str] = []
    factory = {"cursor_factory": _taking_down(sent)}
    made = {}
    with create_engine(owner, poolclass=NullPool, connect_args=factory).connect() as connection:
        config = quiet_config(connection)
        command.upgrade(config, DEPLOYED)
        for revision in revisions:
            sent.clear()
            command.upgrade(config, revision)
            made[revision] = "".join(sent) + _COMMIT  # of the lock let go at the end
    return made


def _taking_down(sent: list[str]) -> type[psycopg.Cursor[Any]]:
    """A cursor that notes every statement, and where transactions begin and end around it."""

    class TakingDown(psycopg.Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
            if self.connection.info.transaction_status is TransactionStatus.IDLE:
                begun = (
                    next((mark for mark in reversed(sent) if mark in {_BEGIN, _COMMIT}), _COMMIT) == _BEGIN
                )
                sent.extend([_COMMIT] * begun + [_BEGIN] * (not self.connection.autocommit))
            sent.append(f"{psycopg.ClientCursor(self.connection).mogrify(query, params)}\n;\n")
            return super().execute(query, params, **options)

    return TakingDown


def judged(folder: Path, rules: Path) -> list[str]:
    """What the linter says of the SQL files of a folder, a line a finding.

    Raises:
        Failure: it is not installed, or ended otherwise than with findings.
    """
    files = sorted(path.name for path in folder.glob("*.sql"))
    done = subprocess.run(  # noqa: S603 - our own files, no shell
        [_linter(), "--config", str(rules.resolve()), "--reporter", "gcc", *files],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = done.stdout.splitlines()
    if done.returncode != 0 and not found:
        raise Failure(f"squawk no pudo revisar el SQL: {done.stderr.strip()}")
    return found


def _linter() -> str:
    beside = Path(sys.executable).with_name("squawk")
    path = str(beside) if beside.exists() else shutil.which("squawk")
    if path is None:
        raise Failure("Falta squawk, que revisa el SQL de las migraciones: `make venv` lo instala.")
    return path
