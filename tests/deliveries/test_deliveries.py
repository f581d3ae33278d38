"""What was delivered: by whom it is written, who reads it, and what it answers to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import text

from app.records.kinds import today
from tests.access.sql_checks import refused
from tests.cases.story import (
    API,
    ok,
    problem,
    refer,
    registered,
    rows,
    shared_with,
    unit_code,
    without_row_security,
)
from tests.factories import World
from tests.plans.story import running
from tests.referrals.steps import step
from tests.scratch import past_policies

NOTE = "Vino con su hermana; pidió intérprete de quechua"


def deliver(client: httpx.Client, case: str, key: str | None = None, **body: Any) -> httpx.Response:
    """Record a delivery of today."""
    wanted = {
        "service_type": "SALUD",
        "delivered_on": today().isoformat(),
        "attendance": "ATENDIDA",
        **body,
    }
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(f"{API}/cases/{case}/services", json=wanted, headers=headers)


def listed(client: httpx.Client, case: str, **query: Any) -> list[dict[str, Any]]:
    """Deliveries of a case as somebody reads them."""
    return list(ok(client.get(f"{API}/cases/{case}/services", params=query))["items"])


def test_a_delivery_is_read_by_who_reads_the_services_and_its_note_is_sealed(world: World) -> None:
    person = registered(world)
    health, client, referral = shared_with(world, person, "health_officer", service_type="SALUD")
    code = ok(deliver(client, person.case, hours=2, quantity=1, note=NOTE, referral=referral), 201)["code"]
    for reader in (client, person.client):
        (item,) = listed(reader, person.case)
        assert (item["code"], item["note"], item["referral"], item["hours"]) == (code, NOTE, referral, 2)
        assert item["attendance_label"] == "Atendida"
        assert item["unit"]["code"] == unit_code(world, health)
    with world.session(health) as session:
        stored = session.execute(
            text("SELECT sealed, key_version FROM service_delivery WHERE code = :c"), {"c": code}
        ).one()
    assert NOTE.encode() not in bytes(stored.sealed)


def test_who_reads_services_in_part_sees_its_own_units_rows_only(world: World) -> None:
    person = registered(world)
    _, health, _ = shared_with(world, person, "health_officer", service_type="SALUD")
    consul, school, _ = shared_with(world, person, "public_defender", service_type="ASISTENCIA_LEGAL")
    mine = ok(deliver(school, person.case, service_type="ASISTENCIA_LEGAL"), 201)["code"]
    ok(deliver(health, person.case, note=NOTE), 201)
    ok(deliver(person.client, person.case, service_type="ASISTENCIA_SOCIAL"), 201)
    assert [item["code"] for item in listed(school, person.case)] == [mine]
    assert len(listed(person.client, person.case)) == 3
    assert rows(world, consul, "service_delivery", person.victim_id) == 1
    with without_row_security(world):
        assert [item["code"] for item in listed(school, person.case)] == [mine]


def test_an_outsider_or_one_it_was_not_shared_with_sees_nothing(world: World) -> None:
    person = registered(world)
    code = ok(deliver(person.client, person.case, note=NOTE), 201)["code"]
    outsider = world.actor("cem_officer", supervisor=True)
    problem(world.client(outsider).get(f"{API}/cases/{person.case}/services"), 404)
    problem(deliver(world.client(outsider), person.case), 404)
    narrowed, client, _ = shared_with(world, person, "udavit_officer", compartments=["identity"])
    problem(client.get(f"{API}/cases/{person.case}/services"), 403)
    problem(deliver(client, person.case), 403)
    void = f"{API}/cases/{person.case}/services/{code}/void"
    body, tag = {"reason": "DUPLICADA"}, {"If-Match": '"1"'}
    problem(client.post(void, json=body, headers=tag), 403)
    for stranger in (outsider, narrowed):
        assert rows(world, stranger, "service_delivery", person.victim_id) == 0
        with world.session(stranger) as session:
            assert refused(
                session,
                "INSERT INTO service_delivery (victim_id, case_id, code, unit_id, service_type, delivered_on,"
                " attendance, created_by) SELECT %(v)s, id, 'SE-X', %(u)s, 'SALUD', current_date,"
                " 'ATENDIDA', %(w)s FROM (SELECT %(c)s::bigint AS id) AS known",
                v=person.victim_id, u=stranger.unit_id, w=stranger.user_id, c=case_id(world, person.case),
            )  # fmt: skip
            statement = "UPDATE service_delivery SET state = 'ANULADA', void_reason = 'X', voided_at = now()"
            assert session.execute(text(statement)).rowcount == 0  # type: ignore[attr-defined]


def case_id(world: World, code: str) -> int:
    """Key of a case, past the locks."""
    with past_policies(world.runtime) as owner:
        return int(owner.scalar(text("SELECT id FROM trafficking_case WHERE code = :c"), {"c": code}) or 0)


def test_who_only_knows_that_there_are_services_delivers_none(world: World) -> None:
    person = registered(world, "police_investigator")
    problem(deliver(person.client, person.case), 403)
    problem(person.client.get(f"{API}/cases/{person.case}/services"), 403)


def test_what_is_wrong_is_named_with_the_way_out(world: World) -> None:
    person = registered(world)
    empty = problem(person.client.post(f"{API}/cases/{person.case}/services", json={}), 422)
    assert {e["field"] for e in empty["errors"]} == {"service_type", "delivered_on", "attendance"}
    assert "NO_ASISTIO" in str(empty)
    tomorrow = (today() + timedelta(days=1)).isoformat()
    late = problem(deliver(person.client, person.case, delivered_on=tomorrow), 422)
    assert late["errors"][0]["field"] == "delivered_on"
    unknown = problem(deliver(person.client, person.case, service_type="MAGIA"), 422)
    assert "MAGIA" not in str(unknown)
    for field, code in (("referral", "DE-0000-0000"), ("activity", "AC-0000-0000")):
        wrong = problem(deliver(person.client, person.case, **{field: code}), 422)
        assert [e["field"] for e in wrong["errors"]] == [field]
    assert listed(person.client, person.case) == []


def test_a_delivery_answers_only_to_what_is_the_units_own(world: World) -> None:
    plan, activity = running(world)
    person = plan.person
    _, health, referral = shared_with(world, person, "health_officer", service_type="SALUD")
    problem(deliver(person.client, person.case, referral=referral), 422)
    problem(deliver(health, person.case, activity=activity), 422)
    code = ok(deliver(person.client, person.case, activity=activity), 201)["code"]
    assert [(i["code"], i["activity"]) for i in listed(person.client, person.case)] == [(code, activity)]


def test_a_mistaken_delivery_is_voided_once_and_stays_readable(world: World) -> None:
    person = registered(world)
    code = ok(deliver(person.client, person.case, key="una"), 201)["code"]
    assert ok(deliver(person.client, person.case, key="una"), 201)["code"] == code
    url = f"{API}/cases/{person.case}/services/{code}/void"
    problem(person.client.post(url, json={"reason": "DUPLICADA"}), 428)
    problem(person.client.post(url, json={"reason": "PORQUE_SI"}, headers={"If-Match": '"1"'}), 422)
    problem(person.client.post(url, json={"reason": "DUPLICADA"}, headers={"If-Match": '"7"'}), 412)
    ok(person.client.post(url, json={"reason": "DUPLICADA"}, headers={"If-Match": '"1"'}))
    problem(person.client.post(url, json={"reason": "DUPLICADA"}, headers={"If-Match": '"2"'}), 409)
    (item,) = listed(person.client, person.case)
    assert (item["state"], item["void_reason"]) == ("ANULADA", "DUPLICADA")


def test_another_units_delivery_is_not_voided(world: World) -> None:
    person = registered(world)
    _, client, _ = shared_with(world, person, "udavit_officer", service_type="ASISTENCIA_LEGAL")
    code = ok(deliver(person.client, person.case), 201)["code"]
    assert len(listed(client, person.case)) == 1
    url = f"{API}/cases/{person.case}/services/{code}/void"
    problem(client.post(url, json={"reason": "DUPLICADA"}, headers={"If-Match": '"1"'}), 404)


def test_concluding_without_a_delivery_is_told_and_with_one_counted(world: World) -> None:
    person = registered(world)
    for given in (False, True):
        _, client, code = shared_with(world, person, "health_officer", service_type="SALUD")
        ok(step(client, code, "start"))
        if given:
            ok(deliver(client, person.case, referral=code), 201)
        done = ok(step(client, code, "conclude", result="SERVICIO_PRESTADO"))
        assert (done["deliveries"], done["notice"] is None) == (int(given), given)
    waiting = ok(refer(person.client, person.case, world.unit("UDAVIT"), service_type="SALUD"), 201)["code"]
    problem(deliver(person.client, person.case, referral=waiting), 422)


def test_the_list_goes_page_by_page(world: World) -> None:
    person = registered(world)
    made = [ok(deliver(person.client, person.case), 201)["code"] for _ in range(3)]
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = ok(person.client.get(f"{API}/cases/{person.case}/services", params=query))
        seen += [item["code"] for item in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert seen == made[::-1]
