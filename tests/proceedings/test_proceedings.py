"""Proceedings: one row a file, whoever is in it; each person's part for who reads her legal compartment."""

from __future__ import annotations

import itertools
from typing import Any

import httpx
import pytest

from app.services.proceedings import stages
from tests.access.sql_checks import refused
from tests.cases.story import (
    API,
    Registered,
    at_once,
    mandate,
    ok,
    problem,
    registered,
    rows,
    shared_with,
    unit_code,
    without_row_security,
)
from tests.factories import World

TABLE = "case_proceeding"


def prosecutor_of(world: World, person: Registered) -> httpx.Client:
    """A prosecutor brought in by mandate."""
    chief = world.actor("prosecutor", supervisor=True)
    url = f"{API}/cases/{person.case}/participations"
    ok(person.client.post(url, json=mandate(unit_code(world, chief))), 201)
    return world.client(chief)


def url_of(person: Registered) -> str:
    return f"{API}/cases/{person.case}/proceedings"


def body(
    number: str, kind: str = "CARPETA_FISCAL", *, stage: str | None = None, **link: Any
) -> dict[str, Any]:
    proceeding = {"kind": kind, "department": "17", **({"stage": stage} if stage else {})}
    return {"proceeding": proceeding, "link": {"file_number": number, "office": "Primera FISTRAP", **link}}


def full_number(world: World) -> str:
    return f"2060{int(world.tag, 16) % 10**9:09d}-2026-1-0"


def linked(client: httpx.Client, person: Registered, *args: Any, **more: Any) -> str:
    return str(ok(client.post(url_of(person), json=body(*args, **more)), 201)["code"])


def test_one_file_of_two_persons_is_one_row_and_each_keeps_her_part(world: World) -> None:
    police = world.actor("police_investigator")
    one, other = (
        Registered(police, world.client(police), p.code, p.case_code, p.victim_id)
        for p in (world.register(police, identity={"age_years": 24, "given_names": n}) for n in ("A", "B"))
    )
    fiscal, elsewhere = prosecutor_of(world, one), prosecutor_of(world, other)
    number = full_number(world)
    code = linked(fiscal, one, number, sentence="CONDENATORIA", notes="Reservada")
    again = linked(elsewhere, other, f" {number.lower().replace('-', ' ')} ", stage="JUZGAMIENTO")
    assert again == code
    (item,) = ok(elsewhere.get(url_of(other)))["items"]
    assert item["stage"] == "DILIGENCIAS_PRELIMINARES"  # the stage it has, not the one claimed
    assert "Reservada" not in str(item)
    assert item["other_cases"] == []  # that prosecutor has no part in the other's case
    (mine,) = ok(fiscal.get(url_of(one)))["items"]
    assert mine["link"] == {
        "file_number": number, "office": "Primera FISTRAP", "sentence": "CONDENATORIA", "notes": "Reservada"
    }  # fmt: skip
    (both,) = ok(one.client.get(url_of(one)))["items"]  # the police registered the two of them
    assert both["other_cases"] == [other.case]
    assert both["link"] == {"file_number": True, "sentence": "CONDENATORIA"}  # partial


def test_short_numbers_of_two_offices_are_two_files(world: World) -> None:
    one, other = registered(world), registered(world)
    first, second = prosecutor_of(world, one), prosecutor_of(world, other)
    code = linked(first, one, "12-2026", office="Fiscalía de Tambopata")
    assert linked(second, other, "12-2026", office="Fiscalía de Iñapari") != code
    assert linked(first, one, "12-2026") != code
    unnumbered = {"proceeding": {"kind": "PROCEDIMIENTO_TUTELAR"}}
    codes = {ok(first.post(url_of(one), json=unnumbered), 201)["code"] for _ in range(2)}
    assert len(codes) == 2


def test_the_stage_moves_for_everybody_by_its_table(world: World) -> None:
    person = registered(world)
    fiscal = prosecutor_of(world, person)
    code = linked(fiscal, person, full_number(world))
    move = f"{url_of(person)}/{code}/stage"
    refused = problem(fiscal.post(move, json={"to": "EJECUCION"}, headers={"If-Match": '"1"'}), 409)
    assert "«Investigación preparatoria»" in refused["detail"]
    assert "ETAPA_INTERMEDIA" in refused["possible"]
    # A CEM does not write the legal compartment.
    problem(person.client.post(move, json={"to": "ARCHIVO"}, headers={"If-Match": '"1"'}), 403)
    ok(fiscal.post(move, json={"to": "INVESTIGACION_PREPARATORIA"}, headers={"If-Match": '"1"'}))
    problem(fiscal.post(move, json={"to": "ETAPA_INTERMEDIA"}, headers={"If-Match": '"1"'}), 412)
    (item,) = ok(fiscal.get(url_of(person)))["items"]
    assert (item["stage"], item["stage_version"], item["version"]) == ("INVESTIGACION_PREPARATORIA", 2, 1)


def test_what_concerns_the_person_changes_version_by_version(world: World) -> None:
    person = registered(world)
    fiscal = prosecutor_of(world, person)
    code = linked(fiscal, person, full_number(world), notes="Primera nota")
    url = f"{url_of(person)}/{code}"
    change = {"sentence": "CONDENATORIA", "reparation_amount": 5000, "notes": None}
    assert ok(fiscal.patch(url, json=change, headers={"If-Match": '"1"'}))["version"] == 2
    problem(fiscal.patch(url, json=change, headers={"If-Match": '"1"'}), 412)
    (item,) = ok(fiscal.get(url_of(person)))["items"]
    assert item["link"]["reparation_amount"] == 5000
    assert "notes" not in item["link"]
    number = problem(fiscal.patch(url, json={"file_number": "X"}, headers={"If-Match": '"2"'}), 422)
    assert number["errors"][0]["field"] == "file_number"
    future = fiscal.patch(url, json={"sentence_on": "2090-01-01"}, headers={"If-Match": '"2"'})
    assert problem(future, 422)["errors"][0]["field"] == "sentence_on"
    problem(fiscal.patch(url, json={}, headers={"If-Match": '"2"'}), 422)
    assert rows(world, person.officer, TABLE, person.victim_id) == 2  # nothing is written over


def test_a_wrong_link_is_withdrawn_and_may_be_made_again(world: World) -> None:
    person = registered(world)
    fiscal = prosecutor_of(world, person)
    number = full_number(world)
    code = linked(fiscal, person, number)
    assert "ya está vinculado" in problem(fiscal.post(url_of(person), json=body(number)), 409)["detail"]
    ok(fiscal.post(f"{url_of(person)}/{code}/unlink", headers={"If-Match": '"1"'}))
    assert ok(fiscal.get(url_of(person)))["items"] == []
    problem(fiscal.post(f"{url_of(person)}/{code}/unlink", headers={"If-Match": '"2"'}), 404)
    assert linked(fiscal, person, number) == code
    (item,) = ok(fiscal.get(url_of(person)))["items"]
    assert item["version"] == 3


def test_the_police_write_what_they_see_whole(world: World) -> None:
    person = registered(world, "police_investigator")
    refused = problem(person.client.post(url_of(person), json=body("1-2026")), 403)
    assert {error["field"] for error in refused["errors"]} == {"file_number", "office"}
    complaint = {"proceeding": {"kind": "DENUNCIA"}, "link": {"complaint_number": "77-2026"}}
    code = ok(person.client.post(url_of(person), json=complaint), 201)["code"]
    (item,) = ok(person.client.get(url_of(person)))["items"]
    assert (item["code"], item["stage"], item["link"]) == (code, "DENUNCIA", {"complaint_number": "77-2026"})


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"proceeding": {}}, "kind"),
        ({"proceeding": {"kind": "OTRO"}}, "proceeding.kind"),
        ({"proceeding": {"kind": "REPARACION", "stage": "JUZGAMIENTO"}}, "stage"),
        ({"proceeding": {"kind": "DENUNCIA"}, "link": {"sentence": "X"}}, "link.sentence"),
    ],
)
def test_a_wrong_field_is_named(world: World, wrong: dict[str, Any], field: str) -> None:
    person = registered(world, "police_investigator")
    refused = problem(prosecutor_of(world, person).post(url_of(person), json=wrong), 422)
    assert [error["field"] for error in refused["errors"]] == [field]
    assert rows(world, person.officer, TABLE, person.victim_id) == 0


def test_two_offices_that_register_a_file_at_once_share_it(world: World) -> None:
    people = [registered(world) for _ in range(4)]
    clients = [prosecutor_of(world, person) for person in people]
    number = full_number(world)
    calls = [
        lambda c=c, p=p: c.post(url_of(p), json=body(number)) for c, p in zip(clients, people, strict=True)
    ]
    assert at_once(calls) == [201] * 4
    codes = [ok(c.get(url_of(p)))["items"] for c, p in zip(clients, people, strict=True)]
    assert len({item["code"] for (item,) in codes}) == 1


def test_nobody_else_sees_a_proceeding(world: World) -> None:
    person = registered(world)
    fiscal = prosecutor_of(world, person)
    code = linked(fiscal, person, full_number(world), notes="Secreta")
    stranger = world.actor("prosecutor", supervisor=True)
    with world.session(stranger) as session:
        for table, where in ((TABLE, "victim_id = %(v)s"), ("proceeding", "code = %(c)s")):
            statement = f"SELECT count(*) FROM {table} WHERE {where}"  # noqa: S608
            values = {"v": person.victim_id, "c": code}
            assert session.connection().exec_driver_sql(statement, values).scalar_one() == 0
        # Linking oneself to a proceeding takes its number, not its key.
        guess = "SELECT ruv.proceeding_of('\\x00')"
        assert session.connection().exec_driver_sql(guess).scalar_one() is None
    problem(world.client(stranger).get(url_of(person)), 404)
    with without_row_security(world):
        problem(world.client(stranger).get(url_of(person)), 404)
        other = registered(world)
        problem(
            prosecutor_of(world, other).patch(
                f"{url_of(other)}/{code}", json={"notes": "x"}, headers={"If-Match": '"1"'}
            ),
            404,
        )
    _, health, _ = shared_with(world, person, "health_officer")
    problem(health.get(url_of(person)), 404)
    _, shelter, _ = shared_with(world, person, "shelter_caseworker", compartments=["legal"])
    problem(shelter.get(url_of(person)), 403)  # may only know that it exists


def test_who_guesses_a_key_is_linked_to_nothing(world: World) -> None:
    person, mine = registered(world), registered(world, "police_investigator")
    code = linked(prosecutor_of(world, person), person, full_number(world))
    insert = (
        "INSERT INTO case_proceeding (victim_id, case_id, proceeding_id, version, digest, sealed,"
        " key_version, by_user_id, by_unit_id)"
        " SELECT %(v)s, c.id, %(p)s, 1, %(d)s, '\\x00', 1, %(u)s, %(n)s"
        " FROM trafficking_case c WHERE c.victim_id = %(v)s"
    )
    with world.runtime.database.engine("ruv_owner").begin() as owner:
        assert owner.exec_driver_sql("SELECT count(*) FROM proceeding").scalar_one() == 0  # bound as well
    with world.session(person.officer) as session:
        key = (
            session.connection()
            .exec_driver_sql("SELECT id FROM proceeding WHERE code = %(c)s", {"c": code})
            .scalar_one()
        )
    police = mine.officer
    with world.session(police) as session:
        values = {
            "v": mine.victim_id,
            "p": key,
            "d": b"\0",
            "u": mine.officer.user_id,
            "n": mine.officer.unit_id,
        }
        assert refused(session, insert, **values)


# What the Código Procesal Penal and DL 1297 let follow, written out again by hand.
NEXT = {
    "PROCESO_PENAL": {
        "DENUNCIA": {"DILIGENCIAS_PRELIMINARES", "ARCHIVO"},
        "DILIGENCIAS_PRELIMINARES": {"INVESTIGACION_PREPARATORIA", "ETAPA_INTERMEDIA", "ARCHIVO"},
        "INVESTIGACION_PREPARATORIA": {"ETAPA_INTERMEDIA", "TERMINACION_ANTICIPADA", "SOBRESEIMIENTO"},
        "ETAPA_INTERMEDIA": {
            "JUZGAMIENTO", "TERMINACION_ANTICIPADA", "SOBRESEIMIENTO", "INVESTIGACION_PREPARATORIA"
        },
        "JUZGAMIENTO": {"SENTENCIA_PRIMERA"},
        "SENTENCIA_PRIMERA": {"APELACION", "SENTENCIA_FIRME"},
        "APELACION": {"CASACION", "SENTENCIA_FIRME", "JUZGAMIENTO", "ETAPA_INTERMEDIA"},
        "CASACION": {"SENTENCIA_FIRME", "APELACION", "JUZGAMIENTO"},
        "SENTENCIA_FIRME": {"EJECUCION"},
        "EJECUCION": set(),
        "TERMINACION_ANTICIPADA": {"APELACION", "SENTENCIA_FIRME"},
        "SOBRESEIMIENTO": {"APELACION", "ARCHIVO"},
        "ARCHIVO": {"DILIGENCIAS_PRELIMINARES"},
    },
    "PROCEDIMIENTO_TUTELAR": {
        "EVALUACION_DE_RIESGO": {"INICIADO", "CONCLUIDO"},
        "INICIADO": {"DESPROTECCION_PROVISIONAL", "CONCLUIDO"},
        "DESPROTECCION_PROVISIONAL": {"DESPROTECCION_DECLARADA", "CONCLUIDO"},
        "DESPROTECCION_DECLARADA": {"CONCLUIDO"},
        "CONCLUIDO": set(),
    },
    "REPARACION": {
        "FIJADA": {"REQUERIDA", "PAGADA"},
        "REQUERIDA": {"PAGO_PARCIAL", "PAGADA", "INCUMPLIDA"},
        "PAGO_PARCIAL": {"PAGADA", "INCUMPLIDA"},
        "INCUMPLIDA": {"PAGO_PARCIAL", "PAGADA"},
        "PAGADA": set(),
    },
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(stages.MACHINES))
def test_stages_follow_each_other_as_written(kind: str) -> None:
    table = NEXT.get(kind, NEXT["PROCESO_PENAL"])
    assert set(stages.MACHINES[kind].labels) == set(table)
    assert stages.FIRST[kind] in table
    for stage, target in itertools.product(table, table):
        refusal = stages.refuse(kind, stage, target)
        assert (refusal is None) == (target in table[stage]), (kind, stage, target)
        if refusal is not None:
            assert set(refusal.possible) == table[stage]


def test_what_makes_two_registrations_one_file() -> None:
    full, same = stages.identity_of, "CARPETA_FISCAL"
    assert full(same, "206010510-2023-123-0", None, None) == full(same, "2060105102023 123-0", "17", "X")
    assert full(same, "206010510-2023-123-0", None, None) != full(same, "206010510-2023-124-0", None, None)
    assert full(same, "12-2026", "17", None) is None
    assert full(same, "12-2026", "17", "Fiscalía A") != full(same, "12-2026", "08", "Fiscalía A")
    assert full("DENUNCIA", "206010510-2023-123-0", None, None) is None
    assert full(same, " - ", "17", "A") is None
