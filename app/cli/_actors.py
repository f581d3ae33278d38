"""Who acts in a command run on the server itself."""

from __future__ import annotations

import contextlib
import secrets
from typing import TYPE_CHECKING, Annotated

import typer

from app.access.act import UPKEEP, Act

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


LOADER = "carga-de-registros"


def loader(runtime: Runtime, username: str | None) -> Actor:
    """Who loads or exports files: the account named, or the installation's own, with which nobody signs in.

    Its unit is the source of what was loaded without naming another; its secret is thrown away.

    Raises:
        app.errors.Invalid: no such account.
    """
    from app.access.actor import SETUP
    from app.errors import Conflict
    from app.services.institutions.service import actor_of, create_institution, create_unit, create_user

    if username is not None:
        return account(runtime, username)
    with contextlib.suppress(Conflict), runtime.database.session(SETUP) as session:
        owner = create_institution(
            Act(session, UPKEEP), "RUV", "Registro único de víctimas de trata", "estado"
        )
        create_unit(Act(session, UPKEEP), owner, "RUV-CARGA", "Carga de registros", "CENTRAL")
        secret = secrets.token_urlsafe(48)
        create_user(
            Act(session, UPKEEP), "RUV-CARGA", LOADER, "police_investigator", secret,
            service_account=True, cost=runtime.password_cost,
        )  # fmt: skip
    with runtime.database.session(SETUP) as session:
        return actor_of(session, LOADER)
