"""Read the registry of shelters and their vacancies, as far as the policy shows shelters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, cast

from sqlalchemy import func, literal, or_, select, true
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import require
from app.access.opening_sites import open_site
from app.access.permissions import Permission
from app.access.policy import policy
from app.audit import record
from app.catalogues import code_list
from app.errors import NotFound
from app.models import Shelter, ShelterPlace, Unit
from app.services.shelters.views import (
    DepartmentAnswer,
    DepartmentVacanciesView,
    PlacesView,
    ShelterView,
    SiteView,
    VacanciesView,
)

ASK: Final = "consultar"
"""What is said of a department with fewer than three shelters: its vacancies would tell of each."""


@dataclass(frozen=True, slots=True)
class ShelterUnit:
    """A unit that may be a shelter."""

    id: int
    code: str
    kind: str
    department: str | None


def shelter_unit(session: Session, code: str) -> ShelterUnit | None:
    """The unit of a code, if there is one."""
    row = session.execute(
        select(Unit.id, Unit.code, Unit.kind, Unit.department).where(Unit.code == code)
    ).first()
    return None if row is None else ShelterUnit(*row)


def version_of(session: Session, unit_id: int) -> int:
    """Version of a shelter's entry; 0 where it has none."""
    return session.scalar(select(Shelter.version).where(Shelter.unit_id == unit_id)) or 0


def places_of(session: Session, units: Iterable[int]) -> Sequence[Any]:
    """Places by shelter and group: `total` in service, `taken` of them, and `made` ever."""
    in_service = ShelterPlace.withdrawn_at.is_(None)
    return session.execute(
        select(
            ShelterPlace.unit_id,
            ShelterPlace.grp,
            func.count().filter(in_service).label("total"),
            func.count().filter(in_service, ShelterPlace.taken).label("taken"),
            func.max(ShelterPlace.number).label("made"),
        )
        .where(ShelterPlace.unit_id.in_(set(units)))
        .group_by(ShelterPlace.unit_id, ShelterPlace.grp)
        .order_by(ShelterPlace.unit_id, ShelterPlace.grp)
    ).all()


def listed(act: Act) -> list[ShelterView]:
    """Shelters the actor may know of: its own, and all for roles that read where shelters are.

    Raises:
        Forbidden: the role has nothing to do with shelters.
    """
    require(act.actor, Permission.SHELTERS_READ)
    found = _entries(act)
    record(act, "shelters.list", detail={"shelters": len(found)})
    return found


def entry(act: Act, code: str) -> ShelterView:
    """One shelter's entry.

    Raises:
        NotFound: it is not in the registry, or the actor may not know of it.
    """
    require(act.actor, Permission.SHELTERS_READ)
    found = next(iter(_entries(act, code)), None)
    if found is None:
        raise NotFound
    record(act, "shelters.read", detail={"shelter": code})
    return found


def site(act: Act, code: str) -> SiteView:
    """Where a shelter is, for its own staff and for roles that read shelter locations in full.

    Raises:
        NotFound: the actor may not know of it, or it declared no site.
        Forbidden: the role reads where shelters are only in part.
    """
    require(act.actor, Permission.SHELTERS_READ)
    if not _entries(act, code):
        raise NotFound
    unit = shelter_unit(act.session, code)
    found = None if unit is None else open_site(act, unit.id, unit.code)
    if found is None:
        raise NotFound("El centro no registró su local.")
    return cast("SiteView", found)


def vacancies(act: Act) -> VacanciesView:
    """Places in all and free by department and group; `own` for the actor's own shelter.

    A group that fewer than three shelters of the department take in is left out, and a department without
    any other reads «consultar», but for roles that read where shelters are in full.

    Raises:
        Forbidden: the role has nothing to do with shelters.
    """
    require(act.actor, Permission.SHELTERS_READ)
    rows = act.session.execute(
        select(func.ruv.shelter_vacancies().table_valued("department", "grp", "total", "free", name="vacant"))
    ).all()
    by_department = {key: list(group) for key, group in groupby(rows, key=lambda row: row.department)}
    whole = policy().reads_in_full(act.actor.role, "shelter_location")
    items: list[DepartmentVacanciesView] = [
        {"department": code, "label": label, **_answer(by_department.get(code), whole=whole)}
        for code, label in code_list("department").labels.items()
    ]
    own = [vacant(p.grp, p.total, p.total - p.taken) for p in places_of(act.session, [act.actor.unit_id])]
    record(act, "shelters.vacancies")
    return {"items": items, "next": None, "own": own}


def _answer(rows: list[Any] | None, *, whole: bool) -> DepartmentAnswer:
    if rows is None and not whole:
        return {"answer": ASK, "groups": None}
    groups = [vacant(row.grp, row.total, row.free) for row in rows or ()]
    return {"answer": None, "groups": groups}


def vacant(code: str, total: int, free: int) -> PlacesView:
    """Places of a group, in all and free, as answers show them."""
    label = code_list("shelter_group").labels.get(code, code)
    return {"group": code, "label": label, "total": total, "free": free}


def _entries(act: Act, code: str | None = None) -> list[ShelterView]:
    everything = policy().reads_of_others(act.actor.role, "shelter_location")
    rows = act.session.execute(
        select(
            Shelter.unit_id, Unit.code, Shelter.type, Shelter.department, Shelter.populations, Shelter.active,
            Shelter.version, Shelter.updated_at,
        )
        .join(Unit, Unit.id == Shelter.unit_id)
        .where(
            or_(Shelter.unit_id == act.actor.unit_id, literal(everything)),
            true() if code is None else Unit.code == code,
        )
        .order_by(Shelter.department, Unit.code)
    ).all()  # fmt: skip
    places: dict[int, list[PlacesView]] = {}
    for place in places_of(act.session, [row.unit_id for row in rows]):
        group = vacant(place.grp, place.total, place.total - place.taken)
        places.setdefault(place.unit_id, []).append(group)
    return [
        {
            "unit": row.code, "type": row.type, "department": row.department,
            "populations": list(row.populations), "active": row.active,
            "places": places.get(row.unit_id, []), "version": row.version, "updated_at": row.updated_at,
        }
        for row in rows
    ]  # fmt: skip
