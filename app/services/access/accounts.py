"""Accounts as signing in sees them: found by name, locked while one attempt is decided, counted."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.actor import Actor
from app.access.policy import policy
from app.models import UserAccount
from app.services.access.rules import tried_until

LONGEST_NAME = 150
NOBODY = 0
"""Id that no account has."""

_COLUMNS = (
    UserAccount.id,
    UserAccount.username,
    UserAccount.unit_id,
    UserAccount.institution_id,
    UserAccount.role,
    UserAccount.supervisor,
    UserAccount.service_account,
    func.ruv.password_hash_of(UserAccount.id),
    UserAccount.failed_logins,
    UserAccount.locked_until,
    UserAccount.disabled_at,
    UserAccount.initial_until,
    UserAccount.approved_at,
)


@dataclass(frozen=True, slots=True)
class Account:
    """An account at one moment. Never shown: it holds the password's hash."""

    id: int
    username: str
    unit_id: int
    institution_id: int
    role: str
    supervisor: bool
    service_account: bool
    password_hash: str
    failed_logins: int
    locked_until: datetime | None
    disabled_at: datetime | None
    initial_until: datetime | None
    approved_at: datetime | None = None

    def __repr__(self) -> str:
        return f"<Account {self.id}>"

    @property
    def unit_wide(self) -> bool:
        """Whether it sees every case of its unit."""
        return self.supervisor or policy().unit_scoped(self.role)

    @property
    def stale(self) -> bool:
        """Whether its password was set by somebody else and was not exchanged in time."""
        return self.initial_until is not None and self.initial_until <= datetime.now(UTC)

    def actor(self, session_id: uuid.UUID | None = None) -> Actor:
        """The account as who acts; the trace of signing in names it so."""
        return Actor(
            self.id, self.username, self.unit_id, self.institution_id, self.role, self.unit_wide, session_id
        )


def find_account(session: Session, username: str) -> Account | None:
    """The account of this name, enabled or not."""
    if len(username) > LONGEST_NAME or not username.isprintable():
        return None
    return _one(session, select(*_COLUMNS).where(UserAccount.username == username))


def own_account(act: Act) -> Account | None:
    """The actor's own account."""
    return _one(act.session, select(*_COLUMNS).where(UserAccount.id == act.actor.user_id))


def locked_account(session: Session, account_id: int) -> Account | None:
    """The account as it is now, held until the transaction ends: attempts at once are decided one by one."""
    # In two statements: the hash comes from a function, which reads as of the beginning of its statement.
    session.execute(select(UserAccount.id).where(UserAccount.id == account_id).with_for_update())
    return _one(session, select(*_COLUMNS).where(UserAccount.id == account_id))


def count_failure(session: Session, account: Account | None) -> None:
    """One more wrong password, for who administers the account to see; what waits is the place (`tries`).

    For nobody the same statement, in vain, so that an attempt that does not count takes no less time.
    """
    failures = account.failed_logins + 1 if account else 1
    session.execute(
        update(UserAccount)
        .where(UserAccount.id == (account.id if account else NOBODY))
        .values(failed_logins=failures, locked_until=tried_until(failures))
        .execution_options(synchronize_session=False)
    )


def clear_failures(session: Session, account: Account, new_hash: str | None = None) -> None:
    """A right password: the count starts again; `new_hash` replaces the stored hash."""
    values: dict[str, object] = {"failed_logins": 0, "locked_until": None}
    if new_hash is not None:
        values["password_hash"] = new_hash
    session.execute(
        update(UserAccount)
        .where(UserAccount.id == account.id)
        .values(values)
        .execution_options(synchronize_session=False)
    )


def set_own_password(session: Session, account: Account, new_hash: str) -> None:
    """A password its owner chose replaces the stored one, and the count of failures starts again."""
    clear_failures(session, account, new_hash)
    session.execute(
        update(UserAccount)
        .where(UserAccount.id == account.id)
        .values(initial_until=None)
        .execution_options(synchronize_session=False)
    )


def _one(session: Session, statement: Any) -> Account | None:
    row = session.execute(statement).first()
    return None if row is None else Account(*row)
