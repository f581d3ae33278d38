"""What each role gets straight in SQL, as the application's database role with the actor bound."""

from __future__ import annotations

from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.models import Base
from tests.access.http_checks import levels_of
from tests.access.matrix import COMPARTMENTS, MATRIX, OPENED, Office, Person

BY_COMPARTMENT = ("victim_blob", "victim_key", "compartment_head")
FACES = {"profile": "identity", "exploitation": "legal"}
PERSON_TABLES = sorted(name for name, table in Base.metadata.tables.items() if "victim_id" in table.c)
NOT_READ = {"victim_token"}  # the application may only add to it
KEY = (
    "INSERT INTO victim_key (victim_id, record_id, compartment, version, kek_id, wrapped)"
    " SELECT %(victim)s, %(victim)s, %(compartment)s, 9, min(id), '\\x00' FROM kek"
)
BLOB = (
    "INSERT INTO victim_blob (victim_id, record_id, compartment, version, schema_version, key_version,"
    " sealed, created_by, unit_id)"
    " VALUES (%(victim)s, %(victim)s, %(compartment)s, %(version)s, 1, 1, '\\x00', %(user)s, %(unit)s)"
)
HEAD = (
    "INSERT INTO compartment_head (victim_id, record_id, compartment, version, unit_id)"
    " VALUES (%(victim)s, %(victim)s, %(compartment)s, 1, %(unit)s)"
    " ON CONFLICT (victim_id, compartment, record_id) DO UPDATE SET version = compartment_head.version + 1,"
    " unit_id = %(unit)s"
)


def refused(session: Session, statement: str, **values: Any) -> bool:
    """Whether row-level security or a missing grant refuses the statement; it leaves nothing behind."""
    savepoint = session.begin_nested()
    try:
        session.connection().exec_driver_sql(statement, values)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != "42501":
            raise
        return True
    finally:
        savepoint.rollback()
    return False


def counts(session: Session, table: str, person: Person) -> dict[str, int]:
    """Rows of a table about the person, by compartment."""
    statement = f"SELECT compartment, count(*) FROM {table} WHERE victim_id = %(v)s GROUP BY 1"  # noqa: S608
    return {
        row[0]: row[1] for row in session.connection().exec_driver_sql(statement, {"v": person.victim_id})
    }


def row_violations(office: Office, person: Person, actor: Actor, levels: dict[str, str]) -> list[str]:
    """Rows that show without the level for them, or do not with it."""
    found = []
    full = {table: _all(office, table, person) for table in BY_COMPARTMENT}
    with office.world.session(actor) as session:
        seen = {table: counts(session, table, person) for table in BY_COMPARTMENT}
        for table, name in FACES.items():
            statement = f"SELECT count(*) FROM {table} WHERE victim_id = %(v)s"  # noqa: S608
            rows = session.connection().exec_driver_sql(statement, {"v": person.victim_id}).scalar_one()
            if bool(rows) != (levels[name] in OPENED):
                found.append(f"{rows} rows of {table} at level {levels[name]}")
    for name in COMPARTMENTS:
        for table in BY_COMPARTMENT:
            shows = levels[name] in (OPENED | {"exists"} if table == "compartment_head" else OPENED)
            wanted = full[table].get(name, 0) if shows else 0
            if seen[table].get(name, 0) != wanted:
                found.append(f"{seen[table].get(name, 0)} rows of {table}.{name}, not {wanted}")
    return found


def _all(office: Office, table: str, person: Person) -> dict[str, int]:
    statement = f"SELECT compartment, count(*) FROM {table} WHERE victim_id = %(v)s GROUP BY 1"  # noqa: S608
    return dict(map(tuple, office.run(statement, v=person.victim_id)))


def insert_violations(
    office: Office, person: Person, actor: Actor, compartment: str, wanted: str
) -> list[str]:
    """A sealed version, a key or a head may be written with +w on what is read, and not otherwise."""
    writes = MATRIX[actor.role, compartment].write and wanted in OPENED
    values = {
        "victim": person.victim_id,
        "compartment": compartment,
        "user": actor.user_id,
        "unit": actor.unit_id,
        "version": office.version(person, compartment) + 1,
    }
    with office.world.session(actor) as session:
        return [
            f"{statement.split()[2]} of {compartment} is {'refused' if writes else 'accepted'} at level"
            f" {wanted}"
            for statement in (KEY, BLOB, HEAD)
            if refused(session, statement, **values) is writes
        ]


def out_of_scope_violations(office: Office, person: Person, actor: Actor) -> list[str]:
    """Tables with a row about a person the actor has no part in."""
    found = []
    with office.world.session(actor) as session:
        for table in PERSON_TABLES:
            if table in NOT_READ:
                continue
            # One's own former charges stay known to oneself: keys, nothing about the person.
            more = " AND user_id <> %(own)s" if table == "assignment" else ""
            statement = f"SELECT count(*) FROM {table} WHERE victim_id = %(v)s{more}"  # noqa: S608
            values = {"v": person.victim_id, "own": actor.user_id}
            rows = session.connection().exec_driver_sql(statement, values).scalar_one()
            if rows and not (table == "audit_event" and actor.role == "data_protection_officer"):
                found.append(f"{rows} rows of {table} out of scope")
        own = session.connection().exec_driver_sql(
            "SELECT count(*) FROM victim WHERE id = %(v)s", {"v": person.victim_id}
        )
        if own.scalar_one():
            found.append("the person out of scope")
    return found


def sql_violations(office: Office, person: Person) -> list[str]:
    """The whole matrix in SQL, for units that take part."""
    found = []
    for role, actor in office.actors.items():
        levels = levels_of(role)
        found += [f"{role}: {v}" for v in row_violations(office, person, actor, levels)]
        for name in COMPARTMENTS:
            found += [f"{role}: {v}" for v in insert_violations(office, person, actor, name, levels[name])]
    return found
