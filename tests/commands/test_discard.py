"""Discarding a case, from the asking to the second person, over HTTP."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.access.actor import Actor
from tests.cases.story import API, at_once, move, ok, problem, registered, shared_with
from tests.commands.steps import asked, decide, invite, lapse, past_locks, supervisor_of
from tests.factories import World


def test_a_case_is_discarded_by_two_people_of_two_units(world: World) -> None:
    person = registered(world)
    answer = move(person.client, person.case, "DESCARTADA", reason="SIN_INDICIOS")
    code = ok(answer, 202)["command"]
    assert answer.headers["location"] == f"{API}/commands/{code}"
    assert ok(person.client.get(f"{API}/cases/{person.case}"))["state"] == "PRESUNTA_VICTIMA"

    second = invite(world, person, "udavit_officer")
    client = world.client(second)
    seen = ok(client.get(f"{API}/commands/{code}"))
    assert (seen["kind"], seen["state"], seen["possible"]) == ("DESCARTE", "PENDIENTE", ["approve", "refuse"])
    assert seen["subject"] == {"case": person.case, "victim": person.victim}
    assert [item["code"] for item in ok(client.get(f"{API}/commands?state=PENDIENTE"))["items"]] == [code]

    done = ok(decide(client, code, "approvals"))
    assert (done["state"], done["same_institution"]) == ("EJECUTADA", False)
    case = ok(person.client.get(f"{API}/cases/{person.case}"))
    assert (case["state"], case["version"]) == ("DESCARTADA", 2)
    assert case["closed_at"]
    last = case["transitions"][-1]
    assert (last["from"], last["to"], last["reason"]) == ("PRESUNTA_VICTIMA", "DESCARTADA", "SIN_INDICIOS")
    after = ok(person.client.get(f"{API}/commands/{code}"))
    assert (after["state"], after["possible"]) == ("EJECUTADA", [])
    log = ok(person.client.get(f"{API}/victims/{person.victim}/access-log"))["items"]
    words = [entry["action"] for entry in log]
    assert {"commands.request", "commands.approve", "cases.transition"} <= set(words)


def test_it_is_executed_once_whoever_approves_at_the_same_moment(world: World) -> None:
    person = registered(world)
    code = asked(person)
    clients = [world.client(invite(world, person, role)) for role in ("udavit_officer", "prosecutor")]
    calls = [lambda c=client: decide(c, code, "approvals") for client in clients for _ in range(3)]
    statuses = at_once(calls)
    assert statuses.count(200) == 1
    assert set(statuses[1:]) <= {409, 412}
    case = ok(person.client.get(f"{API}/cases/{person.case}"))
    assert [step["to"] for step in case["transitions"]].count("DESCARTADA") == 1
    assert case["version"] == 2


def test_neither_the_same_person_nor_the_same_unit_is_a_second_one(world: World) -> None:
    person = registered(world)
    code = asked(person)
    assert "otra persona" in problem(decide(person.client, code, "approvals"), 403)["detail"]
    colleague = world.client(supervisor_of(world, person.officer))
    assert "otra unidad" in problem(decide(colleague, code, "approvals"), 403)["detail"]
    assert (
        "otra unidad" in problem(decide(colleague, code, "refusals", reason="NO_CORRESPONDE"), 403)["detail"]
    )
    assert ok(person.client.get(f"{API}/commands/{code}"))["state"] == "PENDIENTE"


def test_who_moves_to_another_unit_stays_the_person_who_asked(world: World) -> None:
    person = registered(world)
    code = asked(person)
    second = invite(world, person, "cem_officer", supervisor=True)
    moved = Actor(
        person.officer.user_id, "", second.unit_id, second.institution_id, second.role, unit_wide=True
    )
    past_locks(
        world,
        "UPDATE user_account SET unit_id = :unit, supervisor = true WHERE id = :account",
        unit=moved.unit_id,
        account=moved.user_id,
    )
    with world.session(moved) as session:
        seen = session.execute(
            text("SELECT own_request, own_unit FROM command_request c, ruv.command_face(c.id)")
        )
        assert seen.all() == [(True, False)]
    problem(decide(world.client(moved), code, "approvals"), 403)
    ok(decide(world.client(second), code, "approvals"))


def test_out_of_scope_it_does_not_exist_and_oversight_decides_it(world: World) -> None:
    person = registered(world)
    code = asked(person)
    stranger = world.client(world.actor("cem_officer", supervisor=True))
    for answer in (stranger.get(f"{API}/commands/{code}"), decide(stranger, code, "approvals", tag='"1"')):
        problem(answer, 404)
    assert ok(stranger.get(f"{API}/commands"))["items"] == []
    officer = world.client(world.actor("data_protection_officer"))
    assert ok(officer.get(f"{API}/commands/{code}"))["subject"]["case"] == person.case
    problem(officer.get(f"{API}/cases/{person.case}"), 404)
    ok(decide(officer, code, "approvals"))
    assert ok(person.client.get(f"{API}/cases/{person.case}"))["state"] == "DESCARTADA"


def test_roles_without_the_permission_neither_ask_nor_decide(world: World) -> None:
    person = registered(world)
    code = asked(person)
    police = world.client(invite(world, person, "police_investigator"))
    problem(decide(police, code, "approvals", tag='"1"'), 403)
    assert ok(police.get(f"{API}/commands"))["items"] == []  # asks, but does not decide what others asked
    health = shared_with(world, person, "health_officer")[1]
    problem(health.get(f"{API}/commands"), 403)
    problem(health.get(f"{API}/commands/{code}"), 403)


def test_it_lapses_after_seven_days_and_is_asked_anew(world: World) -> None:
    person = registered(world)
    second = world.client(invite(world, person, "udavit_officer"))
    code = asked(person)
    body = problem(move(person.client, person.case, "DESCARTADA", reason="SIN_INDICIOS"), 409)
    assert body["command"] == code
    lapse(world, code)
    for client in (person.client, second):
        seen = ok(client.get(f"{API}/commands/{code}"))
        assert (seen["state"], seen["possible"]) == ("VENCIDA", [])
        assert [c["code"] for c in ok(client.get(f"{API}/commands?state=VENCIDA"))["items"]] == [code]
        assert ok(client.get(f"{API}/commands?state=PENDIENTE"))["items"] == []
    for step in ("approvals", "refusals"):
        assert problem(decide(second, code, step, reason="NO_CORRESPONDE"), 409)["state"] == "VENCIDA"
    problem(decide(person.client, code, "withdrawals"), 409)
    again = asked(person)
    assert again != code
    assert ok(person.client.get(f"{API}/commands/{code}"))["version"] == 2  # written down by the sweep
    ok(decide(second, again, "approvals"))


def test_what_changed_meanwhile_is_not_discarded_and_waits_to_be_withdrawn(world: World) -> None:
    person = registered(world)
    second = world.client(invite(world, person, "udavit_officer"))
    code = asked(person)
    ok(move(person.client, person.case, "EN_ASISTENCIA_INMEDIATA"))
    body = problem(decide(second, code, "approvals"), 409)
    assert body["code"] == "changed"
    assert "pedirlo de nuevo" in body["detail"]
    assert ok(second.get(f"{API}/commands/{code}"))["state"] == "PENDIENTE"
    assert ok(decide(person.client, code, "withdrawals"))["state"] == "RETIRADA"
    problem(decide(second, code, "approvals"), 409)


def test_a_housed_person_is_not_discarded(world: World) -> None:
    person = registered(world)
    second = world.client(invite(world, person, "udavit_officer"))
    code = asked(person)
    past_locks(
        world,
        "INSERT INTO placement (victim_id, case_id, code, unit_id, admitted_by)"
        " SELECT c.victim_id, c.id, 'AL-0000-0000-0000', c.opened_unit_id, c.opened_by"
        " FROM command_request r JOIN trafficking_case c ON c.id = r.case_id WHERE r.code = :code",
        code=code,
    )  # fmt: skip
    assert "egreso" in problem(decide(second, code, "approvals"), 409)["detail"]


def test_a_refusal_names_its_reason_and_ends_it(world: World) -> None:
    person = registered(world)
    second = world.client(invite(world, person, "udavit_officer"))
    code = asked(person)
    body = problem(decide(second, code, "refusals", reason="PORQUE_NO"), 422)
    assert body["errors"][0]["field"] == "reason"
    assert ok(decide(second, code, "refusals", reason="FALTA_SUSTENTO"))["state"] == "RECHAZADA"
    seen = ok(person.client.get(f"{API}/commands/{code}"))
    assert (seen["refusal_reason"], seen["refusal_label"]) == ("FALTA_SUSTENTO", "Falta sustento")
    problem(decide(second, code, "approvals"), 409)
    asked(person)


def test_only_who_asked_withdraws(world: World) -> None:
    person = registered(world)
    code = asked(person)
    problem(decide(world.client(supervisor_of(world, person.officer)), code, "withdrawals"), 403)
    assert ok(decide(person.client, code, "withdrawals"))["state"] == "RETIRADA"


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 422, "reason"),
        ({"reason": "PORQUE_SI"}, 422, "reason"),
        ({"reason": "SIN_INDICIOS", "note": "Yesenia no es víctima"}, 422, "note"),
        ({"reason": "SIN_INDICIOS", "outcome": "TRASLADO"}, 422, "outcome"),
    ],
)
def test_what_is_wrong_with_the_asking_is_named(
    world: World, body: dict[str, str], status: int, field: str
) -> None:
    person = registered(world)
    answer = problem(move(person.client, person.case, "DESCARTADA", **body), status)
    assert [error["field"] for error in answer["errors"]] == [field]
    assert ok(person.client.get(f"{API}/commands"))["items"] == []


def test_a_case_past_the_presumption_is_not_discarded(world: World) -> None:
    person = registered(world)
    ok(move(person.client, person.case, "EN_ASISTENCIA_INMEDIATA"))
    problem(move(person.client, person.case, "DESCARTADA", reason="SIN_INDICIOS"), 409)


def test_a_repeated_asking_answers_as_the_first(world: World) -> None:
    person = registered(world)
    body = {"to": "DESCARTADA", "reason": "SIN_INDICIOS"}
    headers = {"If-Match": '"1"', "Idempotency-Key": "una-vez"}
    url = f"{API}/cases/{person.case}/transitions"
    first, second = (person.client.post(url, json=body, headers=headers) for _ in range(2))
    assert ok(first, 202) == ok(second, 202)
    problem(person.client.post(url, json={**body, "reason": "OTRO_HECHO"}, headers=headers), 409)


def test_of_many_who_ask_at_once_one_does(world: World) -> None:
    person = registered(world)
    url = f"{API}/cases/{person.case}/transitions"
    body = {"to": "DESCARTADA", "reason": "SIN_INDICIOS"}
    calls = [lambda: person.client.post(url, json=body, headers={"If-Match": '"1"'}) for _ in range(6)]
    assert at_once(calls) == [202, 409, 409, 409, 409, 409]


def test_a_version_is_asked_for(world: World) -> None:
    person = registered(world)
    code = asked(person)
    second = world.client(invite(world, person, "udavit_officer"))
    problem(second.post(f"{API}/commands/{code}/approvals"), 428)
    problem(decide(second, code, "approvals", tag='"7"'), 412)
