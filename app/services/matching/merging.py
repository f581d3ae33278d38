"""Two records become one person, or one leaves again: what the approval of a command does.

Nothing is encrypted anew. Every row names the person it hangs from and the record it was sealed under; the
database moves the first and keeps the second, and does so for an agreed command only.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.audit import record
from app.errors import AppError, Conflict, StaleVersion
from app.services.commands.command import Command
from app.services.commands.queries import PURPOSE

_CHANGED: Final = "RM001"
_TAKEN_IN_TWICE: Final = "RM002"
_ENTANGLED: Final = "RM003"
_MERGE: Final = MappingProxyType(
    {
        _TAKEN_IN_TWICE: "Las dos están alojadas en un centro de acogida: cierre una de las dos acogidas.",
        _ENTANGLED: "Uno de los dos registros ya es parte de otra persona: pida la unión de nuevo.",
    }
)
_SPLIT: Final = MappingProxyType(
    {_ENTANGLED: "Ese registro no se unió directamente a esta persona: separe primero lo último que se unió."}
)


def merge_fingerprint(session: Session, victim_id: int, other_id: int) -> str:
    """What there is to be seen of two records now: who belongs to whom, and every version of heads and cases.

    A digest (SHA-256, hexadecimal) that says nothing of a person; it needs neither of them in scope.

    Raises:
        sqlalchemy.exc.DBAPIError: the role has nothing to do with commands.
    """
    return str(session.scalar(select(func.ruv.merge_fingerprint(victim_id, other_id))))


def merge(session: Session, actor: Actor, command: Command) -> None:
    """Make one person of two: everything of `other_id` hangs from `victim_id` from now on, sealed as it was.

    Raises:
        StaleVersion: one of the two changed since the merge was asked for.
        Conflict: both live in a shelter, or one of them is no person of its own any more.
    """
    _carry_out(session, actor, command, "matching.merge", func.ruv.merge_records(command.id), _MERGE)


def split(session: Session, actor: Actor, command: Command) -> None:
    """Let the record `other_id` be a person of its own again, with all that hangs from it or its cases.

    Raises:
        StaleVersion: the person changed since the split was asked for.
        Conflict: the record was not merged into this person directly, or later merges stand in the way.
    """
    _carry_out(session, actor, command, "matching.split", func.ruv.split_records(command.id), _SPLIT)


def _carry_out(
    session: Session,
    actor: Actor,
    command: Command,
    action: str,
    function: Any,
    problems: Mapping[str, str],
) -> None:
    for victim_id in command.records:
        record(
            session, actor, action, victim_id=victim_id, purpose=PURPOSE,
            detail={"command": command.code, "reason": command.reason, "records": list(command.records)},
        )  # fmt: skip
    try:
        session.execute(select(function))
    except DBAPIError as error:
        refusal = _refusal(getattr(error.orig, "sqlstate", None), problems)
        if refusal is None:
            raise
        raise refusal from None


def _refusal(state: str | None, problems: Mapping[str, str]) -> AppError | None:
    if state == _CHANGED:
        return StaleVersion()
    problem = problems.get(state or "")
    return Conflict(problem) if problem else None
