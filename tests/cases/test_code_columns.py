"""Code columns hold codes: the database's own lists are those of the rules, and it refuses anything else."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import CheckConstraint, text

from app.models import Base
from app.services.cases import codes
from app.services.cases import rules as cases
from app.services.participations.teams import BASES
from app.services.plans import rules as plans
from app.services.referrals import rules as referrals
from tests.factories import World

LISTS = {
    "ck_trafficking_case_state": set(codes.STATES),
    "ck_trafficking_case_identification": set(codes.IDENTIFICATION),
    "ck_participation_basis": set(BASES),
    "ck_plan_state": set(plans.STATES),
    "ck_plan_activity_state": set(plans.ACTIVITY_STATES),
    "ck_referral_state": set(referrals.STATES),
}
OPEN = {
    "uq_trafficking_case_open": {state for state in codes.STATES if cases.closed(state)},
    "uq_plan_open": set(plans.CLOSED),
    "uq_referral_waiting": {"ENVIADA"},
}


def quoted(sql: str) -> set[str]:
    """Literals of a statement."""
    return set(re.findall(r"'(\w+)'", sql))


@pytest.mark.parametrize("name", sorted(LISTS))
def test_the_lists_are_those_of_the_rules(world: World, name: str) -> None:
    (model,) = [
        constraint
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint) and constraint.name == name
    ]
    assert quoted(str(model.sqltext)) == LISTS[name]
    query = text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :n AND convalidated")
    with world.runtime.database.engine("ruv_owner").begin() as owner:
        assert quoted(str(owner.scalar(query, {"n": name}))) == LISTS[name]


@pytest.mark.parametrize("name", sorted(OPEN))
def test_what_counts_as_open_is_what_the_rules_say(world: World, name: str) -> None:
    query = text("SELECT indexdef FROM pg_indexes WHERE indexname = :n")
    with world.runtime.database.engine("ruv_owner").begin() as owner:
        definition = str(owner.scalar(query, {"n": name}))
    assert definition.startswith("CREATE UNIQUE INDEX")
    assert quoted(definition) == OPEN[name]
