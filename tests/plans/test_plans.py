"""A plan from draft to closing; each institution sees and moves its own part, by HTTP and in SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.records.kinds import today
from tests.cases.story import (
    API,
    Registered,
    move,
    ok,
    problem,
    refer,
    registered,
    rows,
    shared_with,
    unit_code,
    without_row_security,
)
from tests.factories import World

WISH = "Quiero terminar la secundaria y poner una panadería"
SECRET_TABLES = ("plan_objective", "plan_version")
DUE = (today() + timedelta(days=30)).isoformat()


@dataclass
class Drafted:
    """A plan with one objective; its responsible unit is a women's emergency centre."""

    person: Registered
    code: str
    objective: str

    @property
    def url(self) -> str:
        return f"{API}/plans/{self.code}"

    @property
    def client(self) -> httpx.Client:
        return self.person.client

    def activity(self, unit: str, description: str = "Matrícula en el centro de educación básica") -> str:
        """Add an activity of a unit."""
        body = {"unit": unit, "due_on": DUE, "description": description, "indicator": "Constancia"}
        return str(
            ok(self.client.post(f"{self.url}/objectives/{self.objective}/activities", json=body), 201)["code"]
        )

    def to(self, state: str, **body: Any) -> httpx.Response:
        """Move the plan from whatever version it is at."""
        tag = self.client.get(self.url).headers["etag"]
        return self.client.post(
            f"{self.url}/transitions", json={"to": state, **body}, headers={"If-Match": tag}
        )

    def sign(self, signer: str = "PERSONA", manner: str = "HUELLA") -> httpx.Response:
        """Record a signature."""
        return self.client.post(f"{self.url}/signatures", json={"signer": signer, "manner": manner})


def drafted(world: World, **identity: Any) -> Drafted:
    """A draft with one objective and no activity."""
    person = registered(world, **identity)
    body = {
        "case": person.case,
        "place_of_execution": "LUGAR_DE_ORIGEN",
        "language": "quz",
        "interpreter": "SI",
    }
    code = ok(person.client.post(f"{API}/plans", json=body), 201)["code"]
    objective = {"domain": "EDUCACION", "wish": WISH, "goal": "Secundaria completa"}
    made = ok(person.client.post(f"{API}/plans/{code}/objectives", json=objective), 201)["code"]
    return Drafted(person, code, made)


def running(world: World, unit: str | None = None) -> tuple[Drafted, str]:
    """A plan in execution with one activity, of the responsible unit unless told otherwise."""
    plan = drafted(world)
    activity = plan.activity(unit or unit_code(world, plan.person.officer))
    ok(plan.to("EN_CONSULTA"))
    ok(plan.sign(), 201)
    assert ok(plan.sign("PROFESIONAL", "FIRMA"), 201)["state"] == "SUSCRITO"
    ok(plan.to("EN_EJECUCION"))
    return plan, activity


def step(client: httpx.Client, plan: str, activity: str, version: int, **body: Any) -> httpx.Response:
    """Move an activity."""
    headers = {"If-Match": f'"{version}"'}
    return client.patch(f"{API}/plans/{plan}/activities/{activity}", json=body, headers=headers)


def test_from_draft_to_fulfilled(world: World) -> None:
    plan, activity = running(world)
    ok(step(plan.client, plan.code, activity, 1, state="EN_CURSO"))
    ok(step(plan.client, plan.code, activity, 2, state="LOGRADO", note="Aprobó el año"))
    ok(plan.to("EN_SEGUIMIENTO"))
    assert problem(plan.to("CUMPLIDO"), 422)["errors"][0]["field"] == "outcome"
    closing = {
        "achievement": {"EDUCACION": "Secundaria completa"},
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
    ok(plan.sign("PERSONA", "OPINION_RECOGIDA"), 201)
    assert ok(plan.sign("PROFESIONAL", "FIRMA"), 201)["state"] == "EN_CONSULTA"
    assert problem(plan.to("SUSCRITO"), 409)["missing"] == ["pti"]
    assert ok(plan.sign("UPE", "RESOLUCION"), 201)["state"] == "SUSCRITO"
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


@pytest.mark.parametrize(
    "role", ["health_officer", "social_programme_officer", "psychologist", "udavit_officer"]
)
def test_a_partial_reader_sees_only_its_own_activities(world: World, role: str) -> None:
    unit = world.unit("SALUD")
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


def test_what_cannot_be_drafted_is_named(world: World) -> None:
    person = registered(world)
    body = {"case": person.case, "place_of_execution": "LA_LUNA", "language": "klingon"}
    refused = problem(person.client.post(f"{API}/plans", json=body), 422)
    assert {e["field"] for e in refused["errors"]} == {"place_of_execution", "language"}
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
