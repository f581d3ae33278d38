"""The trace: one event for every act, read, denial and failed sign-in. Append-only."""

from datetime import datetime

from sqlalchemy import DateTime, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, Now


class AuditEvent(Base):
    """Canonical JSON of the event with its HMAC; the other columns are for look-up.

    `salt` lets the sealer build leaves whose content can be erased later while the tree still verifies.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_victim_id", "victim_id", "id"),
        Index("ix_audit_event_user_id", "user_id", "id"),
        Index(
            "ix_audit_event_limited",
            "user_id",
            "action",
            "at",
            postgresql_where=text("action IN ('victims.probe', 'victims.identity-ask')"),
        ),
        Index("ix_audit_event_release_builds", "id", postgresql_where=text("action = 'releases.build'")),
    )

    id: Mapped[Id]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
    user_id: Mapped[int | None]
    unit_id: Mapped[int | None]
    institution_id: Mapped[int | None]
    victim_id: Mapped[int | None]
    action: Mapped[str]
    outcome: Mapped[str]
    event: Mapped[str]
    salt: Mapped[bytes]
    mac: Mapped[bytes]


class AuditQueue(Base):
    """Events not yet sealed; filled by a trigger in the same transaction, drained by the sealer."""

    __tablename__ = "audit_queue"

    event_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    queued_at: Mapped[Now]
