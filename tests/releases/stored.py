"""Reads what a release stored."""

from __future__ import annotations

import csv
import io

from app.postgres.names import RELEASE
from app.runtime import Runtime
from app.services.releases.queries import find_release, list_files, read_file


def files_of(runtime: Runtime, code: str) -> dict[tuple[str, str], bytes]:
    with runtime.database.reporting(RELEASE) as connection:
        view = find_release(connection, code, drafts=True)
        return {
            (f.name, f.format): read_file(connection, view, f.name, f.format).content
            for f in list_files(connection, view)
        }


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))
