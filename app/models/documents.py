"""Evidence files in sealed pieces, documents printed, and satisfaction detached from the person."""

import uuid
from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import RECORD_REF, Base, Id, Now, VictimKey, codes_of
from app.models.cases import CASE_REF
from app.models.plans import PLAN_REF
from app.states import FileState, MediaType, PaperKind


class EvidenceFile(Base):
    """What proves something of a plan, or a consent's signed paper; withdrawn, never deleted."""

    __tablename__ = "evidence_file"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "victim_id"], CASE_REF, onupdate="CASCADE"),
        ForeignKeyConstraint(["plan_id", "victim_id"], PLAN_REF, onupdate="CASCADE"),
        ForeignKeyConstraint(
            ["activity_id", "victim_id"], ("plan_activity.id", "plan_activity.victim_id"), onupdate="CASCADE"
        ),
        ForeignKeyConstraint(
            ["consent_id", "victim_id"], ("consent.id", "consent.victim_id"), onupdate="CASCADE"
        ),
        UniqueConstraint("code", "victim_id"),
        Index("ix_evidence_file_plan_id", "plan_id"),
        Index("ix_evidence_file_consent_id", "consent_id", postgresql_where=text("consent_id IS NOT NULL")),
        CheckConstraint(
            "(plan_id IS NULL) <> (consent_id IS NULL) AND (activity_id IS NULL OR plan_id IS NOT NULL)",
            name="subject",
        ),
        codes_of("media_type", MediaType),
        codes_of("state", FileState),
        CheckConstraint(
            f"(state = '{FileState.WITHDRAWN}')"
            " = (withdrawn_at IS NOT NULL AND withdrawal_reason IS NOT NULL)",
            name="withdrawn",
        ),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    case_id: Mapped[int]
    plan_id: Mapped[int | None]
    activity_id: Mapped[int | None]
    consent_id: Mapped[int | None]
    code: Mapped[str]
    kind: Mapped[str]
    media_type: Mapped[str]
    size_bytes: Mapped[int]
    state: Mapped[str] = mapped_column(server_default=text(f"'{FileState.IN_FORCE}'"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    sealed: Mapped[bytes]
    key_version: Mapped[int]
    created_at: Mapped[Now]
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawal_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))


class EvidenceChunk(Base):
    """One sealed piece of a file, bound to its number and to whether it is the last."""

    __tablename__ = "evidence_chunk"
    __table_args__ = (
        ForeignKeyConstraint(
            ["file_id", "victim_id"], ("evidence_file.id", "evidence_file.victim_id"), onupdate="CASCADE"
        ),
        UniqueConstraint("file_id", "victim_id", "number"),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    file_id: Mapped[int]
    number: Mapped[int] = mapped_column(SmallInteger)
    sealed: Mapped[bytes]
    key_version: Mapped[int]


class PrintedDocument(Base):
    """That something of a person was printed, with a keyed hash of what the paper says. Append-only."""

    __tablename__ = "printed_document"
    __table_args__ = (
        ForeignKeyConstraint(["record_id", "victim_id"], RECORD_REF, onupdate="CASCADE"),
        UniqueConstraint("code", "victim_id"),
        Index("ix_printed_document_record_id", "record_id"),
        codes_of("kind", PaperKind),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    record_id: Mapped[int]
    code: Mapped[str]
    kind: Mapped[str]
    subject_code: Mapped[str]
    names: Mapped[bool]
    content_hash: Mapped[bytes]
    printed_at: Mapped[Now]
    by_user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    by_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))


class SatisfactionUrn(Base):
    """Answers of somebody, sealed to one length under a key of their own; in no order and with no time."""

    __tablename__ = "satisfaction_urn"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kek_id: Mapped[int] = mapped_column(ForeignKey("kek.id"))
    wrapped: Mapped[bytes]
    sealed: Mapped[bytes]


class SatisfactionCount(Base):
    """How often a question was answered so in a month, by kind of service; nothing of anybody."""

    __tablename__ = "satisfaction_count"
    __table_args__ = (CheckConstraint("EXTRACT(day FROM month) = 1", name="month"),)

    month: Mapped[date] = mapped_column(primary_key=True)
    service: Mapped[str] = mapped_column(primary_key=True)
    question: Mapped[str] = mapped_column(primary_key=True)
    answer: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
