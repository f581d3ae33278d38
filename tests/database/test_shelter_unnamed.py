"""A shelter that took a woman in by a hold alone works on her case; nothing that others read names it."""

from __future__ import annotations

from app.records.kinds import today
from tests.cases.story import API, ok, refer, unit_code
from tests.consents.story import give
from tests.deliveries.test_deliveries import deliver
from tests.factories import World
from tests.plans.story import running
from tests.shelters.steps import PLACEMENTS, SHELTERS, shelter

LISTS = (
    "cases", "clocks", "commands", "consents?case={case}", "data-requests", "notices", "placements", "plans",
    "quality", "referrals", "referrals?box=salida", "shelters", "shelters/holds", "shelters/vacancies",
    "supervision/figures", "supervision/reviews",
)  # fmt: skip
OF_HERS = (
    "cases/{case}", "cases/{case}/assignments", "cases/{case}/objections", "cases/{case}/participations",
    "cases/{case}/procedures", "cases/{case}/proceedings", "cases/{case}/services", "consents/{consent}",
    "plans/{plan}", "plans/{plan}/assessments", "plans/{plan}/evidence", "referrals/{referral}",
    "victims/{victim}", "victims/{victim}/access-log", "victims/{victim}/family",
    "victims/{victim}/history?compartment=contact",
)  # fmt: skip


def test_nothing_that_others_read_names_the_shelter(world: World) -> None:
    plan, _ = running(world)
    person, case = plan.person, plan.person.case
    actor, staff = shelter(world, department="21", MUJERES=2)
    unit = unit_code(world, actor)
    wanted = {"case": case, "group": "MUJERES", "department": "21", "legal_basis": "INTERES_VITAL"}
    hold = ok(person.client.post(f"{SHELTERS}/holds", json=wanted), 201)["code"]
    ok(staff.post(PLACEMENTS, json={"hold": hold}), 201)
    ok(deliver(staff, case), 201)
    ok(staff.post(f"{API}/cases/{case}/objections", json={"compartments": ["contact"]}), 201)
    request = {"kind": "ACCESO", "received_on": today().isoformat(), "channel": "PRESENCIAL"}
    asked = {"victim": person.victim, "by_whom": "PERSONA", **request}
    ok(staff.post(f"{API}/data-requests", json=asked), 201)
    codes = {
        "case": case,
        "victim": person.victim,
        "plan": plan.code,
        "consent": ok(give(staff, case, unit), 201)["code"],
        "referral": ok(refer(staff, case, world.unit("SALUD"), service_type="SALUD"), 201)["code"],
    }
    chief = world.actor("cem_officer", unit=unit_code(world, person.officer), supervisor=True)
    reader = world.client(chief)
    for path in (*LISTS, *OF_HERS):
        read = reader.get(f"{API}/{path.format(**codes)}")
        assert read.status_code == 200, (path, read.text)
        assert unit not in read.text, path
    assert unit in staff.get(f"{API}/cases/{case}/participations").text  # it is named to itself
