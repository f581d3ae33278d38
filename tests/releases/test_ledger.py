"""The ledger: capped, chained, append-only for everybody, and out of reach for the application."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import psycopg
import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from app.errors import Conflict
from app.postgres.names import APP, OWNER, RELEASE, REPORT
from app.runtime import Runtime
from app.services.releases.ledger import CAP, Charge, Kind, charge, spent, verify_ledger
from app.services.releases.noise import Calibration
from tests.releases.registry import Registry

TABLES = ("release", "artefact", "approval", "discard", "ledger")
SNAPSHOT = "indicator_snapshot"


def _charge(year: int, code: str = "LI-0000-0000") -> Charge:
    return Charge(code, Kind.ANNUAL, year, "a" * 64, "b" * 64, "0.1.0")


def _spend(runtime: Runtime, year: int, *rhos: float, code: str = "LI-0000-0000") -> None:
    with runtime.database.reporting(RELEASE) as connection:
        charge(
            connection, _charge(year, code), {f"T{n}": Calibration(rho, 3.0) for n, rho in enumerate(rhos)}
        )


@contextmanager
def _unguarded(registry: Registry, table: str = "ledger") -> Iterator[None]:
    """The table without its triggers, as only the owner of the server could have it."""
    registry.execute(f"ALTER TABLE release.{table} DISABLE TRIGGER ALL")
    try:
        yield
    finally:
        registry.execute(f"ALTER TABLE release.{table} ENABLE TRIGGER ALL")


def _problems(runtime: Runtime) -> tuple[str, ...]:
    with runtime.database.reporting(RELEASE) as connection:
        return verify_ledger(connection).problems


def test_chain_is_verified_from_what_is_stored(own: Runtime, year: int) -> None:
    _spend(own, year, 0.1, 0.05, 1 / 3 * 0.1)
    with own.database.reporting(RELEASE) as connection:
        verdict = verify_ledger(connection)
        assert spent(connection, year) == Decimal("0.1") + Decimal("0.05") + Decimal(repr(1 / 3 * 0.1))
    assert verdict.holds
    assert verdict.entries >= 3


def test_over_the_cap_is_refused_and_nothing_stays(own: Runtime, year: int) -> None:
    _spend(own, year, 0.3)
    with pytest.raises(Conflict), own.database.reporting(RELEASE) as connection:
        charge(connection, _charge(year), {"T0": Calibration(0.1, 3.0), "T1": Calibration(0.1000001, 3.0)})
    with own.database.reporting(RELEASE) as connection:
        assert spent(connection, year) == Decimal("0.3")
    _spend(own, year, 0.2)
    with own.database.reporting(RELEASE) as connection:
        assert spent(connection, year) == CAP


def test_years_do_not_share_a_cap(own: Runtime, year: int, years: Iterator[int]) -> None:
    _spend(own, year, 0.5)
    _spend(own, next(years), 0.5)


@pytest.mark.parametrize("rho", [0.0, -0.1])
def test_nothing_is_earned_back(own: Runtime, year: int, rho: float) -> None:
    with pytest.raises(DBAPIError):
        _spend(own, year, rho)


def test_position_time_and_hashes_are_not_the_callers_to_choose(own: Runtime, year: int) -> None:
    with own.database.reporting(RELEASE) as connection:
        connection.execute(
            text(
                "INSERT INTO release.ledger VALUES (1, 'LI-0000-0000', 'ANUAL', :y, 'T0', 0.01, 3,"
                " 'a', 'b', 'c', '2001-01-01', 'x', 'y')"
            ),
            {"y": year},
        )
    assert _problems(own) == ()


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("sql", ["DELETE FROM {}", "TRUNCATE {} CASCADE", "UPDATE {} SET {} = {}"])
@pytest.mark.parametrize("role", [RELEASE, OWNER, "postgres"])
def test_nothing_is_changed_or_removed_by_anybody(
    own: Runtime, registry: Registry, table: str, sql: str, role: str
) -> None:
    column = {"release": "kind", "artefact": "name", "approval": "role", "discard": "role", "ledger": "kind"}[
        table
    ]
    statement = sql.format(f"release.{table}", column, column)
    engine = registry.engine if role == "postgres" else own.database.engine(role)
    with pytest.raises(DBAPIError) as refused, engine.begin() as connection:
        connection.execute(text(statement))
    assert getattr(refused.value.orig, "sqlstate", None) in {"42501", "RV002"}


TAMPERINGS = {
    "an amount": "UPDATE release.ledger SET rho = rho / 2 WHERE seq = :s",
    "a year": "UPDATE release.ledger SET reference_year = reference_year + 1 WHERE seq = :s",
    "a time": "UPDATE release.ledger SET at = at + interval '1 second' WHERE seq = :s",
    "a removed row": "DELETE FROM release.ledger WHERE seq = :s",
    "a forged link": "UPDATE release.ledger SET prev_sha = repeat('9', 64) WHERE seq = :s",
    "a forged hash": "UPDATE release.ledger SET row_sha = repeat('8', 64) WHERE seq = :s",
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_tampering_is_found(own: Runtime, registry: Registry, year: int, what: str) -> None:
    _spend(own, year, 0.05, 0.05, 0.05)
    with own.database.reporting(RELEASE) as connection:
        middle = connection.scalar(
            text("SELECT min(seq) + 1 FROM release.ledger WHERE reference_year = :y"), {"y": year}
        )
        kept = (
            connection.execute(text("SELECT * FROM release.ledger WHERE seq = :s"), {"s": middle})
            .mappings()
            .one()
        )
    with _unguarded(registry):
        registry.execute(TAMPERINGS[what], s=middle)
    try:
        assert _problems(own)
    finally:
        columns = ", ".join(kept)
        with _unguarded(registry):
            registry.execute("DELETE FROM release.ledger WHERE seq = :s", s=middle)
            values = ", ".join(f":{column}" for column in kept)
            registry.execute(f"INSERT INTO release.ledger ({columns}) VALUES ({values})", **kept)  # noqa: S608
    assert _problems(own) == ()


def test_concurrent_spenders_never_pass_the_cap(own: Runtime, year: int) -> None:
    outcomes: list[str] = []

    def spend() -> None:
        try:
            _spend(own, year, 0.1, 0.1)
            outcomes.append("spent")
        except Conflict:
            outcomes.append("refused")

    threads = [threading.Thread(target=spend) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with own.database.reporting(RELEASE) as connection:
        assert spent(connection, year) == Decimal("0.4")
    assert sorted(outcomes) == ["refused"] * 6 + ["spent"] * 2
    assert _problems(own) == ()


def test_a_stale_snapshot_cannot_fork_the_chain(own: Runtime, year: int) -> None:
    engine = own.database.engine(RELEASE).execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as stale:
        spent(stale, year)
        _spend(own, year, 0.4)
        with pytest.raises(DBAPIError) as refused:
            charge(stale, _charge(year), {"T0": Calibration(0.4, 3.0)})
    assert isinstance(refused.value.orig, psycopg.errors.UniqueViolation)


def _refused(connection: Connection, sql: str) -> bool:
    try:
        with connection.begin_nested():
            connection.execute(text(sql))
    except DBAPIError as error:
        return getattr(error.orig, "sqlstate", None) == "42501"
    return False


def _public_tables(registry: Registry) -> list[str]:
    with registry.engine.connect() as connection:
        return list(connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")))


def test_the_serving_role_reaches_no_table_of_the_register(own: Runtime, registry: Registry) -> None:
    tables = _public_tables(registry)
    assert "victim" in tables
    with own.database.reporting(RELEASE) as connection:
        assert all(_refused(connection, f"SELECT 1 FROM public.{name}") for name in tables)  # noqa: S608
        assert _refused(connection, "SELECT ruv.context()")
        assert _refused(connection, "SET ROLE ruv_app")


@pytest.mark.parametrize("role", [APP, REPORT])
def test_the_application_and_the_counter_do_not_reach_releases(own: Runtime, role: str) -> None:
    with own.database.reporting(role) as connection:
        for table in TABLES:
            assert _refused(connection, f"SELECT 1 FROM release.{table}")  # noqa: S608
            assert _refused(connection, f"INSERT INTO release.{table} DEFAULT VALUES")


def test_the_counter_reads_codes_and_writes_nothing(own: Runtime, registry: Registry) -> None:
    allowed = {
        "profile": {"victim_id", "sex", "age_years", "age_min", "age_max"},
        "trafficking_case": {"id", "victim_id", "state", "first_identified_on", "reference_year", "outcome"},
        "case_transition": {"victim_id", "case_id", "to_state"},
        "exploitation": {"victim_id", "case_id", "main_purpose", "purposes", "department"},
        "referral": {"victim_id", "case_id", "service_type", "state", "result"},
        "placement": {"victim_id", "case_id", "admitted_at"},
        "plan": {"id", "victim_id", "case_id", "state", "signed_at"},
        "plan_objective": {"id", "victim_id", "plan_id", "domain"},
        "plan_activity": {"victim_id", "plan_id", "objective_id", "state"},
        "service_delivery": {"victim_id", "case_id", "service_type", "attendance", "state"},
        "satisfaction_count": {"service", "month", "question", "answer", "count"},
        SNAPSHOT: {"year", "taken_at", "figures"},
    }
    with own.database.reporting(REPORT) as connection:
        found: dict[str, set[str]] = {}
        rows = connection.execute(
            text(
                "SELECT table_name, column_name FROM information_schema.columns"
                " WHERE table_schema = 'public' AND has_column_privilege('ruv_report',"
                " format('public.%I', table_name), column_name, 'SELECT')"
            )
        )
        for table, column in rows:
            found.setdefault(table, set()).add(column)
        assert found == allowed
        assert all(
            _refused(connection, f"DELETE FROM public.{name}")  # noqa: S608
            and (
                name == SNAPSHOT  # what it serves figures from, without a row of a person
                or _refused(connection, f"UPDATE public.{name} SET {min(columns)} = NULL")  # noqa: S608
            )
            for name, columns in allowed.items()
        )


def test_no_function_of_the_schema_runs_with_its_owners_rights(registry: Registry) -> None:
    with registry.engine.connect() as connection:
        definers = connection.scalars(
            text("SELECT proname FROM pg_proc WHERE pronamespace = 'release'::regnamespace AND prosecdef")
        ).all()
    assert definers == []
