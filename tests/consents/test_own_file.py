"""The person's copy of her own file: every kind of row about her, in JSON and on paper, and nobody else's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import BigInteger, Column, MetaData, Table

from app.models import Base
from app.records.kinds import today
from app.records.rows import ROWS
from app.services.holdings.kinds import IN_OTHER_PARTS, LEFT_OUT, kinds
from app.services.holdings.views import OwnFileView
from tests.cases.story import API, Registered, ok, registered, shared_with, unit_code
from tests.consents.story import give
from tests.consents.test_data_requests import ask, move
from tests.consents.test_objections import lift
from tests.evidence.test_evidence import send
from tests.factories import World
from tests.plans.story import Drafted, full
from tests.printing.test_printing import pdf
from tests.proceedings.test_family import link
from tests.proceedings.test_proceedings import body
from tests.shelters.steps import PLACEMENTS, shelter, tag
from tests.shelters.test_holds import hold

TODAY = str(today())
TOLD = {table for kind in kinds() for table in kind.tables} | set(IN_OTHER_PARTS)


def untold(metadata: MetaData) -> set[str]:
    """Tables with rows about a person of which nobody decided whether her file tells of them."""
    about_her = {name for name, table in metadata.tables.items() if "victim_id" in table.c}
    return about_her - TOLD - set(LEFT_OUT)


def test_every_table_about_a_person_is_in_her_file_or_left_out_for_a_reason() -> None:
    assert untold(Base.metadata) == set()
    assert not TOLD & set(LEFT_OUT)
    assert TOLD | set(LEFT_OUT) <= set(Base.metadata.tables)
    assert all(len(reason) > 20 for reason in LEFT_OUT.values())
    assert set(IN_OTHER_PARTS.values()) <= set(OwnFileView.__annotations__)
    assert set(ROWS) - TOLD == {"shelter_site", "proceeding"}  # those two are about no person
    planted = MetaData()
    Table("nueva_tabla", planted, Column("victim_id", BigInteger))
    Table("sin_persona", planted, Column("unit_id", BigInteger))
    assert untold(planted) == {"nueva_tabla"}


def file_of(person: Registered, client: httpx.Client | None = None) -> tuple[dict[str, Any], str]:
    """Her file in JSON and on paper, at a request that the unit of `client` answers."""
    client = client or person.client
    wanted = {"victim": person.victim, "kind": "ACCESO", "channel": "PRESENCIAL", "by_whom": "PERSONA"}
    code = ok(client.post(f"{API}/data-requests", json=wanted), 201)["code"]
    path = f"{API}/victims/{person.victim}/own-file"
    paper = pdf(client.get(f"{path}.pdf", params={"request": code}))
    return ok(client.get(path, params={"request": code})), " ".join(paper.split())


def filled(world: World) -> tuple[Drafted, list[str]]:
    """A woman with a row of every kind that a women's emergency centre reads, and words of each."""
    plan = full(world)
    person, client = plan.person, plan.client
    case = f"{API}/cases/{person.case}"
    _, justice, _ = shared_with(world, person, "udavit_officer")
    measure = {"type": "ALEJAMIENTO", "resolution": "Resolución alejamiento 77"}
    ok(justice.post(f"{case}/protection-measures", json=measure), 201)
    _, fiscal, _ = shared_with(world, person, "prosecutor")
    proceeding = body(f"77-{world.tag}", stage="DILIGENCIAS_PRELIMINARES", notes="Diligencia secreta 88")
    ok(fiscal.post(f"{case}/proceedings", json=proceeding), 201)
    ok(client.post(f"{case}/procedures", json={"branch": "ADULTA"}), 201)
    delivery = {
        "service_type": "SALUD",
        "delivered_on": TODAY,
        "attendance": "ATENDIDA",
        "note": "Control 55",
    }
    ok(client.post(f"{case}/services", json=delivery), 201)
    stay = {"case": person.case, "actual_place": "HOTEL", "place_text": "Hostal Secreto"}
    ok(client.post(PLACEMENTS, json={**stay, "notes": "Ingreso 66"}), 201)
    relative = world.register(person.officer, identity={"given_names": "Pariente", "first_surname": "Ajeno"})
    ok(link(client, person.victim, relative.code), 201)
    ok(client.post(f"{case}/objections", json={"compartments": ["plan"], "reason": "No quiero 33"}), 201)
    ok(client.post(f"{case}/notes", json={"kind": "LLAMADA", "text": "Nota 44"}), 201)
    receiver = unit_code(world, world.actor("health_officer"))
    consent = ok(give(client, person.case, receiver), 201)["code"]
    pdf(client.get(f"{API}/consents/{consent}.pdf"))
    ok(send(client, plan.code, None, kind="INFORME"), 201)
    shelter(world, department="21", MUJERES=1)
    hold(client, person.case, "21")
    ok(move(client, ok(ask(person, "RECTIFICACION", request="Mi apellido 22"), 201)["code"], 1, "EN_TRAMITE"))
    words = [
        "Resolución alejamiento 77", "Carpeta fiscal", "Control 55", "Ingreso 66", "No quiero 33", "Nota 44",
        "Mi apellido 22", "Va bien", "Resumen de la revisión", "Sigue", consent,
    ]  # fmt: skip
    return plan, words


def test_every_kind_of_row_about_her_is_in_json_and_on_paper(world: World) -> None:
    plan, words = filled(world)
    found, paper = file_of(plan.person)
    told = {kind["tipo"]: kind for kind in found["registros"]}
    assert set(told) == {kind.key for kind in kinds()}
    for kind in told.values():
        assert kind["filas"]
        assert all(row for row in kind["filas"])
        assert kind["titulo"] in paper
    for word in words:
        assert word in str(found), word
        assert word in paper, word
    for other in ("Pariente", "Ajeno", "Hostal Secreto", "Rosa Quispe", "Abogada Salazar"):
        assert other not in str(found), other
        assert other not in paper, other


def test_what_is_reserved_is_held_back_and_said(world: World) -> None:
    plan, _ = filled(world)
    _, fiscal, _ = shared_with(world, plan.person, "police_investigator")
    ok(fiscal.get(f"{API}/victims/{plan.person.victim}"))
    found, paper = file_of(plan.person)
    for text in (str(found), paper):
        assert "Diligencia secreta 88" not in text
        assert "Diligencias preliminares" not in text
        assert "se reserva mientras dura la investigación" in text
        assert "Algunas consultas a sus datos no se muestran" in text
        assert "Lo que declaró se reserva" in text
        assert "Próxima audiencia" not in text  # not even whether there is one
        assert "Etapa, notas y diligencias" in text
    looks = found["quien_miro"]
    assert looks
    assert not [look for look in looks if "Fiscal" in (look["funcion"] or "")]
    assert {look["motivo"] for look in looks} >= {"Atención de la persona"}
    assert "Atención de la persona" in paper


def test_stays_tell_leaves_and_who_was_fit_without_a_name(world: World) -> None:
    person = registered(world)
    house, client, _ = shared_with(
        world,
        person,
        "car_caseworker",
        compartments=["identity", "contact", "protection", "plan", "services"],
    )
    code = ok(client.post(PLACEMENTS, json={"case": person.case, "notes": "Llegó de noche"}), 201)["code"]
    soon = (datetime.now(UTC) + timedelta(hours=4)).isoformat()
    out = {"reason": "DILIGENCIA", "destination": "Calle Ajena 9", "companion": "Ajena", "due_back_at": soon}
    ok(client.post(f"{PLACEMENTS}/{code}/leaves", json=out, headers=tag(1)))
    ok(client.post(f"{PLACEMENTS}/{code}/leaves/return", headers=tag(2)))
    check = {"result": "IDONEA", "relation": "ABUELA_O_ABUELO", "suspected": "NO", "checked_on": TODAY}
    named = {**check, "name": "Abuela Ajena", "document": "40404040"}
    ok(client.post(f"{PLACEMENTS}/{code}/suitability", json=named), 201)
    found, paper = file_of(person, client)
    (kind,) = [kind for kind in found["registros"] if kind["tipo"] == "estadias"]
    assert len(kind["filas"]) == 3
    for text in (str(kind), paper):
        assert "Llegó de noche" in text
        assert "Diligencia" in text
        assert "Idónea" in text
        assert "Ajena" not in text
        assert "40404040" not in text
    assert unit_code(world, house) not in paper


def test_what_is_read_in_part_is_told_as_far_as_it_goes(world: World) -> None:
    """A unit that answers for another's plan gives its own activities, and says where the rest is."""
    plan, _ = filled(world)
    person = plan.person
    (mine,) = ok(person.client.get(f"{API}/cases/{person.case}/objections"))["items"]
    ok(lift(person.client, person, mine["code"]))  # what she objects to goes by no referral
    _, justice, _ = shared_with(world, person, "udavit_officer", compartments=["plan", "services"])
    found, paper = file_of(plan.person, justice)
    told = {kind["tipo"] for kind in found["registros"]}
    assert {"planes_datos", "servicios", "pasos"} <= told
    assert not {"valoraciones", "revisiones", "seguimientos"} & told
    elsewhere = {one["parte"] for one in found["pedir_a"]}
    assert {"Valoraciones", "Revisiones de sus planes", "Contactos después del egreso"} <= elsewhere
    assert "Valoraciones" in paper
