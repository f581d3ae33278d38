"""A case, who takes part in it, and statements tried in it as somebody."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from app.access.actor import Actor
from tests.access.sql_checks import refused
from tests.factories import World

ASSIGN = (
    "INSERT INTO assignment (victim_id, case_id, unit_id, user_id, assigned_by)"
    " VALUES (%(v)s, %(c)s, %(u)s, %(w)s, %(w)s)"
)
PART = "INSERT INTO participation (victim_id, case_id, unit_id, basis, population, compartments, referral_id)"
MANDATE = (
    "INSERT INTO participation (victim_id, case_id, unit_id, basis, population, compartments, mandate,"
    " sealed, key_version) VALUES (%(v)s, %(c)s, %(t)s, 'MANDATO', 1, %(p)s, %(m)s, 'x', 1)"
)
ANSWER = "UPDATE referral SET state = 'ACEPTADA', answered_by = %(w)s, answered_at = now() WHERE id = %(r)s"
REFERRAL = (
    "INSERT INTO referral (victim_id, case_id, code, from_unit_id, to_unit_id, service_type, reason,"
    " legal_basis,"
    " compartments, urgent, state, sent_by, due_at) VALUES (%(v)s, %(c)s, 'DE-X', %(f)s, %(t)s, 'SALUD',"
    " 'REQUIERE_SERVICIO', 'MANDATO_LEGAL', %(p)s, false, 'ENVIADA', %(w)s, now())"
)


@dataclass
class Scene:
    """A police unit registered a girl; a prosecutor's unit has nothing, or what a test gives it."""

    world: World
    admin: Engine
    owner: Actor
    victim: int
    case: int

    def run(self, statement: str, **values: Any) -> Any:
        """Past every lock."""
        with self.admin.begin() as connection:
            result = connection.exec_driver_sql(statement, values)
            return result.all() if result.returns_rows else None

    def keys(self, actor: Actor, **more: Any) -> dict[str, Any]:
        return {"v": self.victim, "c": self.case, "u": actor.unit_id, "w": actor.user_id, **more}

    def refuses(self, actor: Actor, statement: str, **more: Any) -> bool:
        """Whether the statement is refused as the actor; its `more` values beside the scene's keys."""
        with self.world.session(actor) as session:
            return refused(session, statement, **self.keys(actor, **more))

    def changed(self, actor: Actor, statement: str, **more: Any) -> int:
        """Rows the statement changes or gives, undone again."""
        session = self.world.runtime.database.open_session(actor)
        with contextlib.closing(session):
            result = session.connection().exec_driver_sql(statement, self.keys(actor, **more))
            rows = len(result.all()) if result.returns_rows else result.rowcount
            session.rollback()
            return rows

    def take_part(
        self, actor: Actor, compartments: list[str] | None = None, *, assigned: bool = True
    ) -> None:
        self.run(
            "INSERT INTO participation (victim_id, case_id, unit_id, basis, compartments, population)"
            " VALUES (%(v)s, %(c)s, %(u)s, 'MANDATO', %(p)s, 1)",
            **self.keys(actor, p=compartments),
        )
        if assigned:
            self.run(ASSIGN, **self.keys(actor))

    def refer(self, sender: Actor, receiver: Actor, state: str) -> int:
        ((key,),) = self.run(
            "INSERT INTO referral (victim_id, case_id, code, from_unit_id, to_unit_id, service_type,"
            " reason, legal_basis,"
            " compartments, urgent, state, sent_by, due_at) VALUES (%(v)s, %(c)s, 'DE-' ||"
            " gen_random_uuid(), %(u)s,"
            " %(t)s, 'SALUD', 'REQUIERE_SERVICIO', 'MANDATO_LEGAL', '{identity}', false, %(s)s, %(w)s, now())"
            " RETURNING id",
            **self.keys(sender, t=receiver.unit_id, s=state),
        )
        return int(key)
