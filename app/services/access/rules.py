"""Rules of signing in, as pure functions: how long an account waits, what a refresh token is tied to."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

FREE_FAILURES: Final = 4
"""Wrong passwords in a row that cost nothing: people mistype."""
FIRST_WAIT: Final = 60
LONGEST_WAIT: Final = 3600
MOST_FAILURES: Final = 100
"""NIST SP 800-63B-4, section 3.2.2: no more than 100 in a row; then an administrator sets a new password."""
CLOSED_SECONDS: Final = 100 * 365 * 24 * 3600

_SECRET_BYTES: Final = 32
_MARK: Final = 22


def wait_after(failures: int) -> int:
    """Seconds an account accepts no sign-in after this many wrong passwords in a row.

    Nothing up to the fourth; one minute from the fifth, doubling to an hour; closed at the hundredth.
    """
    if failures <= FREE_FAILURES:
        return 0
    if failures >= MOST_FAILURES:
        return CLOSED_SECONDS
    return min(FIRST_WAIT << min(failures - FREE_FAILURES - 1, 16), LONGEST_WAIT)


def new_refresh_token(unit_id: int, role: str, *, supervisor: bool) -> str:
    """A refresh token: 256 random bits and a mark of what the account was when it signed in.

    The mark is under the stored hash like the rest, so nobody can exchange it; when the account's unit,
    role or supervision change, the token no longer fits and the session is over.
    """
    return f"{secrets.token_urlsafe(_SECRET_BYTES)}.{_mark(unit_id, role, supervisor=supervisor)}"


def fits(token: str, unit_id: int, role: str, *, supervisor: bool) -> bool:
    """Whether the account is still what it was when the token was drawn."""
    return token.rpartition(".")[2] == _mark(unit_id, role, supervisor=supervisor)


def token_hash(token: str) -> bytes:
    """What is stored of a refresh token: its SHA-256 (it is random, so it needs no slow hash)."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _mark(unit_id: int, role: str, *, supervisor: bool) -> str:
    return hashlib.sha256(f"{unit_id}|{role}|{int(supervisor)}".encode()).hexdigest()[:_MARK]
