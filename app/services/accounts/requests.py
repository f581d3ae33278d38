"""What about an account takes two people: its words, and asking for it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.access.act import Act
from app.audit import record
from app.codes import new_code
from app.db import UniqueViolation, insert_rows
from app.errors import Conflict
from app.models import AccountRequest
from app.services.access.rules import mark_of_half
from app.states import AccountRequestKind, CommandState

KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        AccountRequestKind.GRANT: "Crear una cuenta",
        AccountRequestKind.CHANGE: "Cambiar la unidad o la función de una cuenta",
        AccountRequestKind.RESET: "Reponer la contraseña de una cuenta",
        AccountRequestKind.ENABLE: "Activar de nuevo una cuenta",
        AccountRequestKind.DISABLE: "Desactivar una cuenta",
    }
)
NOTICES: Final[Mapping[str, str]] = MappingProxyType(
    {
        AccountRequestKind.GRANT: "CUENTA_CREADA",
        AccountRequestKind.CHANGE: "CUENTA_CAMBIADA",
        AccountRequestKind.RESET: "CUENTA_CLAVE_REPUESTA",
        AccountRequestKind.ENABLE: "CUENTA_ACTIVADA",
        AccountRequestKind.DISABLE: "CUENTA_DESACTIVADA",
    }
)
"""What heads and data protection officers are told, by kind."""
WITH_PASSWORD: Final = frozenset({AccountRequestKind.GRANT, AccountRequestKind.RESET})
"""Kinds that end with an initial password, of which each of the two people knows one half."""
_WAITS: Final = "Ya hay un pedido sobre esta cuenta, que espera a la segunda persona."


def ask(
    act: Act,
    kind: str,
    account_id: int,
    *,
    becomes: tuple[int, str, bool] | None = None,
    half: str | None = None,
) -> str:
    """Ask for something about an account; returns the code of the request.

    Args:
        becomes: unit, role and oversight that the account is to have.
        half: the requester's half of an initial password; only a digest of it is stored.

    Raises:
        Conflict: something about the account was asked already, and waits.
        Forbidden: (from the database) it may not be asked.
    """
    _make_way(act.session, account_id)
    unit_id, role, supervisor = becomes or (None, None, None)
    code = new_code("CT")
    row = {
        "code": code,
        "kind": kind,
        "account_id": account_id,
        "unit_id": unit_id,
        "role": role,
        "supervisor": supervisor,
        "secret_mark": None if half is None else mark_of_half(half),
        "requested_by": act.actor.user_id,
        "requested_unit_id": act.actor.unit_id,
        "requested_institution_id": act.actor.institution_id,
    }
    try:
        insert_rows(act.session, AccountRequest, [row])
    except UniqueViolation:
        raise Conflict(_WAITS) from None  # of two who ask at the same moment one does
    record(act, "accounts.ask", detail={"request": code, "kind": kind, "account": account_id})
    return code


def _make_way(session: Session, account_id: int) -> None:
    """Write down that an earlier request has lapsed, so that another may be made.

    Raises:
        Conflict: it still waits.
    """
    waiting = session.execute(
        select(
            AccountRequest.id,
            AccountRequest.code,
            AccountRequest.version,
            AccountRequest.expires_at <= func.now(),
        ).where(AccountRequest.account_id == account_id, AccountRequest.state == CommandState.PENDING)
    ).first()
    if waiting is None:
        return
    request_id, code, version, overdue = waiting
    if not overdue:
        raise Conflict(_WAITS, request=code)
    session.execute(
        update(AccountRequest)
        .where(AccountRequest.id == request_id, AccountRequest.version == version)
        .values(state=CommandState.LAPSED, decided_at=func.now(), version=version + 1)
    )
