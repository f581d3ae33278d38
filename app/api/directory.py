"""Service directory: `/directory`."""

import uuid
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from app.access.permissions import Permission
from app.api.answers import Answer, listing, located, tagged
from app.edge.deps import CurrentAct, IdempotencyKey, Requires, etag
from app.edge.preconditions import ExpectedVersion
from app.edge.routing import Branch
from app.services.directory import exchange, hsds, queries, service
from app.services.directory.entries import LocationEntry, ServiceEntry
from app.services.directory.views import (
    DirectoryChangedView,
    DirectoryEnteredView,
    DirectoryPlaceView,
    DirectoryServiceView,
)
from app.services.idempotency import once
from app.services.paging import PAGE
from app.services.views import Listing

router = Branch(prefix="/directory", tags=["directory"])

Key = Annotated[uuid.UUID, Path(title="Identificador en el directorio")]
Filter = Annotated[str | None, Query(max_length=60)]
READS = Requires(Permission.REFERRALS_READ, Permission.DIRECTORY_MANAGE)
KEEPS = Requires(Permission.DIRECTORY_MANAGE)


class ServiceFilters(BaseModel):
    """What the list of services may be narrowed by."""

    model_config = ConfigDict(extra="forbid", title="Filtros")

    service_type: Annotated[str | None, Field(title="Servicio", max_length=60)] = None
    department: Annotated[str | None, Field(title="Departamento (INEI, dos cifras)", max_length=2)] = None
    population: Annotated[str | None, Field(title="Población que atiende", max_length=60)] = None
    status: Annotated[str | None, Field(title="Estado (activos si falta)", max_length=60)] = None
    cursor: Annotated[str | None, Field(title="Cursor de la página anterior", max_length=60)] = None
    limit: Annotated[int, Field(title="Filas por página", ge=1, le=200)] = PAGE


@router.get("/services", dependencies=[READS], summary="Servicios del directorio")
def services(
    act: CurrentAct, filters: Annotated[ServiceFilters, Query()]
) -> Answer[Listing[DirectoryServiceView]]:
    """Active ones unless told otherwise, by service, department and population served."""
    wanted = filters.model_dump(exclude={"cursor", "limit"})
    return Answer(queries.services(act, wanted, cursor=filters.cursor, limit=filters.limit))


@router.get("/services/{key}", dependencies=[READS], summary="Un servicio del directorio", responses=tagged())
def detail(key: Key, act: CurrentAct) -> Answer[DirectoryServiceView]:
    """The service and the places where it is offered."""
    found = queries.service(act, key)
    return Answer(found, headers=etag(found["version"]))


@router.post(
    "/services",
    status_code=201,
    dependencies=[KEEPS],
    summary="Agregar un servicio al directorio",
    responses=located(),
)
def add_service(
    body: ServiceEntry, act: CurrentAct, idempotency: IdempotencyKey
) -> Answer[DirectoryEnteredView]:
    """Of a unit of one's own institution that is no shelter."""
    payload = body.model_dump(mode="json")
    key = once(act, idempotency, "directory.service", payload, lambda: service.add_service(act, body))
    return Answer({"id": key}, status_code=201, headers={"Location": f"/api/v1/directory/services/{key}"})


@router.put(
    "/services/{key}", dependencies=[KEEPS], summary="Cambiar un servicio del directorio", responses=tagged()
)
def change_service(
    key: Key, body: ServiceEntry, act: CurrentAct, version: ExpectedVersion
) -> Answer[DirectoryChangedView]:
    """Writes it anew, whole; one that is no longer given gets another state."""
    done = service.change_service(act, key, version, body)
    return Answer(done, headers=etag(done["version"]))


@router.get("/locations", dependencies=[READS], summary="Lugares del directorio")
def locations(
    act: CurrentAct, unit: Annotated[Filter, Query(title="Código de la unidad")] = None
) -> Answer[Listing[DirectoryPlaceView]]:
    """Places of units that attend, of one of them if given."""
    return listing(queries.locations(act, unit))


@router.post("/locations", status_code=201, dependencies=[KEEPS], summary="Agregar un lugar al directorio")
def add_location(
    body: LocationEntry, act: CurrentAct, idempotency: IdempotencyKey
) -> Answer[DirectoryEnteredView]:
    """Of a unit of one's own institution; a shelter's address is never in the directory."""
    payload = body.model_dump(mode="json")
    key = once(act, idempotency, "directory.location", payload, lambda: service.add_location(act, body))
    return Answer({"id": key}, status_code=201)


@router.put(
    "/locations/{key}", dependencies=[KEEPS], summary="Cambiar un lugar del directorio", responses=tagged()
)
def change_location(
    key: Key, body: LocationEntry, act: CurrentAct, version: ExpectedVersion
) -> Answer[DirectoryChangedView]:
    """Writes it anew, whole."""
    done = service.change_location(act, key, version, body)
    return Answer(done, headers=etag(done["version"]))


@router.get(
    "/export",
    dependencies=[READS],
    summary="El directorio en JSON de HSDS",
    responses={200: {"model": hsds.HsdsPage}},
)
def export(act: CurrentAct) -> Answer[Any]:
    """Every service, whatever its state, as one page of HSDS 3 services."""
    return Answer(exchange.exported(act))
