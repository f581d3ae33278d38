"""A child between two houses is waited for by a clock, whatever becomes of the place held for her."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import Engine, text

from app.services.scheduler.sweeping import sweep
from tests.access.sql_checks import refused
from tests.cases.story import API, Registered, move, ok, problem, refer, registered, shared_with, unit_code
from tests.commands.steps import invite
from tests.factories import World
from tests.notices.test_told import told
from tests.shelters.steps import PLACEMENTS, SHELTERS, admit, shelter, tag, takes_part
from tests.shelters.test_exits import housed, leave
from tests.shelters.test_holds import expire, hold

ARRIVAL = "LLEGADA_TRASLADO"


def waits(admin: Engine, child: Registered) -> list[str]:
    """The states of the clocks of her arrival."""
    query = "SELECT state FROM clock WHERE subject_code = %(c)s AND kind = 'LLEGADA_TRASLADO' ORDER BY id"
    with admin.connect() as connection:
        return list(connection.exec_driver_sql(query, {"c": child.case}).scalars())


def late(admin: Engine, code: str, kind: str) -> None:
    """The clock has run out, and escalates."""
    query = (
        "UPDATE clock SET due_at = now(), next_at = now(), escalate_at = now()"
        " WHERE subject_code = %(c)s AND kind = %(k)s AND state = 'CORRIENDO'"
    )
    with admin.begin() as connection:
        connection.exec_driver_sql(query, {"c": code, "k": kind})


def on_her_way(world: World, department: str) -> tuple[Registered, httpx.Client, str]:
    """She left the house where she lived for a place held in another: she, that one, and the hold."""
    child, _, client, stay = housed(world)
    _, other = shelter(world, department=department, GENERAL=1)
    code = hold(child.client, child.case, department, "GENERAL")
    ok(leave(client, stay, "TRASLADO"))
    return child, other, code


def test_who_was_accepted_is_waited_for_until_she_is_taken_in(world: World, admin: Engine) -> None:
    child, _, client, stay = housed(world)
    upe = world.client(invite(world, child, "upe_officer"))
    other = world.actor("car_caseworker", supervisor=True)
    arrives = world.client(other)
    sent = ok(refer(child.client, child.case, unit_code(world, other)), 201)["code"]
    ok(arrives.post(f"{API}/referrals/{sent}/answer", json={"decision": "accept"}))
    ok(leave(client, stay, "TRASLADO"))
    (notice,) = told(upe, "PLAZO_RECIBIDO")
    assert (notice["subject"], notice["clock"], notice["acknowledge"]) == (child.case, ARRIVAL, True)
    (clock,) = ok(upe.get(f"{API}/clocks", params={"kind": ARRIVAL}))["items"]
    assert notice["due"]["due_at"] == clock["due_at"]
    assert clock["due_time"] is not None  # a clock of hours
    for one in (client, arrives, child.client):
        assert ok(one.get(f"{API}/clocks", params={"kind": ARRIVAL}))["items"] == []
    admit(arrives, child)
    assert waits(admin, child) == ["CUMPLIDO"]


def test_a_place_held_has_its_own_clock_and_hers_begins_when_it_is_let_go(
    world: World, admin: Engine
) -> None:
    child, other, code = on_her_way(world, "23")
    upe = world.client(invite(world, child, "upe_officer"))
    assert waits(admin, child) == []
    ok(other.post(f"{SHELTERS}/holds/{code}/release", headers=tag(1)))  # which sees nothing of her
    problem(other.get(f"{API}/cases/{child.case}"), 404)
    assert ok(other.get(f"{API}/clocks", params={"kind": ARRIVAL}))["items"] == []
    assert waits(admin, child) == ["CORRIENDO"]
    assert [one["clock"] for one in told(upe, "PLAZO_RECIBIDO")] == [ARRIVAL]
    with admin.connect() as connection:
        query = (
            "SELECT k.started_at = p.left_at FROM clock k JOIN placement p ON p.case_id = k.case_id"
            " WHERE k.subject_code = %(c)s AND k.kind = 'LLEGADA_TRASLADO'"
        )
        assert connection.exec_driver_sql(query, {"c": child.case}).scalar_one() is True
    ok(move(upe, child.case, "EGRESO_NO_AUTORIZADO", reason="SALIDA_SIN_AVISO"))  # the UPE looks for her
    assert waits(admin, child) == ["ANULADO"]


def test_a_place_nobody_came_to_starts_it_and_it_reaches_a_upe(world: World, admin: Engine) -> None:
    world.department = "19"
    near = world.client(world.actor("upe_officer", supervisor=True))
    child, _, code = on_her_way(world, "18")
    world.department = "16"
    far = world.client(world.actor("upe_officer", supervisor=True))
    expire(admin, code)
    late(admin, code, "RESERVA_CUPO")
    for _ in range(2):
        sweep(world.runtime.database)
    assert waits(admin, child) == ["CORRIENDO"]
    assert [one["clock"] for one in told(child.client, "PLAZO_RECIBIDO")] == [ARRIVAL]
    late(admin, child.case, ARRIVAL)
    for _ in range(2):
        sweep(world.runtime.database)
    assert waits(admin, child) == ["VENCIDO"]
    assert told(child.client, "VENCIDO")[0]["clock"] == ARRIVAL
    (notice,) = told(near, "NNA_NO_LLEGO")
    assert (notice["subject"], notice["case"], notice["acknowledge"]) == (child.case, None, True)
    problem(near.get(f"{API}/cases/{child.case}"), 404)  # it is told, and sees no more than the code
    assert told(far, "NNA_NO_LLEGO") == []
    ok(near.post(f"{API}/notices/{notice['code']}/read"))


def test_the_upe_of_her_case_is_who_it_escalates_to(world: World, admin: Engine) -> None:
    child, other, code = on_her_way(world, "24")
    upe = world.client(invite(world, child, "upe_officer"))
    ok(other.post(f"{SHELTERS}/holds/{code}/release", headers=tag(1)))
    late(admin, child.case, ARRIVAL)
    for _ in range(2):
        sweep(world.runtime.database)
    assert [one["clock"] for one in told(upe, "ESCALADO")] == [ARRIVAL]
    assert told(upe, "NNA_NO_LLEGO") == []


@pytest.mark.parametrize("age", [13, 30])
def test_only_who_is_on_her_way_is_waited_for(world: World, admin: Engine, age: int) -> None:
    person = registered(world, age_years=age)
    house, client, _ = shared_with(world, person, "car_caseworker")
    actor, other = shelter(world, department="15", GENERAL=1)
    stay = admit(client, person)
    code = hold(person.client, person.case, "15", "GENERAL")
    ok(other.post(f"{SHELTERS}/holds/{code}/release", headers=tag(1)))
    assert waits(admin, person) == []  # she lives where she lived
    code = hold(person.client, person.case, "15", "GENERAL")
    ok(leave(client, stay, "TRASLADO"))
    takes_part(admin, person.case, actor)
    admit(other, person, hold=code)
    assert waits(admin, person) == []
    with world.session(house) as session:
        assert refused(session, "SELECT * FROM ruv.unreached_upes(ARRAY[1]::bigint[])")
    if age > 17:
        last = ok(other.get(PLACEMENTS))["items"][0]["code"]
        ok(leave(other, last, "TRASLADO"))
        assert waits(admin, person) == []


def let_go(world: World, admin: Engine, child: Registered, department: str) -> None:
    """A place is held for her and let go of."""
    _, other = shelter(world, department=department, GENERAL=1)
    code = hold(child.client, child.case, department, "GENERAL")
    ok(other.post(f"{SHELTERS}/holds/{code}/release", headers=tag(1)))
    sweep(world.runtime.database)


def test_who_was_waited_for_once_is_not_waited_for_anew_until_she_leaves_again(
    world: World, admin: Engine
) -> None:
    child, other, code = on_her_way(world, "12")
    ok(other.post(f"{SHELTERS}/holds/{code}/release", headers=tag(1)))
    upe = world.client(invite(world, child, "upe_officer"))
    ok(move(upe, child.case, "EGRESO_NO_AUTORIZADO", reason="SALIDA_SIN_AVISO"))
    ok(move(upe, child.case, "EN_ASISTENCIA_INMEDIATA", reason="RETORNO"))
    let_go(world, admin, child, "11")
    assert waits(admin, child) == ["ANULADO"]
    house, client = shelter(world, department="10", GENERAL=1)
    takes_part(admin, child.case, house)
    stay = admit(client, child)
    code = hold(child.client, child.case, "11", "GENERAL")
    ok(leave(client, stay, "TRASLADO"))
    expire(admin, code)
    late(admin, code, "RESERVA_CUPO")
    sweep(world.runtime.database)
    assert waits(admin, child) == ["ANULADO", "CORRIENDO"]


def test_nobody_starts_it_in_a_case_that_is_not_theirs(world: World, admin: Engine) -> None:
    child, _, code = on_her_way(world, "13")
    expire(admin, code)
    stranger = world.actor("cem_officer", supervisor=True)
    query = "SELECT id FROM trafficking_case WHERE code = %(c)s"
    with admin.connect() as connection:
        case = connection.exec_driver_sql(query, {"c": child.case}).scalar_one()
    with world.session(stranger) as session:
        session.execute(text("SELECT ruv.await_arrival(ARRAY[:c]::bigint[], '1h', NULL, '2h')"), {"c": case})
    assert waits(admin, child) == []
