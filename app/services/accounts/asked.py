"""Read what was asked about accounts: of the own institution, and what one may be the second person of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import canonical, require
from app.access.permissions import Permission
from app.access.policy import policy
from app.audit import record
from app.errors import NotFound
from app.models import AccountRequest
from app.services.accounts.requests import KINDS
from app.services.accounts.views import AccountRequestView, Step
from app.services.commands.command import REFUSALS, STATES
from app.services.paging import PAGE, cursor_of, read_cursor
from app.services.views import Listing
from app.states import CommandState

_FACE = (
    "username", "role_now", "unit_now", "unit_wanted", "institution", "asked_by", "asked_unit",
    "decided_by_name", "decided_unit", "own_request", "may_decide",
)  # fmt: skip
_COLUMNS: tuple[Any, ...] = (
    AccountRequest.id,
    AccountRequest.code,
    AccountRequest.kind,
    AccountRequest.account_id,
    func.ruv.account_code(AccountRequest.account_id).label("account"),
    AccountRequest.role,
    AccountRequest.supervisor,
    AccountRequest.state,
    AccountRequest.requested_at,
    AccountRequest.expires_at,
    AccountRequest.decided_at,
    AccountRequest.refusal_reason,
    AccountRequest.version,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as its steps see it. `row`: its columns and what the database says of who and where."""

    row: Any

    @property
    def state(self) -> str:
        """The state now: what nobody decided in time has lapsed, whether that was noted or not."""
        overdue = self.row.state == CommandState.PENDING and self.row.expires_at <= datetime.now(UTC)
        state: str = self.row.state
        return CommandState.LAPSED if overdue else state


def find(session: Session, code: str) -> Asked:
    """The request behind a code.

    Raises:
        NotFound: no such request, or not for this actor.
    """
    row = session.execute(_visible().where(AccountRequest.code == canonical(code, "CT"))).first()
    if row is None:
        raise NotFound
    return Asked(row)


def read(act: Act, code: str) -> AccountRequestView:
    """One request.

    Raises:
        Forbidden: the role decides nothing about accounts.
        NotFound: no such request, or not for this actor.
    """
    require(act.actor, Permission.ACCOUNTS_APPROVE)
    found = find(act.session, code)
    record(act, "accounts.requests", detail={"requests": [found.row.code]})
    return view(found)


def listing(
    act: Act, *, waiting: bool = False, cursor: str | None = None, limit: int = PAGE
) -> Listing[AccountRequestView]:
    """Requests that the actor may see, newest first, a page of them.

    Raises:
        Forbidden: the role decides nothing about accounts.
        BadRequest: the cursor is not one of this list.
    """
    require(act.actor, Permission.ACCOUNTS_APPROVE)
    query = _visible().order_by(AccountRequest.requested_at.desc(), AccountRequest.code.desc())
    if waiting:
        query = query.where(_waits())
    if cursor is not None:
        moment, last = read_cursor(cursor, "CT")
        at = AccountRequest.requested_at
        query = query.where(or_(at < moment, and_(at == moment, AccountRequest.code < last)))
    rows = [Asked(row) for row in act.session.execute(query.limit(limit + 1))]
    page = rows[:limit]
    record(act, "accounts.requests", detail={"requests": [found.row.code for found in page]})
    following = cursor_of(page[-1].row.requested_at, page[-1].row.code) if len(rows) > limit else None
    return {"items": [view(found) for found in page], "next": following}


def view(found: Asked) -> AccountRequestView:
    """A request for people."""
    row = found.row
    return {
        "code": row.code,
        "kind": row.kind,
        "kind_label": KINDS[row.kind],
        "account": row.account,
        "username": row.username,
        "role": row.role_now,
        "role_label": _label(row.role_now),
        "unit": row.unit_now,
        "becomes": None
        if row.role is None
        else {
            "role": row.role,
            "role_label": _label(row.role),
            "unit": row.unit_wanted,
            "supervisor": row.supervisor,
        },
        "institution": row.institution,
        "requested_by": row.asked_by,
        "requested_by_unit": row.asked_unit,
        "requested_at": row.requested_at,
        "expires_at": row.expires_at,
        "decided_at": row.decided_at,
        "decided_by": row.decided_by_name,
        "decided_by_unit": row.decided_unit,
        "state": found.state,
        "state_label": STATES[found.state],
        "refusal_label": REFUSALS[row.refusal_reason] if row.refusal_reason else None,
        "possible": possible(found),
        "version": row.version,
    }


def possible(found: Asked) -> list[Step]:
    """The steps the actor may take now."""
    if found.state != CommandState.PENDING:
        return []
    if found.row.own_request:
        return ["withdraw"]
    return ["approve", "refuse"] if found.row.may_decide else []


def _visible() -> Select[Any]:
    face = func.ruv.account_request_face(AccountRequest.id).table_valued(*_FACE, name="face").lateral()
    return select(*_COLUMNS, *(face.c[name] for name in _FACE)).join(face, true())


def _waits() -> ColumnElement[bool]:
    return and_(AccountRequest.state == CommandState.PENDING, AccountRequest.expires_at > func.now())


def _label(role: str) -> str:
    known = policy().roles.get(role)
    return known.label if known else role
