"""The same matrix straight in SQL: whatever the statement, row-level security decides."""

from __future__ import annotations

import pytest

from tests.access.http_checks import levels_of
from tests.access.matrix import ASSIGNED, CELLS, COMPARTMENTS, ROLES, Office, Person, level
from tests.access.sql_checks import insert_violations, out_of_scope_violations, row_violations

SHARED = frozenset({"identity", "health", "services", "shelter_location"})


@pytest.mark.parametrize("role", ROLES)
def test_rows(office: Office, person: Person, role: str) -> None:
    assert row_violations(office, person, office.actors[role], levels_of(role)) == []


@pytest.mark.parametrize(("role", "compartment"), CELLS)
def test_inserts(office: Office, person: Person, role: str, compartment: str) -> None:
    assert insert_violations(office, person, office.actors[role], compartment, level(role, compartment)) == []


@pytest.mark.parametrize("role", ROLES)
def test_without_charge_or_part_no_row_of_any_table(office: Office, person: Person, role: str) -> None:
    assert out_of_scope_violations(office, person, office.strangers[role]) == []
    if role in ASSIGNED:
        assert out_of_scope_violations(office, person, office.colleagues[role]) == []


@pytest.fixture(scope="module")
def ended(office: Office) -> Person:
    """A person whose case nobody takes part in any more."""
    made = office.person()
    office.run("UPDATE participation SET ended_at = now() WHERE victim_id = %(v)s", v=made.victim_id)
    return made


@pytest.mark.parametrize("role", ROLES)
def test_after_the_participation_nothing_is_left(office: Office, ended: Person, role: str) -> None:
    actor = office.actors[role]
    found = out_of_scope_violations(office, ended, actor)
    for name in COMPARTMENTS:
        found += insert_violations(office, ended, actor, name, "none")
    assert found == []


@pytest.fixture(scope="module")
def narrowed(office: Office) -> Person:
    """A person of whom each unit was given four compartments."""
    made = office.person()
    office.run(
        "UPDATE participation SET compartments = %(c)s WHERE victim_id = %(v)s",
        c=sorted(SHARED),
        v=made.victim_id,
    )
    return made


@pytest.mark.parametrize("role", ROLES)
def test_a_referral_narrows_the_rows(office: Office, narrowed: Person, role: str) -> None:
    actor, levels = office.actors[role], levels_of(role, shared=SHARED)
    found = row_violations(office, narrowed, actor, levels)
    for name in COMPARTMENTS:
        found += insert_violations(office, narrowed, actor, name, levels[name])
    assert found == []


@pytest.fixture(scope="module")
def housed(office: Office) -> Person:
    """A person who is taken into one shelter after the other."""
    return office.person()


@pytest.mark.parametrize("role", ["cem_officer", "car_caseworker", "shelter_caseworker", "psychologist"])
def test_the_shelter_is_known_while_she_stays_in_it(office: Office, housed: Person, role: str) -> None:
    actor = office.actors[role]
    found = []
    for resident in (False, True, False):
        office.house(housed, actor) if resident else office.leave(housed)
        levels = levels_of(role, resident=resident)
        found += row_violations(office, housed, actor, levels)
        found += insert_violations(office, housed, actor, "shelter_location", levels["shelter_location"])
    assert found == []
