"""Accounts of one's institution, for who administers it: `/accounts`."""

import uuid
from typing import Annotated, Final, Literal

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from app.access.permissions import Permission
from app.api.answers import Answer, listing, located
from app.edge.deps import CurrentAct, IdempotencyKey, Requires
from app.edge.routing import Branch
from app.services.access.views import SessionsEndedView, SessionView
from app.services.accounts import queries, service
from app.services.accounts.rules import askable_roles
from app.services.accounts.views import AccountAskedView, AccountHalfView, AccountView, AskableRoleView
from app.services.institutions import units
from app.services.paging import PAGE
from app.services.views import Listing
from app.states import AccountState

router = Branch(prefix="/accounts", tags=["accounts"])

MANAGES = Requires(Permission.ACCOUNTS_MANAGE)
ASKED: Final = located(202)
ASKED[202]["model"] = AccountAskedView
"""For the document: the account as it is, while what was asked waits for a second person."""

Account = Annotated[str, Path(title="Código de la cuenta", max_length=40, examples=["AU-7K3M-9QX2-H4TQ"])]
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

    unit: Annotated[UnitCode | None, Field(title="Código de la unidad")] = None
    role: Annotated[str | None, Field(title="Función", max_length=60)] = None
    supervisor: Annotated[bool | None, Field(title="Ve todos los casos de su unidad")] = None


class AccountSearchIn(BaseModel):
    """Which accounts are looked for."""

    model_config = ConfigDict(extra="forbid", title="Búsqueda de cuentas")

    text: Annotated[str | None, Field(title="Parte del nombre de usuario", max_length=80)] = None
    unit: Annotated[UnitCode | None, Field(title="Código de la unidad")] = None
    state: Annotated[str | None, Field(title="Estado", max_length=40, examples=[AccountState.ACTIVE])] = None


class AccountSessionIn(BaseModel):
    """Which session of the account ends."""

    model_config = ConfigDict(extra="forbid", title="Cierre de sesiones de una cuenta")

    session: Annotated[uuid.UUID | Literal["all"], Field(title="Sesión, o `all`: todas")]


@router.get("", dependencies=[MANAGES], summary="Cuentas de mi institución")
def index(act: CurrentAct, cursor: Cursor = None, limit: Limit = PAGE) -> Answer[Listing[AccountView]]:
    """Newest first; `next` is the cursor of the next page."""
    return Answer(queries.listing(act, cursor=cursor, limit=limit))


@router.post("/search", dependencies=[MANAGES], summary="Buscar cuentas de mi institución")
def search(
    body: AccountSearchIn, act: CurrentAct, cursor: Cursor = None, limit: Limit = PAGE
) -> Answer[Listing[AccountView]]:
    """By part of the username, unit or state."""
    wanted = queries.Filter(body.unit, body.state, body.text)
    return Answer(queries.listing(act, wanted, cursor=cursor, limit=limit))


@router.get("/roles", dependencies=[MANAGES], summary="Funciones que puedo pedir")
def roles(act: CurrentAct) -> Answer[Listing[AskableRoleView]]:
    """Those that fit the units of the institution, by kind of unit; others only the operator gives."""
    kinds = units.kinds_here(act)
    items: list[AskableRoleView] = [
        {
            "role": role.name,
            "label": role.label,
            "unit_kinds": [kind for kind in kinds if kind in role.unit_kinds],
        }
        for role in askable_roles(act.actor, kinds)
    ]
    return listing(items)


@router.post("", dependencies=[MANAGES], status_code=201, summary="Pedir una cuenta")
def create(body: AccountIn, act: CurrentAct, key: IdempotencyKey) -> Answer[AccountHalfView]:
    """The account waits until another person approves the `request`; nobody signs in with it before.

    `first_half` of its initial password is shown this once, for its owner alone; who approves gets the other.
    Repeated with the same Idempotency-Key, it answers with the account and without the half.
    """
    wanted = service.NewAccount(body.username, body.unit, body.role, body.supervisor)
    given = service.create(act, wanted, key=key)
    return Answer(_shown(act, given), 201)


@router.get("/{account}", dependencies=[MANAGES], summary="Una cuenta")
def read(account: Account, act: CurrentAct) -> Answer[AccountView]:
    """Its unit, role and state."""
    return Answer(queries.read(act, account))


@router.patch("/{account}", dependencies=[MANAGES], summary="Pedir otra unidad o función", responses=ASKED)
def change(account: Account, body: AccountChangeIn, act: CurrentAct) -> Answer[AccountAskedView]:
    """Done when another person approves: its sessions end, and in a unit that it leaves it has no case."""
    request = service.change(act, account, unit=body.unit, role=body.role, supervisor=body.supervisor)
    return _asked(act, account, request)


@router.post("/{account}/disable", dependencies=[MANAGES], summary="Desactivar una cuenta", responses=ASKED)
def disable(account: Account, act: CurrentAct) -> Answer[AccountAskedView]:
    """Its sessions end at once; of who administers or watches over the register, when another approves."""
    return _asked(act, account, service.disable(act, account))


@router.post(
    "/{account}/enable", dependencies=[MANAGES], summary="Activar de nuevo una cuenta", responses=ASKED
)
def enable(account: Account, act: CurrentAct) -> Answer[AccountAskedView]:
    """It signs in again with the password it had; in a role that opens something, when another approves."""
    return _asked(act, account, service.enable(act, account))


@router.post("/{account}/unlock", dependencies=[MANAGES], summary="Terminar la espera de una cuenta")
def unlock(account: Account, act: CurrentAct) -> Answer[AccountView]:
    """After several wrong passwords."""
    service.unlock(act, account)
    return Answer(queries.read(act, account))


@router.post(
    "/{account}/password",
    dependencies=[MANAGES],
    status_code=202,
    summary="Pedir que se reponga la contraseña",
    responses=located(202),
)
def reset(account: Account, act: CurrentAct) -> Answer[AccountHalfView]:
    """Done when another person approves: the account's sessions end. `first_half` is shown this once."""
    given = service.reset_password(act, account)
    return Answer(_shown(act, given), 202, headers=_place(given.request))


@router.get("/{account}/sessions", dependencies=[MANAGES], summary="Sesiones abiertas de una cuenta")
def sessions(account: Account, act: CurrentAct) -> Answer[Listing[SessionView]]:
    """Newest first."""
    return listing(service.sessions(act, account))


@router.post("/{account}/sessions/end", dependencies=[MANAGES], summary="Cerrar sesiones de una cuenta")
def end_sessions(account: Account, body: AccountSessionIn, act: CurrentAct) -> Answer[SessionsEndedView]:
    """One of them, or all."""
    service.end_sessions(act, account, None if body.session == "all" else body.session)
    return Answer({"ended": True})


def _place(request: str | None) -> dict[str, str]:
    return {} if request is None else {"Location": f"/api/v1/account-requests/{request}"}


def _shown(act: CurrentAct, given: service.Given) -> AccountHalfView:
    account = queries.read(act, given.account)
    return {**account, "request": given.request, "first_half": given.first_half}


def _asked(act: CurrentAct, account: str, request: str | None) -> Answer[AccountAskedView]:
    """200 with the account when it is done; 202 when it waits for a second person."""
    body: AccountAskedView = {**queries.read(act, account), "request": request}
    return Answer(body, 200 if request is None else 202, headers=_place(request))
