"""Units are told what concerns them, at once; a duty to tell is met by who was told, not by who tells."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, text

from app.codes import parse_code
from app.records.kinds import today
from app.services.scheduler.sweeping import sweep
from tests.cases.story import (
    API,
    Registered,
    add_unit,
    move,
    ok,
    problem,
    refer,
    registered,
    shared_with,
    unit_code,
)
from tests.cases.test_deadlines import acknowledge, bring_in, clocks, recent
from tests.commands.steps import decide, invite
from tests.factories import World
from tests.referrals.steps import answer, overdue, step
from tests.shelters.steps import SHELTERS, admit, code_of, shelter, tag, takes_part
from tests.web.browsing import Browser

NOTICES = f"{API}/notices"
RESERVED = {"code": None, "name": "Centro de acogida (reservado)"}


def told(client: httpx.Client, kind: str) -> list[dict[str, Any]]:
    """Unread notices of a kind."""
    return [one for one in ok(client.get(NOTICES))["items"] if one["kind"] == kind]


def to_look_at(client: httpx.Client) -> list[tuple[str, str | None]]:
    """What supervision lists of notices: subject and what happened."""
    found = ok(client.get(f"{API}/supervision/reviews", params={"kind": "AVISO_SIN_ACUSE"}))["items"]
    return [(one["code"], one["notice_label"]) for one in found]


def test_who_was_added_is_told_and_meets_the_duty_by_acknowledging(world: World) -> None:
    girl = recent(world, "police_investigator", age_years=15)
    upe, prosecution = bring_in(world, girl, "upe_officer"), bring_in(world, girl, "prosecutor")
    running = clocks(world, girl)
    assert (running["FISCAL_AVISO"], running["UPE_COMUNICACION"]) == ("CORRIENDO", "CORRIENDO")
    (notice,) = told(upe, "UNIDAD_INCORPORADA")
    assert (notice["case"], notice["subject"], notice["acknowledge"]) == (girl.case, girl.case, True)
    assert notice["by"]["code"] == unit_code(world, girl.officer)
    assert to_look_at(upe) == [(girl.case, "Su unidad fue incorporada al caso")]
    parts = ok(girl.client.get(f"{API}/cases/{girl.case}/participations"))["items"]
    assert [part["unacknowledged"] for part in parts] == [False, True, True]
    problem(girl.client.post(f"{NOTICES}/{notice['code']}/read"), 404)  # nobody acknowledges for another
    acknowledge(upe, "UNIDAD_INCORPORADA")
    running = clocks(world, girl)
    assert (running["FISCAL_AVISO"], running["UPE_COMUNICACION"]) == ("CORRIENDO", "CUMPLIDO")
    assert to_look_at(upe) == [] != to_look_at(prosecution)
    acknowledge(prosecution, "UNIDAD_INCORPORADA")
    assert clocks(world, girl)["FISCAL_AVISO"] == "CUMPLIDO"


def test_putting_somebody_in_charge_acknowledges(world: World) -> None:
    girl = recent(world, "police_investigator", age_years=15)
    chief = world.actor("upe_officer", supervisor=True)
    unit = unit_code(world, chief)
    ok(add_unit(girl.client, girl.case, unit), 201)
    colleague = world.actor("upe_officer", unit=unit)
    client = world.client(chief)
    ok(client.post(f"{API}/cases/{girl.case}/assignments", json={"username": colleague.username}), 201)
    assert told(client, "UNIDAD_INCORPORADA") == []
    assert clocks(world, girl)["UPE_COMUNICACION"] == "CUMPLIDO"


def test_no_other_unit_meets_the_duty_to_tell_in_sql(world: World) -> None:
    girl = recent(world, "police_investigator", age_years=15)
    _, _, _ = shared_with(world, girl, "cem_officer")
    with world.session(girl.officer) as session:
        case = session.scalar(text("SELECT id FROM trafficking_case WHERE code = :c"), {"c": girl.case})
        end = text("SELECT ruv.end_clocks('trafficking_case', :c, :k, 'CUMPLIDO')")
        for kind in ("FISCAL_AVISO", "UPE_COMUNICACION", "SALUD_BASICA"):
            session.execute(end, {"c": case, "k": kind})
    running = clocks(world, girl)
    assert (running["FISCAL_AVISO"], running["UPE_COMUNICACION"]) == ("CORRIENDO", "CORRIENDO")
    assert running["SALUD_BASICA"] == "CUMPLIDO"


def test_who_is_silent_was_not_told_yet_when_an_alert_becomes_a_case(world: World) -> None:
    for acknowledged, running in ((True, False), (False, True)):
        officer = world.actor("police_investigator")
        client = world.client(officer)
        body = {
            "compartments": {"identity": {"given_names": "Rosa", "age_years": 30}},
            "first_identified_on": str(today()),
            "state": "ALERTA",
            "not_duplicate": {"reason": "HOMONIMA"},
        }
        code = ok(client.post(f"{API}/victims", json=body), 201)["code"]
        case = ok(client.get(f"{API}/victims/{code}"))["cases"][0]["code"]
        alerted = Registered(officer, client, code, case, 0)
        prosecution = bring_in(world, alerted, "prosecutor")
        if acknowledged:
            acknowledge(prosecution, "UNIDAD_INCORPORADA")
        ok(move(client, case, "PRESUNTA_VICTIMA"))
        items = ok(client.get(f"{API}/clocks", params={"kind": "FISCAL_AVISO"}))["items"]
        assert bool(items) is running


@pytest.mark.parametrize(
    ("decision", "more", "kind"),
    [
        ("accept", {}, "DERIVACION_ACEPTADA"),
        ("accept_with_conditions", {"conditions": "Con su hermana"}, "DERIVACION_CONDICIONADA"),
        ("refuse", {"reason": "SIN_CUPO"}, "DERIVACION_RECHAZADA"),
    ],
)
def test_the_sender_is_told_of_the_answer(
    world: World, decision: str, more: dict[str, str], kind: str
) -> None:
    person = registered(world)
    actor = world.actor("shelter_caseworker")
    sent = refer(person.client, person.case, unit_code(world, actor), urgent=True)
    code = ok(sent, 201)["code"]
    ok(answer(world.client(actor), code, decision, **more))
    (notice,) = told(person.client, kind)
    assert (notice["subject"], notice["case"], notice["urgent"]) == (code, person.case, True)
    assert notice["by"]["code"] == unit_code(world, actor)  # who asked knows whom
    assert notice["send_again"] is (decision == "refuse")
    with world.session(person.officer) as session:
        by = session.scalar(text("SELECT by_unit_id FROM notice WHERE code = :c"), {"c": notice["code"]})
    assert by is None  # the row itself says of no shelter where she is


def test_a_refused_or_unanswered_one_is_sent_again_once(world: World) -> None:
    person = registered(world)
    first, second = world.unit("ALBERGUE"), world.unit("ALBERGUE")
    code = ok(refer(person.client, person.case, first, urgent=True), 201)["code"]
    overdue(world, code)
    late = text(
        "UPDATE clock SET due_at = now(), next_at = now(), escalate_at = now() WHERE subject_code = :c"
    )
    with world.runtime.database.engine("ruv_owner").begin() as owner:
        owner.execute(text("SET LOCAL ROLE ruv_guard"))
        owner.execute(late, {"c": code})
    for _ in range(2):
        sweep(world.runtime.database)
    (notice,) = told(person.client, "ESCALADO")
    assert (notice["subject"], notice["send_again"], notice["urgent"]) == (code, True, True)
    ok(refer(person.client, person.case, second, urgent=True, replaces=code), 201)
    assert told(person.client, "ESCALADO")[0]["send_again"] is False


def test_who_takes_over_a_deadline_is_told_of_it_and_may_meet_it(world: World) -> None:
    person = registered(world)
    narrow, early, _ = shared_with(world, person, "health_officer")
    leaver, client, code = shared_with(world, person, "cem_officer")
    ok(move(client, person.case, "DECLINA_ATENCION", reason="TEMOR"))
    (mine,) = ok(client.get(f"{API}/clocks", params={"kind": "MONITOREO"}))["items"]
    assert told(person.client, "PLAZO_RECIBIDO") == []
    ok(step(client, code, "start"))
    ok(step(client, code, "interrupt", reason="YA_NO_CORRESPONDE"))
    found = {one["clock"]: one for one in told(person.client, "PLAZO_RECIBIDO")}
    assert set(found) == {"MONITOREO", "RIESGO_VALORACION"}
    notice = found["MONITOREO"]
    assert (notice["subject"], notice["case"], notice["acknowledge"]) == (person.case, person.case, True)
    assert (notice["due"]["due_at"], notice["by"]) == (mine["due_at"], None)
    page = Browser(world, person.officer).get("/trabajo")
    assert "Su unidad responde ahora de un plazo: monitoreo de quien declina la atención" in page.text
    ok(move(person.client, person.case, "PRESUNTA_VICTIMA", reason="ACEPTA_ATENCION"))
    due = {one["clock"]: one["due"] for one in told(person.client, "PLAZO_RECIBIDO")}
    assert due["MONITOREO"] is None is not due["RIESGO_VALORACION"]
    assert told(early, "PLAZO_RECIBIDO") == told(client, "PLAZO_RECIBIDO") == []
    for other in (narrow, leaver):
        problem(world.client(other).post(f"{NOTICES}/{notice['code']}/read"), 404)
        with world.session(other) as session:
            assert session.scalar(text("SELECT count(*) FROM notice WHERE kind = 'PLAZO_RECIBIDO'")) == 0
    ok(person.client.post(f"{NOTICES}/{notice['code']}/read"))


def test_each_side_is_told_that_a_referral_ended(world: World) -> None:
    person = registered(world)
    shelterer, client, code = shared_with(world, person, "shelter_caseworker")
    ok(step(person.client, code, "withdraw", reason="YA_NO_CORRESPONDE"))
    (notice,) = told(client, "DERIVACION_TERMINADA")
    assert (notice["subject"], notice["case"]) == (code, None)  # no longer its case: the referral alone
    _, other, code = shared_with(world, person, "cem_officer")
    ok(step(other, code, "start"))
    ok(step(other, code, "conclude", result="SERVICIO_PRESTADO"))
    assert told(person.client, "DERIVACION_TERMINADA")[0]["subject"] == code
    stranger = world.actor("cem_officer", supervisor=True)
    for actor in (stranger, shelterer):
        with world.session(actor) as session:
            seen = session.execute(
                text("SELECT subject_code FROM notice WHERE subject_code = :c"), {"c": code}
            )
            assert seen.all() == []


def hold(client: httpx.Client, case: str, department: str) -> str:
    body = {"case": case, "group": "MUJERES", "department": department}
    return str(ok(client.post(f"{SHELTERS}/holds", json=body), 201)["code"])


def test_a_shelter_is_told_of_what_is_held_in_it(world: World, admin: Engine) -> None:
    actor, client = shelter(world, department="21", MUJERES=1)
    person = registered(world)
    code = hold(person.client, person.case, "21")
    (notice,) = told(client, "CUPO_RESERVADO")
    assert (notice["subject"], notice["case"]) == (code, None)
    assert notice["by"]["code"] == code_of(world, person.officer)
    parse_code(notice["code"], "AV")  # made by the database, spelled as ours
    assert told(person.client, "CUPO_RESERVADO") == []
    assert to_look_at(client) == [(code, "Se reservó un cupo en su centro")]
    acknowledge(client, "CUPO_RESERVADO")
    ok(person.client.post(f"{SHELTERS}/holds/{code}/release", headers=tag(1)))
    assert told(client, "CUPO_LIBERADO")[0]["subject"] == code
    code = hold(person.client, person.case, "21")
    ok(client.post(f"{SHELTERS}/holds/{code}/release", headers=tag(1)))
    (notice,) = told(person.client, "CUPO_LIBERADO")
    assert (notice["case"], notice["by"]) == (person.case, RESERVED)
    code = hold(person.client, person.case, "21")
    takes_part(admin, person.case, actor)
    admit(client, person, hold=code)
    assert told(client, "CUPO_RESERVADO") == []  # she is there


def test_a_hold_that_runs_out_is_told_and_shown_to_nobody_else(world: World, admin: Engine) -> None:
    actor, client = shelter(world, department="22", MUJERES=1)
    stranger, other = shelter(world, department="23", MUJERES=1)
    person = registered(world)
    code = hold(person.client, person.case, "22")
    with admin.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE place_hold SET expires_at = now() - interval '1 s' WHERE code = %(c)s", {"c": code}
        )
        run = "SELECT ruv.expire_holds(ARRAY(SELECT id FROM place_hold WHERE code = %(c)s))"
        for _ in range(2):
            connection.exec_driver_sql(run, {"c": code})
    assert [one["subject"] for one in told(client, "CUPO_VENCIDO")] == [code]
    assert told(other, "CUPO_VENCIDO") == told(person.client, "CUPO_VENCIDO") == []
    for who, seen in ((actor, 2), (stranger, 0), (person.officer, 0)):
        with world.session(who) as session:
            count = text("SELECT count(*) FROM notice WHERE subject_code = :c AND kind LIKE 'CUPO%'")
            assert session.scalar(count, {"c": code}) == seen


def test_a_notice_names_no_other_unit_than_ones_own_in_sql(world: World) -> None:
    person = registered(world)
    shelterer, _, _ = shared_with(world, person, "shelter_caseworker")
    insert = text(
        "INSERT INTO notice (victim_id, case_id, code, kind, unit_id, subject_code, by_unit_id)"
        " SELECT victim_id, id, 'AV-PRUEBA', 'UNIDAD_INCORPORADA', :to, code, :by FROM trafficking_case"
        " WHERE code = :c"
    )
    for actor, by in ((person.officer, shelterer.unit_id), (shelterer, shelterer.unit_id)):
        with pytest.raises(Exception, match="row-level security"), world.session(actor) as session:
            session.execute(insert, {"to": person.officer.unit_id, "by": by, "c": person.case})


def test_the_upe_of_a_girl_is_told_that_she_came_back(world: World) -> None:
    girl = registered(world, "police_investigator", age_years=14)
    upe = bring_in(world, girl, "upe_officer")
    asked = move(upe, girl.case, "CERRADO", outcome="TRASLADO")
    second = world.client(invite(world, girl, "prosecutor"))
    ok(decide(second, ok(asked, 202)["command"], "approvals"))
    body = {"first_identified_on": str(today()), "victim": girl.victim}
    again = ok(girl.client.post(f"{API}/cases", json=body), 201)["code"]
    (notice,) = told(upe, "REINGRESO")
    assert (notice["case"], notice["subject"]) == (girl.case, girl.case)
    assert notice["by"]["code"] == unit_code(world, girl.officer)
    problem(upe.get(f"{API}/cases/{again}"), 404)  # told, and asked in by who opened it


def test_who_loses_the_case_no_longer_sees_what_it_was_told(world: World) -> None:
    woman: Registered = recent(world, age_years=30)
    chief = world.actor("prosecutor", supervisor=True)
    ok(add_unit(woman.client, woman.case, unit_code(world, chief)), 201)
    client = world.client(chief)
    assert len(told(client, "UNIDAD_INCORPORADA")) == 1
    ok(client.post(f"{API}/cases/{woman.case}/participations/end"), 200)
    assert ok(client.get(NOTICES, params={"unread": False}))["items"] == []
    with world.session(chief) as session:
        assert session.scalar(text("SELECT count(*) FROM notice")) == 0
