"""What the database itself refuses, whatever the services say."""

from __future__ import annotations

from typing import Any

import pytest

from app.access.actor import Actor
from tests.access.sql_checks import refused
from tests.cases.story import API, ok, problem, registered, rows, shared_with, without_row_security
from tests.consents.story import give, shared_on_consent, withdraw
from tests.consents.test_data_requests import ask
from tests.consents.test_objections import objects
from tests.factories import World

TABLES = ("consent", "consent_event", "objection", "data_request", "data_request_event")
REFERRAL = (
    "INSERT INTO referral (victim_id, case_id, code, from_unit_id, to_unit_id, service_type, reason,"
    " legal_basis, compartments, urgent, state, sent_by, due_at, consent_id)"
    " SELECT c.victim_id, c.id, 'DE-X', %(f)s, %(t)s, 'SALUD', 'REQUIERE_SERVICIO', %(b)s, %(p)s, false,"
    " 'ENVIADA', %(w)s, now() + interval '1 day',"
    " (SELECT n.id FROM consent n WHERE n.code = %(n)s) FROM trafficking_case c WHERE c.victim_id = %(v)s"
)
OBJECTION = (
    "INSERT INTO objection (victim_id, case_id, code, unit_id, made_by, version, compartments)"
    " SELECT c.victim_id, c.id, 'OJ-X', %(u)s, %(w)s, 1, ARRAY['identity', 'contact', 'services']"
    " FROM trafficking_case c WHERE c.victim_id = %(v)s"
)
EVENT = (
    "INSERT INTO consent_event (victim_id, consent_id, kind, by_user_id, by_unit_id)"
    " SELECT victim_id, id, %(k)s, %(w)s, %(u)s FROM consent WHERE code = %(n)s"
)


def refuses(world: World, actor: Actor, statement: str, **values: Any) -> bool:
    with world.session(actor) as session:
        return refused(session, statement, w=actor.user_id, u=actor.unit_id, f=actor.unit_id, **values)


def test_nobody_outside_sees_a_row(world: World) -> None:
    person = registered(world)
    _, _, _, consent = shared_on_consent(world, person)
    ok(withdraw(person.client, consent))
    ok(objects(person, "identity"), 201)
    ok(ask(person), 201)
    outsider = world.actor("cem_officer", supervisor=True)
    overseer = world.actor("data_protection_officer")
    for table in TABLES:
        assert rows(world, person.officer, table, person.victim_id), table
        assert rows(world, outsider, table, person.victim_id) == 0
    for table in TABLES[:3]:
        assert rows(world, overseer, table, person.victim_id) == 0


def test_a_share_on_consent_that_is_not_covered_is_refused(world: World) -> None:
    person = registered(world)
    health, other = world.actor("health_officer"), world.actor("udavit_officer")
    with world.session(health) as session:
        unit = (
            session.connection()
            .exec_driver_sql("SELECT code FROM unit WHERE id = %(u)s", {"u": health.unit_id})
            .scalar_one()
        )
    consent = ok(give(person.client, person.case, unit), 201)["code"]
    same = {"v": person.victim_id, "b": "CONSENTIMIENTO", "p": ["identity"], "n": consent}
    assert not refuses(world, person.officer, REFERRAL, **same, t=health.unit_id)
    assert refuses(world, person.officer, REFERRAL, **same, t=other.unit_id)
    assert refuses(world, person.officer, REFERRAL, **{**same, "p": ["legal"]}, t=health.unit_id)
    assert refuses(world, person.officer, REFERRAL, **{**same, "n": "CN-NINGUNO"}, t=health.unit_id)
    assert refuses(world, person.officer, REFERRAL, **{**same, "b": "MANDATO_LEGAL"}, t=health.unit_id)
    ok(withdraw(person.client, consent))
    assert refuses(world, person.officer, REFERRAL, **same, t=health.unit_id)


def test_a_consent_is_not_changed_nor_ended_by_who_has_no_say(world: World) -> None:
    person = registered(world)
    _, _, _, consent = shared_on_consent(world, person)
    officer = person.officer
    assert refuses(
        world, officer, "UPDATE consent SET compartments = '{legal}' WHERE code = %(n)s", n=consent
    )
    assert refuses(world, officer, "SELECT to_units FROM consent WHERE code = %(n)s", n=consent)
    assert refuses(world, officer, EVENT, k="VENCIDO", n=consent)
    assert refuses(world, officer, EVENT, k="REEMPLAZADO", n=consent)
    assert refuses(world, officer, "SELECT ruv.end_shares(1, 'x')")
    assert not refuses(world, officer, EVENT, k="RETIRADO", n=consent)
    reader = world.actor("psychologist")
    with world.session(reader) as session:
        statement = EVENT
        result = session.connection().exec_driver_sql(
            statement, {"k": "RETIRADO", "n": consent, "w": reader.user_id, "u": reader.unit_id}
        )
        assert result.rowcount == 0


def test_whoever_writes_the_event_ends_the_view(world: World) -> None:
    person = registered(world)
    health, _, _, consent = shared_on_consent(world, person)
    with world.session(person.officer) as session:
        values = {"k": "RETIRADO", "n": consent, "w": person.officer.user_id, "u": person.officer.unit_id}
        session.connection().exec_driver_sql(EVENT, values)
    assert rows(world, health, "participation", person.victim_id) == 0


@pytest.mark.parametrize("age", [{"age_years": 13}, {"age_years": 30}, {"age_min": 15, "age_max": 20}])
def test_nobody_objects_for_a_child(world: World, age: dict[str, int]) -> None:
    person = registered(world, **age)
    health, client, _ = shared_with(
        world, person, "health_officer", compartments=["services"], service_type="SALUD"
    )
    child = age.get("age_years", 0) < 18
    assert refuses(world, health, OBJECTION, v=person.victim_id) is child
    assert refuses(world, person.officer, OBJECTION, v=person.victim_id) is child
    assert rows(world, person.officer, "objection", person.victim_id) == 0
    if child:
        asked = {"compartments": ["identity"]}
        problem(client.post(f"{API}/cases/{person.case}/objections", json=asked), 409)


def test_the_services_refuse_without_the_databases_lock(world: World) -> None:
    person = registered(world)
    _, _, _, consent = shared_on_consent(world, person)
    request = ok(ask(person), 201)["code"]
    stranger = world.client(world.actor("cem_officer"))
    with without_row_security(world):
        for path in (f"consents/{consent}", f"data-requests/{request}", f"cases/{person.case}/objections"):
            assert stranger.get(f"{API}/{path}").status_code == 404
        assert withdraw(stranger, consent).status_code == 404
