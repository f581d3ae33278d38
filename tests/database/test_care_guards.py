"""Care and protection in SQL alone: deadlines, answers, plans and notices that belong to somebody else."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from app.access.actor import Actor
from tests.cases.story import API, ok, refer, registered, unit_code
from tests.database.scene import Scene
from tests.factories import World
from tests.plans.story import running

START = "SELECT ruv.start_clock(%(g)s)"


@pytest.fixture
def scene(world: World, admin: Engine) -> Scene:
    owner = world.actor("cem_officer", supervisor=True)
    person = world.register(owner, identity={"given_names": "Rosa", "age_years": 22})
    with admin.connect() as connection:
        case = connection.exec_driver_sql(
            "SELECT id FROM trafficking_case WHERE victim_id = %(v)s", {"v": person.victim_id}
        ).scalar_one()
    return Scene(world, admin, owner, person.victim_id, case)


@contextmanager
def broken(scene: Scene, breaks: str, mends: str) -> Iterator[None]:
    """The database without one of its locks."""
    scene.run(breaks)
    try:
        yield
    finally:
        scene.run(mends)


def clock(scene: Scene, actor: Actor, table: str, row: int, **more: Any) -> dict[str, Any]:
    """A clock that somebody would start."""
    given = {
        "victim_id": scene.victim, "case_id": scene.case, "kind": "X", "subject_table": table, "row_id": row,
        "subject_code": "X", "unit_id": actor.unit_id, "started_at": "2026-01-01", "due_at": "2026-01-02",
        **more,
    }  # fmt: skip
    return {"g": json.dumps(given)}


# Deadlines


def test_nobody_lets_run_out_early_what_another_unit_was_given(scene: Scene) -> None:
    health = scene.world.actor("health_officer")
    scene.take_part(health)
    sent = scene.refer(scene.owner, scene.world.actor("udavit_officer"), "ENVIADA")
    scene.run("UPDATE referral SET due_at = now() + interval '5 days' WHERE id = %(r)s", r=sent)
    early = clock(scene, health, "referral", sent, effect="expire_referrals")
    late = clock(scene, health, "referral", sent, effect="expire_referrals", due_at="2999-01-01")
    unknown = clock(scene, health, "referral", 0, effect="expire_referrals", due_at="2999-01-01")
    assert [scene.refuses(health, START, **given) for given in (early, late, unknown)] == [True, False, True]


def test_a_clock_of_an_effect_is_neither_stopped_nor_hurried_while_its_subject_waits(scene: Scene) -> None:
    health = scene.world.actor("health_officer")
    scene.take_part(health)
    ((consent,),) = scene.run(
        "INSERT INTO consent (victim_id, case_id, code, unit_id, purposes, compartments, language, given_by,"
        " form, text_version, valid_from, valid_until, recorded_by) VALUES (%(v)s, %(c)s,"
        " 'CN-' || gen_random_uuid(), %(u)s, '{ATENCION}', '{identity}', 'spa', 'PERSONA',"
        " 'ESCRITO', 'CI-1', current_date, current_date + 9, %(w)s) RETURNING id",
        **scene.keys(scene.owner),
    )
    given = clock(scene, scene.owner, "consent", consent, effect="expire_consents", due_at="2999-01-01")
    with scene.world.session(scene.owner) as session:
        session.connection().exec_driver_sql(START, given)
    stop = "SELECT ruv.end_clocks('consent', %(r)s, NULL, 'ANULADO')"
    hurry = "SELECT ruv.move_clock('consent', %(r)s, 'X', now(), NULL, NULL)"
    for statement in (stop, hurry):
        for actor in (health, scene.owner):
            with scene.world.session(actor) as session:
                session.connection().exec_driver_sql(statement, {"r": consent})
    seen = (
        "SELECT state, due_at > now() AS ahead FROM clock WHERE subject_table = 'consent' AND row_id = %(r)s"
    )
    assert [tuple(row) for row in scene.run(seen, r=consent)] == [("CORRIENDO", True)]


def test_a_clock_that_names_a_row_of_another_person_stands_in_nobodys_way(
    scene: Scene, admin: Engine
) -> None:
    stranger = scene.world.actor("cem_officer")
    other = scene.world.register(stranger, identity={"given_names": "Ana"})
    ((case,),) = scene.run("SELECT id FROM trafficking_case WHERE victim_id = %(o)s", o=other.victim_id)
    elsewhere = Scene(scene.world, admin, stranger, other.victim_id, case)
    squatter = clock(elsewhere, stranger, "plan_activity", 77, due_at="2026-05-05", kind="ACTIVIDAD")
    genuine = clock(scene, scene.owner, "plan_activity", 77, due_at="2027-07-07", kind="ACTIVIDAD")
    due = []
    for actor, given in ((stranger, squatter), (scene.owner, genuine)):
        with scene.world.session(actor) as session:
            due.append(session.connection().exec_driver_sql(START, given).scalar_one().year)
    assert due == [2026, 2027]


def test_deadlines_of_a_unit_that_leaves_pass_to_who_stays(scene: Scene) -> None:
    leaver = scene.world.actor("udavit_officer")
    scene.take_part(leaver)
    given = clock(scene, leaver, "trafficking_case", scene.case, due_at="2999-01-01", kind="PRI_BORRADOR")
    with scene.world.session(leaver) as session:
        session.connection().exec_driver_sql(START, given)
    seen = "SELECT 1 FROM clock WHERE kind = 'PRI_BORRADOR' AND case_id = %(c)s"
    assert (scene.changed(leaver, seen), scene.changed(scene.owner, seen)) == (1, 0)
    leave = "SELECT ruv.end_own_participation(%(c)s)"
    lock = "ALTER TABLE participation {} TRIGGER participation_clocks"
    with broken(scene, lock.format("DISABLE"), lock.format("ENABLE")):
        session = scene.world.runtime.database.open_session(leaver)
        with contextlib.closing(session):
            session.connection().exec_driver_sql(leave, {"c": scene.case})
            assert session.connection().exec_driver_sql(seen, {"c": scene.case}).all() == []  # nobody's
            session.rollback()
    with scene.world.session(leaver) as session:
        session.connection().exec_driver_sql(leave, {"c": scene.case})
    assert (scene.changed(leaver, seen), scene.changed(scene.owner, seen)) == (0, 1)


# Notices


def test_nobody_marks_as_read_what_was_not_for_him(scene: Scene) -> None:
    """Without a WHERE no SELECT policy is asked."""
    unit = unit_code(scene.world, scene.owner)
    worker = scene.world.actor("cem_officer", unit=unit)
    told = (
        "INSERT INTO notice (victim_id, case_id, code, kind, unit_id, user_id, supervisors, subject_code)"
        " VALUES (%(v)s, %(c)s, 'AV-' || gen_random_uuid(), 'X', %(u)s, %(to)s, %(s)s, 'X')"
    )
    for to, supervisors in (
        (None, False),
        (None, True),
        (scene.owner.user_id, False),
        (worker.user_id, False),
    ):
        scene.run(told, **scene.keys(scene.owner), to=to, s=supervisors)
    mark = "UPDATE notice SET read_at = now(), read_by = %(w)s"
    assert scene.changed(worker, mark) == 2
    assert scene.changed(scene.owner, mark) == 3


# Referrals


@pytest.mark.parametrize(
    ("side", "state", "change"),
    [
        ("receiver", "ACEPTADA_CON_CONDICIONES", "state = 'ACEPTADA'"),
        ("receiver", "ACEPTADA_CON_CONDICIONES", "state = 'EN_CURSO'"),
        ("receiver", "ACEPTADA", "state = 'RETIRADA'"),
        ("receiver", "EN_CURSO", "state = 'VENCIDA'"),
        ("receiver", "ACEPTADA", "answered_at = now()"),
        ("sender", "ENVIADA", "state = 'ACEPTADA', answered_at = now(), answered_by = %(w)s"),
        ("sender", "ENVIADA", "state = 'VENCIDA'"),
        ("sender", "ACEPTADA", "state = 'EN_CURSO'"),
        ("sender", "EN_CURSO", "state = 'CONCLUIDA'"),
        ("sender", "ACEPTADA", "sealed_answer = '\\x00'"),
    ],
)
def test_each_move_of_a_referral_has_its_side(scene: Scene, side: str, state: str, change: str) -> None:
    health = scene.world.actor("health_officer")
    scene.take_part(health)
    sent = scene.refer(scene.owner, health, state)
    scene.run("UPDATE referral SET due_at = now() + interval '1 day' WHERE id = %(r)s", r=sent)
    actor = health if side == "receiver" else scene.owner
    statement = f"UPDATE referral SET {change} WHERE id = %(r)s"  # noqa: S608
    assert scene.refuses(actor, statement, r=sent)
    lock = "ALTER TABLE referral {} TRIGGER referral_moves"
    with broken(scene, lock.format("DISABLE"), lock.format("ENABLE")):
        assert not scene.refuses(actor, statement, r=sent)


def test_the_sender_confirms_the_conditions_over_http(world: World) -> None:
    person = registered(world)
    health = world.actor("health_officer")
    unit, client = unit_code(world, health), world.client(health)
    code = ok(refer(person.client, person.case, unit, service_type="SALUD"), 201)["code"]
    body = {"decision": "accept_with_conditions", "conditions": "Con cita previa"}
    ok(client.post(f"{API}/referrals/{code}/answer", json=body))
    confirm = {"action": "confirm"}
    assert client.post(f"{API}/referrals/{code}/transitions", json=confirm).status_code in {403, 409}
    ok(person.client.post(f"{API}/referrals/{code}/transitions", json=confirm))


# Plans

NOTE = (
    "INSERT INTO progress_note (victim_id, plan_id, activity_id, from_state, to_state, by_user_id,"
    " by_unit_id) SELECT %(v)s, a.plan_id, a.id, a.state, a.state, %(w)s, %(u)s FROM plan_activity a"
    " WHERE a.victim_id = %(v)s"
)
HEADER = (
    "INSERT INTO plan_header (victim_id, plan_id, sealed, key_version, created_by)"
    " SELECT %(v)s, l.id, '\\x00', 1, %(w)s FROM plan l WHERE l.victim_id = %(v)s"
)
GOAL = (
    "INSERT INTO plan_objective (victim_id, plan_id, code, domain, position, sealed, key_version, created_by)"
    " SELECT %(v)s, l.id, 'OB-' || gen_random_uuid(), 'SALUD', 99, '\\x00', 1, %(w)s"
    " FROM plan l WHERE l.victim_id = %(v)s"
)
LEVEL = (
    "INSERT INTO plan_assessment (victim_id, plan_id, code, domain, level, assessed_on, created_by,"
    " by_unit_id) SELECT %(v)s, l.id, 'VA-' || gen_random_uuid(), 'SALUD', 1, current_date, %(w)s, %(b)s"
    " FROM plan l WHERE l.victim_id = %(v)s"
)


def test_who_reads_another_units_plan_in_full_only_reads_it(world: World, admin: Engine) -> None:
    plan, _ = running(world)
    person = plan.person
    with admin.connect() as connection:
        case = connection.exec_driver_sql(
            "SELECT case_id FROM plan WHERE code = %(p)s", {"p": plan.code}
        ).scalar_one()
    scene = Scene(world, admin, person.officer, person.victim_id, case)
    reader = world.actor("cem_officer")
    scene.take_part(reader)
    assert scene.changed(reader, "SELECT 1 FROM plan_objective WHERE victim_id = %(v)s") > 0
    for change in (
        "UPDATE plan SET outcome = 'X'",
        "UPDATE plan_objective SET state = 'LOGRADO'",
        "UPDATE plan_activity SET state = 'LOGRADO'",
    ):
        assert (scene.changed(reader, change), scene.changed(scene.owner, change) > 0) == (0, True), change
    for write in (NOTE, HEADER, GOAL):
        assert (scene.refuses(reader, write), scene.refuses(scene.owner, write)) == (True, False), write
    own, others = {"b": scene.owner.unit_id}, {"b": reader.unit_id}
    assert not scene.refuses(scene.owner, LEVEL, **own)
    assert scene.refuses(scene.owner, LEVEL, **others)  # an assessment in another unit's name


# Consents


def test_nobody_takes_the_place_of_another_persons_consent(scene: Scene) -> None:
    stranger = scene.world.actor("cem_officer")
    other = scene.world.register(stranger, identity={"given_names": "Ana"})
    ((case,),) = scene.run("SELECT id FROM trafficking_case WHERE victim_id = %(o)s", o=other.victim_id)
    insert = (
        "INSERT INTO consent (victim_id, case_id, code, unit_id, purposes, compartments, language, given_by,"
        " form, text_version, valid_from, replaces_id, recorded_by) VALUES (%(v)s, %(c)s,"
        " 'CN-' || gen_random_uuid(), %(u)s, '{ATENCION}', '{identity}', 'spa', 'PERSONA',"
        " 'ESCRITO', 'CI-1', current_date, %(r)s, %(w)s)"
    )
    ((mine,),) = scene.run(insert + " RETURNING id", **scene.keys(scene.owner, r=None))
    keys = {"v": other.victim_id, "c": case, "u": stranger.unit_id, "w": stranger.user_id, "r": mine}
    with pytest.raises(IntegrityError), scene.world.session(stranger) as session:
        session.connection().exec_driver_sql(insert, keys)
