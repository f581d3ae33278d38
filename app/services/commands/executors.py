"""What each kind of command does once two people agreed, in the transaction of the approval."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.audit import record
from app.errors import Conflict, StaleVersion
from app.services.clocks.service import cancel
from app.services.commands.command import Command
from app.services.commands.merging import merge, merge_fingerprint, split
from app.services.commands.queries import PURPOSE
from app.states import CaseState, CommandKind

Executor = Callable[[Act, Command], None]
"""Does it or raises; `StaleVersion` when the fingerprint no longer fits."""


def discard(act: Act, command: Command) -> None:
    """Discard the case of the command; the register keeps the case and everything in it.

    Raises:
        StaleVersion: the case changed since it was asked.
        Conflict: she lives in a shelter now.
    """
    record(
        act, "cases.transition", victim_id=command.victim_id, case_id=command.case_id,
        purpose=PURPOSE, fields=["state", "closed_at"],
        detail={"command": command.code, "to": CaseState.DISCARDED, "reason": command.reason},
    )  # fmt: skip
    outcome = act.session.scalar(select(func.ruv.discard_case(command.id)))
    if outcome == "HOUSED":
        raise Conflict(
            "La persona está alojada en un centro de acogida: primero registre su egreso, luego se aprueba."
        )
    if outcome != "DONE":
        raise StaleVersion
    if command.case_id is not None:
        cancel(act.session, "trafficking_case", command.case_id)


def close(act: Act, command: Command) -> None:
    """Close the case of the command with its outcome; its clocks end with it.

    Raises:
        StaleVersion: the case changed since it was asked.
        Conflict: she lives somewhere that is noted.
    """
    record(
        act, "cases.transition", victim_id=command.victim_id, case_id=command.case_id,
        purpose=PURPOSE, fields=["state", "closed_at", "outcome"],
        detail={"command": command.code, "to": CaseState.CLOSED, "outcome": command.reason},
    )  # fmt: skip
    outcome = act.session.scalar(select(func.ruv.close_case(command.id)))
    if outcome == "HOUSED":
        raise Conflict(
            "La persona está alojada en un centro de acogida o en otro lugar registrado: primero registre su "
            "egreso, luego se aprueba."
        )
    if outcome != "DONE":
        raise StaleVersion


EXECUTORS: Mapping[str, Executor] = MappingProxyType(
    {
        CommandKind.DISCARD: discard,
        CommandKind.CLOSE: close,
        CommandKind.MERGE: merge,
        CommandKind.SPLIT: split,
    }
)

FINGERPRINTS: Mapping[str, Callable[[Session, int, int], str]] = MappingProxyType(
    {CommandKind.MERGE: merge_fingerprint, CommandKind.SPLIT: merge_fingerprint}
)
"""What two records look like now, by kind: what an executor compares with the command's own."""
