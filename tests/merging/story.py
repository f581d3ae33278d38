"""Steps that tests of merging share: who asks, who approves, and what the tables hold of some records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, text

from app.access.act import CARE, Act
from app.access.actor import Actor
from app.errors import AppError
from app.models import Base
from app.services.commands.command import Command
from app.services.commands.deciding import approve, withdraw
from app.services.commands.requesting import request_merge, request_split
from tests.factories import World

APART = {"record_merge", "audit_event", "command_request", "notice"}
"""Tables that say what was done, not what is."""
TABLES = sorted(
    table.name
    for table in Base.metadata.tables.values()
    if table.schema is None and table.name not in APART and (table.name == "victim" or "victim_id" in table.c)
)


@dataclass
class Two:
    """The custody of the register, which asks, and the data protection officer, who approves."""

    world: World
    asking: Actor
    approving: Actor

    def ask_merge(self, keep: str, absorb: str) -> Command:
        with self.world.session(self.asking) as session:
            return request_merge(Act(session, CARE), keep, absorb, "MISMO_DOCUMENTO")

    def ask_split(self, code: str, record: str) -> Command:
        with self.world.session(self.asking) as session:
            return request_split(Act(session, CARE), code, record, "FUSION_POR_ERROR")

    def approve(self, command: Command) -> None:
        with self.world.session(self.approving) as session:
            approve(Act(session, CARE), command.code, command.version)

    def merge(self, keep: str, absorb: str) -> None:
        self._do(self.ask_merge(keep, absorb))

    def split(self, code: str, record: str) -> None:
        self._do(self.ask_split(code, record))

    def _do(self, command: Command) -> None:
        """Approve; what cannot be done is withdrawn, as people would."""
        try:
            self.approve(command)
        except AppError:
            with self.world.session(self.asking) as session:
                withdraw(Act(session, CARE), command.code, command.version)
            raise


def two_of(world: World) -> Two:
    """Two people of two units who may merge anybody."""
    return Two(world, world.actor("registry_steward"), world.actor("data_protection_officer"))


def dump(admin: Engine, records: Iterable[int]) -> dict[str, list[str]]:
    """Every row of every table of these records, past every lock; seats in order, as they are a set."""
    keys = list(records)
    with admin.connect() as connection:
        return {table: _rows(connection, table, keys) for table in TABLES}


def _rows(connection: Connection, table: str, keys: list[int]) -> list[str]:
    column = "id" if table == "victim" else "victim_id"
    row = "to_jsonb(t)"
    if table == "participation":
        row += " || jsonb_build_object('seats', (SELECT jsonb_agg(s ORDER BY s) FROM unnest(t.seats) s))"
    statement = f"SELECT ({row})::text FROM {table} t WHERE t.{column} = ANY (:keys)"  # noqa: S608
    return sorted(connection.scalars(text(statement), {"keys": keys}))


def run(admin: Engine, statement: str, **values: Any) -> list[Any]:
    """A statement past every lock."""
    with admin.begin() as connection:
        result = connection.execute(text(statement), values)
        return list(result.all()) if result.returns_rows else []
