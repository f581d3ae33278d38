"""Notes of a case and what was added to them. Append-only."""

from datetime import date

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, Now, VictimKey
from app.models.cases import CASE_REF


class CaseNote(Base):
    """What somebody wrote of a case; `sealed` holds the text, under the key of `compartment`.

    `compartment` is what it is about, and so who reads it.
    """

    __tablename__ = "case_note"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "victim_id"], CASE_REF, onupdate="CASCADE"),
        UniqueConstraint("code", "victim_id"),
        Index("ix_case_note_case_id", "case_id", "written_at"),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    case_id: Mapped[int]
    code: Mapped[str]
    compartment: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    written_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    written_at: Mapped[Now]
    kind: Mapped[str]
    happened_on: Mapped[date | None]
    sealed: Mapped[bytes]
    key_version: Mapped[int]


class CaseNoteAddendum(Base):
    """What corrects or completes a note: the note itself is never changed."""

    __tablename__ = "case_note_addendum"
    __table_args__ = (
        ForeignKeyConstraint(
            ["note_id", "victim_id"], ("case_note.id", "case_note.victim_id"), onupdate="CASCADE"
        ),
        UniqueConstraint("code", "victim_id"),
        Index("ix_case_note_addendum_note_id", "note_id"),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    note_id: Mapped[int]
    code: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    written_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    written_at: Mapped[Now]
    sealed: Mapped[bytes]
    key_version: Mapped[int]
