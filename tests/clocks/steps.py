"""Steps that tests of clocks share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.services.clocks import service
from app.services.clocks.service import Subject
from tests.factories import World

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)


class Stage:
    """A case of a women's emergency centre, and the database past every lock."""

    def __init__(self, world: World, admin: Engine, *, supervisor: bool = False) -> None:
        self.world = world
        self.admin = admin
        self.officer = world.actor("cem_officer", supervisor=supervisor)
        person = world.register(self.officer, identity={"given_names": "Yesenia", "age_years": 24})
        self.victim = person.victim_id
        self.case_code = person.case_code
        ((self.case,),) = self.run("SELECT id FROM trafficking_case WHERE code = %(c)s", c=person.case_code)
        self.rows = 0

    def run(self, statement: str, **values: Any) -> list[Any]:
        """Past every lock."""
        with self.admin.begin() as connection:
            result = connection.exec_driver_sql(statement, values)
            return list(result.all()) if result.returns_rows else []

    def subject(self, **more: Any) -> Subject:
        """A row of the case that needs a clock; each call names another one."""
        self.rows += 1
        parts = {
            "table": "plan_activity",
            "row_id": self.case * 1_000_000 + self.rows,
            "code": self.case_code,
            "victim_id": self.victim,
            "case_id": self.case,
            "unit_id": self.officer.unit_id,
        }
        return Subject(**(parts | more))

    def start(self, kind: str = "ACTIVIDAD", *, actor: Actor | None = None, **more: Any) -> Subject:
        """Start a clock for a new subject."""
        timing = {name: more.pop(name) for name in ("at", "due_at") if name in more}
        subject = self.subject(**more)
        with self.world.session(actor or self.officer) as session:
            service.start(session, kind, subject, **timing)
        return subject

    def clock(self, subject: Subject) -> Any:
        """The last clock of a subject."""
        return self.run(
            "SELECT * FROM clock WHERE subject_table = %(t)s AND row_id = %(r)s ORDER BY id DESC LIMIT 1",
            t=subject.table, r=subject.row_id,
        )[0]  # fmt: skip

    def notices(self) -> list[Any]:
        """Notices about the case, in their order."""
        return self.run("SELECT * FROM notice WHERE case_id = %(c)s ORDER BY id", c=self.case)

    def events(self) -> int:
        """How many events the clocks of the person left."""
        found = self.run(
            "SELECT count(*) FROM audit_event WHERE victim_id = %(v)s AND action = 'clocks.fire'",
            v=self.victim,
        )
        return int(found[0][0])


def count(session: Session, table: str) -> int:
    """Rows the bound actor sees."""
    return int(session.connection().exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())  # noqa: S608
