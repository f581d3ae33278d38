"""Add the signed paper of a consent, and withdraw it."""

from __future__ import annotations

import hashlib
from typing import Final

from app.access.act import CARE, Act
from app.access.actor import Actor
from app.access.guard import require
from app.access.permissions import Permission
from app.access.sealing import COORDINATION
from app.db import Database
from app.errors import Conflict, Forbidden
from app.services.consents.queries import find
from app.services.evidence.cleaning import clean
from app.services.evidence.keeping import keep, mark_withdrawn
from app.services.evidence.queries import stored
from app.services.evidence.signed_papers import find_scan
from app.services.evidence.views import FileWithdrawnView
from app.services.idempotency import remember, replayed
from app.services.plans.writing import check_codes
from app.services.writing import Writing
from app.states import FileState

KIND: Final = "CONSENTIMIENTO_FIRMADO"
MOST_SCANS: Final = 10
"""Files of one consent, withdrawn ones too."""


def add(database: Database, actor: Actor, consent: str, raw: bytes, key: str | None) -> str:
    """Clean a scan and keep it with its consent; returns its code. The same key and file answer it again.

    Paper that comes late is kept too: the consent may have ended.

    Raises:
        NotFound: no such consent in scope.
        Forbidden: the role records no consents.
        Conflict: the consent holds all it may.
        Invalid, BadRequest, TooLarge, UnsupportedMedia: as `clean`.
    """
    payload = {"consent": consent, "sha256": hashlib.sha256(raw).hexdigest()}
    with database.session(actor) as session:
        require(actor, Permission.CONSENTS_WRITE)
        act = Act(session, CARE)
        find(act, consent)
        code = replayed(act, key, "consents.scan", payload)
    if code is not None:
        return code
    cleaned = clean(raw)
    with database.session(actor) as session:
        act = Act(session, CARE)
        code = replayed(act, key, "consents.scan", payload)
        if code is not None:
            return code
        found = find(act, consent)
        files, _ = stored(session, consent_id=found.row.id)
        if files >= MOST_SCANS:
            raise Conflict(f"El consentimiento ya tiene {MOST_SCANS} archivos. Reúna las hojas en un PDF.")
        subject = {"consent_id": found.row.id, "kind": KIND}
        write = Writing(act, found.ref, "consents.scan", [COORDINATION])
        code = keep(write, COORDINATION, cleaned, subject)
        write.done({"consent": found.row.code, "file": code})
        remember(act, key, "consents.scan", payload, code)
    return code


def withdraw(act: Act, consent: str, code: str, version: int, reason: str) -> FileWithdrawnView:
    """Withdraw a scan of the own unit with a reason: kept, and shown to nobody any more.

    Raises:
        NotFound: no such consent in scope, or it has no such scan.
        Forbidden: the role records no consents, or another unit added it.
        Invalid: the reason is not of its list.
        Conflict: it is withdrawn already.
        StaleVersion: somebody changed it meanwhile.
    """
    require(act.actor, Permission.CONSENTS_WRITE)
    check_codes(reason=("evidence_withdrawal", reason))
    found, row = find_scan(act, consent, code)
    if row.unit_id != act.actor.unit_id:
        raise Forbidden("Solo la unidad que agregó el archivo lo retira.")
    if row.state != FileState.IN_FORCE:
        raise Conflict("El archivo ya estaba retirado.")
    write = Writing(act, found.ref, "consents.scan-withdraw")
    done = mark_withdrawn(write, row, version, reason)
    write.done({"consent": found.row.code, "file": row.code, "reason": reason})
    return done
