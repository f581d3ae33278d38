"""A plan from draft to closing: what it asks for at each step, and what it keeps."""

from __future__ import annotations

from sqlalchemy import text

from app.catalogues import code_list
from tests.cases.story import API, at_once, move, ok, problem, registered, rows, unit_code
from tests.factories import World
from tests.plans.story import DUE, WISH, drafted, goal_step, running, step


def test_from_draft_to_fulfilled(world: World) -> None:
    plan, activity = running(world)
    ok(step(plan.client, plan.code, activity, 1, state="EN_CURSO"))
    ok(step(plan.client, plan.code, activity, 2, state="LOGRADO", note="Aprobó el año"))
    refused = problem(goal_step(plan, 1, state="LOGRADO"), 422)
    assert refused["errors"][0]["field"] == "note"
    ok(goal_step(plan, 1, state="LOGRADO", note="Terminó la secundaria"))
    ok(plan.to("EN_SEGUIMIENTO"))
    assert {e["field"] for e in problem(plan.to("CUMPLIDO"), 422)["errors"]} == {
        "outcome", "closing.achievement", "closing.residual_risk", "closing.follow_up",
    }  # fmt: skip
    closing = {
        "achievement": {"EDUCACION": "LOGRADO"},
        "residual_risk": "LEVE",
        "follow_up": "Seis meses",
    }
    ok(plan.to("CUMPLIDO", outcome="VIDA_INDEPENDIENTE", closing=closing))
    read = ok(plan.client.get(plan.url))
    assert (read["state"], read["outcome"], read["possible_states"]) == ("CUMPLIDO", "VIDA_INDEPENDIENTE", [])
    assert read["objectives"][0]["wish"] == WISH
    assert read["activities"][0]["notes"][-1]["note"] == "Aprobó el año"
    assert [s["signer"] for s in read["signatures"]] == ["PERSONA", "PROFESIONAL"]
    assert {s["number"] for s in read["signatures"]} == {1}
    with world.session(plan.person.officer) as session:
        query = text("SELECT number, sealed FROM plan_version WHERE victim_id = :v ORDER BY number")
        stored = session.execute(query, {"v": plan.person.victim_id}).all()
    assert [row.number for row in stored] == [1, 2]
    assert all(WISH.encode() not in bytes(row.sealed) for row in stored)


def test_no_signature_without_an_objective_that_has_an_activity(world: World) -> None:
    plan = drafted(world)
    problem(plan.sign(), 409)
    ok(plan.to("EN_CONSULTA"))
    assert problem(plan.sign(), 409)["missing"] == ["objective"]
    plan.activity(unit_code(world, plan.person.officer))
    refused = problem(plan.to("SUSCRITO"), 409)
    assert refused["missing"] == ["person_signature", "professional_signature"]
    assert ok(plan.sign(), 201)["state"] == "EN_CONSULTA"
    problem(plan.sign("PERSONA", "FIRMA"), 409)
    assert problem(plan.to("SUSCRITO"), 409)["missing"] == ["professional_signature"]
    problem(plan.sign("PROFESIONAL", "HUELLA"), 422)
    problem(plan.sign("JEFATURA", "FIRMA"), 403)
    assert ok(plan.sign("PROFESIONAL", "FIRMA"), 201)["state"] == "SUSCRITO"
    problem(plan.to("EN_REVISION"), 409)


def test_a_change_after_a_signature_is_another_version_to_sign(world: World) -> None:
    plan = drafted(world)
    unit = unit_code(world, plan.person.officer)
    plan.activity(unit)
    ok(plan.to("EN_CONSULTA"))
    first = ok(plan.sign(), 201)
    plan.activity(unit, "Taller de panadería")
    second = ok(plan.sign("PROFESIONAL", "FIRMA"), 201)
    assert (first["number"], second["number"], second["state"]) == (1, 2, "EN_CONSULTA")
    assert first["content_hash"] != second["content_hash"]
    assert ok(plan.sign(), 201)["state"] == "SUSCRITO"


def test_what_is_signed_is_what_was_read_where_that_is_said(world: World) -> None:
    plan = drafted(world)
    plan.activity(unit_code(world, plan.person.officer))
    ok(plan.to("EN_CONSULTA"))
    read = plan.client.get(plan.url).headers["etag"]
    plan.activity(unit_code(world, plan.person.officer), "Taller de panadería")
    body = {"signer": "PERSONA", "manner": "FIRMA"}
    refusal = problem(plan.client.post(f"{plan.url}/signatures", json=body, headers={"If-Match": read}), 412)
    now = plan.client.get(plan.url).headers["etag"]
    assert f'"{refusal["version"]}"' == now != read
    assert ok(plan.client.get(plan.url))["signatures"] == []
    ok(plan.client.post(f"{plan.url}/signatures", json=body, headers={"If-Match": now}), 201)


def test_what_a_review_changes_is_signed_before_it_runs(world: World) -> None:
    plan, _ = running(world)
    problem(
        plan.client.post(f"{plan.url}/objectives", json={"domain": "EMPLEO", "wish": "x", "goal": "y"}), 409
    )
    ok(plan.to("EN_REVISION"))
    ok(plan.to("EN_EJECUCION"))
    ok(plan.to("EN_REVISION"))
    plan.activity(unit_code(world, plan.person.officer), "Taller de panadería")
    assert problem(plan.to("EN_EJECUCION"), 409)["missing"] == ["person_signature", "professional_signature"]
    ok(plan.sign(), 201)
    ok(plan.sign("PROFESIONAL", "FIRMA"), 201)
    ok(plan.to("EN_EJECUCION"))


def test_a_childs_plan_hangs_from_the_upes_resolution(world: World) -> None:
    plan = drafted(world, age_years=12)
    plan.activity(unit_code(world, plan.person.officer))
    ok(plan.to("EN_CONSULTA"))
    assert ok(plan.client.get(plan.url))["kind"] == "NNA"
    for signer, manner in (("PERSONA", "OPINION_RECOGIDA"), ("UPE", "RESOLUCION")):
        assert problem(plan.sign(signer, manner), 409)["missing"] == ["pti"]
    assert problem(plan.to("SUSCRITO"), 409)["missing"][0] == "pti"
    half = problem(plan.patch(pti_number="R.D. 15-2026"), 422)
    assert [e["field"] for e in half["errors"]] == ["pti_on"]
    ok(plan.patch(pti_number="R.D. 15-2026", pti_on="2026-03-02"))
    ok(plan.sign("PERSONA", "OPINION_RECOGIDA"), 201)
    ok(plan.sign("UPE", "RESOLUCION"), 201)
    assert ok(plan.sign("PROFESIONAL", "FIRMA"), 201)["state"] == "SUSCRITO"
    adult = drafted(world)
    ok(adult.to("EN_CONSULTA"))
    problem(adult.sign("PERSONA", "OPINION_RECOGIDA"), 422)


def test_suspending_names_a_reason_and_is_reversible(world: World) -> None:
    plan, _ = running(world)
    assert problem(plan.to("SUSPENDIDO"), 422)["errors"][0]["field"] == "reason"
    ok(plan.to("SUSPENDIDO", reason="SALUD"))
    ok(plan.to("EN_EJECUCION"))


def test_a_lost_update_is_412_and_no_note_is_lost(world: World) -> None:
    plan, activity = running(world)
    url = f"{plan.url}/activities/{activity}"
    problem(plan.client.patch(url, json={"note": "sin etiqueta"}), 428)
    ok(step(plan.client, plan.code, activity, 1, note="Primera nota"))
    problem(step(plan.client, plan.code, activity, 1, state="LOGRADO", note="Nota tardía"), 412)
    ok(step(plan.client, plan.code, activity, 2, state="EN_CURSO", note="Segunda nota"))
    read = ok(plan.client.get(plan.url))["activities"][0]
    assert [n["note"] for n in read["notes"]] == ["Primera nota", "Segunda nota"]
    assert (read["state"], read["version"]) == ("EN_CURSO", 3)
    stale = {"to": "EN_REVISION"}
    problem(plan.client.post(f"{plan.url}/transitions", json=stale, headers={"If-Match": '"1"'}), 412)


def test_an_activity_moves_by_the_table(world: World) -> None:
    plan, activity = running(world)
    assert (
        problem(step(plan.client, plan.code, activity, 1, state="NO_APLICA"), 422)["errors"][0]["field"]
        == "note"
    )
    problem(step(plan.client, plan.code, activity, 1), 422)
    ok(
        step(
            plan.client,
            plan.code,
            activity,
            1,
            state="RECHAZADO_POR_LA_PERSONA",
            note="No desea estudiar ahora",
        )
    )
    body = problem(step(plan.client, plan.code, activity, 2, state="LOGRADO"), 409)
    assert body["possible"] == ["EN_CURSO"]
    waiting = drafted(world)
    early = waiting.activity(unit_code(world, waiting.person.officer))
    problem(step(waiting.client, waiting.code, early, 1, state="EN_CURSO"), 409)


def test_one_plan_a_case_and_none_of_an_alert(world: World) -> None:
    plan = drafted(world)
    body = {"case": plan.person.case, "place_of_execution": "LUGAR_DE_ORIGEN"}
    assert problem(plan.client.post(f"{API}/plans", json=body), 409)["plan"] == plan.code
    ok(plan.to("CERRADO_SIN_CUMPLIR", outcome="TRASLADO"))
    ok(plan.client.post(f"{API}/plans", json=body), 201)
    closed = registered(world)
    ok(move(closed.client, closed.case, "CERRADO", outcome="TRASLADO"))
    body = {"case": closed.case, "place_of_execution": "LUGAR_DE_ORIGEN"}
    problem(closed.client.post(f"{API}/plans", json=body), 409)


def test_drafts_sent_at_the_same_moment_make_one_plan(world: World) -> None:
    person = registered(world)
    body = {"case": person.case, "place_of_execution": "LUGAR_DE_ORIGEN"}
    clients = [world.client(person.officer) for _ in range(6)]
    sent = [lambda c=c: c.post(f"{API}/plans", json=body) for c in clients]
    assert at_once(sent) == [201, *[409] * 5]
    assert rows(world, person.officer, "plan", person.victim_id) == 1


def test_what_cannot_be_drafted_is_named(world: World) -> None:
    person = registered(world)
    body = {"case": person.case, "place_of_execution": "LA_LUNA", "language": "klingon"}
    refused = problem(person.client.post(f"{API}/plans", json=body), 422)
    assert {e["field"] for e in refused["errors"]} == {"place_of_execution", "language"}
    named = {e["field"]: e for e in refused["errors"]}
    assert named["place_of_execution"]["choices"] == list(code_list("execution_place").codes)
    assert "choices" not in named["language"]  # a long list is read in its catalogue
    plan = drafted(world)
    wrong = {"unit": "NO-EXISTE", "due_on": "2001-01-01", "description": "x"}
    url = f"{plan.url}/objectives/{plan.objective}/activities"
    assert {e["field"] for e in problem(plan.client.post(url, json=wrong), 422)["errors"]} == {
        "unit",
        "due_on",
    }
    other = drafted(world)
    foreign = {"unit": unit_code(world, plan.person.officer), "due_on": DUE, "description": "x"}
    problem(plan.client.post(f"{plan.url}/objectives/{other.objective}/activities", json=foreign), 404)


def test_a_repeated_creation_creates_nothing(world: World) -> None:
    plan = drafted(world)
    key = {"Idempotency-Key": "objetivo-2"}
    body = {"domain": "EMPLEO", "wish": WISH, "goal": "Empleo formal"}
    made = {
        ok(plan.client.post(f"{plan.url}/objectives", json=body, headers=key), 201)["code"] for _ in range(2)
    }
    assert len(made) == 1
    assert len(ok(plan.client.get(plan.url))["objectives"]) == 2
