"""Holds of places: who asks never learns which shelter; they expire, become admissions, and move people."""

from __future__ import annotations

from typing import Any

import httpx
from sqlalchemy import Engine

from app.services.scheduler.sweeping import sweep
from tests.access.sql_checks import refused
from tests.cases.story import API, at_once, ok, problem, registered, rows, shared_with
from tests.factories import World
from tests.shelters.steps import PLACEMENTS, SHELTERS, admit, code_of, places, shelter, tag, takes_part

HOLDS = f"{SHELTERS}/holds"


def hold(client: httpx.Client, case: str, department: str, group: str = "MUJERES", **more: Any) -> str:
    body = {"case": case, "group": group, "department": department, **more}
    return str(ok(client.post(HOLDS, json=body), 201)["code"])


def expire(admin: Engine, code: str) -> None:
    with admin.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE place_hold SET expires_at = now() - interval '1 second' WHERE code = %(c)s", {"c": code}
        )


def listed(client: httpx.Client, **params: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = ok(client.get(HOLDS, params=params))["items"]
    return items


def test_who_asks_never_learns_which_shelter(world: World) -> None:
    actor, client = shelter(world, department="03", MUJERES=1)
    unit = code_of(world, actor)
    person = registered(world)
    code = hold(person.client, person.case, "03")
    assert places(client, unit) == {"MUJERES": (1, 0)}
    asked = person.client.get(HOLDS)
    assert unit not in asked.text
    (mine,) = ok(asked)["items"]
    assert (mine["code"], mine["case"], mine["here"]) == (code, person.case, False)
    assert mine["shelter"] == {"code": None, "name": "Centro de acogida (reservado)"}
    (theirs,) = listed(client)
    assert (theirs["code"], theirs["case"], theirs["here"]) == (code, None, True)
    assert theirs["requested_by"]["code"] == code_of(world, person.officer)
    with world.session(person.officer) as session:
        for column in ("unit_id", "compartments"):
            assert refused(session, f"SELECT {column} FROM place_hold")  # noqa: S608
        assert refused(session, "SELECT * FROM place_use")
        rows = session.connection().exec_driver_sql(
            "SELECT * FROM ruv.hold_shelters(ARRAY(SELECT id FROM place_hold))"
        )
        assert rows.all() == []
    assert listed(world.client(world.actor("cem_officer"))) == []
    full = problem(
        registered(world).client.post(
            HOLDS, json={"case": person.case, "group": "MUJERES", "department": "03"}
        ),
        404,
    )
    assert unit not in str(full)


def test_a_full_department_says_so_and_a_case_holds_one_place(world: World) -> None:
    shelter(world, department="04", MUJERES=2)
    person, other, third = registered(world), registered(world), registered(world)
    hold(person.client, person.case, "04")
    again = {"case": person.case, "group": "MUJERES", "department": "04"}
    assert "ya tiene un cupo" in problem(person.client.post(HOLDS, json=again), 409)["detail"]
    hold(other.client, other.case, "04")
    answer = problem(third.client.post(HOLDS, json={**again, "case": third.case}), 409)
    assert "otro departamento" in answer["detail"]


def test_bad_requests_name_the_field(world: World) -> None:
    person = registered(world)
    for body, field in (
        ({"group": "TODAS", "department": "04"}, "group"),
        ({"group": "MUJERES", "department": "99"}, "department"),
        ({"group": "MUJERES"}, "department"),
        ({"group": "MUJERES", "unit": world.unit("CAR")}, "unit"),
        ({"group": "MUJERES", "department": "04", "legal_basis": "CONSENTIMIENTO"}, "legal_basis"),
    ):
        errors = problem(person.client.post(HOLDS, json={"case": person.case, **body}), 422)["errors"]
        assert field in {e["field"] for e in errors}


def test_a_hold_becomes_the_admission(world: World, admin: Engine) -> None:
    actor, client = shelter(world, department="06", MUJERES=1)
    person = registered(world)
    code = hold(person.client, person.case, "06")
    assert "derivación" in problem(client.post(PLACEMENTS, json={"hold": code}), 409)["detail"]
    problem(client.post(PLACEMENTS, json={"hold": code, "case": person.case}), 404)
    takes_part(admin, person.case, actor)
    other = registered(world)
    takes_part(admin, other.case, actor)
    problem(client.post(PLACEMENTS, json={"case": other.case}), 409)  # the place is kept for somebody
    problem(client.post(PLACEMENTS, json={"case": other.case, "hold": code}), 409)
    admit(client, person, hold=code)
    assert [(h["code"], h["state"]) for h in listed(client, ended=True)] == [(code, "CONVERTIDA")]
    assert places(client, code_of(world, actor)) == {"MUJERES": (1, 0)}
    problem(client.post(PLACEMENTS, json={"case": other.case, "hold": code}), 409)
    clock = "SELECT state FROM clock WHERE subject_code = %(c)s"
    with admin.connect() as connection:
        assert connection.exec_driver_sql(clock, {"c": code}).scalar_one() == "CUMPLIDO"


def test_by_law_a_hold_alone_lets_the_shelter_in(world: World) -> None:
    actor, client = shelter(world, department="07", MUJERES=1)
    person = registered(world)
    code = hold(person.client, person.case, "07", legal_basis="INTERES_VITAL")
    problem(client.get(f"{API}/victims/{person.victim}"), 404)
    stranger = shelter(world, department="07", MUJERES=1)[1]
    problem(stranger.post(PLACEMENTS, json={"hold": code}), 404)
    ok(client.post(PLACEMENTS, json={"hold": code}), 201)
    assert ok(client.get(f"{API}/victims/{person.victim}"))["_access"]["identity"] == "full"
    parts = person.client.get(f"{API}/cases/{person.case}/participations").text
    assert code_of(world, actor) not in parts
    _, narrow, _ = shared_with(world, person, "shelter_caseworker")
    body = {"case": person.case, "group": "MUJERES", "department": "07", "legal_basis": "INTERES_VITAL"}
    assert problem(narrow.post(HOLDS, json=body), 403)["errors"][0]["field"] == "legal_basis"


def test_who_was_let_in_by_law_sees_her_as_long_as_she_stays(world: World) -> None:
    first, client = shelter(world, department="21", MUJERES=1)
    person = registered(world)
    code = hold(person.client, person.case, "21", legal_basis="INTERES_VITAL")
    stay = ok(client.post(PLACEMENTS, json={"hold": code}), 201)["code"]
    ok(client.get(f"{API}/victims/{person.victim}"))
    (_, part) = ok(person.client.get(f"{API}/cases/{person.case}/participations"))["items"]
    assert (part["mandate"], part["until"]) == ("ACOGIDA", "la persona sale del centro")
    ok(client.post(f"{PLACEMENTS}/{stay}/exit", json={"reason": "VIDA_INDEPENDIENTE"}, headers=tag(1)))
    for path in (f"victims/{person.victim}", f"cases/{person.case}"):
        problem(client.get(f"{API}/{path}"), 404)
    for table in ("participation", "victim_blob", "victim_key", "profile", "exploitation", "case_note"):
        assert rows(world, first, table, person.victim_id) == 0
    ok(person.client.get(f"{API}/cases/{person.case}"))


def test_a_house_that_answers_for_her_plan_follows_her_up_and_no_more(world: World, admin: Engine) -> None:
    house, client = shelter(world, department="24", MUJERES=1)
    person = registered(world)
    code = hold(person.client, person.case, "24", legal_basis="INTERES_VITAL")
    stay = ok(client.post(PLACEMENTS, json={"hold": code}), 201)["code"]
    body = {"case": person.case, "place_of_execution": "LUGAR_DE_DESTINO"}
    plan = ok(client.post(f"{API}/plans", json=body), 201)["code"]
    ok(client.post(f"{PLACEMENTS}/{stay}/exit", json={"reason": "VIDA_INDEPENDIENTE"}, headers=tag(1)))
    ok(client.get(f"{API}/plans/{plan}"))
    access = ok(client.get(f"{API}/victims/{person.victim}"))["_access"]
    assert "plan" in access
    assert not {"legal", "health", "psychology", "shelter_location"} & set(access)
    assert rows(world, house, "exploitation", person.victim_id) == 0
    with admin.begin() as connection:
        over = "UPDATE plan SET state = 'CERRADO_SIN_CUMPLIR' WHERE code = %(c)s"
        connection.exec_driver_sql(over, {"c": plan})
    problem(client.get(f"{API}/victims/{person.victim}"), 404)
    assert rows(world, house, "participation", person.victim_id) == 0


def test_a_move_ends_the_part_of_the_house_she_leaves(world: World, admin: Engine) -> None:
    here, client = shelter(world, department="22", MUJERES=1)
    there, receiving = shelter(world, department="23", MUJERES=1)
    person = registered(world)
    first = hold(person.client, person.case, "22", legal_basis="INTERES_VITAL")
    stay = ok(client.post(PLACEMENTS, json={"hold": first}), 201)["code"]
    takes_part(admin, person.case, there)
    admit(receiving, person, hold=hold(client, person.case, "23"))
    assert [rows(world, actor, "participation", person.victim_id) for actor in (here, there)] == [0, 1]
    problem(client.get(f"{API}/victims/{person.victim}"), 404)
    (told,) = ok(client.get(f"{API}/notices"))["items"]  # that she left, and nothing else of her
    assert (told["kind"], told["subject"], told["case"]) == ("TRASLADO", stay, None)
    ok(client.post(f"{API}/notices/{told['code']}/read"))


def test_a_hold_is_released_by_either_side_and_not_twice(world: World) -> None:
    actor, client = shelter(world, department="08", MUJERES=1)
    person, stranger = registered(world), registered(world)
    for side in (person.client, client):
        code = hold(person.client, person.case, "08")
        problem(stranger.client.post(f"{HOLDS}/{code}/release", headers=tag(1)), 404)
        problem(side.post(f"{HOLDS}/{code}/release", headers=tag(3)), 412)
        ok(side.post(f"{HOLDS}/{code}/release", headers=tag(1)))
        assert "estado final" in problem(side.post(f"{HOLDS}/{code}/release", headers=tag(2)), 409)["detail"]
        assert places(client, code_of(world, actor)) == {"MUJERES": (1, 1)}


def test_holds_expire_once_and_give_the_place_back(world: World, admin: Engine) -> None:
    actor, client = shelter(world, department="09", MUJERES=1)
    person = registered(world)
    code = hold(person.client, person.case, "09")
    run = "SELECT ruv.expire_holds(ARRAY(SELECT id FROM place_hold WHERE code = %(c)s))"
    with admin.begin() as connection:
        connection.exec_driver_sql(run, {"c": code})  # its time is not over: nothing happens
    assert places(client, code_of(world, actor)) == {"MUJERES": (1, 0)}
    expire(admin, code)
    assert listed(client)[0]["state"] == "VENCIDA"
    for _ in range(2):
        with admin.begin() as connection:
            connection.exec_driver_sql(run, {"c": code})
    assert places(client, code_of(world, actor)) == {"MUJERES": (1, 1)}
    with world.session(actor) as session:
        assert refused(session, "SELECT ruv.expire_holds(ARRAY[1]::bigint[])")


def test_the_sweep_of_the_clocks_ends_a_hold(world: World, admin: Engine) -> None:
    actor, client = shelter(world, department="09", VARONES=1)
    person = registered(world)
    code = hold(person.client, person.case, "09", "VARONES")
    expire(admin, code)
    late = "UPDATE clock SET due_at = now(), next_at = now() WHERE subject_code = %(c)s"
    with admin.begin() as connection:
        connection.exec_driver_sql(late, {"c": code})
    for _ in range(2):
        sweep(world.runtime.database)
    assert [(h["state"], h["version"]) for h in listed(person.client, ended=True)] == [("VENCIDA", 2)]
    assert places(client, code_of(world, actor)) == {"VARONES": (1, 1)}
    with admin.connect() as connection:
        told = "SELECT unit_id FROM notice WHERE subject_code = %(c)s AND kind <> 'CUPO_RESERVADO'"
        units = set(connection.exec_driver_sql(told, {"c": code}).scalars())
        assert units == {person.officer.unit_id, actor.unit_id}


def test_a_hold_whose_time_is_over_keeps_nobody_out(world: World, admin: Engine) -> None:
    actor, client = shelter(world, department="10", MUJERES=1)
    person, other = registered(world), registered(world)
    code = hold(person.client, person.case, "10")
    takes_part(admin, other.case, actor)
    problem(client.post(PLACEMENTS, json={"case": other.case}), 409)
    expire(admin, code)
    problem(client.post(PLACEMENTS, json={"hold": code, "case": other.case}), 409)
    admit(client, other)


def test_a_transfer_closes_one_stay_and_opens_the_next(world: World, admin: Engine) -> None:
    here, client = shelter(world, department="11", MUJERES=1)
    there, receiving = shelter(world, department="12", MUJERES=1)
    person = registered(world)
    for actor in (here, there):
        takes_part(admin, person.case, actor)
    stay = admit(client, person)
    outsider = hold(person.client, person.case, "12")
    problem(receiving.post(PLACEMENTS, json={"case": person.case, "hold": outsider}), 409)  # not from there
    ok(person.client.post(f"{HOLDS}/{outsider}/release", headers=tag(1)))
    code = hold(client, person.case, "12")
    assert listed(client)[0]["transfer"] is True
    admit(receiving, person, hold=code)
    (old,) = ok(client.get(PLACEMENTS, params={"case": person.case}))["items"]
    assert (old["code"], old["state"], old["exit_reason"]) == (stay, "EGRESADA", "TRASLADO")
    assert places(client, code_of(world, here)) == {"MUJERES": (1, 1)}
    assert places(receiving, code_of(world, there)) == {"MUJERES": (1, 0)}
    told = [(n["kind"], n["subject"]) for n in ok(client.get(f"{API}/notices"))["items"]]
    assert told == [("TRASLADO", stay)]  # nothing of where she is now
    assert not [n for n in ok(receiving.get(f"{API}/notices"))["items"] if n["kind"] == "TRASLADO"]


def test_one_place_is_held_or_taken_once(world: World, admin: Engine) -> None:
    actor, client = shelter(world, department="13", MUJERES=1)
    people = [registered(world) for _ in range(4)]
    for person in people:
        takes_part(admin, person.case, actor)
    body = {"group": "MUJERES", "department": "13"}
    calls = [lambda p=p: p.client.post(HOLDS, json={**body, "case": p.case}) for p in people[:2]]
    calls += [lambda p=p: client.post(PLACEMENTS, json={"case": p.case}) for p in people[2:]]
    assert at_once(calls) == [201, 409, 409, 409]
