"""Institutions, their units, and the people and systems that sign in."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, Now, codes_of


class Institution(Base):
    """A public or private body that takes part (PNP, MPFN, MIMP, a private shelter...)."""

    __tablename__ = "institution"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    sector: Mapped[str]


class Unit(Base):
    """An office of an institution: the holder of participations."""

    __tablename__ = "unit"

    id: Mapped[Id]
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    department: Mapped[str | None]


class UserAccount(Base):
    """Someone (or some system) who signs in. No personal data but the username."""

    __tablename__ = "user_account"

    id: Mapped[Id]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)
    username: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    supervisor: Mapped[bool] = mapped_column(server_default=text("false"))
    service_account: Mapped[bool] = mapped_column(server_default=text("false"))
    password_hash: Mapped[str]
    failed_logins: Mapped[int] = mapped_column(server_default=text("0"))
    locked_until: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[Now]
    initial_until: Mapped[datetime | None]
    """Until when a password set by somebody else may be exchanged for one's own; null: it is one's own."""


class AuthSession(Base):
    """A signed-in session; every access token is bound to one, revoking it ends them all at once."""

    __tablename__ = "auth_session"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[Now]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str | None]


class RefreshToken(Base):
    """One rotation step of a session's refresh token; only its SHA-256 is stored."""

    __tablename__ = "refresh_token"
    __table_args__ = (Index("ix_refresh_token_session_id", "session_id"),)

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    session_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("auth_session.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    issued_at: Mapped[Now]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class WebSession(Base):
    """The cookie of a browser; only its SHA-256 is stored. Locked, it opens nothing until unlocked."""

    __tablename__ = "web_session"
    __table_args__ = (Index("ix_web_session_session_id", "session_id"),)

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    session_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("auth_session.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    seen_at: Mapped[Now]
    locked_at: Mapped[datetime | None]


class UserPreference(Base):
    """What a person chose for her own pages, and the rules of confidentiality she agreed to."""

    __tablename__ = "user_preference"
    __table_args__ = (codes_of("language", "es en quz"), codes_of("text_size", "normal grande muy-grande"))

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True, autoincrement=False)
    language: Mapped[str] = mapped_column(server_default=text("'es'"))
    text_size: Mapped[str] = mapped_column(server_default=text("'normal'"))
    agreed_version: Mapped[str | None]
    agreed_at: Mapped[datetime | None]


class IdempotencyKey(Base):
    """First answer of a creation, so that a repeated request creates nothing new (holds codes only)."""

    __tablename__ = "idempotency_key"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    operation: Mapped[str]
    request_hash: Mapped[bytes]
    result_code: Mapped[str]
    created_at: Mapped[Now]


class SignInTry(Base):
    """Wrong passwords of a name at a place, and whether it signed in from there: keyed digests, no names.

    Empty `name`: of all names from this address. Empty `source`: of this name from everywhere.
    """

    __tablename__ = "sign_in_try"
    __table_args__ = (Index("ix_sign_in_try_kept_until", "kept_until"),)

    name: Mapped[bytes] = mapped_column(primary_key=True)
    source: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    failed_at: Mapped[datetime | None]
    known: Mapped[bool] = mapped_column(server_default=text("false"))
    kept_until: Mapped[datetime]
