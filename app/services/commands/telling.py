"""Tell the units at work with two records what is asked about them: by their own case's code and no more."""

from __future__ import annotations

from typing import Final

from app.access.act import Act
from app.access.actor import matching_for
from app.db import acting_as, driver_cursor, insert_rows
from app.models import Notice
from app.services.commands.command import Command
from app.services.notices.service import notice_row
from app.states import CommandKind, CommandState

ASKED, DONE, REFUSED = "PEDIDA", "HECHA", CommandState.REFUSED
"""What became of it, as kinds of notices end."""
_TOLD: Final = frozenset({CommandKind.MERGE, CommandKind.SPLIT})
_PARTS = "SELECT * FROM ruv.command_parts(%(command)s)"


def tell(act: Act, command: Command, what: str) -> None:
    """Leave a notice for each unit that takes part in a case of one of the two, in its own case.

    Whoever asks or approves sees one of the two at most, so the database says whom to tell.
    """
    if command.kind not in _TOLD:
        return
    with acting_as(act.session, matching_for(act.actor)):
        cursor = driver_cursor(act.session)
        cursor.execute(_PARTS, {"command": command.id})
        rows = [
            notice_row(
                f"{command.kind}_{what}", unit_id=unit_id, subject_code=case_code,
                victim_id=victim_id, case_id=case_id,
            )
            for victim_id, case_id, case_code, unit_id in cursor.fetchall()
        ]  # fmt: skip
        insert_rows(act.session, Notice, rows)
