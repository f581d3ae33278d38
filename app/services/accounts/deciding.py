"""Be the second person of what was asked about an account: approve or refuse it. And the first: withdraw it.

The second person is another human of another unit: who administers the same institution, or a data protection
officer. What needs a password gets one whose halves they know one each, so that only its owner has it whole.
"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import require
from app.access.passwords import Cost, hash_password
from app.access.permissions import Permission
from app.audit import record
from app.errors import Conflict, Forbidden, Invalid, unknown_code
from app.models import AccountRequest
from app.services.access.rules import half_of_password, with_second_half
from app.services.accounts.asked import Asked, find
from app.services.accounts.requests import NOTICES, WITH_PASSWORD
from app.services.accounts.views import AccountApprovedView, AccountDecidedView
from app.services.commands.command import REFUSALS, STATES
from app.services.notices.accounts import audience, tell
from app.services.writing import check_version, next_version
from app.states import CommandState

_NOT_SECOND = (
    "Lo decide otra persona, de otra unidad: quien administra la misma institución o una oficial de Datos "
    "Personales. Su cuenta no puede ser la del pedido, ni venir de la misma mano en los últimos 90 días."
)
_CHANGED = "La cuenta ya no es la que era cuando se pidió: hay que retirar el pedido y hacerlo de nuevo."


def approve(act: Act, code: str, version: int, cost: Cost) -> AccountApprovedView:
    """Be the second person: what was asked is done, once, in this same transaction.

    Returns:
        The state, and for a new account or password the `second_half` of the initial one: shown this once.

    Raises:
        NotFound: no such request, or not for this actor.
        Forbidden: the actor may not be the second person.
        Conflict: decided or lapsed already, or the account changed since; it keeps waiting then.
        StaleVersion: somebody decided it meanwhile.
    """
    found = _decidable(act, code, version)
    account = found.row.account_id
    told = audience(act.session, account)
    second, hashed = _second_half(act.session, found, cost)
    _decide(act, found, CommandState.EXECUTED)
    if act.session.scalar(select(func.ruv.settle_account(found.row.id, hashed))) != "DONE":
        raise Conflict(_CHANGED, code="changed")
    tell(act.session, NOTICES[found.row.kind], account, told | audience(act.session, account))
    return {**_done(act, "accounts.approve", found, CommandState.EXECUTED), "second_half": second}


def refuse(act: Act, code: str, version: int, reason: str) -> AccountDecidedView:
    """Be the second person who says no, with a reason of the list.

    Raises:
        NotFound, Forbidden, Conflict, StaleVersion: as in `approve`.
        Invalid: the reason is not of the list.
    """
    found = _decidable(act, code, version)
    if reason not in REFUSALS:
        raise Invalid("Indique el motivo del rechazo.", errors=[unknown_code("reason", REFUSALS)])
    _decide(act, found, CommandState.REFUSED, refusal_reason=reason)
    return _done(act, "accounts.refuse", found, CommandState.REFUSED)


def withdraw(act: Act, code: str, version: int) -> AccountDecidedView:
    """Take back what the actor asked for itself.

    Raises:
        NotFound: no such request, or not for this actor.
        Forbidden: somebody else asked for it.
        Conflict: decided or lapsed already.
        StaleVersion: somebody decided it meanwhile.
    """
    require(act.actor, Permission.ACCOUNTS_MANAGE)
    found = find(act.session, code)
    if not found.row.own_request:
        raise Forbidden("Solo lo retira quien lo pidió.")
    _check_waiting(found, version)
    _decide(act, found, CommandState.WITHDRAWN)
    return _done(act, "accounts.withdraw", found, CommandState.WITHDRAWN)


def _decidable(act: Act, code: str, version: int) -> Asked:
    require(act.actor, Permission.ACCOUNTS_APPROVE)
    found = find(act.session, code)
    if found.row.own_request:
        raise Forbidden("Usted lo pidió: lo decide otra persona, de otra unidad.")
    _check_waiting(found, version)
    if not found.row.may_decide:
        raise Forbidden(_NOT_SECOND)
    return found


def _check_waiting(found: Asked, version: int) -> None:
    check_version(found.row, version)
    if found.state != CommandState.PENDING:
        raise Conflict(f"Ya no se decide. Su estado es «{STATES[found.state]}».", state=found.state)


def _second_half(session: Session, found: Asked, cost: Cost) -> tuple[str | None, str | None]:
    if found.row.kind not in WITH_PASSWORD:
        return None, None
    mark = session.scalar(select(func.ruv.secret_mark_of(found.row.id)))
    if mark is None:
        raise Conflict(_CHANGED, code="changed")
    second = half_of_password()
    return second, hash_password(with_second_half(bytes(mark), second), cost=cost)


def _decide(act: Act, found: Asked, state: str, **values: str) -> None:
    decided = {
        "state": state,
        "decided_at": func.now(),
        "decided_by": act.actor.user_id,
        "decided_unit_id": act.actor.unit_id,
        "decided_institution_id": act.actor.institution_id,
        **values,
    }
    waits = AccountRequest.state == CommandState.PENDING
    next_version(act.session, AccountRequest, {"id": found.row.id}, found.row.version, decided, waits)


def _done(act: Act, action: str, found: Asked, state: CommandState) -> AccountDecidedView:
    row = found.row
    record(act, action, detail={"request": row.code, "kind": row.kind, "account": row.account_id})
    return {
        "code": row.code,
        "account": row.account,
        "state": state,
        "state_label": STATES[state],
        "version": row.version + 1,
    }
