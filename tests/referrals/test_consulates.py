"""A consulate hears of no adult who does not want it, and keeps nothing of who seeks asylum."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from app.access.actor import Actor
from tests.cases.story import (
    API,
    Registered,
    add_unit,
    ok,
    problem,
    refer,
    registered,
    rows,
    unit_code,
    without_row_security,
)
from tests.commands.steps import asked_merge, decide
from tests.consents.story import give, on_consent, shared_on_consent
from tests.factories import World
from tests.proceedings.test_procedures import opened, stepped

TABLES = (
    *("victim", "trafficking_case", "participation", "profile", "victim_blob", "victim_key"),
    *("referral", "referral_step", "notice", "clock", "protection_step", "exploitation"),
)
REFERRAL = (
    "INSERT INTO referral (victim_id, case_id, code, from_unit_id, to_unit_id, service_type, reason,"
    " legal_basis, compartments, urgent, state, sent_by, due_at)"
    " SELECT c.victim_id, c.id, 'DE-X', %(f)s, %(t)s, 'ASISTENCIA_CONSULAR', 'REQUIERE_SERVICIO', %(b)s,"
    " '{identity}', false, 'ENVIADA', %(w)s, now() + interval '1 day' FROM trafficking_case c"
    " WHERE c.victim_id = %(v)s"
)


def foreigner(world: World, role: str = "cem_officer", **more: Any) -> Registered:
    return registered(world, role, nationality="VE", **more)


def asks_asylum(person: Registered) -> str:
    branch = opened(person, "EXTRANJERA")
    ok(stepped(person, branch, "REFUGIO_SOLICITADO"))
    return branch


def knows_nothing(
    world: World, consul: Actor, client: httpx.Client, person: Registered, referral: str
) -> None:
    """Over HTTP, and in SQL whatever the services say, and in the services whatever the database says."""
    for path in (f"victims/{person.victim}", f"cases/{person.case}", f"referrals/{referral}"):
        problem(client.get(f"{API}/{path}"), 404)
    for path in ("cases", "referrals", "notices", "clocks"):
        assert ok(client.get(f"{API}/{path}"))["items"] == []
    for table in TABLES:
        column = {"victim": "id"}.get(table, "victim_id")
        with world.session(consul) as session:
            query = f"SELECT count(*) FROM {table} WHERE {column} = %(v)s"  # noqa: S608 - names of the test
            seen = session.connection().exec_driver_sql(query, {"v": person.victim_id}).scalar_one()
        assert seen == 0, table
    with world.session(consul) as session:
        bits = "SELECT ruv.population_of(%(v)s)"
        assert session.connection().exec_driver_sql(bits, {"v": person.victim_id}).scalar() is None
    with without_row_security(world):
        problem(client.get(f"{API}/referrals/{referral}"), 404)
        assert ok(client.get(f"{API}/referrals"))["items"] == []
        assert ok(client.get(f"{API}/notices"))["items"] == []
        problem(client.get(f"{API}/victims/{person.victim}"), 404)


@pytest.mark.parametrize("role", ["police_investigator", "udavit_officer", "cem_officer"])
def test_no_adult_is_referred_to_a_consulate_without_her_consent(world: World, role: str) -> None:
    person = foreigner(world, role)
    consul = world.actor("consular_officer")
    unit = unit_code(world, consul)
    for basis in ("MANDATO_LEGAL", "INTERES_VITAL", "INTERES_SUPERIOR"):
        sent = refer(person.client, person.case, unit, compartments=["identity"], legal_basis=basis)
        (error,) = problem(sent, 422)["errors"]
        assert (error["field"], error["code"]) == ("legal_basis", "consent-needed")
        values = {"f": person.officer.unit_id, "t": consul.unit_id, "w": person.officer.user_id}
        with (
            world.session(person.officer) as session,
            pytest.raises(DBAPIError, match="did not agree"),
            session.begin_nested(),
        ):
            session.connection().exec_driver_sql(REFERRAL, {**values, "b": basis, "v": person.victim_id})
    assert ok(world.client(consul).get(f"{API}/referrals"))["items"] == []


def test_with_her_consent_it_is_and_a_childs_is_told_by_law(world: World) -> None:
    woman, girl = foreigner(world), foreigner(world, "upe_officer", age_years=15)
    _, client, _, _ = shared_on_consent(world, woman, "consular_officer")
    ok(client.get(f"{API}/victims/{woman.victim}"))
    ok(refer(girl.client, girl.case, world.unit("CONSULADO"), compartments=["identity"]), 201)


def test_one_that_was_asked_by_law_before_the_rule_does_not_come_in(world: World, admin: Engine) -> None:
    person = foreigner(world)
    consul = world.actor("consular_officer")
    unit = unit_code(world, consul)
    consent = ok(give(person.client, person.case, unit), 201)["code"]
    referral = ok(on_consent(person.client, person.case, consent, unit), 201)["code"]
    with admin.begin() as connection:
        old = "UPDATE referral SET legal_basis = 'MANDATO_LEGAL', consent_id = NULL WHERE code = %(c)s"
        connection.exec_driver_sql(old, {"c": referral})
    problem(world.client(consul).post(f"{API}/referrals/{referral}/answer", json={"decision": "accept"}), 409)
    assert rows(world, consul, "participation", person.victim_id) == 0


def test_once_she_asks_for_asylum_a_consulate_keeps_nothing(world: World) -> None:
    person = foreigner(world)
    consul, client, referral, _ = shared_on_consent(world, person, "consular_officer")
    ok(client.get(f"{API}/victims/{person.victim}"))
    asks_asylum(person)
    knows_nothing(world, consul, client, person, referral)
    ended = ok(person.client.get(f"{API}/referrals/{referral}"))
    assert (ended["state"], ended["result"]) == ("INTERRUMPIDA", "YA_NO_CORRESPONDE")


def test_what_waits_in_its_inbox_is_gone(world: World) -> None:
    person = foreigner(world)
    consul = world.actor("consular_officer")
    client, unit = world.client(consul), unit_code(world, consul)
    consent = ok(give(person.client, person.case, unit), 201)["code"]
    referral = ok(on_consent(person.client, person.case, consent, unit), 201)["code"]
    assert [item["code"] for item in ok(client.get(f"{API}/referrals"))["items"]] == [referral]
    asks_asylum(person)
    knows_nothing(world, consul, client, person, referral)
    problem(client.post(f"{API}/referrals/{referral}/answer", json={"decision": "accept"}), 404)
    assert ok(person.client.get(f"{API}/referrals/{referral}"))["state"] == "RETIRADA"


def test_none_is_told_afterwards_until_she_desists_and_is_asked_anew(world: World) -> None:
    person = foreigner(world)
    consul, client, referral, _ = shared_on_consent(world, person, "consular_officer")
    branch = asks_asylum(person)
    unit = unit_code(world, consul)
    consent = ok(give(person.client, person.case, unit), 201)["code"]
    assert "refugio" in problem(on_consent(person.client, person.case, consent, unit), 409)["detail"]
    problem(add_unit(person.client, person.case, unit), 422)
    desists = {"consent": "SI", "reason": "DESISTE_REFUGIO"}
    ok(stepped(person, branch, "DERECHOS_INFORMADOS", step=desists))
    knows_nothing(world, consul, client, person, referral)
    ok(on_consent(person.client, person.case, consent, unit), 201)


def test_two_records_of_her_are_kept_from_it_once_they_are_one(world: World) -> None:
    told, silent = foreigner(world), foreigner(world)
    consul, client, referral, _ = shared_on_consent(world, told, "consular_officer")
    asks_asylum(silent)
    ok(client.get(f"{API}/victims/{told.victim}"))
    command = asked_merge(told, silent)
    ok(decide(silent.client, command, "approvals"))
    knows_nothing(world, consul, client, told, referral)
