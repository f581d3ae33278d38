"""Leaves: she goes out for a while, and comes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, update

from app.access.act import Act
from app.access.guard import require
from app.access.permissions import Permission
from app.access.sealing import COORDINATION, seal_text
from app.audit import record
from app.db import insert_rows, next_ids
from app.errors import StaleVersion
from app.models import PlacementLeave
from app.records.kinds import LIMA
from app.records.rows import split_row
from app.records.rows.shelters import Leave
from app.services.cases.activity import touch
from app.services.clocks import service as clocks
from app.services.shelters import rules
from app.services.shelters.queries import own_placement, stay_strand
from app.services.shelters.service import advance
from app.services.shelters.views import StayMovedView
from app.services.state_machine import refused
from app.services.victims.suspects import refuse_suspects
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
    plain, texts = split_row(given)
    leave_id = next_ids(act.session, placement_leave=1)["placement_leave"][0]
    new: dict[str, object] = {
        "id": leave_id,
        "victim_id": row.victim_id,
        "placement_id": row.id,
        "granted_by": act.actor.user_id,
        "due_back_at": _aware(due_back_at).isoformat(),
        **plain,
    }
    blobs = []
    if texts:
        key_version, sealed = seal_text(
            act.session, COORDINATION, stay_strand(act.session, row), "placement_leave", leave_id, texts
        )
        new |= {"key_version": key_version, "sealed": sealed}
        blobs = [("placement_leave", leave_id, 1, sealed)]
    advance(act.session, row)
    insert_rows(act.session, PlacementLeave, [new])
    subject = clocks.Subject(
        "placement_leave",
        leave_id,
        row.code,
        row.victim_id,
        row.case_id,
        act.actor.unit_id,
        act.actor.user_id,
    )
    clocks.start(act.session, CLOCK, subject, due_at=_aware(due_back_at))
    return _done(act, "placements.out", row, StayState.OUT, blobs)


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
    advance(act.session, row)
    act.session.execute(
        update(PlacementLeave)
        .where(PlacementLeave.id == row.leave_id, PlacementLeave.victim_id == row.victim_id)
        .values(ended_at=func.now(), returned=True)
    )
    clocks.meet(act.session, CLOCK, "placement_leave", row.leave_id)
    return _done(act, "placements.back", row, StayState.HOUSED, [])


def _checked(act: Act, code: str, version: int) -> Any:
    require(act.actor, Permission.PLACEMENTS_WRITE)
    row = own_placement(act, code)
    if row.version != version:
        raise StaleVersion(version=row.version)
    return row


def _aware(at: datetime) -> datetime:
    """A moment without a zone is one in Peru."""
    return at if at.tzinfo else at.replace(tzinfo=LIMA)


def _state(row: Any) -> StayState:
    return rules.stay_state(left=row.left_at is not None, away=row.leave_id is not None)


def _done(
    act: Act,
    action: str,
    row: Any,
    state: StayState,
    blobs: list[tuple[str, int, int, bytes]],
) -> StayMovedView:
    touch(act, row.victim_id, row.case_id)
    record(
        act, action, victim_id=row.victim_id, case_id=row.case_id, purpose=act.purpose, blobs=blobs,
        detail={"placement": row.code},
    )  # fmt: skip
    return {"code": row.code, "state": state, "version": row.version + 1}
