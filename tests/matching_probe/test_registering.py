"""Whoever is registered already is recognised, with or without a document, and nobody is registered twice."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from sqlalchemy import Engine

from app.matching import Band, Kind, Rarity, compare, person_of, tokens
from tests.cases.story import at_once, ok, problem
from tests.factories import World
from tests.matching_probe.people import (
    API,
    candidates,
    record_of,
    registration,
    somebody,
    unit_name,
    without,
)


def test_without_a_document_her_own_unit_learns_who_she_is_masked(world: World) -> None:
    officer = world.actor("police_investigator")
    woman = somebody(world.tag)
    person = world.register(officer, identity={**woman, "sex": "MUJER", "age_years": 24})
    answer = world.client(officer).post(API, json=registration(without(woman, "documents")))
    (found,) = problem(answer, 409)["duplicates"]
    assert (found["code"], found["band"]) == (person.code, "PROBABLE")
    assert found["record"]["documents"] == [
        {"type": "DNI", "number": "••••" + woman["documents"][0]["number"][-2:]}
    ]
    assert found["record"]["given_names"] == " ".join(f"{n[0]}." for n in woman["given_names"].split())
    assert found["record"]["birth_date"] == int(woman["birth_date"][:4])
    for value in (
        woman["given_names"],
        woman["first_surname"],
        woman["documents"][0]["number"],
        woman["birth_date"],
    ):
        assert value not in answer.text


def test_another_unit_learns_whom_to_ask_and_how_to_go_on(world: World, admin: Engine) -> None:
    owner = world.actor("police_investigator")
    woman = somebody(world.tag)
    world.register(owner, identity=woman)
    answer = world.client(world.actor("cem_officer")).post(
        API, json=registration(without(woman, "documents"))
    )
    body = problem(answer, 409)
    assert body["duplicates"] == [{"unit": unit_name(admin, owner.unit_id)}]
    assert [choice["code"] for choice in body["continue_with"]["not_duplicate"]] == [
        "HOMONIMA", "GEMELA", "DOCUMENTO_AJENO", "VERIFICADO_OTRA", "POR_RESOLVER",
    ]  # fmt: skip
    assert set(body) == {"type", "title", "status", "detail", "duplicates", "continue_with"}


def test_a_shelter_that_registered_her_is_not_named(world: World, admin: Engine) -> None:
    """One that may not register any more, but did."""
    unit = world.unit("PNP")
    owner, colleague = (world.actor("police_investigator", unit=unit) for _ in range(2))
    woman = somebody(world.tag)
    world.register(owner, identity=woman)
    with admin.begin() as connection:
        connection.exec_driver_sql("UPDATE unit SET kind = 'ALBERGUE' WHERE code = %(u)s", {"u": unit})
    answer = world.client(world.actor("cem_officer")).post(API, json=registration(woman))
    assert problem(answer, 409)["duplicates"] == [{"unit": "Centro de acogida (reservado)"}]
    assert unit_name(admin, owner.unit_id) not in answer.text
    own = world.client(colleague).post(API, json=registration(woman))
    assert problem(own, 409)["duplicates"] == [{"unit": unit_name(admin, owner.unit_id)}]


def test_with_a_reason_she_is_registered_and_the_pair_is_kept(world: World, admin: Engine) -> None:
    woman = somebody(world.tag)
    first = world.register(world.actor("police_investigator"), identity=woman)
    client = world.client(world.actor("cem_officer"))
    body = registration(woman, not_duplicate={"reason": "DOCUMENTO_AJENO"})
    second = record_of(admin, ok(client.post(API, json=body), 201)["code"])
    (pair,) = candidates(admin, first.victim_id)
    assert (pair["victim_id"], pair["other_id"]) == (first.victim_id, second)
    assert (pair["band"], pair["origin"], pair["reason"], pair["state"]) == (
        3,
        "REGISTRO",
        "DOCUMENTO_AJENO",
        "PENDIENTE",
    )
    assert pair["fields"]["first_surname"] == "EQUAL"
    assert set(pair["fields"].values()) <= {"EQUAL", "SIMILAR", "DIFFERENT", "MISSING"}


@pytest.mark.parametrize("reason", ["", "OTRA", "homonima"])
def test_a_reason_off_the_list_is_refused_by_its_name(world: World, reason: str) -> None:
    body = registration(somebody(world.tag), not_duplicate={"reason": reason})
    answer = problem(world.client(world.actor("cem_officer")).post(API, json=body), 422)
    assert answer["errors"][0]["field"] == "not_duplicate.reason"
    assert "HOMONIMA" in answer["errors"][0]["choices"]


def possibly(woman: dict[str, Any], tag: str) -> dict[str, Any]:
    """A mix of her and another that the rules take for perhaps her, and that shares a token with her."""
    mixes = (_possibly(woman, somebody(f"{tag}-{other}")) for other in range(50))
    return next(mixed for mixed in mixes if mixed is not None)


def _possibly(woman: dict[str, Any], other: dict[str, Any]) -> dict[str, Any] | None:
    known = {token.value for token in tokens(b"x" * 32, person_of(woman))}
    fields = sorted(without(woman, "documents"))  # a shared document always asks
    for many in range(1, len(fields)):
        for names in combinations(fields, many):
            mixed = {**without(woman, "documents"), **{name: other[name] for name in names}}
            band = compare(person_of(woman), person_of(mixed), Rarity.public()).band
            if band is Band.POSSIBLE and not known.isdisjoint(
                token.value for token in tokens(b"x" * 32, person_of(mixed))
            ):
                return mixed
    return None


def test_who_is_only_possibly_the_same_is_noted_in_silence(world: World, admin: Engine) -> None:
    woman = somebody(world.tag)
    first = world.register(world.actor("police_investigator"), identity=woman)
    mixed = possibly(woman, world.tag)
    client = world.client(world.actor("cem_officer"))
    assert ok(client.post(f"{API}/search", json=mixed)) == {"items": [], "next": None}
    second = ok(client.post(API, json=registration(mixed)), 201)
    (pair,) = candidates(admin, first.victim_id)
    assert (pair["band"], pair["reason"]) == (Band.POSSIBLE, None)
    log = ok(client.get(f"{API}/{second['code']}/access-log"))
    assert not [entry for entry in log["items"] if entry["action"].startswith("matching.")]


def test_every_kind_of_token_is_written_under_the_key_in_force(world: World, admin: Engine) -> None:
    person = world.register(world.actor("cem_officer"), identity=somebody(world.tag))
    with admin.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT kind, key_version FROM victim_token WHERE victim_id = %(v)s", {"v": person.victim_id}
        ).all()
        version = connection.exec_driver_sql(
            "SELECT max(version) FROM kek WHERE purpose = 'index' AND retired_at IS NULL"
        ).scalar_one()
    assert len(rows) >= 12
    assert {row.kind for row in rows} > {Kind.DOCUMENT}
    assert version in {row.key_version for row in rows}


def test_two_offices_at_the_same_moment_make_one_record(world: World) -> None:
    woman = somebody(world.tag)
    police, centre = world.actor("police_investigator"), world.actor("cem_officer")
    with_document, nameless = registration(woman), registration(without(woman, "documents"))
    clients = [world.client(actor) for actor in (police, centre)]
    calls = [
        lambda c=clients[n % 2], b=(with_document, nameless)[n // 2 % 2]: c.post(API, json=b)
        for n in range(20)
    ]
    statuses = at_once(calls)
    assert statuses.count(201) == 1
    assert set(statuses) <= {201, 409}


def test_the_trace_of_a_comparison_survives_the_refusal(world: World, admin: Engine) -> None:
    owner, officer = world.actor("udavit_officer"), world.actor("cem_officer")
    woman = somebody(world.tag)
    person = world.register(owner, identity=woman)
    problem(world.client(officer).post(API, json=registration(woman)), 409)
    with admin.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT action, victim_id, outcome, event::json -> 'detail' AS detail FROM audit_event"
            " WHERE user_id = %(u)s AND (action LIKE 'matching.%%' OR action IN ('victims.probe', 'denied'))"
            " ORDER BY id",
            {"u": officer.user_id},
        ).all()
    assert [(row.action, row.victim_id, row.outcome) for row in rows] == [
        ("matching.compare", None, "ok"),
        ("matching.hit", person.victim_id, "ok"),
        ("victims.probe", None, "ok"),
        ("denied", None, "denied"),
    ]
    assert rows[0].detail["records"] == [person.victim_id]
    log = ok(world.client(owner).get(f"{API}/{person.code}/access-log"))["items"]
    (seen,) = [entry for entry in log if entry["action"] == "matching.hit"]
    assert (seen["unit"], seen["text"]) == (
        unit_name(admin, officer.unit_id),
        "La comparó con una persona que buscaba o registraba",
    )


def test_a_document_that_nobody_has_opens_nothing(world: World, admin: Engine) -> None:
    officer = world.actor("cem_officer")
    body = {"documents": somebody(world.tag)["documents"]}
    assert ok(world.client(officer).post(f"{API}/search", json=body)) == {"items": [], "next": None}
    with admin.connect() as connection:
        compared = connection.exec_driver_sql(
            "SELECT count(*) FROM audit_event WHERE user_id = %(u)s AND action LIKE 'matching.%%'",
            {"u": officer.user_id},
        ).scalar_one()
    assert compared == 0


def change(client: Any, code: str, version: int, **fields: Any) -> Any:
    return client.patch(f"{API}/{code}/identity", json=fields, headers={"If-Match": f'"{version}"'})


def test_a_document_added_that_is_somebody_elses_changes_nothing(world: World) -> None:
    woman = somebody(world.tag)
    world.register(world.actor("police_investigator"), identity=woman)
    officer = world.actor("cem_officer")
    other = world.register(officer, identity={"given_names": "Prueba", "age_years": 30})
    client = world.client(officer)
    body = problem(change(client, other.code, 1, documents=woman["documents"], given_names="Otra"), 409)
    assert [set(found) for found in body["duplicates"]] == [{"unit"}]
    read = ok(client.get(f"{API}/{other.code}"))
    assert read["compartments"]["identity"]["given_names"] == "Prueba"
    assert read["filled"]["identity"]["version"] == 1
    assert change(client, other.code, 1, given_names="Otra").status_code == 200


def test_a_document_that_is_somebody_elses_is_kept_with_a_reason_and_the_pair_noted(
    world: World, admin: Engine
) -> None:
    woman = somebody(world.tag)
    first = world.register(world.actor("police_investigator"), identity=woman)
    officer = world.actor("cem_officer")
    second = world.register(officer, identity={"given_names": "Prueba", "age_years": 30})
    client = world.client(officer)
    path, body = f"{API}/{second.code}/identity", {"documents": woman["documents"]}
    seen = {"If-Match": '"1"'}
    asked = problem(client.patch(path, json=body, headers=seen), 409)
    reason = asked["continue_with"]["not_duplicate"][-1]["code"]
    odd = problem(client.patch(f"{path}?not_duplicate=OTRA", json=body, headers=seen), 422)
    assert odd["errors"][0]["field"] == "not_duplicate"
    ok(client.patch(f"{path}?not_duplicate={reason}", json=body, headers=seen))
    kept = ok(client.get(f"{API}/{second.code}"))["compartments"]["identity"]["documents"]
    assert [document["number"] for document in kept] == [woman["documents"][0]["number"]]
    (pair,) = candidates(admin, first.victim_id)
    assert (pair["other_id"], pair["origin"], pair["reason"]) == (second.victim_id, "CAMBIO", "POR_RESOLVER")


def test_a_name_corrected_into_somebody_elses_is_noted_and_not_refused(world: World, admin: Engine) -> None:
    woman = without(somebody(world.tag), "documents")
    first = world.register(world.actor("police_investigator"), identity=woman)
    officer = world.actor("cem_officer")
    second = world.register(
        officer, identity=without(woman, "first_surname", "given_names", "birth_place", "birth_date")
    )
    client = world.client(officer)
    ok(change(client, second.code, 1, **woman))
    pairs = candidates(admin, first.victim_id)
    assert [(p["other_id"], p["origin"], p["reason"]) for p in pairs] == [(second.victim_id, "CAMBIO", None)]
    assert pairs[0]["band"] >= 2


def test_a_name_put_back_is_found_by_both_spellings(world: World) -> None:
    woman = without(somebody(world.tag), "documents")
    officer = world.actor("cem_officer")
    person = world.register(officer, identity=woman)
    client = world.client(officer)
    other = somebody(f"{world.tag}-otra")
    ok(change(client, person.code, 1, first_surname=other["first_surname"]))
    ok(change(client, person.code, 2, first_surname=woman["first_surname"]))
    found = ok(client.post(f"{API}/search", json=woman))["items"]
    assert [match["code"] for match in found] == [person.code]


def test_a_pair_that_was_decided_is_not_asked_again(world: World, admin: Engine) -> None:
    woman = somebody(world.tag)
    first = world.register(world.actor("police_investigator"), identity=woman)
    officer = world.actor("cem_officer")
    second = world.register(officer, identity=woman)
    with admin.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE match_candidate SET state = 'DISTINTA', decided_at = now(), decided_by = %(u)s"
            " WHERE victim_id = %(v)s",
            {"u": officer.user_id, "v": first.victim_id},
        )
    changed = change(world.client(officer), second.code, 1, second_surname=woman["first_surname"])
    assert changed.status_code == 200, changed.text
    (pair,) = candidates(admin, first.victim_id)
    assert (pair["state"], pair["version"]) == ("DISTINTA", 1)


def test_a_document_of_somebody_with_another_name_asks_too(world: World) -> None:
    first, second = somebody(world.tag), somebody(f"{world.tag}-otra")
    world.register(world.actor("police_investigator"), identity=first)
    client = world.client(world.actor("cem_officer"))
    mixed = {**second, "documents": first["documents"]}
    assert [
        set(found) for found in problem(client.post(API, json=registration(mixed)), 409)["duplicates"]
    ] == [{"unit"}]
    assert client.post(API, json=registration(second)).status_code == 201
