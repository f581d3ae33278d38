"""Signed-in sessions: opened, prolonged by refresh tokens of one use, ended at once.

A session lives at most `session_hours` and, without a refresh, `session_idle_minutes` (stricter than
NIST SP 800-63B-4 at AAL2: 24 hours and 1 hour). Each refresh token is used once. A second use means that
somebody else has a copy, so the whole session ends (RFC 9700, section 4.14.2). There is no grace period: a
client that refreshes twice at once loses its session and signs in again.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.actor import SIGN_IN, Actor
from app.access.passwords import Cost
from app.access.policy import policy
from app.access.tokens import LIFETIME, TokenCodec
from app.audit import record, record_as
from app.db import Database, insert_rows
from app.errors import Unauthenticated
from app.models import AuthSession, RefreshToken
from app.services.access.accounts import Account
from app.services.access.rules import fits, new_refresh_token, token_hash
from app.services.access.tries import NOWHERE, Source
from app.services.access.views import SessionView

SESSION_OVER = "La sesión terminó. Inicie sesión de nuevo."
LONGEST_REFRESH = 200

_LIVE = text("SELECT s.*, a.expires_at FROM ruv.session_state(:id) s JOIN auth_session a ON a.id = :id")


@dataclass(frozen=True, slots=True)
class Means:
    """What signing in works with."""

    database: Database
    tokens: TokenCodec
    cost: Cost
    session_hours: int
    idle_minutes: int
    failures_per_address: int = 30
    source: Source = NOWHERE


@dataclass(frozen=True, slots=True, repr=False)
class Issued:
    """What a client gets: an access token, and a refresh token unless it is a system. Seconds of life."""

    access_token: str
    expires_in: int
    refresh_token: str | None = None
    refresh_expires_in: int | None = None


def open_session(session: Session, means: Means, account: Account) -> tuple[Actor, Issued]:
    """Open a session for a person's account. Runs as SIGN_IN."""
    actor = account.actor(uuid.uuid4())
    ends = _store_session(session, actor, timedelta(hours=means.session_hours))
    return actor, _issue(session, means, actor, ends, supervisor=account.supervisor)


def open_system_session(session: Session, means: Means, account: Account) -> tuple[Actor, Issued]:
    """Open a session for a system: it lasts as long as its access token; the system asks for another."""
    actor = account.actor(uuid.uuid4())
    _store_session(session, actor, timedelta(seconds=LIFETIME))
    return actor, Issued(_access_token(means, actor), LIFETIME)


def refresh(means: Means, token: str) -> Issued:
    """Exchange a refresh token for new tokens; it is used up.

    Raises:
        Unauthenticated: unknown, expired or used before, or the session is over. A used one ends its session.
        Unavailable: the trace cannot be written.
    """
    with means.database.session(SIGN_IN) as session:
        issued = _refreshed(session, means, token)
    if issued is None:  # after the commit: what a refusal has changed must stay
        _over()
    return issued


def end_session(act: Act) -> None:
    """Sign out: every token of the actor's session is void at once."""
    assert act.actor.session_id is not None  # noqa: S101 - signed-in routes only
    _revoke(act.session, act.actor.session_id, "cierre")
    record(act, "auth.sign_out")


def end_other_sessions(session: Session, actor: Actor, reason: str) -> None:
    """End every session of the actor's account but the present one (all, without a present one)."""
    end_sessions_of(session, actor.user_id, reason, but=actor.session_id)


def end_sessions_of(
    session: Session,
    user_id: int,
    reason: str,
    *,
    only: uuid.UUID | None = None,
    but: uuid.UUID | None = None,
) -> None:
    """End the open sessions of an account: all, `only` one, or all `but` one."""
    statement = update(AuthSession).where(AuthSession.user_id == user_id, AuthSession.revoked_at.is_(None))
    if only is not None:
        statement = statement.where(AuthSession.id == only)
    if but is not None:
        statement = statement.where(AuthSession.id != but)
    session.execute(
        statement.values(revoked_at=func.now(), revoked_reason=reason).execution_options(
            synchronize_session=False
        )
    )


def open_sessions(session: Session, user_id: int) -> list[SessionView]:
    """Sessions of an account that are not over, newest first."""
    rows = session.execute(
        select(AuthSession.id, AuthSession.created_at, AuthSession.expires_at)
        .where(
            AuthSession.user_id == user_id,
            AuthSession.revoked_at.is_(None),
            AuthSession.expires_at > func.now(),
        )
        .order_by(AuthSession.created_at.desc(), AuthSession.id)
    )
    return [{"session": str(row.id), "since": row.created_at, "ends": row.expires_at} for row in rows]


def has_session(session: Session, user_id: int, session_id: uuid.UUID) -> bool:
    """Whether the account has this session open."""
    return any(one["session"] == str(session_id) for one in open_sessions(session, user_id))


def _refreshed(session: Session, means: Means, token: str) -> Issued | None:
    digest = token_hash(token)
    used = session.execute(
        update(RefreshToken)
        .where(
            RefreshToken.token_hash == digest,
            RefreshToken.used_at.is_(None),
            RefreshToken.expires_at > func.now(),
        )
        .values(used_at=func.clock_timestamp())
        .returning(RefreshToken.session_id)
        .execution_options(synchronize_session=False)
    ).first()
    if used is None:
        _refuse(session, digest)
        return None
    state = _live_state(session, used.session_id)
    if state is None:
        record_as(session, SIGN_IN, "auth.refresh", outcome="denied", detail={"reason": "session-over"})
        return None
    actor = _actor(state, used.session_id)
    if not fits(token, actor.unit_id, actor.role, supervisor=state["supervisor"]):
        _revoke(session, used.session_id, "cuenta modificada")
        record_as(session, actor, "auth.refresh", outcome="denied", detail={"reason": "account-changed"})
        return None
    record_as(session, actor, "auth.refresh")
    return _issue(session, means, actor, state["expires_at"], supervisor=state["supervisor"])


def _refuse(session: Session, digest: bytes) -> None:
    """Trace the refusal; a token used before ends its whole session."""
    known = session.execute(
        select(RefreshToken.session_id, RefreshToken.user_id, RefreshToken.used_at).where(
            RefreshToken.token_hash == digest
        )
    ).first()
    if known is None:
        record_as(session, SIGN_IN, "auth.refresh", outcome="denied", detail={"reason": "unknown"})
        return
    reason = "expired"
    if known.used_at is not None:
        reason = "reused"
        _revoke(session, known.session_id, "token repetido")
    detail = {"reason": reason, "account": known.user_id, "session": str(known.session_id)}
    record_as(session, SIGN_IN, "auth.refresh", outcome="denied", detail=detail)


def _live_state(session: Session, session_id: uuid.UUID) -> Mapping[str, Any] | None:
    """The account behind a session that is not over, and when the session ends."""
    row = session.execute(_LIVE, {"id": session_id}).mappings().first()
    return None if row is None else dict(row)


def _actor(state: Mapping[str, Any], session_id: uuid.UUID) -> Actor:
    wide = state["supervisor"] or policy().unit_scoped(state["role"])
    return Actor(
        state["user_id"],
        state["username"],
        state["unit_id"],
        state["institution_id"],
        state["role"],
        wide,
        session_id,
    )


def _issue(session: Session, means: Means, actor: Actor, ends: datetime, *, supervisor: bool) -> Issued:
    now = datetime.now(UTC)
    expires = min(now + timedelta(minutes=means.idle_minutes), ends)
    token = new_refresh_token(actor.unit_id, actor.role, supervisor=supervisor)
    row = {"token_hash": token_hash(token), "session_id": actor.session_id, "user_id": actor.user_id}
    insert_rows(session, RefreshToken, [{**row, "issued_at": now, "expires_at": expires}])
    return Issued(_access_token(means, actor), LIFETIME, token, int((expires - now).total_seconds()))


def _access_token(means: Means, actor: Actor) -> str:
    assert actor.session_id is not None  # noqa: S101 - just opened
    return means.tokens.issue(
        user_id=actor.user_id,
        session_id=actor.session_id,
        role=actor.role,
        unit_id=actor.unit_id,
        institution_id=actor.institution_id,
        unit_wide=actor.unit_wide,
    )


def _store_session(session: Session, actor: Actor, life: timedelta) -> datetime:
    now = datetime.now(UTC)
    row = {"id": actor.session_id, "user_id": actor.user_id, "created_at": now, "expires_at": now + life}
    insert_rows(session, AuthSession, [row])
    return now + life


def _revoke(session: Session, session_id: uuid.UUID, reason: str) -> None:
    session.execute(
        update(AuthSession)
        .where(AuthSession.id == session_id, AuthSession.revoked_at.is_(None))
        .values(revoked_at=func.now(), revoked_reason=reason)
        .execution_options(synchronize_session=False)
    )


def _over() -> NoReturn:
    raise Unauthenticated(SESSION_OVER)
