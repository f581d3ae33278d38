"""Exchanging an initial password, which somebody else set, for one's own: the only thing it opens."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.audit import record_as
from app.errors import refusal
from app.services.access.accounts import Account, set_own_password
from app.services.access.own import checked_hash
from app.services.access.sessions import Means
from app.services.access.sign_in import Opened, Opener, check_in

SAME = "La contraseña nueva debe ser distinta de la inicial."


def exchange_password(means: Means, username: str, initial: str, new: str, opener: Opener[Opened]) -> Opened:
    """Check a name and its initial password, set the new one, and open what `opener` opens for the account.

    Who knows no initial password learns nothing: the new one is judged first, other refusals are the same.

    Raises:
        Invalid: the policy refuses the new password, or it is the initial one.
        Unauthenticated: wrong, expired, or no initial password at all; the same for every reason.
        Unavailable: the trace cannot be written, or the database is away.
    """
    if initial == new:
        raise refusal("new_password", "same", SAME)
    new_hash = checked_hash(new, username, means.cost)

    def exchanged(session: Session, means: Means, account: Account) -> tuple[Actor, Opened]:
        set_own_password(session, account, new_hash)
        record_as(session, account.actor(), "auth.password", detail={"reason": "initial"})
        return opener(session, means, account)

    return check_in(means, username, initial, exchanged, first=True)
