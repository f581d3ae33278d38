"""Records that may be the same person, and what was decided about them."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    REAL,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, Now, codes_of
from app.states import MatchOrigin, MatchState


class MatchCandidate(Base):
    """A pair of records that may be one person: two of the register, or one of it and an incoming row.

    Columns say how well fields agree, never what they hold. `victim_id` and `other_id` are records, so that
    a merge leaves the pair alone; of two records the older is `victim_id`.
    """

    __tablename__ = "match_candidate"
    __table_args__ = (
        UniqueConstraint("code"),
        UniqueConstraint("victim_id", "other_id"),
        UniqueConstraint("run_id", "row_number", "victim_id"),
        ForeignKeyConstraint(["run_id", "found_unit_id"], ["linkage_run.id", "linkage_run.unit_id"]),
        Index("ix_match_candidate_other_id", "other_id"),
        Index("ix_match_candidate_state_found_at_code", "state", "found_at", "code"),
        CheckConstraint(
            "(other_id IS NULL) = (run_id IS NOT NULL) AND (run_id IS NULL) = (row_number IS NULL)"
            " AND victim_id < coalesce(other_id, victim_id + 1)",
            name="pair",
        ),
        CheckConstraint("band BETWEEN 1 AND 3", name="band"),
        CheckConstraint(f"(state = '{MatchState.PENDING}') = (decided_at IS NULL)", name="decided"),
        codes_of("origin", MatchOrigin),
        codes_of("state", MatchState),
    )

    id: Mapped[Id]
    code: Mapped[str]
    victim_id: Mapped[int] = mapped_column(ForeignKey("victim.id"))
    other_id: Mapped[int | None] = mapped_column(ForeignKey("victim.id"))
    run_id: Mapped[int | None]
    row_number: Mapped[int | None]
    band: Mapped[int] = mapped_column(SmallInteger)
    score: Mapped[float] = mapped_column(REAL)
    fields: Mapped[dict[str, Any]] = mapped_column(JSONB)
    rules_version: Mapped[str]
    origin: Mapped[str]
    reason: Mapped[str | None]
    """Why the registrant took her for somebody else (a code), where a warning was passed over."""
    state: Mapped[str] = mapped_column(server_default=text(f"'{MatchState.PENDING}'"))
    found_at: Mapped[Now]
    found_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    decision_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))


class LinkageRun(Base):
    """One comparison of a file with the register, by one unit under one set of rules.

    `file_key` is a keyed hash of the file's content, so that the same file goes on where it stopped. `done`
    counts the rows compared so far; `counts`, by outcome, what became of them.
    """

    __tablename__ = "linkage_run"
    __table_args__ = (
        UniqueConstraint("code"),
        UniqueConstraint("id", "unit_id"),
        UniqueConstraint("unit_id", "source", "file_key", "rules_version"),
        CheckConstraint("done BETWEEN 0 AND rows AND (finished_at IS NULL OR done = rows)", name="done"),
    )

    id: Mapped[Id]
    code: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    source: Mapped[str]
    file_key: Mapped[bytes]
    rules_version: Mapped[str]
    rows: Mapped[int]
    done: Mapped[int] = mapped_column(server_default=text("0"))
    counts: Mapped[dict[str, int]] = mapped_column(JSONB, server_default=text("'{}'"))
    started_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    started_at: Mapped[Now]
    finished_at: Mapped[datetime | None]
