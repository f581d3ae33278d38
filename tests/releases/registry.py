"""Writes persons straight into a test's own database, as its superuser: counts are what matters here."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, insert, text
from sqlalchemy.dialects.postgresql import insert as pg_insert

from app.models import (
    Base,
    CaseTransition,
    Exploitation,
    Participation,
    Placement,
    Plan,
    PlanActivity,
    PlanObjective,
    Profile,
    Referral,
    ServiceDelivery,
    TraffickingCase,
    Victim,
)
from tests.factories import World

NOW = datetime(2025, 3, 1, tzinfo=UTC)


@dataclass
class Registry:
    """A register of its own, written without policy; `world` makes its accounts."""

    engine: Engine
    world: World
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1_000_000))

    def __post_init__(self) -> None:
        self.actor = self.world.actor("registry_steward")

    @classmethod
    def open(cls, url: str, world: World) -> Registry:
        return cls(create_engine(url), world)

    def close(self) -> None:
        self.engine.dispose()

    def crowd(
        self,
        year: int,
        persons: int,
        *,
        sex: str | None = "MUJER",
        age: int | None = 24,
        department: str | None = "17",
        purpose: str | None = "EXPLOTACION_SEXUAL",
        state: str = "PRESUNTA_VICTIMA",
        outcome: str | None = None,
    ) -> list[int]:
        """As many persons with one case each; returns their keys."""
        keys = [next(self.ids) for _ in range(persons)]
        with self.engine.begin() as connection:
            self._victims(connection, keys, sex, age)
            for key in keys:
                self._case(connection, key, year, department, purpose, state, outcome)
        return keys

    def case(
        self,
        victim: int,
        year: int,
        *,
        department: str | None = "17",
        purpose: str | None = "EXPLOTACION_SEXUAL",
        state: str = "CERRADO",
        month: int = 6,
    ) -> int:
        """One more case of a person, ended unless said otherwise; returns its key."""
        with self.engine.begin() as connection:
            return self._case(connection, victim, year, department, purpose, state, None, month=month)

    def end(self, victim: int) -> None:
        """End the person's open case."""
        with self.engine.begin() as connection:
            connection.execute(
                text("UPDATE trafficking_case SET state = 'CERRADO' WHERE victim_id = :v"), {"v": victim}
            )

    def case_of(self, victim: int) -> int:
        with self.engine.connect() as connection:
            found = connection.execute(
                text("SELECT min(id) FROM trafficking_case WHERE victim_id = :v"), {"v": victim}
            ).scalar_one()
        return int(found)

    def plan(self, victim: int, state: str, achieved: dict[str, int], *, signed: bool = True) -> None:
        """A plan with so many achieved activities by domain (zero: one that is still pending)."""
        key = next(self.ids)
        common = {"victim_id": victim, "key_version": 1, "created_at": NOW}
        unit, case = self.actor.unit_id, self.case_of(victim)
        with self.engine.begin() as connection:
            taking_part = {
                "victim_id": victim, "case_id": case, "unit_id": unit, "basis": "REGISTRO", "population": 1
            }  # fmt: skip
            connection.execute(pg_insert(Participation).values(taking_part).on_conflict_do_nothing())
            self._add(
                connection,
                Plan,
                id=key,
                victim_id=victim,
                case_id=case,
                code=f"PR-{key}",
                kind="ADULTA",
                state=state,
                unit_id=unit,
                responsible_user_id=self.actor.user_id,
                place_of_execution="LUGAR_DE_ORIGEN",
                pti_resolution=False,
                created_at=NOW,
                version=1,
                signed_at=NOW if signed else None,
                state_since=NOW,
            )
            for position, (domain, count) in enumerate(achieved.items()):
                objective = next(self.ids)
                self._add(
                    connection,
                    PlanObjective,
                    id=objective,
                    plan_id=key,
                    code=f"OB-{objective}",
                    domain=domain,
                    position=position,
                    sealed=b"x",
                    created_by=self.actor.user_id,
                    **common,
                )
                for _ in range(max(count, 1)):
                    activity = next(self.ids)
                    self._add(
                        connection,
                        PlanActivity,
                        id=activity,
                        plan_id=key,
                        objective_id=objective,
                        code=f"AC-{activity}",
                        unit_id=self.actor.unit_id,
                        due_on=date(2025, 1, 1),
                        sealed=b"x",
                        state="LOGRADO" if count else "PENDIENTE",
                        created_by=self.actor.user_id,
                        updated_at=NOW,
                        version=1,
                        **common,
                    )

    def referral(self, victim: int, service: str, state: str, result: str | None = None) -> None:
        key = next(self.ids)
        with self.engine.begin() as connection:
            self._add(
                connection,
                Referral,
                id=key,
                victim_id=victim,
                case_id=self.case_of(victim),
                code=f"DE-{key}",
                from_unit_id=self.actor.unit_id,
                to_unit_id=self.actor.unit_id,
                service_type=service,
                reason="OTRO",
                legal_basis="LEY",
                compartments=[],
                urgent=False,
                state=state,
                sent_at=NOW,
                sent_by=self.actor.user_id,
                due_at=NOW,
                result=result,
                version=1,
            )

    def delivery(self, victim: int, service: str, attendance: str, *, voided: bool = False) -> None:
        key = next(self.ids)
        void = {"state": "ANULADA", "void_reason": "DUPLICADA", "voided_at": NOW} if voided else {}
        with self.engine.begin() as connection:
            self._add(
                connection,
                ServiceDelivery,
                id=key,
                victim_id=victim,
                case_id=self.case_of(victim),
                code=f"SE-{key}",
                unit_id=self.actor.unit_id,
                service_type=service,
                delivered_on=NOW.date(),
                attendance=attendance,
                created_by=self.actor.user_id,
                **void,
            )

    def placement(self, victim: int) -> None:
        key = next(self.ids)
        with self.engine.begin() as connection:
            self._add(
                connection,
                Placement,
                id=key,
                victim_id=victim,
                case_id=self.case_of(victim),
                code=f"AL-{key}",
                unit_id=self.actor.unit_id,
                admitted_at=NOW,
                admitted_by=self.actor.user_id,
                version=1,
            )

    def transition(self, victim: int, to_state: str) -> None:
        with self.engine.begin() as connection:
            self._add(
                connection,
                CaseTransition,
                id=next(self.ids),
                victim_id=victim,
                case_id=self.case_of(victim),
                to_state=to_state,
                at=NOW,
                by_user_id=self.actor.user_id,
                by_unit_id=self.actor.unit_id,
            )

    def execute(self, sql: str, **values: Any) -> None:
        """A statement as the superuser."""
        with self.engine.begin() as connection:
            connection.execute(text(sql), values)

    def _victims(self, connection: Connection, keys: list[int], sex: str | None, age: int | None) -> None:
        by = {
            "registered_unit_id": self.actor.unit_id,
            "registered_by": self.actor.user_id,
            "registered_at": NOW,
        }
        connection.execute(insert(Victim), [{"id": key, **by} for key in keys])
        connection.execute(
            insert(Profile), [{"victim_id": key, "sex": sex, "age_years": age} for key in keys]
        )

    def _case(
        self,
        connection: Connection,
        victim: int,
        year: int,
        *facts: str | None,
        month: int = 6,
    ) -> int:
        department, purpose, state, outcome = facts
        key = next(self.ids)
        self._add(
            connection,
            TraffickingCase,
            id=key,
            victim_id=victim,
            record_id=victim,
            code=f"CA-{key}",
            state=state,
            state_since=NOW,
            identification="PRESUNTA",
            first_identified_on=date(year, month, 1),
            reference_year=year,
            source="PRUEBA",
            opened_at=NOW,
            opened_unit_id=self.actor.unit_id,
            opened_by=self.actor.user_id,
            outcome=outcome,
            version=1,
        )
        self._add(
            connection,
            Exploitation,
            case_id=key,
            victim_id=victim,
            main_purpose=purpose,
            department=department,
        )
        return key

    @staticmethod
    def _add(connection: Connection, table: type[Base], **values: Any) -> None:
        connection.execute(insert(table).values(values))
