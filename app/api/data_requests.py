"""Requests of data subjects (`/data-requests`) and the person's own file."""

from datetime import date
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from app.access.act import RIGHTS
from app.access.permissions import Permission
from app.api.answers import Answer, located, tagged
from app.api.schemas import Code
from app.edge.deps import CurrentAct, IdempotencyKey, Requires, etag
from app.edge.preconditions import ExpectedVersion
from app.edge.routing import Branch
from app.records.kinds import Text
from app.records.rows.consents import DataRequestRow
from app.services.data_requests import queries, service
from app.services.data_requests.views import (
    DataRequestCodesView,
    DataRequestExtendedView,
    DataRequestListedView,
    DataRequestMovedView,
    DataRequestStepsView,
    DataRequestView,
)
from app.services.holdings.own_file import own_file
from app.services.holdings.views import OwnFileView
from app.services.idempotency import once
from app.services.paging import PAGE
from app.services.views import Coded, Listing

router = Branch(tags=["data_requests"])

ListedCode = Annotated[str, Field(min_length=1, max_length=60, pattern="^[A-Za-z0-9_]+$")]


class DataRequestIn(DataRequestRow):
    """A request of a person in scope."""

    victim: Annotated[str, Field(title="Código de la persona", max_length=40)]


class RequestMoveIn(BaseModel):
    """A step of a request, or its answer."""

    model_config = ConfigDict(extra="forbid", title="Paso de una solicitud")

    to: Annotated[ListedCode, Field(title="Estado al que pasa")]
    answer: Annotated[Text | None, Field(title="Respuesta; se guarda cifrada")] = None
    ground: Annotated[ListedCode | None, Field(title="Fundamento legal (código)")] = None
    notified_on: Annotated[date | None, Field(title="Avisada el (hoy si falta)")] = None


class ExtensionIn(BaseModel):
    """The one extension of a request's term."""

    model_config = ConfigDict(extra="forbid", title="Ampliación del plazo")

    notified_on: Annotated[date | None, Field(title="Avisada el (hoy si falta)")] = None


@router.post(
    "/data-requests",
    status_code=201,
    dependencies=[Requires(Permission.DATA_REQUESTS_WRITE)],
    summary="Recibir una solicitud sobre datos personales",
    responses=located(),
)
def receive(body: DataRequestIn, act: CurrentAct, key: IdempotencyKey) -> Answer[Coded]:
    """Its term in working days runs from the day it came in."""
    payload = body.model_dump(mode="json")
    row = DataRequestRow.model_validate(body.model_dump(exclude={"victim"}))
    code = once(
        act,
        key,
        "data-requests.receive",
        payload,
        lambda: service.receive(act.for_purpose(RIGHTS), body.victim, row),
    )
    return Answer({"code": code}, status_code=201, headers={"Location": f"/api/v1/data-requests/{code}"})


@router.get(
    "/data-requests",
    dependencies=[Requires(Permission.DATA_REQUESTS_READ)],
    summary="Solicitudes sobre datos personales y sus plazos",
)
def listed(
    act: CurrentAct,
    state: Annotated[str | None, Query(title="Estado", max_length=60)] = None,
    cursor: Annotated[str | None, Query(title="Cursor de la página anterior", max_length=200)] = None,
    limit: Annotated[int, Query(title="Filas por página", ge=1, le=200)] = PAGE,
) -> Answer[Listing[DataRequestListedView | DataRequestCodesView]]:
    """Those of the caller's cases; the data protection officer sees the codes and terms of all."""
    return Answer(queries.listed(act, state=state, cursor=cursor, limit=limit))


@router.get(
    "/data-requests/{code}",
    dependencies=[Requires(Permission.DATA_REQUESTS_READ)],
    summary="Leer una solicitud",
    responses=tagged(),
)
def detail(code: Code, act: CurrentAct) -> Answer[DataRequestView | DataRequestStepsView]:
    """Its steps and term; person, case and words only to who takes part in the case."""
    found = queries.read(act, code)
    return Answer(found, headers=etag(found["version"]))


@router.post(
    "/data-requests/{code}/transitions",
    dependencies=[Requires(Permission.DATA_REQUESTS_WRITE)],
    summary="Avanzar o responder una solicitud",
    responses=tagged(),
)
def transition(
    code: Code, body: RequestMoveIn, act: CurrentAct, version: ExpectedVersion
) -> Answer[DataRequestMovedView]:
    """A denial, whole or in part, names its legal ground."""
    step = service.Step(body.to, body.answer, body.ground, body.notified_on)
    done = service.advance(act.for_purpose(RIGHTS), code, version, step)
    return Answer(done, headers=etag(done["version"]))


@router.post(
    "/data-requests/{code}/extension",
    dependencies=[Requires(Permission.DATA_REQUESTS_WRITE)],
    summary="Ampliar el plazo, una vez",
    responses=tagged(),
)
def extension(
    code: Code, body: ExtensionIn, act: CurrentAct, version: ExpectedVersion
) -> Answer[DataRequestExtendedView]:
    """As many working days again; the person is told within the term."""
    done = service.extend(act.for_purpose(RIGHTS), code, version, body.notified_on)
    return Answer(done, headers=etag(done["version"]))


@router.get(
    "/victims/{code}/own-file",
    dependencies=[Requires(Permission.DATA_REQUESTS_WRITE)],
    summary="Copia de sus datos para la propia persona",
)
def file(
    code: Code,
    act: CurrentAct,
    request: Annotated[str, Query(title="Solicitud de acceso o portabilidad (código)", max_length=40)],
) -> Answer[OwnFileView]:
    """What the answering unit may read of her, in words; the rest is named, with whom to ask."""
    return Answer(own_file(act.for_purpose(RIGHTS), code, request=request))
