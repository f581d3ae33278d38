"""What live figures are served from: the counts of a year as they were when enough persons had changed."""

from typing import Any

from sqlalchemy import SmallInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Now


class IndicatorSnapshot(Base):
    """The exact counts of a year, of all indicators and of the reconciliation at once; no row of a person.

    Only the role that counts reads or writes it; what anybody sees goes through the rules of each figure.
    """

    __tablename__ = "indicator_snapshot"

    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    taken_at: Mapped[Now]
    figures: Mapped[dict[str, Any]] = mapped_column(JSONB)
