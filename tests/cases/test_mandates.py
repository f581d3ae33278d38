"""A unit is added on a basis of the law, which says whom, what it opens, and what ends it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.access.actor import Actor
from app.access.mandates import mandates, read_mandates
from app.records.kinds import today
from tests.access.sql_checks import refused
from tests.cases.story import (
    API,
    Registered,
    add_unit,
    move,
    ok,
    problem,
    registered,
    rows,
    unit_code,
    without_row_security,
)
from tests.consents.story import give, shared_on_consent, withdraw
from tests.consents.test_objections import lift, objects
from tests.database.conftest import admin
from tests.factories import World

__all__ = ["admin"]

INSERT = (
    "INSERT INTO participation (victim_id, case_id, unit_id, basis, population, compartments, mandate,"
    " sealed, key_version, consent_id, measure_id)"
    " SELECT c.victim_id, c.id, %(t)s, 'MANDATO', 1, %(p)s, %(m)s, %(s)s, 1,"
    " (SELECT n.id FROM consent n WHERE n.code = %(n)s),"
    " (SELECT q.id FROM protection_measure q WHERE q.code = %(q)s)"
    " FROM trafficking_case c WHERE c.victim_id = %(v)s"
)


def database_refuses(
    world: World, person: Registered, unit: Actor, basis: str, *, giver: Actor | None = None, **more: Any
) -> bool:
    """Whether the database alone refuses to add the unit, whatever the services say."""
    values = {"p": ["identity"], "s": b"x", "n": None, "q": None, "m": basis, **more}
    with world.session(giver or person.officer) as session:
        return refused(session, INSERT, v=person.victim_id, t=unit.unit_id, **values)


def opened(world: World, actor: Actor, person: Registered) -> set[str]:
    """Compartments that exist for the actor."""
    return set(ok(world.client(actor).get(f"{API}/cases/{person.case}"))["_access"])


def by_udavit(world: World, person: Registered) -> Registered:
    """The same person as a UDAVIT that was added has her."""
    udavit = world.actor("udavit_officer", supervisor=True)
    ok(add_unit(person.client, person.case, unit_code(world, udavit)), 201)
    return Registered(udavit, world.client(udavit), person.victim, person.case, person.victim_id)


def test_it_says_on_what_and_why_and_the_words_are_sealed(world: World) -> None:
    person = registered(world, "police_investigator")
    fiscal = world.actor("prosecutor", supervisor=True)
    unit = unit_code(world, fiscal)
    url = f"{API}/cases/{person.case}/participations"
    missing = problem(person.client.post(url, json={"unit": unit}), 422)
    assert {error["field"] for error in missing["errors"]} == {"basis", "reason"}
    unknown = problem(add_unit(person.client, person.case, unit, basis="PORQUE_SI"), 422)
    assert unknown["errors"][0]["field"] == "basis"
    assert "FISCALIA_DENUNCIA" in unknown["errors"][0]["choices"]
    ok(add_unit(person.client, person.case, unit, reason="Dirige la pesquisa en Tambopata"), 201)
    for client in (person.client, world.client(fiscal)):
        first, second = ok(client.get(url))["items"]
        assert first["mandate"] is None
        assert (second["mandate"], second["until"]) == ("FISCALIA_DENUNCIA", "su unidad deja el caso")
        assert second["reason"] is None  # both read her contact in part
    with world.session(fiscal) as session:
        query = text("SELECT sealed FROM participation WHERE victim_id = :v")
        assert b"Tambopata" not in bytes(session.scalar(query, {"v": person.victim_id}))
    udavit = world.actor("udavit_officer", supervisor=True)
    ok(add_unit(world.client(fiscal), person.case, unit_code(world, udavit)), 201)
    read = ok(world.client(udavit).get(url))["items"]
    assert read[1]["reason"] == "Dirige la pesquisa en Tambopata"


def test_it_opens_what_the_basis_says_and_no_more(world: World) -> None:
    person = registered(world)
    fiscal = world.actor("prosecutor", supervisor=True)
    wide = {"compartments": ["identity", "psychology"]}
    (error,) = problem(add_unit(person.client, person.case, unit_code(world, fiscal), **wide), 403)["errors"]
    assert (error["field"], error["code"]) == ("compartments.psychology", "not-in-basis")
    ok(add_unit(person.client, person.case, unit_code(world, fiscal)), 201)
    assert opened(world, fiscal, person) == {"identity", "contact", "legal", "testimony", "protection"}
    other = world.actor("prosecutor")
    for change in ({"p": ["identity", "psychology"]}, {"p": None}, {"p": []}, {"s": None}, {"m": None}):
        values = {"basis": "FISCALIA_DENUNCIA", **change}
        assert database_refuses(world, person, other, **values), change  # type: ignore[arg-type]
    assert not database_refuses(world, person, other, "FISCALIA_DENUNCIA")


def test_who_sees_no_psychology_opens_none_to_others(world: World) -> None:
    person = registered(world, "police_investigator")
    for kind in ("UDAVIT", "CEM"):
        unit = world.actor(f"{kind.lower()}_officer", supervisor=True)
        for basis in ("UDAVIT_AVISO", "UDAVIT_ASISTENCIA", "CEM_AVISO", "CEM_ATENCION"):
            assert database_refuses(world, person, unit, basis, p=["identity", "psychology"])
        ok(add_unit(person.client, person.case, unit_code(world, unit), police=True), 201)
        assert not {"psychology", "health"} & opened(world, unit, person)
    defence = world.actor("public_defender")
    wanted = {"basis": "DEFENSA_PEDIDO", "compartments": ["identity", "services"]}
    sent = add_unit(person.client, person.case, unit_code(world, defence), **wanted)
    (error,) = problem(sent, 403)["errors"]
    assert (error["field"], error["code"]) == ("compartments.services", "not-readable")


@pytest.mark.parametrize(
    "role", ["health_officer", "social_programme_officer", "consular_officer", "car_caseworker"]
)
def test_no_law_names_these(world: World, role: str) -> None:
    person = registered(world, nationality="VE")
    unit = world.actor(role)
    wrong = problem(add_unit(person.client, person.case, unit_code(world, unit)), 422)
    assert wrong["errors"][0]["code"] == "by-referral-only"
    for basis in mandates():
        assert database_refuses(world, person, unit, basis), basis


def test_a_childs_basis_is_no_adults_and_the_other_way_round(world: World) -> None:
    woman, girl = registered(world), registered(world, age_years=14)
    upe, cem = world.actor("upe_officer", supervisor=True), world.actor("cem_officer", supervisor=True)
    for person, unit, basis in ((woman, upe, "UPE_DESPROTECCION"), (girl, cem, "CEM_ATENCION")):
        wrong = problem(add_unit(person.client, person.case, unit_code(world, unit)), 422)
        assert (wrong["errors"][0]["field"], wrong["errors"][0]["code"]) == ("basis", "not-for-her")
        assert database_refuses(world, person, unit, basis)
    ok(add_unit(girl.client, girl.case, unit_code(world, upe)), 201)
    ok(add_unit(woman.client, woman.case, unit_code(world, cem)), 201)
    assert {"health", "psychology", "plan"} <= opened(world, upe, girl)


def test_a_basis_is_used_by_whom_it_names(world: World) -> None:
    person = registered(world, "police_investigator")
    udavit = world.actor("udavit_officer")
    unit = unit_code(world, udavit)
    wrong = problem(add_unit(person.client, person.case, unit), 422)
    assert "UDAVIT_AVISO" in wrong["errors"][0]["choices"]
    assert database_refuses(world, person, udavit, "UDAVIT_ASISTENCIA")
    kind = problem(add_unit(person.client, person.case, unit, basis="FISCALIA_DENUNCIA"), 422)
    assert kind["errors"][0]["code"] == "other-kind"
    assert database_refuses(world, person, udavit, "FISCALIA_DENUNCIA")
    assert database_refuses(world, person, world.actor("prosecutor"), "ANTERIOR")
    with world.session(person.officer) as session:
        assert refused(session, "SELECT 1 FROM mandate")


def test_what_she_refused_is_not_walked_around(world: World) -> None:
    person = registered(world)
    shared = {"compartments": ["identity", "health"]}
    udavit, _, _, consent = shared_on_consent(world, person, "udavit_officer", **shared)
    unit = unit_code(world, udavit)
    ok(withdraw(person.client, consent))
    wrong = problem(add_unit(person.client, person.case, unit), 409)
    assert {e["field"] for e in wrong["errors"]} == {"compartments.identity", "compartments.health"}
    assert database_refuses(world, person, udavit, "UDAVIT_ASISTENCIA", p=["identity", "contact"])
    assert not database_refuses(world, person, udavit, "UDAVIT_ASISTENCIA", p=["contact"])
    sister = world.unit("UDAVIT", institution=f"I-{unit}")  # the same service next door
    problem(add_unit(person.client, person.case, sister), 409)
    with without_row_security(world):
        problem(add_unit(person.client, person.case, unit), 409)
    ok(give(person.client, person.case, unit, **shared), 201)
    ok(add_unit(person.client, person.case, unit), 201)


def test_an_objection_stands_against_it_and_narrows_what_was_given(world: World) -> None:
    person = registered(world)
    code = ok(objects(person, "contact"), 201)["code"]
    udavit = world.actor("udavit_officer", supervisor=True)
    unit = unit_code(world, udavit)
    (error,) = problem(add_unit(person.client, person.case, unit), 409)["errors"]
    assert (error["field"], error["code"]) == ("compartments.contact", "refused-by-person")
    assert database_refuses(world, person, udavit, "UDAVIT_ASISTENCIA", p=["contact", "plan"])
    ok(add_unit(person.client, person.case, unit, compartments=["identity", "protection", "plan"]), 201)
    ok(objects(person, "protection"), 201)
    assert opened(world, udavit, person) == {"identity", "plan"}
    problem(lift(world.client(udavit), person, code), 403)
    # The duty to report a crime is not hers to narrow.
    fiscal = world.actor("prosecutor", supervisor=True)
    ok(add_unit(person.client, person.case, unit_code(world, fiscal)), 201)
    assert {"contact", "protection"} <= opened(world, fiscal, person)


def test_a_defender_comes_because_she_asks_and_goes_when_she_says(world: World) -> None:
    person = registered(world)
    defence = world.actor("public_defender", supervisor=True)
    unit = unit_code(world, defence)
    wanted: dict[str, Any] = {"basis": "DEFENSA_PEDIDO", "compartments": ["identity", "legal"]}
    missing = problem(add_unit(person.client, person.case, unit, **wanted), 422)
    assert missing["errors"][0]["field"] == "consent"
    consent = ok(give(person.client, person.case, unit, compartments=["identity", "legal"]), 201)["code"]
    wide = {**wanted, "compartments": ["identity", "legal", "contact"], "consent": consent}
    assert problem(add_unit(person.client, person.case, unit, **wide), 422)["errors"][0]["field"] == "consent"
    assert database_refuses(world, person, defence, "DEFENSA_PEDIDO")
    assert database_refuses(world, person, defence, "DEFENSA_PEDIDO", p=["contact"], n=consent)
    assert not database_refuses(world, person, defence, "DEFENSA_PEDIDO", n=consent)
    ok(add_unit(person.client, person.case, unit, **wanted, consent=consent), 201)
    assert opened(world, defence, person) == {"identity", "legal"}
    ok(withdraw(person.client, consent))
    problem(world.client(defence).get(f"{API}/cases/{person.case}"), 404)
    for table in ("participation", "victim_blob", "exploitation", "victim_key"):
        assert rows(world, defence, table, person.victim_id) == 0
    problem(add_unit(person.client, person.case, unit, **wanted, consent=consent), 409)


def test_the_police_guard_her_as_long_as_the_measure_lasts(world: World) -> None:
    person = registered(world)
    police = world.actor("police_investigator", supervisor=True)
    unit = unit_code(world, police)
    wrong = problem(add_unit(person.client, person.case, unit, basis="PNP_MEDIDA"), 422)
    assert wrong["errors"][0]["field"] == "measure"
    assert database_refuses(world, person, police, "PNP_MEDIDA")
    cares = by_udavit(world, person).client
    url = f"{API}/cases/{person.case}/protection-measures"
    body = {"type": "PROTECCION_POLICIAL", "until": str(today() + timedelta(days=30))}
    first = ok(cares.post(url, json=body), 201)["code"]
    ok(add_unit(person.client, person.case, unit, basis="PNP_MEDIDA", measure=first), 201)
    assert opened(world, police, person) == {"identity", "contact", "protection"}
    tag = {"If-Match": '"1"'}
    longer = {"until": str(today() + timedelta(days=60))}
    second = ok(cares.post(f"{url}/{first}/extend", json=longer, headers=tag), 201)["code"]
    assert opened(world, police, person)  # the measure goes on as another
    ok(cares.post(f"{url}/{second}/lift", json={}, headers=tag))
    problem(world.client(police).get(f"{API}/cases/{person.case}"), 404)
    assert rows(world, police, "victim_blob", person.victim_id) == 0
    assert database_refuses(world, person, police, "PNP_MEDIDA", q=second)


def test_a_withdrawal_says_what_stays_and_why(world: World) -> None:
    person = registered(world)
    fiscal = world.actor("prosecutor", supervisor=True)
    ok(add_unit(person.client, person.case, unit_code(world, fiscal)), 201)
    _, _, _, consent = shared_on_consent(world, person)
    (kept,) = ok(withdraw(person.client, consent))["kept"]
    assert kept["unit"]["code"] == unit_code(world, fiscal)
    assert (kept["legal_basis"], kept["until"]) == ("FISCALIA_DENUNCIA", "caso")
    assert kept["legal_basis_label"].startswith("Comunicación del delito")
    assert "identity" in kept["compartments"]


def test_her_data_protection_officer_is_told_and_nobody_elses(world: World) -> None:
    person = registered(world)
    home = f"I-{unit_code(world, person.officer)}"
    hers = world.actor("data_protection_officer", unit=world.unit("CENTRAL", institution=home))
    colleague = world.actor("analyst", unit=unit_code(world, hers))
    stranger = world.actor("data_protection_officer")
    ok(add_unit(person.client, person.case, world.unit("FISCALIA")), 201)
    (told,) = ok(world.client(hers).get(f"{API}/notices"))["items"]
    assert (told["kind"], told["subject"]) == ("INCORPORACION_POR_MANDATO", person.case)
    assert told["case"] is None
    for other in (stranger, colleague):
        assert rows(world, other, "notice", person.victim_id) == 0
    assert rows(world, hers, "notice", person.victim_id) == 1
    assert rows(world, hers, "participation", person.victim_id) == 0
    ok(world.client(hers).post(f"{API}/notices/{told['code']}/read"))
    assert ok(world.client(hers).get(f"{API}/notices"))["items"] == []


def test_an_account_never_approved_silences_no_data_protection_officer(world: World, admin: Engine) -> None:
    person = registered(world)
    home = f"I-{unit_code(world, person.officer)}"
    waiting = world.actor("data_protection_officer", unit=world.unit("CENTRAL", institution=home))
    keeper = world.actor("data_protection_officer")
    with admin.begin() as connection:
        never = "UPDATE user_account SET approved_at = NULL WHERE id = %(u)s"
        connection.exec_driver_sql(never, {"u": waiting.user_id})
    ok(add_unit(person.client, person.case, world.unit("FISCALIA")), 201)
    assert rows(world, keeper, "notice", person.victim_id) == 1
    with admin.connect() as connection:
        told = "SELECT count(*) FROM notice WHERE user_id = %(u)s"
        assert connection.exec_driver_sql(told, {"u": waiting.user_id}).scalar_one() == 0


def test_who_was_added_opens_her_next_case_and_sees_no_more(world: World) -> None:
    person = registered(world, "police_investigator")
    cem = world.actor("cem_officer", supervisor=True)
    ok(add_unit(person.client, person.case, unit_code(world, cem), police=True), 201)
    client = world.client(cem)
    ok(move(client, person.case, "CERRADO", outcome="TRASLADO"))
    again = {"victim": person.victim, "first_identified_on": str(today())}
    code = ok(client.post(f"{API}/cases", json=again), 201)["code"]
    seen = set(ok(client.get(f"{API}/cases/{code}"))["_access"])
    assert "plan" in seen
    assert not {"health", "psychology"} & seen
    with world.session(cem) as session:  # the new part is as narrow, whoever writes it
        new = session.execute(text("SELECT id FROM trafficking_case WHERE code = :c"), {"c": code}).one()
        given = session.execute(
            text("SELECT compartments FROM participation WHERE case_id = :c"), {"c": new.id}
        ).scalar_one()
    assert set(given) == seen | {"satisfaction"}


def test_a_mandate_that_opens_what_it_cannot_is_no_data() -> None:
    head = (
        "mandate,label_es,unit_kinds,population,added_by,compartments,beyond_giver,needs_consent,overrides,"
        "ends_with,source,verified\n"
    )
    for row in (
        "X,x,CEM,ADULTA,PNP,alma,,NO,NO,CASO,x,NO",
        "X,x,CEM,ADULTA,PNP,identity,health,NO,NO,CASO,x,NO",
        "X,x,CEM,NADIE,PNP,identity,,NO,NO,CASO,x,NO",
        "X,x,CEM,ADULTA,PNP,identity,,NO,NO,NUNCA,x,NO",
    ):
        with pytest.raises(ValueError, match="X"):
            read_mandates(head + row)
    assert all("CONSULADO" not in one.unit_kinds for one in mandates().values())
    overriding = {code for code, one in mandates().items() if one.overrides}
    assert overriding == {"FISCALIA_DENUNCIA", "UPE_DESPROTECCION"}
