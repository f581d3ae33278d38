"""Merging is undone exactly: the tables depend on which records are one person, and on nothing that was."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from app.errors import Conflict
from app.services.victims.registration import Registered
from tests.cases.story import API, ok, refer, registered, shared_with, unit_code
from tests.factories import World
from tests.merging.story import Two, dump, run, two_of
from tests.plans.story import drafted, full, running, step


@dataclass(frozen=True)
class Shape:
    """What is drawn of a record."""

    age: int | None
    foreign: bool
    contact: bool
    closed: bool
    housed: bool


SHAPES = st.builds(
    Shape, st.sampled_from([None, 12, 30]), st.booleans(), st.booleans(), st.booleans(), st.booleans()
)
STEPS = st.lists(st.tuples(st.booleans(), st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=8)


@dataclass
class Model:
    """Who was merged into whom, as one would note it on paper."""

    into: dict[int, int] = field(default_factory=dict)
    housed: set[int] = field(default_factory=set)

    def root(self, record: int) -> int:
        return self.root(self.into[record]) if record in self.into else record

    def group(self, root: int, count: int) -> set[int]:
        return {record for record in range(count) if self.root(record) == root}

    def partition(self, count: int) -> tuple[int, ...]:
        return tuple(self.root(record) for record in range(count))


def register(world: World, admin: Engine, shape: Shape) -> Registered:
    officer = world.actor("cem_officer")
    parts: dict[str, dict[str, Any]] = {}
    if shape.age is not None:
        parts["identity"] = {"age_years": shape.age, "sex": "MUJER"}
    if shape.foreign:
        parts.setdefault("identity", {})["nationality"] = "VE"
    if shape.contact or not parts:
        parts["contact"] = {"email": f"{secrets.token_hex(4)}@example.org"}
    person = world.register(officer, **parts)
    key = {"v": person.victim_id}
    if shape.housed:
        run(
            admin,
            "INSERT INTO placement (victim_id, case_id, code, unit_id, admitted_by) SELECT c.victim_id, c.id,"
            " 'AL-' || c.id, c.opened_unit_id, c.opened_by FROM trafficking_case c WHERE c.victim_id = :v",
            **key,
        )
    if shape.closed:
        run(
            admin,
            "UPDATE trafficking_case SET state = 'CERRADO', closed_at = now() WHERE victim_id = :v",
            **key,
        )
    return person


@settings(
    max_examples=10,
    phases=[Phase.generate],  # each example is made of many transactions: shrinking takes an hour
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(shapes=st.lists(SHAPES, min_size=2, max_size=4), steps=STEPS)
def test_the_tables_depend_on_nothing_but_who_is_one_person(
    world: World, admin: Engine, shapes: list[Shape], steps: list[tuple[bool, int, int]]
) -> None:
    two = two_of(world)
    people = [register(world, admin, shape) for shape in shapes]
    keys = [person.victim_id for person in people]
    model = Model(housed={n for n, shape in enumerate(shapes) if shape.housed})
    seen = {model.partition(len(people)): dump(admin, keys)}
    for joins, first, second in steps:
        one, other = first % len(people), second % len(people)
        (join if joins else leave)(two, model, people, one, other)
        state = model.partition(len(people))
        assert seen.setdefault(state, dump(admin, keys)) == dump(admin, keys)
    while model.into:  # the last one first
        record = next(r for r in reversed(model.into) if model.into[r] == model.root(r))
        leave(two, model, people, model.root(record), record)
    assert dump(admin, keys) == seen[tuple(range(len(people)))]


def join(two: Two, model: Model, people: list[Registered], one: int, other: int) -> None:
    """Merge the persons of two records; refused where each lives in a shelter."""
    keep, absorb = model.root(one), model.root(other)
    if keep == absorb:
        return
    count = len(people)
    if model.group(keep, count) & model.housed and model.group(absorb, count) & model.housed:
        with pytest.raises(Conflict, match="acogidas"):
            two.merge(people[keep].code, people[absorb].code)
        return
    two.merge(people[one].code, people[other].code)
    model.into[absorb] = keep


def leave(two: Two, model: Model, people: list[Registered], _: int, record: int) -> None:
    """Split a merged record off; refused where it came with another one."""
    if record not in model.into:
        return
    root = model.root(record)
    if model.into[record] != root:
        with pytest.raises(Conflict, match="separe primero"):
            two.split(people[root].code, people[record].code)
        return
    two.split(people[root].code, people[record].code)
    del model.into[record]


def test_a_life_of_two_records_comes_apart_as_it_was(world: World, admin: Engine) -> None:
    """Cases, plans with notes, referrals with messages, stays, parts of five units: every row of all."""
    plan, activity = running(world)
    kept = plan.person
    _, shelter, _ = shared_with(world, kept, "car_caseworker")
    ok(step(kept.client, plan.code, activity, 1, state="EN_CURSO", note="Se matriculó"))
    ok(shelter.post(f"{API}/placements", json={"case": kept.case}), 201)
    absorbed = registered(world, "udavit_officer", nationality="VE")
    asked = unit_code(world, world.actor("health_officer"))
    ok(refer(absorbed.client, absorbed.case, asked, service_type="SALUD", message="Control"), 201)
    shared_with(world, absorbed, "prosecutor")
    two, keys = two_of(world), (kept.victim_id, absorbed.victim_id)
    before = dump(admin, keys)
    for keep, absorb in ((kept, absorbed), (absorbed, kept)):
        two.merge(keep.victim, absorb.victim)
        hanging = dump(admin, [absorb.victim_id])
        assert {table for table, rows in hanging.items() if rows} <= {
            "victim", "profile", "victim_token", "match_candidate",
        }  # fmt: skip
        assert [len(rows) for rows in dump(admin, keys).values()] == [len(rows) for rows in before.values()]
        two.split(keep.victim, absorb.victim)
        assert dump(admin, keys) == before


def test_all_that_hangs_from_a_plan_goes_with_the_person_and_comes_back(world: World, admin: Engine) -> None:
    plan, absorbing = full(world), registered(world)
    two, keys = two_of(world), (plan.person.victim_id, absorbing.victim_id)
    read = {
        path: ok(plan.client.get(f"{plan.url}/{path}")) for path in ("reviews", "follow-ups", "versions/1")
    }
    before = dump(admin, keys)
    two.merge(absorbing.victim, plan.person.victim)
    assert {path: ok(plan.client.get(f"{plan.url}/{path}")) for path in read} == read
    hanging = {table for table, rows in dump(admin, [plan.person.victim_id]).items() if rows}
    assert not {table for table in hanging if table.startswith(("plan", "objective", "follow"))}
    assert "clock" not in hanging
    two.split(absorbing.victim, plan.person.victim)
    assert dump(admin, keys) == before


def test_what_was_written_meanwhile_stays_with_its_record(world: World, admin: Engine) -> None:
    kept, plan = registered(world), drafted(world)
    absorbed, two = plan.person, two_of(world)
    own = dump(admin, [kept.victim_id])
    two.merge(kept.victim, absorbed.victim)
    new = plan.activity(unit_code(world, absorbed.officer), "Taller de panadería")
    url = f"{API}/victims/{absorbed.victim}"
    changed = kept.client.patch(
        f"{url}/contact", json={"email": "nueva@example.org"}, headers={"If-Match": '"0"'}
    )
    ok(changed)
    two.split(kept.victim, absorbed.victim)
    shown = ok(plan.client.get(plan.url))["activities"]
    assert (new, "Taller de panadería") in {(found["code"], found["description"]) for found in shown}
    after = dump(admin, [kept.victim_id])
    assert {name for name in own if own[name] != after[name]} == {
        "compartment_head", "victim_blob", "victim_key",
    }  # fmt: skip
    assert "contact" not in ok(plan.client.get(url))["filled"]
    assert ok(kept.client.get(f"{API}/victims/{kept.victim}"))["filled"]["contact"]["version"] == 1
