"""Seals that are broken: a part that is filled and does not open, its data or its key being lost or altered.

Whoever meets one goes on without it, or is refused; that it was met is told either way, in a transaction of
its own: an event, a line of the log and a count for the operator, a notice to who oversees the trace. None of
them says more than whose part of the record it is.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy.orm import Session

from app.access.actor import SCHEDULER, Actor
from app.access.told import BROKEN_SEAL
from app.audit import record_as
from app.codes import new_code
from app.db import Database, acting_as, afterwards, driver_cursor, insert_rows
from app.models import Notice

log = logging.getLogger("ruv")

_WATCHERS = "SELECT * FROM ruv.seal_watchers(%(records)s)"


@dataclass(frozen=True, slots=True)
class Broken:
    """What does not open, in which compartment (`""`: a text, a file) of which records.

    `victim_id`: the person, where whoever met it sees her.
    """

    compartment: str
    records: Sequence[int]
    victim_id: int | None = None
    action: str = "seals.broken"


def note_broken(session: Session, actor: Actor, found: Broken) -> None:
    """Have it told, once the session's transaction has ended."""
    afterwards(session, partial(tell_broken, actor=actor, found=found))


def tell_broken(database: Database, actor: Actor, found: Broken) -> None:
    """Record that a seal was met broken, and raise the alarm.

    Raises:
        Unavailable: the trace cannot be written.
    """
    database.broken_seals += 1
    log.error("broken-seal compartment=%s records=%d", found.compartment or "?", len(found.records))
    # Whoever met it may be signed out by now: what was met is told all the same.
    with database.session(replace(actor, session_id=None)) as session:
        record_as(
            session, actor, found.action, victim_id=found.victim_id,
            compartments=[found.compartment] if found.compartment else [], purpose="mantenimiento",
            outcome="error", detail={"records": list(found.records)},
        )  # fmt: skip
        with acting_as(session, SCHEDULER):
            _warn(session, found.records)


def _warn(session: Session, records: Sequence[int]) -> None:
    cursor = driver_cursor(session)
    cursor.execute(_WATCHERS, {"records": list(records)})
    rows = [
        {
            "victim_id": victim_id,
            "case_id": case_id,
            "code": new_code("AV"),
            "kind": BROKEN_SEAL,
            "unit_id": unit_id,
            "subject_code": code,
        }
        for victim_id, case_id, code, unit_id in cursor.fetchall()
    ]
    insert_rows(session, Notice, rows)
