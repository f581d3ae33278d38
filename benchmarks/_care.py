"""A register of cases in care at any size: one unit's own, over the service, and everybody else's, by SQL.

What is measured is a unit's work, so its cases are whole: registered by the service, with a plan that runs,
and activities with clocks. The others' have the same rows (person, code, case, participation, assignment,
plan, two activities, a clock) spread over thousands of units, with texts nobody here may open.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any, Final

import _report  # noqa: F401 - puts the repository on the path
import psycopg
from sqlalchemy import make_url

from app.access.act import CARE, Act
from app.access.actor import Actor
from app.access.sealing import Strand, seal_text
from app.codes import new_code
from app.db import next_ids
from app.runtime import Runtime
from app.services.victims.registration import Registration, checked, store

CASES: Final = 200
ACTIVITIES: Final = 20
"""Of each of the unit's plans: 4 000 in all."""
FIRST: Final = 100_000_000
"""Keys of others' rows begin here."""
UNITS: Final = 5_000
DUE: Final = date(2027, 3, 1)
_BACKGROUND: Final = (
    """INSERT INTO unit (id, institution_id, code, name, kind)
       SELECT {first} + u, (SELECT min(id) FROM institution), 'U-' || u, 'Unidad ' || u, 'CEM'
       FROM generate_series(0, {units} - 1) u ON CONFLICT DO NOTHING""",
    """INSERT INTO victim (id, registered_unit_id, registered_by) SELECT {n}, {unit}, {unit} FROM {range}""",
    """INSERT INTO victim_code (code, victim_id, record_id) SELECT 'TP-' || n, {n}, {n} FROM {range}""",
    """INSERT INTO trafficking_case (id, victim_id, record_id, code, state, identification,
           first_identified_on, reference_year, source, opened_unit_id, opened_by)
       SELECT {n}, {n}, {n}, 'CA-' || n, 'EN_REINTEGRACION', 'PRESUNTA', '2024-05-02', 2024, 'MEDICION',
           {unit}, {unit} FROM {range}""",
    """INSERT INTO assignment (victim_id, case_id, unit_id, user_id, assigned_by, last_activity)
       SELECT {n}, {n}, {unit}, {unit}, {unit}, now() - (n % 90) * interval '1 day' FROM {range}""",
    """INSERT INTO participation (victim_id, case_id, unit_id, basis, population, seats, last_activity)
       SELECT {n}, {n}, {unit}, 'REGISTRO', 3, ARRAY[{unit} * 16 + 3, -({unit} * 16 + 3)],
           now() - (n % 90) * interval '1 day' FROM {range}""",
    """INSERT INTO plan (id, victim_id, case_id, code, kind, state, state_since, unit_id, responsible_user_id,
           place_of_execution)
       SELECT {n}, {n}, {n}, 'PR-' || n, 'ADULTA', 'EN_EJECUCION', now() - (n % 90) * interval '1 day',
           {unit}, {unit}, 'LUGAR_DE_ORIGEN' FROM {range}""",
    """INSERT INTO plan_objective (id, victim_id, plan_id, code, domain, position, sealed, key_version,
           created_by)
       SELECT {n}, {n}, {n}, 'OB-' || n, 'EDUCACION', 1, {sealed}, 1, {unit} FROM {range}""",
    """INSERT INTO plan_activity (id, victim_id, plan_id, objective_id, code, unit_id, due_on, state, sealed,
           key_version, created_by)
       SELECT {n} * 2 + k, {n}, {n}, {n}, 'AC-' || n || '-' || k, {unit},
           date '2027-03-01' + (n % 300)::int, 'EN_CURSO', {sealed}, 1, {unit}
       FROM {range}, generate_series(0, 1) k""",
    """INSERT INTO clock (victim_id, case_id, kind, subject_table, row_id, subject_code, unit_id, due_at,
           next_at)
       SELECT {n}, {n}, 'ACTIVIDAD', 'plan_activity', {n} * 2, 'AC-' || n, {unit},
           timestamptz '2027-03-01' + (n % 300) * interval '1 day', timestamptz '2027-02-27' FROM {range}""",
)
"""One statement a table; `n` counts the cases added."""


@dataclass(frozen=True, slots=True)
class Task:
    """An activity of the unit's: codes of its plan and its own."""

    plan: str
    activity: str


def fill_own(runtime: Runtime, actor: Actor) -> list[Task]:
    """Register the unit's cases and give each a plan that runs; returns all activities."""
    registration = Registration({"identity": {"age_years": 24, "sex": "MUJER"}}, date(2024, 5, 2))
    clean = checked(actor, registration)
    with runtime.database.session(actor) as session:
        people = store(Act(session, CARE), [(registration, clean)] * CASES)
    tasks: list[Task] = []
    rows: dict[str, list[tuple[Any, ...]]] = {
        "plan": [],
        "plan_objective": [],
        "plan_activity": [],
        "clock": [],
    }
    with runtime.database.session(actor) as session:
        ids = next_ids(session, plan=CASES, plan_objective=CASES, plan_activity=CASES * ACTIVITIES)
        seats = _cases(session, people)
        activity_ids = iter(ids["plan_activity"])
        for person, plan_id, objective_id in zip(people, ids["plan"], ids["plan_objective"], strict=True):
            victim, case_id, plan = person.victim_id, seats[person.case_code], new_code("PR")
            strand, unit, user = Strand(victim, victim), actor.unit_id, actor.user_id
            sealed = seal_text(
                session, "plan", strand, "plan_objective", objective_id, {"wish": "Estudiar."}
            )[1]
            rows["plan"].append((plan_id, victim, case_id, plan, unit, user))
            rows["plan_objective"].append((objective_id, victim, plan_id, new_code("OB"), sealed, user))
            for activity_id in islice(activity_ids, ACTIVITIES):
                code = new_code("AC")
                tasks.append(Task(plan, code))
                rows["plan_activity"].append(
                    (activity_id, victim, plan_id, objective_id, code, unit, DUE, sealed, user)
                )
                rows["clock"].append((victim, case_id, activity_id, code, unit, DUE, DUE - timedelta(days=2)))
    with _superuser(runtime) as connection:
        _copy_own(connection, rows)
    return tasks


def fill_others(runtime: Runtime, start: int, end: int) -> None:
    """Add the others' cases numbered `start` to `end` - 1."""
    parts = {
        "first": FIRST, "units": UNITS, "n": f"{FIRST} + n", "unit": f"{FIRST} + n % {UNITS}",
        "sealed": "sha256(n::text::bytea)", "range": f"generate_series({start}::bigint, {end - 1}) n",
    }  # fmt: skip
    with _superuser(runtime) as connection:
        connection.execute("SET maintenance_work_mem = '256MB'")
        for statement in _BACKGROUND:
            connection.execute(statement.format(**parts))
        connection.execute("VACUUM (ANALYZE)")


def _cases(session: Any, people: list[Any]) -> dict[str, int]:
    cursor = session.connection().connection.cursor()
    codes = [person.case_code for person in people]
    cursor.execute("SELECT code, id FROM trafficking_case WHERE code = ANY (%s)", [codes])
    return dict(cursor.fetchall())


_OWN: Final = {
    "plan": "INSERT INTO plan (id, victim_id, case_id, code, kind, state, unit_id, responsible_user_id,"
    " place_of_execution, signed_at) VALUES (%s, %s, %s, %s, 'ADULTA', 'EN_EJECUCION', %s, %s,"
    " 'LUGAR_DE_ORIGEN', now())",
    "plan_objective": "INSERT INTO plan_objective (id, victim_id, plan_id, code, domain, position, sealed,"
    " key_version, created_by) VALUES (%s, %s, %s, %s, 'EDUCACION', 1, %s, 1, %s)",
    "plan_activity": "INSERT INTO plan_activity (id, victim_id, plan_id, objective_id, code, unit_id, due_on,"
    " state, sealed, key_version, created_by) VALUES (%s, %s, %s, %s, %s, %s, %s, 'EN_CURSO', %s, 1, %s)",
    "clock": "INSERT INTO clock (victim_id, case_id, kind, subject_table, row_id, subject_code, unit_id,"
    " due_at, next_at) VALUES (%s, %s, 'ACTIVIDAD', 'plan_activity', %s, %s, %s, %s, %s)",
}


def _copy_own(connection: psycopg.Connection, rows: dict[str, list[tuple[Any, ...]]]) -> None:
    for table, statement in _OWN.items():
        connection.cursor().executemany(statement, rows[table])
    connection.execute("VACUUM (ANALYZE)")


@contextmanager
def _superuser(runtime: Runtime) -> Iterator[psycopg.Connection]:
    """A connection that loads without triggers and checks of references."""
    assert runtime.server is not None
    url = make_url(runtime.server.superuser_url("ruv")).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection
