"""Open what somebody wrote and has not sent: drafts, and envelopes from a device that had no connection.

Both are the author's own words, so no compartment is asked for; a draft about a case is recorded before it
opens.
"""

from __future__ import annotations

import json
from typing import Final

from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import case_in_scope, victim_in_scope
from app.access.sealing import DRAFT, draft_place
from app.audit.record import record
from app.db import vault_of
from app.errors import NotFound
from app.models import Draft
from app.records import Values
from app.vault import SealBroken, open_envelope, open_json

OUTBOX: Final = "outbox"
"""Purpose of the keys that envelopes are sealed to."""


def open_draft(act: Act, row: Draft) -> Values:
    """The content of a draft of the actor's own; of one about somebody, after recording it.

    Raises:
        Unavailable: the trace cannot be written.
        SealBroken: the draft was tampered with.
    """
    if row.subject_code is not None:
        detail = {"kind": row.kind, "code": row.subject_code}
        victim_id, case_id = subject_of(act, row.subject_code)
        record(act, "drafts.open", victim_id=victim_id, case_id=case_id, detail=detail)
    dek = vault_of(act.session).open_dek(DRAFT, row.user_id, row.version, row.kek_id, row.wrapped)
    return open_json(dek, draft_place(row.user_id, row.id, row.version), row.sealed)


def subject_of(act: Act, code: str) -> tuple[int | None, int | None]:
    """Keys of the person and the case behind a code; none of what is not, or no longer, in scope."""
    try:
        if code.startswith("CA-"):
            ref = case_in_scope(act, code)
            return ref.victim_id, ref.case_id
        if code.startswith("TP-"):
            return victim_in_scope(act, code).victim_id, None
    except NotFound:
        return None, None
    return None, None


def open_delivery(session: Session, key_id: int, context: bytes, envelope: bytes) -> dict[str, object]:
    """What a device sealed to this installation: a JSON object.

    Raises:
        UnknownKey: it was sealed to a key that this installation does not have.
        SealBroken: it was tampered with, sealed for another device, or is no object.
    """
    content = open_envelope(vault_of(session).secret(OUTBOX, key_id), context, envelope)
    value: object = None
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        value = None
    # Raised outside the handler: the parser's error carries the text.
    if not isinstance(value, dict):
        raise SealBroken
    return value
