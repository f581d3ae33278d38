"""The trace of a command's steps: one event on each record it concerns."""

from __future__ import annotations

from app.access.act import Act
from app.audit import record
from app.services.commands.command import Command
from app.services.commands.queries import PURPOSE
from app.services.commands.telling import ASKED, REFUSED, tell

_TOLD = {"commands.request": ASKED, "commands.refuse": REFUSED, "commands.withdraw": REFUSED}
"""Steps that the units at work with the two records are told of; what is executed, when it was."""


def note(act: Act, action: str, command: Command, **detail: object) -> None:
    """Record a step on every record the command concerns, and tell the units at work with them."""
    for victim_id in command.records:
        record(
            act, action, victim_id=victim_id, case_id=command.case_id, purpose=PURPOSE,
            detail={"command": command.code, "kind": command.kind, **detail},
        )  # fmt: skip
    if action in _TOLD:
        tell(act, command, _TOLD[action])
