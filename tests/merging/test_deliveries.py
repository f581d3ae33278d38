"""Deliveries and the steps of referrals move with their person, whichever parent moves first."""

from __future__ import annotations

from sqlalchemy import Engine

from app.records.kinds import today
from tests.cases.story import API, ok, refer, registered, unit_code
from tests.factories import World
from tests.merging.story import dump, two_of
from tests.plans.story import running
from tests.referrals.steps import answer, overdue

OURS = ("referral", "referral_step", "service_delivery")


def test_a_delivery_with_both_parents_moves_and_comes_back(world: World, admin: Engine) -> None:
    health = world.actor("health_officer")
    plan, activity = running(world, unit_code(world, health))
    moved, kept = plan.person, registered(world)
    first = ok(refer(moved.client, moved.case, unit_code(world, health), service_type="SALUD"), 201)["code"]
    overdue(world, first)
    code = ok(
        refer(moved.client, moved.case, unit_code(world, health), service_type="SALUD", replaces=first), 201
    )["code"]
    client = world.client(health)
    ok(answer(client, code, "accept"))
    body = {
        "service_type": "SALUD",
        "delivered_on": today().isoformat(),
        "attendance": "ATENDIDA",
        "note": "Control",
        "referral": code,
        "activity": activity,
    }
    ok(client.post(f"{API}/cases/{moved.case}/services", json=body), 201)
    keys, two = (kept.victim_id, moved.victim_id), two_of(world)
    before = dump(admin, keys)
    two.merge(kept.victim, moved.victim)
    hanging = dump(admin, [moved.victim_id])
    assert [len(hanging[table]) for table in OURS] == [0, 0, 0]
    assert [len(dump(admin, [kept.victim_id])[table]) for table in OURS] == [2, 4, 1]
    (item,) = ok(client.get(f"{API}/cases/{moved.case}/services"))["items"]
    assert (item["note"], item["referral"], item["activity"]) == ("Control", code, activity)
    two.split(kept.victim, moved.victim)
    assert dump(admin, keys) == before
