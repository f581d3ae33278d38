"""Read evidence: the files of a plan, and the bytes of one, a few pieces at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.actor import Actor
from app.access.guard import canonical, require
from app.access.opening_files import FileReading, SealedChunk, begin_reading
from app.access.permissions import Permission
from app.access.sealing import CHUNK_BYTES
from app.audit import record
from app.catalogues import code_list
from app.db import Database
from app.errors import Conflict, NotFound
from app.models import EvidenceChunk, EvidenceFile, Plan, PlanActivity
from app.services.evidence.views import EvidenceFileView, FileCodes
from app.services.institutions.masking import unit_names
from app.services.plans.content import COMPARTMENT, PlanRef, find
from app.states import FileState
from app.vault import SealBroken

STATES: Final[Mapping[str, str]] = {FileState.IN_FORCE: "Vigente", FileState.WITHDRAWN: "Retirada"}
AT_A_TIME: Final = 16
"""Pieces read in one short transaction: 1 MiB."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file about to be sent; its reading is in the trace already."""

    code: str
    media_type: str
    size_bytes: int
    reading: FileReading


def stored(session: Session, *, plan_id: int | None = None, consent_id: int | None = None) -> tuple[int, int]:
    """How many files and bytes a plan or a consent holds, whoever added them; its uploads wait here."""
    row = session.execute(
        select(func.ruv.evidence_stored(plan_id, consent_id).table_valued("files", "bytes", name="held"))
    ).one()
    return int(row.files), int(row.bytes)


def find_file(act: Act, code: str) -> tuple[EvidenceFile, PlanRef]:
    """The file behind a code, and its plan.

    Raises:
        NotFound: no such file, or not one of what the actor reads of a plan in scope.
    """
    found = act.session.execute(
        select(EvidenceFile, Plan.code)
        .join(Plan, (Plan.id == EvidenceFile.plan_id) & (Plan.victim_id == EvidenceFile.victim_id))
        .where(EvidenceFile.code == canonical(code, "MD"))
    ).first()
    if found is None:
        raise NotFound
    row, plan = found
    ref = find(act, plan)
    if not ref.sees_all(act.actor) and row.activity_id not in _own_activities(act, ref):
        raise NotFound
    return row, ref


def _own_activities(act: Act, ref: PlanRef) -> set[int]:
    return set(
        act.session.scalars(
            select(PlanActivity.id).where(
                PlanActivity.plan_id == ref.row.id,
                PlanActivity.victim_id == ref.row.victim_id,
                PlanActivity.unit_id == act.actor.unit_id,
            )
        )
    )


def list_files(act: Act, plan: str) -> list[EvidenceFileView]:
    """The files of a plan, oldest first; for who reads it in part, those of its own unit's activities.

    Raises:
        NotFound: no such plan, or out of scope.
        Forbidden: the role reads no plans.
    """
    require(act.actor, Permission.PLANS_READ)
    ref = find(act, plan)
    query = (
        select(EvidenceFile, PlanActivity.code.label("activity"))
        .outerjoin(
            PlanActivity,
            (PlanActivity.id == EvidenceFile.activity_id)
            & (PlanActivity.victim_id == EvidenceFile.victim_id),
        )
        .where(EvidenceFile.plan_id == ref.row.id, EvidenceFile.victim_id == ref.row.victim_id)
        .order_by(EvidenceFile.id)
    )
    if not ref.sees_all(act.actor):
        query = query.where(PlanActivity.unit_id == act.actor.unit_id)
    rows = act.session.execute(query).all()
    record(
        act, "evidence.list", victim_id=ref.row.victim_id, case_id=ref.row.case_id,
        purpose=act.purpose, compartments=[COMPARTMENT], detail={"plan": ref.row.code, "files": len(rows)},
    )  # fmt: skip
    units = unit_names(act, {row.EvidenceFile.unit_id for row in rows})
    return [
        {**shown(row.EvidenceFile), "activity": row.activity, "unit": units[row.EvidenceFile.unit_id].shown()}
        for row in rows
    ]


def shown(row: EvidenceFile) -> FileCodes:
    """A file as it is listed: codes, sizes and times."""
    kinds, reasons = code_list("evidence_kind"), code_list("evidence_withdrawal")
    return {
        "code": row.code,
        "kind": row.kind,
        "kind_label": kinds.labels.get(row.kind, row.kind),
        "media_type": row.media_type,
        "bytes": row.size_bytes,
        "state": row.state,
        "state_label": STATES[row.state],
        "added_at": row.created_at,
        "withdrawn_at": row.withdrawn_at,
        "withdrawal_reason": row.withdrawal_reason,
        "withdrawal_label": reasons.labels.get(row.withdrawal_reason or ""),
        "version": row.version,
    }


def begin(act: Act, code: str) -> Download:
    """Record that the actor reads a file, and say what is needed to send it.

    Raises:
        NotFound: no such file, or out of scope.
        Conflict: it was withdrawn.
    """
    require(act.actor, Permission.PLANS_READ)
    row, ref = find_file(act, code)
    if row.state != FileState.IN_FORCE:
        raise Conflict("El archivo fue retirado y ya no se muestra.")
    pieces = max(1, -(-row.size_bytes // CHUNK_BYTES))
    reading = begin_reading(
        act, FileReading(COMPARTMENT, ref.strand, "evidence_chunk", row.id, pieces),
        action="evidence.read", detail={"file": row.code},
    )  # fmt: skip
    return Download(row.code, row.media_type, row.size_bytes, reading)


def content(database: Database, actor: Actor, reading: FileReading) -> Iterator[bytes]:
    """The bytes of a file, in order; never more than a few pieces in memory, no connection held between them.

    Each group is read in a transaction of its own, so who loses sight of the person meanwhile gets no more.

    Raises:
        SealBroken: a piece is missing, was changed, or is not where it was cut.
    """
    for first in range(0, reading.pieces, AT_A_TIME):
        with database.session(actor) as session:
            opened = list(reading.open(session, first, _chunks(session, reading, first)))
        if len(opened) != min(AT_A_TIME, reading.pieces - first):
            raise SealBroken
        yield b"".join(opened)


def _chunks(session: Session, reading: FileReading, first: int) -> list[SealedChunk]:
    rows = session.execute(
        select(EvidenceChunk.number, EvidenceChunk.key_version, EvidenceChunk.sealed)
        .where(
            EvidenceChunk.file_id == reading.file_id,
            EvidenceChunk.victim_id == reading.strand.victim_id,
            EvidenceChunk.number >= first,
            EvidenceChunk.number < min(first + AT_A_TIME, reading.pieces),
        )
        .order_by(EvidenceChunk.number)
    )
    return [SealedChunk(*row) for row in rows]
