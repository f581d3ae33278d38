"""Store a cleaned file in sealed pieces, and mark one withdrawn; whoever it is of."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, insert, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.sealing import Strand, seal_chunks, seal_text
from app.codes import new_code
from app.db import insert_rows, next_ids
from app.errors import StaleVersion
from app.models import EvidenceChunk, EvidenceFile
from app.services.evidence.cleaning import Clean

Blob = tuple[str, int, int, bytes]
"""Table, row, version and bytes of a sealed value, for the trace."""


def keep(
    session: Session,
    actor: Actor,
    compartment: str,
    strand: Strand,
    cleaned: Clean,
    subject: Mapping[str, Any],
) -> tuple[str, Blob]:
    """Seal a file under a compartment's key and insert it; returns its code and the blob for the trace.

    Args:
        subject: the columns that say what it is of: `case_id`, `kind`, and the plan or the consent.
    """
    row: dict[str, Any] = {
        "id": next_ids(session, evidence_file=1)["evidence_file"][0],
        "victim_id": strand.victim_id,
        **subject,
        "code": new_code("MD"),
        "media_type": cleaned.media_type,
        "size_bytes": len(cleaned.content),
        "unit_id": actor.unit_id,
        "created_by": actor.user_id,
    }
    about = {"sha256": hashlib.sha256(cleaned.content).hexdigest()}
    row["key_version"], row["sealed"] = seal_text(
        session, compartment, strand, "evidence_file", row["id"], about
    )
    insert_rows(session, EvidenceFile, [row])
    for piece in seal_chunks(session, compartment, strand, "evidence_chunk", row["id"], cleaned.content):
        whole = {"victim_id": row["victim_id"], "file_id": row["id"], **piece}
        session.execute(insert(EvidenceChunk), [whole])
    return str(row["code"]), ("evidence_file", row["id"], 1, row["sealed"])


def mark_withdrawn(
    session: Session, actor: Actor, row: EvidenceFile, version: int, reason: str
) -> dict[str, Any]:
    """Mark a live file withdrawn: kept, and shown to nobody any more.

    Raises:
        StaleVersion: somebody changed it meanwhile.
    """
    moved = session.execute(
        update(EvidenceFile)
        .where(
            EvidenceFile.id == row.id,
            EvidenceFile.victim_id == row.victim_id,
            EvidenceFile.version == version,
            EvidenceFile.state == "VIGENTE",
        )
        .values(
            state="RETIRADA", withdrawn_at=func.now(), withdrawn_by=actor.user_id,
            withdrawal_reason=reason, version=version + 1,
        )
    )  # fmt: skip
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise StaleVersion(version=row.version)
    return {"code": row.code, "state": "RETIRADA", "version": version + 1}
