"""Nobody but a UPE makes an adult of who counts as a child."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from app.records.kinds import today
from tests.access.sql_checks import refused
from tests.cases.story import API, Registered, move, ok, problem, registered, shared_with
from tests.commands.steps import invite
from tests.factories import World
from tests.shelters.steps import tag
from tests.shelters.test_exits import LEAVES, housed, leave
from tests.shelters.test_suspects import MOTHER, contact

AGE = "UPDATE profile SET age_years = %(age)s WHERE victim_id = %(v)s"


def identity(client: httpx.Client, person: Registered, **fields: Any) -> httpx.Response:
    """Change her identity, from whatever version it is at."""
    filled = ok(client.get(f"{API}/victims/{person.victim}"))["filled"]
    version = filled.get("identity", {}).get("version", 0)
    return client.patch(f"{API}/victims/{person.victim}/identity", json=fields, headers=tag(version))


def only_upe(answer: httpx.Response, field: str) -> None:
    found = problem(answer, 409)
    assert found["errors"][0] | {"message": ""} == {"field": field, "code": "only-upe", "message": ""}
    assert "UPE" in found["detail"]


def test_a_house_makes_no_adult_of_a_child_to_let_her_go(world: World) -> None:
    child, actor, client, stay = housed(world)
    with world.session(actor) as session:
        assert refused(session, AGE, age=25, v=child.victim_id)
        assert not refused(session, AGE, age=12, v=child.victim_id)
    only_upe(identity(client, child, age_years=25), "age_years")
    only_upe(identity(client, child, age_min=18, age_max=20), "age_min")
    born = today().replace(year=today().year - 25, day=1).isoformat()
    only_upe(identity(client, child, birth_date=born, birth_date_precision="EXACTA"), "birth_date")
    problem(leave(client, stay, "EGRESO_VOLUNTARIO"), 422)
    problem(leave(client, stay, "MAYORIA_DE_EDAD"), 422)
    ok(identity(client, child, age_years=None))
    only_upe(identity(client, child, age_years=25), "age_years")  # who knows no age counts as a child
    ok(identity(client, child, birth_date=born, birth_date_precision="EXACTA"))  # and leaves by no birth date
    problem(leave(client, stay, "EGRESO_VOLUNTARIO"), 422)
    with world.session(actor) as session:
        assert refused(session, LEAVES, r="MAYORIA_DE_EDAD", c=stay)
    only_upe(identity(client, child, age_years=13), "birth_date")


def test_who_is_missing_does_not_come_of_age_by_one_word(world: World) -> None:
    child, _, client, stay = housed(world)
    ok(leave(client, stay, "EGRESO_NO_AUTORIZADO"))
    for one in (client, child.client):
        only_upe(identity(one, child, age_years=25), "age_years")
    problem(move(child.client, child.case, "CERRADO", outcome="EGRESO_VOLUNTARIO"), 409)


def test_years_that_have_passed_count(world: World) -> None:
    """She was identified years ago: who was 13 then is a child today, who was 17 is not."""
    child, actor, client, _ = housed(world)
    with world.session(actor) as session:
        assert refused(session, AGE, age=17, v=child.victim_id)
    only_upe(identity(client, child, age_years=17), "age_years")


def test_a_mark_of_suspicion_outlives_a_false_age(world: World) -> None:
    child = registered(world, age_years=12)
    ok(contact(child, family=[MOTHER]))
    only_upe(identity(child.client, child, age_years=20), "age_years")
    problem(contact(child, family=[]), 409)


def test_the_police_do_not_turn_the_upe_out_and_the_upe_may_state_the_age(world: World) -> None:
    child = registered(world, age_years=13)
    _, police, _ = shared_with(world, child, "police_investigator")
    upe_actor = invite(world, child, "upe_officer")
    upe = world.client(upe_actor)
    only_upe(identity(police, child, age_years=22), "age_years")
    ok(upe.get(f"{API}/cases/{child.case}"))
    with world.session(upe_actor) as session:
        assert not refused(session, AGE, age=22, v=child.victim_id)
    ok(identity(upe, child, age_years=22))
    problem(upe.get(f"{API}/cases/{child.case}"), 404)
    assert (
        ok(child.client.get(f"{API}/victims/{child.victim}"))["compartments"]["identity"]["age_years"] == 22
    )
    ok(identity(child.client, child, age_years=23))


@pytest.mark.parametrize("age", [18, 40])
def test_an_adult_changes_as_before(world: World, age: int) -> None:
    woman = registered(world, age_years=age)
    ok(identity(woman.client, woman, age_years=age + 1))
    ok(identity(woman.client, woman, age_years=15))
