"""What she refused to share with a unit reaches it by no referral either, whatever law that one names."""

from __future__ import annotations

from typing import Any

import pytest

from tests.access.sql_checks import refused
from tests.cases.story import API, ok, problem, refer, registered, unit_code, without_row_security
from tests.consents.story import shared_on_consent, withdraw
from tests.consents.test_objections import objects
from tests.factories import World

INSERT = (
    "INSERT INTO referral (victim_id, case_id, code, from_unit_id, to_unit_id, service_type, reason,"
    " legal_basis, compartments, urgent, state, sent_by, due_at)"
    " SELECT c.victim_id, c.id, 'DE-' || c.id, a.unit_id, %(t)s, 'EDUCACION', 'REQUIERE_SERVICIO', %(b)s,"
    " %(p)s, false, 'ENVIADA', a.id, now() + interval '1 day'"
    " FROM trafficking_case c, user_account a WHERE c.victim_id = %(v)s AND a.id = %(w)s"
)


@pytest.mark.parametrize("basis", ["MANDATO_LEGAL", "INTERES_SUPERIOR"])
def test_no_referral_walks_around_what_she_refused(world: World, basis: str) -> None:
    person = registered(world)
    ok(objects(person, "contact"), 201)
    asked = {"compartments": ["identity"]}
    school, client, _, consent = shared_on_consent(world, person, "social_programme_officer", **asked)
    ok(withdraw(person.client, consent))
    unit = unit_code(world, school)
    names = ["contact", "identity", "services"]
    wanted: dict[str, Any] = {"service_type": "EDUCACION", "legal_basis": basis, "compartments": names}
    wrong = problem(refer(person.client, person.case, unit, **wanted), 409)
    assert {(e["field"], e["code"]) for e in wrong["errors"]} == {
        ("compartments.contact", "refused-by-person"),
        ("compartments.identity", "refused-by-person"),
    }
    with without_row_security(world):
        problem(refer(person.client, person.case, unit, **wanted), 409)
    values = {"v": person.victim_id, "t": school.unit_id, "w": person.officer.user_id, "b": basis}
    with world.session(person.officer) as session:
        assert refused(session, INSERT, p=names, **values)
    assert ok(client.get(f"{API}/referrals"))["items"][0]["state"] != "ENVIADA"
    problem(client.get(f"{API}/cases/{person.case}"), 404)
    wanted["compartments"] = ["services"]  # what she did not refuse
    code = ok(refer(person.client, person.case, unit, **wanted), 201)["code"]
    ok(client.post(f"{API}/referrals/{code}/answer", json={"decision": "accept"}))
    assert set(ok(client.get(f"{API}/cases/{person.case}"))["_access"]) == {"services"}


def test_her_life_and_the_report_of_the_crime_go_before_what_she_refused(world: World) -> None:
    person = registered(world)
    ok(objects(person, "contact", "health"), 201)
    fiscal, health = world.unit("FISCALIA"), world.unit("SALUD")
    wanted: dict[str, Any] = {"service_type": "ASISTENCIA_LEGAL", "compartments": ["contact", "health"]}
    (error,) = problem(refer(person.client, person.case, fiscal, **wanted), 409)["errors"]
    assert error["field"] == "compartments.health"
    wanted["compartments"] = ["contact"]
    ok(refer(person.client, person.case, fiscal, **wanted), 201)
    urgent = {"service_type": "SALUD", "legal_basis": "INTERES_VITAL", "compartments": ["contact", "health"]}
    ok(refer(person.client, person.case, health, **urgent), 201)
