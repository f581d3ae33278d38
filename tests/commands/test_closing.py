"""Closing a child's case, or any as not found, takes two people of two units: over HTTP and in SQL alone."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.access.sql_checks import refused
from tests.cases.story import API, move, ok, problem, registered
from tests.commands.steps import decide, invite, supervisor_of
from tests.factories import World

BY_HAND = (
    "UPDATE trafficking_case SET state = 'CERRADO', state_since = now(), closed_at = now(), outcome = %(o)s,"
    " version = version + 1 WHERE victim_id = %(v)s"
)


@pytest.mark.parametrize(("age", "outcome"), [(13, "TRASLADO"), (13, "FALLECIMIENTO"), (30, "ILOCALIZABLE")])
def test_it_is_closed_when_somebody_of_another_unit_approves(world: World, age: int, outcome: str) -> None:
    person = registered(world, age_years=age)
    answer = move(person.client, person.case, "CERRADO", outcome=outcome)
    code = ok(answer, 202)["command"]
    assert answer.headers["location"] == f"{API}/commands/{code}"
    assert ok(person.client.get(f"{API}/cases/{person.case}"))["state"] == "PRESUNTA_VICTIMA"
    assert (
        "Su unidad ya lo pidió"
        in problem(move(person.client, person.case, "CERRADO", outcome=outcome), 409)["detail"]
    )
    problem(decide(person.client, code, "approvals"), 403)
    problem(decide(world.client(supervisor_of(world, person.officer)), code, "approvals"), 403)

    second = world.client(invite(world, person, "udavit_officer" if age > 17 else "upe_officer"))
    seen = ok(second.get(f"{API}/commands/{code}"))
    assert (seen["kind"], seen["reason"], seen["possible"]) == ("CIERRE", outcome, ["approve", "refuse"])
    assert seen["subject"] == {"case": person.case, "victim": person.victim}
    ok(decide(second, code, "approvals"))
    case = ok(person.client.get(f"{API}/cases/{person.case}"))
    assert (case["state"], case["outcome"], case["version"]) == ("CERRADO", outcome, 2)
    assert case["closed_at"]
    assert [step["to"] for step in case["transitions"]] == ["PRESUNTA_VICTIMA", "CERRADO"]
    assert ok(second.get(f"{API}/clocks"))["items"] == []


def test_an_adults_case_closes_by_one_as_before(world: World) -> None:
    person = registered(world)
    ok(move(person.client, person.case, "CERRADO", outcome="TRASLADO", note="Va con su hermana"))


def test_what_is_offered_says_that_it_takes_two(world: World) -> None:
    child = registered(world, age_years=13)
    case = ok(child.client.get(f"{API}/cases/{child.case}"))
    assert "CERRADO" not in case["possible_states"]
    assert "CERRADO" in case["possible_with_two"]


def test_what_is_wrong_with_the_asking_is_named(world: World) -> None:
    child = registered(world, age_years=13)
    for body, field in (({}, "outcome"), ({"outcome": "TRASLADO", "note": "x"}, "note")):
        found = problem(move(child.client, child.case, "CERRADO", **body), 422)
        assert {error["field"] for error in found["errors"]} == {field}
    problem(move(child.client, child.case, "CERRADO", outcome="EGRESO_VOLUNTARIO"), 422)


def test_what_changed_meanwhile_is_not_closed(world: World) -> None:
    child = registered(world, age_years=13)
    second = world.client(invite(world, child, "upe_officer"))
    code = ok(move(child.client, child.case, "CERRADO", outcome="TRASLADO"), 202)["command"]
    ok(move(child.client, child.case, "EN_ASISTENCIA_INMEDIATA"))
    assert problem(decide(second, code, "approvals"), 409)["code"] == "changed"


def test_the_database_closes_neither_for_one_person(world: World) -> None:
    child, adult = registered(world, age_years=13), registered(world)
    with world.session(child.officer) as session:
        assert refused(session, BY_HAND, o="TRASLADO", v=child.victim_id)
    with world.session(adult.officer) as session:
        assert refused(session, BY_HAND, o="ILOCALIZABLE", v=adult.victim_id)
        assert not refused(session, BY_HAND, o="TRASLADO", v=adult.victim_id)
    code = ok(move(child.client, child.case, "CERRADO", outcome="TRASLADO"), 202)["command"]
    second = invite(world, child, "upe_officer")
    with world.session(second) as session:
        command = session.scalar(text("SELECT id FROM command_request WHERE code = :c"), {"c": code})
        assert refused(session, "SELECT ruv.close_case(%(c)s)", c=command)
