"""Helping oneself: what a user who may run any SQL as the application's role tries, and does not get."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from app.access.actor import Actor
from tests.access.sql_checks import refused
from tests.database.scene import ANSWER, ASSIGN, PART, REFERRAL, Scene
from tests.factories import World


@pytest.fixture
def scene(world: World, admin: Engine) -> Scene:
    owner = world.actor("upe_officer")
    person = world.register(owner, identity={"given_names": "Alba", "age_years": 15, "nationality": "VE"})
    with admin.connect() as connection:
        case = connection.exec_driver_sql(
            "SELECT id FROM trafficking_case WHERE victim_id = %(v)s", {"v": person.victim_id}
        ).scalar_one()
    return Scene(world, admin, owner, person.victim_id, case)


@pytest.fixture
def prosecutor(world: World) -> Actor:
    return world.actor("prosecutor")


@pytest.mark.parametrize("basis", ["REGISTRO", "MANDATO", "DERIVACION", "OTRA"])
def test_joining_a_case(scene: Scene, prosecutor: Actor, basis: str) -> None:
    for extra in ("NULL, NULL", "'{}', NULL", "'{identity}', 1"):
        values = f"{PART} VALUES (%(v)s, %(c)s, %(u)s, '{basis}', 7, {extra})"
        assert scene.refuses(prosecutor, values)
        assert scene.refuses(scene.world.actor("data_protection_officer"), values)


def test_joining_by_a_referral_that_ended_or_was_not_accepted(scene: Scene) -> None:
    receiver = scene.world.actor("health_officer")
    join = f"{PART} VALUES (%(v)s, %(c)s, %(u)s, 'DERIVACION', 1, %(p)s, %(r)s)"
    for state in ("RECHAZADA", "VENCIDA", "RETIRADA", "CONCLUIDA", "INTERRUMPIDA", "ENVIADA"):
        referral = scene.refer(scene.owner, receiver, state)
        assert scene.refuses(receiver, join, p=["identity"], r=referral), state
    accepted = scene.refer(scene.owner, receiver, "ACEPTADA")
    assert scene.refuses(receiver, join, p=["identity", "psychology"], r=accepted)
    assert scene.refuses(receiver, join, p=None, r=accepted)
    assert scene.refuses(scene.world.actor("health_officer"), join, p=["identity"], r=accepted)
    assert scene.refuses(receiver, join, p=["identity"], r=accepted)  # not in this transaction
    with scene.world.session(receiver) as session:
        values = scene.keys(receiver, r=referral)
        session.connection().exec_driver_sql(ANSWER, values)
        assert refused(session, join, **values, p=["identity", "psychology"])
        assert not refused(session, join, **values, p=["identity"])


def test_taking_up_again_a_referral_that_ended(scene: Scene) -> None:
    receiver = scene.world.actor("health_officer")
    for state in ("RECHAZADA", "VENCIDA", "RETIRADA", "CONCLUIDA", "INTERRUMPIDA"):
        referral = scene.refer(scene.owner, receiver, state)
        again = "UPDATE referral SET state = 'ACEPTADA', ended_at = NULL WHERE id = %(r)s"
        assert scene.changed(receiver, again, r=referral) == 0, state
    open_one = scene.refer(scene.owner, receiver, "ENVIADA")
    assert scene.changed(receiver, ANSWER, r=open_one) == 1
    for wrong in ("state = 'ACEPTADA'", "state = 'INTERRUMPIDA'", "state = 'EN_CURSO', answered_by = %(w)s"):
        assert scene.refuses(receiver, f"UPDATE referral SET {wrong} WHERE id = %(r)s", r=open_one), wrong  # noqa: S608
    for column, value in (
        ("compartments", "'{psychology}'"),
        ("to_unit_id", "%(u)s"),
        ("from_unit_id", "%(u)s"),
    ):
        assert scene.refuses(receiver, f"UPDATE referral SET {column} = {value} WHERE id = %(r)s", r=open_one)  # noqa: S608


def test_taking_charge(scene: Scene) -> None:
    """Of a case of somebody else's unit, of one's own unit's, and of one whose charge ended."""
    colleague = scene.world.actor("prosecutor", unit=scene.world.unit("FISCALIA"))
    assert scene.refuses(colleague, ASSIGN)
    scene.take_part(colleague, assigned=False)
    assert scene.refuses(colleague, ASSIGN)
    scene.run(ASSIGN, **scene.keys(colleague))
    scene.run("UPDATE assignment SET ended_at = now() WHERE user_id = %(w)s", w=colleague.user_id)
    assert scene.refuses(colleague, ASSIGN)
    again = "UPDATE assignment SET ended_at = NULL WHERE user_id = %(w)s"
    assert scene.changed(colleague, again) == 0
    assert scene.changed(colleague, "SELECT 1 FROM victim WHERE id = %(v)s") == 0


def test_giving_charge_without_the_permission(scene: Scene) -> None:
    unit = scene.world.unit("CAR")
    psychologist = scene.world.actor("psychologist", unit=unit)
    friend = scene.world.actor("car_caseworker", unit=unit)
    scene.take_part(psychologist)
    give = ASSIGN.replace("%(w)s, %(w)s)", "%(x)s, %(w)s)")
    assert scene.refuses(psychologist, give, x=friend.user_id)
    assert scene.refuses(psychologist, give, x=scene.owner.user_id)


def test_staying_after_the_end(scene: Scene, prosecutor: Actor) -> None:
    scene.take_part(prosecutor)
    scene.run("UPDATE participation SET ended_at = now() WHERE unit_id = %(u)s", u=prosecutor.unit_id)
    assert scene.refuses(prosecutor, "UPDATE participation SET ended_at = NULL WHERE unit_id = %(u)s")
    assert (
        scene.changed(prosecutor, "UPDATE participation SET last_activity = now() WHERE unit_id = %(u)s") == 0
    )
    assert scene.changed(prosecutor, "SELECT 1 FROM victim WHERE id = %(v)s") == 0


@pytest.mark.parametrize(
    "change",
    [
        "compartments = NULL",
        "population = 7",
        "ended_at = NULL",
        "unit_id = 1",
        "case_id = 1",
        "seats = '{}'",
        "housed = true",
    ],
)
def test_widening_ones_part(scene: Scene, prosecutor: Actor, change: str) -> None:
    scene.take_part(prosecutor, ["legal"])
    assert scene.refuses(prosecutor, f"UPDATE participation SET {change} WHERE unit_id = %(u)s")  # noqa: S608


def test_widening_ones_part_through_a_new_case(scene: Scene, prosecutor: Actor) -> None:
    scene.take_part(prosecutor, ["legal"])
    new = (
        "INSERT INTO trafficking_case (id, victim_id, record_id, code, state, identification,"
        " first_identified_on, reference_year, source, opened_unit_id, opened_by) OVERRIDING SYSTEM VALUE"
        " VALUES (%(k)s, %(v)s, %(v)s, 'CA-X', 'ALERTA',"
        " 'PRESUNTA', '2024-05-02', 2024, 'REINGRESO', %(u)s, %(w)s)"
    )
    assert scene.refuses(prosecutor, new, k=10**12)
    whole = scene.world.actor("prosecutor")
    scene.take_part(whole)
    scene.run("UPDATE trafficking_case SET state = 'CERRADO' WHERE id = %(c)s", c=scene.case)
    assert not scene.refuses(whole, new, k=10**12)


def test_passing_on_more_than_one_was_given(scene: Scene) -> None:
    """A friend's unit is brought in, or asked for a service, with what the own unit does not see."""
    udavit, friend = scene.world.actor("udavit_officer"), scene.world.actor("police_investigator")
    scene.take_part(udavit, ["legal", "services"])
    mandate = f"{PART} VALUES (%(v)s, %(c)s, %(t)s, 'MANDATO', 1, %(p)s, NULL)"
    for given, refused_ in (
        (None, True),
        (["identity"], True),
        (["legal", "identity"], True),
        (["legal"], False),
    ):
        assert scene.refuses(udavit, mandate, t=friend.unit_id, p=given) is refused_, given
        if given is not None:
            values = {"f": udavit.unit_id, "t": friend.unit_id, "p": given}
            assert scene.refuses(udavit, REFERRAL, **values) is refused_, given


def test_referring_the_site_of_a_shelter_that_is_not_ones_own(scene: Scene) -> None:
    cem, udavit = scene.world.actor("cem_officer"), scene.world.actor("udavit_officer")
    scene.take_part(cem)
    assert scene.refuses(cem, REFERRAL, f=cem.unit_id, t=udavit.unit_id, p=["shelter_location"])
    assert not scene.refuses(cem, REFERRAL, f=cem.unit_id, t=udavit.unit_id, p=["identity"])


def test_referring_to_oneself(scene: Scene, prosecutor: Actor) -> None:
    for sender in (scene.owner.unit_id, prosecutor.unit_id):
        assert scene.refuses(prosecutor, REFERRAL, f=sender, t=prosecutor.unit_id, p=["identity"])


def test_housing_and_housing_again(scene: Scene) -> None:
    shelter = scene.world.actor("car_caseworker")
    house = (
        "INSERT INTO placement (victim_id, case_id, code, unit_id, admitted_by)"
        " VALUES (%(v)s, %(c)s, 'AL-' || gen_random_uuid(), %(u)s, %(w)s)"
    )
    assert scene.refuses(shelter, house)
    scene.take_part(shelter)
    scene.run(house, **scene.keys(shelter))
    scene.run("UPDATE placement SET left_at = now() WHERE unit_id = %(u)s", u=shelter.unit_id)
    assert scene.changed(shelter, "UPDATE placement SET left_at = NULL WHERE unit_id = %(u)s") == 0
    cem = scene.world.actor("cem_officer")
    scene.take_part(cem)
    assert scene.refuses(cem, house)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE role_grant SET opened = opened || '{psychology}'::text[]",
        "INSERT INTO role_grant SELECT * FROM role_grant",
        "UPDATE user_account SET role = 'data_protection_officer' WHERE id = %(w)s",
        "UPDATE user_account SET supervisor = true WHERE id = %(w)s",
        "UPDATE user_account SET unit_id = %(v)s WHERE id = %(w)s",
        "SELECT * FROM ruv.context_key",
        "SELECT ruv.set_context_key(repeat('a', 64)::bytea, repeat('a', 64)::bytea)",
        "SELECT ruv.population_bits(%(v)s)",
        "UPDATE kek SET wrapped = ''",
        "SELECT * FROM victim_token",
        "SELECT * FROM audit_queue",
        "DELETE FROM audit_event",
        "UPDATE audit_event SET event = '{}'",
        "UPDATE victim_blob SET sealed = ''",
        "UPDATE victim SET registered_by = %(w)s",
        (
            "INSERT INTO unit (institution_id, code, name, kind) SELECT id, 'U-X', 'x', 'CAR' FROM"
            " institution LIMIT 1"
        ),
        "INSERT INTO institution (code, name, sector) VALUES ('I-X', 'x', 'publico')",
        "SET ROLE ruv_guard",
        "SET ROLE ruv_owner",
        "SET ROLE postgres",
        "SET SESSION AUTHORIZATION postgres",
        "CREATE TABLE mine (id int)",
        "CREATE TEMP TABLE participation (id int)",
        "CREATE SCHEMA mine",
        "CREATE FUNCTION ruv.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER TABLE victim_blob DISABLE ROW LEVEL SECURITY",
        "DROP POLICY scope ON victim_blob",
        "CREATE POLICY mine ON victim_blob USING (true)",
        "ALTER TABLE participation DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "COPY victim_blob TO PROGRAM 'cat'",
        "COPY victim_blob FROM '/etc/passwd'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT lo_import('/etc/passwd')",
        "LOCK TABLE victim IN ACCESS EXCLUSIVE MODE",
    ],
)
def test_refused_whatever_the_role(scene: Scene, prosecutor: Actor, statement: str) -> None:
    for actor in (prosecutor, scene.world.actor("registry_steward")):
        assert scene.refuses(actor, statement)


def test_switching_row_level_security_off_only_makes_queries_fail(scene: Scene) -> None:
    session = scene.world.runtime.database.open_session(scene.owner)
    with contextlib.closing(session):
        session.connection().exec_driver_sql("SET LOCAL row_security = off")
        assert refused(session, "SELECT * FROM victim_blob")
        session.rollback()


def test_an_account_in_another_units_name_or_with_central_powers(scene: Scene) -> None:
    admin = scene.world.actor("institution_admin")
    new = (
        "INSERT INTO user_account"
        " (unit_id, institution_id, username, role, password_hash, failed_logins, approved_at)"
        " VALUES (%(t)s, %(i)s, 'x-' || gen_random_uuid(), %(r)s, '!', 0, %(a)s::timestamptz)"
    )
    own = {"t": admin.unit_id, "i": admin.institution_id, "a": None}
    for role in ("analyst", "data_protection_officer", "institution_admin"):
        assert not scene.refuses(admin, new, r=role, **own)  # it waits for a second person
        assert scene.refuses(admin, new, r=role, **{**own, "a": "now"})
    for role in ("registry_steward", "upe_officer", "nobody"):
        assert scene.refuses(admin, new, r=role, **own)
    foreign = {"a": None, "t": scene.owner.unit_id, "i": admin.institution_id, "r": "upe_officer"}
    assert scene.refuses(admin, new, **foreign)
    theirs = {"a": None, "t": scene.owner.unit_id, "i": scene.owner.institution_id, "r": "upe_officer"}
    assert scene.refuses(admin, new, **theirs)


def test_the_definer_functions_answer_within_ones_scope(scene: Scene, prosecutor: Actor) -> None:
    referral = scene.refer(scene.owner, prosecutor, "ENVIADA")
    nothing = {
        "SELECT * FROM ruv.case_participants(%(c)s)": 0,
        "SELECT * FROM ruv.case_team(%(c)s)": 0,
        "SELECT 1 WHERE ruv.case_in_scope(%(c)s, %(v)s)": 0,
        "SELECT 1 WHERE ruv.is_new_victim(%(v)s)": 0,
        "SELECT 1 WHERE ruv.is_new_case(%(c)s, %(v)s)": 0,
        "SELECT 1 WHERE ruv.participation_is_new(%(c)s, %(v)s)": 0,
        "SELECT 1 WHERE ruv.may_give(%(v)s, NULL)": 0,
        "SELECT 1 WHERE ruv.may_give(%(v)s, '{identity}')": 0,
        "SELECT 1 WHERE ruv.user_in_unit(%(o)s, %(p)s)": 0,
        "SELECT 1 WHERE ruv.referral_accepted(%(r)s, %(v)s, %(c)s, '{identity}')": 0,
        "SELECT 1 WHERE ruv.end_own_participation(%(c)s)": 0,
        "SELECT 1 WHERE ruv.end_referral_participation(%(r)s)": 0,
        "SELECT * FROM ruv.session_state(gen_random_uuid())": 0,
    }
    values = {"r": referral, "o": scene.owner.user_id, "p": scene.owner.unit_id}
    assert {s: scene.changed(prosecutor, s, **values) for s in nothing} == nothing
    stranger = scene.world.actor("prosecutor")
    asked = "SELECT 1 WHERE ruv.population_of(%(v)s) IS NOT NULL"
    assert scene.changed(stranger, asked) == 0
    assert scene.changed(prosecutor, asked) == 1  # asked to take her in


def test_ending_the_part_of_another_unit(scene: Scene, prosecutor: Actor) -> None:
    scene.take_part(prosecutor)
    end = "SELECT 1 WHERE ruv.end_own_participation(%(c)s)"
    with scene.world.session(prosecutor) as session:
        session.connection().exec_driver_sql(end, scene.keys(prosecutor))
    assert scene.run(
        "SELECT count(*) FROM participation WHERE case_id = %(c)s AND ended_at IS NULL", c=scene.case
    ) == [(1,)]
    assert scene.changed(scene.owner, "SELECT 1 FROM victim WHERE id = %(v)s") == 1


def test_a_plan_is_written_in_ones_own_name_only(scene: Scene) -> None:
    """A note in a colleague's name, and one on an activity of another unit that one does not see."""
    cem = scene.world.actor("cem_officer")
    health = scene.world.actor("health_officer")
    scene.take_part(cem)
    scene.take_part(health)
    keys = scene.keys(cem)
    ((plan,),) = scene.run(
        "INSERT INTO plan (victim_id, case_id, code, kind, state, unit_id, responsible_user_id,"
        " place_of_execution)"
        " VALUES (%(v)s, %(c)s, 'PR-' || gen_random_uuid(), 'NNA', 'BORRADOR', %(u)s, %(w)s, 'x')"
        " RETURNING id",
        **keys,
    )
    ((objective,),) = scene.run(
        "INSERT INTO plan_objective (victim_id, plan_id, code, domain, position, sealed, key_version,"
        " created_by)"
        " VALUES (%(v)s, %(p)s, 'OB-' || gen_random_uuid(), 'SALUD', 1, '', 1, %(w)s) RETURNING id",
        p=plan,
        **keys,
    )
    ((activity,),) = scene.run(
        "INSERT INTO plan_activity (victim_id, plan_id, objective_id, code, unit_id, due_on, state,"
        " sealed, key_version,"
        " created_by) VALUES (%(v)s, %(p)s, %(o)s, 'AC-' || gen_random_uuid(), %(u)s, '2030-01-01',"
        " 'PENDIENTE', '', 1,"
        " %(w)s) RETURNING id",
        p=plan,
        o=objective,
        **keys,
    )
    note = (
        "INSERT INTO progress_note (victim_id, plan_id, activity_id, from_state, to_state, by_user_id,"
        " by_unit_id)"
        " VALUES (%(v)s, %(p)s, %(a)s, 'PENDIENTE', 'EN_CURSO', %(x)s, %(u)s)"
    )
    more = {"p": plan, "a": activity}
    assert not scene.refuses(cem, note, x=cem.user_id, **more)
    assert scene.refuses(cem, note, x=scene.owner.user_id, **more)
    assert scene.refuses(health, note, x=health.user_id, **more)
    sign = (
        "INSERT INTO plan_signature (victim_id, plan_id, number, signer, manner, content_hash, by_user_id)"
        " VALUES (%(v)s, %(p)s, 1, 'PROFESIONAL', 'FIRMA', '', %(x)s)"
    )
    assert scene.refuses(health, sign, x=health.user_id, **more)
    assert scene.refuses(cem, sign, x=scene.owner.user_id, **more)


def test_these_checks_are_able_to_fail(scene: Scene, prosecutor: Actor) -> None:
    """A right too many, for the length of one transaction, is noticed."""
    statement = "SELECT ruv.population_bits(%(v)s)"
    assert scene.refuses(prosecutor, statement)
    scene.run("GRANT EXECUTE ON FUNCTION ruv.population_bits(bigint) TO ruv_app")
    try:
        assert not scene.refuses(prosecutor, statement)
    finally:
        scene.run("REVOKE EXECUTE ON FUNCTION ruv.population_bits(bigint) FROM ruv_app")


def test_a_refusal_by_the_database_is_an_answer_without_words(scene: Scene) -> None:
    """What the driver says never reaches the caller."""
    with scene.world.session(scene.owner) as session, pytest.raises(DBAPIError) as refusal:
        session.connection().exec_driver_sql("UPDATE role_grant SET opened = '{}'")
    from app.db import translated

    answer = translated(refusal.value)
    assert answer is not None
    assert (answer.status, "role_grant" in str(answer.problem())) == (403, False)


def test_nobody_reads_the_password_hash_of_a_colleague(world: World) -> None:
    unit = world.unit("PNP")
    officer = world.actor("police_investigator", unit=unit)
    colleague = world.actor("police_investigator", unit=unit)
    with world.session(officer) as session:
        assert session.scalar(text("SELECT ruv.password_hash_of(:id)"), {"id": officer.user_id}) is not None
        assert session.scalar(text("SELECT ruv.password_hash_of(:id)"), {"id": colleague.user_id}) is None
    with pytest.raises(ProgrammingError), world.session(officer) as session:
        session.execute(text("SELECT password_hash FROM user_account"))


def test_colleagues_assigned_at_the_same_moment_all_get_their_seat(world: World) -> None:
    unit = world.unit("CEM")
    chief = world.actor("cem_officer", unit=unit, supervisor=True)
    person = world.register(chief, identity={"given_names": "Prueba", "age_years": 30})
    team = [world.actor("cem_officer", unit=unit) for _ in range(6)]
    clients = [world.client(chief) for _ in team]
    url = f"/api/v1/cases/{person.case_code}/assignments"
    with ThreadPoolExecutor(len(team)) as pool:
        answers = list(
            pool.map(
                lambda pair: pair[0].post(url, json={"username": pair[1].username}),
                zip(clients, team, strict=True),
            )
        )
    assert [answer.status_code for answer in answers] == [201] * len(team)
    for worker in team:
        assert world.client(worker).get(f"/api/v1/victims/{person.code}").status_code == 200
