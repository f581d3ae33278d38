"""Rules of administering accounts: initial passwords, states, who may be given what. Pure."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final

from app.access.actor import Actor
from app.access.passwords import PasswordRefused, check_policy
from app.access.policy import Role, policy
from app.errors import Conflict, Forbidden, Invalid
from app.services.choices import one_of

INITIAL_DAYS: Final = 7
INITIAL_LIFE: Final = timedelta(days=INITIAL_DAYS)
"""An initial password passes through other hands, so it is good for a few days only."""
ACTIVE, WAITING, DISABLED = "ACTIVA", "EN_ESPERA", "DESACTIVADA"
STATES: Final = {
    ACTIVE: "Activa",
    WAITING: "Con muchos intentos fallidos",
    DISABLED: "Desactivada",
}

# Without what is misread on paper or over the telephone; 20 of 29 letters and digits are 97 bits.
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz346789"
_GROUPS: Final = 4
_GROUP: Final = 5
_TRIES: Final = 20


def initial_password(username: str) -> str:
    """A random password for a first sign-in, in groups that can be dictated."""
    for _ in range(_TRIES):
        drawn = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
        try:
            check_policy(drawn, username)
        except PasswordRefused:  # by chance it holds a part of the name
            continue
        return drawn
    raise Conflict("No se pudo generar una contraseña para este nombre. Intente de nuevo.")


def state_of(disabled_at: datetime | None, locked_until: datetime | None, now: datetime) -> str:
    """Whether an account may sign in: a code of `STATES`."""
    if disabled_at is not None:
        return DISABLED
    return WAITING if locked_until is not None and locked_until > now else ACTIVE


def grantable_roles(actor: Actor) -> list[Role]:
    """Roles that the actor may give, in the order of the policy."""
    return [role for name, role in policy().roles.items() if policy().grantable(actor.role, name)]


def check_role(actor: Actor, role: str) -> None:
    """Refuse a role that the actor may not give.

    Raises:
        Invalid: names the field and the roles there are.
    """
    if policy().grantable(actor.role, role):
        return
    message = f"Usted no puede dar esa función. {one_of(known.name for known in grantable_roles(actor))}"
    raise Invalid(message, errors=[{"field": "role", "code": "not-grantable", "message": message}])


def check_other(actor: Actor, account_id: int) -> None:
    """Refuse that anybody administers its own account.

    Raises:
        Forbidden: it is the actor's own.
    """
    if account_id == actor.user_id:
        raise Forbidden("Su propia cuenta la administra otra persona o quien opera la instalación.")


def check_gives(actor: Actor, role: str, *, service_account: bool) -> None:
    """Refuse to give access back, or a password, to whom the actor could not have given the account.

    Raises:
        Forbidden: the account is a system's, or has powers that only the operator gives.
    """
    if service_account:
        raise Forbidden("Las cuentas de sistemas las administra quien opera la instalación.")
    if not policy().grantable(actor.role, role):
        raise Forbidden("Las cuentas con esa función las administra quien opera la instalación.")
