"""Writes in one's scope that the matrix does not give: columns, colleagues' rows, the last part, the log."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from app.access.actor import Actor
from app.audit.record import event_row
from tests.database.rows import insert_sql
from tests.database.scene import ANSWER, ASSIGN, PART, Scene
from tests.factories import World

SEES = "SELECT 1 FROM victim WHERE id = %(v)s"


@pytest.fixture
def scene(world: World, admin: Engine) -> Scene:
    owner = world.actor("police_investigator")
    person = world.register(owner, identity={"given_names": "Alba", "age_years": 15, "nationality": "VE"})
    with admin.connect() as connection:
        case = connection.exec_driver_sql(
            "SELECT id FROM trafficking_case WHERE victim_id = %(v)s", {"v": person.victim_id}
        ).scalar_one()
    return Scene(world, admin, owner, person.victim_id, case)


# Columns of a case


@pytest.mark.parametrize(
    "change",
    [
        "identification = 'RECONOCIDA_SENTENCIA'",
        "outcome = 'REINTEGRACION_FAMILIAR'",
        "state = 'DESCARTADA'",
        "state = 'PRESUNTA_VICTIMA', identification = 'IDENTIFICADA_MPFN'",
    ],
)
def test_a_case_changes_by_column_as_the_role_may(scene: Scene, change: str) -> None:
    statement = f"UPDATE trafficking_case SET {change} WHERE id = %(c)s"  # noqa: S608
    assert scene.refuses(scene.owner, statement)
    assert not scene.refuses(scene.owner, "UPDATE trafficking_case SET state = 'ALERTA' WHERE id = %(c)s")
    scene.run("ALTER TABLE trafficking_case DISABLE TRIGGER trafficking_case_columns")
    try:
        assert not scene.refuses(scene.owner, statement)  # the trigger alone holds it
    finally:
        scene.run("ALTER TABLE trafficking_case ENABLE TRIGGER trafficking_case_columns")


def test_a_prosecutor_identifies_and_a_cem_records_the_outcome(scene: Scene) -> None:
    prosecutor, cem = scene.world.actor("prosecutor"), scene.world.actor("cem_officer")
    scene.take_part(prosecutor)
    scene.take_part(cem)
    identify = "UPDATE trafficking_case SET identification = 'IDENTIFICADA_MPFN' WHERE id = %(c)s"
    outcome = "UPDATE trafficking_case SET outcome = 'REINTEGRACION_FAMILIAR' WHERE id = %(c)s"
    assert [scene.refuses(a, identify) for a in (prosecutor, cem)] == [False, True]
    assert [scene.refuses(a, outcome) for a in (prosecutor, cem)] == [True, False]
    narrowed = scene.world.actor("cem_officer")
    scene.take_part(narrowed, ["identity"])
    assert scene.refuses(narrowed, outcome)


# Rows of colleagues


def test_an_unassigned_colleague_moves_no_row_of_the_unit(scene: Scene) -> None:
    """Without a WHERE no SELECT policy is asked, so the UPDATE policies hold the scope themselves."""
    unit = scene.world.unit("CAR")
    charge = scene.world.actor("car_caseworker", unit=unit)
    colleague = scene.world.actor("car_caseworker", unit=unit)
    scene.take_part(charge)
    scene.refer(scene.owner, charge, "ACEPTADA")
    scene.refer(charge, scene.owner, "ENVIADA")
    scene.run(
        "INSERT INTO placement (victim_id, case_id, code, unit_id, admitted_by)"
        " VALUES (%(v)s, %(c)s, 'AL-' || gen_random_uuid(), %(u)s, %(w)s)",
        **scene.keys(charge),
    )
    for statement, rows in (
        ("UPDATE placement SET left_at = now(), exit_reason = 'FALLECIMIENTO'", 1),
        ("UPDATE referral SET version = version + 1", 2),
    ):
        assert scene.changed(colleague, statement) == 0, statement
        assert scene.changed(charge, statement) == rows, statement


def test_an_accepted_referral_opens_one_view_once(scene: Scene) -> None:
    unit = scene.world.unit("SALUD")
    first = scene.world.actor("health_officer", unit=unit)
    colleague = scene.world.actor("health_officer", unit=unit)
    join = f"{PART} VALUES (%(v)s, %(c)s, %(u)s, 'DERIVACION', 1, '{{identity}}', %(r)s)"
    referral = scene.refer(scene.owner, first, "ENVIADA")
    with scene.world.session(first) as session:
        for statement in (ANSWER, join, ASSIGN):
            session.connection().exec_driver_sql(statement, scene.keys(first, r=referral))
    assert scene.changed(first, SEES) == 1
    assert scene.refuses(colleague, join, r=referral)
    assert scene.refuses(first, join, r=referral)
    assert scene.refuses(colleague, ASSIGN)
    assert scene.changed(colleague, ANSWER, r=referral) == 0  # answered: no longer anybody's to answer
    assert scene.changed(colleague, SEES) == 0


def test_who_moves_to_another_unit_leaves_the_cases_of_the_old_one(scene: Scene) -> None:
    other = scene.world.actor("police_investigator")
    moved = replace(scene.owner, unit_id=other.unit_id, institution_id=other.institution_id)
    move = "UPDATE user_account SET unit_id = %(u)s, institution_id = %(i)s WHERE id = %(w)s"
    values = {"u": other.unit_id, "i": other.institution_id, "w": scene.owner.user_id}
    scene.run("ALTER TABLE user_account DISABLE TRIGGER user_account_moves")
    scene.run(move, **values)
    scene.run("ALTER TABLE user_account ENABLE TRIGGER user_account_moves")
    assert scene.changed(moved, "SELECT 1 FROM victim_blob WHERE victim_id = %(v)s") == 1  # the hole
    scene.run(move, **values)
    assert scene.changed(moved, "SELECT 1 FROM victim_blob WHERE victim_id = %(v)s") == 0
    assert scene.changed(moved, SEES) == 0


def test_a_mandate_brings_in_no_shelter(scene: Scene) -> None:
    mandate = f"{PART} VALUES (%(v)s, %(c)s, %(t)s, 'MANDATO', 1, NULL, NULL)"
    for role, refused in (("car_caseworker", True), ("cem_officer", False)):
        assert scene.refuses(scene.owner, mandate, t=scene.world.actor(role).unit_id) is refused


# The last part in a case


def open_parts(scene: Scene) -> int:
    ((count,),) = scene.run(
        "SELECT count(*) FROM participation WHERE case_id = %(c)s AND ended_at IS NULL", c=scene.case
    )
    return int(count)


def test_the_last_part_in_a_case_does_not_end(scene: Scene) -> None:
    with pytest.raises(IntegrityError), scene.world.session(scene.owner) as session:
        session.connection().exec_driver_sql("SELECT ruv.end_own_participation(%(c)s)", {"c": scene.case})
    assert open_parts(scene) == 1


def test_two_units_that_leave_at_once_leave_one(scene: Scene) -> None:
    prosecutor = scene.world.actor("prosecutor")
    scene.take_part(prosecutor)

    leaving = "SELECT ruv.end_own_participation(%(c)s), pg_sleep(0.2)"

    def leave(actor: Actor) -> bool:
        try:
            with scene.world.session(actor) as session:
                return bool(session.connection().exec_driver_sql(leaving, {"c": scene.case}).one()[0])
        except IntegrityError:
            return False

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(leave, (scene.owner, prosecutor))) == [False, True]
    assert open_parts(scene) == 1


def test_a_referral_that_carries_the_last_part_does_not_end_it(scene: Scene) -> None:
    health = scene.world.actor("health_officer")
    referral = scene.refer(scene.owner, health, "CONCLUIDA")
    scene.run(
        f"{PART} VALUES (%(v)s, %(c)s, %(u)s, 'DERIVACION', 1, '{{identity}}', %(r)s)",
        **scene.keys(health, r=referral),
    )
    end = "SELECT ruv.end_referral_participation(%(r)s)"
    assert scene.changed(health, end, r=referral) == 1
    with scene.world.session(scene.owner) as session:
        session.connection().exec_driver_sql("SELECT ruv.end_own_participation(%(c)s)", {"c": scene.case})
    with pytest.raises(IntegrityError):
        scene.changed(health, end, r=referral)


# The trace


def event(actor: Actor, **parts: Any) -> dict[str, Any]:
    """An event of the actor's that anybody with its database role might write; its MAC is not genuine."""
    return event_row(b"x" * 32, actor, "victims.read", **parts)


def adds(scene: Scene, actor: Actor, row: dict[str, Any]) -> bool:
    from app.models import AuditEvent

    return not scene.refuses(actor, insert_sql(AuditEvent.__table__, row), **row)  # type: ignore[arg-type]


def test_an_event_is_added_in_ones_own_name_about_whom_one_has_to_do_with(scene: Scene) -> None:
    stranger, receiver = scene.world.actor("prosecutor"), scene.world.actor("health_officer")
    scene.refer(scene.owner, receiver, "ENVIADA")
    about = {"victim_id": scene.victim}
    assert adds(scene, scene.owner, event(scene.owner, **about))
    assert adds(scene, receiver, event(receiver, **about))
    assert adds(scene, stranger, event(stranger))
    assert adds(scene, stranger, event(stranger, outcome="denied", **about))
    assert not adds(scene, stranger, event(stranger, **about))
    own = event(scene.owner, **about)
    for column in ("user_id", "unit_id", "institution_id"):
        assert not adds(scene, scene.owner, own | {column: getattr(stranger, column)}), column
    for unreadable in ("[]", '{"compartments": "identity"}'):
        assert not adds(scene, scene.owner, own | {"event": unreadable}), unreadable
