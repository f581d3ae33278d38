"""Institutions, their units, and the people and systems that sign in."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, Now, codes_of
from app.states import AccountRequestKind, Audience, CommandState, Language, TextSize


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
    __table_args__ = (CheckConstraint("code ~ '^AU(-[0-9A-Z]{4}){3}$'", name="code"),)

    id: Mapped[Id]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)
    code: Mapped[str] = mapped_column(unique=True, server_default=text("ruv.new_account_code()"))
    """How it is known outside."""
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
    approved_at: Mapped[datetime | None]
    """When a second person approved it; null: it waits, and nobody signs in with it."""


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
    __table_args__ = (codes_of("language", Language), codes_of("text_size", TextSize))

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True, autoincrement=False)
    language: Mapped[str] = mapped_column(server_default=text("'es'"))
    text_size: Mapped[str] = mapped_column(server_default=text("'normal'"))
    agreed_version: Mapped[str | None]
    agreed_at: Mapped[datetime | None]


class IdempotencyKey(Base):
    """First answer of a creation, so that a repeated request creates nothing new (holds codes only)."""

    __tablename__ = "idempotency_key"
    __table_args__ = (Index("ix_idempotency_key_created_at", "created_at"),)

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


class AccountRequest(Base):
    """What an administrator asked about an account; done when another human of another unit approves.

    `unit_id`, `role` and `supervisor` are what the account is to be (`ALTA`, `CAMBIO`). `secret_mark` is the
    digest of the requester's half of an initial password, until it is decided.
    """

    __tablename__ = "account_request"
    __table_args__ = (
        Index(
            "uq_account_request_pending",
            "account_id",
            unique=True,
            postgresql_where=text(f"state = '{CommandState.PENDING}'"),
        ),
        Index("ix_account_request_account_id", "account_id", "decided_at"),
        Index("ix_account_request_requested_institution_id", "requested_institution_id", "requested_at"),
        Index("ix_account_request_requested_at", "requested_at"),
        codes_of("kind", AccountRequestKind),
        codes_of("state", CommandState),
        CheckConstraint("code ~ '^CT(-[0-9A-Z]{4}){3}$'", name="code"),
        CheckConstraint(
            f"(kind IN ('{AccountRequestKind.GRANT}', '{AccountRequestKind.CHANGE}'))"
            " = (unit_id IS NOT NULL AND role IS NOT NULL"
            " AND supervisor IS NOT NULL)",
            name="wanted",
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
    account_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    role: Mapped[str | None]
    supervisor: Mapped[bool | None]
    secret_mark: Mapped[bytes | None]
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
    settled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))


class AccountNotice(Base):
    """What heads of a unit, or data protection officers in it, are told of an account: a code, no words."""

    __tablename__ = "account_notice"
    __table_args__ = (
        Index("ix_account_notice_unit_id", "unit_id", "created_at"),
        CheckConstraint("length(kind) <= 40", name="kind"),
        codes_of("audience", Audience),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    audience: Mapped[str]
    account_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[Now]
    read_at: Mapped[datetime | None]
    read_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
