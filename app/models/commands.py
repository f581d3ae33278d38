"""Commands that take two people: asked by one, decided by another of another unit."""

from datetime import datetime

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, Now, codes_of
from app.states import CommandKind, CommandState


class CommandRequest(Base):
    """What one person asked for; it takes effect when another person of another unit approves.

    `victim_id` and `other_id` are records: the one that stays and the one it takes in (`FUSION`), the person
    and the record that leaves her (`SEPARACION`), the person of the case alone (`DESCARTE`, `CIERRE`).
    `fingerprint` is what was to be seen when it was asked; the command no longer fits once it changes.
    `warnings` say what of two records does not agree. Codes only, no text.
    """

    __tablename__ = "command_request"
    __table_args__ = (
        Index("ix_command_request_state_requested_at", "state", "requested_at"),
        Index("ix_command_request_requested_at", "requested_at"),
        Index("ix_command_request_victim_id", "victim_id"),
        Index("ix_command_request_other_id", "other_id"),
        Index("ix_command_request_case_id", "case_id"),
        Index("ix_command_request_requested_unit_id", "requested_unit_id", "requested_at"),
        Index(
            "uq_command_request_pending",
            "kind",
            "victim_id",
            "other_id",
            "case_id",
            "requested_unit_id",
            unique=True,
            postgresql_where=text(f"state = '{CommandState.PENDING}'"),
            postgresql_nulls_not_distinct=True,
        ),
        codes_of("kind", CommandKind),
        codes_of("state", CommandState),
        CheckConstraint("code ~ '^CO(-[0-9A-Z]{4}){3}$'", name="code"),
        CheckConstraint(
            f"(kind IN ('{CommandKind.DISCARD}', '{CommandKind.CLOSE}')) = (case_id IS NOT NULL)"
            f" AND (kind IN ('{CommandKind.DISCARD}', '{CommandKind.CLOSE}')) = (other_id IS NULL)"
            " AND coalesce(other_id <> victim_id, true)",
            name="subject",
        ),
        CheckConstraint(
            f"(state = '{CommandState.PENDING}') = (decided_at IS NULL)"
            f" AND (state = '{CommandState.REFUSED}') = (refusal_reason IS NOT NULL)",
            name="decision",
        ),
        CheckConstraint(
            f"state NOT IN ('{CommandState.EXECUTED}', '{CommandState.REFUSED}')"
            " OR coalesce(decided_by <> requested_by AND decided_unit_id <> requested_unit_id, false)",
            name="two_people",
        ),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    victim_id: Mapped[int] = mapped_column(ForeignKey("victim.id"))
    other_id: Mapped[int | None] = mapped_column(ForeignKey("victim.id"))
    case_id: Mapped[int | None]
    reason: Mapped[str]
    fingerprint: Mapped[str]
    warnings: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    state: Mapped[str] = mapped_column(server_default=text(f"'{CommandState.PENDING}'"))
    requested_at: Mapped[Now]
    requested_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    requested_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    requested_institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))
    expires_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=text("now() + interval '7 days'")
    )
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    decided_institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    refusal_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))
