"""A child who left for another house: until somebody takes her in, a clock waits for her arrival."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from sqlalchemy.orm import Session

from app.access.told import NOT_ARRIVED
from app.db import driver_cursor
from app.services.cases.deadlines import ARRIVAL
from app.services.clocks import calendar
from app.services.clocks.service import moments
from app.services.notices.service import notice_row

CLOCK: Final = ARRIVAL
_AWAIT: Final = "SELECT ruv.await_arrival(%(cases)s, %(due)s, %(remind)s, %(escalate)s)"
_UPES: Final = "SELECT * FROM ruv.unreached_upes(%(cases)s)"


def await_arrival(session: Session, cases: Iterable[int]) -> None:
    """Start the clock in each of these cases whose child is between two houses, with no place held for her.

    It counts from her exit, is met by whoever takes her in, and is the UPE's. Of other cases nothing happens.
    """
    now = datetime.now(UTC)
    after = {name: at and at - now for name, at in moments(CLOCK, calendar.due(CLOCK, now)).items()}
    driver_cursor(session).execute(_AWAIT, {"cases": list(cases), **after})


def tell_upes(session: Session, cases: Iterable[int]) -> list[dict[str, object]]:
    """Notices that she arrived nowhere, for the UPE of the department where none takes part in her case."""
    cursor = driver_cursor(session)
    cursor.execute(_UPES, {"cases": list(cases)})
    return [
        notice_row(NOT_ARRIVED, unit_id=unit, subject_code=code, victim_id=victim, case_id=case)
        for victim, case, unit, code in cursor.fetchall()
    ]
