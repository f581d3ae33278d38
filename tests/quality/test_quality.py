"""Data quality: each rule finds its planted fault and nothing else, within the caller's scope."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from app.access.actor import Actor
from app.services.quality.queries import Share, score
from app.services.quality.rules import RULES
from tests.cases.story import API, ok, problem, refer, unit_code
from tests.counting import counted
from tests.factories import World
from tests.scratch import past_policies

SOUND: dict[str, Any] = {
    "purposes": ["EXPLOTACION_SEXUAL"],
    "means": ["ENGANO"],
    "acts": ["CAPTACION"],
    "recruitment": "INTERNET",
    "recruiter_relation": "CONOCIDO",
    "activities": ["BAR"],
    "control_methods": ["AMENAZAS"],
    "department": "17",
}
WOMAN = {"age_years": 24, "sex": "MUJER", "nationality": "PE"}


def udavit(world: World, *, supervisor: bool = False, unit: str | None = None) -> Actor:
    """A role that reads identity and legal in full."""
    return world.actor("udavit_officer", unit=unit, supervisor=supervisor)


def owner(world: World, statement: str, **values: Any) -> None:
    """Change a row as nobody can over HTTP (time that passed)."""
    with past_policies(world.runtime) as admin:
        admin.execute(text(statement), values)


def found(world: World, actor: Actor) -> set[str]:
    """Rules that find something."""
    body = ok(world.client(actor).get(f"{API}/quality"))
    return {rule["code"] for rule in body["rules"] if rule["found"]}


def filled(world: World, victim_id: int, case: str, **facts: Any) -> None:
    """The facts of a case as an import or another unit left them."""
    owner(
        world,
        "INSERT INTO exploitation (case_id, victim_id) SELECT id, victim_id FROM trafficking_case"
        " WHERE code = :case ON CONFLICT DO NOTHING",
        case=case,
    )
    for name, value in facts.items():
        owner(
            world,
            f"UPDATE exploitation SET {name} = :value WHERE victim_id = :victim",  # noqa: S608 - names of the test
            value=value,
            victim=victim_id,
        )


QUIET = {"sin-valoracion-riesgo"}


@pytest.mark.parametrize(
    ("identity", "legal", "expected"),
    [
        ({}, {}, set()),
        ({}, {"purposes": ["OTRA_ANALOGA"]}, {"otro-finalidad"}),
        ({}, {"means": ["ENGANO", "OTRO"]}, {"otro-medio"}),
        ({}, {"recruitment": "OTRA"}, {"otro-captacion"}),
        ({}, {"recruiter_relation": "OTRO"}, {"otro-vinculo"}),
        ({}, {"activities": ["OTRA"]}, {"otro-actividad"}),
        ({}, {"control_methods": ["OTRA"]}, {"otro-control"}),
        ({}, {"purposes": ["NO_IDENTIFICADO"]}, {"finalidad-no-identificada"}),
        ({}, {"purposes": None}, {"sin-finalidad"}),
        ({}, {"acts": None}, {"sin-conducta"}),
        ({}, {"activities": None}, {"sin-actividad"}),
        ({}, {"recruitment": None}, {"sin-captacion"}),
        ({}, {"department": None}, {"sin-departamento"}),
        ({}, {"means": None}, {"adulta-sin-medios"}),
        ({"age_years": 15}, {"means": None}, set()),
        ({"age_years": None}, {"means": None}, {"sin-edad"}),
        ({"age_years": None, "age_min": 12, "age_max": 17}, {}, {"edad-solo-banda"}),
        ({"age_years": None, "age_min": 18, "age_max": 25}, {"means": None},
         {"edad-solo-banda", "adulta-sin-medios"}),
        ({"sex": None}, {}, {"sin-sexo"}),
        ({"nationality": None}, {}, {"sin-nacionalidad"}),
        ({"age_min": 30, "age_max": 40}, {}, {"edad-contradictoria"}),
    ],
)  # fmt: skip
def test_each_rule_finds_its_fault_and_nothing_else(
    world: World, identity: dict[str, Any], legal: dict[str, Any], expected: set[str]
) -> None:
    actor = udavit(world)
    known = {name: value for name, value in {**WOMAN, **identity}.items() if value is not None}
    person = world.register(actor, on=date(2024, 5, 2), identity=known)
    filled(world, person.victim_id, person.case_code, **{**SOUND, **legal})
    assert found(world, actor) - QUIET == expected


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE trafficking_case SET opened_at = now() - interval '170 days'", {"sin-valoracion-riesgo"}),
        (
            "UPDATE trafficking_case SET opened_at = now() - interval '181 days'",
            {"identificacion-pendiente", "sin-valoracion-riesgo"},
        ),
        (
            "UPDATE trafficking_case SET state = 'CERRADO', opened_at = now() - interval '181 days'",
            set(),
        ),
        (
            "UPDATE trafficking_case SET state = 'EN_REINTEGRACION', opened_at = now() - interval '31 days'",
            {"sin-plan", "sin-valoracion-riesgo"},
        ),
        ("UPDATE trafficking_case SET first_identified_on = current_date + 3", {"fechas-contradictorias"}),
        ("UPDATE trafficking_case SET state = 'CERRADO', closed_at = opened_at - interval '1 day'",
         {"fechas-contradictorias"}),
        ("UPDATE participation SET last_activity = now() - interval '61 days'", {"sin-movimiento"}),
        ("UPDATE participation SET last_activity = now() - interval '59 days'", set()),
        ("UPDATE trafficking_case SET state = 'DESCARTADA', first_identified_on = current_date + 3", set()),
    ],
)  # fmt: skip
def test_rules_over_time(world: World, statement: str, expected: set[str]) -> None:
    actor = udavit(world)
    person = world.register(actor, identity=WOMAN)
    filled(world, person.victim_id, person.case_code, **SOUND)
    owner(world, f"{statement} WHERE victim_id = :victim", victim=person.victim_id)
    assert found(world, actor) == expected


def test_a_prosecution_office_is_told_of_a_case_without_offences_after_thirty_days(world: World) -> None:
    prosecutor = world.actor("prosecutor")
    person = world.register(prosecutor, protection={"risk_level": "SEVERO"})
    assert "sin-delitos" not in found(world, prosecutor)
    owner(world, "UPDATE participation SET started_at = now() - interval '31 days' WHERE victim_id = :victim",
          victim=person.victim_id)  # fmt: skip
    assert "sin-delitos" in found(world, prosecutor)
    url = f"{API}/victims/{person.code}/legal"
    body = {"offences": ["129-A"], "acts": ["CAPTACION"]}
    ok(world.client(prosecutor).patch(url, json=body, headers={"If-Match": '"0"'}))
    assert "sin-delitos" not in found(world, prosecutor)


def test_the_report_counts_and_the_list_names_the_field_to_mend(world: World) -> None:
    actor = udavit(world)
    people = [world.register(actor, identity={**WOMAN, "sex": sex}) for sex in ("MUJER", "HOMBRE")]
    people += [world.register(actor, identity={"age_years": 30}) for _ in range(3)]
    client = world.client(actor)
    body = ok(client.get(f"{API}/quality"))
    assert (body["unit_of_count"], body["cases"]) == ("casos", 5)
    rule = next(rule for rule in body["rules"] if rule["code"] == "sin-sexo")
    assert (rule["cases"], rule["found"], rule["share"]) == (5, 3, 0.6)
    assert rule["this_month"] == {"cases": 5, "found": 3, "share": 0.6}
    assert rule["last_month"] == {"cases": 0, "found": 0, "share": None}
    assert 0 < body["score"] < 1
    first = ok(client.get(f"{API}/quality/sin-sexo/cases", params={"limit": 2}))
    rest = ok(client.get(f"{API}/quality/sin-sexo/cases", params={"limit": 2, "cursor": first["next"]}))
    listed = [item["case"] for item in (*first["items"], *rest["items"])]
    assert sorted(listed) == sorted(person.case_code for person in people[2:])
    assert {item["field"] for item in first["items"]} == {"identity.sex"}
    assert rest["next"] is None
    assert first["rule"]["label"]
    problem(client.get(f"{API}/quality/no-existe/cases"), 404)
    problem(client.get(f"{API}/quality/sin-sexo/cases", params={"cursor": "x"}), 400)


def test_who_is_in_charge_sees_her_cases_and_a_supervisor_the_unit(world: World) -> None:
    unit = world.unit("UDAVIT")
    one, other = udavit(world, unit=unit), udavit(world, unit=unit)
    chief, outsider = udavit(world, unit=unit, supervisor=True), udavit(world)
    world.register(one, identity=WOMAN)
    world.register(other, identity=WOMAN)
    sizes = [ok(world.client(a).get(f"{API}/quality"))["cases"] for a in (one, other, chief, outsider)]
    assert sizes == [1, 1, 2, 0]


def test_a_rule_on_fields_the_role_does_not_see_is_not_shown(world: World) -> None:
    shelter = world.actor("shelter_caseworker")
    codes = {rule["code"] for rule in ok(world.client(shelter).get(f"{API}/quality"))["rules"]}
    assert not {code for code in codes if RULES[code].field.startswith("legal.")}
    assert "sin-sexo" in codes
    problem(world.client(shelter).get(f"{API}/quality/sin-finalidad/cases"), 404)
    problem(world.client(world.actor("analyst")).get(f"{API}/quality"), 403)


def test_a_case_whose_part_was_not_shared_is_not_looked_at(world: World) -> None:
    sender = udavit(world)
    person = world.register(sender, identity={"age_years": 30})
    receiver = udavit(world)
    shared = {"compartments": ["plan", "services"], "legal_basis": "MANDATO_LEGAL"}
    sent = refer(world.client(sender), person.case_code, unit_code(world, receiver), **shared)
    code = ok(sent, 201)["code"]
    ok(world.client(receiver).post(f"{API}/referrals/{code}/answer", json={"decision": "accept"}))
    body = ok(world.client(receiver).get(f"{API}/quality"))
    assert body["cases"] == 1
    looked_at = {rule["code"]: rule["cases"] for rule in body["rules"]}
    assert looked_at["sin-sexo"] == looked_at["sin-finalidad"] == 0
    assert looked_at["sin-movimiento"] == 1


def test_a_report_is_one_statement_whatever_the_number_of_cases(world: World) -> None:
    actor = udavit(world)
    client = world.client(actor)
    sizes = []
    for more in (1, 4):
        for _ in range(more):
            world.register(actor, identity=WOMAN)
        with counted() as sent:
            ok(client.get(f"{API}/quality"))
        sizes.append(len(sent))
    assert sizes[0] == sizes[1] <= 3


def test_the_score_is_the_part_of_looks_that_found_nothing() -> None:
    assert score([Share(10, 0), Share(10, 5)]) == 0.75
    assert score([Share(0, 0)]) is None
    assert Share(3, 1).share == 0.3333


def test_who_is_in_a_place_that_is_no_shelter_is_found_by_the_unit_that_noted_it(world: World) -> None:
    officer = udavit(world)
    person = world.register(officer, identity=WOMAN)
    client = world.client(officer)
    rule = "lugar-no-especializado"
    assert rule not in found(world, officer)
    stay = {"case": person.case_code, "actual_place": "HOSPITAL"}
    ok(client.post(f"{API}/placements", json=stay), 201)
    assert rule in found(world, officer)
    body = ok(client.get(f"{API}/quality/{rule}/cases"))
    assert [item["case"] for item in body["items"]] == [person.case_code]
