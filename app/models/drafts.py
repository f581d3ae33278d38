"""Forms not yet sent, and the browsers that may deliver what was written without a connection."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, Now


class Draft(Base):
    """A form as its owner left it, sealed; what is in clear are codes. Written through `ruv.keep_draft`."""

    __tablename__ = "draft"
    __table_args__ = (
        UniqueConstraint("user_id", "unit_id", "form"),
        Index("ix_draft_updated_at", "updated_at"),
        CheckConstraint("form ~ '^[a-z]{1,30}(:[A-Za-z0-9-]{1,60}){0,2}$'", name="form"),
        CheckConstraint("kind ~ '^[a-z]{1,30}$'", name="kind"),
        CheckConstraint(
            r"path ~ '^(/[A-Za-z0-9_.~%-]+)+(\?[A-Za-z0-9_.~%=&-]*)?$' AND length(path) <= 200", name="path"
        ),
        CheckConstraint("subject_code ~ '^[A-Z]{2}(-[0-9A-Z]{4}){2,3}$'", name="subject_code"),
        CheckConstraint("reason ~ '^[a-z-]{1,40}$'", name="reason"),
        CheckConstraint("octet_length(sealed) <= 400000", name="size"),
    )

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    form: Mapped[str]
    kind: Mapped[str]
    path: Mapped[str]
    subject_code: Mapped[str | None]
    reason: Mapped[str | None]
    version: Mapped[int]
    kek_id: Mapped[int] = mapped_column(ForeignKey("kek.id"))
    wrapped: Mapped[bytes]
    sealed: Mapped[bytes]
    created_at: Mapped[Now]
    updated_at: Mapped[Now]


class Device(Base):
    """A browser of a user: the public half (65 bytes) of a P-256 key that never leaves the device."""

    __tablename__ = "device"
    __table_args__ = (
        CheckConstraint("octet_length(public_key) = 65", name="public_key"),
        CheckConstraint("length(label) <= 60", name="label"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    public_key: Mapped[bytes]
    label: Mapped[str]
    created_at: Mapped[Now]
    seen_at: Mapped[Now]
    revoked_at: Mapped[datetime | None]
