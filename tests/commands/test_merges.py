"""Merging two records and splitting them again, from the asking to the second person, over HTTP."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from app.codes import new_code
from tests.cases.story import API, Registered, at_once, ok, problem, registered, shared_with
from tests.commands.steps import asked_merge, decide, invite, lapse
from tests.factories import World


@pytest.fixture
def pair(world: World) -> tuple[Registered, Registered]:
    """One woman, registered by two units that do not know of each other."""
    return registered(world), registered(world, role="udavit_officer", first_surname="Mamani")


def ask(
    client: httpx.Client, what: str, headers: dict[str, str] | None = None, **body: Any
) -> httpx.Response:
    """Ask for a merge or a split."""
    reason = "MISMOS_DATOS" if what == "merges" else "FUSION_POR_ERROR"
    return client.post(f"{API}/matching/{what}", json={"reason": reason, **body}, headers=headers)


def main_code(client: httpx.Client, code: str) -> str:
    """The code a person answers with."""
    return str(ok(client.get(f"{API}/victims/{code}"))["code"])


def test_two_units_make_one_person_of_two_and_two_again(pair: tuple[Registered, Registered]) -> None:
    one, other = pair
    code = asked_merge(one, other)
    seen = ok(other.client.get(f"{API}/commands/{code}"))
    assert seen["subject"] == {
        "keep": None,
        "absorb": other.victim,
    }  # the other unit's person is not in sight
    assert seen["possible"] == ["approve", "refuse"]
    own = ok(one.client.get(f"{API}/commands/{code}"))
    assert own["subject"] == {"keep": one.victim, "absorb": other.victim}
    assert own["possible"] == ["withdraw"]
    assert main_code(other.client, other.victim) == other.victim

    assert ok(decide(other.client, code, "approvals"))["state"] == "EJECUTADA"
    for client in (one.client, other.client):
        assert {main_code(client, known) for known in (one.victim, other.victim)} == {one.victim}
    assert ok(other.client.get(f"{API}/commands/{code}"))["subject"] == own["subject"]  # all hers now
    assert (
        "una misma persona"
        in problem(ask(one.client, "merges", keep=one.victim, absorb=other.victim), 409)["detail"]
    )

    undo = ok(ask(other.client, "splits", code=one.victim, record=other.victim), 202)["command"]
    assert ok(one.client.get(f"{API}/commands/{undo}"))["kind"] == "SEPARACION"
    ok(decide(one.client, undo, "approvals"))
    assert main_code(one.client, one.victim) == one.victim
    assert main_code(other.client, other.victim) == other.victim
    problem(one.client.get(f"{API}/victims/{other.victim}"), 404)


def test_the_custody_asks_about_any_two_and_another_approves(
    world: World, pair: tuple[Registered, Registered]
) -> None:
    one, other = pair
    steward, second = (
        world.client(world.actor("registry_steward")),
        world.client(world.actor("registry_steward")),
    )
    code = ok(ask(steward, "merges", keep=one.victim, absorb=other.victim), 202)["command"]
    problem(decide(steward, code, "approvals"), 403)
    assert ok(second.get(f"{API}/commands/{code}"))["subject"] == {"keep": one.victim, "absorb": other.victim}
    ok(decide(second, code, "approvals"))
    assert main_code(other.client, other.victim) == one.victim
    problem(second.get(f"{API}/victims/{one.victim}"), 404)


def test_two_who_know_one_of_the_two_do_not_bring_a_stranger_into_their_sight(
    world: World, pair: tuple[Registered, Registered]
) -> None:
    """Whoever heard a code and has a friend in the same case would see that woman too."""
    one, other = pair
    second = invite(world, one, "prosecutor")
    client = world.client(second)
    code = asked_merge(one, other)
    assert ok(client.get(f"{API}/commands/{code}"))["possible"] == ["refuse"]
    assert "una de las dos personas" in problem(decide(client, code, "approvals"), 403)["detail"]
    problem(one.client.get(f"{API}/victims/{other.victim}"), 404)
    ok(decide(other.client, code, "approvals"))
    assert main_code(one.client, other.victim) == one.victim


def test_a_guest_with_a_part_of_her_record_does_not_open_all_of_it_to_another_unit(
    world: World, pair: tuple[Registered, Registered]
) -> None:
    one, other = pair
    _, guest, _ = shared_with(world, other, "car_caseworker", supervisor=True)
    code = asked_merge(one, other)
    assert ok(guest.get(f"{API}/commands/{code}"))["possible"] == ["refuse"]
    problem(decide(guest, code, "approvals"), 403)
    ok(decide(guest, code, "refusals", reason="FALTA_SUSTENTO"))


def test_nobody_asks_about_two_strangers_and_learns_nothing_by_trying(
    world: World, pair: tuple[Registered, Registered]
) -> None:
    one, other = pair
    stranger = world.client(world.actor("cem_officer", supervisor=True))
    tries = [
        {"keep": one.victim, "absorb": other.victim},
        {"keep": one.victim, "absorb": new_code("TP")},
        {"keep": new_code("TP"), "absorb": new_code("TP")},
    ]
    answers = [problem(ask(stranger, "merges", **body), 404) for body in tries]
    answers += [problem(ask(stranger, "splits", code=one.victim, record=other.victim), 404)]
    assert all(answer == answers[0] for answer in answers)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"keep": "TP-1"}, "keep"),
        ({"absorb": "CA-7K3M-9QX2-H4TC"}, "absorb"),
        ({"absorb": new_code("TP")}, "absorb"),
        ({"reason": "PORQUE_SI"}, "reason"),
        ({"reason": ""}, "reason"),
        ({"keep": 7}, "keep"),
        ({"note": "Yesenia"}, "note"),
    ],
    ids=["no code", "of a case", "nobody's", "reason", "empty", "type", "text"],
)
def test_what_is_wrong_is_named_and_nothing_is_asked(
    pair: tuple[Registered, Registered], change: dict[str, Any], field: str
) -> None:
    one, other = pair
    body = {"keep": one.victim, "absorb": other.victim, **change}
    answer = ask(one.client, "merges", **body)
    errors = problem(answer, 422)["errors"]
    assert [error["field"].rpartition(".")[2] for error in errors] == [field]
    assert "Yesenia" not in answer.text
    assert ok(one.client.get(f"{API}/commands"))["items"] == []


def test_what_is_no_part_of_a_person_is_not_split_off(pair: tuple[Registered, Registered]) -> None:
    one, other = pair
    problem(ask(one.client, "splits", code=one.victim, record=other.victim), 409)
    problem(ask(one.client, "splits", code=one.victim, record=one.victim), 409)
    problem(ask(one.client, "merges", keep=one.victim, absorb=one.victim), 409)


def test_a_change_between_asking_and_approving_stops_it(pair: tuple[Registered, Registered]) -> None:
    one, other = pair
    code = asked_merge(one, other)
    url = f"{API}/victims/{other.victim}/identity"
    ok(other.client.patch(url, json={"given_names": "Yesenia Flor"}, headers={"If-Match": '"1"'}))
    assert problem(decide(other.client, code, "approvals"), 409)["code"] == "changed"
    assert main_code(other.client, other.victim) == other.victim
    assert ok(one.client.get(f"{API}/commands/{code}"))["state"] == "PENDIENTE"
    ok(decide(one.client, code, "withdrawals"))
    ok(decide(other.client, asked_merge(one, other), "approvals"))
    assert main_code(other.client, other.victim) == one.victim


def test_it_happens_once_whoever_approves_at_the_same_moment(
    world: World, pair: tuple[Registered, Registered]
) -> None:
    one, other = pair
    code = asked_merge(one, other)
    second = world.client(world.actor("registry_steward"))
    calls = [lambda c=client: decide(c, code, "approvals") for client in (other.client, second) * 3]
    statuses = at_once(calls)
    assert statuses.count(200) == 1
    assert set(statuses[1:]) <= {409, 412}
    assert main_code(other.client, other.victim) == one.victim


def test_what_lapsed_is_not_executed(pair: tuple[Registered, Registered], world: World) -> None:
    one, other = pair
    code = asked_merge(one, other)
    lapse(world, code)
    problem(decide(other.client, code, "approvals"), 409)
    assert main_code(other.client, other.victim) == other.victim


def test_a_repeated_asking_answers_as_the_first(pair: tuple[Registered, Registered]) -> None:
    one, other = pair
    body = {"keep": one.victim, "absorb": other.victim}
    headers = {"Idempotency-Key": "una-vez"}
    first, again = (ask(one.client, "merges", headers, **body) for _ in range(2))
    assert ok(first, 202) == ok(again, 202)
    assert first.headers["location"] == again.headers["location"]
    assert problem(ask(one.client, "merges", **body), 409)["command"] == ok(first, 202)["command"]
