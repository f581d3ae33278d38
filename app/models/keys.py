"""How far a change of the index key came."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Now


class IndexRotation(Base):
    """The rebuild of everybody's look-up tokens under a new index key; at most one is under way."""

    __tablename__ = "index_rotation"

    key_id: Mapped[int] = mapped_column(ForeignKey("kek.id"), primary_key=True, autoincrement=False)
    done_through: Mapped[int] = mapped_column(server_default=text("0"))
    records: Mapped[int] = mapped_column(server_default=text("0"))
    started_at: Mapped[Now]
    finished_at: Mapped[datetime | None]


Index(
    "uq_index_rotation_open",
    IndexRotation.finished_at.is_(None),
    unique=True,
    postgresql_where=IndexRotation.finished_at.is_(None),
)
