"""How often a user may do in an hour what tells something of persons it does not see."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.errors import TooMany

_LOCK = 0x5072_6F62
"""First half of the advisory lock of what a user does under a limit; the second is the user."""


def check_hourly(session: Session, actor: Actor, action: str, limit: int, refusal: str) -> None:
    """Refuse who did this `limit` times in the last hour, by its own trace.

    What a user does under a limit runs one after another, so that none slips by. The caller records `action`
    in the same transaction.

    Raises:
        TooMany: with `refusal` as its text.
    """
    session.execute(select(func.pg_advisory_xact_lock(_LOCK, actor.user_id % 2**31)))
    if session.scalars(select(func.ruv.times_in_hour(action))).one() >= limit:
        raise TooMany(refusal)
