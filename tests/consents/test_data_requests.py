"""Requests of data subjects: received, extended once, answered in their term; her own file in words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.records.kinds import today
from tests.cases.story import API, Registered, ok, problem, registered, rows, shared_with
from tests.factories import World


def ask(person: Registered, kind: str = "ACCESO", **fields: Any) -> httpx.Response:
    """Record her request."""
    body = {"victim": person.victim, "kind": kind, "channel": "PRESENCIAL", "by_whom": "PERSONA", **fields}
    return person.client.post(f"{API}/data-requests", json=body)


def move(client: httpx.Client, code: str, version: int, to: str, **fields: Any) -> httpx.Response:
    """A step of a request."""
    path = f"{API}/data-requests/{code}/transitions"
    return client.post(path, json={"to": to, **fields}, headers={"If-Match": f'"{version}"'})


def test_a_request_is_answered_and_its_clock_met(world: World) -> None:
    person = registered(world)
    code = ok(ask(person, "RECTIFICACION", request="Mi apellido está mal"), 201)["code"]
    read = ok(person.client.get(f"{API}/data-requests/{code}"))
    assert (read["state"], read["request"], read["case"]) == ("RECIBIDA", "Mi apellido está mal", person.case)
    problem(move(person.client, code, 1, "ATENDIDA", answer="Listo"), 409)
    ok(move(person.client, code, 1, "EN_TRAMITE"))
    problem(move(person.client, code, 1, "ATENDIDA", answer="Listo"), 412)
    assert "answer" in str(problem(move(person.client, code, 2, "ATENDIDA"), 422)["errors"])
    assert "ground" in str(problem(move(person.client, code, 2, "DENEGADA", answer="No"), 422)["errors"])
    ok(move(person.client, code, 2, "ATENDIDA", answer="Se corrigió"))
    read = ok(person.client.get(f"{API}/data-requests/{code}"))
    assert (read["state"], read["answer"]) == ("ATENDIDA", "Se corrigió")
    assert [step["to"] for step in read["steps"]] == ["RECIBIDA", "EN_TRAMITE", "ATENDIDA"]
    with world.session(person.officer) as session:
        clock = text("SELECT kind, state FROM clock WHERE subject_code = :c")
        assert session.execute(clock, {"c": code}).all() == [("ARCO_RECTIFICACION", "CUMPLIDO")]
        sealed = session.scalar(text("SELECT sealed_answer FROM data_request WHERE code = :c"), {"c": code})
        assert b"corrigi" not in bytes(sealed)


def test_a_term_is_extended_once_and_in_time(world: World) -> None:
    person = registered(world)
    code = ok(ask(person), 201)["code"]
    path, tag = f"{API}/data-requests/{code}/extension", {"If-Match": '"1"'}
    before = ok(person.client.get(f"{API}/data-requests/{code}"))["due_on"]
    later = ok(person.client.post(path, json={}, headers=tag))
    assert later["due_on"] > before
    problem(person.client.post(path, json={}, headers={"If-Match": '"2"'}), 409)
    old = ok(ask(person, received_on=str(today() - timedelta(days=90))), 201)["code"]
    assert ok(person.client.get(f"{API}/data-requests/{old}"))["overdue"]
    problem(person.client.post(f"{API}/data-requests/{old}/extension", json={}, headers=tag), 409)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"kind": None}, "kind"),
        ({"kind": "OTRA"}, "kind"),
        ({"by_whom": None}, "by_whom"),
        ({"channel": None}, "channel"),
        ({"received_on": str(today() + timedelta(days=1))}, "received_on"),
        ({"by_whom": "REPRESENTANTE"}, "representative_name"),
        ({"by_whom": "UPE"}, "by_whom"),
    ],
)
def test_what_is_missing_or_wrong_is_named(world: World, fields: dict[str, Any], named: str) -> None:
    person = registered(world)
    refused = problem(ask(person, **fields), 422)
    assert named in [error["field"] for error in refused["errors"]]
    assert rows(world, person.officer, "data_request", person.victim_id) == 0


def test_a_suspect_asks_for_nothing_in_her_name(world: World) -> None:
    person = registered(world, age_years=11)
    who = {"by_whom": "REPRESENTANTE", "representative_name": "Julio Rojas"}
    problem(ask(person, **who, representative_suspected="NO_SABE"), 409)
    ok(ask(person, **who, representative_suspected="NO"), 201)


def test_the_officer_of_data_protection_sees_codes_and_terms_of_all(world: World) -> None:
    person = registered(world)
    code = ok(ask(person, request="Todo lo mío"), 201)["code"]
    officer = world.actor("data_protection_officer")
    client = world.client(officer)
    seen = ok(client.get(f"{API}/data-requests/{code}"))
    assert (seen["code"], seen["state"]) == (code, "RECIBIDA")
    assert not {"victim", "case", "request", "answer"} & set(seen)
    assert person.victim not in str(seen)
    assert code in str(ok(client.get(f"{API}/data-requests", params={"state": "RECIBIDA"}))["items"])
    problem(move(client, code, 1, "EN_TRAMITE"), 403)
    problem(client.get(f"{API}/victims/{person.victim}/own-file", params={"request": code}), 403)
    assert rows(world, officer, "victim_key", person.victim_id) == 0
    stranger = world.client(world.actor("cem_officer"))
    problem(stranger.get(f"{API}/data-requests/{code}"), 404)
    assert code not in str(ok(stranger.get(f"{API}/data-requests"))["items"])


def test_another_unit_of_the_case_reads_but_does_not_answer(world: World) -> None:
    person = registered(world)
    code = ok(ask(person), 201)["code"]
    _, client, _ = shared_with(world, person, "udavit_officer")
    ok(client.get(f"{API}/data-requests/{code}"))
    problem(move(client, code, 1, "EN_TRAMITE"), 403)


def test_her_own_file_is_in_words_and_leaves_investigators_out(world: World) -> None:
    person = registered(world)
    fiscal, fiscal_client, _ = shared_with(world, person, "prosecutor")
    assert fiscal
    ok(fiscal_client.get(f"{API}/victims/{person.victim}"))
    code = ok(ask(person), 201)["code"]
    path = f"{API}/victims/{person.victim}/own-file"
    file = ok(person.client.get(path, params={"request": code}))
    assert (file["persona"], file["solicitud"]) == (person.victim, code)
    identity = next(part for part in file["partes"] if part["parte"].startswith("Identi"))
    assert {"campo": "Sexo", "valor": "Mujer"} in [
        {**row, "valor": str(row["valor"]).capitalize()} for row in identity["datos"]
    ]
    assert any("Yesenia" in str(row["valor"]) for row in identity["datos"])
    assert file["pedir_a"]
    (referrals,) = [kind["filas"] for kind in file["registros"] if kind["tipo"] == "derivaciones"]
    assert {"campo": "Estado", "valor": "Aceptada"} in referrals[0]
    assert file["quien_miro"]
    assert not [look for look in file["quien_miro"] if look["funcion"] and "Fiscal" in look["funcion"]]
    log = ok(person.client.get(f"{API}/victims/{person.victim}/access-log"))["items"]
    assert any(look["action"] == "victims.own-file" for look in log)


def test_her_own_file_needs_an_open_request_of_hers(world: World) -> None:
    person, other = registered(world), registered(world)
    path = f"{API}/victims/{person.victim}/own-file"
    wrong = ok(ask(person, "OPOSICION"), 201)["code"]
    foreign = ok(ask(other), 201)["code"]
    closed = ok(ask(person, "PORTABILIDAD"), 201)["code"]
    ok(move(person.client, closed, 1, "DESISTIDA"))
    for code in (wrong, foreign, closed, "SD-0000"):
        refused = problem(person.client.get(path, params={"request": code}), 422)
        assert refused["errors"][0]["field"] == "request"
