"""A plan stays with a unit that sees it when two records become one, whatever she objects to in either."""

from __future__ import annotations

from dataclasses import dataclass

import httpx
from sqlalchemy import Engine

from tests.cases.story import API, Registered, ok, problem, registered
from tests.commands.steps import asked_merge, decide
from tests.consents.test_objections import objects
from tests.factories import World
from tests.merging.story import dump, two_of
from tests.plans.test_handing_over import drafted_on_consent, orphans, told
from tests.shelters.steps import takes_part


@dataclass
class Planned:
    """A person whose plan one unit answers for by her consent, where nobody else could."""

    person: Registered
    doctor: httpx.Client
    client: httpx.Client
    url: str


def planned(world: World, admin: Engine) -> Planned:
    person = registered(world, "police_investigator")
    doctor = world.actor("health_officer", supervisor=True)
    takes_part(admin, person.case, doctor)
    giver = world.client(doctor)
    client, plan, _ = drafted_on_consent(world, person, giver)
    return Planned(person, giver, client, f"{API}/plans/{plan}")


def test_an_objection_of_one_record_takes_no_plan_of_the_other(world: World, admin: Engine) -> None:
    kept, one = registered(world), planned(world, admin)
    ok(objects(kept, "plan", "contact"), 201)
    records = [kept.victim_id, one.person.victim_id]
    before = dump(admin, records)
    code = asked_merge(kept, one.person)
    done = decide(world.client(two_of(world).approving), code, "approvals")
    assert ok(done)["state"] == "EJECUTADA"
    assert ok(one.client.get(one.url))["responsible"] is True
    seen = ok(one.client.get(f"{API}/victims/{kept.victim}"))
    assert "contact" not in seen["_access"]  # of the rest she decides
    assert orphans(world, admin) == 0
    two_of(world).split(kept.victim, one.person.victim)
    assert dump(admin, records) == before


def test_a_plan_that_is_kept_though_she_objects_stays_kept(world: World, admin: Engine) -> None:
    kept, one = registered(world), planned(world, admin)
    body = {"compartments": ["plan", "contact"]}
    ok(one.doctor.post(f"{API}/cases/{one.person.case}/objections", json=body), 201)
    records = [kept.victim_id, one.person.victim_id]
    before = dump(admin, records)
    two = two_of(world)
    two.merge(kept.victim, one.person.victim)
    assert ok(one.client.get(one.url))["responsible"] is True
    assert orphans(world, admin) == 0
    two.split(kept.victim, one.person.victim)
    assert dump(admin, records) == before


def test_a_plan_passes_on_where_somebody_else_could_answer(world: World, admin: Engine) -> None:
    kept, one = registered(world), planned(world, admin)
    cem = world.actor("cem_officer", supervisor=True)
    takes_part(admin, one.person.case, cem)
    heir = world.client(cem)
    ok(objects(kept, "plan"), 201)
    two_of(world).merge(kept.victim, one.person.victim)
    read = ok(heir.get(one.url))
    assert (read["responsible"], read["handovers"][0]["cause"]) == (True, "SALIDA")
    assert told(heir, "PLAN_RECIBIDO") == told(one.client, "PLAN_ENTREGADO") == [read["code"]]
    problem(one.client.get(one.url), 404)
    assert orphans(world, admin) == 0
