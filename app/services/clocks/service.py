"""Start, meet, cancel and move clocks: one statement each, as they hang on acts that people wait for.

Change the subject's row first and its clock afterwards, in that order: the sweep locks them in the same one.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from app.db import driver_cursor
from app.services.clocks import calendar
from app.services.clocks.catalogue import Kind, kind_of
from app.states import ClockState

_START = "SELECT ruv.start_clock(%(given)s)"
_END = "SELECT ruv.end_clocks(%(table)s, %(row)s, %(kind)s, %(reached)s)"
_MOVE = "SELECT ruv.move_clock(%(table)s, %(row)s, %(kind)s, %(due)s, %(remind)s, %(escalate)s)"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a clock runs for: a row of a case, its public code, and the unit that must act.

    `user_id`: who is reminded first; without one, the whole unit is.
    """

    table: str
    row_id: int
    code: str
    victim_id: int
    case_id: int
    unit_id: int
    user_id: int | None = None


def start(
    session: Session,
    kind: str,
    subject: Subject,
    *,
    at: datetime | None = None,
    due_at: datetime | None = None,
) -> datetime:
    """Start a clock for the subject, unless one of this kind runs for it already.

    Args:
        at: from when it counts (now by default).
        due_at: when it is due, for kinds whose value the catalogue leaves open; it may replace any other's.

    Returns:
        When the running clock is due.

    Raises:
        UnknownClock: no such kind.
        ValueError: the kind has no value of its own, and no `due_at` was given.
    """
    found = kind_of(kind)
    began = at or datetime.now(UTC)
    ends = due_at or calendar.due(kind, began)
    remind_at, escalate_at = _alarms(found, began, ends)
    given = asdict(subject) | {
        "kind": kind,
        "subject_table": subject.table,
        "subject_code": subject.code,
        "started_at": began,
        "due_at": ends,
        "remind_at": remind_at,
        "escalate_at": escalate_at,
        "effect": found.effect,
    }
    cursor = driver_cursor(session)
    cursor.execute(_START, {"given": json.dumps(given, default=str)})
    due: datetime
    ((due,),) = cursor.fetchall()
    return due


def meet(session: Session, kind: str, table: str, row_id: int) -> None:
    """What the clock waited for is done, in time or late. Without such a clock nothing happens."""
    _end(session, table, row_id, kind, ClockState.MET)


def cancel(session: Session, table: str, row_id: int, kind: str | None = None) -> None:
    """The clocks of a row (of one kind, or all) no longer apply. Without any nothing happens."""
    _end(session, table, row_id, kind, ClockState.CANCELLED)


def move(session: Session, kind: str, table: str, row_id: int, due_at: datetime) -> None:
    """Give a running or overdue clock another due moment; it runs again, with its reminder."""
    subject = {"table": table, "row": row_id, "kind": kind}
    driver_cursor(session).execute(_MOVE, {**subject, **moments(kind, due_at)})


def moments(kind: str, due_at: datetime) -> dict[str, datetime | None]:
    """When a clock that is due then reminds and escalates, from now on: `due`, `remind`, `escalate`.

    For a statement that moves the subject and its clock at once.
    """
    remind_at, escalate_at = _alarms(kind_of(kind), datetime.now(UTC), due_at)
    return {"due": due_at, "remind": remind_at, "escalate": escalate_at}


def _end(session: Session, table: str, row_id: int, kind: str | None, reached: str) -> None:
    driver_cursor(session).execute(_END, {"table": table, "row": row_id, "kind": kind, "reached": reached})


def _alarms(kind: Kind, began: datetime, due: datetime) -> tuple[datetime | None, datetime | None]:
    """When it reminds and when it escalates; a reminder that would come before the start is left out."""
    remind = None if kind.remind_before is None else due - kind.remind_before
    escalate = None if kind.escalate_after is None else due + kind.escalate_after
    return remind if remind is not None and remind > began else None, escalate
