"""Who acts, and what for: what a use case needs to read or write anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.errors import Unavailable

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.access.actor import Actor

CARE: Final = "atencion"
"""The purpose of who attends to a person, unless the edge was told another (list `access_purpose`)."""
RIGHTS: Final = "derechos-arco"
"""The purpose of who answers what a person asks about her own data."""
REGISTRATION: Final = "registro"
PROTECTION: Final = "proteccion"
UPKEEP: Final = "mantenimiento"


class Act:
    """A session, the actor it is bound to, and the purpose for which persons are looked at.

    It is made of the session alone, which knows whom the database lets through it: an act of one actor in the
    session of another cannot be made. The purpose is chosen where a request comes in, never further inside.

    Raises:
        Unavailable: nobody is bound to the session.
    """

    __slots__ = ("actor", "purpose", "session")

    def __init__(self, session: Session, purpose: str) -> None:
        actor: Actor | None = session.info.get("actor")
        if actor is None:
            raise Unavailable
        self.session: Final = session
        self.actor: Final = actor
        self.purpose: Final = purpose

    def for_purpose(self, purpose: str) -> Act:
        """The same for another purpose."""
        return Act(self.session, purpose)
