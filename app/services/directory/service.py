"""Write the directory: services and locations of the own institution, or of all for the custody."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.actor import SETUP
from app.access.guard import require
from app.access.permissions import Permission
from app.access.policy import policy
from app.audit import record
from app.db import insert_rows, next_ids
from app.errors import Forbidden, Invalid, NotFound, refusal, wrong
from app.models import DirectoryLocation, DirectoryService, DirectoryServiceAtLocation, Unit
from app.records.errors import FieldError
from app.services.directory.entries import LocationEntry, ServiceEntry
from app.services.directory.views import DirectoryChangedView
from app.services.institutions.masking import SHELTER_KINDS
from app.services.writing import next_version

NO_SHELTER = "Los centros de acogida no figuran en el directorio: su dirección no se publica nunca."


def add_service(act: Act, entry: ServiceEntry, key: uuid.UUID | None = None) -> str:
    """Enter a service; returns its identifier.

    Raises:
        Forbidden: the role keeps no directory, or the unit is another institution's.
        Invalid: unknown unit or location, or a unit that houses people; the field is named.
    """
    unit_id = _own_unit(act, entry.unit)
    key = key or uuid.uuid4()
    row_id = next_ids(act.session, directory_service=1)["directory_service"][0]
    insert_rows(
        act.session, DirectoryService, [{"id": row_id, "key": key, "unit_id": unit_id, **_columns(entry)}]
    )
    _offer(act.session, row_id, entry.locations or ())
    record(act, "directory.write", detail={"service": str(key), "unit": entry.unit})
    return str(key)


def change_service(act: Act, key: uuid.UUID, version: int, entry: ServiceEntry) -> DirectoryChangedView:
    """Write a service anew, whole; returns its new version.

    Raises:
        Forbidden: the role keeps no directory, or the unit is another institution's.
        NotFound: no such service.
        Invalid: another unit than before, or an unknown location; the field is named.
        StaleVersion: somebody changed it meanwhile.
    """
    unit_id = _own_unit(act, entry.unit)
    row_id = _found(act.session, DirectoryService, key, unit_id)
    _write(act.session, DirectoryService, row_id, version, _columns(entry))
    _offer(act.session, row_id, entry.locations or ())
    record(act, "directory.write", detail={"service": str(key), "unit": entry.unit})
    return {"id": str(key), "version": version + 1}


def add_location(act: Act, entry: LocationEntry, key: uuid.UUID | None = None) -> str:
    """Enter a location; returns its identifier.

    Raises:
        Forbidden: the role keeps no directory, or the unit is another institution's.
        Invalid: unknown unit, or one that houses people; the field is named.
    """
    unit_id = _own_unit(act, entry.unit)
    key = key or uuid.uuid4()
    row_id = next_ids(act.session, directory_location=1)["directory_location"][0]
    values = entry.model_dump(exclude={"unit"})
    insert_rows(act.session, DirectoryLocation, [{"id": row_id, "key": key, "unit_id": unit_id, **values}])
    record(act, "directory.write", detail={"location": str(key), "unit": entry.unit})
    return str(key)


def change_location(act: Act, key: uuid.UUID, version: int, entry: LocationEntry) -> DirectoryChangedView:
    """Write a location anew, whole; returns its new version.

    Raises:
        Forbidden: the role keeps no directory, or the unit is another institution's.
        NotFound: no such location.
        Invalid: another unit than before; the field is named.
        StaleVersion: somebody changed it meanwhile.
    """
    unit_id = _own_unit(act, entry.unit)
    row_id = _found(act.session, DirectoryLocation, key, unit_id)
    _write(act.session, DirectoryLocation, row_id, version, entry.model_dump(exclude={"unit"}))
    record(act, "directory.write", detail={"location": str(key), "unit": entry.unit})
    return {"id": str(key), "version": version + 1}


def _own_unit(act: Act, code: str) -> int:
    if act.actor != SETUP:
        require(act.actor, Permission.DIRECTORY_MANAGE)
    unit = act.session.execute(
        select(Unit.id, Unit.kind, Unit.institution_id).where(Unit.code == code)
    ).first()
    if unit is None:
        raise refusal("unit", "unknown", "No existe esa unidad.")
    everywhere = act.actor == SETUP or policy().permits(act.actor.role, Permission.DIRECTORY_MANAGE_ALL)
    if not everywhere and unit.institution_id != act.actor.institution_id:
        raise Forbidden("Solo mantiene el directorio de las unidades de su institución.")
    if unit.kind in SHELTER_KINDS:
        raise refusal("unit", "shelter", NO_SHELTER)
    key: int = unit.id
    return key


def _found(session: Session, table: type[Any], key: uuid.UUID, unit_id: int) -> int:
    row = session.execute(select(table.id, table.unit_id).where(table.key == key)).first()
    if row is None:
        raise NotFound("No existe en el directorio.")
    if row.unit_id != unit_id:
        message = "La unidad no se cambia: dé de baja esta entrada y cree otra."
        raise refusal("unit", "fixed", message)
    row_id: int = row.id
    return row_id


def _write(
    session: Session, table: type[Any], row_id: int, version: int, values: Mapping[str, object]
) -> None:
    next_version(session, table, {"id": row_id}, version, {**values, "updated_at": func.now()})


def _columns(entry: ServiceEntry) -> dict[str, object]:
    values = entry.model_dump(exclude={"unit", "locations"})
    return values | {name: values[name] or [] for name in ("populations", "departments")}


def _offer(session: Session, service_id: int, keys: Sequence[uuid.UUID]) -> None:
    """The service is offered at these locations from now on, and at no other."""
    at, wanted = DirectoryServiceAtLocation, dict.fromkeys(keys)
    rows = session.execute(
        select(DirectoryLocation.key, DirectoryLocation.id).where(DirectoryLocation.key.in_(wanted))
    )
    known = {row.key: row.id for row in rows}
    if missing := [number for number, key in enumerate(wanted) if key not in known]:
        message = "No existe ese lugar en el directorio: créelo primero."
        errors: list[FieldError] = [wrong(f"locations.{number}", "unknown", message) for number in missing]
        raise Invalid("Revise los campos indicados.", errors=errors)
    chosen = set(known.values())
    session.execute(update(at).where(at.service_id == service_id).values(offered=at.location_id.in_(chosen)))
    links = [{"service_id": service_id, "location_id": place} for place in sorted(chosen)]
    insert_rows(session, DirectoryServiceAtLocation, links, skip_present=True)
