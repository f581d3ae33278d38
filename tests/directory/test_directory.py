"""The directory: who keeps it, who reads it, and that no shelter gets into it."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.access.actor import SETUP, Actor
from app.access.policy import policy
from app.catalogues import code_list
from app.services.directory.entries import serves
from tests.access.sql_checks import refused
from tests.cases.story import API, ok, problem, registered, unit_code, without_row_security
from tests.factories import World

URL = f"{API}/directory"
SHELTERS = ["CAR", "ALBERGUE", "HRT"]


def keeper(world: World, kind: str = "CEM") -> tuple[Actor, httpx.Client, str]:
    """An administrator of the institution of a new unit, and the unit's code."""
    unit = world.unit(kind)
    admin = world.actor("institution_admin", unit=unit)
    return admin, world.client(admin), unit


def service(unit: str, **more: Any) -> dict[str, Any]:
    """A service as sent."""
    return {
        "unit": unit,
        "name": "Atención psicológica",
        "service_types": ["SALUD_MENTAL"],
        "departments": ["17"],
        "phone": "+51 999 888 777",
        "assured_on": "2026-10-01",
        **more,
    }


def place(unit: str, **more: Any) -> dict[str, Any]:
    """A location as sent."""
    return {"unit": unit, "name": "Local central", "address": "Jr. Cusco 120", "ubigeo": "170101", **more}


def test_a_service_is_entered_changed_and_read_with_its_places(world: World) -> None:
    _, client, unit = keeper(world)
    spot = ok(client.post(f"{URL}/locations", json=place(unit)), 201)["id"]
    made = client.post(
        f"{URL}/services", json=service(unit, locations=[spot]), headers={"Idempotency-Key": "s-1"}
    )
    key = ok(made, 201)["id"]
    again = client.post(
        f"{URL}/services", json=service(unit, locations=[spot]), headers={"Idempotency-Key": "s-1"}
    )
    assert ok(again, 201)["id"] == key
    reader = world.client(world.actor("cem_officer"))
    read = ok(reader.get(f"{URL}/services/{key}"))
    assert (read["unit"]["code"], read["assured_on"], read["version"]) == (unit, "2026-10-01", 1)
    assert [p["address"] for p in read["locations"]] == ["Jr. Cusco 120"]
    problem(client.put(f"{URL}/services/{key}", json=service(unit)), 428)
    changed = client.put(
        f"{URL}/services/{key}", json=service(unit, status="INACTIVO"), headers={"If-Match": '"1"'}
    )
    assert ok(changed)["version"] == 2
    stale = client.put(f"{URL}/services/{key}", json=service(unit), headers={"If-Match": '"1"'})
    problem(stale, 412)
    read = ok(reader.get(f"{URL}/services/{key}"))
    assert (read["status"], read["locations"]) == ("INACTIVO", [])
    moved = client.put(
        f"{URL}/locations/{spot}", json=place(unit, city="Tambopata"), headers={"If-Match": '"1"'}
    )
    assert ok(moved)["version"] == 2
    assert [p["city"] for p in ok(client.get(f"{URL}/locations", params={"unit": unit}))["items"]] == [
        "Tambopata"
    ]


def test_what_is_wrong_is_named(world: World) -> None:
    _, client, unit = keeper(world)
    wrong = service(
        unit, service_types=["MAGIA"], populations=["MARCIANAS"], status="RARO", url="javascript:x"
    )
    named = problem(client.post(f"{URL}/services", json=wrong), 422)
    assert {e["field"].removeprefix("body.") for e in named["errors"]} == {
        "service_types", "populations", "status", "url",
    }  # fmt: skip
    unknown = problem(client.post(f"{URL}/services", json=service(unit, locations=[str(uuid.uuid4())])), 422)
    assert unknown["errors"][0]["field"] == "locations.0"
    problem(client.post(f"{URL}/services", json=service("NO-HAY")), 422)
    problem(client.get(f"{URL}/services", params={"department": "99"}), 422)
    problem(client.get(f"{URL}/services", params={"cursor": "x"}), 422)
    problem(client.get(f"{URL}/services/{uuid.uuid4()}"), 404)


def test_each_institution_keeps_its_own_and_the_custody_keeps_all(world: World) -> None:
    _, own, unit = keeper(world)
    stranger, other, _ = keeper(world)
    key = ok(own.post(f"{URL}/services", json=service(unit)), 201)["id"]
    problem(other.post(f"{URL}/services", json=service(unit)), 403)
    tag = {"If-Match": '"1"'}
    problem(other.put(f"{URL}/services/{key}", json=service(unit), headers=tag), 403)
    problem(other.post(f"{URL}/locations", json=place(unit)), 403)
    ok(
        world.client(world.actor("registry_steward")).put(
            f"{URL}/services/{key}", json=service(unit), headers=tag
        )
    )
    officer = world.client(world.actor("cem_officer"))
    problem(officer.post(f"{URL}/services", json=service(unit)), 403)
    problem(world.client(world.actor("analyst")).get(f"{URL}/services"), 403)
    with world.session(stranger) as session:
        assert refused(
            session,
            f"INSERT INTO directory_service {INTO['directory_service']} FROM unit WHERE code = %(u)s",
            u=unit,
        )
        touched = session.execute(text("UPDATE directory_service SET name = 'x' WHERE key = :k"), {"k": key})
        assert touched.rowcount == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", SHELTERS)
@pytest.mark.parametrize("role", ["institution_admin", "registry_steward"])
def test_no_shelter_gets_into_the_directory(world: World, kind: str, role: str) -> None:
    unit = world.unit(kind)
    client = world.client(world.actor(role, unit=unit if policy().fits(role, kind) else None))
    for path, body in (("locations", place(unit)), ("services", service(unit))):
        refusal = problem(client.post(f"{URL}/{path}", json=body), 422)
        assert refusal["errors"][0]["field"] == "unit"
        assert "acogida" in refusal["detail"]


INTO = {
    "directory_location": "(key, unit_id, name, kind) SELECT gen_random_uuid(), id, 'x', 'FISICO'",
    "directory_service": (
        "(key, unit_id, name, service_types, populations, departments, status)"
        " SELECT gen_random_uuid(), id, 'x', '{}', '{}', '{}', 'ACTIVO'"
    ),
}


@pytest.mark.parametrize("table", sorted(INTO))
@pytest.mark.parametrize("kind", SHELTERS)
def test_the_database_itself_keeps_shelters_out(world: World, kind: str, table: str) -> None:
    """Whoever writes, and with every policy off: the trigger alone refuses."""
    statement = text(f"INSERT INTO {table} {INTO[table]} FROM unit WHERE code = :u")
    unit, fine = world.unit(kind), world.unit("CEM")
    with pytest.raises(IntegrityError, match="shelter"), world.session(SETUP) as session:
        session.execute(statement, {"u": unit})
    engine = world.runtime.database.engine("ruv_owner")
    with without_row_security(world):
        with pytest.raises(IntegrityError, match="shelter"), engine.begin() as owner:
            owner.execute(statement, {"u": unit})
        with engine.begin() as owner:
            assert owner.execute(statement, {"u": fine}).rowcount == 1
        with pytest.raises(IntegrityError, match="shelter"), engine.begin() as owner:
            owner.execute(text("UPDATE unit SET kind = :k WHERE code = :u"), {"k": kind, "u": fine})


def test_services_are_found_by_what_where_and_for_whom(world: World) -> None:
    _, client, unit = keeper(world)
    tag = uuid.uuid4().hex[:6]
    for name, more in {
        "niñas": {"populations": ["NNA", "MUJERES"]},
        "adultas": {"populations": ["ADULTAS"]},
        "todas": {"populations": []},
        "lejos": {"departments": ["15"]},
        "nacional": {"departments": []},
        "cerrado": {"status": "CERRADO_TEMPORALMENTE"},
        "otro": {"service_types": ["EMPLEO"]},
    }.items():
        ok(client.post(f"{URL}/services", json=service(unit, name=f"{name} {tag}", **more)), 201)

    def found(**query: str) -> set[str]:
        names: set[str] = set()
        more: dict[str, Any] = {"limit": 2, **query}
        while True:
            page = ok(client.get(f"{URL}/services", params=more))
            names |= {i["name"].removesuffix(f" {tag}") for i in page["items"] if i["name"].endswith(tag)}
            if page["next"] is None:
                return names
            more["cursor"] = page["next"]

    assert found(service_type="SALUD_MENTAL", department="17") == {"niñas", "adultas", "todas", "nacional"}
    assert found(service_type="SALUD_MENTAL", department="15") == {"lejos", "nacional"}
    assert found(service_type="SALUD_MENTAL", department="17", population="NNA") == {
        "niñas",
        "todas",
        "nacional",
    }
    assert found(department="17", population="VARONES") == {"adultas", "todas", "nacional", "otro"}
    assert found(status="CERRADO_TEMPORALMENTE") == {"cerrado"}


def test_options_fit_the_person_and_name_no_shelter(world: World) -> None:
    person = registered(world, age_years=15)
    _, client, unit = keeper(world)
    keys = [
        ok(client.post(f"{URL}/services", json=service(unit, name=name, **more)), 201)["id"]
        for name, more in (
            ("nacional", {"departments": []}),
            ("niñas", {"populations": ["NNA", "MUJERES"]}),
            ("adultas", {"populations": ["ADULTAS"]}),
            ("varones", {"populations": ["VARONES"]}),
        )
    ]
    ask = {"case": person.case, "service_type": "SALUD_MENTAL", "department": "17"}
    answer = ok(person.client.get(f"{API}/referrals/options", params=ask))
    mine = [item["id"] for item in answer["items"] if item["unit"]["code"] == unit]
    assert mine == [keys[1], keys[0]]
    shelter = world.unit("CAR")
    housing = {**ask, "service_type": "ALOJAMIENTO"}
    told = person.client.get(f"{API}/referrals/options", params=housing)
    assert ok(told)["notice"]
    assert shelter not in told.text
    child = registered(world, "upe_officer", age_years=15)
    named = ok(child.client.get(f"{API}/referrals/options", params={**housing, "case": child.case}))
    assert shelter in {unit["code"] for unit in named["shelters"]}
    problem(child.client.get(f"{API}/referrals/options", params=ask), 404)
    problem(person.client.get(f"{API}/referrals/options", params={**ask, "service_type": "MAGIA"}), 422)


DIMENSIONS = {
    "edad": ["NNA", "ADULTAS"],
    "sexo": ["MUJERES", "VARONES"],
    "origen": ["PERUANAS", "EXTRANJERAS"],
}


@given(
    st.sets(st.sampled_from(code_list("served_population").codes)),
    st.tuples(*(st.sampled_from([None, *codes]) for codes in DIMENSIONS.values())),
)
def test_each_dimension_decides_apart(served: set[str], known: tuple[str | None, ...]) -> None:
    person = [code for code in known if code is not None]
    shut = [
        code
        for code, kin in zip(known, DIMENSIONS.values(), strict=True)
        if code is not None and set(kin) & served and code not in served
    ]
    assert serves(served, person) == (not shut)


def test_the_own_unit_is_no_option(world: World) -> None:
    person = registered(world)
    own = unit_code(world, person.officer)
    ok(world.client(world.actor("registry_steward")).post(f"{URL}/services", json=service(own)), 201)
    ask = {"case": person.case, "service_type": "SALUD_MENTAL"}
    items = ok(person.client.get(f"{API}/referrals/options", params=ask))["items"]
    assert own not in {item["unit"]["code"] for item in items}
