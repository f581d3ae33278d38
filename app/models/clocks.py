"""Clocks (deadlines that the register keeps by itself) and the notices they and people leave for units."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, Now, VictimKey, codes_of
from app.models.cases import CASE_REF
from app.states import ClockEffect, ClockState

RUNNING = text(f"state IN ('{ClockState.RUNNING}', '{ClockState.OVERDUE}')")
_SHORT = "length(subject_code) <= 20"


class Clock(Base):
    """One deadline of one row of a case: which unit must act, and by when.

    `next_at`: when it has something to fire (reminder, overdue, escalation); null once nothing is left.
    `effect`: what running out does to the subject itself (a function of the database).
    """

    __tablename__ = "clock"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "victim_id"], CASE_REF, onupdate="CASCADE"),
        Index(
            "uq_clock_running",
            "kind",
            "subject_table",
            "row_id",
            "case_id",
            unique=True,
            postgresql_where=RUNNING,
        ),
        Index("ix_clock_subject_table_row_id", "subject_table", "row_id"),
        Index("ix_clock_next_at", "next_at", postgresql_where=text("next_at IS NOT NULL")),
        Index("ix_clock_unit_id_due_at", "unit_id", "due_at", postgresql_where=RUNNING),
        Index("ix_clock_case_id", "case_id"),
        codes_of("state", ClockState),
        codes_of("effect", ClockEffect),
        CheckConstraint(_SHORT, name="subject_code"),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    case_id: Mapped[int]
    kind: Mapped[str]
    subject_table: Mapped[str]
    row_id: Mapped[int]
    subject_code: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    started_at: Mapped[Now]
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    remind_at: Mapped[datetime | None]
    escalate_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(server_default=text(f"'{ClockState.RUNNING}'"))
    overdue_at: Mapped[datetime | None]
    met_at: Mapped[datetime | None]
    effect: Mapped[str | None]


class Notice(Base):
    """Something a unit, or one person of it, should look at: codes only, never a text.

    `supervisors`: for those who see all of the unit's cases. `clock_kind`: the clock it comes from, if any.
    `by_unit_id`: whose act it tells of; empty where the register or a shelter did it.
    """

    __tablename__ = "notice"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "victim_id"], CASE_REF, onupdate="CASCADE"),
        UniqueConstraint("code", "victim_id"),
        Index("ix_notice_unit_id_created_at", "unit_id", text("created_at DESC")),
        Index("ix_notice_case_id", "case_id"),
        CheckConstraint("length(kind) <= 40", name="kind"),
        CheckConstraint(_SHORT, name="subject_code"),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    case_id: Mapped[int]
    code: Mapped[str]
    kind: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    supervisors: Mapped[bool] = mapped_column(server_default=text("false"))
    subject_code: Mapped[str]
    clock_kind: Mapped[str | None]
    created_at: Mapped[Now]
    read_at: Mapped[datetime | None]
    read_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    by_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
