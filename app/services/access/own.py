"""One's own account: what it may do, and its password."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.act import CARE, Act
from app.access.actor import SIGN_IN, Actor
from app.access.passwords import Cost, PasswordRefused, check_policy, hash_password, verify_password
from app.access.policy import policy
from app.audit import record, record_as
from app.db import vault_of
from app.errors import Conflict, Forbidden, Unauthenticated, refusal
from app.models import Institution, Unit, UserAccount
from app.services.access.accounts import (
    clear_failures,
    count_failure,
    find_account,
    locked_account,
    own_account,
    set_own_password,
)
from app.services.access.sessions import SESSION_OVER, Means, end_other_sessions
from app.services.access.tries import Place, count, forget, name_digest, place_of_session, standing, too_many
from app.services.access.views import MeView


def who_am_i(act: Act) -> MeView:
    """The actor's own account: name, role, unit, institution and what the role may do.

    Raises:
        Unauthenticated: the account is gone.
    """
    row = act.session.execute(
        select(
            UserAccount.username, UserAccount.supervisor, UserAccount.service_account,
            Unit.code, Unit.name, Institution.code, Institution.name,
        )
        .join(Unit, Unit.id == UserAccount.unit_id)
        .join(Institution, Institution.id == UserAccount.institution_id)
        .where(UserAccount.id == act.actor.user_id)
    ).first()  # fmt: skip
    if row is None:
        raise Unauthenticated(SESSION_OVER)
    role = policy().roles[act.actor.role]
    return {
        "username": row[0],
        "role": role.name,
        "role_label": role.label,
        "supervisor": row[1],
        "service_account": row[2],
        "unit": {"code": row[3], "name": row[4]},
        "institution": {"code": row[5], "name": row[6]},
        "permissions": sorted(role.permissions),
    }


def change_password(means: Means, actor: Actor, old: str, new: str) -> None:
    """Set a new password for one's own account; its other sessions end at once.

    A wrong old password makes the session wait like a place at signing in, since a stolen one would try here.

    Raises:
        Invalid: the old password is wrong, or the policy refuses the new one; the field is named.
        Forbidden: a system's secret is not changed by itself.
        TooMany: the session waits after several wrong passwords.
        Conflict: the password was changed meanwhile.
    """
    with means.database.session(actor) as session:
        account = own_account(Act(session, CARE))
    if account is None:
        raise Unauthenticated(SESSION_OVER)
    if account.service_account:
        raise Forbidden("El secreto de un sistema lo cambia quien administra la instalación.")
    place = place_of_session(means.database.vault, actor.session_id)
    _check_wait(means, place)
    if not verify_password(account.password_hash, old):
        _count(means, actor, place)
        raise refusal("old_password", "wrong", "La contraseña actual no es correcta.")
    if old == new:
        raise refusal("new_password", "same", "La contraseña nueva debe ser distinta de la actual.")
    new_hash = checked_hash(new, account.username, means.cost)
    with means.database.session(actor) as session:
        now = locked_account(session, account.id)
        if now is None or now.password_hash != account.password_hash:
            raise Conflict("La contraseña cambió mientras tanto. Inicie sesión de nuevo.")
        set_own_password(session, now, new_hash)
        end_other_sessions(session, actor, "contraseña nueva")
        record(Act(session, CARE), "auth.password")


def reset_password(session: Session, username: str, new: str, cost: Cost) -> None:
    """Set an account's password without the old one, end its waiting and all its sessions. Runs as SIGN_IN.

    For the operator of the server alone.

    Raises:
        Invalid: no such account, or the policy refuses the password.
    """
    found = find_account(session, username)
    account = locked_account(session, found.id) if found else None
    if account is None:
        raise refusal("username", "unknown", "No existe esa cuenta.")
    clear_failures(session, account, checked_hash(new, account.username, cost))
    forget(session, name_digest(vault_of(session), account.username))
    end_other_sessions(session, account.actor(), "contraseña repuesta")
    record_as(session, SIGN_IN, "auth.password", detail={"account": account.id, "by": "operator"})


def checked_hash(password: str, username: str, cost: Cost) -> str:
    """The hash of a new password.

    Raises:
        Invalid: the policy refuses it; the reason is in Spanish and repeats none of it.
    """
    try:
        check_policy(password, username)
        return hash_password(password, cost=cost)
    except PasswordRefused as refused:
        raise refusal("new_password", "refused", str(refused)) from None


def _check_wait(means: Means, place: Place) -> None:
    with means.database.session(SIGN_IN) as session:
        wait = standing(session, place, means.failures_per_address).wait
    if wait:
        raise too_many(wait)


def _count(means: Means, actor: Actor, place: Place) -> None:
    with means.database.session(SIGN_IN) as session:
        account = locked_account(session, actor.user_id)
        if account is not None:
            count_failure(session, account)
        count(session, place, place.address)
        record_as(session, actor, "auth.password", outcome="denied", detail={"reason": "password"})
