"""Fields of a table's row in a case: those a person may write, as controls, and what is known, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.access.policy import policy
from app.records import Partial
from app.records.rows import ROWS, row_fields
from app.web.kit.controls import Control, controls, shown
from app.web.kit.page import Page

OPENED = frozenset({"full", "partial"})
"""Levels, as a case answers them, at which a part of the record is read."""


def writable(page: Page, case: Mapping[str, Any], table: str) -> list[str]:
    """Names of the fields of a table that the person at the browser may write in a case, in order."""
    compartment = ROWS[table].compartment
    level = case["_access"].get(compartment)
    if level not in OPENED or not policy().cell(page.actor.role, compartment).write:
        return []
    specs = row_fields(table)
    return [name for name, spec in specs.items() if level == "full" or spec.partial is Partial.SHOW]


def drawn(page: Page, case: Mapping[str, Any], table: str, *, less: Iterable[str] = ()) -> list[Control]:
    """Controls of the writable fields of a table, without some; none where nothing may be written."""
    left = [name for name in writable(page, case, table) if name not in set(less)]
    return controls(row_fields(table), only=left) if left else []


def words(table: str, data: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """What is known of a row as (label, words), in the order of its fields; the unknown is left out."""
    asked = controls(row_fields(table))
    return [(c.label, shown(c, data[c.key])) for c in asked if data.get(c.key) not in (None, "", [])]


def version_of(page: Page) -> int:
    """The version a form was opened at; without one, a version that never is, which the service refuses."""
    return -1 if page.form.version is None else page.form.version
