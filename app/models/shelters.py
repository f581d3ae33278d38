"""Placements: where a person is taken in, and since when."""

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, Now, VictimKey
from app.models.cases import CASE_REF


class Placement(Base):
    """A person's stay in a shelter. While it is open the shelter's staff are resident staff."""

    __tablename__ = "placement"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "victim_id"], CASE_REF, onupdate="CASCADE"),
        UniqueConstraint("code", "victim_id"),
        Index("ix_placement_victim_id", "victim_id"),
        Index(
            "uq_placement_open",
            "victim_id",
            unique=True,
            postgresql_where=text("left_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    case_id: Mapped[int]
    code: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    admitted_at: Mapped[Now]
    admitted_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    left_at: Mapped[datetime | None]
    exit_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))
