"""The stay: where she really is, leaves, the suitability of who receives her, and the exit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests.access.sql_checks import refused
from tests.cases.story import API, move, ok, problem, registered, rows, shared_with
from tests.factories import World
from tests.shelters.steps import PLACEMENTS, SHELTERS, admit, code_of, shelter, tag, takes_part

FIT = {
    "result": "IDONEA",
    "relation": "ABUELA_O_ABUELO",
    "suspected": "NO",
    "checked_on": "2026-01-15",
    "name": "Rosa Quispe",
}
SITE = {"address": "Jirón Reservado 123", "phone": "+51 900 000 123", "ubigeo": "170101"}


def in_hours(hours: float) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


def clock_states(admin: Engine, code: str) -> list[str]:
    with admin.connect() as connection:
        query = "SELECT state FROM clock WHERE subject_code = %(c)s ORDER BY id"
        return [row[0] for row in connection.exec_driver_sql(query, {"c": code})]


def test_who_is_no_shelter_notes_where_she_really_is(world: World) -> None:
    person = registered(world)
    body = {"case": person.case, "actual_place": "HOTEL", "place_text": "Hostal Secreto"}
    other = {**body, "actual_place": "OTRO", "place_text": None}
    problem(person.client.post(PLACEMENTS, json=other), 422)
    code = ok(person.client.post(PLACEMENTS, json=body), 201)["code"]
    found = ok(person.client.get(f"{PLACEMENTS}/{code}"))
    assert found["finding"]["code"] == "LUGAR_NO_ESPECIALIZADO"
    assert found["texts"] == {"place_text": "Hostal Secreto"}
    out = {"reason": "SALUD", "due_back_at": in_hours(5)}
    assert (
        "centro de acogida"
        in problem(person.client.post(f"{PLACEMENTS}/{code}/leaves", json=out, headers=tag(1)), 409)["detail"]
    )
    _, client, _ = shared_with(world, person, "car_caseworker")
    problem(client.get(f"{PLACEMENTS}/{code}"), 404)
    problem(client.post(PLACEMENTS, json={"case": person.case}), 409)
    ok(person.client.post(f"{PLACEMENTS}/{code}/exit", json={"reason": "TRASLADO"}, headers=tag(1)))
    wrong = problem(client.post(PLACEMENTS, json={"case": person.case, "actual_place": "HOSPITAL"}), 422)
    assert wrong["errors"][0]["field"] == "actual_place"


def test_noting_a_place_gives_no_resident_view(world: World, admin: Engine) -> None:
    """Or whoever notes a hotel could read where the shelter was that she came from."""
    actor, client = shelter(world, department="18", MUJERES=1)
    person = registered(world)
    takes_part(admin, person.case, actor)
    stay = admit(client, person)
    url = f"{API}/victims/{person.victim}/shelter_location"
    ok(client.patch(url, json={"site_address": "Jirón Reservado 123"}, headers=tag(0)))
    ok(client.post(f"{PLACEMENTS}/{stay}/exit", json={"reason": "TRASLADO"}, headers=tag(1)))
    ok(person.client.post(PLACEMENTS, json={"case": person.case, "actual_place": "HOTEL"}), 201)
    assert "Jirón Reservado" not in person.client.get(f"{API}/victims/{person.victim}").text
    with world.session(person.officer) as session:
        keys = "SELECT count(*) FROM victim_key WHERE victim_id = :v AND compartment = 'shelter_location'"
        assert session.scalar(text(keys), {"v": person.victim_id}) == 0


def test_the_database_lets_no_unit_note_what_it_is_not(world: World, admin: Engine) -> None:
    actor, _ = shelter(world, department="18", MUJERES=1)
    person = registered(world)
    takes_part(admin, person.case, actor)
    statement = (
        "INSERT INTO placement (victim_id, case_id, code, unit_id, admitted_by, actual_place)"
        " SELECT victim_id, id, 'AL-' || gen_random_uuid(), %(u)s, %(w)s, %(p)s FROM trafficking_case"
        " WHERE code = %(c)s"
    )
    for who, place in ((actor, "HOTEL"), (person.officer, "CENTRO_DE_ACOGIDA")):
        with world.session(who) as session:
            assert refused(session, statement, u=who.unit_id, w=who.user_id, p=place, c=person.case)


def test_a_leave_keeps_the_place_and_runs_a_clock(world: World, admin: Engine) -> None:
    person = registered(world)
    _, client, _ = shared_with(world, person, "car_caseworker")
    code = admit(client, person, notes="Llegó de noche")
    url = f"{PLACEMENTS}/{code}/leaves"
    out = {"reason": "DILIGENCIA", "accompanied": "SI", "destination": "Fiscalía", "due_back_at": in_hours(4)}
    for wrong in ({"due_back_at": in_hours(-1)}, {"due_back_at": in_hours(24 * 40)}, {"reason": None}):
        named = problem(client.post(url, json={**out, **wrong}, headers=tag(1)), 422)["errors"][0]["field"]
        assert named == next(iter(wrong))
    assert ok(client.post(url, json=out, headers=tag(1)))["state"] == "DE_PERMISO"
    problem(client.post(url, json=out, headers=tag(1)), 412)
    assert "Ya está" in problem(client.post(url, json=out, headers=tag(2)), 409)["detail"]
    found = ok(client.get(f"{PLACEMENTS}/{code}"))
    assert (found["state"], found["suggested_reason"], found["texts"]) == (
        "DE_PERMISO", None, {"notes": "Llegó de noche"},
    )  # fmt: skip
    assert found["leaves"][0]["texts"] == {"destination": "Fiscalía"}
    assert clock_states(admin, code) == ["CORRIENDO"]
    with admin.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE placement_leave SET due_back_at = now() - interval '1 minute'"
            " WHERE placement_id = (SELECT id FROM placement WHERE code = %(c)s)",
            {"c": code},
        )
    assert ok(client.get(PLACEMENTS))["items"][0]["suggested_reason"] == "EGRESO_NO_AUTORIZADO"
    assert ok(client.post(f"{url}/return", headers=tag(2)))["state"] == "ALOJADA"
    problem(client.post(f"{url}/return", headers=tag(3)), 409)
    assert clock_states(admin, code) == ["CUMPLIDO"]
    ok(client.post(url, json=out, headers=tag(3)))
    gone = {"reason": "EGRESO_NO_AUTORIZADO", "notes": "No volvió"}
    ok(client.post(f"{PLACEMENTS}/{code}/exit", json=gone, headers=tag(4)))
    assert clock_states(admin, code) == ["CUMPLIDO", "ANULADO"]
    ended = ok(client.get(f"{PLACEMENTS}/{code}"))
    assert [leave["returned"] for leave in ended["leaves"]] == [True, False]
    assert (ended["exit_texts"], ended["possible"]) == ({"notes": "No volvió"}, [])


def test_no_child_leaves_to_a_family_without_a_fit_adult(world: World) -> None:
    child = registered(world, age_years=12)
    _, client, _ = shared_with(world, child, "car_caseworker")
    code = admit(client, child)
    exit_url, check_url = f"{PLACEMENTS}/{code}/exit", f"{PLACEMENTS}/{code}/suitability"
    leave = {"json": {"reason": "REINTEGRACION_FAMILIAR"}, "headers": tag(1)}

    def leaves() -> dict[str, Any]:
        answer = problem(client.post(exit_url, **leave), 409)
        assert answer["missing"] == ["suitable_adult", "resolution"]
        assert "«Idónea»" in answer["detail"]
        return answer

    leaves()
    errors = problem(client.post(check_url, json={"result": "IDONEA"}), 422)["errors"]
    assert {e["field"] for e in errors} == {"relation", "suspected", "checked_on", "name"}
    for suspected in ("SI", "NO_SABE"):
        wrong = problem(client.post(check_url, json={**FIT, "suspected": suspected}), 422)
        assert wrong["errors"][0]["field"] == "suspected"
    problem(client.post(check_url, json={**FIT, "checked_on": "2199-01-01"}), 422)
    for unfit in ({"result": "PENDIENTE"}, {"result": "NO_IDONEA", "suspected": "SI"}):
        ok(client.post(check_url, json={**FIT, **unfit}), 201)
        leaves()
    key = {"Idempotency-Key": "idoneidad-1"}
    for _ in range(2):
        ok(
            client.post(check_url, json={**FIT, "document": "40112233"}, headers=key),
            201,
        )
    found = ok(client.get(f"{PLACEMENTS}/{code}"))["suitability"]
    assert [c["result"] for c in found] == ["PENDIENTE", "NO_IDONEA", "IDONEA"]
    assert found[-1]["texts"]["name"] == "Rosa Quispe"
    assert problem(client.post(exit_url, **leave), 409)["missing"] == ["resolution"]
    measure = {"type": "CUIDADO_FAMILIAR", "resolution": "RD 7-2026"}
    _, upe, _ = shared_with(world, child, "upe_officer")
    ok(upe.post(f"{API}/cases/{child.case}/protection-measures", json=measure), 201)
    assert ok(client.post(exit_url, **leave))["suitability"] == "IDONEA"
    problem(client.post(check_url, json=FIT), 409)


def test_an_adult_decides_with_whom_she_lives(world: World) -> None:
    person = registered(world)
    _, client, _ = shared_with(world, person, "shelter_caseworker")
    code = admit(client, person)
    done = client.post(f"{PLACEMENTS}/{code}/exit", json={"reason": "REINTEGRACION_FAMILIAR"}, headers=tag(1))
    assert ok(done)["suitability"] is None


def test_the_history_of_stays_reads_by_policy(world: World) -> None:
    child = registered(world, role="police_investigator", age_years=15)
    _, upe, _ = shared_with(world, child, "upe_officer")
    here, first, _ = shared_with(world, child, "car_caseworker")
    code = admit(first, child, notes="Solo del centro", belongings="Mochila")
    there, second, _ = shared_with(world, child, "car_caseworker")  # a child moves to who accepted her
    ok(first.post(f"{PLACEMENTS}/{code}/exit", json={"reason": "TRASLADO"}, headers=tag(1)))
    admit(second, child)
    stays = ok(upe.get(PLACEMENTS, params={"case": child.case}))["items"]
    assert [s["unit"]["code"] for s in stays] == [code_of(world, here), code_of(world, there)]
    assert [s["code"] for s in ok(first.get(PLACEMENTS, params={"case": child.case}))["items"]] == [code]
    _, udavit, _ = shared_with(world, child, "udavit_officer")
    assert ok(udavit.get(f"{PLACEMENTS}/{code}"))["texts"] == {}  # its view of shelter locations is partial
    assert ok(upe.get(f"{PLACEMENTS}/{code}"))["texts"]["belongings"] == "Mochila"
    problem(child.client.get(PLACEMENTS, params={"case": child.case}), 403)
    _, cem, _ = shared_with(world, child, "cem_officer")
    assert ok(cem.get(PLACEMENTS, params={"case": child.case}))["items"] == []
    problem(cem.get(f"{PLACEMENTS}/{code}"), 404)


@pytest.mark.parametrize("table", ["placement", "placement_leave", "suitability_check", "place_hold"])
def test_an_outsider_sees_no_row_in_the_database(world: World, table: str) -> None:
    person = registered(world)
    actor, client, _ = shared_with(world, person, "car_caseworker")
    shelter(world, department="20", MUJERES=40)
    code = admit(client, person)
    ok(client.post(f"{PLACEMENTS}/{code}/suitability", json=FIT), 201)
    out = {"reason": "ESTUDIO", "due_back_at": in_hours(3)}
    ok(client.post(f"{PLACEMENTS}/{code}/leaves", json=out, headers=tag(1)))
    ok(
        client.post(f"{SHELTERS}/holds", json={"case": person.case, "group": "MUJERES", "department": "20"}),
        201,
    )
    assert rows(world, actor, table, person.victim_id) == 1
    _, other, _ = shared_with(world, person, "health_officer")  # in the case, but nothing to do with it
    outsiders = [world.actor("car_caseworker"), world.actor("upe_officer"), world.actor("prosecutor")]
    for outsider in [*outsiders, world.actor("cem_officer", supervisor=True)]:
        assert rows(world, outsider, table, person.victim_id) == 0
    problem(other.get(f"{PLACEMENTS}/{code}"), 403)


def test_where_a_shelter_is_stays_with_its_staff_and_the_upe(world: World, admin: Engine) -> None:
    actor, client = shelter(world, department="21", NNA_MUJERES=1)
    unit = code_of(world, actor)
    body = {"type": "CAR", "places": {"NNA_MUJERES": 1}, "site": SITE}
    url = f"{SHELTERS}/{unit}"
    problem(client.get(f"{url}/site"), 404)
    ok(client.put(url, json=body, headers=tag(1)))
    ok(client.put(url, json={**body, "site": None}, headers=tag(2)))  # left out: it stays
    assert ok(client.get(f"{url}/site")) == SITE
    upe = world.client(world.actor("upe_officer"))
    assert ok(upe.get(f"{url}/site")) == SITE
    for path in (url, SHELTERS, f"{SHELTERS}/vacancies"):
        for reader in (client, upe):
            assert "Reservado" not in reader.get(path).text
    for role, status in (
        ("udavit_officer", 403),
        ("cem_officer", 404),
        ("prosecutor", 404),
        ("car_caseworker", 404),
    ):
        problem(world.client(world.actor(role)).get(f"{url}/site"), status)
    readers = {"upe_officer": 1, "udavit_officer": 0, "cem_officer": 0, "prosecutor": 0, "health_officer": 0}
    count = text("SELECT count(*) FROM shelter_site WHERE unit_id = :u")
    for role, wanted in readers.items():
        with world.session(world.actor(role)) as session:
            assert session.scalar(count, {"u": actor.unit_id}) == wanted
    with admin.connect() as connection:
        looks = "SELECT count(*) FROM audit_event WHERE action = 'shelters.site' AND event LIKE %(u)s"
        assert connection.exec_driver_sql(looks, {"u": f"%{unit}%"}).scalar_one() == 2
        stored = connection.exec_driver_sql(
            "SELECT sealed FROM shelter_site WHERE unit_id = %(u)s", {"u": actor.unit_id}
        ).scalar_one()
    assert b"Reservado" not in bytes(stored)


def test_vacancies_of_few_shelters_are_asked_for(world: World) -> None:
    made = [shelter(world, department="23", MUJERES=2) for _ in range(2)]
    cem, upe = (world.client(world.actor(role)) for role in ("cem_officer", "upe_officer"))

    def shown(client: Any) -> dict[str, Any]:
        items = ok(client.get(f"{SHELTERS}/vacancies"))["items"]
        assert len(items) == 25
        return next(item for item in items if item["department"] == "23")

    few = {"department": "23", "label": "Tacna", "answer": "consultar", "groups": None}
    assert shown(cem) == few
    assert shown(made[0][1]) == few
    total = {"group": "MUJERES", "label": "Mujeres adultas", "total": 4, "free": 4}
    assert shown(upe)["groups"] == [total]
    own = ok(made[0][1].get(f"{SHELTERS}/vacancies"))["own"]
    assert own == [{**total, "total": 2, "free": 2}]
    shelter(world, "shelter_caseworker", department="23", MUJERES=1, NNA_MUJERES=3)
    # A group that one shelter alone takes in would name it, however many the department has.
    assert shown(cem)["groups"] == [{**total, "total": 5, "free": 5}]
    with world.session(world.actor("prosecutor")) as session:
        seen = session.execute(text("SELECT department FROM ruv.shelter_vacancies() WHERE department = '23'"))
        assert len(seen.all()) == 1
        assert session.scalar(text("SELECT count(*) FROM shelter")) == 0
        assert session.scalar(text("SELECT count(*) FROM shelter_place")) == 0
    problem(world.client(world.actor("health_officer")).get(f"{SHELTERS}/vacancies"), 403)


def test_a_case_does_not_end_while_it_is_noted_where_she_is(world: World) -> None:
    person = registered(world)
    code = ok(
        person.client.post(PLACEMENTS, json={"case": person.case, "actual_place": "FAMILIA_EXTENSA"}), 201
    )["code"]
    problem(move(person.client, person.case, "CERRADO", outcome="TRASLADO"), 409)
    ok(person.client.post(f"{PLACEMENTS}/{code}/exit", json={"reason": "TRASLADO"}, headers=tag(1)))
    ok(move(person.client, person.case, "CERRADO", outcome="TRASLADO"))
