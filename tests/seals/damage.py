"""Damage as only who holds the database itself could do it, and what was told of it."""

# ruff: noqa: S608 - statements of fixed parts

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Engine

ONE = "record_id = %(r)s AND compartment = %(c)s"
NEWEST = f"{ONE} AND version = (SELECT max(version) FROM victim_blob WHERE {ONE})"
KEY_LOST = f"DELETE FROM victim_key WHERE {ONE}"
BLOB_LOST = f"DELETE FROM victim_blob WHERE {NEWEST}"
BLOB_CUT = f"UPDATE victim_blob SET sealed = substr(sealed, 1, 40) WHERE {NEWEST}"
BLOB_ALTERED = (
    f"UPDATE victim_blob SET sealed = set_byte(sealed, 30, (get_byte(sealed, 30) + 1) %% 256) WHERE {NEWEST}"
)
NEVER_SEALED = (
    f"WITH p AS (DELETE FROM sealed_part WHERE {ONE}) UPDATE compartment_head SET sealed = false WHERE {ONE}"
)
SWAPPED = (
    "UPDATE victim_blob b SET sealed = o.sealed FROM victim_blob o"
    " WHERE b.record_id <> o.record_id AND b.record_id IN (%(r)s, %(o)s) AND o.record_id IN (%(r)s, %(o)s)"
    " AND b.compartment = %(c)s AND o.compartment = %(c)s AND b.version = o.version"
)


def harm(admin: Engine, how: str, record_id: int, compartment: str = "identity", **more: Any) -> None:
    """Do damage past policies, triggers and keys."""
    with admin.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql(how, {"r": record_id, "c": compartment, **more})


def events(admin: Engine, record_id: int, action: str = "seals.broken") -> list[dict[str, Any]]:
    """Events of broken seals that name the record."""
    with admin.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT event FROM audit_event WHERE action = %(a)s ORDER BY id", {"a": action}
        )
        found = [json.loads(row[0]) for row in rows]
    return [event for event in found if record_id in event["detail"]["records"]]


def told(admin: Engine, unit_id: int, subject: str) -> list[str]:
    """Kinds of the notices a unit got about a code."""
    with admin.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT kind FROM notice WHERE unit_id = %(u)s AND subject_code = %(s)s ORDER BY id",
            {"u": unit_id, "s": subject},
        )
        return [row[0] for row in rows]


def kept_key(admin: Engine, record_id: int, compartment: str) -> dict[str, Any]:
    """The backup of a key."""
    with admin.connect() as connection:
        named = {"r": record_id, "c": compartment}
        return dict(
            connection.exec_driver_sql(f"SELECT * FROM victim_key WHERE {ONE}", named).mappings().one()
        )


def put_back(admin: Engine, key: dict[str, Any]) -> None:
    """Restore a key from its backup."""
    names, places = ", ".join(key), ", ".join(f"%({name})s" for name in key)
    with admin.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql(f"INSERT INTO victim_key ({names}) VALUES ({places})", key)
