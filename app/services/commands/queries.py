"""Read commands: the own unit's, and those the actor could be the second person of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.actor import Actor
from app.access.guard import canonical, require
from app.access.permissions import Permission
from app.access.policy import policy
from app.audit import record
from app.errors import Invalid, NotFound, unknown_code
from app.models import CommandRequest
from app.services.commands.command import KINDS, OF_CASES, REASONS, REFUSALS, STATES, WARNINGS, Command
from app.services.commands.views import CaseSubject, CommandStep, CommandView, MergeSubject, SplitSubject
from app.services.paging import PAGE, cursor_of, read_cursor
from app.services.views import Listing
from app.states import CommandKind, CommandState

_NAMES = tuple(field.name for field in fields(Command))
_FACE = (
    "victim_code", "other_code", "case_code", "unit_code", "unit_name", "decided_unit_code",
    "decided_unit_name", "own_request", "own_unit", "same_institution", "both_known",
)  # fmt: skip
PURPOSE = "registro"


@dataclass(frozen=True, slots=True)
class Found:
    """A command the actor may see, and what the database says of its units and codes (`ruv.command_face`)."""

    command: Command
    face: Any
    one_hand: bool
    """Whether the actor and who asked may be one human (`ruv.one_hand`)."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The record behind a code, the person it belongs to, and whether she is in the actor's scope."""

    record_id: int
    person_id: int
    in_scope: bool


def find(session: Session, code: str) -> Found:
    """The command behind a code.

    Raises:
        NotFound: no such command, or the actor neither belongs to the unit that asked nor could decide it.
    """
    row = session.execute(_visible().where(CommandRequest.code == canonical(code, "CO"))).first()
    if row is None:
        raise NotFound
    return _found(row)


def own_waiting(session: Session, kind: str, subject_now: Mapping[str, int | None]) -> Command | None:
    """What the actor's unit asked for with this kind and subject and is stored as waiting, overdue or not."""
    same = [getattr(CommandRequest, name).is_not_distinct_from(key) for name, key in subject_now.items()]
    query = _visible().where(CommandRequest.state == CommandState.PENDING, CommandRequest.kind == kind, *same)
    return next((found.command for found in map(_found, session.execute(query)) if found.face.own_unit), None)


def subject(session: Session, code: str) -> Subject | None:
    """The record behind a canonical code, in scope or not: who asks may have the code from another unit."""
    row = session.execute(
        select(func.ruv.command_subject(code).table_valued("record_id", "person_id", "in_scope"))
    ).first()
    return None if row is None else Subject(*row)


def read(act: Act, code: str) -> CommandView:
    """One command, as this actor may see it.

    Raises:
        NotFound: no such command, or not for this actor.
    """
    require(act.actor, Permission.COMMANDS_REQUEST, Permission.COMMANDS_APPROVE)
    found = find(act.session, code)
    record(act, "commands.read", purpose=PURPOSE, detail={"command": found.command.code})
    return view(act.actor, found)


def listing(
    act: Act, *, state: str | None = None, cursor: str | None = None, limit: int = PAGE
) -> Listing[CommandView]:
    """Commands the actor may see, newest first, a page of them.

    Raises:
        Forbidden: the role neither asks for commands nor approves any.
        Invalid: unknown state.
        BadRequest: the cursor is not one of this list.
    """
    require(act.actor, Permission.COMMANDS_REQUEST, Permission.COMMANDS_APPROVE)
    newest = (CommandRequest.requested_at.desc(), CommandRequest.code.desc())
    query = select(CommandRequest.id).order_by(*newest).limit(limit + 1)
    if state is not None:
        query = query.where(_in_state(state))
    if cursor is not None:
        moment, last = read_cursor(cursor, "CO")
        at = CommandRequest.requested_at
        query = query.where(or_(at < moment, and_(at == moment, CommandRequest.code < last)))
    # The page first: a face costs more than a row.
    shown = _visible().where(CommandRequest.id.in_(query)).order_by(*newest)
    rows = [_found(row) for row in act.session.execute(shown)]
    page = rows[:limit]
    record(
        act, "commands.list", purpose=PURPOSE, fields=[] if state is None else ["state"],
        detail={"commands": [found.command.code for found in page]},
    )  # fmt: skip
    last_one = page[-1].command if len(rows) > limit else None
    following = cursor_of(last_one.requested_at, last_one.code) if last_one else None
    return {"items": [view(act.actor, found) for found in page], "next": following}


def view(actor: Actor, found: Found) -> CommandView:
    """A command for people: codes out of the actor's sight are null, a shelter is only called one."""
    command, face = found.command, found.face
    decided = face.decided_unit_name is not None
    return {
        "code": command.code,
        "kind": command.kind,
        "kind_label": KINDS[command.kind],
        "subject": _subject_of(command, face),
        "reason": command.reason,
        "reason_label": REASONS[command.kind][command.reason],
        "warnings": [WARNINGS.get(code, code) for code in command.warnings],
        "state": command.state_now,
        "state_label": STATES[command.state_now],
        "requested_at": command.requested_at,
        "requested_by_unit": {"code": face.unit_code, "name": face.unit_name},
        "expires_at": command.expires_at,
        "decided_at": command.decided_at,
        "decided_by_unit": {"code": face.decided_unit_code, "name": face.decided_unit_name}
        if decided
        else None,
        "refusal_reason": command.refusal_reason,
        "refusal_label": REFUSALS[command.refusal_reason] if command.refusal_reason else None,
        "same_institution": face.same_institution,
        "possible": possible(actor, found),
        "version": command.version,
    }


def possible(actor: Actor, found: Found) -> list[CommandStep]:
    """The steps this actor may take now."""
    if found.command.state_now != CommandState.PENDING:
        return []
    if found.face.own_request:
        return ["withdraw"] if policy().permits(actor.role, Permission.COMMANDS_REQUEST) else []
    decides = policy().permits(actor.role, Permission.COMMANDS_APPROVE) and not found.face.own_unit
    if not decides:
        return []
    return ["approve", "refuse"] if found.face.both_known and not found.one_hand else ["refuse"]


def _visible() -> Select[Any]:
    """Commands with their faces; the database makes no face for who may not see the command."""
    face = func.ruv.command_face(CommandRequest.id).table_valued(*_FACE, name="face").lateral()
    columns = [getattr(CommandRequest, name) for name in _NAMES]
    one_hand = func.ruv.command_of_one_hand(CommandRequest.id).label("one_hand")
    return select(*columns, *(face.c[name] for name in _FACE), one_hand).join(face, true())


def _found(row: Any) -> Found:
    return Found(Command(*row[: len(_NAMES)]), row, row.one_hand)


def _subject_of(command: Command, face: Any) -> CaseSubject | MergeSubject | SplitSubject:
    if command.kind in OF_CASES:
        return {"case": face.case_code, "victim": face.victim_code}
    if command.kind == CommandKind.MERGE:
        return {"keep": face.victim_code, "absorb": face.other_code}
    return {"code": face.victim_code, "record": face.other_code}


def _in_state(state: str) -> ColumnElement[bool]:
    if state not in STATES:
        raise Invalid("Revise el filtro.", errors=[unknown_code("state", STATES, "unknown")])
    same: ColumnElement[bool] = CommandRequest.state == state
    waiting: ColumnElement[bool] = CommandRequest.state == CommandState.PENDING
    if state == CommandState.LAPSED:
        return or_(same, and_(waiting, CommandRequest.expires_at <= func.now()))
    return and_(same, CommandRequest.expires_at > func.now()) if state == CommandState.PENDING else same
