"""Signing in with a password, or as a system with its secret.

One answer for every failure: unknown name, wrong password, wrong kind of account, disabled, waiting. Each way
takes the time of one password check and the same statements, so that nobody learns which accounts exist.
That an account waits is therefore not told either; the text mentions it as a possibility.

The password is checked outside of any transaction, since that takes a tenth of a second; the attempt is then
decided with the account's row held, so that attempts made at once are counted one by one. A failure commits
its count and its trace before it is answered.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.orm import Session

from app.access.actor import SIGN_IN, Actor
from app.access.passwords import dummy_verify, hash_password, needs_rehash, verify_password
from app.audit import record
from app.errors import PasswordChangeRequired, Unauthenticated
from app.services.access.accounts import (
    NOBODY,
    Account,
    clear_failures,
    count_failure,
    find_account,
    locked_account,
)
from app.services.access.sessions import Issued, Means, open_session, open_system_session

REFUSED = (
    "El usuario o la contraseña no son correctos, o la cuenta está en espera por varios intentos fallidos. "
    "Revise los datos o intente más tarde."
)
WRONG = "password"
INITIAL = "initial-password"

Opened = TypeVar("Opened")
Opener = Callable[[Session, Means, Account], tuple[Actor, Opened]]
"""What a right password opens; runs as SIGN_IN, in the transaction that clears the failures."""


def sign_in(means: Means, username: str, password: str, *, service: bool = False) -> Issued:
    """Check a name and a password (or, of a system, its id and secret) and open a session.

    `service` says that it is a system: accounts of persons are refused then, and those of systems otherwise.

    Raises:
        Unauthenticated: the same for every reason.
        PasswordChangeRequired: the password is right, but an initial one.
        Unavailable: the trace cannot be written, or the database is away.
    """
    opener: Opener[Issued] = open_system_session if service else open_session
    return check_in(means, username, password, opener, service=service)


def check_in(
    means: Means,
    username: str,
    password: str,
    opener: Opener[Opened],
    *,
    service: bool = False,
    first: bool = False,
    action: str = "auth.sign_in",
) -> Opened:
    """Check a name and a password, and open what `opener` opens for the account.

    Args:
        first: somebody else set the password, and it is about to be exchanged; it opens nothing else.

    Raises:
        Unauthenticated: the same for every reason.
        PasswordChangeRequired: the password is right, but an initial one.
        Unavailable: the trace cannot be written, or the database is away.
    """
    with means.database.session(SIGN_IN) as session:
        found = find_account(session, username)
    right, new_hash = _checked(means, found, password, service=service)
    with means.database.session(SIGN_IN) as session:
        account = locked_account(session, found.id if found else NOBODY)
        refusal = _refusal(found, account, right=right, service=service)
        if refusal is None and account is not None and (account.initial_until is not None) is not first:
            refusal = WRONG if first else INITIAL
        if refusal is not None:
            _refuse(session, account, refusal, action)
        else:
            assert account is not None  # noqa: S101 - nobody was not refused
            clear_failures(session, account, new_hash)
            actor, opened = opener(session, means, account)
            record(session, actor, action)
    # After the commit: the count and the trace of the failure must stay.
    if refusal == INITIAL:
        raise PasswordChangeRequired
    if refusal is not None:
        raise Unauthenticated(REFUSED)
    return opened


def _checked(means: Means, found: Account | None, password: str, *, service: bool) -> tuple[bool, str | None]:
    """Whether the password is right, and the hash to store if the stored one is too cheap by now."""
    if found is None or found.service_account is not service or found.disabled_at or found.waits():
        dummy_verify(password, cost=means.cost)
        return False, None
    if not verify_password(found.password_hash, password):
        return False, None
    if needs_rehash(found.password_hash, cost=means.cost):
        return True, hash_password(password, cost=means.cost)
    return True, None


def _refusal(found: Account | None, account: Account | None, *, right: bool, service: bool) -> str | None:
    """Why an attempt fails, judged by the account as it is now; None if it does not."""
    if found is None or account is None:
        return "unknown"
    if account.service_account is not service:
        return "kind"
    if account.disabled_at is not None:
        return "disabled"
    if account.waits():
        return "waiting"
    # A password changed in the meantime was not the one that was checked.
    if not right or account.password_hash != found.password_hash:
        return WRONG
    return "expired" if account.stale else None


def _refuse(session: Session, account: Account | None, reason: str, action: str) -> None:
    """Count and trace the failure; a name that nobody has is not stored."""
    count_failure(session, account if reason == WRONG else None)
    who = account.actor() if account is not None else SIGN_IN
    record(session, who, action, outcome="denied", detail={"reason": reason})
