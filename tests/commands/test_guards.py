"""The database's own lock on commands: what SQL by hand cannot do, and that each guard is what holds it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.access.actor import Actor
from app.codes import new_code
from tests.access.sql_checks import refused
from tests.cases.story import API, Registered, ok, registered, shared_with
from tests.commands.steps import asked, asked_merge, decide, invite, lapse, past_locks, supervisor_of
from tests.factories import World

INSERT = (
    "INSERT INTO command_request (code, kind, victim_id, other_id, case_id, reason, fingerprint,"
    " requested_by, requested_unit_id, requested_institution_id, requested_at, expires_at,"
    " state, decided_at, version)"
    " SELECT %(code)s, %(kind)s, %(victim)s, %(other)s, %(case)s, 'SIN_INDICIOS', 'x', %(by)s, %(unit)s,"
    " %(institution)s, now() - %(ago)s::interval, now() + %(wait)s::interval, %(state)s,"
    " CASE WHEN %(state)s <> 'PENDIENTE' THEN now() END, %(version)s"
)
DECIDE = (
    "UPDATE command_request SET state = %(state)s, version = version + %(step)s,"
    " decided_at = now() - %(ago)s::interval, decided_by = %(by)s, decided_unit_id = %(unit)s,"
    " decided_institution_id = %(institution)s,"
    " refusal_reason = CASE WHEN %(state)s = 'RECHAZADA' THEN 'FALTA_SUSTENTO' END WHERE code = %(code)s"
)
EXECUTE = "SELECT ruv.discard_case(c.id) FROM command_request c WHERE c.code = %(code)s"


@dataclass
class Scene:
    """A case that a unit asks to discard, and somebody of another unit in it."""

    world: World
    person: Registered
    second: Actor
    case: int

    @property
    def owner(self) -> Actor:
        return self.person.officer

    def wanted(self, actor: Actor, **more: Any) -> dict[str, Any]:
        """Values of a proper request in the actor's own name."""
        return {
            "code": new_code("CO"), "kind": "DESCARTE", "victim": self.person.victim_id, "other": None,
            "case": self.case, "by": actor.user_id, "unit": actor.unit_id,
            "institution": actor.institution_id, "ago": "0 days", "wait": "7 days", "state": "PENDIENTE",
            "version": 1, **more,
        }  # fmt: skip

    def signed(self, actor: Actor, code: str, state: str, **more: Any) -> dict[str, Any]:
        """Values of a proper decision in the actor's own name."""
        return {
            "code": code, "state": state, "step": 1, "ago": "0 days", "by": actor.user_id,
            "unit": actor.unit_id, "institution": actor.institution_id, **more,
        }  # fmt: skip

    def refuses(self, actor: Actor, statement: str, **values: Any) -> bool:
        with self.world.session(actor) as session:
            return refused(session, statement, **values)

    def changed(self, actor: Actor, statement: str, **values: Any) -> int:
        """Rows changed or given, undone again."""
        session = self.world.runtime.database.open_session(actor)
        with contextlib.closing(session):
            result = session.connection().exec_driver_sql(statement, values)
            rows = len(result.all()) if result.returns_rows else result.rowcount
            session.rollback()
            return rows

    @contextlib.contextmanager
    def without(self, guard: str) -> Iterator[None]:
        """The table with one of its triggers off."""
        engine = self.world.runtime.database.engine("ruv_owner")
        with engine.begin() as owner:
            owner.execute(text(f"ALTER TABLE command_request DISABLE TRIGGER {guard}"))
        try:
            yield
        finally:
            with engine.begin() as owner:
                owner.execute(text(f"ALTER TABLE command_request ENABLE TRIGGER {guard}"))


@pytest.fixture
def scene(world: World) -> Scene:
    person = registered(world)
    second = invite(world, person, "udavit_officer")
    with world.session(person.officer) as session:
        case = session.scalar(text("SELECT id FROM trafficking_case WHERE code = :c"), {"c": person.case})
    return Scene(world, person, second, int(case))


# Asking


@pytest.mark.parametrize(
    "forged",
    [
        {"by": 1},
        {"unit": 1},
        {"institution": 1},
        {"ago": "1 day"},
        {"wait": "70 days"},
        {"state": "VENCIDA"},
        {"version": 2},
        {"case": 1},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_request_is_in_ones_own_name_and_new(scene: Scene, forged: dict[str, Any]) -> None:
    proper = scene.wanted(scene.owner)
    assert not scene.refuses(scene.owner, INSERT, **proper)
    assert scene.refuses(scene.owner, INSERT, **{**proper, **forged})


def test_who_has_no_part_or_no_permission_does_not_ask(scene: Scene) -> None:
    stranger = scene.world.actor("cem_officer", supervisor=True)
    health = shared_with(scene.world, scene.person, "health_officer")[0]
    steward = scene.world.actor("registry_steward")
    for actor in (stranger, health, steward):
        assert scene.refuses(actor, INSERT, **scene.wanted(actor))
    assert not scene.refuses(scene.second, INSERT, **scene.wanted(scene.second))


def test_a_merge_is_asked_by_who_has_one_of_the_two_or_by_the_custody(scene: Scene) -> None:
    other = registered(scene.world)
    pair = {"kind": "FUSION", "case": None, "other": other.victim_id}
    stranger = scene.world.actor("cem_officer", supervisor=True)
    assert scene.refuses(stranger, INSERT, **scene.wanted(stranger, **pair))
    for actor in (scene.owner, other.officer, scene.world.actor("registry_steward")):
        assert not scene.refuses(actor, INSERT, **scene.wanted(actor, **pair))
        split = scene.wanted(actor, **{**pair, "kind": "SEPARACION"})
        assert scene.refuses(actor, INSERT, **split)  # it is no part of that person


@pytest.mark.parametrize(
    ("shape", "rule"),
    [
        ({"kind": "DESCARTE", "case": None}, "ck_command_request_subject"),
        ({"kind": "OTRA"}, "ck_command_request_kind"),
        ({"code": "CO-1"}, "ck_command_request_code"),
        ({"state": "RECHAZADA"}, "ck_command_request_decision"),
        ({"state": "EJECUTADA"}, "ck_command_request_two_people"),
    ],
    ids=["no case", "kind", "code", "refused without reason", "executed alone"],
)
def test_no_role_stores_what_is_no_command(scene: Scene, shape: dict[str, Any], rule: str) -> None:
    values = {**scene.wanted(scene.owner), **shape}
    names = {key: value for key, value in values.items() if f"%({key})s" in INSERT}
    statement = INSERT
    for key in names:
        statement = statement.replace(f"%({key})s", f":{key}")
    statement = statement.replace("::interval", "").replace(":ago", "cast(:ago as interval)")
    statement = statement.replace(":wait", "cast(:wait as interval)")
    with pytest.raises(DBAPIError, match=rule):
        past_locks(scene.world, statement, **names)


# Deciding


def forgeries(scene: Scene, code: str) -> list[tuple[Actor, dict[str, Any]]]:
    """Decisions that are not the actor's to take, or not in its own name."""
    owner, second, colleague = scene.owner, scene.second, supervisor_of(scene.world, scene.owner)
    oversight = scene.world.actor("data_protection_officer")
    police = invite(scene.world, scene.person, "police_investigator")
    return [
        (second, scene.signed(second, code, "EJECUTADA", by=oversight.user_id)),
        (second, scene.signed(second, code, "EJECUTADA", unit=oversight.unit_id)),
        (second, scene.signed(second, code, "EJECUTADA", ago="1 hour")),
        (second, scene.signed(second, code, "EJECUTADA", step=2)),
        (owner, scene.signed(second, code, "EJECUTADA")),
        (colleague, scene.signed(second, code, "EJECUTADA")),
        (colleague, scene.signed(second, code, "RECHAZADA")),
        (colleague, scene.signed(colleague, code, "RETIRADA")),
        (second, scene.signed(second, code, "RETIRADA")),
        (second, scene.signed(second, code, "VENCIDA", by=None, unit=None, institution=None)),
        (owner, scene.signed(owner, code, "VENCIDA", by=None, unit=None, institution=None)),
        (police, scene.signed(police, code, "EJECUTADA")),
    ]


def test_nobody_decides_in_anothers_name_or_out_of_turn(scene: Scene) -> None:
    code = asked(scene.person)
    tries = forgeries(scene, code)
    passed = []
    for at, (actor, values) in enumerate(tries):
        session = scene.world.runtime.database.open_session(actor)
        with contextlib.closing(session):
            try:
                if session.connection().exec_driver_sql(DECIDE, values).rowcount:
                    passed.append(at)
            except DBAPIError as error:
                assert getattr(error.orig, "sqlstate", None) == "42501"  # noqa: PT017
            session.rollback()
    assert passed == []


def test_the_trigger_is_what_holds_them(scene: Scene) -> None:
    code = asked(scene.person)
    tries = forgeries(scene, code)
    with scene.without("command_request_steps"):
        passed = [at for at, (actor, values) in enumerate(tries) if scene.changed(actor, DECIDE, **values)]
    assert passed == list(range(len(tries) - 1))  # the police do not even see it


def test_the_tables_own_rule_is_the_last_lock_on_the_same_person(scene: Scene) -> None:
    code = asked(scene.person)
    alone = scene.signed(scene.owner, code, "EJECUTADA")
    with scene.without("command_request_steps"), pytest.raises(DBAPIError, match="two_people"):
        scene.changed(scene.owner, DECIDE, **alone)


def test_after_seven_days_nothing_but_lapsing_is_left(scene: Scene) -> None:
    code = asked(scene.person)
    nobody: dict[str, Any] = {"by": None, "unit": None, "institution": None}
    lapse(scene.world, code)
    for actor, state in ((scene.second, "EJECUTADA"), (scene.second, "RECHAZADA"), (scene.owner, "RETIRADA")):
        assert scene.refuses(actor, DECIDE, **scene.signed(actor, code, state))
    assert scene.refuses(scene.owner, DECIDE, **scene.signed(scene.owner, code, "VENCIDA"))
    assert not scene.refuses(scene.owner, DECIDE, **scene.signed(scene.owner, code, "VENCIDA", **nobody))


def test_what_is_decided_stays_decided(scene: Scene) -> None:
    code = asked(scene.person)
    client = scene.world.client(scene.second)
    ok(decide(client, code, "refusals", reason="FALTA_SUSTENTO"))
    assert scene.changed(scene.second, DECIDE, **scene.signed(scene.second, code, "EJECUTADA")) == 0
    with pytest.raises(DBAPIError, match="two_people"):
        past_locks(
            scene.world,
            "UPDATE command_request SET state = 'EJECUTADA', decided_by = requested_by, refusal_reason = NULL"
            " WHERE code = :code",
            code=code,
        )


@pytest.mark.parametrize(
    "column",
    ["kind", "victim_id", "other_id", "case_id", "reason", "fingerprint", "expires_at", "requested_by"],
)
def test_what_was_asked_is_never_changed(scene: Scene, column: str) -> None:
    code = asked(scene.person)
    statement = f"UPDATE command_request SET {column} = {column} WHERE code = %(code)s"  # noqa: S608
    for actor in (scene.owner, scene.second):
        assert scene.refuses(actor, statement, code=code)


# Executing


def test_a_case_is_not_discarded_without_agreement(scene: Scene) -> None:
    code = asked(scene.person)
    for actor in (scene.owner, scene.second, scene.world.actor("data_protection_officer")):
        assert scene.refuses(actor, EXECUTE, code=code)
    with scene.world.session(scene.second) as session:
        session.connection().exec_driver_sql(DECIDE, scene.signed(scene.second, code, "EJECUTADA"))
        assert not refused(session, EXECUTE, code=code)
        agreed = "SELECT ruv.two_agreed(c.id, %(kind)s) FROM command_request c WHERE c.code = %(code)s"
        for kind, holds in (("DESCARTE", True), ("FUSION", False)):
            found = session.connection().exec_driver_sql(agreed, {"code": code, "kind": kind})
            assert found.scalar_one() is holds
        session.rollback()


def test_agreement_lasts_as_long_as_its_transaction(scene: Scene) -> None:
    code = asked(scene.person)
    ok(decide(scene.world.client(scene.second), code, "approvals"))
    past_locks(
        scene.world,
        "UPDATE trafficking_case SET state = 'ALERTA', closed_at = NULL, version = 1 WHERE id = :case",
        case=scene.case,
    )
    for actor in (scene.owner, scene.second):
        assert scene.refuses(actor, EXECUTE, code=code)
        assert scene.refuses(
            actor, "UPDATE trafficking_case SET state = 'DESCARTADA' WHERE id = %(case)s", case=scene.case
        )


def approve_by_hand(scene: Scene, code: str) -> None:
    with scene.world.session(scene.second) as session:
        session.connection().exec_driver_sql(DECIDE, scene.signed(scene.second, code, "EJECUTADA"))


def test_executed_is_not_written_without_executing(scene: Scene) -> None:
    code = asked(scene.person)
    with pytest.raises(DBAPIError, match="not permitted"):
        approve_by_hand(scene, code)
    assert ok(scene.person.client.get(f"{API}/commands/{code}"))["state"] == "PENDIENTE"
    with scene.without("command_request_executed"):
        approve_by_hand(scene, code)
    assert ok(scene.person.client.get(f"{API}/commands/{code}"))["state"] == "EJECUTADA"


def test_the_database_lets_nobody_approve_a_stranger_into_his_sight(scene: Scene) -> None:
    stranger = registered(scene.world)
    code = asked_merge(scene.person, stranger)
    by_hand = scene.signed(scene.second, code, "EJECUTADA")
    assert scene.refuses(scene.second, DECIDE, **by_hand)
    assert scene.changed(scene.second, DECIDE, **{**by_hand, "state": "RECHAZADA"}) == 1
    assert scene.changed(stranger.officer, DECIDE, **scene.signed(stranger.officer, code, "EJECUTADA")) == 1
    with scene.without("command_request_steps"):
        assert scene.changed(scene.second, DECIDE, **by_hand) == 1  # that guard alone held it


# Seeing


def test_a_stranger_sees_no_row_and_nobody_the_unit_behind_it(scene: Scene) -> None:
    code = asked(scene.person)
    query = "SELECT code FROM command_request WHERE code = %(code)s"
    faces = "SELECT f.* FROM command_request c, ruv.command_face(c.id) f WHERE c.code = %(code)s"
    stranger = scene.world.actor("cem_officer", supervisor=True)
    assert scene.changed(stranger, query, code=code) == 0
    assert scene.changed(scene.second, query, code=code) == 1
    for column in ("requested_unit_id", "requested_by", "decided_unit_id", "decided_by"):
        hidden = f"SELECT {column} FROM command_request WHERE code = %(code)s"  # noqa: S608
        assert scene.refuses(scene.second, hidden, code=code)
    engine = scene.world.runtime.database.engine("ruv_owner")
    with engine.begin() as owner:
        owner.execute(text("CREATE POLICY hole ON command_request FOR SELECT TO ruv_app USING (true)"))
    try:
        assert scene.changed(stranger, query, code=code) == 1  # the policy alone held it
        assert scene.changed(stranger, faces, code=code) == 0  # and the services' own look holds without it
        client = scene.world.client(stranger)
        assert client.get(f"{API}/commands/{code}").status_code == 404
    finally:
        with engine.begin() as owner:
            owner.execute(text("DROP POLICY hole ON command_request"))


def test_a_shelter_that_asks_is_only_called_one(world: World) -> None:
    person = registered(world)
    shelter = invite_shelter(world, person)
    code = asked_by(world, person, shelter)
    prosecutor = world.client(invite(world, person, "prosecutor"))
    seen = ok(prosecutor.get(f"{API}/commands/{code}"))
    assert seen["requested_by_unit"] == {"code": None, "name": "Centro de acogida (reservado)"}
    own = ok(world.client(shelter).get(f"{API}/commands/{code}"))
    assert own["requested_by_unit"]["name"].startswith("Unidad CAR")


def invite_shelter(world: World, person: Registered) -> Actor:
    """A residential centre that takes part in the person's case."""
    shelter = world.actor("car_caseworker", supervisor=True)
    past_locks(
        world,
        "INSERT INTO participation (victim_id, case_id, unit_id, basis, population)"
        " SELECT victim_id, id, :unit, 'MANDATO', 1 FROM trafficking_case WHERE code = :case",
        unit=shelter.unit_id, case=person.case,
    )  # fmt: skip
    return shelter


def asked_by(world: World, person: Registered, actor: Actor) -> str:
    """Somebody else of the case asks that it be discarded."""
    return asked(Registered(actor, world.client(actor), person.victim, person.case, person.victim_id))


def test_the_trace_of_a_person_takes_events_of_who_decides_her_command(scene: Scene) -> None:
    event = (
        "INSERT INTO audit_event (user_id, unit_id, institution_id, victim_id, action, outcome, event,"
        " salt, mac) VALUES (%(w)s, %(u)s, %(i)s, %(v)s, 'commands.refuse', 'ok', '{}', '\\x00', '\\x00')"
    )
    officer = scene.world.actor("data_protection_officer")
    values = {
        "w": officer.user_id, "u": officer.unit_id, "i": officer.institution_id, "v": scene.person.victim_id
    }  # fmt: skip
    assert scene.refuses(officer, event, **values)
    code = asked(scene.person)
    assert scene.refuses(officer, event, **values)
    ok(decide(scene.world.client(officer), code, "refusals", reason="FALTA_SUSTENTO"))
    assert not scene.refuses(officer, event, **values)
