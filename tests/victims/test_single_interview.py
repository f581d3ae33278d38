"""The single interview is single: another one says why, and who ordered it."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.victims import single_interview as rule
from tests.cases.story import API, Registered, mandate, ok, problem, registered, unit_code
from tests.factories import World

items = st.fixed_dictionaries(
    {},
    optional={
        "date": st.just("2026-05-01"),
        "reason": st.sampled_from(["", "Nuevo hecho"]),
        "authority": st.sampled_from(["", "Juez"]),
    },
)
testimony = st.fixed_dictionaries(
    {},
    optional={
        "single_interview_done": st.sampled_from(["SI", "NO", "NO_SABE", None]),
        "interview_date": st.sampled_from(["2026-01-01", "2026-02-02", None]),
        "further_interviews": st.none() | st.lists(items, max_size=3),
        "place_other": st.just("Sala"),
    },
)


@given(testimony, testimony)
def test_nothing_goes_through_unsaid(before: dict[str, Any], patch: dict[str, Any]) -> None:
    done = rule.held(before)
    repeated = went_through = False
    with contextlib.suppress(rule.SingleInterview):
        repeated = rule.check(before, patch, done=done, shown=before)
        went_through = True
    if not went_through:
        assert done
        return
    added = len(patch.get("further_interviews") or []) > len(before.get("further_interviews") or [])
    says_done = "SI" == patch.get("single_interview_done") != before.get("single_interview_done")
    again = says_done or patch.get("interview_date") not in (None, before.get("interview_date"))
    if done and (added or again):
        assert repeated
        assert any(i.get("reason") and i.get("authority") for i in patch["further_interviews"])
    if not done:
        assert not repeated


def interviewed(world: World) -> Registered:
    person = registered(world, "police_investigator")
    first = {"single_interview_done": "SI", "interview_date": "2026-03-09"}
    ok(patch(person, first, 0))
    return person


def patch(person: Registered, body: dict[str, Any], version: int) -> Any:
    url = f"{API}/victims/{person.victim}/testimony"
    return person.client.patch(url, json=body, headers={"If-Match": f'"{version}"'})


@pytest.mark.parametrize(
    "body",
    [
        {"further_interviews": [{"date": "2026-05-01"}]},
        {"further_interviews": [{"date": "2026-05-01", "reason": "Nuevo hecho", "authority": "  "}]},
        {"interview_date": "2026-06-01"},
    ],
)
def test_another_interview_is_refused_until_it_is_justified(world: World, body: dict[str, Any]) -> None:
    person = interviewed(world)
    refused = problem(patch(person, body, 1), 409)
    assert refused["type"] == "urn:ruv:problem:single-interview"
    assert "2026-03-09" in refused["detail"]
    assert any(error["field"].endswith("authority") for error in refused["errors"])
    said = {"date": "2026-05-01", "reason": "Hecho nuevo", "authority": "Fiscalía"}
    assert ok(patch(person, {**body, "further_interviews": [said]}, 1))["version"] == 2
    entries = ok(registrar(world, person).get(f"{API}/victims/{person.victim}/access-log"))["items"]
    assert "victims.single-interview" in {entry["action"] for entry in entries}


def registrar(world: World, person: Registered) -> Any:
    """Who may read the log: a prosecutor brought in."""
    chief = world.actor("prosecutor", supervisor=True)
    url = f"{API}/cases/{person.case}/participations"
    ok(person.client.post(url, json=mandate(unit_code(world, chief))), 201)
    return world.client(chief)


def test_other_fields_and_the_first_interview_ask_nothing(world: World) -> None:
    person = interviewed(world)
    ok(patch(person, {"place_type": None, "file_number": "C-1"}, 1))
    same = {"single_interview_done": "SI", "interview_date": "2026-03-09"}
    ok(patch(person, same, 2))  # the same again is no other interview


def test_the_proceedings_alone_may_tell_that_it_was_held(world: World) -> None:
    person = registered(world, "police_investigator")
    fiscal = registrar(world, person)
    url = f"{API}/victims/{person.victim}"
    legal = {"single_interview_date": "2026-03-09"}
    ok(fiscal.patch(f"{url}/legal", json=legal, headers={"If-Match": '"0"'}))
    first = {"single_interview_done": "SI"}
    problem(fiscal.patch(f"{url}/testimony", json=first, headers={"If-Match": '"0"'}), 409)
