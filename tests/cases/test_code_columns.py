"""What the database keeps to one at a time is what the rules count as open."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from app.services.cases import codes
from app.services.cases import rules as cases
from app.services.plans import rules as plans
from tests.factories import World

OPEN = {
    "uq_trafficking_case_open": {state for state in codes.STATES if cases.closed(state)},
    "uq_plan_open": set(plans.CLOSED),
    "uq_referral_waiting": {"ENVIADA"},
}


def quoted(sql: str) -> set[str]:
    """Literals of a statement."""
    return set(re.findall(r"'(\w+)'", sql))


@pytest.mark.parametrize("name", sorted(OPEN))
def test_what_counts_as_open_is_what_the_rules_say(world: World, name: str) -> None:
    query = text("SELECT indexdef FROM pg_indexes WHERE indexname = :n")
    with world.runtime.database.engine("ruv_owner").begin() as owner:
        definition = str(owner.scalar(query, {"n": name}))
    assert definition.startswith("CREATE UNIQUE INDEX")
    assert quoted(definition) == OPEN[name]
