"""Referrals (derivaciones) between units."""

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, Now, VictimKey, codes_of
from app.models.cases import CASE_REF
from app.states import ReferralState

REFERRAL_REF = ("referral.id", "referral.victim_id")


class Referral(Base):
    """One unit asks another for a service. Before acceptance the receiver sees the coded part only.

    `sealed` holds the message to the receiver and the answer's words (services compartment). `recalled`: the
    consulate that was asked may not know of it any more (she seeks asylum).
    """

    __tablename__ = "referral"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "victim_id"], CASE_REF, onupdate="CASCADE"),
        ForeignKeyConstraint(
            ["consent_id", "victim_id"],
            ["consent.id", "consent.victim_id"],
            onupdate="CASCADE",
            deferrable=True,
            initially="DEFERRED",
        ),
        ForeignKeyConstraint(["replaces_id", "victim_id"], REFERRAL_REF, onupdate="CASCADE"),
        UniqueConstraint("code", "victim_id"),
        # An expired or refused referral is sent again once.
        Index(
            "uq_referral_replaces",
            "replaces_id",
            "victim_id",
            unique=True,
            postgresql_where=text("replaces_id IS NOT NULL"),
        ),
        Index("ix_referral_to_unit_id_state", "to_unit_id", "state"),
        Index("ix_referral_from_unit_id_state", "from_unit_id", "state"),
        Index("ix_referral_case_id", "case_id"),
        Index("ix_referral_consent_id", "consent_id", postgresql_where=text("consent_id IS NOT NULL")),
        Index(
            "uq_referral_waiting",
            "case_id",
            "victim_id",
            "from_unit_id",
            "to_unit_id",
            "service_type",
            unique=True,
            postgresql_where=text(f"state = '{ReferralState.SENT}'"),
        ),
        codes_of("state", ReferralState),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    case_id: Mapped[int]
    code: Mapped[str]
    from_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    to_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    service_type: Mapped[str]
    reason: Mapped[str]
    legal_basis: Mapped[str]
    compartments: Mapped[list[str]]
    urgent: Mapped[bool]
    state: Mapped[str]
    sent_at: Mapped[Now]
    sent_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    due_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    refusal_reason: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    result: Mapped[str | None]
    sealed_message: Mapped[bytes | None]
    sealed_answer: Mapped[bytes | None]
    key_version: Mapped[int | None]
    replaces_id: Mapped[int | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))
    consent_id: Mapped[int | None]
    recalled: Mapped[bool] = mapped_column(server_default=text("false"))


class ReferralStep(Base):
    """One change of state of a referral: when, by which unit (none: the clock). Written by the database."""

    __tablename__ = "referral_step"
    __table_args__ = (
        ForeignKeyConstraint(["referral_id", "victim_id"], REFERRAL_REF, onupdate="CASCADE"),
        Index("ix_referral_step_referral_id", "referral_id"),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    referral_id: Mapped[int]
    from_state: Mapped[str | None]
    to_state: Mapped[str]
    reason: Mapped[str | None]
    at: Mapped[Now]
    by_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
