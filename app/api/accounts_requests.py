"""What two people decide about accounts: `/account-requests`. Asked for under `/accounts`."""

from typing import Annotated

from fastapi import Path, Query

from app.access.permissions import Permission
from app.api.answers import Answer, tagged
from app.api.commands import RefusalIn
from app.edge.deps import CurrentAct, CurrentRuntime, Requires, etag
from app.edge.preconditions import ExpectedVersion
from app.edge.routing import Branch
from app.services.accounts import asked, deciding
from app.services.accounts.views import AccountApprovedView, AccountDecidedView, AccountRequestView
from app.services.paging import PAGE
from app.services.views import Listing

router = Branch(prefix="/account-requests", tags=["account_requests"])

APPROVES = Requires(Permission.ACCOUNTS_APPROVE)
RequestCode = Annotated[str, Path(title="Código del pedido", max_length=40, examples=["CT-7K3M-9QX2-H4TC"])]


@router.get("", dependencies=[APPROVES], summary="Pedidos sobre cuentas")
def index(
    act: CurrentAct,
    waiting: Annotated[bool, Query(title="Solo los que esperan")] = False,
    cursor: Annotated[str | None, Query(title="Cursor de la página anterior", max_length=200)] = None,
    limit: Annotated[int, Query(title="Filas por página", ge=1, le=200)] = PAGE,
) -> Answer[Listing[AccountRequestView]]:
    """Newest first; `possible` says what the caller may do with each, `next` is the next page's cursor."""
    return Answer(asked.listing(act, waiting=waiting, cursor=cursor, limit=limit))


@router.get("/{code}", dependencies=[APPROVES], summary="Un pedido sobre una cuenta", responses=tagged())
def read(code: RequestCode, act: CurrentAct) -> Answer[AccountRequestView]:
    """What is asked, by whom and until when."""
    found = asked.read(act, code)
    return Answer(found, headers=etag(found["version"]))


@router.post(
    "/{code}/approvals",
    dependencies=[APPROVES],
    summary="Aprobar un pedido sobre una cuenta",
    responses=tagged(),
)
def approve(
    code: RequestCode,
    act: CurrentAct,
    runtime: CurrentRuntime,
    version: ExpectedVersion,
) -> Answer[AccountApprovedView]:
    """Done at once. `second_half` of an initial password is shown this once, for its owner alone."""
    done = deciding.approve(act, code, version, runtime.password_cost)
    return Answer(done, headers=etag(done["version"]))


@router.post(
    "/{code}/refusals",
    dependencies=[APPROVES],
    summary="Rechazar un pedido sobre una cuenta",
    responses=tagged(),
)
def refuse(
    code: RequestCode, body: RefusalIn, act: CurrentAct, version: ExpectedVersion
) -> Answer[AccountDecidedView]:
    """With a reason of the list."""
    done = deciding.refuse(act, code, version, body.reason)
    return Answer(done, headers=etag(done["version"]))


@router.post(
    "/{code}/withdrawals",
    dependencies=[Requires(Permission.ACCOUNTS_MANAGE)],
    summary="Retirar un pedido propio sobre una cuenta",
    responses=tagged(),
)
def withdraw(code: RequestCode, act: CurrentAct, version: ExpectedVersion) -> Answer[AccountDecidedView]:
    """Only who asked takes it back."""
    done = deciding.withdraw(act, code, version)
    return Answer(done, headers=etag(done["version"]))
