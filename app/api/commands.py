"""Commands that take two people: `/commands`; `/matching/merges` and `/matching/splits` ask for some."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from app.access.permissions import Permission
from app.api.answers import Answer, located, tagged
from app.edge.deps import CurrentAct, IdempotencyKey, Requires, etag
from app.edge.preconditions import ExpectedVersion
from app.edge.routing import Branch
from app.services.commands import deciding, queries, requesting
from app.services.commands.command import REASONS, REFUSALS, Command
from app.services.commands.views import CommandAskedView, CommandDecidedView, CommandDoneView, CommandView
from app.services.idempotency import once
from app.services.paging import PAGE
from app.services.views import Listing
from app.states import CommandKind

router = Branch(tags=["commands"])

CommandCode = Annotated[str, Path(title="Código del pedido", max_length=40, examples=["CO-7K3M-9QX2-H4TC"])]
VictimCode = Annotated[str, Field(min_length=1, max_length=40, examples=["TP-0SGW-81JT"])]
Reason = Annotated[str, Field(min_length=1, max_length=60, pattern="^[A-Za-z0-9_]+$")]


class MergeIn(BaseModel):
    """Two records of one person."""

    model_config = ConfigDict(extra="forbid", title="Pedir que se unan dos registros")

    keep: Annotated[VictimCode, Field(title="Código que queda")]
    absorb: Annotated[VictimCode, Field(title="Código que pasa a ser otro código de la misma persona")]
    reason: Annotated[Reason, Field(title="Motivo (código)", examples=list(REASONS[CommandKind.MERGE]))]


class SplitIn(BaseModel):
    """A record that was merged by mistake."""

    model_config = ConfigDict(extra="forbid", title="Pedir que se separe un registro")

    code: Annotated[VictimCode, Field(title="Código de la persona")]
    record: Annotated[VictimCode, Field(title="Código del registro que se separa")]
    reason: Annotated[Reason, Field(title="Motivo (código)", examples=list(REASONS[CommandKind.SPLIT]))]


class RefusalIn(BaseModel):
    """Why the second person says no."""

    model_config = ConfigDict(extra="forbid", title="Rechazo de un pedido")

    reason: Annotated[Reason, Field(title="Motivo (código)", examples=list(REFUSALS))]


def accepted(code: str) -> Answer[CommandAskedView]:
    """202: asked for, and waiting for the second person."""
    return Answer({"command": code}, status_code=202, headers={"Location": f"/api/v1/commands/{code}"})


def _asked(
    act: CurrentAct,
    key: str | None,
    operation: str,
    body: MergeIn | SplitIn,
    ask: Callable[..., Command],
) -> Answer[CommandAskedView]:
    """Ask for what the body says, once for each Idempotency-Key."""
    payload = body.model_dump(mode="json")
    code = once(act, key, operation, payload, lambda: ask(act, **payload).code)
    return accepted(code)


@router.post(
    "/matching/merges",
    status_code=202,
    dependencies=[Requires(Permission.COMMANDS_REQUEST)],
    summary="Pedir que se unan dos registros",
    responses=located(202),
)
def merge(body: MergeIn, act: CurrentAct, key: IdempotencyKey) -> Answer[CommandAskedView]:
    """Asks; nothing changes until a person of another unit approves."""
    return _asked(act, key, "matching.merge", body, requesting.request_merge)


@router.post(
    "/matching/splits",
    status_code=202,
    dependencies=[Requires(Permission.COMMANDS_REQUEST)],
    summary="Pedir que se separe un registro",
    responses=located(202),
)
def split(body: SplitIn, act: CurrentAct, key: IdempotencyKey) -> Answer[CommandAskedView]:
    """Asks; nothing changes until a person of another unit approves."""
    return _asked(act, key, "matching.split", body, requesting.request_split)


@router.get(
    "/commands",
    dependencies=[Requires(Permission.COMMANDS_REQUEST, Permission.COMMANDS_APPROVE)],
    summary="Pedidos de la unidad y los que se pueden decidir",
)
def index(
    act: CurrentAct,
    state: Annotated[str | None, Query(title="Estado", max_length=60)] = None,
    cursor: Annotated[str | None, Query(title="Cursor de la página anterior", max_length=200)] = None,
    limit: Annotated[int, Query(title="Filas por página", ge=1, le=200)] = PAGE,
) -> Answer[Listing[CommandView]]:
    """Newest first; `possible` says what the caller may do with each, `next` is the next page's cursor."""
    return Answer(queries.listing(act, state=state, cursor=cursor, limit=limit))


@router.get(
    "/commands/{code}",
    dependencies=[Requires(Permission.COMMANDS_REQUEST, Permission.COMMANDS_APPROVE)],
    summary="Leer un pedido",
    responses=tagged(),
)
def detail(code: CommandCode, act: CurrentAct) -> Answer[CommandView]:
    """What is asked, by which unit and until when; codes of persons out of the caller's sight are null."""
    found = queries.read(act, code)
    return Answer(found, headers=etag(found["version"]))


@router.post(
    "/commands/{code}/approvals",
    dependencies=[Requires(Permission.COMMANDS_APPROVE)],
    summary="Aprobar un pedido",
    responses=tagged(),
)
def approval(code: CommandCode, act: CurrentAct, version: ExpectedVersion) -> Answer[CommandDecidedView]:
    """The second person, of another unit: what was asked is done at once."""
    done = deciding.approve(act, code, version)
    return Answer(done, headers=etag(done["version"]))


@router.post(
    "/commands/{code}/refusals",
    dependencies=[Requires(Permission.COMMANDS_APPROVE)],
    summary="Rechazar un pedido",
    responses=tagged(),
)
def refusal(
    code: CommandCode, body: RefusalIn, act: CurrentAct, version: ExpectedVersion
) -> Answer[CommandDecidedView]:
    """The second person says no, with a reason of the list."""
    done = deciding.refuse(act, code, version, body.reason)
    return Answer(done, headers=etag(done["version"]))


@router.post(
    "/commands/{code}/withdrawals",
    dependencies=[Requires(Permission.COMMANDS_REQUEST)],
    summary="Retirar un pedido propio",
    responses=tagged(),
)
def withdrawal(code: CommandCode, act: CurrentAct, version: ExpectedVersion) -> Answer[CommandDoneView]:
    """Only who asked takes it back."""
    done = deciding.withdraw(act, code, version)
    return Answer(done, headers=etag(done["version"]))
