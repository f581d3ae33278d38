"""From which unit to which the plan of a person went."""

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, Now, VictimKey, codes_of
from app.models.plans import PLAN_REF
from app.states import HandoverCause


class PlanHandover(Base):
    """From which unit to which a plan went, and why. Append-only, written by the database alone.

    `cause`: she was admitted, an order (`reason`), its unit left the case, or a repair by the register.
    `by_user_id`: at whose word; nobody's where the register did it by itself.
    """

    __tablename__ = "plan_handover"
    __table_args__ = (
        ForeignKeyConstraint(["plan_id", "victim_id"], PLAN_REF, onupdate="CASCADE"),
        Index("ix_plan_handover_plan_id", "plan_id"),
        codes_of("cause", HandoverCause),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    plan_id: Mapped[int]
    from_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    to_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    cause: Mapped[str]
    reason: Mapped[str | None]
    by_user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[Now]
