"""Rules of signing in, as pure functions: how long an account waits, what a refresh token is tied to."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Final

FREE_FAILURES: Final = 4
"""Wrong passwords in a row that cost nothing: people mistype."""
FIRST_WAIT: Final = 60
LONGEST_WAIT: Final = 3600
LONGEST_WAIT_OF_ADDRESS: Final = 900
"""An address may be that of a whole office."""
MUCH_TRIED: Final = 20
"""Wrong passwords for one name in an hour, from anywhere; then places it never signed in from wait sooner."""
TRIED_SPAN: Final = timedelta(hours=1)

# Without what is misread on paper or over the telephone; 20 of 29 letters and digits are 97 bits.
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz346789"
_GROUP: Final = 5
_SECRET_BYTES: Final = 32
_MARK: Final = 22


def wait_after(failures: int) -> int:
    """Seconds a name is not let in at a place after this many wrong passwords in a row there.

    Nothing up to the fourth; one minute from the fifth, doubling to an hour. It never closes for good: who
    could close an account by trying would decide who works. What bounds guessing instead is the wait of each
    place and of each address (NIST SP 800-63B-4, section 3.2.2, on places that signed in before).
    """
    return _doubling(failures - FREE_FAILURES, LONGEST_WAIT)


def wait_of_address(failures: int, most: int) -> int:
    """Seconds an address waits after this many wrong passwords of an hour, `most` of which cost nothing."""
    return _doubling(failures - most + 1, LONGEST_WAIT_OF_ADDRESS)


def tried_until(failures: int) -> datetime | None:
    """Until when an account counts as much tried after so many wrong passwords in a row; None: it is not."""
    return datetime.now(UTC) + TRIED_SPAN if failures >= MUCH_TRIED else None


def _doubling(over: int, longest: int) -> int:
    return 0 if over <= 0 else min(FIRST_WAIT << min(over - 1, 16), longest)


def half_of_password() -> str:
    """One of the two halves of an initial password: 48 random bits in groups that can be dictated.

    Nobody but its owner gets both: who asked for the account has one, who approved it the other.
    """
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(2))


def mark_of_half(first: str) -> bytes:
    """What is stored of the first half until the second one is drawn."""
    return hashlib.sha256(f"half|{_plain(first)}".encode("utf-8", "surrogatepass")).digest()


def with_second_half(mark: bytes, second: str) -> str:
    """What is hashed of an initial password: the mark of its first half, and its second half."""
    return f"{mark.hex()}.{_plain(second)}"


def whole_of(typed: str) -> str:
    """What is hashed of an initial password, from both halves as they were typed, one after the other."""
    plain = _plain(typed)
    return with_second_half(mark_of_half(plain[: 2 * _GROUP]), plain[2 * _GROUP :])


def _plain(text: str) -> str:
    """As it was drawn, without what people put between the groups."""
    return "".join(letter for letter in text.lower() if letter.isalnum())


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
