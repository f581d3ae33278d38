"""Rules of administering accounts: states, and who may be given what. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from app.access.actor import Actor
from app.access.policy import Role, policy
from app.errors import Forbidden, refusal
from app.states import AccountState

INITIAL_DAYS: Final = 7
"""An initial password passes through other hands, so it is good for a few days only."""
STATES: Final[Mapping[str, str]] = {
    AccountState.ACTIVE: "Activa",
    AccountState.WAITING: "Con muchos intentos fallidos",
    AccountState.DISABLED: "Desactivada",
    AccountState.UNAPPROVED: "Por aprobar",
}


def state_of(
    disabled_at: datetime | None, locked_until: datetime | None, approved_at: datetime | None, now: datetime
) -> AccountState:
    """Whether an account may sign in: a code of `STATES`."""
    if disabled_at is not None:
        return AccountState.DISABLED
    if approved_at is None:
        return AccountState.UNAPPROVED
    return AccountState.WAITING if locked_until is not None and locked_until > now else AccountState.ACTIVE


def askable_roles(actor: Actor, unit_kinds: Iterable[str]) -> list[Role]:
    """Roles that the actor may ask for and that fit units of these kinds, in the order of the policy."""
    kinds = frozenset(unit_kinds)
    return [
        role
        for name, role in policy().roles.items()
        if policy().askable(actor.role, name) and role.unit_kinds & kinds
    ]


def check_role(actor: Actor, role: str) -> None:
    """Refuse a role that the actor may not ask for.

    Raises:
        Invalid: names the field and the roles there are.
    """
    if policy().askable(actor.role, role):
        return
    known = [name for name in policy().roles if policy().askable(actor.role, name)]
    message = "Usted no puede pedir esa función: elija otra."
    raise refusal("role", "not-grantable", message, known)


def check_other(actor: Actor, account_id: int) -> None:
    """Refuse that anybody administers its own account.

    Raises:
        Forbidden: it is the actor's own.
    """
    if account_id == actor.user_id:
        raise Forbidden("Su propia cuenta la administra otra persona o quien opera la instalación.")


def check_asks(actor: Actor, role: str, *, service_account: bool) -> None:
    """Refuse to ask for access, or a password, for whom the actor could not have asked for an account.

    Raises:
        Forbidden: the account is a system's, or has a role that only the operator gives.
    """
    if service_account:
        raise Forbidden("Las cuentas de sistemas las administra quien opera la instalación.")
    if not policy().askable(actor.role, role):
        raise Forbidden("Las cuentas con esa función las administra quien opera la instalación.")
