"""Contacts after the exit, and by which channels; the closing of a plan."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalogues import code_list
from app.records.kinds import today
from app.services.plans import safe_contact
from app.services.plans.calendar import add_months
from tests.cases.story import API, ok, problem, registered, rows, shared_with, unit_code
from tests.factories import World
from tests.plans.story import Drafted, drafted, goal_step, running, step

TODAY = today().isoformat()
CONTACT = {"contacted_on": TODAY, "channel": "LLAMADA", "result": "ESTABLE", "note": "Sigue en el colegio"}
CLOSING = {"achievement": {"EDUCACION": "LOGRADO"}, "residual_risk": "LEVE", "follow_up": "Seis meses"}


def following(world: World, **contact: Any) -> tuple[Drafted, list[str]]:
    """A plan in follow-up, everything achieved, and the codes of its planned contacts."""
    plan, activity = running(world)
    if contact:
        url = f"{API}/victims/{plan.person.victim}/contact"
        ok(plan.client.patch(url, json=contact, headers={"If-Match": '"0"'}))
    ok(step(plan.client, plan.code, activity, 1, state="LOGRADO"))
    ok(goal_step(plan, 1, state="LOGRADO", note="Terminó"))
    return plan, ok(plan.to("EN_SEGUIMIENTO"))["follow_ups"]


def attempt(plan: Drafted, code: str, **changes: Any) -> httpx.Response:
    """Record an attempt at a contact."""
    return plan.client.post(f"{plan.url}/follow-ups/{code}/contacts", json={**CONTACT, **changes})


def test_the_calendar_is_proposed_and_contacts_are_kept(world: World) -> None:
    plan, codes = following(world)
    read = ok(plan.client.get(f"{plan.url}/follow-ups"))
    assert [i["planned_on"] for i in read["items"]] == [
        add_months(today(), n).isoformat() for n in (1, 2, 3, 6)
    ]
    assert ok(attempt(plan, codes[0], result="NO_UBICADA", note="No contestó"), 201)["state"] == "PLANEADO"
    assert ok(attempt(plan, codes[0]), 201)["state"] == "REALIZADO"
    problem(attempt(plan, codes[0]), 409)
    problem(attempt(plan, codes[1], contacted_on=(today() + timedelta(days=1)).isoformat()), 422)
    problem(attempt(plan, codes[1], result="REGULAR"), 422)
    chief = world.actor("cem_officer", unit=unit_code(world, plan.person.officer), supervisor=True)
    ok(attempt(plan, codes[1], result="EN_RIESGO", note="La buscan"), 201)
    seen = [rows(world, who, "notice", plan.person.victim_id) for who in (chief, plan.person.officer)]
    assert seen == [1, 0]  # those who see all of the unit's cases are told
    problem(attempt(plan, "CR-0000-0000-0000"), 404)
    shown = ok(plan.client.get(f"{plan.url}/follow-ups"))["items"][0]
    assert [(c["result"], c["note"]) for c in shown["contacts"]] == [
        ("NO_UBICADA", "No contestó"),
        ("ESTABLE", "Sigue en el colegio"),
    ]
    more = {"planned_on": (today() + timedelta(days=10)).isoformat()}
    ok(plan.client.post(f"{plan.url}/follow-ups", json=more), 201)
    problem(plan.client.post(f"{plan.url}/follow-ups", json={"planned_on": "2020-01-01"}), 422)
    early = drafted(world)
    problem(early.client.post(f"{early.url}/follow-ups", json=more), 409)
    assert rows(world, plan.person.officer, "plan_follow_up", plan.person.victim_id) == 5


def test_a_channel_she_forbids_is_refused_and_the_others_are_named(world: World) -> None:
    plan, codes = following(world, contact_restrictions=["NO_TELEFONO"], safe_channel="MENSAJERIA")
    refused = problem(attempt(plan, codes[0]), 409)
    assert "LLAMADA" not in refused["possible"]
    assert "MENSAJERIA" in refused["possible"]
    assert "Mensajería instantánea" in refused["detail"]
    planned = {"planned_on": TODAY, "channel": "LLAMADA"}
    problem(plan.client.post(f"{plan.url}/follow-ups", json=planned), 409)
    ok(plan.client.post(f"{plan.url}/follow-ups", json={**planned, "channel": "MENSAJERIA"}), 201)
    channels = {c["channel"] for c in ok(plan.client.get(f"{plan.url}/follow-ups"))["channels"]}
    assert "LLAMADA" not in channels
    # What happened all the same is not lost.
    ok(attempt(plan, codes[0], channel_reason="Llamó ella desde ese número"), 201)
    ok(attempt(plan, codes[1], channel="MENSAJERIA"), 201)


def test_who_may_not_read_how_to_reach_her_goes_through_the_service(world: World) -> None:
    person = registered(world)
    ok(
        person.client.patch(
            f"{API}/victims/{person.victim}/contact",
            json={"contact_restrictions": ["NO_CORREO"]},
            headers={"If-Match": '"0"'},
        )
    )
    worker, shelter, _ = shared_with(world, person, "shelter_caseworker", compartments=["identity", "plan"])
    code = ok(
        shelter.post(f"{API}/plans", json={"case": person.case, "place_of_execution": "LUGAR_DE_DESTINO"}),
        201,
    )["code"]
    plan = Drafted(person, code, "")
    plan.person.client = shelter
    wish = {"domain": "EMPLEO", "wish": "Trabajar", "goal": "Empleo"}
    plan.objective = ok(shelter.post(f"{plan.url}/objectives", json=wish), 201)["code"]
    activity = plan.activity(unit_code(world, worker))
    ok(plan.to("EN_CONSULTA"))
    ok(plan.sign(), 201)
    ok(plan.sign("PROFESIONAL", "FIRMA"), 201)
    ok(plan.to("EN_EJECUCION"))
    ok(step(shelter, code, activity, 1, state="LOGRADO"))
    codes = ok(plan.to("EN_SEGUIMIENTO"))["follow_ups"]
    refused = problem(attempt(plan, codes[0]), 409)
    assert refused["possible"] == ["POR_SERVICIO"]
    assert "correo" not in refused["detail"].lower()
    ok(attempt(plan, codes[0], channel="POR_SERVICIO"), 201)


def test_closing_writes_the_outcome_of_the_person(world: World) -> None:
    plan, codes = following(world)
    for missing in CLOSING:
        part = {name: value for name, value in CLOSING.items() if name != missing}
        refused = problem(plan.to("CUMPLIDO", outcome="VIDA_INDEPENDIENTE", closing=part), 422)
        assert [e["field"] for e in refused["errors"]] == [f"closing.{missing}"]
    wrong = {**CLOSING, "achievement": {"EDUCACION": "EXCELENTE"}}
    problem(plan.to("CUMPLIDO", outcome="VIDA_INDEPENDIENTE", closing=wrong), 422)
    done = ok(plan.to("CUMPLIDO", outcome="VIDA_INDEPENDIENTE", closing=CLOSING))
    assert done["outcome_written"] is True
    person = ok(plan.client.get(f"{API}/victims/{plan.person.victim}"))
    kept = person["compartments"]["outcome"]
    assert (kept["outcome"], kept["residual_risk"]) == ("VIDA_INDEPENDIENTE", "LEVE")
    assert (kept["achieved_domains"], kept["followup_agreed"]) == (["EDUCACION"], "SI")
    states = {i["state"] for i in ok(plan.client.get(f"{plan.url}/follow-ups"))["items"]}
    assert states == {"ANULADO"}
    problem(attempt(plan, codes[0]), 409)


def test_a_plan_that_ran_closes_without_being_fulfilled_with_its_risk(world: World) -> None:
    plan, _ = running(world)
    refused = problem(plan.to("CERRADO_SIN_CUMPLIR", outcome="TRASLADO"), 422)
    assert [e["field"] for e in refused["errors"]] == ["closing.residual_risk"]
    closing = {"residual_risk": "MODERADO"}
    assert ok(plan.to("CERRADO_SIN_CUMPLIR", outcome="TRASLADO", closing=closing))["outcome_written"] is True


CODES = st.lists(st.sampled_from(code_list("contact_restriction").codes), max_size=8)


@given(st.none() | st.sampled_from(code_list("contact_channel").codes), CODES)
def test_no_forbidden_channel_is_possible(safe: str | None, restrictions: list[str]) -> None:
    forbidden = {
        "NO_TELEFONO": {"LLAMADA"},
        "NO_MENSAJES": {"MENSAJE", "MENSAJERIA"},
        "NO_CORREO": {"CORREO"},
        "NO_DOMICILIO": {"VISITA_DOMICILIO"},
        "NO_FAMILIA": {"POR_PERSONA_CONFIANZA"},
    }
    found = set(safe_contact.possible(safe, restrictions))
    for code in restrictions:
        assert not (found & forbidden.get(code, set())) - {safe}
    if safe == "NINGUNO":
        assert not found
    if safe == "PRESENCIAL":
        assert found == {"PRESENCIAL"}
    assert "NINGUNO" not in found


@pytest.mark.parametrize("code", sorted(safe_contact.FORBIDS))
def test_every_restriction_of_a_channel_is_of_the_list(code: str) -> None:
    assert code in code_list("contact_restriction")
    assert safe_contact.FORBIDS[code] <= set(code_list("contact_channel").codes)
