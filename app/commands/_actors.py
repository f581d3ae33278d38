"""Who acts in a command run on the server itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from app.access.actor import Actor
    from app.runtime import Runtime

User = Annotated[
    str | None,
    typer.Option("--user", metavar="USUARIO", help="Cuenta que lo hace; sin ella, la instalación."),
]


def account(runtime: Runtime, username: str | None) -> Actor:
    """The actor behind a username; the operator of the server where none is given.

    Raises:
        app.errors.Invalid: no such account.
    """
    from app.access.actor import SETUP
    from app.services.institutions.service import actor_of

    if username is None:
        return SETUP
    with runtime.database.session(SETUP) as session:
        return actor_of(session, username)
