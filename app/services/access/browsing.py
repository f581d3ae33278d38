"""Sessions of browsers: an opaque cookie over the same revocable session that tokens rest on.

The cookie holds 256 random bits; only their SHA-256 is stored. Without a request for `LOCK_AFTER` the session
is locked: it opens nothing until its owner types her password again, and what she was writing waits for her.
A person may lock it at once (the exit button). It ends with the session itself.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from app.access.actor import SIGN_IN, Actor
from app.access.policy import policy
from app.audit import record_as
from app.db import Database, insert_rows
from app.errors import Unauthenticated
from app.models import WebSession
from app.services.access.accounts import Account
from app.services.access.first_password import exchange_password
from app.services.access.rules import token_hash
from app.services.access.sessions import SESSION_OVER, Means, open_session
from app.services.access.sign_in import REFUSED, check_in

WARN_AFTER: Final = timedelta(minutes=15)
LOCK_AFTER: Final = timedelta(minutes=20)
"""Fifteen minutes and five of warning."""
_SEEN_EVERY: Final = timedelta(seconds=30)
_BYTES: Final = 32
_LONGEST: Final = 100

_STATE = text("""
    SELECT w.session_id, w.seen_at, w.locked_at, s.user_id, s.username, s.unit_id, s.institution_id, s.role,
           s.supervisor, u.name AS unit_name, u.code AS unit_code, u.kind AS unit_kind, u.department,
           coalesce(p.language, 'es') AS language, coalesce(p.text_size, 'normal') AS text_size,
           p.agreed_version
    FROM web_session w
    CROSS JOIN LATERAL ruv.session_state(w.session_id) s
    JOIN unit u ON u.id = s.unit_id
    LEFT JOIN user_preference p ON p.user_id = s.user_id
    WHERE w.token_hash = :hash
""")

_FORMER = text("""
    SELECT w.session_id, u.id AS user_id, u.username, u.unit_id, u.institution_id, u.role, u.supervisor
    FROM web_session w
    JOIN auth_session s ON s.id = w.session_id
    JOIN user_account u ON u.id = w.user_id
    WHERE w.token_hash = :hash AND s.revoked_at IS NULL AND u.disabled_at IS NULL
      AND s.expires_at <= now() AND s.expires_at > now() - interval '7 days'
""")


@dataclass(frozen=True, slots=True)
class Browsing:
    """Who is at the browser, and how her pages look."""

    actor: Actor
    locked: bool
    supervisor: bool
    language: str
    text_size: str
    agreed_version: str | None
    unit_name: str
    unit_code: str
    unit_kind: str
    department: str | None

    @property
    def role_label(self) -> str:
        """Spanish name of the role."""
        return policy().roles[self.actor.role].label


def open_browser(means: Means, username: str, password: str) -> str:
    """Check a name and a password and open a session for a browser; returns the cookie's value.

    Raises:
        Unauthenticated: the same for every reason.
        PasswordChangeRequired: the password is right, but an initial one.
        Unavailable: the trace cannot be written, or the database is away.
    """
    return check_in(means, username, password, _open_cookie)


def exchange_browser(means: Means, username: str, initial: str, new: str) -> str:
    """Exchange an initial password for one's own and open a session for a browser; returns its cookie.

    Raises:
        Invalid, Unauthenticated, Unavailable: as `exchange_password`.
    """
    return exchange_password(means, username, initial, new, _open_cookie)


def browsing_of(database: Database, token: str) -> Browsing | None:
    """Who a cookie belongs to, or None if its session is over. Counts as a sign of life unless locked."""
    if not token or len(token) > _LONGEST:
        return None
    with database.session(SIGN_IN) as session:
        row = session.execute(_STATE, {"hash": token_hash(token)}).first()
        return None if row is None else _seen(session, row, token)


def former(database: Database, token: str) -> Actor | None:
    """Whose session a cookie was of, if it has run out within a week; none of one that was ended.

    For what she wrote in a page of it. The actor has no session, and is never let in as such.
    """
    if not token or len(token) > _LONGEST:
        return None
    with database.session(SIGN_IN) as session:
        row = session.execute(_FORMER, {"hash": token_hash(token)}).first()
    return None if row is None else replace(_actor(row), session_id=None)


def lock(database: Database, token: str) -> None:
    """Lock the session of a cookie; an unknown or ended one is left as it is."""
    with database.session(SIGN_IN) as session:
        row = session.execute(_STATE, {"hash": token_hash(token)}).first()
        if row is not None and row.locked_at is None:
            _set(session, token, locked_at=datetime.now(UTC))
            record_as(session, _actor(row), "auth.lock")


def unlock(means: Means, token: str, password: str) -> None:
    """Open a locked session again for its own account's password. Wrong ones count as at signing in.

    Raises:
        Unauthenticated: a wrong password, or the session is over; says which.
    """
    with means.database.session(SIGN_IN) as session:
        row = session.execute(_STATE, {"hash": token_hash(token)}).first()
    if row is None:
        raise Unauthenticated(SESSION_OVER)

    def opener(session: Session, _means: Means, account: Account) -> tuple[Actor, None]:
        if account.id != row.user_id:
            raise Unauthenticated(REFUSED)
        _set(session, token, locked_at=None, seen_at=datetime.now(UTC))
        return _actor(row), None

    check_in(means, row.username, password, opener, action="auth.unlock")


def form_token(token: str) -> str:
    """What a form must send along with the cookie: known only to pages of the same session."""
    return hashlib.blake2b(token.encode(), digest_size=24, person=b"ruv-form").hexdigest()


def _open_cookie(session: Session, means: Means, account: Account) -> tuple[Actor, str]:
    actor, _ = open_session(session, means, account)
    assert actor.session_id is not None  # noqa: S101 - just opened
    token = secrets.token_urlsafe(_BYTES)
    row = {"token_hash": token_hash(token), "session_id": actor.session_id, "user_id": actor.user_id}
    insert_rows(session, WebSession, [{**row, "seen_at": datetime.now(UTC)}])
    return actor, token


def _seen(session: Session, row: Any, token: str) -> Browsing:
    now = datetime.now(UTC)
    idle = now - row.seen_at
    locked = row.locked_at is not None
    if not locked and idle >= LOCK_AFTER:
        locked = True
        _set(session, token, locked_at=now)
        record_as(session, _actor(row), "auth.lock", detail={"reason": "idle"})
    elif not locked and idle >= _SEEN_EVERY:
        _set(session, token, seen_at=now)
    return Browsing(
        actor=_actor(row),
        locked=locked,
        supervisor=row.supervisor,
        language=row.language,
        text_size=row.text_size,
        agreed_version=row.agreed_version,
        unit_name=row.unit_name,
        unit_code=row.unit_code,
        unit_kind=row.unit_kind,
        department=row.department,
    )


def _actor(row: Any) -> Actor:
    wide = row.supervisor or policy().unit_scoped(row.role)
    session_id: uuid.UUID = row.session_id
    return Actor(row.user_id, row.username, row.unit_id, row.institution_id, row.role, wide, session_id)


def _set(session: Session, token: str, **values: datetime | None) -> None:
    session.execute(
        update(WebSession)
        .where(WebSession.token_hash == token_hash(token))
        .values(values)
        .execution_options(synchronize_session=False)
    )
