"""Whom to refer to: services of the directory that give what is asked, where, and to who the person is."""

from __future__ import annotations

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import CaseRef, case_in_scope, require
from app.access.permissions import Permission
from app.access.policy import policy
from app.audit import record
from app.models import DirectoryService, Profile, Unit
from app.services.cases.rows import CHILD_BIT
from app.services.directory.entries import serves
from app.services.directory.queries import conditions, shown, with_units
from app.services.directory.views import ReceiversView
from app.services.institutions.masking import SHELTER_KINDS
from app.services.views import NamedView

FOREIGN_BIT = 4
_SEXES = {"MUJER": "MUJERES", "HOMBRE": "VARONES"}
_HOUSING = "ALOJAMIENTO"
_MOST = 500
ASK_FOR_A_PLACE = (
    "Los centros de acogida no figuran en el directorio. Consulte los cupos por departamento y reserve uno."
)


def options(act: Act, case_code: str, service_type: str, department: str | None = None) -> ReceiversView:
    """Units that may be asked for a service in this case: of the department first, then nationwide.

    Args:
        department: where it is needed (INEI, two digits); that of the actor's unit if not given.

    Raises:
        NotFound: the case is out of scope.
        Forbidden: the role sends no referrals.
        Invalid: a code that is not of its list; the field is named.
    """
    require(act.actor, Permission.REFERRALS_SEND)
    ref = case_in_scope(act, case_code)
    where = department or act.session.scalar(select(Unit.department).where(Unit.id == act.actor.unit_id))
    person = _populations(act.session, ref)
    rows = act.session.execute(
        with_units(select(DirectoryService))
        .where(
            *conditions({"service_type": service_type, "department": where}),
            DirectoryService.unit_id != act.actor.unit_id,
        )
        .order_by(func.cardinality(DirectoryService.departments) == 0, DirectoryService.id)
        .limit(_MOST)
    ).all()
    fitting = [row for row in rows if serves(row[0].populations, person)]
    record(
        act, "referrals.options", victim_id=ref.victim_id, case_id=ref.case_id, purpose=act.purpose,
        detail={"service": service_type, "options": len(fitting)},
    )  # fmt: skip
    housing = service_type == _HOUSING
    return {
        "service_type": service_type,
        "department": where,
        "items": shown(act.session, fitting),
        "next": None,
        "shelters": _shelters(act, where) if housing else [],
        "notice": ASK_FOR_A_PLACE if housing else None,
    }


def others(act: Act, department: str | None) -> list[NamedView]:
    """Units that may be asked though the directory does not say what they give: those of a department.

    Args:
        department: INEI, two digits; that of the actor's unit if not given.

    Raises:
        Forbidden: the role sends no referrals.
    """
    require(act.actor, Permission.REFERRALS_SEND)
    where = department or act.session.scalar(select(Unit.department).where(Unit.id == act.actor.unit_id))
    rows = act.session.execute(
        select(Unit.code, Unit.name)
        .where(Unit.kind.not_in(SHELTER_KINDS), Unit.id != act.actor.unit_id)
        .where(or_(Unit.department == where, Unit.department.is_(None)))
        .order_by(Unit.name, Unit.code)
        .limit(_MOST)
    )
    return [{"code": row.code, "name": row.name} for row in rows]


def _populations(session: Session, ref: CaseRef) -> list[str]:
    """What is known of whom the person is, in the codes of `served_population`."""
    bits: int | None = session.scalar(select(func.ruv.population_of(ref.victim_id)))
    sex = session.scalar(select(Profile.sex).where(Profile.victim_id == ref.victim_id))
    found = ["ADULTAS" if bits is not None and not bits & CHILD_BIT else "NNA"]
    if bits is not None and bits & FOREIGN_BIT:
        found.append("EXTRANJERAS")
    if sex in _SEXES:
        found.append(_SEXES[sex])
    return found


def _shelters(act: Act, department: str | None) -> list[NamedView]:
    """Shelters of the department, for roles that read where shelters are; nobody else is told of any."""
    if not policy().reads_of_others(act.actor.role, "shelter_location"):
        return []
    rows = act.session.execute(
        select(Unit.code, Unit.name)
        .where(Unit.kind.in_(SHELTER_KINDS), Unit.department == department, Unit.id != act.actor.unit_id)
        .order_by(Unit.code)
        .limit(_MOST)
    )
    return [{"code": row.code, "name": row.name} for row in rows]
