"""Keep the registry of shelters: what one is, how many places of each group it has, and where it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import require
from app.access.permissions import Permission
from app.access.sealing import SHELTER_SITE, seal_site
from app.audit import record
from app.catalogues import code_list
from app.db import DATABASE_ERRORS, UniqueViolation, insert_rows, rows_changed
from app.errors import Conflict, Forbidden, NotFound, StaleVersion, refuse_if, unknown_code, wrong
from app.models import Shelter, ShelterPlace, ShelterSite, Unit
from app.records.errors import FieldError
from app.records.rows import split_row
from app.records.rows.shelters import Site
from app.services.institutions.masking import SHELTER_KINDS
from app.services.shelters.free_places import ShelterUnit, places_of, shelter_unit, version_of
from app.services.writing import next_version

MOST_PLACES = 500
"""Places a shelter may declare of one group."""
_TOO_FEW = "RS003"


@dataclass(frozen=True, slots=True)
class Entry:
    """A shelter's entry: codes of its type, department and populations, and places by group."""

    type: str
    places: Mapping[str, int]
    department: str | None = None
    populations: tuple[str, ...] = ()
    active: bool = True
    site: Site | None = field(default=None, repr=False)


def save(act: Act, unit_code: str, entry: Entry, version: int) -> int:
    """Write the entry of the actor's own shelter; returns its new version.

    Args:
        version: the version the caller read; 0 for a shelter not yet in the registry.
        entry: with `site` None the stored site stays as it is.

    Raises:
        NotFound: it is not the actor's own unit.
        Forbidden: the role keeps no registry, or the unit houses nobody.
        Invalid: a code is not of its list, or the department is missing.
        Conflict: fewer places than are in use.
        StaleVersion: somebody changed it meanwhile.
    """
    require(act.actor, Permission.SHELTERS_MANAGE)
    unit = shelter_unit(act.session, unit_code)
    if unit is None or unit.id != act.actor.unit_id:
        raise NotFound
    return declare(act, unit, entry, version)


def confirm(act: Act, version: int) -> int:
    """Say that the entry of the actor's own shelter is right as it stands today; returns its new version.

    Raises:
        NotFound: the unit has no entry.
        Forbidden: the role keeps no registry.
        StaleVersion: somebody changed it meanwhile.
    """
    require(act.actor, Permission.SHELTERS_MANAGE)
    code = act.session.scalar(
        select(Unit.code).join(Shelter, Shelter.unit_id == Unit.id).where(Unit.id == act.actor.unit_id)
    )
    if code is None:
        raise NotFound
    _write(act.session, act.actor.unit_id, {}, version)
    record(act, "shelters.confirm", detail={"shelter": code})
    return version + 1


def declare(act: Act, unit: ShelterUnit, entry: Entry, version: int = 0) -> int:
    """Write the entry of a unit's shelter, as its staff (`save`) or the set-up; raises as `save`."""
    if unit.kind not in SHELTER_KINDS:
        raise Forbidden("Su unidad no aloja personas.")
    department = entry.department or unit.department
    _check(entry, department)
    row = {
        "type": entry.type,
        "department": department,
        "populations": list(entry.populations),
        "active": entry.active,
    }
    present = version_of(act.session, unit.id)
    if present != version:
        raise StaleVersion(version=present)
    _write(act.session, unit.id, row, version)
    _set_places(act.session, unit.id, entry.places)
    if entry.site is not None:
        sealed = seal_site(act.session, unit.id, version + 1, split_row(entry.site)[1])
        insert_rows(act.session, ShelterSite, [{"unit_id": unit.id, "version": version + 1, **sealed}])
    record(
        act, "shelters.save", fields=["site"] if entry.site else [],
        compartments=["shelter_location"] if entry.site else [],
        blobs=[(SHELTER_SITE, unit.id, version + 1, sealed["sealed"])] if entry.site else [],
        detail={"shelter": unit.code, "places": sum(entry.places.values())},
    )  # fmt: skip
    return version + 1


def _check(entry: Entry, department: str | None) -> None:
    errors: list[FieldError] = []
    for name, given, codes in (
        ("type", [entry.type], "shelter_type"),
        ("department", [department] if department else [], "department"),
        ("populations", list(entry.populations), "shelter_population"),
        ("places", list(entry.places), "shelter_group"),
    ):
        if any(code not in code_list(codes) for code in given):
            errors.append(unknown_code(name, code_list(codes).codes))
    if department is None:
        missing = "Falta el departamento donde atiende (código INEI de 2 cifras)."
        errors.append(wrong("department", "missing", missing))
    refuse_if(errors)


def _write(session: Session, unit_id: int, row: Mapping[str, object], version: int) -> None:
    if version == 0 and row:
        if (current := _version_of(session, unit_id)) is not None:
            raise StaleVersion(version=current)
        try:
            insert_rows(session, Shelter, [{"unit_id": unit_id, **row}])
        except UniqueViolation:
            raise StaleVersion from None
        return
    next_version(session, Shelter, {"unit_id": unit_id}, version, {**row, "updated_at": datetime.now(UTC)})


def _version_of(session: Session, unit_id: int) -> int | None:
    """The version of a unit's entry now; None if it has none."""
    return session.scalar(select(Shelter.version).where(Shelter.unit_id == unit_id))


def _set_places(session: Session, unit_id: int, wanted: Mapping[str, int]) -> None:
    """Have as many places of each group as wanted: the lowest numbers first, and never one in use less."""
    known = {place.grp: place for place in places_of(session, [unit_id])}
    added: list[dict[str, object]] = []
    for group in sorted({*wanted, *known}):
        place = known.get(group)
        total, made = (place.total, place.made) if place else (0, 0)
        more = wanted.get(group, 0) - total
        if more < 0:
            _withdraw(session, unit_id, group, -more)
        elif more > 0:
            more -= _bring_back(session, unit_id, group, more)
            added += [{"unit_id": unit_id, "grp": group, "number": made + n + 1} for n in range(more)]
    try:
        insert_rows(session, ShelterPlace, added)
    except DATABASE_ERRORS as error:
        if getattr(error, "sqlstate", None) != _TOO_FEW:
            raise
        raise Conflict(
            "En su centro viven más personas que los cupos declarados: declare al menos un cupo por persona."
        ) from None


def _withdraw(session: Session, unit_id: int, group: str, count: int) -> None:
    """Take free places out of use, the highest numbers first.

    Raises:
        Conflict: not that many are free; one taken meanwhile is not free either.
    """
    free = (
        select(ShelterPlace.id)
        .where(
            ShelterPlace.unit_id == unit_id,
            ShelterPlace.grp == group,
            ShelterPlace.withdrawn_at.is_(None),
            ShelterPlace.taken.is_(False),
        )
        .order_by(ShelterPlace.number.desc())
        .limit(count)
    )
    gone = (
        update(ShelterPlace)
        .where(ShelterPlace.id.in_(free), ShelterPlace.taken.is_(False))
        .values(withdrawn_at=datetime.now(UTC))
    )
    if rows_changed(session, gone) != count:
        label = code_list("shelter_group").labels.get(group, group)
        message = (
            f"Hay más cupos ocupados o reservados que los que quedarían en «{label}»: registre antes los "
            "egresos o libere las reservas."
        )
        error = wrong("places", "in-use", message)
        raise Conflict(message, errors=[error])


def _bring_back(session: Session, unit_id: int, group: str, count: int) -> int:
    withdrawn = (
        select(ShelterPlace.id)
        .where(
            ShelterPlace.unit_id == unit_id,
            ShelterPlace.grp == group,
            ShelterPlace.withdrawn_at.is_not(None),
        )
        .order_by(ShelterPlace.number)
        .limit(count)
    )
    back = update(ShelterPlace).where(ShelterPlace.id.in_(withdrawn)).values(withdrawn_at=None)
    return rows_changed(session, back)
