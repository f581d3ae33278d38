"""Releases as stored: files, approvals and the ledger of the privacy budget. A schema of its own.

No foreign key leaves it and no count of the register enters it: it can be served by a role (or a server) that
cannot reach a person. Every table is append-only; a release is published when two people have approved it.
"""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, Now, codes_of
from app.states import TableFormat

SCHEMA = "release"


class Release(Base):
    """One drawn set of tables over a closed reference year. `snapshot` says which state was counted only."""

    __tablename__ = "release"
    __table_args__ = (
        Index("ix_release_reference_year", "reference_year"),
        UniqueConstraint("reference_year", "kind"),
        CheckConstraint("code ~ '^LI(-[0-9A-Z]{4}){3}$'", name="code"),
        {"schema": SCHEMA},
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    reference_year: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str]
    workload_version: Mapped[str]
    workload_sha: Mapped[str]
    snapshot: Mapped[str]
    snapshot_sha: Mapped[str]
    ledger_head: Mapped[str]
    rho: Mapped[Decimal] = mapped_column(Numeric)
    code_version: Mapped[str]
    built_at: Mapped[Now]
    built_by: Mapped[int]
    built_institution_id: Mapped[int]


class ReleaseArtefact(Base):
    """One file of a release, byte by byte; the database checks that the hash is that of the content."""

    __tablename__ = "artefact"
    __table_args__ = (
        CheckConstraint("sha256 = encode(pg_catalog.sha256(content), 'hex')", name="sha256"),
        CheckConstraint("name ~ '^[A-Za-z0-9_]{1,40}$'", name="name"),
        codes_of("format", TableFormat),
        {"schema": SCHEMA},
    )

    release_id: Mapped[int] = mapped_column(
        ForeignKey(f"{SCHEMA}.release.id"), primary_key=True, autoincrement=False
    )
    name: Mapped[str] = mapped_column(primary_key=True)
    format: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes]
    sha256: Mapped[str]


class ReleaseApproval(Base):
    """One person's approval. The second one, by another person, publishes."""

    __tablename__ = "approval"
    __table_args__ = ({"schema": SCHEMA},)

    release_id: Mapped[int] = mapped_column(
        ForeignKey(f"{SCHEMA}.release.id"), primary_key=True, autoincrement=False
    )
    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    institution_id: Mapped[int]
    role: Mapped[str]
    at: Mapped[Now]


class ReleaseDiscard(Base):
    """A draft that is not to be approved any more; its budget stays spent."""

    __tablename__ = "discard"
    __table_args__ = (
        CheckConstraint("length(btrim(reason)) BETWEEN 10 AND 300", name="reason"),
        {"schema": SCHEMA},
    )

    release_id: Mapped[int] = mapped_column(
        ForeignKey(f"{SCHEMA}.release.id"), primary_key=True, autoincrement=False
    )
    user_id: Mapped[int]
    institution_id: Mapped[int]
    role: Mapped[str]
    reason: Mapped[str]
    at: Mapped[Now]


class LedgerEntry(Base):
    """What one table took from the budget of a reference year; the trigger fills `seq`, `at` and hashes."""

    __tablename__ = "ledger"
    __table_args__ = (
        CheckConstraint("rho > 0 AND sigma > 0", name="positive"),
        CheckConstraint(
            "concat_ws('_', release_code, kind, table_name, workload_sha, snapshot_sha, code_version)"
            " ~ '^[A-Za-z0-9_.+-]*$'",
            name="plain",
        ),
        Index("ix_ledger_reference_year", "reference_year"),
        {"schema": SCHEMA},
    )

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    release_code: Mapped[str]
    kind: Mapped[str]
    reference_year: Mapped[int] = mapped_column(SmallInteger)
    table_name: Mapped[str]
    rho: Mapped[Decimal] = mapped_column(Numeric)
    sigma: Mapped[Decimal] = mapped_column(Numeric)
    workload_sha: Mapped[str]
    snapshot_sha: Mapped[str]
    code_version: Mapped[str]
    at: Mapped[datetime]
    prev_sha: Mapped[str] = mapped_column(unique=True)
    row_sha: Mapped[str] = mapped_column(unique=True)
