"""Fire what came due: mark, run effects, tell the units, write the trace; one transaction a batch.

Any number of sweeps may run at once: a clock is fired by who locks it, and nobody waits. One that is killed
loses nothing and repeats nothing, since all a batch does is in its transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy.orm import Session

from app.access.actor import SCHEDULER
from app.access.told import EXPIRED
from app.audit.record import event_row, record_rows
from app.db import Database, driver_cursor, insert_rows, vault_of
from app.models import Notice
from app.services.clocks.views import ClockCountView
from app.services.notices.service import notice_row
from app.services.shelters import arrivals
from app.states import ClockStep

BATCH: Final = 500
CONSENT: Final = "CONSENTIMIENTO_VENCE"
HOLD: Final = "RESERVA_CUPO"
_FIRE = "SELECT * FROM ruv.fire_clocks(%(at)s, %(most)s)"
_SHARES = "SELECT * FROM ruv.expired_shares(%(consents)s)"
_COUNTS = "SELECT * FROM ruv.clock_counts()"


@dataclass(frozen=True, slots=True)
class Fired:
    """One stage of one clock that was fired. `from_unit_id`: who sent the referral it ran for."""

    victim_id: int
    case_id: int
    kind: str
    subject_code: str
    unit_id: int
    user_id: int | None
    from_unit_id: int | None
    stage: str


def sweep(database: Database, *, at: datetime | None = None, batch: int = BATCH) -> Counter[str]:
    """Fire until nothing is due that nobody else holds.

    Args:
        at: what counts as now.
        batch: clocks in one transaction.

    Returns:
        How many stages were fired, by stage.

    Raises:
        Unavailable: the server is away, or the trace cannot be written; what was committed stays.
    """
    done: Counter[str] = Counter()
    while True:
        with database.session(SCHEDULER) as session:
            fired = fire(session, at or datetime.now(UTC), batch)
        if not fired:
            return done
        done.update(one.stage for one in fired)


def fire(session: Session, at: datetime, most: int) -> list[Fired]:
    """Fire one batch in the session's transaction, which is bound to `SCHEDULER`."""
    cursor = driver_cursor(session)
    cursor.execute(_FIRE, {"at": at, "most": most})
    fired = [Fired(*row) for row in cursor.fetchall()]
    notices = [notice for one in fired for notice in _notices(one)]
    insert_rows(session, Notice, notices + _shares_over(session, fired) + _arrivals(session, fired))
    key = vault_of(session).secret("audit")
    record_rows(session, [_event(key, one) for one in fired])
    return fired


def counts(session: Session) -> list[ClockCountView]:
    """Clocks by kind and state, and how many wait for the next sweep; the session is `SCHEDULER`'s."""
    cursor = driver_cursor(session)
    cursor.execute(_COUNTS)
    return [
        {"kind": kind, "state": state, "clocks": clocks, "waiting": waiting}
        for kind, state, clocks, waiting in cursor.fetchall()
    ]


def _notices(one: Fired) -> Iterator[dict[str, object]]:
    """Whom a stage tells: who was to act; the unit; its supervisors, and who waits for an answer."""

    def to(unit_id: int, user_id: int | None = None, *, supervisors: bool = False) -> dict[str, object]:
        return notice_row(
            one.stage, unit_id=unit_id, subject_code=one.subject_code, victim_id=one.victim_id,
            case_id=one.case_id, clock_kind=one.kind, user_id=user_id, supervisors=supervisors,
        )  # fmt: skip

    yield to(
        one.unit_id,
        user_id=one.user_id if one.stage == ClockStep.REMINDED else None,
        supervisors=one.stage == ClockStep.ESCALATED,
    )
    if one.stage == ClockStep.ESCALATED and one.from_unit_id is not None:
        yield to(one.from_unit_id)


def _shares_over(session: Session, fired: list[Fired]) -> list[dict[str, object]]:
    """For the units whose shares ended with a consent that ran out."""
    over = [one.subject_code for one in fired if one.kind == CONSENT and one.stage == ClockStep.OVERDUE]
    if not over:
        return []
    cursor = driver_cursor(session)
    cursor.execute(_SHARES, {"consents": over})
    return [
        notice_row(EXPIRED, unit_id=unit, subject_code=code, victim_id=victim, case_id=case)
        for victim, case, unit, code in cursor.fetchall()
    ]


def _arrivals(session: Session, fired: list[Fired]) -> list[dict[str, object]]:
    """A place that nobody came to: it may have been for a child on her way. One who arrived nowhere: told."""
    over = {one.case_id for one in fired if one.kind == HOLD and one.stage == ClockStep.OVERDUE}
    if over:
        arrivals.await_arrival(session, over)
    lost = {one.case_id for one in fired if one.kind == arrivals.CLOCK and one.stage == ClockStep.ESCALATED}
    return arrivals.tell_upes(session, lost) if lost else []


def _event(key: bytes, one: Fired) -> dict[str, object]:
    return event_row(
        key, SCHEDULER, "clocks.fire", victim_id=one.victim_id, case_id=one.case_id, purpose="atencion",
        detail={"clock": one.kind, "stage": one.stage, "subject": one.subject_code},
    )  # fmt: skip
