"""Placements in shelters: `/placements`."""

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from app.access.permissions import Permission
from app.api.answers import Answer, located, tagged
from app.api.schemas import Code
from app.edge.deps import CurrentAct, IdempotencyKey, Requires, etag
from app.edge.preconditions import ExpectedVersion
from app.edge.routing import Branch
from app.records.kinds import Text
from app.records.rows.shelters import Admission, Leave, Suitability
from app.services.idempotency import once
from app.services.shelters import outings, queries, service, suitability
from app.services.shelters.views import (
    ExitView,
    ResidentView,
    StayDetailView,
    StayMovedView,
    StayView,
    SuitabilityCheckedView,
)
from app.services.views import Coded, Listing

router = Branch(prefix="/placements", tags=["placements"])

CaseCode = Annotated[str | None, Field(title="Código del caso", max_length=40)]


class PlacementIn(Admission):
    """A person of this case is taken in by the caller's shelter, or is somewhere that is none."""

    model_config = ConfigDict(title="Ingreso")

    case: CaseCode = None
    hold: Annotated[str | None, Field(title="Código de la reserva de cupo", max_length=40)] = None


class ExitIn(BaseModel):
    """Why she leaves."""

    model_config = ConfigDict(extra="forbid", title="Egreso")

    reason: Annotated[str, Field(title="Motivo (código)", max_length=60, examples=list(service.EXIT_REASONS))]
    notes: Annotated[Text | None, Field(title="Notas del egreso; se guardan cifradas")] = None


class LeaveIn(Leave):
    """She goes out and is expected back."""

    model_config = ConfigDict(title="Permiso de salida")

    due_back_at: Annotated[datetime, Field(title="Cuándo vuelve", strict=False)]


@router.post(
    "",
    status_code=201,
    dependencies=[Requires(Permission.PLACEMENTS_WRITE)],
    summary="Registrar un ingreso",
    responses=located(),
)
def admit(body: PlacementIn, act: CurrentAct, key: IdempotencyKey) -> Answer[Coded]:
    """The person is housed in the caller's shelter from now on; without a free place, or housed, it is a 409.

    Who is no shelter notes in which other place she is.
    """
    payload = body.model_dump(mode="json")
    row = Admission.model_validate(body.model_dump(exclude={"case", "hold"}))
    code = once(
        act,
        key,
        "placements.admit",
        payload,
        lambda: service.admit(act, service.Arrival(body.case, body.hold, row)),
    )
    return Answer({"code": code}, status_code=201, headers={"Location": f"/api/v1/placements/{code}"})


@router.get(
    "",
    dependencies=[Requires(Permission.PLACEMENTS_WRITE)],
    summary="Personas alojadas en mi centro, o alojamientos de un caso",
)
def housed(
    act: CurrentAct,
    case: Annotated[str | None, Query(title="Código del caso", max_length=40)] = None,
) -> Answer[Listing[StayView] | Listing[ResidentView]]:
    """Open placements of the caller's own unit, or with `case` its stays, within the caller's scope."""
    if case is None:
        return Answer({"items": queries.open_placements(act), "next": None})
    return Answer({"items": queries.stays(act, case), "next": None})


@router.get(
    "/{code}",
    dependencies=[Requires(Permission.PLACEMENTS_WRITE)],
    summary="Leer un alojamiento",
    responses=tagged(),
)
def detail(code: Code, act: CurrentAct) -> Answer[StayDetailView]:
    """One stay, with its leaves, suitability checks and texts, and what may be done next."""
    found = queries.read(act, code)
    return Answer(found, headers=etag(found["version"]))


@router.post(
    "/{code}/leaves",
    dependencies=[Requires(Permission.PLACEMENTS_WRITE)],
    summary="Dar un permiso de salida",
    responses=tagged(),
)
def go_out(code: Code, body: LeaveIn, act: CurrentAct, version: ExpectedVersion) -> Answer[StayMovedView]:
    """She goes out and her place is kept; past `due_back_at` the unit is told."""
    given = Leave.model_validate(body.model_dump(exclude={"due_back_at"}))
    done = outings.go_out(act, code, version, given, body.due_back_at)
    return Answer(done, headers=etag(done["version"]))


@router.post(
    "/{code}/leaves/return",
    dependencies=[Requires(Permission.PLACEMENTS_WRITE)],
    summary="Registrar el retorno de un permiso",
    responses=tagged(),
)
def come_back(code: Code, act: CurrentAct, version: ExpectedVersion) -> Answer[StayMovedView]:
    """She came back."""
    done = outings.come_back(act, code, version)
    return Answer(done, headers=etag(done["version"]))


@router.post(
    "/{code}/suitability",
    status_code=201,
    dependencies=[Requires(Permission.PLACEMENTS_WRITE)],
    summary="Registrar la idoneidad de quien la recibe",
)
def check(
    code: Code, body: Suitability, act: CurrentAct, key: IdempotencyKey
) -> Answer[SuitabilityCheckedView]:
    """The latest check counts: without one that says IDONEA no child leaves to a family."""
    payload = {"placement": code, **body.model_dump(mode="json")}
    done = once(
        act, key, "placements.suitability", payload, lambda: suitability.check(act, code, body)["code"]
    )
    return Answer({"code": done, "result": str(body.result)}, status_code=201)


@router.post(
    "/{code}/exit",
    dependencies=[Requires(Permission.PLACEMENTS_WRITE)],
    summary="Registrar un egreso",
    responses=tagged(),
)
def leave(code: Code, body: ExitIn, act: CurrentAct, version: ExpectedVersion) -> Answer[ExitView]:
    """The person left; with it the staff's resident view ends."""
    done = service.leave(act, code, version, body.reason, notes=body.notes)
    return Answer(done, headers=etag(done["version"]))
