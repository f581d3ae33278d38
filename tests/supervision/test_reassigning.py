"""Handing cases over: all or none, no case left without anybody, only by a supervisor of the unit."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from app.access.actor import Actor
from app.services.clocks.service import Subject, start
from app.services.supervision import staff
from app.services.supervision.rules import shared_out
from tests.cases.story import API, at_once, ok, problem
from tests.factories import World

URL = f"{API}/supervision/reassignments"
WOMAN = {"age_years": 24, "sex": "MUJER"}


class Office:
    """A women's centre with a chief and some officers."""

    def __init__(self, world: World, officers: int = 3) -> None:
        self.world = world
        self.unit = world.unit("CEM")
        self.chief = world.actor("cem_officer", unit=self.unit, supervisor=True)
        self.officers = [world.actor("cem_officer", unit=self.unit) for _ in range(officers)]

    def cases(self, officer: Actor, count: int) -> list[str]:
        """Register persons, whose cases the officer then has charge of."""
        return [self.world.register(officer, identity=WOMAN).case_code for _ in range(count)]

    def hand_over(self, leaver: Actor, **body: Any) -> httpx.Response:
        """Ask for it as the chief."""
        wanted = {"from_username": leaver.username, "reason": "SALIDA", **body}
        return self.world.client(self.chief).post(URL, json=wanted)

    def sees(self, officer: Actor) -> set[str]:
        """Codes of an officer's work list."""
        return {case["code"] for case in ok(self.world.client(officer).get(f"{API}/cases"))["items"]}


def test_all_cases_go_to_one_colleague_and_the_leaver_sees_none(world: World) -> None:
    office = Office(world)
    leaver, heir, other = office.officers
    codes = office.cases(leaver, 3)
    kept = office.cases(heir, 1)
    done = ok(office.hand_over(leaver, to_username=heir.username))
    assert (done["moved"], done["unit_of_count"]) == (3, "casos")
    assert [(to["username"], sorted(to["cases"])) for to in done["to"]] == [(heir.username, sorted(codes))]
    assert office.sees(leaver) == office.sees(other) == set()
    assert office.sees(heir) == {*codes, *kept}
    again = ok(office.hand_over(leaver, to_username=heir.username))
    assert (again["moved"], again["plans"]) == (0, 0)


def test_a_repeated_request_with_its_key_answers_the_same(world: World) -> None:
    office = Office(world)
    leaver, heir, _ = office.officers
    office.cases(leaver, 2)
    client = world.client(office.chief)
    body = {"from_username": leaver.username, "to_username": heir.username, "reason": "ROTACION"}
    key = {"Idempotency-Key": f"relevo-{world.tag}"}
    first = ok(client.post(URL, json=body, headers=key))
    assert ok(client.post(URL, json=body, headers=key)) == first
    problem(client.post(URL, json={**body, "reason": "SALIDA"}, headers=key), 409)


def test_they_are_shared_out_to_who_has_fewest(world: World) -> None:
    office = Office(world, 4)
    leaver, busy, free, idle = office.officers
    office.cases(busy, 3)
    codes = office.cases(leaver, 4)
    done = ok(office.hand_over(leaver, spread=True))
    shares = {to["username"]: len(to["cases"]) for to in done["to"]}
    assert shares == {busy.username: 0, free.username: 2, idle.username: 2}
    assert office.sees(free) | office.sees(idle) == set(codes)


def test_only_the_cases_named_are_moved_and_a_wrong_one_moves_none(world: World) -> None:
    office = Office(world)
    leaver, heir, other = office.officers
    codes = office.cases(leaver, 3)
    foreign = office.cases(other, 1)
    refused = problem(office.hand_over(leaver, to_username=heir.username, cases=[codes[0], *foreign]), 422)
    assert [error["field"] for error in refused["errors"]] == ["cases.1"]
    assert office.sees(leaver) == set(codes)
    done = ok(office.hand_over(leaver, to_username=heir.username, cases=[codes[0].lower(), codes[1]]))
    assert done["moved"] == 2
    assert office.sees(leaver) == {codes[2]}


def test_a_case_a_colleague_has_already_stays_hers_once(world: World) -> None:
    office = Office(world)
    leaver, heir, _ = office.officers
    [code] = office.cases(leaver, 1)
    url = f"{API}/cases/{code}/assignments"
    ok(world.client(office.chief).post(url, json={"username": heir.username}), 201)
    assert ok(office.hand_over(leaver, to_username=heir.username))["moved"] == 1
    team = ok(world.client(office.chief).get(url))["items"]
    assert [member["username"] for member in team] == [heir.username]


def test_plans_get_another_person_who_answers_for_them(world: World) -> None:
    office = Office(world)
    leaver, heir, _ = office.officers
    [code] = office.cases(leaver, 1)
    body = {"case": code, "place_of_execution": "LUGAR_DE_ORIGEN"}
    plan = ok(world.client(leaver).post(f"{API}/plans", json=body), 201)["code"]
    assert ok(office.hand_over(leaver, to_username=heir.username))["plans"] == 1
    with world.session(office.chief) as session:
        query = text("SELECT responsible_user_id FROM plan WHERE code = :code")
        assert session.scalar(query, {"code": plan}) == heir.user_id


def test_each_case_keeps_a_trace_of_who_handed_it_over(world: World) -> None:
    office = Office(world)
    leaver, heir, _ = office.officers
    person = world.register(leaver, identity=WOMAN)
    ok(office.hand_over(leaver, to_username=heir.username))
    log = ok(world.client(heir).get(f"{API}/victims/{person.code}/access-log"))
    assert "Reasignó el caso a otra persona de la unidad" in str(log)


def test_who_is_no_supervisor_and_whose_unit_it_is_not_are_refused(world: World) -> None:
    office, foreign = Office(world), Office(world)
    leaver, heir, other = office.officers
    codes = office.cases(leaver, 1)
    body = {"from_username": leaver.username, "to_username": heir.username, "reason": "SALIDA"}
    assert "jefatura" in problem(world.client(other).post(URL, json=body), 403)["detail"]
    assert (
        problem(world.client(foreign.chief).post(URL, json=body), 422)["errors"][0]["field"]
        == "from_username"
    )
    stranger = problem(office.hand_over(leaver, to_username=foreign.officers[0].username), 422)
    assert stranger["errors"][0]["field"] == "to_username"
    problem(office.hand_over(leaver, to_username=leaver.username), 422)
    problem(office.hand_over(leaver, to_username=heir.username, spread=True), 422)
    problem(office.hand_over(leaver), 422)
    assert "SALIDA" in str(problem(office.hand_over(leaver, spread=True, reason="PORQUE_SI"), 422))
    problem(world.client(world.actor("psychologist", supervisor=True)).post(URL, json=body), 403)
    assert office.sees(leaver) == set(codes)


def test_with_nobody_to_share_them_among_nothing_moves(world: World) -> None:
    unit = world.unit("CEM")
    chief = world.actor("cem_officer", unit=unit, supervisor=True)
    world.register(chief, identity=WOMAN)
    body = {"from_username": chief.username, "spread": True, "reason": "SALIDA"}
    problem(world.client(chief).post(URL, json=body), 409)


def test_two_who_hand_over_at_once_leave_every_case_with_one(world: World) -> None:
    office = Office(world)
    leaver, one, other = office.officers
    codes = office.cases(leaver, 4)
    calls = [
        lambda to=to: office.hand_over(leaver, to_username=to.username)  # type: ignore[misc]
        for to in (one, other)
    ]
    assert at_once(calls) == [200, 200]
    assert office.sees(one) ^ office.sees(other) == set(codes)
    assert office.sees(leaver) == set()


@given(
    st.lists(st.integers(1, 30), unique=True, max_size=20),
    st.dictionaries(st.integers(1, 6), st.integers(0, 9), min_size=1),
    st.dictionaries(st.integers(1, 30), st.sets(st.integers(1, 9), max_size=3)),
)
def test_every_case_gets_exactly_one_and_nobody_is_passed_over(
    cases: list[int], loads: dict[int, int], teams: dict[int, set[int]]
) -> None:
    taken = shared_out(cases, loads, teams)
    assert taken.keys() == set(cases)
    assert set(taken.values()) <= loads.keys()
    load = dict(loads)
    for case in cases:
        known = teams.get(case, set()) & loads.keys()
        if known:
            assert taken[case] in known
        else:
            load[taken[case]] += 1
    got = [user for user in loads if load[user] > loads[user]]
    for user in got:
        assert load[user] - 1 <= min(load.values())


def test_deadlines_remind_the_new_person_who_is_told_of_the_case(world: World) -> None:
    office = Office(world)
    leaver, heir, other = office.officers
    person = world.register(leaver, identity=WOMAN)
    with world.session(leaver) as session:
        row = "SELECT id FROM trafficking_case WHERE code = :code"
        case_id = session.scalar(text(row), {"code": person.case_code})
        assert case_id is not None
        subject = Subject(
            "trafficking_case", case_id, person.case_code, person.victim_id, case_id,
            leaver.unit_id, leaver.user_id,
        )  # fmt: skip
        start(session, "PSICOSOCIAL_PRIMERA", subject)
    ok(office.hand_over(leaver, to_username=heir.username))
    query = text("SELECT DISTINCT user_id FROM clock WHERE case_id = :case AND kind = 'PSICOSOCIAL_PRIMERA'")
    told = text("SELECT kind, subject_code FROM notice WHERE victim_id = :victim")
    with world.session(heir) as session:
        assert session.scalars(query, {"case": case_id}).all() == [heir.user_id]
        assert session.execute(told, {"victim": person.victim_id}).all() == [
            ("REASIGNACION", person.case_code)
        ]
    with world.session(other) as session:
        assert session.execute(told, {"victim": person.victim_id}).all() == []


def test_the_database_lets_only_a_supervisor_hand_deadlines_over(world: World) -> None:
    office = Office(world)
    leaver, _, other = office.officers
    with pytest.raises(ProgrammingError, match="not permitted"), world.session(other) as session:
        staff.hand_over_clocks(session, leaver.user_id, {1: other.user_id})
