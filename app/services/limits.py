"""How often a user may do in an hour what tells something of persons it does not see."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque

from sqlalchemy import func, select

from app.access.act import Act
from app.errors import TooMany

_LOCK = 0x5072_6F62
"""First half of the advisory lock of what a user does under a limit; the second is the user."""


def check_hourly(act: Act, action: str, limit: int, refusal: str) -> None:
    """Refuse who did this `limit` times in the last hour, by its own trace.

    What a user does under a limit runs one after another, so that none slips by. The caller records `action`
    in the same transaction.

    Raises:
        TooMany: with `refusal` as its text.
    """
    act.session.execute(select(func.pg_advisory_xact_lock(_LOCK, act.actor.user_id % 2**31)))
    if act.session.scalars(select(func.ruv.times_in_hour(action))).one() >= limit:
        raise TooMany(refusal)


class PerMinute:
    """How often one address may ask what nobody signs in for, in a minute; kept in this process alone.

    Addresses that asked longest ago are forgotten first, so that the memory has a bound.
    """

    def __init__(self, limit: int, remembered: int = 10_000) -> None:
        self._limit = limit
        self._remembered = remembered
        self._asked: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, address: str, refusal: str, now: float | None = None) -> None:
        """Count one more question of an address. `now`: seconds of a clock that never goes back.

        Raises:
            TooMany: with `refusal` as its text.
        """
        moment = time.monotonic() if now is None else now
        with self._lock:
            asked = self._asked.pop(address, deque())
            while asked and asked[0] <= moment - 60:
                asked.popleft()
            full = len(asked) >= self._limit
            if not full:
                asked.append(moment)
            self._asked[address] = asked
            if len(self._asked) > self._remembered:
                self._asked.popitem(last=False)
        if full:
            raise TooMany(refusal)
