"""Reads of the accounts of the actor's institution and of their sessions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from app.access.act import Act
from app.access.actor import Actor
from app.access.guard import canonical, require
from app.access.permissions import Permission
from app.access.policy import policy
from app.audit import record
from app.errors import Invalid, NotFound, unknown_code
from app.models import AuthSession, Unit, UserAccount
from app.services.accounts.rules import STATES, state_of
from app.services.accounts.views import AccountView
from app.services.paging import PAGE, cursor_of, read_cursor
from app.services.views import Listing
from app.states import AccountState


@dataclass(frozen=True, slots=True)
class Filter:
    """Which accounts are listed; what is None does not narrow. `text`: part of the username."""

    unit: str | None = None
    state: str | None = None
    text: str | None = None


def listing(
    act: Act,
    wanted: Filter | None = None,
    *,
    cursor: str | None = None,
    limit: int = PAGE,
) -> Listing[AccountView]:
    """Accounts of the actor's institution, newest first, a page of them.

    Raises:
        Forbidden: the role administers no accounts.
        Invalid: unknown state.
        BadRequest: the cursor is not one of this list.
    """
    require(act.actor, Permission.ACCOUNTS_MANAGE)
    wanted = wanted or Filter()
    query = _accounts(act.actor).where(*_narrowed(wanted)).limit(limit + 1)
    query = query.order_by(UserAccount.created_at.desc(), UserAccount.code.desc())
    if cursor is not None:
        query = query.where(_after(cursor))
    rows = act.session.execute(query).all()
    page = rows[:limit]
    record(act, "accounts.list", detail={"shown": len(page)})
    following = cursor_of(page[-1].created_at, page[-1].code) if len(rows) > limit else None
    return {"items": [_view(act.actor, row) for row in page], "next": following}


def read(act: Act, code: str) -> AccountView:
    """The account of the actor's institution behind a code.

    Raises:
        Forbidden: the role administers no accounts.
        NotFound: no such account in the institution.
    """
    require(act.actor, Permission.ACCOUNTS_MANAGE)
    row = act.session.execute(_accounts(act.actor).where(UserAccount.code == canonical(code, "AU"))).first()
    if row is None:
        raise NotFound(NO_ACCOUNT)
    record(act, "accounts.read", detail={"account": row.id})
    return _view(act.actor, row)


NO_ACCOUNT = "No existe esa cuenta en su institución."


def held(act: Act, code: str) -> Any:
    """The row of the account behind a code, of the actor's institution, held until the transaction ends.

    Raises:
        NotFound: no such account in the institution.
    """
    row = act.session.execute(
        select(
            UserAccount.id,
            UserAccount.code,
            UserAccount.username,
            UserAccount.unit_id,
            UserAccount.role,
            UserAccount.supervisor,
            UserAccount.service_account,
            UserAccount.disabled_at,
            UserAccount.approved_at,
            Unit.code.label("unit_code"),
        )
        .join(Unit, Unit.id == UserAccount.unit_id)
        .where(UserAccount.code == canonical(code, "AU"))
        .where(UserAccount.institution_id == act.actor.institution_id)
        .with_for_update(of=UserAccount)
    ).first()
    if row is None:
        raise NotFound(NO_ACCOUNT)
    return row


def _accounts(actor: Actor) -> Select[*tuple[Any, ...]]:
    last = (
        select(func.max(AuthSession.created_at))
        .where(AuthSession.user_id == UserAccount.id)
        .scalar_subquery()
        .label("last_session_at")
    )
    return (
        select(
            UserAccount.id,
            UserAccount.code,
            UserAccount.username,
            UserAccount.role,
            UserAccount.supervisor,
            UserAccount.service_account,
            UserAccount.locked_until,
            UserAccount.disabled_at,
            UserAccount.initial_until,
            UserAccount.approved_at,
            UserAccount.created_at,
            Unit.code.label("unit_code"),
            Unit.name.label("unit_name"),
            last,
        )
        .join(Unit, Unit.id == UserAccount.unit_id)
        .where(UserAccount.institution_id == actor.institution_id)
    )


def _narrowed(wanted: Filter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.unit is not None:
        conditions.append(Unit.code == wanted.unit)
    if wanted.text:
        conditions.append(UserAccount.username.icontains(wanted.text, autoescape=True))
    if wanted.state is not None:
        conditions.append(_in_state(wanted.state))
    return conditions


def _in_state(state: str) -> ColumnElement[bool]:
    if state not in STATES:
        raise Invalid("Revise el filtro.", errors=[unknown_code("state", STATES, "unknown")])
    approved, waits = UserAccount.approved_at.is_not(None), UserAccount.locked_until > func.now()
    enabled = UserAccount.disabled_at.is_(None)
    conditions: Mapping[str, ColumnElement[bool]] = {
        AccountState.ACTIVE: and_(
            enabled, approved, func.coalesce(UserAccount.locked_until, func.now()) <= func.now()
        ),
        AccountState.WAITING: and_(enabled, approved, waits),
        AccountState.UNAPPROVED: and_(enabled, UserAccount.approved_at.is_(None)),
        AccountState.DISABLED: UserAccount.disabled_at.is_not(None),
    }
    return conditions[state]


def _after(cursor: str) -> ColumnElement[bool]:
    moment, last = read_cursor(cursor, "AU")
    at = UserAccount.created_at
    return or_(at < moment, and_(at == moment, UserAccount.code < last))


def _view(actor: Actor, row: Any) -> AccountView:
    role = policy().roles.get(row.role)
    now = datetime.now(UTC)
    state = state_of(row.disabled_at, row.locked_until, row.approved_at, now)
    return {
        "account": row.code,
        "username": row.username,
        "unit": {"code": row.unit_code, "name": row.unit_name},
        "role": row.role,
        "role_label": role.label if role else row.role,
        "supervisor": row.supervisor,
        "service_account": row.service_account,
        "state": state,
        "state_label": STATES[state],
        "waits_until": row.locked_until if state == AccountState.WAITING else None,
        "disabled_at": row.disabled_at,
        "must_change_password": row.initial_until is not None,
        "initial_password_until": row.initial_until,
        "created_at": row.created_at,
        "last_session_at": row.last_session_at,
        "own": row.id == actor.user_id,
        "administered": row.id != actor.user_id
        and not row.service_account
        and policy().askable(actor.role, row.role),
        "two_to_close": policy().two_to_close(row.role),
    }
