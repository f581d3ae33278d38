"""No child leaves a stay without what the reason asks for; one who is gone is looked for at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, text

from app.access.actor import Actor
from app.records.kinds import today
from tests.access.sql_checks import refused
from tests.cases.story import API, Registered, move, ok, problem, refer, registered, shared_with, unit_code
from tests.commands.steps import decide, invite
from tests.factories import World
from tests.shelters.steps import PLACEMENTS, admit, shelter, tag
from tests.shelters.test_holds import hold
from tests.shelters.test_stays import FIT, clock_states, in_hours

LEAVES = "UPDATE placement SET left_at = now(), exit_reason = %(r)s, version = version + 1 WHERE code = %(c)s"


def housed(world: World, age: int = 13, **identity: Any) -> tuple[Registered, Actor, httpx.Client, str]:
    child = registered(world, age_years=age, **identity)
    actor, client, _ = shared_with(world, child, "car_caseworker")
    return child, actor, client, admit(client, child)


def leave(client: httpx.Client, stay: str, reason: str) -> httpx.Response:
    version = ok(client.get(f"{PLACEMENTS}/{stay}"))["version"]
    return client.post(f"{PLACEMENTS}/{stay}/exit", json={"reason": reason}, headers=tag(version))


@pytest.mark.parametrize(
    ("reason", "status", "missing"),
    [
        ("TRASLADO", 409, {"destination"}),
        ("MAYORIA_DE_EDAD", 422, {"of_age"}),
        ("VIDA_INDEPENDIENTE", 422, {"of_age"}),
        ("RETORNO_AL_PAIS", 409, {"return"}),
        ("ILOCALIZABLE", 422, {"located"}),
        ("REINTEGRACION_FAMILIAR", 409, {"suitable_adult", "resolution"}),
        ("FAMILIA_SUSTITUTA", 409, {"suitable_adult", "resolution"}),
    ],
)
def test_each_reason_has_its_condition_in_the_service_and_in_the_database(
    world: World, reason: str, status: int, missing: set[str]
) -> None:
    _, actor, client, stay = housed(world)
    found = problem(leave(client, stay, reason), status)
    assert (set(found["missing"]) if status == 409 else {e["code"] for e in found["errors"]}) == missing
    with world.session(actor) as session:
        assert refused(session, LEAVES, r=reason, c=stay)
        for other in ("PARTICIPACION_TERMINADA", "EGRESO_VOLUNTARIO", None):
            assert refused(session, LEAVES, r=other, c=stay)
        assert not refused(session, LEAVES, r="FALLECIMIENTO", c=stay)


def test_she_moves_once_another_shelter_accepted_or_holds_a_place(world: World) -> None:
    child, _, client, stay = housed(world)
    other = world.actor("car_caseworker", supervisor=True)
    sent = ok(refer(child.client, child.case, unit_code(world, other)), 201)["code"]
    problem(leave(client, stay, "TRASLADO"), 409)
    ok(world.client(other).post(f"{API}/referrals/{sent}/answer", json={"decision": "accept"}))
    ok(leave(client, stay, "TRASLADO"))


def test_she_goes_to_family_when_the_upe_resolved_it(world: World) -> None:
    child, _, client, stay = housed(world)
    ok(client.post(f"{PLACEMENTS}/{stay}/suitability", json=FIT), 201)
    assert problem(leave(client, stay, "REINTEGRACION_FAMILIAR"), 409)["missing"] == ["resolution"]
    _, udavit, _ = shared_with(world, child, "udavit_officer")
    measures = f"{API}/cases/{child.case}/protection-measures"
    ok(udavit.post(measures, json={"type": "CUIDADO_FAMILIAR"}), 201)
    problem(leave(client, stay, "REINTEGRACION_FAMILIAR"), 409)
    _, upe, _ = shared_with(world, child, "upe_officer")
    ok(upe.post(measures, json={"type": "CUIDADO_FAMILIAR", "resolution": "RD 7-2026"}), 201)
    problem(leave(client, stay, "FAMILIA_SUSTITUTA"), 409)
    ok(leave(client, stay, "REINTEGRACION_FAMILIAR"))


def test_she_comes_of_age_by_her_birth_date_and_not_by_a_form(world: World) -> None:
    born = today().replace(year=today().year - 18, day=1)
    dated = {"birth_date": born.isoformat(), "birth_date_precision": "EXACTA"}
    _, _, client, stay = housed(world, 17, **dated)
    ok(leave(client, stay, "MAYORIA_DE_EDAD"))
    young = {"birth_date": (today() - timedelta(days=17 * 365)).isoformat(), "birth_date_precision": "EXACTA"}
    _, _, client, stay = housed(world, 17, **young)
    problem(leave(client, stay, "MAYORIA_DE_EDAD"), 422)
    _, _, client, stay = housed(world, 19)
    ok(leave(client, stay, "MAYORIA_DE_EDAD"))


def test_she_returns_with_her_consulate_and_not_while_she_seeks_asylum(world: World, admin: Engine) -> None:
    child, _, client, stay = housed(world, nationality="CO")
    problem(leave(client, stay, "RETORNO_AL_PAIS"), 409)
    consul = world.actor("consular_officer")
    in_the_case(admin, child.case, consul)
    branches = f"{API}/cases/{child.case}/procedures"
    branch = ok(child.client.post(branches, json={"branch": "EXTRANJERA"}), 201)["code"]
    ok(child.client.post(f"{branches}/{branch}/steps", json={"to": "REFUGIO_SOLICITADO"}, headers=tag(1)))
    problem(leave(client, stay, "RETORNO_AL_PAIS"), 409)
    back = {"to": "DERECHOS_INFORMADOS", "step": {"reason": "DESISTE_REFUGIO", "consent": "SI"}}
    ok(child.client.post(f"{branches}/{branch}/steps", json=back, headers=tag(2)))
    problem(leave(client, stay, "RETORNO_AL_PAIS"), 409)  # asking for asylum ended the consulate's part
    in_the_case(admin, child.case, consul)
    ok(leave(client, stay, "RETORNO_AL_PAIS"))


def in_the_case(admin: Engine, case: str, actor: Actor) -> None:
    """The actor's unit takes part."""
    with admin.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO participation (victim_id, case_id, unit_id, basis, population)"
            " SELECT victim_id, id, %(u)s, 'MANDATO', 1 FROM trafficking_case WHERE code = %(c)s",
            {"u": actor.unit_id, "c": case},
        )


def told(client: httpx.Client) -> list[tuple[str, str]]:
    return [(one["kind"], one["subject"]) for one in ok(client.get(f"{API}/notices"))["items"]]


def test_a_child_who_is_gone_is_looked_for_at_once(world: World, admin: Engine) -> None:
    world.department = "21"
    child, _, client, stay = housed(world)
    near = world.client(world.actor("upe_officer", supervisor=True))
    world.department = "22"
    far = world.client(world.actor("upe_officer", supervisor=True))
    _, prosecutor, _ = shared_with(world, child, "prosecutor")
    done = ok(leave(client, stay, "EGRESO_NO_AUTORIZADO"))
    assert done["to_call"] == ["UPE", "PNP"]
    case = ok(child.client.get(f"{API}/cases/{child.case}"))
    assert case["state"] == "EGRESO_NO_AUTORIZADO"
    assert case["transitions"][-1]["reason"] == "SALIDA_SIN_AVISO"
    assert ("NNA_NO_HABIDA", child.case) in told(prosecutor)
    assert ("NNA_NO_HABIDA", child.case) in told(near)
    assert ("NNA_NO_HABIDA", child.case) not in told(far)
    problem(near.get(f"{API}/cases/{child.case}"), 404)  # it is told, and sees no more than the code
    with admin.connect() as connection:
        query = "SELECT kind FROM clock WHERE subject_code = %(c)s AND state = 'CORRIENDO'"
        running = {row[0] for row in connection.exec_driver_sql(query, {"c": child.case})}
    assert {"NNA_NO_HABIDA", "UPE_COMUNICACION"} <= running


def test_who_answers_for_the_alert_is_told_when_the_house_loses_her(world: World, admin: Engine) -> None:
    _, client = shelter(world, department="20", GENERAL=1)
    child = registered(world, age_years=13)
    early, _, _ = shared_with(world, child, "health_officer")  # a narrow part is no heir of an alert
    code = hold(child.client, child.case, "20", "GENERAL", legal_basis="INTERES_VITAL")
    stay = ok(client.post(PLACEMENTS, json={"hold": code}), 201)["code"]
    done = ok(leave(client, stay, "EGRESO_NO_AUTORIZADO"))
    assert done["to_call"] == ["UPE", "PNP", "FISCALIA"]
    problem(client.get(f"{API}/cases/{child.case}"), 404)
    assert ("NNA_NO_HABIDA", child.case) in told(child.client)
    assert ("NNA_NO_HABIDA", child.case) not in told(world.client(early))
    assert "NNA_NO_HABIDA" in {c["kind"] for c in ok(child.client.get(f"{API}/clocks"))["items"]}
    with admin.connect() as connection:
        query = "SELECT unit_id FROM clock WHERE subject_code = %(c)s AND kind = 'NNA_NO_HABIDA'"
        assert connection.exec_driver_sql(query, {"c": child.case}).scalars().all() == [child.officer.unit_id]


def test_while_she_is_missing_the_case_does_not_close(world: World, admin: Engine) -> None:
    child, actor, client, stay = housed(world)
    upe_actor = invite(world, child, "upe_officer")
    upe = world.client(upe_actor)
    _, police, _ = shared_with(world, child, "police_investigator")
    ok(leave(client, stay, "EGRESO_NO_AUTORIZADO"))
    for one in (upe, police):
        assert ("NNA_NO_HABIDA", child.case) in told(one)
    for body in (
        {"to": "ILOCALIZABLE", "reason": "SIN_CONTACTO"},
        {"to": "CERRADO", "outcome": "ILOCALIZABLE"},
    ):
        target = body.pop("to")
        found = problem(move(upe, child.case, target, **body), 409)
        assert "found" in found["missing"]
    statement = "UPDATE trafficking_case SET state = 'ILOCALIZABLE', version = version + 1 WHERE code = %(c)s"
    with world.session(upe_actor) as session:
        assert refused(session, statement, c=child.case)
        assert refused(session, statement.replace("ILOCALIZABLE", "CERRADO"), c=child.case)
    before = clock_states(admin, child.case).count("CORRIENDO")
    url = f"{API}/victims/{child.victim}/protection"
    ok(upe.patch(url, json={"missing_alert_number": "NA-2026-001"}, headers=tag(0)))
    assert clock_states(admin, child.case).count("CORRIENDO") == before - 1
    ok(move(upe, child.case, "EN_ASISTENCIA_INMEDIATA", reason="UBICADA"))
    code = ok(move(upe, child.case, "CERRADO", outcome="TRASLADO"), 202)["command"]
    ok(decide(world.client(world.actor("data_protection_officer")), code, "approvals"))
    assert actor.unit_id != upe_actor.unit_id


def test_who_is_taken_in_again_is_missing_no_more(world: World) -> None:
    child, _, client, stay = housed(world)
    out = {"reason": "ESTUDIO", "due_back_at": in_hours(1)}
    ok(client.post(f"{PLACEMENTS}/{stay}/leaves", json=out, headers=tag(1)))
    ok(leave(client, stay, "EGRESO_NO_AUTORIZADO"))
    case = ok(child.client.get(f"{API}/cases/{child.case}"))
    assert case["transitions"][-1]["reason"] == "NO_RETORNO_DE_PERMISO"
    admit(client, child)
    case = ok(child.client.get(f"{API}/cases/{child.case}"))
    assert (case["state"], case["transitions"][-1]["reason"]) == ("EN_ASISTENCIA_INMEDIATA", "RETORNO")


def test_a_grown_woman_leaves_as_before(world: World) -> None:
    person = registered(world)
    _, client, _ = shared_with(world, person, "car_caseworker")
    done = ok(leave(client, admit(client, person), "EGRESO_NO_AUTORIZADO"))
    assert done["to_call"] is None
    assert ok(person.client.get(f"{API}/cases/{person.case}"))["state"] == "PRESUNTA_VICTIMA"


def test_the_database_tells_no_stranger_who_is_a_child(world: World) -> None:
    person, stranger = registered(world), world.actor("cem_officer", supervisor=True)
    query = text("SELECT ruv.counted_as_child(:v, (SELECT max(id) FROM trafficking_case), current_date)")
    asked = {"v": person.victim_id}
    with world.session(stranger) as session:
        assert session.scalar(query, asked) is True
        grounds = text("SELECT count(*) FROM ruv.exit_grounds(1)")
        assert session.scalar(grounds) == 0
    with world.session(person.officer) as session:
        own = text(
            "SELECT ruv.counted_as_child(:v, c.id, current_date) FROM trafficking_case c"
            " WHERE c.victim_id = :v"
        )
        assert session.scalar(own, asked) is False
