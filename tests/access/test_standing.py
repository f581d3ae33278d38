"""How one stands to a person: what her cases share with the unit, and whether she lives in its shelter."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import product

import pytest

from app.access.actor import Actor
from app.access.policy import Level, policy
from app.access.standing import _STANDING, Standing, standing_of

ROLES = sorted(policy().roles)
COMPARTMENTS = policy().compartments


def actor(role: str) -> Actor:
    return Actor(user_id=7, username="ana", unit_id=3, institution_id=2, role=role, unit_wide=False)


EVERYTHING = Standing(None, resident=True)
"""Of a resident who shares everything."""
ELSEWHERE = Standing(None, resident=False)


def test_the_roles_have_every_level_that_depends_on_where_she_lives() -> None:
    cells = {policy().cell(role, name).level for role, name in product(ROLES, COMPARTMENTS)}
    assert {Level.RESIDENT, Level.OWN, Level.FULL, Level.PARTIAL, Level.EXISTS, Level.NONE} <= cells


@pytest.mark.parametrize("role", ROLES)
def test_a_level_is_the_roles_unless_it_depends_on_where_she_lives(role: str) -> None:
    who = actor(role)
    for name in COMPARTMENTS:
        of_role = policy().cell(role, name).level
        at_home = {Level.RESIDENT: Level.FULL, Level.OWN: Level.FULL}.get(of_role, of_role)
        away = {Level.RESIDENT: Level.PARTIAL, Level.OWN: Level.NONE}.get(of_role, of_role)
        assert (EVERYTHING.level(who, name), ELSEWHERE.level(who, name)) == (at_home, away)


@pytest.mark.parametrize("role", ROLES)
def test_nothing_is_read_of_what_was_not_shared(role: str) -> None:
    who = actor(role)
    for name in COMPARTMENTS:
        others = Standing(frozenset(COMPARTMENTS) - {name}, resident=True)
        alone = Standing(frozenset({name}), resident=True)
        assert others.level(who, name) is Level.NONE
        assert not others.writes(who, name)
        assert alone.level(who, name) is EVERYTHING.level(who, name)
        assert alone.levels(who).keys() <= {name}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("stands", [EVERYTHING, ELSEWHERE, Standing(frozenset(), resident=True)])
def test_what_exists_for_one_is_what_is_not_at_level_none(role: str, stands: Standing) -> None:
    who = actor(role)
    levels = {name: stands.level(who, name) for name in COMPARTMENTS}
    assert stands.levels(who) == {name: found for name, found in levels.items() if found.name != "NONE"}


@pytest.mark.parametrize("role", ROLES)
def test_who_writes_reads_at_least_a_part(role: str) -> None:
    who = actor(role)
    for stands, name in product((EVERYTHING, ELSEWHERE), COMPARTMENTS):
        reads = stands.level(who, name).name in {"PARTIAL", "FULL"}
        assert stands.writes(who, name) == (policy().cell(role, name).write and reads)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([], Standing(frozenset(), resident=False)),
        ([(None, False)], Standing(None, resident=False)),
        ([(["identity"], False)], Standing(frozenset({"identity"}), resident=False)),
        ([(["identity"], False), (["plan"], True)], Standing(frozenset({"identity", "plan"}), resident=True)),
        ([(["identity"], True), (None, False)], Standing(None, resident=True)),
        ([(None, False), (["identity"], False)], Standing(None, resident=False)),
        ([(None, False, 4), (["plan"], True, 5)], Standing(None, resident=True)),
    ],
)
def test_what_several_parts_share_adds_up(
    parts: Iterable[tuple[list[str] | None, bool]], expected: Standing
) -> None:
    assert standing_of(parts) == expected


@pytest.mark.parametrize("wide", [True, False])
def test_parts_are_looked_for_of_the_person_and_by_whom(wide: bool) -> None:
    """Who does not see all of its unit is asked for a charge of its own."""
    sql = _STANDING[wide].sql
    assert re.search(r"participation\.victim_id = %\(victim\)s", sql)
    assert ("assignment" in sql) is not wide
