"""What supervisors see of their unit: the list of what to review, and its figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.access.actor import Actor
from app.services.clocks.service import Subject, start
from tests.cases.story import API, ok, problem, refer, registered, unit_code
from tests.commands.steps import asked, decide, invite, supervisor_of
from tests.factories import World
from tests.plans.story import DUE
from tests.scratch import past_policies

REVIEWS, FIGURES = f"{API}/supervision/reviews", f"{API}/supervision/figures"


def long_ago(world: World, statement: str, **values: Any) -> None:
    """Let time pass for a row, as nobody can over HTTP."""
    with past_policies(world.runtime) as admin:
        admin.execute(text(statement), values)


def listed(world: World, actor: Actor, **params: Any) -> list[dict[str, Any]]:
    """The list, without what registering a person starts by itself."""
    items: list[dict[str, Any]] = ok(world.client(actor).get(REVIEWS, params=params))["items"]
    return items


def clock(world: World, actor: Actor, kind: str, table: str, code: str, due_at: datetime) -> None:
    """Start a deadline on a row of the case."""
    with world.session(actor) as session:
        row = session.execute(
            text(f"SELECT * FROM {table} WHERE code = :code"),  # noqa: S608 - names of the test
            {"code": code},
        ).one()
        case_id = getattr(row, "case_id", row.id)
        subject = Subject(table, row.id, code, row.victim_id, case_id, actor.unit_id, actor.user_id)
        start(session, kind, subject, due_at=due_at)


def test_deadlines_and_reviews_are_listed_by_urgency_with_who_has_charge(world: World) -> None:
    person = registered(world)
    chief = supervisor_of(world, person.officer)
    body = {"case": person.case, "place_of_execution": "LUGAR_DE_ORIGEN"}
    plan = ok(person.client.post(f"{API}/plans", json=body), 201)["code"]
    now = datetime.now(UTC)
    clock(world, person.officer, "SEGUIMIENTO", "trafficking_case", person.case, now - timedelta(days=2))
    clock(world, person.officer, "PRI_REVISION", "plan", plan, now + timedelta(days=3))
    found = listed(world, chief)
    assert [(item["kind"], item["deadline"], item["code"], item["overdue"]) for item in found] == [
        ("PLAZO_VENCIDO", "SEGUIMIENTO", person.case, True),
        ("PLAN_POR_REVISAR", "PRI_REVISION", plan, False),
    ]
    assert {item["case"] for item in found} == {person.case}
    assert {item["victim"] for item in found} == {person.victim}
    assert [item["in_charge"] for item in found] == [[person.officer.username]] * 2
    assert found[0]["kind_label"] == "Plazo vencido"
    assert found[0]["deadline_label"]
    assert ok(world.client(chief).get(FIGURES))["reviews_due"] == {"count": 1, "unit_of_count": "planes"}


def test_a_review_far_ahead_and_a_running_deadline_are_not_listed(world: World) -> None:
    person = registered(world)
    chief = supervisor_of(world, person.officer)
    soon = datetime.now(UTC) + timedelta(days=1)
    clock(world, person.officer, "SEGUIMIENTO", "trafficking_case", person.case, soon)
    clock(world, person.officer, "PRI_REVISION", "trafficking_case", person.case, soon + timedelta(days=8))
    assert listed(world, chief) == []


def test_a_case_without_movement_is_listed_until_somebody_moves_it(world: World) -> None:
    person = registered(world)
    chief = supervisor_of(world, person.officer)
    assert listed(world, chief, kind="CASO_SIN_MOVIMIENTO") == []
    long_ago(
        world,
        "UPDATE participation SET last_activity = now() - interval '61 days' WHERE victim_id = :victim",
        victim=person.victim_id,
    )
    assert [item["code"] for item in listed(world, chief, kind="CASO_SIN_MOVIMIENTO")] == [person.case]
    body = {"case": person.case, "place_of_execution": "LUGAR_DE_ORIGEN"}
    ok(person.client.post(f"{API}/plans", json=body), 201)
    assert listed(world, chief, kind="CASO_SIN_MOVIMIENTO") == []


def test_a_referral_nobody_answers_shows_on_both_sides(world: World) -> None:
    person = registered(world)
    sender, receiver = supervisor_of(world, person.officer), world.actor("udavit_officer", supervisor=True)
    body = {"legal_basis": "MANDATO_LEGAL"}
    code = ok(refer(person.client, person.case, unit_code(world, receiver), **body), 201)["code"]
    [waiting] = listed(world, receiver)
    assert (waiting["kind"], waiting["code"], waiting["case"]) == ("DERIVACION_POR_RESPONDER", code, None)
    assert waiting["in_charge"] == []
    assert listed(world, sender, kind="DERIVACION_SIN_RESPUESTA") == []
    long_ago(world, "UPDATE referral SET due_at = now() - interval '1 hour' WHERE code = :code", code=code)
    [late] = listed(world, sender, kind="DERIVACION_SIN_RESPUESTA")
    assert (late["code"], late["case"], late["overdue"]) == (code, person.case, True)
    figures = ok(world.client(sender).get(FIGURES))["referrals"]
    assert figures["sent"]["by_state"][0]["count"] == figures["sent"]["count"] == 1
    assert figures["sent"]["unit_of_count"] == "derivaciones"
    assert figures["received"]["count"] == 0
    assert figures["sent"]["median_answer_hours"] is None


def test_a_request_that_waits_for_a_second_person_is_listed(world: World) -> None:
    person = registered(world)
    chief = supervisor_of(world, person.officer)
    code = asked(person)
    [waiting] = listed(world, chief, kind="PEDIDO_SIN_RESPUESTA")
    assert (waiting["code"], waiting["case"], waiting["overdue"]) == (code, person.case, False)
    second = supervisor_of(world, invite(world, person, "udavit_officer"))
    assert [item["code"] for item in listed(world, second, kind="PEDIDO_POR_DECIDIR")] == [code]
    assert listed(world, world.actor("udavit_officer", supervisor=True)) == []
    ok(decide(person.client, code, "withdrawals"))
    assert listed(world, chief, kind="PEDIDO_SIN_RESPUESTA") == []


def test_the_list_is_paged_in_order(world: World) -> None:
    officer = world.actor("cem_officer")
    chief = supervisor_of(world, officer)
    people = [world.register(officer, identity={"age_years": 24}) for _ in range(5)]
    for days, person in enumerate(people, start=61):
        long_ago(
            world,
            "UPDATE participation SET last_activity = now() - make_interval(days => :days)"
            " WHERE victim_id = :victim",
            days=days,
            victim=person.victim_id,
        )
    client, params = world.client(chief), {"limit": 2, "kind": "CASO_SIN_MOVIMIENTO"}
    codes: list[str] = []
    cursor: str | None = None
    for _ in range(3):
        page = ok(client.get(REVIEWS, params={**params, **({"cursor": cursor} if cursor else {})}))
        codes += [item["code"] for item in page["items"]]
        cursor = page["next"]
    assert cursor is None
    assert codes == [person.case_code for person in reversed(people)]
    problem(client.get(REVIEWS, params={"cursor": "no"}), 400)
    assert "PLAZO_VENCIDO" in str(problem(client.get(REVIEWS, params={"kind": "OTRO"}), 422))


@pytest.mark.parametrize("url", [REVIEWS, FIGURES])
def test_only_supervisors_see_it(world: World, url: str) -> None:
    officer = world.actor("cem_officer")
    assert "jefatura" in problem(world.client(officer).get(url), 403)["detail"]
    problem(world.client(world.actor("analyst")).get(url), 403)


def test_figures_name_what_they_count_and_stay_in_the_unit(world: World) -> None:
    person = registered(world)
    chief, outsider = supervisor_of(world, person.officer), world.actor("cem_officer", supervisor=True)
    world.register(person.officer, identity={"age_years": 30})
    body = {"case": person.case, "place_of_execution": "LUGAR_DE_ORIGEN"}
    plan = f"{API}/plans/{ok(person.client.post(f'{API}/plans', json=body), 201)['code']}"
    wish = {"domain": "EDUCACION", "wish": "Terminar la secundaria.", "goal": "Matricularse."}
    objective = ok(person.client.post(f"{plan}/objectives", json=wish), 201)["code"]
    for _ in range(2):
        task = {
            "unit": unit_code(world, person.officer),
            "due_on": DUE,
            "description": "Acompañar la matrícula.",
        }
        activity = ok(person.client.post(f"{plan}/objectives/{objective}/activities", json=task), 201)["code"]
    long_ago(world, "UPDATE plan_activity SET due_on = current_date - 9 WHERE code = :code", code=activity)
    found = ok(world.client(chief).get(FIGURES))
    assert found["persons"] == {"count": 2, "unit_of_count": "personas"}
    assert (found["cases"]["count"], found["cases"]["unit_of_count"]) == (2, "casos")
    assert [(s["state"], s["count"]) for s in found["cases"]["by_state"]] == [("PRESUNTA_VICTIMA", 2)]
    [worker] = [w for w in found["workload"] if w["username"] == person.officer.username]
    assert worker["open_cases"] == {"count": 2, "unit_of_count": "casos"}
    assert worker["overdue_activities"] == {"count": 1, "unit_of_count": "actividades"}
    assert found["activities"]["overdue"] == {"count": 1, "unit_of_count": "actividades"}
    assert (found["plans"]["count"], found["plans"]["unit_of_count"]) == (1, "planes")
    assert found["quality"]["count"] == 2
    assert 0 < found["quality"]["score"] < 1
    nothing = ok(world.client(outsider).get(FIGURES))
    assert nothing["persons"]["count"] == nothing["cases"]["count"] == nothing["plans"]["count"] == 0
    assert [w["username"] for w in nothing["workload"]] == [outsider.username]
    assert nothing["quality"]["score"] is None


def test_a_shelter_counts_who_lives_in_it_and_a_prosecution_office_has_no_plans(world: World) -> None:
    shelter = ok(world.client(world.actor("car_caseworker", supervisor=True)).get(FIGURES))
    assert shelter["placements"] == {"count": 0, "unit_of_count": "personas"}
    vacancies = shelter["vacancies"]
    free = [group["free"] for group in vacancies["by_group"]]
    assert (vacancies["count"], vacancies["unit_of_count"]) == (sum(free), "cupos")
    assert vacancies["count"] == vacancies["total"] > 0
    office = ok(world.client(world.actor("prosecutor", supervisor=True)).get(FIGURES))
    assert "plans" not in office
    assert "placements" not in office
    assert "vacancies" not in office
