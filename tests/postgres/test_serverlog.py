"""Recovery told in Spanish, and a log that does not grow without end."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from app.postgres import serverlog as subject
from app.postgres.serverlog import ServerLog, describe_recovery, rotate

if TYPE_CHECKING:
    from pathlib import Path

REDO = "2026-01-01 LOG:  redo starts at 0/1000000\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("LOG:  database system is ready to accept connections", None),
        (
            "LOG:  database system was not properly shut down; automatic recovery in progress",
            "tras un corte.",
        ),
        (
            REDO + "LOG:  redo in progress, elapsed time: 1.00 s, current LSN: 0/2000000\n"
            "LOG:  redo in progress, elapsed time: 12.30 s, current LSN: 1/0\n",
            "4278 MB repetidos en 12 s.",
        ),
        ("LOG:  redo in progress, elapsed time: 2.00 s, current LSN: 0/2000000\n", "tras un corte: 2 s."),
        ("LOG:  syncing data directory (fsync), elapsed time: 3.10 s, current path: ./base/1", "3 s."),
        (REDO + "LOG:  redo done at 0/2000000", "punto de control."),
    ],
)
def test_recovery_is_told_in_one_sentence(text: str, expected: str | None) -> None:
    told = describe_recovery(text)
    assert (told is None) == (expected is None)
    assert told is None or told.endswith(expected or "")


def test_only_what_this_start_wrote_is_read(tmp_path: Path) -> None:
    path = tmp_path / "postgres.log"
    path.write_text("FATAL:  antes\n")
    log = ServerLog(path)
    assert log.reason() == ""
    with path.open("a") as out:
        out.write('FATAL:  lock file "postmaster.pid" already exists\n')
    assert log.must_wait()
    assert log.reason() == 'lock file "postmaster.pid" already exists'


def test_a_missing_log_is_empty(tmp_path: Path) -> None:
    log = ServerLog(tmp_path / "no")
    assert (log.text(), log.must_wait(), log.recovery()) == ("", False, None)
    rotate(tmp_path / "no")


def test_a_large_log_is_cut_and_one_older_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "_ROTATE_AT", 100)
    path = tmp_path / "postgres.log"
    fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        for _ in range(3):
            os.write(fd, b"x" * 120)
            rotate(path)
            assert path.stat().st_size == 0
        os.write(fd, b"nueva")
        rotate(path)
    finally:
        os.close(fd)
    assert path.read_bytes() == b"nueva"
    assert [p.name for p in sorted(tmp_path.iterdir())] == ["postgres.log", "postgres.log.1"]
