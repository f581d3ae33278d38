"""Administer the accounts of one's institution: made, closed and opened again, moved, given a new password.

Whoever administers takes access away from everybody of the institution. It gives access only in roles it may
give (`Policy.grantable`), and never a lasting password: what it is shown, once, its owner exchanges at the
first sign-in. Nobody administers its own account. The database asks the same of each (`ruv.guard_account`).
"""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.guard import require
from app.access.passwords import Cost, hash_password
from app.access.permissions import Permission
from app.audit import record
from app.db import UniqueViolation, vault_of
from app.errors import Conflict, Invalid, NotFound
from app.models import Unit, UserAccount
from app.services.access.sessions import end_sessions_of, has_session, open_sessions
from app.services.access.tries import forget, name_digest
from app.services.accounts import rules
from app.services.accounts.queries import held
from app.services.idempotency import remember, replayed
from app.services.institutions.service import create_user

ACTION = "accounts.create"
TAKEN = "Ese nombre de usuario ya existe. Elija otro."


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What is asked for."""

    username: str
    unit: str
    role: str
    supervisor: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Given:
    """An account and the initial password it was given: shown once, stored nowhere (None afterwards)."""

    account_id: int
    password: str | None


def create(
    session: Session, actor: Actor, wanted: NewAccount, cost: Cost, *, key: str | None = None
) -> Given:
    """Create an account of a person in a unit of the actor's institution; with the same `key`, only once.

    Raises:
        Forbidden: the role administers no accounts.
        Invalid: unknown unit, a role it may not give, or a username of another form; names the field.
        Conflict: the username is taken.
    """
    require(actor, Permission.ACCOUNTS_MANAGE)
    first = replayed(session, actor, key, ACTION, asdict(wanted))
    if first is not None:
        return Given(int(first), None)
    _own_unit(session, actor, wanted.unit)
    rules.check_role(actor, wanted.role)
    password = rules.initial_password(wanted.username)
    until = datetime.now(UTC) + rules.INITIAL_LIFE
    try:
        made = create_user(
            session, actor, wanted.unit, wanted.username, wanted.role, password,
            supervisor=wanted.supervisor, initial_until=until, cost=cost,
        )  # fmt: skip
    except UniqueViolation:  # of another institution, whose accounts the actor does not see
        raise Conflict(TAKEN) from None
    remember(session, actor, key, ACTION, asdict(wanted), str(made))
    return Given(made, password)


def reset_password(session: Session, actor: Actor, account_id: int, cost: Cost) -> Given:
    """Give an account a new initial password; its waiting and its sessions end.

    Raises:
        Forbidden: the actor administers no accounts, or not this one.
        NotFound: no such account in the institution.
    """
    row = _target(session, actor, account_id)
    rules.check_gives(actor, row.role, service_account=row.service_account)
    password = rules.initial_password(row.username)
    until = datetime.now(UTC) + rules.INITIAL_LIFE
    hashed = hash_password(password, cost=cost)
    _set(session, account_id, password_hash=hashed, initial_until=until, failed_logins=0, locked_until=None)
    end_sessions_of(session, account_id, "contraseña repuesta")
    record(session, actor, "accounts.reset", detail={"account": account_id})
    return Given(account_id, password)


def disable(session: Session, actor: Actor, account_id: int) -> None:
    """Close an account: its sessions end at once. A closed one stays closed.

    Raises:
        Forbidden: the actor administers no accounts, or it is its own.
        NotFound: no such account in the institution.
    """
    row = _target(session, actor, account_id)
    if row.disabled_at is None:
        _set(session, account_id, disabled_at=func.now())
    end_sessions_of(session, account_id, "cuenta desactivada")
    record(session, actor, "accounts.disable", detail={"account": account_id})


def enable(session: Session, actor: Actor, account_id: int) -> None:
    """Open a closed account again.

    Raises:
        Forbidden: the actor administers no accounts, or not this one.
        NotFound: no such account in the institution.
    """
    row = _target(session, actor, account_id)
    rules.check_gives(actor, row.role, service_account=row.service_account)
    _set(session, account_id, disabled_at=None)
    record(session, actor, "accounts.enable", detail={"account": account_id})


def unlock(session: Session, actor: Actor, account_id: int) -> None:
    """End the waiting of an account after wrong passwords.

    Raises:
        Forbidden: the actor administers no accounts, or it is its own.
        NotFound: no such account in the institution.
    """
    row = _target(session, actor, account_id)
    _set(session, account_id, failed_logins=0, locked_until=None)
    forget(session, name_digest(vault_of(session), row.username))
    record(session, actor, "accounts.unlock", detail={"account": account_id})


def change(
    session: Session,
    actor: Actor,
    account_id: int,
    *,
    unit: str | None = None,
    role: str | None = None,
    supervisor: bool | None = None,
) -> None:
    """Give an account another unit, role or the oversight of its unit; its sessions end. None leaves as is.

    In a unit that it leaves, it no longer has charge of any case.

    Raises:
        Forbidden: the actor administers no accounts, or not this one.
        NotFound: no such account in the institution.
        Invalid: unknown unit, or a role it may not give; names the field.
    """
    row = _target(session, actor, account_id)
    rules.check_gives(actor, row.role, service_account=row.service_account)
    to_unit = row.unit_id if unit is None else _own_unit(session, actor, unit)
    to_role = row.role if role is None else role
    rules.check_role(actor, to_role)
    oversees = row.supervisor if supervisor is None else supervisor
    if (to_unit, to_role, oversees) == (row.unit_id, row.role, row.supervisor):
        return
    session.execute(select(func.ruv.change_account(account_id, to_unit, to_role, oversees)))
    changed = {"unit": to_unit, "role": to_role, "supervisor": oversees}
    record(session, actor, "accounts.change", detail={"account": account_id, **changed})


def sessions(session: Session, actor: Actor, account_id: int) -> list[dict[str, Any]]:
    """Open sessions of an account, newest first.

    Raises:
        Forbidden: the role administers no accounts.
        NotFound: no such account in the institution.
    """
    require(actor, Permission.ACCOUNTS_MANAGE)
    held(session, actor, account_id)
    record(session, actor, "accounts.sessions", detail={"account": account_id})
    return open_sessions(session, account_id)


def end_sessions(
    session: Session, actor: Actor, account_id: int, session_id: uuid.UUID | None = None
) -> None:
    """End one session of an account, or all of them.

    Raises:
        Forbidden: the actor administers no accounts, or it is its own.
        NotFound: no such account in the institution, or it has no such open session.
    """
    _target(session, actor, account_id)
    if session_id is not None and not has_session(session, account_id, session_id):
        raise NotFound("Esa sesión no existe o ya terminó.")
    end_sessions_of(session, account_id, "cerrada por la administración", only=session_id)
    detail = {"account": account_id, "session": str(session_id) if session_id else "todas"}
    record(session, actor, "accounts.end-sessions", detail=detail)


def _target(session: Session, actor: Actor, account_id: int) -> Any:
    require(actor, Permission.ACCOUNTS_MANAGE)
    rules.check_other(actor, account_id)
    return held(session, actor, account_id)


def _own_unit(session: Session, actor: Actor, code: str) -> int:
    found = session.scalar(
        select(Unit.id).where(Unit.code == code, Unit.institution_id == actor.institution_id)
    )
    if found is None:
        message = "Elija una unidad de su institución."
        raise Invalid(message, errors=[{"field": "unit", "code": "unknown", "message": message}])
    return found


def _set(session: Session, account_id: int, **values: Any) -> None:
    session.execute(
        update(UserAccount)
        .where(UserAccount.id == account_id)
        .values(values)
        .execution_options(synchronize_session=False)
    )
