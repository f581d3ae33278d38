"""Read the directory: services by what, for whom and where; one service; locations."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Select, Text, and_, literal, or_, select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.actor import SETUP, Actor
from app.access.guard import require
from app.access.permissions import Permission
from app.access.policy import policy
from app.catalogues import code_list
from app.errors import Invalid, NotFound, refusal, unknown_code
from app.models import DirectoryLocation, DirectoryService, DirectoryServiceAtLocation, Institution, Unit
from app.records.errors import FieldError
from app.services.directory.entries import STATUSES
from app.services.directory.views import DirectoryPlaceView, DirectoryServiceView
from app.services.institutions.masking import SHELTER_KINDS
from app.services.paging import PAGE
from app.services.views import Listing, NamedView
from app.states import ServiceStatus

_LISTS = {"service_type": "service_type", "department": "department", "population": "served_population"}


def services(
    act: Act,
    filters: Mapping[str, str | None],
    *,
    cursor: str | None = None,
    limit: int = PAGE,
) -> Listing[DirectoryServiceView]:
    """Services in the order in which they were entered, a page of them.

    Args:
        filters: `service_type`, `department`, `population`, `status` (active ones unless given).

    Raises:
        Forbidden: the role neither refers nor keeps the directory.
        Invalid: a code that is not of its list, or a cursor that is none; the field is named.
    """
    may_read(act.actor)
    query = with_units(select(DirectoryService)).where(*conditions(filters)).order_by(DirectoryService.id)
    if cursor is not None:
        query = query.where(DirectoryService.id > _after(act.session, cursor))
    rows = act.session.execute(query.limit(limit + 1)).all()
    page = rows[:limit]
    following = str(page[-1][0].key) if len(rows) > limit else None
    return {"items": shown(act.session, page), "next": following}


def service(act: Act, key: uuid.UUID) -> DirectoryServiceView:
    """One service with the places where it is offered.

    Raises:
        Forbidden: the role neither refers nor keeps the directory.
        NotFound: no such service.
    """
    may_read(act.actor)
    row = act.session.execute(with_units(select(DirectoryService)).where(DirectoryService.key == key)).first()
    if row is None:
        raise NotFound("No existe ese servicio en el directorio.")
    return shown(act.session, [row])[0]


def locations(act: Act, unit: str | None = None) -> list[DirectoryPlaceView]:
    """Locations of the directory (of one unit, if given), in the order in which they were entered.

    Raises:
        Forbidden: the role neither refers nor keeps the directory.
    """
    may_read(act.actor)
    query = with_units(select(DirectoryLocation)).order_by(DirectoryLocation.id)
    if unit is not None:
        query = query.where(Unit.code == unit)
    return [place(row) for row in act.session.execute(query.limit(1000))]


def kept_units(act: Act) -> list[NamedView]:
    """Units whose entries the actor keeps, by name: of its own institution, or all; never a shelter.

    Raises:
        Forbidden: the role keeps no directory.
    """
    require(act.actor, Permission.DIRECTORY_MANAGE)
    query = select(Unit.code, Unit.name).where(Unit.kind.not_in(SHELTER_KINDS))
    if not policy().permits(act.actor.role, Permission.DIRECTORY_MANAGE_ALL):
        query = query.where(Unit.institution_id == act.actor.institution_id)
    rows = act.session.execute(query.order_by(Unit.name, Unit.code).limit(2000))
    return [{"code": row.code, "name": row.name} for row in rows]


def may_read(actor: Actor) -> None:
    """Refuse who neither refers nor keeps the directory.

    Raises:
        Forbidden: the role does not.
    """
    if actor != SETUP:
        require(actor, Permission.REFERRALS_READ, Permission.DIRECTORY_MANAGE)


def conditions(filters: Mapping[str, str | None]) -> list[ColumnElement[bool]]:
    """What a service must be to pass the filters.

    Raises:
        Invalid: a code that is not of its list.
    """
    errors: list[FieldError] = [
        unknown_code(name, code_list(listed).codes)
        for name, listed in _LISTS.items()
        if (code := filters.get(name)) is not None and code not in code_list(listed)
    ]
    status = filters.get("status") or ServiceStatus.ACTIVE
    if status not in STATUSES:
        errors.append(unknown_code("status", STATUSES))
    if errors:
        raise Invalid("Revise el filtro.", errors=errors)
    found: list[ColumnElement[bool]] = [DirectoryService.status == status]
    if service_type := filters.get("service_type"):
        found.append(_holds(DirectoryService.service_types, [service_type]))
    if department := filters.get("department"):
        found.append(
            or_(
                DirectoryService.departments == _codes([]), _holds(DirectoryService.departments, [department])
            )
        )
    if population := filters.get("population"):
        rows = code_list("served_population").index
        kin = [c for c, row in rows.items() if row["dimension"] == rows[population]["dimension"]]
        found.append(
            or_(
                _holds(DirectoryService.populations, [population]),
                ~DirectoryService.populations.bool_op("&&")(_codes(kin)),
            )
        )
    return found


def _codes(codes: Sequence[str]) -> ColumnElement[Any]:
    return literal(list(codes), ARRAY(Text))


def _holds(column: Any, codes: Sequence[str]) -> ColumnElement[bool]:
    held: ColumnElement[bool] = column.bool_op("@>")(_codes(codes))
    return held


def _after(session: Session, cursor: str) -> int:
    try:
        found = session.scalar(select(DirectoryService.id).where(DirectoryService.key == uuid.UUID(cursor)))
    except ValueError:
        found = None
    if found is None:
        message = "El cursor no es válido. Pida la lista desde el principio."
        raise refusal("cursor", "unknown", message)
    return found


def with_units(query: Select[Any]) -> Select[Any]:
    """The query of a directory table with the unit and institution of each row."""
    table = (
        DirectoryService if query.column_descriptions[0]["entity"] is DirectoryService else DirectoryLocation
    )
    return (
        query.add_columns(Unit.code.label("unit"), Unit.name.label("unit_name"), Unit.institution_id)
        .add_columns(Institution.code.label("institution"), Institution.name.label("institution_name"))
        .join(Unit, Unit.id == table.unit_id)
        .join(Institution, Institution.id == Unit.institution_id)
    )


def places_of(session: Session, service_ids: Iterable[int]) -> dict[int, list[DirectoryPlaceView]]:
    """Locations where each service is offered, by the key of the service."""
    at = DirectoryServiceAtLocation
    query = (
        with_units(select(DirectoryLocation))
        .add_columns(at.service_id)
        .join(at, and_(at.location_id == DirectoryLocation.id, at.offered))
        .where(at.service_id.in_(set(service_ids)))
        .order_by(DirectoryLocation.id)
    )
    found: dict[int, list[DirectoryPlaceView]] = {}
    for row in session.execute(query):
        found.setdefault(row.service_id, []).append(place(row))
    return found


def place(row: Any) -> DirectoryPlaceView:
    """A location as shown."""
    stored = row[0]
    return {
        "id": str(stored.key),
        "unit": row.unit,
        "name": stored.name,
        "kind": stored.kind,
        "address": stored.address,
        "city": stored.city,
        "ubigeo": stored.ubigeo,
        "url": stored.url,
        "version": stored.version,
    }


def shown(session: Session, rows: Sequence[Any]) -> list[DirectoryServiceView]:
    """Services as shown, each with its locations."""
    places = places_of(session, [row[0].id for row in rows])
    return [_service(row, places.get(row[0].id, [])) for row in rows]


def _service(row: Any, places: list[DirectoryPlaceView]) -> DirectoryServiceView:
    stored = row[0]
    return {
        "id": str(stored.key),
        "unit": {"code": row.unit, "name": row.unit_name},
        "institution": {"code": row.institution, "name": row.institution_name},
        "name": stored.name,
        "description": stored.description,
        "service_types": stored.service_types,
        "populations": stored.populations,
        "departments": stored.departments,
        "eligibility": stored.eligibility,
        "schedule": stored.schedule,
        "phone": stored.phone,
        "email": stored.email,
        "url": stored.url,
        "status": stored.status,
        "capacity_note": stored.capacity_note,
        "assured_on": stored.assured_on,
        "locations": places,
        "version": stored.version,
    }
