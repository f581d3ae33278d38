"""Store a cleaned file in sealed pieces, and mark one withdrawn; whoever it is of."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from sqlalchemy import func, insert

from app.access.sealing import Strand, seal_chunks
from app.models import EvidenceChunk, EvidenceFile
from app.services.evidence.cleaning import Clean
from app.services.evidence.views import FileWithdrawnView
from app.services.writing import Slot, Writing, check_version
from app.states import FileState


def keep(write: Writing, compartment: str, cleaned: Clean, subject: Mapping[str, object]) -> str:
    """Seal a file under a compartment's key and insert it; returns its code.

    Args:
        write: the act it is a part of.
        compartment: under whose key.
        cleaned: the file.
        subject: the columns that say what it is of: `kind`, and the plan or the consent.
    """
    session, strand = write.act.session, Strand(write.ref.victim_id, write.ref.record_id)
    values = {**subject, "media_type": cleaned.media_type, "size_bytes": len(cleaned.content)}
    about = {"sha256": hashlib.sha256(cleaned.content).hexdigest()}
    file = write.insert(EvidenceFile, values, about, Slot(compartment), prefix="MD")
    for piece in seal_chunks(session, compartment, strand, "evidence_chunk", file.id, cleaned.content):
        whole = {"victim_id": strand.victim_id, "file_id": file.id, **piece}
        session.execute(insert(EvidenceChunk), [whole])
    return file.code


def mark_withdrawn(write: Writing, row: EvidenceFile, version: int, reason: str) -> FileWithdrawnView:
    """Mark a live file withdrawn: kept, and shown to nobody any more.

    Raises:
        StaleVersion: somebody changed it meanwhile.
    """
    check_version(row, version)
    values = {
        "state": FileState.WITHDRAWN, "withdrawn_at": func.now(), "withdrawn_by": write.act.actor.user_id,
        "withdrawal_reason": reason,
    }  # fmt: skip
    new = write.change(EvidenceFile, row, values)
    return {"code": row.code, "state": FileState.WITHDRAWN, "version": new}
