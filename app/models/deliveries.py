"""Services delivered to a person in a case."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, Now, VictimKey, codes_of
from app.models.cases import CASE_REF
from app.states import Attendance, DeliveryState


class ServiceDelivery(Base):
    """What was given, when, by which unit, and whether she came; `sealed` holds the note (services).

    Append-only: a mistaken one is voided and written anew. `referral_id`, `activity_id`: what it answers to.
    """

    __tablename__ = "service_delivery"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "victim_id"], CASE_REF, onupdate="CASCADE"),
        ForeignKeyConstraint(
            ["referral_id", "victim_id"],
            ("referral.id", "referral.victim_id"),
            onupdate="CASCADE",
            deferrable=True,
            initially="DEFERRED",
        ),
        ForeignKeyConstraint(
            ["activity_id", "victim_id"],
            ("plan_activity.id", "plan_activity.victim_id"),
            onupdate="CASCADE",
            deferrable=True,
            initially="DEFERRED",
        ),
        UniqueConstraint("code", "victim_id"),
        Index("ix_service_delivery_case_id", "case_id", "delivered_on"),
        Index("ix_service_delivery_referral_id", "referral_id"),
        Index("ix_service_delivery_activity_id", "activity_id"),
        codes_of("attendance", Attendance),
        codes_of("state", DeliveryState),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    case_id: Mapped[int]
    code: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    service_type: Mapped[str]
    delivered_on: Mapped[date]
    attendance: Mapped[str]
    hours: Mapped[int | None] = mapped_column(SmallInteger)
    quantity: Mapped[int | None] = mapped_column(SmallInteger)
    referral_id: Mapped[int | None]
    activity_id: Mapped[int | None]
    sealed: Mapped[bytes | None]
    key_version: Mapped[int | None]
    created_at: Mapped[Now]
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    state: Mapped[str] = mapped_column(server_default=text(f"'{DeliveryState.IN_FORCE}'"))
    void_reason: Mapped[str | None]
    voided_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))
