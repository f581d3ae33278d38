"""Clocks that hang on a plan, two people who write at the same moment, and what a request costs."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import text

from app.access.actor import Actor
from app.records.kinds import today
from app.services.clocks.calendar import end_of
from app.services.clocks.service import Subject, start
from app.services.plans.calendar import add_months
from tests.cases.story import API, ok, problem, registered, shared_with, unit_code
from tests.counting import counted
from tests.factories import World
from tests.plans.story import Drafted, drafted, full, running, step
from tests.scratch import past_policies

MOST_TO_PATCH = 5
MOST_TO_LIST = 5
"""Statements of one request, the transaction's own among them."""


def clocks(world: World, plan: Drafted) -> dict[str, list[tuple[str, Any]]]:
    """Clocks of a person by kind: state and due moment, oldest first."""
    with past_policies(world.runtime) as admin:
        query = text("SELECT kind, state, due_at FROM clock WHERE victim_id = :v ORDER BY id")
        rows = admin.execute(query, {"v": plan.person.victim_id}).all()
    found: dict[str, list[tuple[str, Any]]] = {}
    for kind, state, due in rows:
        found.setdefault(kind, []).append((state, due))
    return found


def test_activities_are_awaited_from_the_signature_on(world: World) -> None:
    plan = drafted(world)
    activity = plan.activity(unit_code(world, plan.person.officer))
    assert "ACTIVIDAD" not in clocks(world, plan)
    ok(plan.to("EN_CONSULTA"))
    ok(plan.sign(), 201)
    ok(plan.sign("PROFESIONAL", "FIRMA"), 201)
    assert clocks(world, plan)["ACTIVIDAD"] == [("CORRIENDO", end_of(today() + timedelta(days=30)))]
    ok(plan.to("EN_EJECUCION"))
    later = today() + timedelta(days=50)
    ok(step(plan.client, plan.code, activity, 1, due_on=later.isoformat(), note="Se aplazó"))
    assert clocks(world, plan)["ACTIVIDAD"] == [("CORRIENDO", end_of(later))]
    ok(step(plan.client, plan.code, activity, 2, state="LOGRADO"))
    assert [state for state, _ in clocks(world, plan)["ACTIVIDAD"]] == ["CUMPLIDO"]
    ok(step(plan.client, plan.code, activity, 3, state="EN_CURSO", note="Faltó un curso"))
    assert [state for state, _ in clocks(world, plan)["ACTIVIDAD"]] == ["CUMPLIDO", "CORRIENDO"]
    ok(plan.to("SUSPENDIDO", reason="SALUD"))
    assert [state for state, _ in clocks(world, plan)["ACTIVIDAD"]] == ["CUMPLIDO", "ANULADO"]


def test_reviews_and_contacts_are_awaited(world: World) -> None:
    plan = full(world)
    found = clocks(world, plan)
    assert [state for state, _ in found["PRI_REVISION"]] == ["CUMPLIDO", "ANULADO"]
    assert found["PRI_REVISION"][0][1] == end_of(add_months(today(), 1))
    assert [state for state, _ in found["SEGUIMIENTO"]] == ["CUMPLIDO", *["CORRIENDO"] * 3]
    closing = {"residual_risk": "LEVE"}
    ok(plan.to("CERRADO_SIN_CUMPLIR", outcome="TRASLADO", closing=closing))
    assert [state for state, _ in clocks(world, plan)["SEGUIMIENTO"]] == ["CUMPLIDO", *["ANULADO"] * 3]


def test_a_draft_meets_the_clock_that_waited_for_it(world: World) -> None:
    person = registered(world, age_years=12)
    with world.session(person.officer) as session:
        query = text("SELECT id FROM trafficking_case WHERE victim_id = :v")
        case_id = session.scalar(query, {"v": person.victim_id})
        subject = Subject(
            "trafficking_case", case_id, person.case, person.victim_id, case_id, person.officer.unit_id
        )
        start(session, "PRI_BORRADOR", subject)
        start(session, "PTI", subject)
    plan = Drafted(person, "", "")
    body = {"case": person.case, "place_of_execution": "LUGAR_DE_ORIGEN"}
    plan.code = ok(person.client.post(f"{API}/plans", json=body), 201)["code"]
    states = {kind: rows[0][0] for kind, rows in clocks(world, plan).items()}
    assert (states["PRI_BORRADOR"], states["PTI"]) == ("CUMPLIDO", "CORRIENDO")
    ok(plan.patch(pti_number="R.D. 1-2026", pti_on=today().isoformat()))
    assert clocks(world, plan)["PTI"][0][0] == "CUMPLIDO"


def test_of_two_who_write_at_once_one_is_told_and_nothing_is_lost(world: World) -> None:
    """The refused one learns the present version, and its text, sent again, is kept too."""
    plan, activity = running(world)
    notes = [f"Nota de la profesional {n}" for n in range(6)]
    answers: dict[str, httpx.Response] = {}
    ready = threading.Barrier(len(notes))
    clients = [world.client(plan.person.officer) for _ in notes]

    def write(client: httpx.Client, note: str) -> None:
        ready.wait()
        answers[note] = step(client, plan.code, activity, 1, note=note)

    threads = [threading.Thread(target=write, args=pair) for pair in zip(clients, notes, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lost = [note for note in notes if answers[note].status_code != 200]
    assert len(lost) == len(notes) - 1
    for note in lost:
        told = problem(answers[note], 412)
        assert told["version"] == 2
        version = ok(plan.client.get(plan.url))["activities"][0]["version"]
        ok(step(plan.client, plan.code, activity, version, note=note))
    kept = [n["note"] for n in ok(plan.client.get(plan.url))["activities"][0]["notes"]]
    assert sorted(kept) == sorted(notes)


def test_of_two_who_review_the_header_one_is_told(world: World) -> None:
    plan = drafted(world)
    answers: list[httpx.Response] = []
    ready = threading.Barrier(4)
    tag = {"If-Match": plan.client.get(plan.url).headers["etag"]}

    def write(client: httpx.Client, number: int) -> None:
        ready.wait()
        answers.append(client.patch(plan.url, json={"summary": f"Resumen {number}"}, headers=tag))

    clients = [world.client(plan.person.officer) for _ in range(4)]
    threads = [threading.Thread(target=write, args=(c, n)) for n, c in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(a.status_code for a in answers) == [200, 412, 412, 412]


_STEP = (
    "SELECT ruv.step_activity(%(id)s, %(victim)s, %(version)s, nextval('progress_note_id_seq'), %(state)s,"
    " 'EN_CURSO', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)"
)


def test_the_database_moves_an_activity_only_for_those_who_may(world: World) -> None:
    """Asked directly: by strangers, colleagues without her case, units without the plan, or too late."""
    plan, code = running(world)
    officer = plan.person.officer
    with world.session(officer) as session:
        find = "SELECT id, victim_id AS victim, version, state FROM plan_activity WHERE code = %(code)s"
        values = dict(session.connection().exec_driver_sql(find, {"code": code}).mappings().one())

    def moves(actor: Actor, **changed: Any) -> bool:
        with world.session(actor) as session:
            done = bool(session.connection().exec_driver_sql(_STEP, {**values, **changed}).scalar_one())
            session.rollback()
            return done

    assert moves(officer)
    assert not moves(officer, version=values["version"] + 1)
    assert not moves(officer, state="LOGRADO")
    assert not moves(officer, victim=values["victim"] + 1)
    assert not moves(world.actor("cem_officer"))
    assert not moves(world.actor("cem_officer", unit=unit_code(world, officer)))
    assert moves(world.actor("cem_officer", unit=unit_code(world, officer), supervisor=True))
    for role, compartments in (
        ("cem_officer", ["services"]),
        ("prosecutor", ["plan"]),
        ("health_officer", ["plan"]),
    ):
        assert not moves(shared_with(world, plan.person, role, compartments=compartments)[0]), role


def test_a_step_and_a_page_cost_few_statements(world: World) -> None:
    plan, activity = running(world)
    for number in range(3):
        case = world.register(plan.person.officer, identity={"age_years": 30 + number}).case_code
        ok(
            plan.client.post(f"{API}/plans", json={"case": case, "place_of_execution": "LUGAR_DE_ORIGEN"}),
            201,
        )
    with counted() as sent:
        ok(step(plan.client, plan.code, activity, 1, state="EN_CURSO", note="Empezó"))
    assert 0 < len(sent) <= MOST_TO_PATCH, "\n".join(sent)
    sizes = []
    for limit in (1, 4):
        with counted() as sent:
            assert len(ok(plan.client.get(f"{API}/plans", params={"limit": limit}))["items"]) == limit
        assert 0 < len(sent) <= MOST_TO_LIST, "\n".join(sent)
        sizes.append(len(sent))
    assert sizes[0] == sizes[1]
