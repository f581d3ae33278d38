"""Every role, every compartment, over HTTP, against the matrix file."""

from __future__ import annotations

import pytest

from app.access.policy import policy
from app.web.victims.record_groups import SLUGS
from tests.access.http_checks import history_violations, levels_of, patch_violations, read_violations
from tests.access.matrix import (
    ASSIGNED,
    CELLS,
    COMPARTMENTS,
    MATRIX,
    ROLES,
    Office,
    Person,
    leaks,
    level,
)
from tests.web.browsing import Browser

SHARED = frozenset({"identity", "health", "services", "shelter_location"})


def test_the_matrix_has_all_its_cells() -> None:
    assert len(CELLS) == 16 * 12
    assert {cell.level for cell in MATRIX.values()} <= {
        "none",
        "aggregate",
        "exists",
        "partial",
        "resident",
        "own",
        "full",
    }
    assert set(policy().roles) == set(ROLES)
    assert set(policy().compartments) == set(COMPARTMENTS)


@pytest.mark.parametrize("role", ROLES)
def test_reading(office: Office, person: Person, role: str) -> None:
    assert read_violations(office, person, office.actors[role], levels_of(role)) == []


@pytest.mark.parametrize(("role", "compartment"), CELLS)
def test_history(office: Office, person: Person, role: str, compartment: str) -> None:
    assert (
        history_violations(office, person, office.actors[role], compartment, level(role, compartment)) == []
    )


@pytest.mark.parametrize(("role", "compartment"), CELLS)
def test_writing(office: Office, person: Person, role: str, compartment: str) -> None:
    assert patch_violations(office, person, office.actors[role], compartment, level(role, compartment)) == []


@pytest.mark.parametrize("role", ROLES)
def test_a_colleague_without_charge_and_a_stranger_see_nothing(
    office: Office, person: Person, role: str
) -> None:
    levels = levels_of(role)
    colleague, stranger = office.colleagues[role], office.strangers[role]
    assert read_violations(office, person, colleague, levels, in_scope=role not in ASSIGNED) == []
    assert read_violations(office, person, stranger, levels, in_scope=False) == []


@pytest.fixture(scope="module")
def ended(office: Office) -> Person:
    """A person whose case nobody takes part in any more."""
    made = office.person()
    office.run("UPDATE participation SET ended_at = now() WHERE victim_id = %(v)s", v=made.victim_id)
    return made


@pytest.mark.parametrize("role", ROLES)
def test_after_the_participation_nothing_is_left(office: Office, ended: Person, role: str) -> None:
    assert read_violations(office, ended, office.actors[role], levels_of(role), in_scope=False) == []


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
def test_a_referral_narrows_the_view(office: Office, narrowed: Person, role: str) -> None:
    actor, levels = office.actors[role], levels_of(role, shared=SHARED)
    found = read_violations(office, narrowed, actor, levels)
    for name in COMPARTMENTS:
        found += history_violations(office, narrowed, actor, name, levels[name])
        found += patch_violations(office, narrowed, actor, name, levels[name])
    assert found == []


@pytest.fixture(scope="module")
def housed(office: Office) -> Person:
    """A person who is taken into one shelter after the other."""
    return office.person()


@pytest.mark.parametrize("role", ["cem_officer", "car_caseworker", "shelter_caseworker", "psychologist"])
def test_residents_are_seen_while_they_stay(office: Office, housed: Person, role: str) -> None:
    actor = office.actors[role]
    found = []
    for resident in (False, True, False):
        office.house(housed, actor) if resident else office.leave(housed)
        levels = levels_of(role, resident=resident)
        found += read_violations(office, housed, actor, levels)
        for name in ("identity", "contact", "shelter_location"):
            found += history_violations(office, housed, actor, name, levels[name])
            found += patch_violations(office, housed, actor, name, levels[name])
    assert found == []


def test_a_stay_elsewhere_gives_nothing(office: Office, housed: Person) -> None:
    office.house(housed, office.actors["car_caseworker"])
    role = "shelter_caseworker"
    assert read_violations(office, housed, office.actors[role], levels_of(role)) == []


@pytest.mark.parametrize(
    "role",
    ["upe_officer", "psychologist", "police_investigator", "consular_officer", "data_protection_officer"],
)
def test_pages_open_what_the_matrix_gives(office: Office, person: Person, role: str) -> None:
    actor = office.actors[role]
    browser, levels = Browser(office.world, actor), levels_of(role)
    data = f"/casos/{person.case_code}/datos"
    closed = browser.get(data)
    assert list(leaks(closed.text, person.filling.canaries, {})) == []
    for slug, name in SLUGS.items():
        given = levels[name]
        opened = browser.post(data, {"parte": slug, "motivo": "atencion"})
        wanted = {"full": 200, "partial": 200, "exists": 403}.get(given, 404)
        assert opened.status_code == wanted, name
        only = {name: given} if wanted == 200 else {}
        assert list(leaks(opened.text, person.filling.canaries, only, author=office.wrote(actor))) == []
        form = browser.get(f"{data}/{slug}/editar")
        if wanted == 200 and MATRIX[role, name].write:
            assert form.status_code == 200, name
        else:
            assert form.status_code in {403, 404}, name
        assert list(leaks(form.text, person.filling.canaries, only, author=office.wrote(actor))) == []
    stranger = Browser(office.world, office.strangers[role])
    assert stranger.get(data).status_code == 404
