"""Well-formed rows for every table of a person, made from the models alone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    LargeBinary,
    SmallInteger,
    Table,
    Uuid,
)
from sqlalchemy.engine import Connection

from app.models import Base

PERSON_TABLES = [
    t
    for t in Base.metadata.sorted_tables
    if "victim_id" in t.c
    and t.name not in {"audit_event", "command_request", "match_candidate", "referral_step"}
]
"""In the order of their foreign keys. The trace is written about anybody, in scope or not; pairs of records
and commands have tests of their own, and the database itself writes the steps of a referral."""


ONE_OF = {"evidence_file.plan_id"}
"""Columns that may be empty where another one is not."""


def row(table: Table, known: dict[str, Any]) -> dict[str, Any]:
    """A row with a value for every column that needs one; `known` values by column name, or by `table.id`."""
    values = {}
    for column in table.columns:
        asked = f"{table.name}.{column.name}" in ONE_OF
        if (
            (column.nullable and not asked)
            or column.server_default is not None
            or column.identity is not None
        ):
            continue
        parent = next((f"{k.column.table.name}.id" for k in column.foreign_keys if k.column.name == "id"), "")
        values[column.name] = known.get(column.name, known.get(parent, _value(column)))
    return values


def _value(column: Column[Any]) -> Any:
    kind = column.type
    if isinstance(kind, ARRAY):
        return ["identity"]
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, BigInteger | SmallInteger):
        return 1
    if isinstance(kind, DateTime):
        return datetime.now(UTC)
    if isinstance(kind, Date):
        return date(2024, 5, 2)
    if isinstance(kind, LargeBinary):
        return b"\0"
    assert not isinstance(kind, Uuid)
    for rule in column.table.constraints:  # a column of codes: any of them
        if isinstance(rule, CheckConstraint) and str(rule.sqltext).startswith(f"{column.name} IN"):
            return re.findall("'(.*?)'", str(rule.sqltext))[0]
    return f"x-{column.name}"


def insert_sql(table: Table, values: dict[str, Any]) -> str:
    """The statement that adds the row."""
    names = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join(f"%({name})s" for name in values)
    return f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'  # noqa: S608


def plant(connection: Connection, known: dict[str, Any]) -> dict[str, Any]:
    """One row in each table of the person, past every lock; returns the keys children refer to."""
    keys = dict(known)
    # A key before what it seals, and a head after what it says is there.
    for table in sorted(PERSON_TABLES, key=lambda t: (t.name != "victim_key", t.name == "compartment_head")):
        if table.name in {"victim_code", "trafficking_case"}:
            continue
        values = row(table, keys)
        returning = " RETURNING id" if "id" in table.c else ""
        made = connection.exec_driver_sql(
            insert_sql(table, values) + " ON CONFLICT DO NOTHING" + returning, values
        )
        if returning and (found := made.first()):
            keys[f"{table.name}.id"] = keys[f"{table.name}_id"] = found[0]
            keys |= {"plan_id": keys.get("plan.id"), "objective_id": keys.get("plan_objective.id")}
            keys |= {"activity_id": keys.get("plan_activity.id")}
    return {name: value for name, value in keys.items() if value is not None}
