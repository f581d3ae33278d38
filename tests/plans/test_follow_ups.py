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
from tests.plans.story import Drafted, drafted, goal_step, reach, running, step
from tests.web.browsing import Browser

TODAY = today().isoformat()
CONTACT = {"contacted_on": TODAY, "channel": "LLAMADA", "result": "ESTABLE", "note": "Sigue en el colegio"}
CLOSING = {"achievement": {"EDUCACION": "LOGRADO"}, "residual_risk": "LEVE", "follow_up": "Seis meses"}


def following(world: World, **contact: Any) -> tuple[Drafted, list[str]]:
    """A plan in follow-up, everything achieved, and the codes of its planned contacts.

    She may be called, unless `contact` says how she may be reached; an empty value leaves it unsaid.
    """
    plan, activity = running(world)
    said = {"safe_channel": "LLAMADA", **contact}
    reach(plan, **{name: value for name, value in said.items() if value})
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


def test_a_channel_she_did_not_name_is_refused_and_the_one_she_named_is_told(world: World) -> None:
    plan, codes = following(world, contact_restrictions=["NO_TELEFONO"], safe_channel="MENSAJERIA")
    refused = problem(attempt(plan, codes[0]), 409)
    assert refused["possible"] == ["MENSAJERIA"]
    assert "Mensajería instantánea" in refused["detail"]
    planned = {"planned_on": TODAY, "channel": "LLAMADA"}
    problem(plan.client.post(f"{plan.url}/follow-ups", json=planned), 409)
    ok(plan.client.post(f"{plan.url}/follow-ups", json={**planned, "channel": "MENSAJERIA"}), 201)
    channels = [c["channel"] for c in ok(plan.client.get(f"{plan.url}/follow-ups"))["channels"]]
    assert channels == ["MENSAJERIA"]
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


SAID: list[tuple[dict[str, Any], list[str], list[str], str]] = [
    (
        {"contact_restrictions": ["NO_TELEFONO"], "safe_channel": "POR_PERSONA_CONFIANZA"},
        ["POR_PERSONA_CONFIANZA"], ["POR_PERSONA_CONFIANZA"], "A través de su persona de confianza",
    ),
    (
        {"contact_restrictions": ["NO_TELEFONO", "SOLO_DE_DIA"], "safe_channel": ""},
        [], ["POR_SERVICIO"], "no dijo por dónde es seguro",
    ),
    (
        {"contact_restrictions": ["NO_TELEFONO"], "safe_channel": "LLAMADA"},
        [], ["POR_SERVICIO"], "está entre los que la persona pidió no usar",
    ),
    ({"safe_channel": "NINGUNO"}, [], [], "pidió que no se la contacte por ahora"),
]  # fmt: skip


@pytest.mark.parametrize(("contact", "channels", "possible", "words"), SAID)
def test_advice_is_what_she_named_in_json_and_on_both_pages(
    world: World, contact: dict[str, Any], channels: list[str], possible: list[str], words: str
) -> None:
    plan, codes = following(world, **contact)
    read = ok(plan.client.get(f"{plan.url}/follow-ups"))
    assert [one["channel"] for one in read["channels"]] == channels
    assert [one["channel"] for one in read["possible"]] == possible
    minded = contact.get("contact_restrictions", [])
    assert [one["restriction"] for one in read["conditions"]] == minded
    labels = code_list("contact_channel").labels
    unsafe = [labels[code] for code in labels if code not in possible]
    browser = Browser(world, plan.person.officer)
    for path in (f"/planes/{plan.code}/seguimiento", f"/planes/{plan.code}/seguimiento/{codes[0]}"):
        page = browser.get(path).text
        assert words in page
        main = page[page.index("<main") :]
        main = main.split("<form")[0] if path.endswith(codes[0]) else main
        assert not [label for label in unsafe if f"{label}," in main or f"{label}." in main]
    for code in code_list("contact_channel").codes:
        planned = {"planned_on": TODAY, "channel": code}
        answer = plan.client.post(f"{plan.url}/follow-ups", json=planned)
        assert answer.status_code == (201 if code in possible else 409), code


def test_a_planned_channel_that_she_no_longer_names_is_marked(world: World) -> None:
    plan, _ = following(world)
    ok(plan.client.post(f"{plan.url}/follow-ups", json={"planned_on": TODAY, "channel": "LLAMADA"}), 201)
    contact = f"{API}/victims/{plan.person.victim}/contact"
    ok(plan.client.patch(contact, json={"safe_channel": "CORREO"}, headers={"If-Match": '"1"'}))
    items = ok(plan.client.get(f"{plan.url}/follow-ups"))["items"]
    assert [one["channel_unsafe"] for one in items if one["channel"] == "LLAMADA"] == [True]
    assert not any(one["channel_unsafe"] for one in items if one["channel"] is None)
    page = Browser(world, plan.person.officer).get(f"/planes/{plan.code}/seguimiento").text
    assert "No indicado como seguro: no lo use" in page


CODES = st.lists(st.sampled_from(code_list("contact_restriction").codes), max_size=8)


@given(st.none() | st.sampled_from(code_list("contact_channel").codes), CODES)
def test_only_what_she_named_is_advised(safe: str | None, restrictions: list[str]) -> None:
    forbidden = {
        "NO_TELEFONO": {"LLAMADA"},
        "NO_MENSAJES": {"MENSAJE", "MENSAJERIA"},
        "NO_CORREO": {"CORREO"},
        "NO_DOMICILIO": {"VISITA_DOMICILIO"},
    }
    found = safe_contact.advice(safe, restrictions)
    barred = set().union(*(forbidden.get(code, set()) for code in restrictions))
    named = () if safe in {None, "NINGUNO", *barred} else (safe,)
    assert found.channels == named
    assert set(found.conditions) == set(restrictions)
    assert found.possible == (() if safe == "NINGUNO" else named or ("POR_SERVICIO",))
    assert found.text


@pytest.mark.parametrize("code", sorted(safe_contact.FORBIDS))
def test_every_restriction_of_a_channel_is_of_the_list(code: str) -> None:
    assert code in code_list("contact_restriction")
    assert safe_contact.FORBIDS[code] <= set(code_list("contact_channel").codes)
