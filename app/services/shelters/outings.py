"""Leaves: she goes out for a while, and comes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, update

from app.access.act import Act
from app.access.guard import require
from app.access.permissions import Permission
from app.models import Placement, PlacementLeave
from app.records.kinds import LIMA
from app.records.rows.shelters import Leave
from app.services.clocks import service as clocks
from app.services.shelters import rules
from app.services.shelters.queries import own_placement
from app.services.shelters.views import StayMovedView
from app.services.state_machine import refused
from app.services.victims.suspects import refuse_suspects
from app.services.writing import Writing, check_version
from app.states import StayState

CLOCK: Final = "PERMISO_SALIDA"
LONGEST: Final = timedelta(days=30)
"""Whoever is out longer lives somewhere else: that is an exit or a transfer (own rule)."""


def go_out(act: Act, code: str, version: int, given: Leave, due_back_at: datetime) -> StayMovedView:
    """She goes out, expected back at `due_back_at`; her place is kept, and a clock runs (PERMISO_SALIDA).

    Raises:
        NotFound: no such stay of the actor's own unit and in its scope.
        Invalid, Conflict: not possible now; the text says what is missing or possible. Nobody whom the record
            marks as suspected takes her out.
        StaleVersion: somebody changed it meanwhile.
    """
    row = _checked(act, code, version)
    now = datetime.now(UTC)
    facts = rules.StayFacts(
        child=False,
        reason=given.reason,
        in_shelter=row.actual_place == rules.IN_SHELTER,
        due_back=now < _aware(due_back_at) <= now + LONGEST,
    )
    if refusal := rules.refuse(_state(row), StayState.OUT, facts):
        raise refused(refusal)
    refuse_suspects(act, row.victim_id, {"companion": given.companion})
    write = Writing(act, row, "placements.out")
    new = write.change(Placement, row)
    due = _aware(due_back_at)
    leave = write.add(given, {"placement_id": row.id, "due_back_at": due.isoformat()})
    subject = clocks.Subject(
        "placement_leave", leave.id, row.code, row.victim_id, row.case_id, act.actor.unit_id,
        act.actor.user_id,
    )  # fmt: skip
    clocks.start(act.session, CLOCK, subject, due_at=due)
    write.done({"placement": row.code})
    return {"code": row.code, "state": StayState.OUT, "version": new}


def come_back(act: Act, code: str, version: int) -> StayMovedView:
    """She came back from her leave.

    Raises:
        NotFound: no such stay of the actor's own unit and in its scope.
        Conflict: she is not on leave.
        StaleVersion: somebody changed it meanwhile.
    """
    row = _checked(act, code, version)
    if refusal := rules.refuse(_state(row), StayState.HOUSED, rules.StayFacts(child=False)):
        raise refused(refusal)
    write = Writing(act, row, "placements.back")
    new = write.change(Placement, row)
    act.session.execute(
        update(PlacementLeave)
        .where(PlacementLeave.id == row.leave_id, PlacementLeave.victim_id == row.victim_id)
        .values(ended_at=func.now(), returned=True)
    )
    clocks.meet(act.session, CLOCK, "placement_leave", row.leave_id)
    write.done({"placement": row.code})
    return {"code": row.code, "state": StayState.HOUSED, "version": new}


def _checked(act: Act, code: str, version: int) -> Any:
    require(act.actor, Permission.PLACEMENTS_WRITE)
    row = own_placement(act, code)
    check_version(row, version)
    return row


def _aware(at: datetime) -> datetime:
    """A moment without a zone is one in Peru."""
    return at if at.tzinfo else at.replace(tzinfo=LIMA)


def _state(row: Any) -> StayState:
    return rules.stay_state(left=row.left_at is not None, away=row.leave_id is not None)
