"""Two who cannot be one person are not merged, whoever agrees; and both sides are told of what is asked."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from app.codes import new_code
from tests.access.sql_checks import refused
from tests.cases.story import API, Registered, ok, problem, registered
from tests.commands.steps import asked_merge, decide
from tests.factories import World
from tests.merging.story import run
from tests.seals.damage import BLOB_ALTERED, BLOB_LOST, events, harm
from tests.web.browsing import Browser

MAN = {"given_names": "Eulogio", "sex": "HOMBRE", "age_years": 47}
GIRL = {"given_names": "Yuleisy", "sex": "MUJER", "age_years": 14}


def ask(one: Registered, other: Registered) -> Any:
    body = {"keep": one.victim, "absorb": other.victim, "reason": "MISMOS_DATOS"}
    return one.client.post(f"{API}/matching/merges", json=body)


def kinds(person: Registered) -> list[tuple[str, str, str]]:
    """What the person's unit was told, oldest first: kind, subject and case."""
    items = ok(person.client.get(f"{API}/notices"))["items"]
    return [(one["kind"], one["subject"], one["case"]) for one in reversed(items)]


def documents(number: str, verified: str = "SI") -> dict[str, Any]:
    return {"documents": [{"type": "DNI", "number": number, "verified": verified}]}


def test_a_man_and_a_girl_are_not_made_one_and_nobody_learns_a_value(world: World, admin: Engine) -> None:
    man, girl = registered(world, **MAN), registered(world, "udavit_officer", **GIRL)
    answer = ask(man, girl)
    body = problem(answer, 409)
    assert body["type"] == "urn:ruv:problem:contradiction"
    assert body["contradictions"] == ["SEXO_Y_EDAD"]
    assert "El sexo y la edad de los dos registros no concuerdan." in body["detail"]
    for value in ("47", "14", "Eulogio", "Yuleisy", "MUJER", "HOMBRE"):
        assert value not in answer.text
    assert ok(man.client.get(f"{API}/commands"))["items"] == []
    # They were opened to see it, and that stays on record though the request was undone.
    (event,) = events(admin, girl.victim_id, "matching.contradiction")
    assert event["detail"]["kinds"] == ["SEXO_Y_EDAD"]
    assert event["actor"]["user"] == man.officer.user_id


def test_two_verified_documents_of_one_kind_stop_it_until_one_is_corrected(world: World) -> None:
    one, other = registered(world, **documents("40123456")), registered(world, **documents("47654321"))
    assert problem(ask(one, other), 409)["contradictions"] == ["DOCUMENTOS_VERIFICADOS"]
    url = f"{API}/victims/{other.victim}/identity"
    body = documents("47654321", "NO")
    ok(other.client.patch(f"{url}?not_duplicate=HOMONIMA", json=body, headers={"If-Match": '"1"'}))
    code = ok(ask(one, other), 202)["command"]
    words = ["Cada registro tiene un documento del mismo tipo y son distintos."]
    for client in (one.client, other.client):  # who asked, and who is to approve
        assert ok(client.get(f"{API}/commands/{code}"))["warnings"] == words
    assert words[0] in Browser(world, other.officer).get(f"/solicitudes/{code}").text
    assert ok(decide(other.client, code, "approvals"))["state"] == "EJECUTADA"


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"sex": "HOMBRE"}, ["El sexo de los dos registros no es el mismo."]),
        ({"age_years": 50}, ["La edad de los dos registros difiere en más de diez años."]),
        ({"age_years": 30}, []),
    ],
)
def test_sex_or_age_alone_is_said_and_stops_nobody(
    world: World, other: dict[str, Any], words: list[str]
) -> None:
    code = asked_merge(one := registered(world), registered(world, **other))
    assert ok(one.client.get(f"{API}/commands/{code}"))["warnings"] == words


def test_it_is_looked_at_again_when_it_is_approved(world: World, admin: Engine) -> None:
    """Corrected meanwhile into what contradicts: the second person is told why, and it keeps waiting."""
    one, other = (registered(world, **{**GIRL, "age_years": 20}) for _ in range(2))
    code = asked_merge(one, other)
    url = f"{API}/victims/{other.victim}/identity"
    body = {"sex": "HOMBRE", "age_years": 47}
    ok(other.client.patch(url, json=body, headers={"If-Match": '"1"'}))
    refusal = problem(decide(other.client, code, "approvals"), 409)
    assert refusal["contradictions"] == ["SEXO_Y_EDAD"]
    assert ok(one.client.get(f"{API}/commands/{code}"))["state"] == "PENDIENTE"
    assert events(admin, other.victim_id, "matching.contradiction")


def test_the_database_refuses_it_by_itself(world: World, admin: Engine) -> None:
    man, girl = registered(world, **MAN), registered(world, "udavit_officer", **GIRL)
    code = new_code("CO")
    with world.session(man.officer) as session:
        session.connection().exec_driver_sql(
            "INSERT INTO command_request (kind, code, victim_id, other_id, reason, fingerprint, requested_by,"
            " requested_unit_id, requested_institution_id) VALUES ('FUSION', %(c)s, %(a)s, %(b)s,"
            " 'MISMOS_DATOS', ruv.merge_fingerprint(%(a)s, %(b)s), %(w)s, %(u)s, %(i)s)",
            {
                "c": code, "a": man.victim_id, "b": girl.victim_id, "w": man.officer.user_id,
                "u": man.officer.unit_id, "i": man.officer.institution_id,
            },
        )  # fmt: skip
    ((key,),) = run(admin, "SELECT id FROM command_request WHERE code = :c", c=code)
    second = girl.officer
    with world.session(second) as session:
        session.connection().exec_driver_sql(
            "UPDATE command_request SET state = 'EJECUTADA', decided_at = now(), decided_by = %(w)s,"
            " decided_unit_id = %(u)s, decided_institution_id = %(i)s, version = 2 WHERE id = %(k)s",
            {"w": second.user_id, "u": second.unit_id, "i": second.institution_id, "k": key},
        )
        with pytest.raises(DBAPIError) as caught:
            session.connection().exec_driver_sql("SELECT ruv.merge_records(%(k)s)", {"k": key})
        assert getattr(caught.value.orig, "sqlstate", None) == "RM005"
        session.rollback()
    for actor in (man.officer, second):
        with world.session(actor) as session:
            assert refused(session, "SELECT * FROM ruv.merge_identities(%(a)s, %(b)s)", a=1, b=2)
            assert refused(session, "SELECT * FROM ruv.command_parts(%(k)s)", k=key)
            assert refused(session, "SELECT * FROM ruv.seal_watchers(ARRAY[1])")


def test_the_fingerprint_of_two_strangers_is_nobodys_to_try(world: World) -> None:
    one, other = registered(world), registered(world)
    with world.session(world.actor("cem_officer", supervisor=True)) as session:
        pair = {"a": one.victim_id, "b": other.victim_id}
        assert refused(session, "SELECT ruv.merge_fingerprint(%(a)s, %(b)s)", **pair)


@pytest.mark.parametrize("how", [BLOB_ALTERED, BLOB_LOST])
def test_an_identity_that_does_not_open_is_not_merged(world: World, admin: Engine, how: str) -> None:
    one, other = registered(world), registered(world)
    harm(admin, how, other.victim_id)
    assert problem(ask(one, other), 409)["type"] == "urn:ruv:problem:broken-seal"
    assert events(admin, other.victim_id, "matching.broken")


def test_a_lost_part_other_than_the_identity_stops_the_second_person(world: World, admin: Engine) -> None:
    one, other = registered(world), registered(world)
    url = f"{API}/victims/{other.victim}/contact"
    ok(other.client.patch(url, json={"email": "a@example.org"}, headers={"If-Match": '"0"'}))
    code = asked_merge(one, other)
    harm(admin, BLOB_LOST, other.victim_id, "contact")
    assert "sello roto" in problem(decide(other.client, code, "approvals"), 409)["detail"]


def test_both_units_are_told_of_a_merge_and_of_a_split_by_their_own_case(world: World) -> None:
    one, other = registered(world), registered(world, "udavit_officer")
    undone = asked_merge(one, other)
    ok(decide(other.client, undone, "refusals", reason="FALTA_SUSTENTO"))
    withdrawn = asked_merge(one, other)
    ok(decide(one.client, withdrawn, "withdrawals"))
    ok(decide(other.client, asked_merge(one, other), "approvals"))
    body = {"code": one.victim, "record": other.victim, "reason": "FUSION_POR_ERROR"}
    asked = ok(other.client.post(f"{API}/matching/splits", json=body), 202)["command"]
    ok(decide(one.client, asked, "approvals"))
    told = [
        "FUSION_PEDIDA", "FUSION_RECHAZADA", "FUSION_PEDIDA", "FUSION_RECHAZADA", "FUSION_PEDIDA",
        "FUSION_HECHA", "SEPARACION_PEDIDA", "SEPARACION_HECHA",
    ]  # fmt: skip
    for person, foreign in ((one, other), (other, one)):
        seen = kinds(person)
        assert [kind for kind, _subject, _case in seen] == told
        assert {place for _kind, *places in seen for place in places} == {person.case}
        assert foreign.victim not in person.client.get(f"{API}/notices").text
    stranger = world.client(world.actor("cem_officer", supervisor=True))
    assert ok(stranger.get(f"{API}/notices"))["items"] == []
