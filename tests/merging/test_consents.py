"""Consents, what rests on them, and objections move with their record, and come back as they were."""

from __future__ import annotations

from sqlalchemy import Engine

from tests.cases.story import ok, registered
from tests.consents.story import shared_on_consent, withdraw
from tests.consents.test_data_requests import ask
from tests.consents.test_objections import objects, shown
from tests.factories import World
from tests.merging.story import dump, two_of


def test_a_merge_moves_the_ledger_and_a_split_brings_it_back(world: World, admin: Engine) -> None:
    kept, absorbed = registered(world), registered(world)
    health, _, _, consent = shared_on_consent(world, absorbed)
    ok(objects(kept, "identity"), 201)
    ok(ask(absorbed), 201)
    records = [kept.victim_id, absorbed.victim_id]
    before = dump(admin, records)
    two = two_of(world)
    two.merge(kept.victim, absorbed.victim)
    # Her objection of one record narrows what is seen of her by the other.
    assert shown(world, health, kept.victim_id) == ["contact"]
    two.split(kept.victim, absorbed.victim)
    assert dump(admin, records) == before
    two.merge(kept.victim, absorbed.victim)
    assert len(ok(withdraw(absorbed.client, consent))["ended"]) == 1
    assert shown(world, health, kept.victim_id) is None
