"""Work lists and notices: who sees which, in HTTP and straight in SQL."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import Engine

from app.access.actor import SCHEDULER
from app.services.clocks import service
from app.services.notices.service import notify
from app.services.scheduler import sweeping
from tests.access.sql_checks import refused
from tests.cases.story import API, ok, problem
from tests.clocks.steps import HOUR, NOW, Stage, count
from tests.factories import World


@pytest.fixture
def stage(world: World, admin: Engine) -> Stage:
    return Stage(world, admin)


def refer(stage: Stage, receiver: Any) -> Any:
    """A referral that waits for its answer, with its clock."""
    row, code = stage.case, "DE-" + stage.case_code[3:]
    stage.run(
        "INSERT INTO referral (victim_id, case_id, code, from_unit_id, to_unit_id, service_type, reason,"
        " legal_basis, compartments, urgent, state, sent_by, due_at) VALUES (%(v)s, %(c)s, %(d)s, %(f)s,"
        " %(t)s, 'SALUD', 'REQUIERE_SERVICIO', 'MANDATO_LEGAL', '{identity}', false, 'ENVIADA', %(w)s,"
        " now() - interval '2 hours')",
        v=stage.victim, c=row, d=code, f=stage.officer.unit_id, t=receiver.unit_id, w=stage.officer.user_id,
    )  # fmt: skip
    ((row_id,),) = stage.run("SELECT id FROM referral WHERE code = %(d)s", d=code)
    return stage.start(
        "DERIVACION_RESPUESTA", table="referral", row_id=row_id, code=code, unit_id=receiver.unit_id,
        due_at=NOW - HOUR,
    )  # fmt: skip


def test_the_work_list_shows_the_most_urgent_first_with_its_legal_basis(stage: Stage) -> None:
    late = stage.start(due_at=NOW - HOUR, user_id=stage.officer.user_id)
    stage.start("FISCAL_AVISO")
    stage.start("PSICOSOCIAL_PRIMERA")
    done = stage.start(due_at=NOW - 2 * HOUR)
    with stage.world.session(stage.officer) as session:
        service.meet(session, "ACTIVIDAD", done.table, done.row_id)
    client = stage.world.client(stage.officer)
    items = ok(client.get(f"{API}/clocks"))["items"]
    assert [(i["kind"], i["state"], i["mine"]) for i in items] == [
        ("ACTIVIDAD", "VENCIDO", True),
        ("FISCAL_AVISO", "CORRIENDO", False),
        ("PSICOSOCIAL_PRIMERA", "CORRIENDO", False),
    ]
    assert items[1]["verified"] is False
    assert "por validar" in items[1]["source"]
    assert {i["case"] for i in items} == {stage.case_code}
    assert late.code == items[0]["subject"]
    for filters, kinds in (
        ({"state": "VENCIDO"}, ["ACTIVIDAD"]),
        ({"kind": "FISCAL_AVISO"}, ["FISCAL_AVISO"]),
        ({"state": "CORRIENDO", "kind": "ACTIVIDAD"}, []),
    ):
        assert [i["kind"] for i in ok(client.get(f"{API}/clocks", params=filters))["items"]] == kinds


def test_pages_go_on_where_the_last_one_ended(stage: Stage) -> None:
    kinds = ("FISCAL_AVISO", "UPE_COMUNICACION", "SALUD_BASICA", "PTI", "ARCO_ACCESO")
    for kind in kinds:
        stage.start(kind, due_at=NOW + 5 * HOUR)
    client, seen, cursor = stage.world.client(stage.officer), [], None
    for _ in range(3):
        answer = ok(client.get(f"{API}/clocks", params={"limit": 2} | ({"cursor": cursor} if cursor else {})))
        seen += [item["kind"] for item in answer["items"]]
        cursor = answer["next"]
    assert seen == sorted(kinds)
    assert cursor is None


@pytest.mark.parametrize("cursor", ["x", "WzEsMl0", "e30", "%00", "WyIyMDI2LTAxLTAxIiwgIngiXQ"])
def test_a_cursor_of_nowhere_is_refused(stage: Stage, cursor: str) -> None:
    client = stage.world.client(stage.officer)
    for path in ("clocks", "notices"):
        problem(client.get(f"{API}/{path}", params={"cursor": cursor}), 400)


def test_an_unknown_filter_names_the_way_out(stage: Stage) -> None:
    found = problem(
        stage.world.client(stage.officer).get(f"{API}/clocks", params={"state": "X", "kind": "Y"}), 422
    )
    assert [error["field"] for error in found["errors"]] == ["state", "kind"]
    assert "VENCIDO" in found["errors"][0]["choices"]


def test_the_catalogue_is_told(stage: Stage) -> None:
    items = ok(stage.world.client(stage.officer).get(f"{API}/clocks/catalogue"))["items"]
    found = {item["code"]: item for item in items}
    assert (found["ARCO_ACCESO"]["value"], found["ARCO_ACCESO"]["unit"]) == (20, "DIAS_HABILES")
    assert found["RESERVA_CUPO"]["closes_by_itself"] is True


def test_roles_without_cases_have_no_lists(world: World) -> None:
    client = world.client(world.actor("analyst"))
    for path in ("clocks", "clocks/catalogue", "notices"):
        problem(client.get(f"{API}/{path}"), 403)


def test_a_unit_sees_its_own_clocks_only_though_another_takes_part(world: World, stage: Stage) -> None:
    """Whose deadline it is may tell in which shelter she lives."""
    colleague = world.actor("cem_officer", unit=_unit(stage))
    other = world.actor("udavit_officer", supervisor=True)
    stage.run(
        "INSERT INTO participation (victim_id, case_id, unit_id, basis, population)"
        " VALUES (%(v)s, %(c)s, %(u)s, 'MANDATO', 1)",
        v=stage.victim, c=stage.case, u=other.unit_id,
    )  # fmt: skip
    stage.start(due_at=NOW - HOUR)
    stage.start(due_at=NOW - HOUR, unit_id=other.unit_id)
    sweeping.sweep(world.runtime.database)
    shown = {}
    for name, actor in (("own", stage.officer), ("colleague", colleague), ("other", other)):
        shown[name] = len(ok(world.client(actor).get(f"{API}/clocks"))["items"])
        with world.session(actor) as session:
            assert count(session, "clock") == shown[name]
    assert shown == {"own": 1, "colleague": 0, "other": 1}
    outsider = world.actor("cem_officer", supervisor=True)
    with world.session(outsider) as session:
        assert (count(session, "clock"), count(session, "notice")) == (0, 0)


def _unit(stage: Stage) -> str:
    return str(stage.run("SELECT code FROM unit WHERE id = %(u)s", u=stage.officer.unit_id)[0][0])


def test_a_receiver_sees_the_deadline_of_its_answer_before_it_takes_part(world: World, stage: Stage) -> None:
    receiver = world.actor("health_officer")
    refer(stage, receiver)
    assert [i["kind"] for i in ok(world.client(receiver).get(f"{API}/clocks"))["items"]] == [
        "DERIVACION_RESPUESTA"
    ]
    with world.session(receiver) as session:
        assert count(session, "clock") == 1
    stage.run("UPDATE referral SET state = 'RETIRADA' WHERE case_id = %(c)s", c=stage.case)
    assert ok(world.client(receiver).get(f"{API}/clocks"))["items"] == []
    with world.session(receiver) as session:
        assert count(session, "clock") == 0


def test_an_unanswered_referral_expires_and_tells_receiver_supervisor_and_sender(
    world: World, stage: Stage
) -> None:
    receiver = world.actor("health_officer")
    subject = refer(stage, receiver)
    sweeping.sweep(world.runtime.database)
    assert [(n.kind, n.unit_id, n.supervisors) for n in stage.notices()] == [
        ("VENCIDO", receiver.unit_id, False),
        ("ESCALADO", receiver.unit_id, True),
        ("ESCALADO", stage.officer.unit_id, False),
    ]
    ((state,),) = stage.run("SELECT state FROM referral WHERE id = %(r)s", r=subject.row_id)
    assert state == "VENCIDA"
    assert ok(world.client(receiver).get(f"{API}/clocks"))["items"] == [], "it closed itself"
    assert [n["kind"] for n in ok(world.client(receiver).get(f"{API}/notices"))["items"]] == ["VENCIDO"]
    assert [n["kind"] for n in ok(world.client(stage.officer).get(f"{API}/notices"))["items"]] == ["ESCALADO"]


def test_notices_are_for_whom_they_name(world: World, admin: Engine) -> None:
    stage = Stage(world, admin)
    unit = _unit(stage)
    chief = world.actor("cem_officer", unit=unit, supervisor=True)
    with world.session(stage.officer) as session:
        for more in (
            {},
            {"user_id": stage.officer.user_id},
            {"user_id": chief.user_id},
            {"supervisors": True},
        ):
            notify(
                session, "VENCIDO", unit_id=stage.officer.unit_id, subject_code=stage.case_code,
                victim_id=stage.victim, case_id=stage.case, **more,
            )  # fmt: skip
    for actor, wanted in ((stage.officer, 2), (chief, 3)):
        assert len(ok(world.client(actor).get(f"{API}/notices"))["items"]) == wanted
        with world.session(actor) as session:
            assert count(session, "notice") == wanted


def test_the_first_reader_counts(world: World, stage: Stage) -> None:
    stage.start(due_at=NOW - HOUR)
    sweeping.sweep(world.runtime.database)
    client = world.client(stage.officer)
    (item,) = ok(client.get(f"{API}/notices"))["items"]
    assert (item["label"], item["clock"], item["case"]) == ("Un plazo venció", "ACTIVIDAD", stage.case_code)
    for _ in range(2):
        assert ok(client.post(f"{API}/notices/{item['code']}/read")) == {"code": item["code"], "read": True}
    ((_, reader),) = [(n.read_at, n.read_by) for n in stage.notices()]
    assert reader == stage.officer.user_id
    assert ok(client.get(f"{API}/notices"))["items"] == []
    assert len(ok(client.get(f"{API}/notices", params={"unread": False}))["items"]) == 1
    outsider = world.client(world.actor("cem_officer"))
    problem(outsider.post(f"{API}/notices/{item['code']}/read"), 404)
    problem(client.post(f"{API}/notices/AV-0000-0000-0000/read"), 404)


def test_nobody_starts_ends_or_tells_of_what_it_has_no_part_in(world: World, stage: Stage) -> None:
    subject = stage.start(due_at=NOW + HOUR)
    outsider = world.actor("upe_officer", supervisor=True)
    parts = {"victim_id": stage.victim, "case_id": stage.case, "unit_id": outsider.unit_id, "row_id": 1}
    parts |= {"kind": "PTI", "subject_table": "plan", "subject_code": "PR-1", "due_at": "2030-01-01"}
    given = json.dumps(parts)
    with world.session(outsider) as session:
        assert refused(session, "SELECT ruv.start_clock(%(g)s)", g=given)
        assert refused(session, "SELECT * FROM ruv.fire_clocks(now(), 10)")
        assert refused(session, "SELECT * FROM ruv.clock_counts()")
        for inner in ("take_clocks(now(), 1)", "expire_referrals('{1}')", "may_time(1, 1)"):
            assert refused(session, f"SELECT ruv.{inner}")
        assert refused(
            session,
            "INSERT INTO notice (victim_id, case_id, code, kind, unit_id, subject_code)"
            " VALUES (%(v)s, %(c)s, 'AV-X', 'VENCIDO', %(u)s, 'CA-X')",
            v=stage.victim, c=stage.case, u=outsider.unit_id,
        )  # fmt: skip
        service.cancel(session, subject.table, subject.row_id)
        service.move(session, "ACTIVIDAD", subject.table, subject.row_id, NOW)
    assert (stage.clock(subject).state, stage.clock(subject).due_at) == ("CORRIENDO", NOW + HOUR)
    with world.session(stage.officer) as session:
        assert refused(session, "UPDATE clock SET state = 'ANULADO'")
        assert (
            refused(session, "UPDATE notice SET read_at = now() + interval '1 day'") is False
        )  # none to see


def test_the_scheduler_sees_no_person(world: World, stage: Stage) -> None:
    stage.start(due_at=NOW + HOUR)
    with world.session(SCHEDULER) as session:
        for table in ("victim", "clock", "notice", "referral", "participation", "victim_blob"):
            assert count(session, table) == 0
        assert {row["kind"] for row in sweeping.counts(session)} >= {"ACTIVIDAD"}


def test_what_a_clock_did_is_in_the_persons_log(world: World, admin: Engine) -> None:
    stage = Stage(world, admin)
    stage.start(due_at=NOW - HOUR)
    sweeping.sweep(world.runtime.database)
    ((code,),) = stage.run("SELECT code FROM victim_code WHERE victim_id = %(v)s", v=stage.victim)
    entries = ok(world.client(stage.officer).get(f"{API}/victims/{code}/access-log"))["items"]
    assert any(entry["action"] == "clocks.fire" for entry in entries)
