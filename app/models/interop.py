"""What came in from files of other registers."""

from sqlalchemy import ForeignKey, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Now


class ImportRow(Base):
    """One row of a foreign file and the person it became, so that importing it again creates nothing.

    `row_key` is a keyed hash (HMAC) of the row's content: rows hold names and dates, and a bare hash of them
    could be guessed by who steals the table. Each unit has its own; it knows nothing of another's imports.
    """

    __tablename__ = "import_row"
    __table_args__ = (
        Index("ix_import_row_victim_id", "victim_id"),
        Index("ix_import_row_reference_year", "reference_year"),
    )

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(primary_key=True)
    row_key: Mapped[bytes] = mapped_column(primary_key=True)
    victim_id: Mapped[int] = mapped_column(ForeignKey("victim.id"))
    imported_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    imported_at: Mapped[Now]
    reference_year: Mapped[int | None] = mapped_column(SmallInteger)
    """The year it counts in, where it joined a person already registered instead of opening a case."""
