"""A plan goes with the person, or by order; no unit ever answers for a plan that it does not see."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import Engine, text

from app.access.actor import Actor
from tests.access.sql_checks import refused
from tests.cases.story import API, Registered, at_once, ok, problem, refer, registered, shared_with, unit_code
from tests.consents.story import give, on_consent, withdraw
from tests.database.conftest import admin
from tests.factories import World
from tests.plans.story import Drafted, drafted, running, step
from tests.shelters.steps import admit, shelter, takes_part

__all__ = ["admin"]


def joined(world: World, admin: Engine, plan: Drafted, role: str) -> tuple[Actor, httpx.Client]:
    """A supervisor whose unit takes part in the plan's case, whole."""
    actor = world.actor(role, supervisor=True)
    takes_part(admin, plan.person.case, actor)
    return actor, world.client(actor)


def house(world: World, admin: Engine, plan: Drafted, department: str) -> tuple[Actor, httpx.Client]:
    actor, client = shelter(world, "shelter_caseworker", department=department, GENERAL=2)
    takes_part(admin, plan.person.case, actor)
    return actor, client


def told(client: httpx.Client, kind: str) -> list[str]:
    return [n["subject"] for n in ok(client.get(f"{API}/notices"))["items"] if n["kind"] == kind]


def clocks_of(client: httpx.Client) -> set[str]:
    return {c["kind"] for c in ok(client.get(f"{API}/clocks"))["items"]} & {"PRI_REVISION", "ACTIVIDAD"}


def orphans(world: World, admin: Engine) -> int:
    with admin.connect() as connection:
        return int(connection.exec_driver_sql("SELECT ruv.orphan_plans()").scalar_one())


def order(client: httpx.Client, plan: str, unit: str, reason: str = "TRASLADO") -> httpx.Response:
    seen = client.get(f"{API}/plans/{plan}")
    headers = {"If-Match": seen.headers.get("etag", '"1"')}
    body = {"unit": unit, "reason": reason}
    return client.post(f"{API}/plans/{plan}/responsibility", json=body, headers=headers)


def test_the_plan_goes_with_her_from_one_house_to_the_next(world: World, admin: Engine) -> None:
    plan, activity = running(world)
    first, one = house(world, admin, plan, "24")
    stay = admit(one, plan.person)
    read = ok(one.get(plan.url))
    assert (read["responsible"], read["view"]) == (True, "all")
    assert [(a["code"], a["unit"]["code"]) for a in read["activities"]] == [
        (activity, unit_code(world, first))
    ]
    assert clocks_of(one) == {"PRI_REVISION", "ACTIVIDAD"}
    assert clocks_of(plan.client) == set()
    assert told(one, "PLAN_RECIBIDO") == told(plan.client, "PLAN_ENTREGADO") == [plan.code]
    assert step(plan.client, plan.code, activity, 2, state="LOGRADO").status_code in {403, 404}
    problem(plan.to("EN_REVISION"), 403)
    ok(step(one, plan.code, activity, 2, state="LOGRADO", note="Hecho"))
    tag = one.get(f"{API}/placements/{stay}").headers["etag"]
    ok(one.post(f"{API}/placements/{stay}/exit", json={"reason": "TRASLADO"}, headers={"If-Match": tag}))
    second, two = house(world, admin, plan, "25")
    admit(two, plan.person)
    read = ok(two.get(plan.url))
    assert (read["responsible"], read["state"]) == (True, "EN_EJECUCION")
    (done,) = read["activities"]  # what the first house did stays its own
    assert (done["state"], done["unit"]["code"]) == ("LOGRADO", None)
    assert [h["cause"] for h in read["handovers"]] == ["INGRESO", "INGRESO"]
    assert unit_code(world, first) not in str(read["handovers"])
    before = ok(one.get(plan.url))  # while it takes part it reads what it did, and no more
    assert (before["view"], [a["code"] for a in before["activities"]]) == ("own", [activity])
    assert told(one, "PLAN_ENTREGADO") == [plan.code]
    with world.session(second) as session:
        assert refused(session, "UPDATE plan SET unit_id = unit_id")
        forged = "SELECT victim_id, id, unit_id, unit_id, 'ORDEN' FROM plan"
        columns = "victim_id, plan_id, from_unit_id, to_unit_id, cause"
        assert refused(session, f"INSERT INTO plan_handover ({columns}) {forged}")
        count = text("SELECT count(*) FROM plan_handover")
        assert session.scalar(count) == 2
    with world.session(first) as session:
        assert session.scalar(count) == 0
    log = ok(plan.client.get(f"{API}/victims/{plan.person.victim}/access-log"))["items"]
    assert sum(entry["action"] == "plans.hand-over" for entry in log) == 2
    assert orphans(world, admin) == 0


def test_a_house_that_was_not_given_the_plan_does_not_take_it(world: World) -> None:
    plan = drafted(world)
    actor, client = shelter(world, "shelter_caseworker", department="24", GENERAL=1)
    sent = refer(plan.client, plan.person.case, unit_code(world, actor), compartments=["identity", "contact"])
    ok(client.post(f"{API}/referrals/{ok(sent, 201)['code']}/answer", json={"decision": "accept"}))
    admit(client, plan.person)
    problem(client.get(plan.url), 404)
    assert ok(plan.client.get(plan.url))["responsible"] is True


def test_noting_that_she_is_in_a_hospital_moves_no_plan(world: World, admin: Engine) -> None:
    plan = drafted(world)
    _, client = joined(world, admin, plan, "udavit_officer")
    admit(client, plan.person, actual_place="HOSPITAL")
    assert ok(plan.client.get(plan.url))["responsible"] is True


def test_no_plan_passes_to_a_unit_whose_only_account_waits_for_approval(world: World, admin: Engine) -> None:
    plan = drafted(world)
    cem, _ = joined(world, admin, plan, "cem_officer")
    _, client = joined(world, admin, plan, "udavit_officer")
    with admin.begin() as connection:
        never = "UPDATE user_account SET approved_at = NULL WHERE id = %(u)s"
        connection.exec_driver_sql(never, {"u": cem.user_id})
    (wrong,) = problem(order(client, plan.code, unit_code(world, cem)), 422)["errors"]
    assert wrong["field"] == "unit"
    assert ok(plan.client.get(plan.url))["responsible"] is True


def test_who_protects_her_orders_who_answers(world: World, admin: Engine) -> None:
    plan, activity = running(world)
    cem, to = joined(world, admin, plan, "cem_officer")
    _, client = joined(world, admin, plan, "udavit_officer")
    unit = unit_code(world, cem)
    assert problem(order(plan.client, plan.code, unit), 403)
    assert problem(order(client, plan.code, world.unit("CEM")), 422)["errors"][0]["field"] == "unit"
    assert problem(order(client, plan.code, unit, "PORQUE_SI"), 422)["errors"][0]["field"] == "reason"
    stale = {"If-Match": '"1"'}
    body = {"unit": unit, "reason": "CERCANIA"}
    problem(client.post(f"{plan.url}/responsibility", json=body, headers=stale), 412)
    assert ok(client.get(plan.url))["may_hand_over"] is True
    ok(order(client, plan.code, unit, "CERCANIA"))
    assert ok(to.get(plan.url))["responsible"] is True
    assert clocks_of(to) == {"PRI_REVISION", "ACTIVIDAD"}
    assert told(to, "PLAN_RECIBIDO") == told(plan.client, "PLAN_ENTREGADO") == [plan.code]
    (passed,) = ok(to.get(plan.url))["handovers"]
    assert (passed["cause"], passed["reason"], passed["to"]["code"]) == ("ORDEN", "CERCANIA", unit)
    ok(step(to, plan.code, activity, 2, state="EN_CURSO", note="Seguimos"))
    tag = {"If-Match": to.get(plan.url).headers["etag"]}
    ok(to.post(f"{plan.url}/transitions", json={"to": "EN_REVISION"}, headers=tag))
    with world.session(plan.person.officer) as session:
        call = "SELECT ruv.order_plan(id, victim_id, version, unit_id, 'X') FROM plan"
        assert refused(session, call)
        assert session.execute(text("SELECT * FROM ruv.plan_takers(1, 1)")).all() == []
    assert orphans(world, admin) == 0


def test_the_plan_of_a_girl_is_ordered_by_the_upe_alone(world: World, admin: Engine) -> None:
    plan = drafted(world, age_years=14)
    cem, _ = joined(world, admin, plan, "cem_officer")
    _, udavit = joined(world, admin, plan, "udavit_officer")
    _, upe = joined(world, admin, plan, "upe_officer")
    assert "UPE" in problem(order(udavit, plan.code, unit_code(world, cem)), 403)["detail"]
    ok(order(upe, plan.code, unit_code(world, cem)))


def test_a_unit_that_leaves_passes_the_plan_to_who_stays(world: World, admin: Engine) -> None:
    plan, activity = running(world)
    leaver = world.client(
        world.actor("cem_officer", unit=unit_code(world, plan.person.officer), supervisor=True)
    )
    police = world.actor("police_investigator", supervisor=True)
    takes_part(admin, plan.person.case, police)
    url = f"{API}/cases/{plan.person.case}/participations/end"
    assert "responde del plan" in problem(leaver.post(url), 409)["detail"]  # the police write no plans
    assert ok(plan.client.get(plan.url))["responsible"] is True
    _, other = joined(world, admin, plan, "cem_officer")
    _, udavit = joined(world, admin, plan, "udavit_officer")
    ok(leaver.post(url))
    problem(plan.client.get(plan.url), 404)
    read = ok(udavit.get(plan.url))
    assert (read["responsible"], read["handovers"][0]["cause"]) == (True, "SALIDA")
    assert told(udavit, "PLAN_RECIBIDO") == [plan.code]
    ok(step(udavit, plan.code, activity, 2, state="EN_CURSO", note="Seguimos"))
    assert ok(other.get(plan.url))["responsible"] is False
    assert orphans(world, admin) == 0


@pytest.mark.parametrize("ending", ["conclude", "withdraw"])
def test_what_a_referral_brought_passes_back_when_it_ends(world: World, ending: str) -> None:
    person = registered(world)
    shared = ["identity", "contact", "plan", "services"]
    actor, client, code = shared_with(
        world, person, "udavit_officer", service_type="ASISTENCIA_LEGAL", compartments=shared
    )
    body = {
        "case": person.case,
        "place_of_execution": "LUGAR_DE_ORIGEN",
        "language": "spa",
        "interpreter": "NO",
    }
    plan = ok(client.post(f"{API}/plans", json=body), 201)["code"]
    problem(person.client.post(f"{API}/plans", json=body), 409)
    steps = f"{API}/referrals/{code}/transitions"
    if ending == "conclude":
        ok(client.post(steps, json={"action": "start"}))
        ok(client.post(steps, json={"action": "conclude", "result": "SERVICIO_PRESTADO"}))
    else:
        ok(person.client.post(steps, json={"action": "withdraw", "reason": "TRASLADO"}))
    problem(client.get(f"{API}/plans/{plan}"), 404)
    assert ok(person.client.get(f"{API}/plans/{plan}"))["responsible"] is True
    assert told(client, "PLAN_ENTREGADO") == []  # it no longer sees the case
    with world.session(actor) as session:
        assert session.scalar(text("SELECT count(*) FROM plan")) == 0


def drafted_on_consent(
    world: World, person: Registered, giver: httpx.Client
) -> tuple[httpx.Client, str, str]:
    """A unit that sees the case by a consent drafts its plan: its client, the plan, the consent."""
    actor = world.actor("udavit_officer")
    client, shared = world.client(actor), {"compartments": ["identity", "contact", "plan"]}
    consent = ok(give(giver, person.case, unit_code(world, actor), **shared), 201)["code"]
    sent = on_consent(giver, person.case, consent, unit_code(world, actor), **shared)
    ok(client.post(f"{API}/referrals/{ok(sent, 201)['code']}/answer", json={"decision": "accept"}))
    body = {"case": person.case, "place_of_execution": "LUGAR_DE_ORIGEN", "language": "spa"}
    plan = ok(client.post(f"{API}/plans", json={**body, "interpreter": "NO"}), 201)["code"]
    return client, plan, consent


def test_what_was_shared_on_a_consent_passes_back_with_it(world: World, admin: Engine) -> None:
    person = registered(world)
    client, plan, consent = drafted_on_consent(world, person, person.client)
    ok(withdraw(person.client, consent), 200)
    problem(client.get(f"{API}/plans/{plan}"), 404)
    assert ok(person.client.get(f"{API}/plans/{plan}"))["responsible"] is True
    assert orphans(world, admin) == 0


def test_a_consent_is_not_withdrawn_from_the_only_unit_that_could_answer(world: World, admin: Engine) -> None:
    person = registered(world, "police_investigator")
    doctor = world.actor("health_officer", supervisor=True)
    takes_part(admin, person.case, doctor)
    giver = world.client(doctor)
    client, plan, consent = drafted_on_consent(world, person, giver)
    assert "responder del plan" in problem(withdraw(giver, consent), 409)["detail"]
    assert ok(client.get(f"{API}/plans/{plan}"))["responsible"] is True
    cem = world.actor("cem_officer", supervisor=True)
    takes_part(admin, person.case, cem)
    ok(withdraw(giver, consent), 200)
    assert ok(world.client(cem).get(f"{API}/plans/{plan}"))["responsible"] is True
    assert orphans(world, admin) == 0


def test_who_is_no_longer_given_the_plan_passes_it_on(world: World, admin: Engine) -> None:
    person = registered(world)
    client, plan, _ = drafted_on_consent(world, person, person.client)
    body = {"compartments": ["plan"]}
    ok(person.client.post(f"{API}/cases/{person.case}/objections", json=body), 201)
    problem(client.get(f"{API}/plans/{plan}"), 404)
    assert ok(person.client.get(f"{API}/plans/{plan}"))["responsible"] is True
    assert orphans(world, admin) == 0


def test_an_objection_is_recorded_though_nobody_else_could_answer(world: World, admin: Engine) -> None:
    person = registered(world, "police_investigator")
    doctor = world.actor("health_officer", supervisor=True)
    takes_part(admin, person.case, doctor)
    giver = world.client(doctor)
    client, plan, _ = drafted_on_consent(world, person, giver)
    body = {"compartments": ["plan", "contact"]}
    ok(giver.post(f"{API}/cases/{person.case}/objections", json=body), 201)
    assert ok(client.get(f"{API}/plans/{plan}"))["responsible"] is True
    assert {"identity", "plan"} == set(ok(client.get(f"{API}/victims/{person.victim}"))["_access"])
    udavit = world.actor("udavit_officer", supervisor=True)
    takes_part(admin, person.case, udavit)
    ok(order(world.client(udavit), plan, unit_code(world, udavit)))
    problem(client.get(f"{API}/plans/{plan}"), 404)  # another unit answers: what she wants holds
    assert orphans(world, admin) == 0


def test_a_draft_at_the_moment_its_unit_leaves_is_seen_by_somebody(world: World, admin: Engine) -> None:
    body = {"place_of_execution": "LUGAR_DE_ORIGEN", "language": "spa", "interpreter": "NO"}
    for _ in range(3):
        person = registered(world)
        unit = unit_code(world, person.officer)
        chief = world.client(world.actor("cem_officer", unit=unit, supervisor=True))
        takes_part(admin, person.case, world.actor("udavit_officer", supervisor=True))
        url = f"{API}/cases/{person.case}/participations/end"
        at_once([
            lambda p=person: p.client.post(f"{API}/plans", json={**body, "case": p.case}),
            lambda c=chief, u=url: c.post(u),
        ])  # fmt: skip
        assert orphans(world, admin) == 0


def test_what_was_asked_of_a_unit_that_leaves_comes_back(world: World) -> None:
    unit = world.unit("SALUD")
    plan, activity = running(world, unit)
    worker = world.client(world.actor("health_officer", unit=unit, supervisor=True))
    sent = refer(plan.client, plan.person.case, unit, service_type="SALUD", compartments=["identity", "plan"])
    code = ok(sent, 201)["code"]
    ok(worker.post(f"{API}/referrals/{code}/answer", json={"decision": "accept"}))
    assert clocks_of(worker) == {"ACTIVIDAD"}
    ok(
        plan.client.post(
            f"{API}/referrals/{code}/transitions", json={"action": "withdraw", "reason": "TRASLADO"}
        )
    )
    (back,) = ok(plan.client.get(plan.url))["activities"]
    assert back["unit"]["code"] == unit_code(world, plan.person.officer)
    assert told(plan.client, "ACTIVIDAD_DEVUELTA") == [activity]
    assert "ACTIVIDAD" in clocks_of(plan.client)
    ok(step(plan.client, plan.code, activity, 2, state="LOGRADO", note="Se hizo aquí"))


def test_no_plan_is_drafted_for_a_unit_that_does_not_see_it(world: World, admin: Engine) -> None:
    plan = drafted(world)
    stranger = world.actor("cem_officer")
    change = "UPDATE plan SET unit_id = %(u)s WHERE code = %(c)s"
    with admin.connect() as connection, pytest.raises(Exception, match="not permitted"):
        connection.exec_driver_sql(change, {"u": stranger.unit_id, "c": plan.code})


def test_the_check_of_the_whole_database_is_able_to_fail(world: World, admin: Engine) -> None:
    plan = drafted(world)
    assert orphans(world, admin) == 0
    with admin.connect() as connection, connection.begin() as undone:
        connection.exec_driver_sql("ALTER TABLE participation DISABLE TRIGGER participation_plan")
        over = "UPDATE participation SET ended_at = now() WHERE victim_id = %(v)s"
        connection.exec_driver_sql(over, {"v": plan.person.victim_id})
        assert connection.exec_driver_sql("SELECT ruv.orphan_plans()").scalar_one() == 1
        undone.rollback()


def test_a_plan_that_was_left_behind_is_mended(world: World, admin: Engine) -> None:
    plan, activity = running(world)
    actor, client = house(world, admin, plan, "25")
    _, other = joined(world, admin, plan, "udavit_officer")
    with admin.begin() as connection:  # as it came about before: she moved, and the first unit left
        connection.exec_driver_sql("ALTER TABLE placement DISABLE TRIGGER placement_plan")
        connection.exec_driver_sql("ALTER TABLE participation DISABLE TRIGGER participation_plan")
        connection.exec_driver_sql(
            "INSERT INTO placement (victim_id, case_id, code, unit_id, admitted_by, actual_place)"
            " SELECT victim_id, id, 'AL-PRUEBA', %(u)s, %(w)s, 'CENTRO_DE_ACOGIDA' FROM trafficking_case"
            " WHERE code = %(c)s",
            {"u": actor.unit_id, "w": actor.user_id, "c": plan.person.case},
        )
        connection.exec_driver_sql(
            "UPDATE participation SET ended_at = now() WHERE victim_id = %(v)s AND unit_id = %(u)s",
            {"v": plan.person.victim_id, "u": plan.person.officer.unit_id},
        )
        connection.exec_driver_sql("ALTER TABLE placement ENABLE TRIGGER placement_plan")
        connection.exec_driver_sql("ALTER TABLE participation ENABLE TRIGGER participation_plan")
        connection.exec_driver_sql("SET LOCAL ROLE ruv_guard")
        assert connection.exec_driver_sql("SELECT ruv.orphan_plans(), ruv.mend_plans()").one() == (1, 1)
        assert connection.exec_driver_sql("SELECT ruv.orphan_plans(), ruv.mend_plans()").one() == (0, 0)
    read = ok(client.get(plan.url))
    assert (read["responsible"], read["handovers"][0]["cause"]) == (True, "REPARACION")
    ok(step(client, plan.code, activity, 2, state="EN_CURSO", note="Seguimos"))
    assert ok(other.get(plan.url))["responsible"] is False
