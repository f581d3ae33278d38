"""Populations, lists and filters: what the matrix says of one record holds for many."""

from __future__ import annotations

from typing import Any

import pytest

from app.records import FieldSpec, Partial, all_fields
from tests.access.http_checks import API
from tests.access.matrix import CELLS, PERMISSIONS, ROLES, Office, Person, leaks, level
from tests.access.sql_checks import out_of_scope_violations
from tests.factories import World

CASES = "/api/v1/cases"
READERS = [role for role in ROLES if "cases:read" in PERMISSIONS[role]]


def identity(**more: Any) -> dict[str, Any]:
    return {"given_names": "Nora", "first_surname": "Quispe", "sex": "MUJER", **more}


@pytest.mark.parametrize(
    ("role", "profile", "seen"),
    [
        ("upe_officer", {"nationality": "PE", "age_years": 15}, True),
        ("upe_officer", {"nationality": "PE"}, True),  # an age nobody knows is a child's
        ("upe_officer", {"nationality": "PE", "age_years": 18}, False),
        # the lower bound counts
        ("upe_officer", {"nationality": "PE", "age_years": 19, "age_min": 16}, True),
        ("consular_officer", {"nationality": "VE", "age_years": 30}, True),
        ("consular_officer", {"nationality": "PE", "age_years": 30}, False),
        ("consular_officer", {"age_years": 30}, False),
    ],
)
def test_a_role_sees_its_population_only(
    office: Office, person: Person, role: str, profile: dict[str, Any], seen: bool
) -> None:
    registered = office.world.register(office.actors["police_investigator"], identity=identity(**profile))
    ((case_id,),) = office.run(
        "SELECT id FROM trafficking_case WHERE victim_id = %(v)s", v=registered.victim_id
    )
    made = Person(registered.code, registered.case_code, registered.victim_id, case_id, person.filling)
    actor = office.actors[role]
    office.take_part(made, actor)
    answer = office.client(actor).get(f"{API}/{made.code}")
    assert answer.status_code == (200 if seen else 404)
    listed = office.client(actor).get(CASES, params={"limit": 200}).json()["items"]
    assert (made.case_code in {item["code"] for item in listed}) is seen
    assert bool(out_of_scope_violations(office, made, actor)) is seen


def test_a_changed_age_changes_who_sees(office: Office, person: Person) -> None:
    centre, upe = office.actors["cem_officer"], office.actors["upe_officer"]
    registered = office.world.register(centre, identity=identity(nationality="PE", age_years=16))
    ((case_id,),) = office.run(
        "SELECT id FROM trafficking_case WHERE victim_id = %(v)s", v=registered.victim_id
    )
    office.take_part(
        Person(registered.code, registered.case_code, registered.victim_id, case_id, person.filling), upe
    )
    url, client = f"{API}/{registered.code}", office.client(upe)
    assert client.get(url).status_code == 200
    older = {"json": {"age_years": 21}, "headers": {"If-Match": '"1"'}}
    assert office.client(centre).patch(f"{url}/identity", **older).status_code == 409  # the UPE's to say
    assert client.patch(f"{url}/identity", **older).status_code == 200
    assert client.get(url).status_code == 404


def test_a_consulate_registers_nobody_it_cannot_say_to_be_foreign(world: World) -> None:
    body = {"compartments": {}, "first_identified_on": "2024-05-02"}
    assert world.client(world.actor("consular_officer")).post(API, json=body).status_code == 403


@pytest.mark.parametrize("role", ["upe_officer", "cem_officer", "udavit_officer", "police_investigator"])
def test_who_registers_keeps_seeing(office: Office, role: str) -> None:
    registered = office.world.register(office.actors[role], identity=identity(nationality="VE", age_years=15))
    assert office.client(office.actors[role]).get(f"{API}/{registered.code}").status_code == 200


# Lists


@pytest.mark.parametrize("role", READERS)
def test_a_list_shows_nothing_of_a_hidden_compartment(office: Office, person: Person, role: str) -> None:
    client = office.client(office.actors[role])
    levels = {name: level(role, name) for _, name in CELLS}
    for url in (CASES, f"{CASES}/{person.case_code}"):
        answer = client.get(url)
        assert answer.status_code == 200
        assert list(leaks(answer.text, person.filling.canaries, levels)) == []


@pytest.mark.parametrize("field", all_fields(), ids=lambda field: f"{field.compartment}.{field.name}")
def test_a_list_is_not_narrowed_by_a_field_one_does_not_see(
    office: Office, person: Person, field: FieldSpec
) -> None:
    value = person.filling.data[field.compartment][field.name]
    for role in (
        "cem_officer",
        "prosecutor",
        "health_officer",
        "social_programme_officer",
        "data_protection_officer",
    ):
        answer = office.client(office.actors[role]).get(CASES, params={field.name: str(value), "limit": 200})
        seen = level(role, field.compartment)
        if seen == "full" or (seen == "partial" and field.partial is Partial.SHOW):
            assert answer.status_code in {200, 422}
        else:
            assert answer.status_code in {403, 422}, (role, answer.text)
            assert "items" not in answer.json()


@pytest.mark.parametrize("name", ["sort", "order", "order_by", "q", "search", "fields", "include", "expand"])
def test_a_list_takes_its_declared_parameters_only(office: Office, person: Person, name: str) -> None:
    for value in ("first_surname", "identity.given_names", "-psychology"):
        assert office.client(office.actors["cem_officer"]).get(CASES, params={name: value}).status_code == 422


def test_a_narrowed_unit_does_not_filter_by_what_it_was_not_given(office: Office) -> None:
    made = office.person()
    actor = office.actors["prosecutor"]
    params = {"nationality": "VE", "limit": "200"}

    def listed() -> set[str]:
        answer = office.client(actor).get(CASES, params=params)
        assert answer.status_code == 200
        return {item["code"] for item in answer.json()["items"]}

    assert made.case_code in listed()
    office.run(
        "UPDATE participation SET compartments = '{legal}' WHERE victim_id = %(v)s AND unit_id = %(u)s",
        v=made.victim_id,
        u=actor.unit_id,
    )
    assert made.case_code not in listed()
