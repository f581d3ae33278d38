"""Protection measures: recorded, extended, lifted, ended by their day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.records.kinds import today
from app.services.proceedings import measure_rules
from app.services.scheduler.sweeping import sweep
from tests.cases.story import (
    API,
    Registered,
    ok,
    problem,
    registered,
    rows,
    shared_with,
    without_row_security,
)
from tests.factories import World

TABLE = "protection_measure"
LATER = str(today() + timedelta(days=60))
LAST = str(today() + timedelta(days=180))


def url_of(person: Registered) -> str:
    return f"{API}/cases/{person.case}/protection-measures"


def recorded(person: Registered, **more: Any) -> str:
    body = {"type": "ALEJAMIENTO", "until": LATER, "authority": "Juzgado de Familia", **more}
    return str(ok(person.client.post(url_of(person), json=body), 201)["code"])


def items(person: Registered) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(person.client.get(url_of(person)))["items"]
    return found


def test_a_measure_is_extended_and_lifted_and_nothing_is_lost(world: World) -> None:
    person = registered(world, "udavit_officer")
    code = recorded(person, resolution="RES-1")
    longer = {"until": LAST, "resolution": "RES-2", "authority": "Segundo Juzgado"}
    url = f"{url_of(person)}/{code}"
    early = problem(person.client.post(f"{url}/extend", json={}, headers={"If-Match": '"1"'}), 422)
    assert early["errors"][0]["field"] == "until"
    new = ok(person.client.post(f"{url}/extend", json=longer, headers={"If-Match": '"1"'}), 201)["code"]
    gone = person.client.post(f"{url}/extend", json={"until": LAST}, headers={"If-Match": '"2"'})
    assert "estado final" in problem(gone, 409)["detail"]
    lift = {"end_resolution": "RES-3", "end_note": "Cesó el riesgo"}
    ok(person.client.post(f"{url_of(person)}/{new}/lift", json=lift, headers={"If-Match": '"1"'}))
    first, second = items(person)
    assert (first["state"], first["resolution"], first["until"]) == ("PRORROGADA", "RES-1", LATER)
    assert (second["state"], second["extends"], second["until"]) == ("LEVANTADA", code, LAST)
    assert (second["resolution"], second["end_note"]) == ("RES-2", "Cesó el riesgo")
    again = person.client.post(f"{url_of(person)}/{new}/lift", json=lift, headers={"If-Match": '"2"'})
    problem(again, 409)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "type"),
        ({"type": "OTRA"}, "type_other"),
        ({"type": "ALEJAMIENTO", "since": "2026-05-02", "until": "2026-05-01"}, "until"),
        ({"type": "ALEJAMIENTO", "until": "2020-01-01"}, "until"),
        ({"type": "ALEJAMIENTO", "end_note": "x"}, "end_note"),
        ({"type": "NADA"}, "type"),
    ],
)
def test_a_wrong_field_is_named(world: World, body: dict[str, Any], field: str) -> None:
    person = registered(world, "udavit_officer")
    refused = problem(person.client.post(url_of(person), json=body), 422)
    assert [error["field"] for error in refused["errors"]] == [field]
    assert items(person) == []


def test_a_measure_ends_on_its_day_once(world: World) -> None:
    person = registered(world, "udavit_officer")
    code = recorded(person)
    other = recorded(person, type="PROTECCION_POLICIAL")
    expire = text("SELECT ruv.expire_measures(ARRAY(SELECT id FROM protection_measure WHERE code = :code))")
    with world.session(person.officer) as session, pytest.raises(Exception, match="permission denied"):
        session.execute(expire, {"code": code})
    # As the clock does, past the application's role.
    with world.session(person.officer) as session:
        key = session.scalar(text("SELECT id FROM protection_measure WHERE code = :code"), {"code": code})
    for _ in range(2):
        with world.runtime.database.engine("ruv_owner").begin() as owner:
            owner.execute(text("SET ROLE ruv_guard"))
            owner.execute(text("SELECT ruv.expire_measures(:ids)"), {"ids": [key]})
            owner.execute(text("RESET ROLE"))
    states = {item["code"]: (item["state"], item["version"]) for item in items(person)}
    assert states == {code: ("VENCIDA", 2), other: ("VIGENTE", 1)}
    lift = person.client.post(f"{url_of(person)}/{code}/lift", json={}, headers={"If-Match": '"2"'})
    assert "«Prorrogada»" in problem(lift, 409)["detail"]
    late = person.client.post(
        f"{url_of(person)}/{code}/extend", json={"until": LAST}, headers={"If-Match": '"2"'}
    )
    ok(late, 201)
    past = recorded(person, type="RETIRO_AGRESOR", since="2024-01-01", until="2024-06-01")
    assert {item["code"]: item["state"] for item in items(person)}[past] == "VENCIDA"


def test_the_sweep_of_the_clocks_ends_it(world: World) -> None:
    person = registered(world, "udavit_officer")
    code = recorded(person, until=str(today() + timedelta(days=1)))
    states = []
    for days in (0.1, 3, 3):
        # Reminder first, then its end: one stage a sweep.
        sweep(world.runtime.database, at=datetime.now(UTC) + timedelta(days=days))
        states.append({item["code"]: item["state"] for item in items(person)}[code])
    assert states[-1] == "VENCIDA"
    assert states[0] == "VIGENTE"


def test_who_reads_protection_in_part_sees_the_order_and_not_who_gave_it(world: World) -> None:
    person = registered(world, "udavit_officer")
    key = {"Idempotency-Key": f"medida-{world.tag}"}
    body = {"type": "ALEJAMIENTO", "until": LATER, "authority": "Juzgado", "resolution": "RES-9"}
    code = ok(person.client.post(url_of(person), json=body, headers=key), 201)
    assert ok(person.client.post(url_of(person), json=body, headers=key), 201) == code
    _, shelter, _ = shared_with(world, person, "shelter_caseworker", compartments=["protection"])
    (item,) = ok(shelter.get(url_of(person)))["items"]
    assert (item["type"], item["until"]) == ("ALEJAMIENTO", LATER)
    assert not {"authority", "resolution"} & set(item)
    refused = problem(shelter.post(url_of(person), json=body), 403)
    assert {error["field"] for error in refused["errors"]} == set(body)


def test_nobody_else_sees_a_measure(world: World) -> None:
    person, stranger = registered(world, "udavit_officer"), registered(world, "udavit_officer")
    recorded(person)
    assert rows(world, person.officer, TABLE, person.victim_id) == 1
    assert rows(world, stranger.officer, TABLE, person.victim_id) == 0
    narrowed, health, _ = shared_with(world, person, "health_officer", compartments=["health"])
    assert rows(world, narrowed, TABLE, person.victim_id) == 0
    problem(health.get(url_of(person)), 404)
    with without_row_security(world):
        problem(stranger.client.get(url_of(person)), 404)


def test_states_follow_each_other_as_written() -> None:
    lawful = {
        ("VIGENTE", "LEVANTADA"),
        ("VIGENTE", "PRORROGADA"),
        ("VIGENTE", "VENCIDA"),
        ("VENCIDA", "PRORROGADA"),
    }
    states = ("VIGENTE", "LEVANTADA", "VENCIDA", "PRORROGADA")
    moves = {(a, b) for a in states for b in states}
    assert {m for m in moves if measure_rules.refuse(*m, until=True, clock=True) is None} == lawful
    assert {m for m in moves if measure_rules.refuse(*m) is None} == {("VIGENTE", "LEVANTADA")}
