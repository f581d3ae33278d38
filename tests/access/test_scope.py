"""Who sees what, by queries that are asked among made-up rows: they find what is told without SQL."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import select

from app.access import scope
from app.access.actor import Actor
from app.access.policy import policy
from app.models import TraffickingCase
from tests.access.evaluating import Asked, Row
from tests.access.made_up import WAITING, WHO, WORLDS, Told, expected, ids, made_up


@pytest.fixture(params=WHO, ids=lambda who: f"{who.role}-{'unit' if who.unit_wide else 'own'}")
def who(request: pytest.FixtureRequest) -> Actor:
    actor: Actor = request.param
    return actor


def test_the_roles_differ_in_what_decides() -> None:
    of_others = {policy().reads_of_others(who.role, "shelter_location") for who in WHO}
    services = {policy().reads_in_full(who.role, "services") for who in WHO}
    assert of_others == services == {policy().opens(who.role, "plan") for who in WHO} == {True, False}


def test_persons_and_cases(who: Actor) -> None:
    for seed in WORLDS:
        rows = made_up(seed)
        truth, ask = Told(rows, who), Asked(rows).all
        assert ids(ask(scope.visible_victims(who))) == expected(
            row for row in rows["victim"] if truth.parts(row["id"])
        )
        seen = ask(scope.visible_cases(who))
        assert Counter(seen) == Counter(
            (row["id"], row["victim_id"]) for row in rows["trafficking_case"] if truth.first(row)
        )
        for compartment in ("plan", "identity", "health"):
            query = select(TraffickingCase.id, TraffickingCase.victim_id)
            query = query.where(scope.given(who, compartment)).params(scope.actor_params(who))
            assert Counter(ask(query)) == Counter(
                (row["id"], row["victim_id"])
                for row in rows["trafficking_case"]
                if truth.shares(row["victim_id"], compartment)
            )


def test_referrals(who: Actor) -> None:
    full = policy().reads_in_full(who.role, "services")
    for seed in WORLDS:
        rows = made_up(seed)
        truth = Told(rows, who)
        assert ids(Asked(rows).all(scope.visible_referrals(who))) == expected(
            row for row in rows["referral"]
            if truth.permits("referrals:read")
            and ((row["to_unit_id"] == 1 and not row["recalled"])
                 or (truth.in_case(row) and (full or row["from_unit_id"] == 1)))
        )  # fmt: skip


def test_plans_and_placements(who: Actor) -> None:
    of_others = policy().cell(who.role, "shelter_location").level.name not in {"NONE", "EXISTS", "OWN"}
    for seed in WORLDS:
        rows = made_up(seed)
        truth, ask = Told(rows, who), Asked(rows).all
        assert ids(ask(scope.visible_plans(who))) == expected(
            row for row in rows["plan"]
            if policy().opens(who.role, "plan") and truth.shares(row["victim_id"], "plan")
        )  # fmt: skip
        assert ids(ask(scope.visible_placements(who))) == expected(
            row for row in rows["placement"] if truth.in_case(row) and (of_others or row["unit_id"] == 1)
        )


def test_clocks(who: Actor) -> None:
    for seed in WORLDS:
        rows = made_up(seed)
        truth = Told(rows, who)

        def unanswered(clock: Row, truth: Told = truth) -> bool:
            return clock["subject_table"] == "referral" and any(
                one["id"] == clock["row_id"]
                and truth.asked(one, clock["victim_id"])
                and one["state"] in WAITING
                for one in truth.rows["referral"]
            )

        assert ids(Asked(rows).all(scope.visible_clocks(who))) == expected(
            row for row in rows["clock"]
            if row["unit_id"] == 1
            and (truth.in_case(row) or (truth.permits("referrals:read") and unanswered(row)))
        )  # fmt: skip


def test_lists_are_in_the_order_of_what_puts_a_case_into_sight(who: Actor) -> None:
    first = "Participation" if who.unit_wide else "Assignment"
    assert str(scope.list_order(who)) == f"{first}.last_activity"
