"""Each institution sees and moves its own part of a plan, over HTTP and in the database."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.cases.story import (
    API,
    ok,
    problem,
    refer,
    registered,
    rows,
    shared_with,
    unit_code,
    without_row_security,
)
from tests.factories import KIND_OF_ROLE, World
from tests.plans.story import DUE, WISH, running, step

SECRET_TABLES = ("plan_objective", "plan_version")


@pytest.mark.parametrize(
    "role", ["health_officer", "social_programme_officer", "psychologist", "udavit_officer"]
)
def test_a_partial_reader_sees_only_its_own_activities(world: World, role: str) -> None:
    unit = world.unit(KIND_OF_ROLE[role])
    plan, mine = running(world, unit)
    worker = world.actor(role, unit=unit)
    client = world.client(worker)
    problem(client.get(plan.url), 404)
    sent = refer(plan.client, plan.person.case, unit, service_type="SALUD", compartments=["identity", "plan"])
    answer = {"decision": "accept"}
    ok(client.post(f"{API}/referrals/{ok(sent, 201)['code']}/answer", json=answer))
    ok(plan.to("EN_REVISION"))
    plan.activity(unit_code(world, plan.person.officer), "Terapia reservada")
    read = ok(client.get(plan.url))
    assert (read["view"], read["_access"]["plan"], read["state"]) == ("own", "partial", "EN_REVISION")
    assert [a["code"] for a in read["activities"]] == [mine]
    assert not {"objectives", "summary", "signatures"} & set(read)
    assert WISH not in str(read)
    assert "Terapia" not in str(read)
    assert rows(world, worker, "plan_activity", plan.person.victim_id) == 1
    for table in SECRET_TABLES:
        assert rows(world, worker, table, plan.person.victim_id) == 0
    listed = ok(client.get(f"{API}/plans"))["items"]
    assert [(p["code"], p["own_open"], p["own_overdue"]) for p in listed] == [(plan.code, 1, 0)]
    ok(step(client, plan.code, mine, 1, state="EN_CURSO", note="Cita dada"))


def test_a_partial_reader_moves_nothing_of_others(world: World) -> None:
    plan, activity = running(world)
    _, client, _ = shared_with(world, plan.person, "health_officer", service_type="SALUD")
    problem(step(client, plan.code, activity, 1, state="EN_CURSO"), 404)
    headers = {"If-Match": '"1"'}
    problem(client.post(f"{plan.url}/transitions", json={"to": "EN_REVISION"}, headers=headers), 403)
    problem(client.post(f"{plan.url}/objectives", json={"domain": "EMPLEO", "wish": "x", "goal": "y"}), 403)


def test_a_full_reader_of_another_unit_reads_all_and_changes_nothing(world: World) -> None:
    plan, activity = running(world)
    _, client, _ = shared_with(world, plan.person, "car_caseworker")
    read = ok(client.get(plan.url))
    assert read["view"] == "all"
    assert read["possible_states"] == []
    problem(step(client, plan.code, activity, 1, state="EN_CURSO"), 403)
    headers = {"If-Match": f'"{read["version"]}"'}
    problem(client.post(f"{plan.url}/transitions", json={"to": "EN_REVISION"}, headers=headers), 403)
    problem(client.post(f"{plan.url}/signatures", json={"signer": "PERSONA", "manner": "FIRMA"}), 403)


def test_a_partial_role_reads_all_of_a_plan_its_unit_is_responsible_for(world: World) -> None:
    person = registered(world)
    worker, shelter, _ = shared_with(world, person, "shelter_caseworker")
    body = {"case": person.case, "place_of_execution": "LUGAR_DE_DESTINO"}
    code = ok(shelter.post(f"{API}/plans", json=body), 201)["code"]
    url = f"{API}/plans/{code}"
    wish = {"domain": "EMPLEO", "wish": WISH, "goal": "Empleo formal"}
    objective = ok(shelter.post(f"{url}/objectives", json=wish), 201)["code"]
    activity = {"unit": world.unit("TRABAJO"), "due_on": DUE, "description": "Taller de empleo"}
    ok(shelter.post(f"{url}/objectives/{objective}/activities", json=activity), 201)
    read = ok(shelter.get(url))
    assert (read["view"], read["objectives"][0]["wish"], len(read["activities"])) == ("all", WISH, 1)
    assert rows(world, worker, "plan_objective", person.victim_id) == 1


@pytest.mark.parametrize("role", ["prosecutor", "police_investigator"])
def test_who_only_knows_that_it_exists_does_not_read_it(world: World, role: str) -> None:
    plan, _ = running(world)
    actor, client, _ = shared_with(world, plan.person, role, compartments=["identity"])
    problem(client.get(plan.url), 403)
    problem(client.get(f"{API}/plans"), 403)
    for table in ("plan", "plan_activity", "progress_note", *SECRET_TABLES):
        assert rows(world, actor, table, plan.person.victim_id) == 0


def test_a_plan_that_was_not_shared_does_not_exist(world: World) -> None:
    plan, _ = running(world)
    actor, client, _ = shared_with(world, plan.person, "car_caseworker", compartments=["identity"])
    problem(client.get(plan.url), 404)
    problem(
        client.post(f"{API}/plans", json={"case": plan.person.case, "place_of_execution": "LUGAR_DE_ORIGEN"}),
        404,
    )
    assert ok(client.get(f"{API}/plans"))["items"] == []
    assert rows(world, actor, "plan", plan.person.victim_id) == 0
    assert rows(world, actor, "plan_activity", plan.person.victim_id) == 0


def test_texts_never_stand_in_a_clear_column_or_in_the_trace(world: World) -> None:
    plan, activity = running(world)
    ok(step(plan.client, plan.code, activity, 1, note=WISH))
    with world.session(plan.person.officer) as session:
        for table in (
            "plan",
            "plan_objective",
            "plan_activity",
            "progress_note",
            "plan_version",
            "audit_event",
        ):
            stored = session.execute(
                text(f"SELECT to_jsonb(t)::text FROM {table} t WHERE victim_id = :v"),  # noqa: S608
                {"v": plan.person.victim_id},
            ).scalars()
            assert not [row for row in stored if "panader" in row]


def test_plans_page_and_filter(world: World) -> None:
    officer = world.actor("cem_officer")
    client = world.client(officer)
    codes = set()
    for number in range(3):
        case = world.register(officer, identity={"age_years": 30 + number}).case_code
        body = {"case": case, "place_of_execution": "LUGAR_DE_ORIGEN"}
        codes.add(ok(client.post(f"{API}/plans", json=body), 201)["code"])
    page = ok(client.get(f"{API}/plans", params={"limit": 2, "state": "BORRADOR"}))
    rest = ok(client.get(f"{API}/plans", params={"limit": 2, "cursor": page["next"]}))
    assert {p["code"] for p in page["items"] + rest["items"]} == codes
    assert rest["next"] is None
    assert ok(client.get(f"{API}/plans", params={"state": "SUSCRITO"}))["items"] == []
    problem(client.get(f"{API}/plans", params={"state": "ROSA"}), 422)


def test_the_services_hold_without_the_databases_lock(world: World) -> None:
    plan, activity = running(world)
    _, partial, _ = shared_with(world, plan.person, "health_officer", service_type="SALUD")
    _, narrowed, _ = shared_with(world, plan.person, "car_caseworker", compartments=["identity"])
    stranger = world.client(world.actor("cem_officer"))
    with without_row_security(world):
        read = ok(partial.get(plan.url))
        assert (read["view"], read["activities"]) == ("own", [])
        assert WISH not in str(read)
        problem(step(partial, plan.code, activity, 1, state="EN_CURSO"), 404)
        for client in (narrowed, stranger):
            problem(client.get(plan.url), 404)
            problem(step(client, plan.code, activity, 1, state="EN_CURSO"), 404)
            assert ok(client.get(f"{API}/plans"))["items"] == []
