"""Registry of shelters, vacancies and holds: `/shelters`."""

from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from app.access.permissions import Permission
from app.api.answers import Answer, listing, tagged
from app.api.schemas import Code
from app.edge.deps import CurrentAct, IdempotencyKey, Requires, etag
from app.edge.preconditions import ExpectedVersion
from app.edge.routing import Branch
from app.records.rows.shelters import Site
from app.services.idempotency import once
from app.services.shelters import free_places, held_places, holds, registry
from app.services.shelters.views import (
    HoldEndedView,
    HoldView,
    ShelterSavedView,
    ShelterView,
    SiteView,
    VacanciesView,
)
from app.services.views import Coded, Listing

router = Branch(prefix="/shelters", tags=["shelters"])

ListedCode = Annotated[str, Field(min_length=1, max_length=60, pattern="^[A-Za-z0-9_]+$")]
UnitCode = Annotated[str, Path(title="Código de la unidad", max_length=80)]
Places = Annotated[int, Field(ge=0, le=registry.MOST_PLACES)]


class ShelterIn(BaseModel):
    """The entry of a shelter in the registry."""

    model_config = ConfigDict(extra="forbid", title="Centro de acogida")

    type: Annotated[ListedCode, Field(title="Tipo (código)")]
    department: Annotated[str | None, Field(title="Departamento (INEI)", max_length=2)] = None
    populations: Annotated[list[ListedCode], Field(title="A quiénes atiende (códigos)", max_length=20)] = []
    active: Annotated[bool, Field(title="En funcionamiento")] = True
    places: Annotated[dict[ListedCode, Places], Field(title="Cupos por grupo", max_length=20)]
    site: Annotated[Site | None, Field(title="Local; se guarda cifrado. Si falta, queda el registrado")] = (
        None
    )


class HoldIn(BaseModel):
    """A place kept for the person of a case."""

    model_config = ConfigDict(extra="forbid", title="Reserva de cupo")

    case: Annotated[str, Field(title="Código del caso", max_length=40)]
    group: Annotated[ListedCode, Field(title="Grupo (código)")]
    department: Annotated[str | None, Field(title="Departamento (INEI)", max_length=2)] = None
    unit: Annotated[str | None, Field(title="Centro, solo para quien lee su ubicación", max_length=80)] = None
    legal_basis: Annotated[
        ListedCode | None,
        Field(
            title="Base legal con que el centro puede recibirla sin otra derivación",
            examples=list(holds.ALONE),
        ),
    ] = None


@router.get("", dependencies=[Requires(Permission.SHELTERS_READ)], summary="Registro de centros de acogida")
def listed(act: CurrentAct) -> Answer[Listing[ShelterView]]:
    """The caller's own shelter; every one for roles that read where shelters are. Never an address."""
    return listing(free_places.listed(act))


@router.get("/vacancies", dependencies=[Requires(Permission.SHELTERS_READ)], summary="Cupos por departamento")
def vacancies(act: CurrentAct) -> Answer[VacanciesView]:
    """Places in all and free by group; a department with fewer than three shelters reads «consultar»."""
    return Answer(free_places.vacancies(act))


@router.post(
    "/holds", status_code=201, dependencies=[Requires(Permission.SHELTERS_READ)], summary="Reservar un cupo"
)
def hold(body: HoldIn, act: CurrentAct, key: IdempotencyKey) -> Answer[Coded]:
    """Keeps a place for 24 hours; in which shelter it is stays unsaid."""
    payload = body.model_dump(mode="json")
    code = once(
        act, key, "shelters.hold", payload, lambda: holds.hold(act, holds.Wanted(**body.model_dump()))
    )
    return Answer({"code": code}, status_code=201)


@router.get("/holds", dependencies=[Requires(Permission.SHELTERS_READ)], summary="Cupos reservados")
def held(
    act: CurrentAct,
    ended: Annotated[bool, Query(title="También las que terminaron")] = False,
) -> Answer[Listing[HoldView]]:
    """Holds the caller's unit asked for, and those its own shelter keeps (`here`)."""
    return listing(held_places.listed(act, live=not ended))


@router.post(
    "/holds/{code}/release",
    dependencies=[Requires(Permission.SHELTERS_READ)],
    summary="Liberar un cupo",
    responses=tagged(),
)
def release(code: Code, act: CurrentAct, version: ExpectedVersion) -> Answer[HoldEndedView]:
    """The place is free again: for the unit that asked for it, or the shelter that keeps it."""
    done = holds.release(act, code, version)
    return Answer(done, headers=etag(done["version"]))


@router.get(
    "/{unit}",
    dependencies=[Requires(Permission.SHELTERS_READ)],
    summary="Leer un centro de acogida",
    responses=tagged(),
)
def entry(unit: UnitCode, act: CurrentAct) -> Answer[ShelterView]:
    """Its type, department, populations and places; never its address."""
    found = free_places.entry(act, unit)
    return Answer(found, headers=etag(found["version"]))


@router.put(
    "/{unit}",
    dependencies=[Requires(Permission.SHELTERS_MANAGE)],
    summary="Registrar mi centro de acogida",
    responses=tagged(),
)
def save(
    unit: UnitCode, body: ShelterIn, act: CurrentAct, version: ExpectedVersion
) -> Answer[ShelterSavedView]:
    """Writes the whole entry; `If-Match: "0"` for the first time. Places in use are not taken away."""
    given = registry.Entry(
        type=body.type,
        places=body.places,
        department=body.department,
        populations=tuple(body.populations),
        active=body.active,
        site=body.site,
    )
    new = registry.save(act, unit, given, version)
    return Answer({"unit": unit, "version": new}, headers=etag(new))


@router.get(
    "/{unit}/site", dependencies=[Requires(Permission.SHELTERS_READ)], summary="Local de un centro de acogida"
)
def site(unit: UnitCode, act: CurrentAct) -> Answer[SiteView]:
    """Where it is: for its own staff and the UPE; each look leaves a trace."""
    return Answer(free_places.site(act, unit))
