"""Store a cleaned file in sealed pieces, and mark one withdrawn; whoever it is of."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from sqlalchemy import func, insert, update

from app.access.act import Act
from app.access.sealing import Strand, seal_chunks, seal_text
from app.codes import new_code
from app.db import insert_rows, next_ids
from app.errors import StaleVersion
from app.models import EvidenceChunk, EvidenceFile
from app.services.evidence.cleaning import Clean
from app.services.evidence.views import FileWithdrawnView
from app.states import FileState

Blob = tuple[str, int, int, bytes]
"""Table, row, version and bytes of a sealed value, for the trace."""


def keep(
    act: Act,
    compartment: str,
    strand: Strand,
    cleaned: Clean,
    subject: Mapping[str, object],
) -> tuple[str, Blob]:
    """Seal a file under a compartment's key and insert it; returns its code and the blob for the trace.

    Args:
        subject: the columns that say what it is of: `case_id`, `kind`, and the plan or the consent.
    """
    row_id, code = next_ids(act.session, evidence_file=1)["evidence_file"][0], new_code("MD")
    about = {"sha256": hashlib.sha256(cleaned.content).hexdigest()}
    key_version, sealed = seal_text(act.session, compartment, strand, "evidence_file", row_id, about)
    row = {
        "id": row_id,
        "victim_id": strand.victim_id,
        **subject,
        "code": code,
        "media_type": cleaned.media_type,
        "size_bytes": len(cleaned.content),
        "unit_id": act.actor.unit_id,
        "created_by": act.actor.user_id,
        "key_version": key_version,
        "sealed": sealed,
    }
    insert_rows(act.session, EvidenceFile, [row])
    for piece in seal_chunks(act.session, compartment, strand, "evidence_chunk", row_id, cleaned.content):
        whole = {"victim_id": strand.victim_id, "file_id": row_id, **piece}
        act.session.execute(insert(EvidenceChunk), [whole])
    return code, ("evidence_file", row_id, 1, sealed)


def mark_withdrawn(act: Act, row: EvidenceFile, version: int, reason: str) -> FileWithdrawnView:
    """Mark a live file withdrawn: kept, and shown to nobody any more.

    Raises:
        StaleVersion: somebody changed it meanwhile.
    """
    moved = act.session.execute(
        update(EvidenceFile)
        .where(
            EvidenceFile.id == row.id,
            EvidenceFile.victim_id == row.victim_id,
            EvidenceFile.version == version,
            EvidenceFile.state == FileState.IN_FORCE,
        )
        .values(
            state=FileState.WITHDRAWN, withdrawn_at=func.now(), withdrawn_by=act.actor.user_id,
            withdrawal_reason=reason, version=version + 1,
        )
    )  # fmt: skip
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise StaleVersion(version=row.version)
    return {"code": row.code, "state": FileState.WITHDRAWN, "version": version + 1}
