"""Read the signed paper of a consent.

It bears a signature, and so a name. The unit that added it reads it, and who reads the person's contact data
in full; the database says the same.
"""

from __future__ import annotations

from sqlalchemy import Select, select

from app.access.act import Act
from app.access.guard import canonical, require
from app.access.opening_files import FileReading, begin_reading
from app.access.permissions import Permission
from app.access.policy import Level
from app.access.sealing import CHUNK_BYTES, COORDINATION
from app.access.standing import standing
from app.audit import record
from app.errors import Conflict, Forbidden, NotFound
from app.models import EvidenceFile
from app.services.consents.queries import Found, find
from app.services.evidence.queries import Download, shown
from app.services.evidence.views import ScanView
from app.services.institutions.masking import unit_names
from app.states import FileState


def listed(act: Act, consent: str) -> list[ScanView]:
    """The scans of a consent that the actor may read, oldest first.

    Raises:
        NotFound: no such consent in scope.
        Forbidden: the role reads no consents.
    """
    require(act.actor, Permission.CONSENTS_READ)
    found = find(act, consent)
    stored = act.session.scalars(_of(found).order_by(EvidenceFile.id))
    rows = [row for row in stored if _reads(act, found, row)]
    record(
        act, "consents.scans", victim_id=found.ref.victim_id, case_id=found.ref.case_id,
        purpose=act.purpose, detail={"consent": found.row.code, "files": len(rows)},
    )  # fmt: skip
    units = unit_names(act, {row.unit_id for row in rows})
    return [{**shown(row), "unit": units[row.unit_id].shown()} for row in rows]


def begin(act: Act, consent: str, code: str) -> Download:
    """Record that the actor reads a scan, and say what is needed to send it.

    Raises:
        NotFound: no such consent in scope, or it has no such scan.
        Forbidden: the scan is for who reads her contact data in full.
        Conflict: it was withdrawn.
    """
    require(act.actor, Permission.CONSENTS_READ)
    found, row = find_scan(act, consent, code)
    if not _reads(act, found, row):
        raise Forbidden("Lo firmado lo abre quien lee completos los datos de contacto de la persona.")
    if row.state != FileState.IN_FORCE:
        raise Conflict("El archivo fue retirado y ya no se muestra.")
    pieces = max(1, -(-row.size_bytes // CHUNK_BYTES))
    reading = begin_reading(
        act, FileReading(COORDINATION, found.ref.strand, "evidence_chunk", row.id, pieces),
        action="consents.scan-read", detail={"consent": found.row.code, "file": row.code},
    )  # fmt: skip
    return Download(row.code, row.media_type, row.size_bytes, reading)


def find_scan(act: Act, consent: str, code: str) -> tuple[Found, EvidenceFile]:
    """A consent in scope and one of its scans.

    Raises:
        NotFound: no such consent in scope, or it has no such scan that the actor may know of.
    """
    found = find(act, consent)
    row = act.session.scalar(_of(found).where(EvidenceFile.code == canonical(code, "MD")))
    if row is None:
        raise NotFound
    return found, row


def _of(found: Found) -> Select[EvidenceFile]:
    return select(EvidenceFile).where(
        EvidenceFile.consent_id == found.row.id, EvidenceFile.victim_id == found.ref.victim_id
    )


def _reads(act: Act, found: Found, row: EvidenceFile) -> bool:
    if row.unit_id == act.actor.unit_id:
        return True
    stand = standing(act, found.ref.victim_id)
    return stand is not None and stand.level(act.actor, "contact") is Level.FULL
