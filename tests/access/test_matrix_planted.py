"""Each lock alone: the other one is taken away, then a hole is planted in it, and the checks must find it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.access.act import Act
from app.access.opening import open_compartments
from app.access.policy import Cell, Level, policy
from app.access.standing import Standing
from app.errors import Unavailable
from app.postgres import ServerHandle
from tests.access.http_checks import http_violations, levels_of, read_violations
from tests.access.matrix import ASSIGNED, CELLS, COMPARTMENTS, Office, Person, leaks
from tests.access.sql_checks import PERSON_TABLES, row_violations, sql_violations
from tests.factories import World
from tests.scratch import Original, copied

SHARED = frozenset({"identity", "health", "services"})
LEAST = ("none", "aggregate", "exists")


@pytest.fixture(scope="module")
def broken(server: ServerHandle, blank: Original) -> Iterator[Office]:
    """An office in a database of its own, to break on purpose."""
    with copied(server, blank) as scratch:
        world = World(scratch.runtime, scratch.base_url)
        yield Office(world, scratch.admin)
        world.close()


@pytest.fixture(scope="module")
def person(broken: Office) -> Person:
    """The person in whose case all of them take part."""
    return broken.person()


@pytest.fixture
def unlocked(broken: Office, person: Person) -> Iterator[Office]:
    """Row-level security is off: only the services stand in the way."""
    tables = ["victim", *PERSON_TABLES]
    broken.run("; ".join(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY" for table in tables))
    yield broken
    broken.run("; ".join(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY" for table in tables))


def test_without_row_level_security_the_services_hold(unlocked: Office, person: Person) -> None:
    assert sql_violations(unlocked, person) != []
    assert http_violations(unlocked, person) == []


def test_without_row_level_security_the_scope_holds(unlocked: Office, person: Person) -> None:
    found = []
    for role in unlocked.actors:
        levels = levels_of(role)
        found += read_violations(unlocked, person, unlocked.strangers[role], levels, in_scope=False)
        if role in ASSIGNED:
            found += read_violations(unlocked, person, unlocked.colleagues[role], levels, in_scope=False)
    assert found == []


def test_without_row_level_security_the_narrowing_holds(unlocked: Office, person: Person) -> None:
    narrow = "UPDATE participation SET compartments = %(c)s WHERE victim_id = %(v)s"
    unlocked.run(narrow, c=sorted(SHARED), v=person.victim_id)
    found = []
    for role, actor in unlocked.actors.items():
        found += read_violations(unlocked, person, actor, levels_of(role, shared=SHARED))
    unlocked.run(narrow, c=None, v=person.victim_id)
    assert found == []


@pytest.mark.parametrize(
    ("role", "compartment"),
    [cell for cell in CELLS if levels_of(cell[0])[cell[1]] in LEAST and cell[1] != "satisfaction"],
)
def test_a_raised_cell_is_found(
    unlocked: Office, person: Person, role: str, compartment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(policy().roles[role].cells, compartment, Cell(Level.FULL))
    found = read_violations(unlocked, person, unlocked.actors[role], levels_of(role))
    reads_persons = role not in {"analyst", "institution_admin"}
    assert bool(found) is reads_persons


@pytest.mark.parametrize("role", ["health_officer", "social_programme_officer", "consular_officer"])
def test_a_cell_raised_from_partial_is_found(
    unlocked: Office, person: Person, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(policy().roles[role].cells, "identity", Cell(Level.FULL))
    found = read_violations(unlocked, person, unlocked.actors[role], levels_of(role))
    assert any("identity.given_names came out" in violation for violation in found)


def test_a_lost_flag_of_the_roles_is_found(
    unlocked: Office, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(policy().roles["public_defender"].cells, "legal", Cell(Level.FULL, write=True))
    found = http_violations(unlocked, person, ["public_defender"])
    assert any("public_defender: patch of legal" in v for v in found)


# The database alone


@pytest.mark.parametrize("role", ["prosecutor", "police_investigator", "data_protection_officer", "analyst"])
def test_with_the_services_wide_open_the_database_holds(
    broken: Office, person: Person, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for compartment in COMPARTMENTS:
        monkeypatch.setitem(policy().roles[role].cells, compartment, Cell(Level.FULL, write=True))
    actor, levels = broken.actors[role], levels_of(role)
    everything = Standing(shared=None, resident=True)
    with broken.world.session(actor) as session:
        opened = open_compartments(Act(session, "prueba"), person.victim_id, everything)
    assert {name for name in opened.data if levels[name] in LEAST} == set()
    # Rows of a compartment read in part are there whole: masking is the services' part.
    full = {name: "full" if level == "partial" else level for name, level in levels.items()}
    assert list(leaks(str(opened.data), person.filling.canaries, full)) == []


def test_with_the_services_wide_open_a_stranger_gets_nothing(
    broken: Office, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = broken.strangers["upe_officer"]
    everything = Standing(shared=None, resident=True)
    # Not even a look at somebody the unit has nothing to do with can be noted, and without a note none is.
    with pytest.raises(Unavailable), broken.world.session(actor) as session:
        open_compartments(Act(session, "prueba"), person.victim_id, everything)
    with broken.world.session(actor) as session, monkeypatch.context() as patch:
        patch.setattr("app.access.opening.record", lambda *_, **__: None)
        opened = open_compartments(Act(session, "prueba"), person.victim_id, everything)
    assert (opened.data, opened.filled) == ({}, {})


def test_a_grant_too_many_is_found(broken: Office, person: Person) -> None:
    assert sql_violations(broken, person) == []
    grant = "UPDATE role_grant SET opened = %(o)s WHERE role = 'prosecutor'"
    ((before,),) = broken.run("SELECT opened FROM role_grant WHERE role = 'prosecutor'")
    broken.run(grant, o=[*before, "psychology"])
    found = sql_violations(broken, person)
    broken.run(grant, o=before)
    assert found
    assert all("psychology" in violation for violation in found)


@pytest.mark.parametrize("table", ["victim_blob", "victim_key", "compartment_head"])
def test_a_lost_policy_of_own_placements_is_found(broken: Office, person: Person, table: str) -> None:
    ((using,),) = broken.run(
        "SELECT qual FROM pg_policies WHERE tablename = %(t)s AND policyname = 'own_placement'", t=table
    )
    broken.run(f"DROP POLICY own_placement ON {table}")
    found = sql_violations(broken, person)
    broken.run(f"CREATE POLICY own_placement ON {table} AS RESTRICTIVE TO ruv_app USING ({using})")
    assert any("shelter_location" in violation for violation in found)
    assert sql_violations(broken, person) == []


def test_a_second_permissive_policy_is_found(broken: Office, person: Person) -> None:
    broken.run("CREATE POLICY also ON victim_blob FOR SELECT TO ruv_app USING (compartment = 'testimony')")
    found = row_violations(broken, person, broken.actors["analyst"], levels_of("analyst"))
    broken.run("DROP POLICY also ON victim_blob")
    assert found != []
