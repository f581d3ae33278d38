"""Steps that tests of referrals share."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from tests.cases.story import API
from tests.factories import World


def step(client: Any, code: str, action: str, **body: str) -> Any:
    """One step of a referral."""
    return client.post(f"{API}/referrals/{code}/transitions", json={"action": action, **body})


def answer(client: Any, code: str, decision: str, **body: str) -> Any:
    """The receiver's answer."""
    return client.post(f"{API}/referrals/{code}/answer", json={"decision": decision, **body})


def overdue(world: World, code: str) -> None:
    """Let the answer of a referral be late, and the clock note it."""
    with world.runtime.database.engine("ruv_owner").begin() as owner:
        owner.execute(text("SET LOCAL ROLE ruv_guard"))
        owner.execute(
            text("SELECT ruv.expire_referrals(ARRAY(SELECT id FROM referral WHERE code = :c))"), {"c": code}
        )
