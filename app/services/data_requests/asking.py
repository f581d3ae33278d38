"""Whether who asked in a person's name still may."""

from __future__ import annotations

from typing import Any

from app.access.act import RIGHTS, Act
from app.access.guard import CaseRef
from app.services.data_requests.queries import texts_of
from app.services.victims.suspects import Adult, refuse_suspects
from app.states import ConsentGiver


def check_asker(act: Act, ref: CaseRef, row: Any, field: str) -> None:
    """Give nothing to a representative who was marked as suspected since she asked.

    Raises:
        Conflict: she is or may be marked now; `errors` names the field.
    """
    if row.by_whom != ConsentGiver.REPRESENTATIVE:
        return
    texts = texts_of(act.for_purpose(RIGHTS), ref, row)
    asker = Adult(texts.get("representative_name"), texts.get("representative_document"), "")
    refuse_suspects(act, ref.victim_id, {field: asker})
