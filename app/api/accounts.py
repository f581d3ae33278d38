"""Accounts of one's institution, for who administers it: `/accounts`."""

import uuid
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from app.access.permissions import Permission
from app.api.answers import Answer
from app.edge.deps import CurrentActor, CurrentRuntime, DbSession, IdempotencyKey, Requires
from app.services.accounts import queries, service
from app.services.accounts.rules import grantable_roles
from app.services.paging import PAGE

router = APIRouter(prefix="/accounts", tags=["cuentas y unidades"])

MANAGES = Requires(Permission.ACCOUNTS_MANAGE)

Account = Annotated[int, Path(title="Número de la cuenta", ge=1, lt=2**62)]
UnitCode = Annotated[str, Field(title="Código de la unidad", min_length=1, max_length=80)]
Cursor = Annotated[str | None, Query(title="Cursor de la página anterior", max_length=200)]
Limit = Annotated[int, Query(title="Filas por página", ge=1, le=200)]


class AccountIn(BaseModel):
    """A new account of a person."""

    model_config = ConfigDict(extra="forbid", title="Cuenta nueva")

    username: Annotated[str, Field(title="Nombre de usuario", min_length=3, max_length=80)]
    unit: UnitCode
    role: Annotated[str, Field(title="Función", max_length=60, examples=["prosecutor"])]
    supervisor: Annotated[bool, Field(title="Ve todos los casos de su unidad")] = False


class AccountChangeIn(BaseModel):
    """What changes; what is left out stays."""

    model_config = ConfigDict(extra="forbid", title="Cambio de una cuenta")

    unit: UnitCode | None = None
    role: Annotated[str | None, Field(title="Función", max_length=60)] = None
    supervisor: Annotated[bool | None, Field(title="Ve todos los casos de su unidad")] = None


class AccountSearchIn(BaseModel):
    """Which accounts are looked for."""

    model_config = ConfigDict(extra="forbid", title="Búsqueda de cuentas")

    text: Annotated[str | None, Field(title="Parte del nombre de usuario", max_length=80)] = None
    unit: UnitCode | None = None
    state: Annotated[str | None, Field(title="Estado", max_length=40, examples=["ACTIVA"])] = None


class AccountSessionIn(BaseModel):
    """Which session of the account ends."""

    model_config = ConfigDict(extra="forbid", title="Cierre de sesiones de una cuenta")

    session: Annotated[uuid.UUID | Literal["all"], Field(title="Sesión, o `all`: todas")]


@router.get("", dependencies=[MANAGES], summary="Cuentas de mi institución")
def index(session: DbSession, actor: CurrentActor, cursor: Cursor = None, limit: Limit = PAGE) -> Answer:
    """Newest first; `next` is the cursor of the next page."""
    items, following = queries.listing(session, actor, cursor=cursor, limit=limit)
    return Answer({"items": items, "next": following})


@router.post("/search", dependencies=[MANAGES], summary="Buscar cuentas de mi institución")
def search(
    body: AccountSearchIn, session: DbSession, actor: CurrentActor, cursor: Cursor = None, limit: Limit = PAGE
) -> Answer:
    """By part of the username, unit or state."""
    wanted = queries.Filter(body.unit, body.state, body.text)
    items, following = queries.listing(session, actor, wanted, cursor=cursor, limit=limit)
    return Answer({"items": items, "next": following})


@router.get("/roles", dependencies=[MANAGES], summary="Funciones que puedo dar")
def roles(actor: CurrentActor) -> Answer:
    """Roles with powers over the whole register are given by the operator of the installation only."""
    return Answer({"items": [{"role": role.name, "label": role.label} for role in grantable_roles(actor)]})


@router.post("", dependencies=[MANAGES], status_code=201, summary="Crear una cuenta")
def create(
    body: AccountIn, session: DbSession, actor: CurrentActor, runtime: CurrentRuntime, key: IdempotencyKey
) -> Answer:
    """Answers with an initial password, shown this once; its owner exchanges it at the first sign-in.

    Repeated with the same Idempotency-Key, it answers with the account and without the password.
    """
    wanted = service.NewAccount(body.username, body.unit, body.role, body.supervisor)
    given = service.create(session, actor, wanted, runtime.password_cost, key=key)
    return Answer(_shown(session, actor, given), 201)


@router.get("/{account}", dependencies=[MANAGES], summary="Una cuenta")
def read(account: Account, session: DbSession, actor: CurrentActor) -> Answer:
    """Its unit, role and state."""
    return Answer(queries.read(session, actor, account))


@router.patch("/{account}", dependencies=[MANAGES], summary="Cambiar la unidad o la función")
def change(account: Account, body: AccountChangeIn, session: DbSession, actor: CurrentActor) -> Answer:
    """Its sessions end; in a unit that it leaves it has no case any more."""
    service.change(session, actor, account, unit=body.unit, role=body.role, supervisor=body.supervisor)
    return Answer(queries.read(session, actor, account))


@router.post("/{account}/disable", dependencies=[MANAGES], summary="Desactivar una cuenta")
def disable(account: Account, session: DbSession, actor: CurrentActor) -> Answer:
    """Its sessions end at once."""
    service.disable(session, actor, account)
    return Answer(queries.read(session, actor, account))


@router.post("/{account}/enable", dependencies=[MANAGES], summary="Activar de nuevo una cuenta")
def enable(account: Account, session: DbSession, actor: CurrentActor) -> Answer:
    """It signs in again with the password it had."""
    service.enable(session, actor, account)
    return Answer(queries.read(session, actor, account))


@router.post("/{account}/unlock", dependencies=[MANAGES], summary="Terminar la espera de una cuenta")
def unlock(account: Account, session: DbSession, actor: CurrentActor) -> Answer:
    """After several wrong passwords."""
    service.unlock(session, actor, account)
    return Answer(queries.read(session, actor, account))


@router.post("/{account}/password", dependencies=[MANAGES], summary="Reponer la contraseña")
def reset(account: Account, session: DbSession, actor: CurrentActor, runtime: CurrentRuntime) -> Answer:
    """Answers with a new initial password, shown this once; the account's sessions end."""
    given = service.reset_password(session, actor, account, runtime.password_cost)
    return Answer(_shown(session, actor, given))


@router.get("/{account}/sessions", dependencies=[MANAGES], summary="Sesiones abiertas de una cuenta")
def sessions(account: Account, session: DbSession, actor: CurrentActor) -> Answer:
    """Newest first."""
    return Answer({"items": service.sessions(session, actor, account)})


@router.post("/{account}/sessions/end", dependencies=[MANAGES], summary="Cerrar sesiones de una cuenta")
def end_sessions(account: Account, body: AccountSessionIn, session: DbSession, actor: CurrentActor) -> Answer:
    """One of them, or all."""
    service.end_sessions(session, actor, account, None if body.session == "all" else body.session)
    return Answer({"ended": True})


def _shown(session: DbSession, actor: CurrentActor, given: service.Given) -> dict[str, Any]:
    return queries.read(session, actor, given.account_id) | {"initial_password": given.password}
