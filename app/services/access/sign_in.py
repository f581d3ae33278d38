"""Signing in with a password, or as a system with its secret.

One answer for every failure: unknown name, wrong password, wrong kind of account, disabled. Each way takes
the time of one password check and the same statements, so that nobody learns which accounts exist. After
several failures the place they come from waits (`tries`), for names that nobody has just as well; then no
password is checked.

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
from app.audit import record_as
from app.errors import AppError, PasswordChangeRequired, Unauthenticated
from app.services.access.accounts import (
    NOBODY,
    Account,
    clear_failures,
    count_failure,
    find_account,
    locked_account,
)
from app.services.access.rules import whole_of
from app.services.access.sessions import Issued, Means, open_session, open_system_session
from app.services.access.tries import Place, Standing, count, hold, place_of, standing, too_many, welcome

REFUSED = (
    "El usuario o la contraseña no son correctos. Revise los datos; después de varios intentos fallidos, "
    "hay que esperar."
)
WRONG = "password"
INITIAL = "initial-password"
WAITING = "waiting"

Opened = TypeVar("Opened")
Opener = Callable[[Session, Means, Account], tuple[Actor, Opened]]
"""What a right password opens; runs as SIGN_IN, in the transaction that clears the failures."""


def sign_in(means: Means, username: str, password: str, *, service: bool = False) -> Issued:
    """Check a name and a password (or, of a system, its id and secret) and open a session.

    `service` says that it is a system: accounts of persons are refused then, and those of systems otherwise.

    Raises:
        Unauthenticated: the same for every reason.
        TooMany: the place waits after several failures.
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
        TooMany: the place waits after several failures.
        PasswordChangeRequired: the password is right, but an initial one.
        Unavailable: the trace cannot be written, or the database is away.
    """
    place = place_of(means.database.vault, username, means.source)
    with means.database.session(SIGN_IN) as session:
        found = find_account(session, username)
        wait = standing(session, place, means.failures_per_address).wait
        if wait:
            _trace(session, found, WAITING, action)
    if wait:
        raise too_many(wait)
    right, new_hash = _checked(means, found, password, service=service)
    with means.database.session(SIGN_IN) as session:
        account = locked_account(session, found.id if found else NOBODY)
        here = _held(session, means, place)
        refusal = (
            WAITING if here.wait else _refusal(found, account, right=right, service=service, first=first)
        )
        if refusal is None:
            assert account is not None  # noqa: S101 - nobody was not refused
            clear_failures(session, account, new_hash)
            welcome(session, place, here.source, device=bool(means.source.device))
            actor, opened = opener(session, means, account)
            record_as(session, actor, action)
        else:
            _count(session, account, refusal, place, here)
            _trace(session, account, refusal, action)
    # After the commit: the count and the trace of the failure must stay.
    if refusal is not None:
        raise _answer(refusal, here.wait)
    return opened


def _held(session: Session, means: Means, place: Place) -> Standing:
    """The place as it is now, held until the transaction ends; others may have failed there meanwhile."""
    hold(session, place, standing(session, place, means.failures_per_address).source)
    return standing(session, place, means.failures_per_address)


def _answer(refusal: str, wait: int) -> AppError:
    if refusal == WAITING:
        return too_many(wait)
    return PasswordChangeRequired() if refusal == INITIAL else Unauthenticated(REFUSED)


def _checked(means: Means, found: Account | None, password: str, *, service: bool) -> tuple[bool, str | None]:
    """Whether the password is right, and the hash to store if the stored one is too cheap by now."""
    if found is None or found.service_account is not service or found.disabled_at or not found.approved_at:
        dummy_verify(password, cost=means.cost)
        return False, None
    if found.initial_until is not None:
        password = whole_of(password)
    if not verify_password(found.password_hash, password):
        return False, None
    if needs_rehash(found.password_hash, cost=means.cost):
        return True, hash_password(password, cost=means.cost)
    return True, None


def _refusal(
    found: Account | None, account: Account | None, *, right: bool, service: bool, first: bool
) -> str | None:
    """Why an attempt fails, judged by the account as it is now; None if it does not."""
    if found is None or account is None:
        return "unknown"
    if account.service_account is not service:
        return "kind"
    if account.disabled_at is not None:
        return "disabled"
    if account.approved_at is None:
        return "pending"
    # A password changed in the meantime was not the one that was checked.
    if not right or account.password_hash != found.password_hash:
        return WRONG
    if account.stale:
        return "expired"
    if (account.initial_until is not None) is first:
        return None
    return WRONG if first else INITIAL


def _count(session: Session, account: Account | None, refusal: str, place: Place, here: Standing) -> None:
    """Count a failure; the account itself shows only wrong passwords."""
    if refusal in {WAITING, INITIAL}:
        return
    count(session, place, here.source)
    count_failure(session, account if refusal == WRONG else None)


def _trace(session: Session, account: Account | None, refusal: str, action: str) -> None:
    """Trace a failure; a name that nobody has is not stored."""
    who = account.actor() if account is not None else SIGN_IN
    record_as(session, who, action, outcome="denied", detail={"reason": refusal})
