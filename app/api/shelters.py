"""Placements in shelters: `/placements`."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from app.access.permissions import Permission
from app.api.answers import Answer
from app.api.deps import CurrentActor, DbSession, ExpectedVersion, IdempotencyKey, Requires, etag
from app.api.schemas import Code
from app.services.idempotency import remember, replayed
from app.services.shelters import queries, service

router = APIRouter(prefix="/placements", tags=["alojamiento"])


class PlacementIn(BaseModel):
    """A person of this case is taken in by the caller's shelter."""

    model_config = ConfigDict(extra="forbid", title="Ingreso")

    case: Annotated[str, Field(title="Código del caso", max_length=40)]


class ExitIn(BaseModel):
    """Why she leaves."""

    model_config = ConfigDict(extra="forbid", title="Egreso")

    reason: Annotated[str, Field(title="Motivo (código)", max_length=60, examples=list(service.EXIT_REASONS))]


@router.post(
    "", status_code=201, dependencies=[Requires(Permission.PLACEMENTS_WRITE)], summary="Registrar un ingreso"
)
def admit(body: PlacementIn, session: DbSession, actor: CurrentActor, key: IdempotencyKey) -> Answer:
    """The person is housed in the caller's shelter from now on; who is housed already is a 409."""
    payload = body.model_dump(mode="json")
    code = replayed(session, actor, key, "placements.admit", payload)
    if code is None:
        code = service.admit(session, actor, body.case)
        remember(session, actor, key, "placements.admit", payload, code)
    return Answer({"code": code}, status_code=201)


@router.get(
    "", dependencies=[Requires(Permission.PLACEMENTS_WRITE)], summary="Personas alojadas en mi centro"
)
def housed(session: DbSession, actor: CurrentActor) -> Answer:
    """Open placements of the caller's own shelter, within the caller's scope."""
    return Answer({"items": queries.open_placements(session, actor)})


@router.post(
    "/{code}/exit", dependencies=[Requires(Permission.PLACEMENTS_WRITE)], summary="Registrar un egreso"
)
def leave(
    code: Code, body: ExitIn, session: DbSession, actor: CurrentActor, version: ExpectedVersion
) -> Answer:
    """The person left; with it the staff's resident view ends."""
    done = service.leave(session, actor, code, version, body.reason)
    return Answer(done, headers=etag(done["version"]))
