"""The schema itself: what is protected, what is granted, which functions look past the policies."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, Engine, NullPool, create_engine, make_url

from app.models import Base
from app.postgres import ServerHandle, UnsafeRoleError, check_server
from app.postgres.names import OWNER
from app.runtime import Runtime
from tests.database.grant_rules import dangerous_roles
from tests.database.rules import DEFINERS, INTERNAL, RULES


@pytest.mark.parametrize("name", RULES)
def test_the_schema_keeps_the_rule(catalogue: Connection, name: str) -> None:
    assert RULES[name][0](catalogue) == []


@pytest.mark.parametrize(("name", "change"), [(n, c) for n, (_, changes) in RULES.items() for c in changes])
def test_the_rule_is_able_to_fail(admin: Engine, name: str, change: str) -> None:
    with admin.connect() as connection, connection.begin() as transaction:
        for statement in change.split(";"):
            connection.exec_driver_sql(statement)
        assert RULES[name][0](connection) != []
        transaction.rollback()


def test_no_role_of_the_application_is_above_the_policies(catalogue: Connection) -> None:
    assert dangerous_roles(catalogue) == []


def test_every_listed_function_exists(catalogue: Connection) -> None:
    rows = catalogue.exec_driver_sql(
        "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'ruv'::regnamespace"
    )
    assert {row[0] for row in rows} == DEFINERS
    assert INTERNAL <= DEFINERS


def test_the_models_and_the_database_agree_on_the_persons_tables(catalogue: Connection) -> None:
    rows = catalogue.exec_driver_sql(
        "SELECT table_name FROM information_schema.columns WHERE column_name = 'victim_id' AND"
        " table_schema = 'public'"
    )
    assert {row[0] for row in rows} == {n for n, t in Base.metadata.tables.items() if "victim_id" in t.c}


def test_the_server_is_new_enough(catalogue: Connection) -> None:
    check = catalogue.exec_driver_sql("SELECT current_setting('server_version_num')::int").scalar_one()
    major, minor = divmod(check, 10_000)
    assert minor >= {15: 14, 16: 10, 17: 6}.get(major, 0)
    assert major >= 15


def test_the_application_does_not_start_above_the_policies(
    runtime: Runtime, server: ServerHandle, worker: str
) -> None:
    name = f"ruv_{worker}"
    for url in (make_url(server.superuser_url()).set(database=name), make_url(server.url(OWNER, name))):
        with create_engine(url, poolclass=NullPool).connect() as connection, pytest.raises(UnsafeRoleError):
            check_server(connection)
    with runtime.database.engine().connect() as connection:
        check_server(connection)


def test_the_owner_is_bound_by_the_policies_too(server: ServerHandle, runtime: Runtime, worker: str) -> None:
    engine = create_engine(make_url(server.url(OWNER, f"ruv_{worker}")), poolclass=NullPool)
    with engine.connect() as connection:
        for table in ("victim", "victim_blob", "victim_key", "audit_event", "participation"):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one() == 0  # noqa: S608
