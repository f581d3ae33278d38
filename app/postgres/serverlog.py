"""Reading PostgreSQL's own log: how far a recovery is, and why a start failed."""

import os
import re
import shutil
from pathlib import Path

_ROTATE_AT = 10 * 1024 * 1024
_TAIL = 256 * 1024
_LSN = r"([0-9A-F]+)/([0-9A-F]+)"
_REDO_START = re.compile(rf"redo starts at {_LSN}")
_REDO_NOW = re.compile(rf"redo in progress, elapsed time: ([0-9.]+) s, current LSN: {_LSN}")
_SYNCING = re.compile(r"syncing data directory \(\w+\), elapsed time: ([0-9.]+) s")
_FATAL = re.compile(r"(?:FATAL|PANIC):\s+(.*)")
_UNREAPED = re.compile(
    r"lock file \"[^\"]*\" (?:already exists|is empty)|pre-existing shared memory block|could not bind|"
    r"could not lock|is another postmaster"
)


class ServerLog:
    """The part of `postgres.log` that one start of the server wrote."""

    def __init__(self, path: Path) -> None:
        """Remember where the file ends now."""
        self._path = path
        self._start = path.stat().st_size if path.exists() else 0

    def text(self) -> str:
        """What was written since, at most its last 256 KB."""
        try:
            with self._path.open("rb") as log:
                size = log.seek(0, os.SEEK_END)
                log.seek(max(min(self._start, size), size - _TAIL))
                return log.read().decode(errors="replace")
        except FileNotFoundError:
            return ""

    def must_wait(self) -> bool:
        """Whether the start failed only because remains of the last server are still there."""
        return _UNREAPED.search(self.text()) is not None

    def reason(self) -> str:
        """The last FATAL line, or "" if there is none."""
        found = _FATAL.findall(self.text())
        return found[-1].strip() if found else ""

    def recovery(self) -> str | None:
        """A Spanish sentence about a recovery under way; None if none began."""
        return describe_recovery(self.text())


def describe_recovery(text: str) -> str | None:
    """Turn the recovery lines of the log into one Spanish sentence, with the amount of log replayed.

    PostgreSQL does not know the end beforehand, so no percentage is promised.
    """
    if (last := _last(_REDO_NOW, text)) is not None:
        seconds, now = float(last[1]), _position(last[2], last[3])
        begin = _REDO_START.search(text)
        done = f"{(now - _position(begin[1], begin[2])) / 1e6:.0f} MB repetidos en " if begin else ""
        return f"Recuperando la base de datos tras un corte: {done}{seconds:.0f} s."
    if (last := _last(_SYNCING, text)) is not None:
        return f"Comprobando los archivos de la base de datos: {float(last[1]):.0f} s."
    if "redo done" in text or "end-of-recovery" in text:
        return "Recuperación casi lista: se guarda un punto de control."
    if "automatic recovery in progress" in text or "redo starts" in text or "was interrupted" in text:
        return "Recuperando la base de datos tras un corte."
    return None


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = None
    for found in pattern.finditer(text):  # noqa: B007 - the last one is wanted
        pass
    return found


def _position(high: str, low: str) -> int:
    return (int(high, 16) << 32) + int(low, 16)


def rotate(path: Path) -> None:
    """Keep one earlier log of at most 10 MB: copy and truncate, as the server holds the file open."""
    try:
        if path.stat().st_size < _ROTATE_AT:
            return
        older = path.with_suffix(".log.1")
        older.unlink(missing_ok=True)
        shutil.copy2(path, older, follow_symlinks=False)
        os.truncate(path, 0)
    except FileNotFoundError:
        return
