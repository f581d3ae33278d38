"""Header, team, assessments, gaps and objectives of a plan over HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.records.kinds import today
from tests.cases.story import API, ok, problem, registered, rows, shared_with, unit_code
from tests.factories import World
from tests.plans.story import assess, drafted, full, goal_step, running, step

TABLES = (
    "plan_header",
    "plan_team",
    "plan_assessment",
    "objective_note",
    "plan_review",
    "plan_follow_up",
    "follow_up_contact",
    "plan_signature",
)


def test_the_header_changes_until_it_is_signed_and_keeps_what_it_said(world: World) -> None:
    plan = drafted(world)
    problem(plan.client.patch(plan.url, json={"summary": "x"}), 428)
    problem(plan.client.patch(plan.url, json={"summary": "x"}, headers={"If-Match": '"99"'}), 412)
    ok(plan.patch(summary="Primera versión", starts_on="2026-12-01"))
    ok(plan.patch(language=None, summary="Segunda versión"))
    read = ok(plan.client.get(plan.url))
    assert (read["summary"], read["starts_on"], read["language"]) == ("Segunda versión", "2026-12-01", None)
    assert rows(world, plan.person.officer, "plan_header", plan.person.victim_id) == 2
    refused = problem(plan.patch(place_of_execution=None, interpreter="TALVEZ"), 422)
    assert {e["field"] for e in refused["errors"]} == {"interpreter"}
    assert problem(plan.patch(place_of_execution=None), 422)["errors"][0]["field"] == "place_of_execution"
    signed, _ = running(world)
    assert "revisión" in problem(signed.patch(summary="x"), 409)["detail"]


def test_a_plan_abroad_is_signed_once_the_return_was_checked(world: World) -> None:
    plan = drafted(world)
    plan.activity(unit_code(world, plan.person.officer))
    assert problem(plan.patch(execution_country="VE"), 422)["errors"][0]["field"] == "execution_country"
    ok(plan.patch(place_of_execution="OTRA_RESIDENCIA", execution_country="VE"))
    ok(plan.to("EN_CONSULTA"))
    refused = problem(plan.sign(), 409)
    assert refused["missing"] == ["feasibility"]
    assert "viable" in refused["detail"]
    ok(plan.patch(feasibility="SI", feasibility_notes="La consulta confirmó a la familia"))
    ok(plan.sign(), 201)


def test_the_team_has_users_of_the_unit_and_others_by_name(world: World) -> None:
    plan = drafted(world)
    url = f"{plan.url}/team"
    colleague = world.actor("psychologist", unit=unit_code(world, plan.person.officer))
    ok(plan.client.post(url, json={"role": "PSICOLOGICO", "username": colleague.username}), 201)
    outside = {"role": "LEGAL", "name": "Abogada Salazar", "institution": "Defensa pública"}
    assert ok(plan.client.post(url, json=outside), 201)["number"] == 2
    stranger = world.actor("psychologist")
    for wrong in (
        {"role": "LEGAL", "username": stranger.username},
        {"role": "LEGAL"},
        {"role": "LEGAL", "username": colleague.username, "name": "Otra"},
        {"username": colleague.username},
        {"role": "JARDINERO", "name": "Otra"},
    ):
        problem(plan.client.post(url, json=wrong), 422)
    ok(plan.client.post(f"{url}/1/end"))
    problem(plan.client.post(f"{url}/1/end"), 409)
    team = ok(plan.client.get(plan.url))["team"]
    assert [(m["number"], m["username"], m.get("name")) for m in team] == [
        (1, colleague.username, None),
        (2, None, "Abogada Salazar"),
    ]
    assert [m["ended_at"] is None for m in team] == [False, True]


def test_two_assessments_make_a_curve(world: World) -> None:
    plan = drafted(world)
    first = assess(plan, "SALUD_MENTAL", 1, days_ago=60, summary="No duerme")
    assert [gap["domain"] for gap in first["gaps"]] == ["SALUD_MENTAL"]
    assert assess(plan, "SALUD_MENTAL", 3)["gaps"] == []
    assess(plan, "EDUCACION", 2)  # has an objective: no gap
    read = ok(plan.client.get(f"{plan.url}/assessments"))
    curve = next(c for c in read["curves"] if c["domain"] == "SALUD_MENTAL")
    assert ([p["level"] for p in curve["points"]], curve["change"], curve["at_risk"]) == ([1, 3], 2, False)
    assert read["items"][0]["summary"] == "No duerme"
    assert read["items"][0]["level_label"].startswith("En riesgo")
    assert read["gaps"] == []
    later = (today() + timedelta(days=1)).isoformat()
    for wrong in (
        {"domain": "EDUCACION", "level": 5, "assessed_on": "2026-01-01"},
        {"domain": "ASTROLOGIA", "level": 1, "assessed_on": "2026-01-01"},
        {"domain": "EDUCACION", "level": 1},
        {"domain": "EDUCACION", "level": 1, "assessed_on": later},
    ):
        problem(plan.client.post(f"{plan.url}/assessments", json=wrong), 422)


def test_a_psychologist_of_the_responsible_unit_assesses(world: World) -> None:
    plan = drafted(world)
    unit = unit_code(world, plan.person.officer)
    colleague = world.actor("psychologist", unit=unit, supervisor=True)
    body = {"domain": "SALUD_MENTAL", "level": 2, "assessed_on": today().isoformat()}
    ok(world.client(colleague).post(f"{plan.url}/assessments", json=body), 201)
    _, other, _ = shared_with(world, plan.person, "psychologist", service_type="SALUD_MENTAL")
    problem(other.post(f"{plan.url}/assessments", json=body), 403)
    problem(other.get(f"{plan.url}/assessments"), 403)


def test_a_gap_is_shown_and_asks_for_a_reason_before_signing(world: World) -> None:
    plan = drafted(world)
    plan.activity(unit_code(world, plan.person.officer))
    assess(plan, "VIVIENDA", 1)
    assess(plan, "EMPLEO", 2)
    assert [gap["domain"] for gap in ok(plan.client.get(plan.url))["gaps"]] == ["EMPLEO", "VIVIENDA"]
    assert ok(plan.client.get(f"{API}/plans"))["items"][0]["gaps"] == 2
    objective = {"domain": "EMPLEO", "wish": "Quiero trabajar", "goal": "Empleo formal"}
    made = ok(plan.client.post(f"{plan.url}/objectives", json=objective), 201)["code"]
    assert ok(plan.client.get(f"{API}/plans"))["items"][0]["gaps"] == 1
    ok(plan.to("EN_CONSULTA"))
    refused = problem(plan.sign(), 422)
    assert [e["field"] for e in refused["errors"]] == ["gaps_acknowledged.VIVIENDA"]
    assert [gap["domain"] for gap in refused["gaps"]] == ["VIVIENDA"]
    reasons = {"VIVIENDA": "Ya tiene cupo en el albergue"}
    problem(plan.sign(gaps_acknowledged={**reasons, "SALUD_FISICA": "x"}), 422)
    assert [g["domain"] for g in ok(plan.sign(gaps_acknowledged=reasons), 201)["gaps"]] == ["VIVIENDA"]
    assert ok(plan.sign("PROFESIONAL", "FIRMA"), 201)["state"] == "SUSCRITO"
    read = ok(plan.client.get(plan.url))
    assert read["signatures"][0]["gaps_acknowledged"] == reasons
    assert read["signatures"][0]["witness"] == "Rosa Quispe"
    # An objective she refuses opens the gap again.
    ok(plan.to("EN_EJECUCION"))
    headers = {"If-Match": '"1"'}
    moved = {"state": "RECHAZADO_POR_LA_PERSONA", "note": "Prefiere estudiar"}
    ok(plan.client.patch(f"{plan.url}/objectives/{made}", json=moved, headers=headers))
    assert len(ok(plan.client.get(plan.url))["gaps"]) == 2


def test_an_objective_moves_by_command_with_notes(world: World) -> None:
    plan, activity = running(world)
    problem(goal_step(plan, 9, state="EN_CURSO"), 412)
    ok(goal_step(plan, 1, state="EN_CURSO"))
    refused = problem(goal_step(plan, 2, state="LOGRADO"), 409)
    assert refused["missing"] == ["settled", "note"]
    assert "actividades abiertas" in refused["detail"]
    ok(step(plan.client, plan.code, activity, 1, state="LOGRADO"))
    ok(goal_step(plan, 2, state="LOGRADO", note="Lo consiguió"))
    assert problem(goal_step(plan, 3, state="NO_LOGRADO", note="x"), 409)["possible"] == ["EN_CURSO"]
    problem(goal_step(plan, 3), 422)
    ok(goal_step(plan, 3, note="Sigue contenta"))
    goal = ok(plan.client.get(plan.url))["objectives"][0]
    assert (goal["state"], goal["version"]) == ("LOGRADO", 4)
    assert [n["note"] for n in goal["notes"]] == [None, "Lo consiguió", "Sigue contenta"]


def test_an_activity_is_replanned_or_cancelled_with_a_reason(world: World) -> None:
    plan, activity = running(world)
    later = (today() + timedelta(days=90)).isoformat()
    assert (
        problem(step(plan.client, plan.code, activity, 1, due_on=later), 422)["errors"][0]["field"] == "note"
    )
    past = (today() - timedelta(days=1)).isoformat()
    problem(step(plan.client, plan.code, activity, 1, due_on=past, note="x"), 422)
    ok(step(plan.client, plan.code, activity, 1, due_on=later, note="El colegio abre en marzo"))
    shown = ok(plan.client.get(plan.url))["activities"][0]
    assert (shown["due_on"], shown["notes"][-1]["to_due"]) == (later, later)
    assert shown["notes"][-1]["from_due"] != later
    problem(step(plan.client, plan.code, activity, 2, state="CANCELADA"), 422)
    ok(step(plan.client, plan.code, activity, 2, state="CANCELADA", note="Se mudó"))
    problem(step(plan.client, plan.code, activity, 3, state="EN_CURSO", note="x"), 409)
    sooner = (today() + timedelta(days=80)).isoformat()
    problem(step(plan.client, plan.code, activity, 3, due_on=sooner, note="x"), 409)


def test_frequencies_are_codes(world: World) -> None:
    plan = drafted(world)
    body = {
        "unit": unit_code(world, plan.person.officer),
        "due_on": (today() + timedelta(days=9)).isoformat(),
        "description": "Terapia",
        "frequency": "SEMANAL",
        "evidence_expected": "Hoja de asistencia",
    }
    url = f"{plan.url}/objectives/{plan.objective}/activities"
    ok(plan.client.post(url, json=body), 201)
    wrong = problem(plan.client.post(url, json={**body, "frequency": "A_VECES"}), 422)
    assert wrong["errors"][0]["field"] == "frequency"
    nobodys = {**body, "service": "0b3d2f0e-0000-4000-8000-000000000000"}
    assert problem(plan.client.post(url, json=nobodys), 422)["errors"][0]["field"] == "service"
    shown = ok(plan.client.get(plan.url))["activities"][0]
    assert (shown["frequency"], shown["evidence_expected"]) == ("SEMANAL", "Hoja de asistencia")


def test_outsiders_see_no_row_of_any_table(world: World) -> None:
    plan = full(world)
    person = plan.person
    assert all(rows(world, person.officer, table, person.victim_id) for table in TABLES)
    partial, _, _ = shared_with(world, person, "health_officer", service_type="SALUD")
    narrowed, _, _ = shared_with(world, person, "car_caseworker", compartments=["identity"])
    whole, reader, _ = shared_with(world, person, "car_caseworker")
    for outsider in (world.actor("cem_officer"), world.actor("prosecutor"), partial, narrowed):
        assert [rows(world, outsider, table, person.victim_id) for table in TABLES] == [0] * len(TABLES)
    assert all(rows(world, whole, table, person.victim_id) for table in TABLES)
    body = {"role": "LEGAL", "name": "x"}
    problem(reader.post(f"{plan.url}/team", json=body), 403)
    stranger = world.client(world.actor("cem_officer"))
    for path in ("assessments", "reviews", "versions", "versions/1", "follow-ups", "diff?from=1"):
        problem(stranger.get(f"{plan.url}/{path}"), 404)
        ok(reader.get(f"{plan.url}/{path}"))


def test_no_text_stands_in_a_clear_column(world: World) -> None:
    plan = full(world)
    with world.session(plan.person.officer) as session:
        for table in TABLES:
            query = text(f"SELECT to_jsonb(t)::text FROM {table} t WHERE victim_id = :v")  # noqa: S608
            for row in session.execute(query, {"v": plan.person.victim_id}).scalars():
                assert not {
                    w for w in ("Salazar", "Va bien", "Sigue", "Resumen", "Bien", "Quispe") if w in row
                }


@pytest.mark.parametrize("path", ["assessments", "reviews", "versions", "follow-ups", "diff?from=1"])
def test_partial_readers_are_refused_what_is_whole(world: World, path: str) -> None:
    plan, _ = running(world)
    _, partial, _ = shared_with(world, plan.person, "health_officer", service_type="SALUD")
    problem(partial.get(f"{plan.url}/{path}"), 403)


def test_the_list_tells_what_is_due(world: World) -> None:
    plan, _ = running(world)
    (item,) = ok(plan.client.get(f"{API}/plans"))["items"]
    assert (item["overdue"], item["gaps"]) == (False, 0)
    assert item["next_review_on"] > today().isoformat()
    unseen = registered(world)
    assert item["code"] not in str(ok(unseen.client.get(f"{API}/plans"))["items"])
