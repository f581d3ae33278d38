"""Administer the accounts of one's institution: made, closed and opened again, moved, given a new password.

Whoever administers takes access away from everybody of the institution but those who administer or watch over
the register, whom two people close. What gives access is asked for (`requests`) and done when another human
approves (`deciding`): a new account, another unit or role, a new password, and opening a role that opens
something. Nobody administers its own account. The database asks the same of each (`ruv.guard_account`,
`ruv.settle_account`).
"""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import require
from app.access.permissions import Permission
from app.access.policy import policy
from app.audit import record
from app.db import UniqueViolation, vault_of
from app.errors import Conflict, NotFound, refusal
from app.models import Unit, UserAccount
from app.services.access.rules import half_of_password
from app.services.access.sessions import end_sessions_of, has_session, open_sessions
from app.services.access.tries import forget, name_digest
from app.services.access.views import SessionView
from app.services.accounts import rules
from app.services.accounts.queries import held
from app.services.accounts.requests import NOTICES, ask
from app.services.idempotency import remember, replayed
from app.services.institutions.codes import account_codes
from app.services.institutions.service import check_fits, create_user
from app.services.notices.accounts import audience, tell
from app.states import AccountRequestKind

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
    """An account, what was asked for it, and the asker's half of its initial password.

    The half is shown once and stored nowhere (None afterwards); the other half is the second person's.
    """

    account: str
    request: str | None
    first_half: str | None


def create(act: Act, wanted: NewAccount, *, key: str | None = None) -> Given:
    """Ask for an account of a person in a unit of the actor's institution; with the same `key`, only once.

    The account exists at once, and nobody signs in with it until a second person approves.

    Raises:
        Forbidden: the role administers no accounts.
        Invalid: unknown unit, a role that does not fit it or that is not to be asked for, or a username of
            another form; names the field.
        Conflict: the username is taken.
    """
    require(act.actor, Permission.ACCOUNTS_MANAGE)
    first = replayed(act, key, ACTION, asdict(wanted))
    if first is not None:
        return Given(_code(act, int(first)), None, None)
    unit_id, kind = _own_unit(act, wanted.unit)
    rules.check_role(act.actor, wanted.role)
    check_fits(wanted.role, kind)
    try:
        made = create_user(act, wanted.unit, wanted.username, wanted.role, None, supervisor=wanted.supervisor)
    except UniqueViolation:  # of another institution, whose accounts the actor does not see
        raise Conflict(TAKEN) from None
    remember(act, key, ACTION, asdict(wanted), str(made))
    becomes = (unit_id, wanted.role, wanted.supervisor)
    return _with_half(act, AccountRequestKind.GRANT, (made, _code(act, made)), becomes)


def reset_password(act: Act, code: str) -> Given:
    """Ask for a new initial password of an account; an account that was never approved is asked for anew.

    Raises:
        Forbidden: the actor administers no accounts, or not this one.
        NotFound: no such account in the institution.
        Conflict: something about the account waits for its second person.
    """
    row = _target(act, code)
    rules.check_asks(act.actor, row.role, service_account=row.service_account)
    if row.approved_at is None:
        return _with_half(
            act, AccountRequestKind.GRANT, (row.id, row.code), (row.unit_id, row.role, row.supervisor)
        )
    return _with_half(act, AccountRequestKind.RESET, (row.id, row.code), None)


def disable(act: Act, code: str) -> str | None:
    """Close an account: its sessions end at once. A closed one stays closed.

    Returns:
        The code of the request, where closing it takes two people; None when it is closed.

    Raises:
        Forbidden: the actor administers no accounts, or it is its own.
        NotFound: no such account in the institution.
        Conflict: something about the account waits for its second person.
    """
    row = _target(act, code)
    if row.disabled_at is None and policy().two_to_close(row.role):
        return ask(act, AccountRequestKind.DISABLE, row.id)
    if row.disabled_at is None:
        _set(act.session, row.id, disabled_at=func.now())
        tell(act.session, NOTICES[AccountRequestKind.DISABLE], row.id, audience(act.session, row.id))
    end_sessions_of(act.session, row.id, "cuenta desactivada")
    record(act, "accounts.disable", detail={"account": row.id})
    return None


def enable(act: Act, code: str) -> str | None:
    """Open a closed account again.

    Returns:
        The code of the request, where opening it takes two people; None when it is open.

    Raises:
        Forbidden: the actor administers no accounts, or not this one.
        NotFound: no such account in the institution.
        Conflict: something about the account waits for its second person.
    """
    row = _target(act, code)
    rules.check_asks(act.actor, row.role, service_account=row.service_account)
    if row.disabled_at is None:
        return None
    if not policy().grantable(act.actor.role, row.role):
        return ask(act, AccountRequestKind.ENABLE, row.id)
    _set(act.session, row.id, disabled_at=None)
    tell(act.session, NOTICES[AccountRequestKind.ENABLE], row.id, audience(act.session, row.id))
    record(act, "accounts.enable", detail={"account": row.id})
    return None


def unlock(act: Act, code: str) -> None:
    """End the waiting of an account after wrong passwords.

    Raises:
        Forbidden: the actor administers no accounts, or it is its own.
        NotFound: no such account in the institution.
    """
    row = _target(act, code)
    _set(act.session, row.id, failed_logins=0, locked_until=None)
    forget(act.session, name_digest(vault_of(act.session), row.username))
    record(act, "accounts.unlock", detail={"account": row.id})


def change(
    act: Act,
    code: str,
    *,
    unit: str | None = None,
    role: str | None = None,
    supervisor: bool | None = None,
) -> str | None:
    """Ask for another unit, role or the oversight of its unit. None leaves as is.

    Approved, its sessions end, and in a unit that it leaves it no longer has charge of any case.

    Returns:
        The code of the request; None where nothing would change.

    Raises:
        Forbidden: the actor administers no accounts, or not this one.
        NotFound: no such account in the institution.
        Invalid: unknown unit, or a role that does not fit it or that is not to be asked for; names the field.
        Conflict: the account, or something about it, waits for its second person.
    """
    row = _target(act, code)
    rules.check_asks(act.actor, row.role, service_account=row.service_account)
    to_unit, kind = _own_unit(act, row.unit_code if unit is None else unit)
    to_role = row.role if role is None else role
    rules.check_role(act.actor, to_role)
    check_fits(to_role, kind)
    oversees = row.supervisor if supervisor is None else supervisor
    if (to_unit, to_role, oversees) == (row.unit_id, row.role, row.supervisor):
        return None
    if row.approved_at is None:
        raise Conflict("La cuenta espera a que otra persona la apruebe: todavía no se cambia.")
    return ask(act, AccountRequestKind.CHANGE, row.id, becomes=(to_unit, to_role, oversees))


def sessions(act: Act, code: str) -> list[SessionView]:
    """Open sessions of an account, newest first.

    Raises:
        Forbidden: the role administers no accounts.
        NotFound: no such account in the institution.
    """
    require(act.actor, Permission.ACCOUNTS_MANAGE)
    account_id = held(act, code).id
    record(act, "accounts.sessions", detail={"account": account_id})
    return open_sessions(act.session, account_id)


def end_sessions(act: Act, code: str, session_id: uuid.UUID | None = None) -> None:
    """End one session of an account, or all of them.

    Raises:
        Forbidden: the actor administers no accounts, or it is its own.
        NotFound: no such account in the institution, or it has no such open session.
    """
    account_id = _target(act, code).id
    if session_id is not None and not has_session(act.session, account_id, session_id):
        raise NotFound("Esa sesión no existe o ya terminó.")
    end_sessions_of(act.session, account_id, "cerrada por la administración", only=session_id)
    detail = {"account": account_id, "session": str(session_id) if session_id else "todas"}
    record(act, "accounts.end-sessions", detail=detail)


def _target(act: Act, code: str) -> Any:
    require(act.actor, Permission.ACCOUNTS_MANAGE)
    row = held(act, code)
    rules.check_other(act.actor, row.id)
    return row


def _with_half(act: Act, kind: str, account: tuple[int, str], becomes: tuple[int, str, bool] | None) -> Given:
    """`account`: its key and its code."""
    key, code = account
    half = half_of_password()
    return Given(code, ask(act, kind, key, becomes=becomes, half=half), half)


def _code(act: Act, account_id: int) -> str:
    return account_codes(act.session, (account_id,))[account_id]


def _own_unit(act: Act, code: str) -> tuple[int, str]:
    found = act.session.execute(
        select(Unit.id, Unit.kind).where(Unit.code == code, Unit.institution_id == act.actor.institution_id)
    ).first()
    if found is None:
        message = "Elija una unidad de su institución."
        raise refusal("unit", "unknown", message)
    return found.id, found.kind


def _set(session: Session, account_id: int, **values: object) -> None:
    session.execute(
        update(UserAccount)
        .where(UserAccount.id == account_id)
        .values(values)
        .execution_options(synchronize_session=False)
    )
