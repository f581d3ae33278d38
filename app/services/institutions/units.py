"""Units of the actor's institution, as who administers it keeps them."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass

from sqlalchemy import func, select, update

from app.access.act import Act
from app.access.guard import require
from app.access.permissions import Permission
from app.audit import record
from app.catalogues import code_list
from app.db import UniqueViolation
from app.errors import Conflict, Invalid, NotFound, refusal, unknown_code
from app.models import Unit, UserAccount
from app.services.idempotency import remember, replayed
from app.services.institutions.service import UNIT_KINDS, create_unit
from app.services.institutions.views import OwnUnitView

ACTION = "units.create"
UNIT_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{2,39}", re.ASCII)
LONGEST_NAME = 200
NO_UNIT = "No existe esa unidad en su institución."
TAKEN = "Ese código de unidad ya existe. Elija otro."


@dataclass(frozen=True, slots=True)
class NewUnit:
    """What is asked for. `department`: 2-digit INEI code of where it serves."""

    code: str
    name: str
    kind: str
    department: str | None = None


def listing(act: Act) -> list[OwnUnitView]:
    """Units of the actor's institution by name, with how many accounts that are not closed each has.

    Raises:
        Forbidden: the role administers no units.
    """
    require(act.actor, Permission.ACCOUNTS_MANAGE)
    accounts = (
        select(func.count())
        .select_from(UserAccount)
        .where(UserAccount.unit_id == Unit.id, UserAccount.disabled_at.is_(None))
        .scalar_subquery()
    )
    rows = act.session.execute(
        select(Unit.code, Unit.name, Unit.kind, Unit.department, accounts)
        .where(Unit.institution_id == act.actor.institution_id)
        .order_by(Unit.name, Unit.code)
    ).all()
    record(act, "units.list", detail={"shown": len(rows)})
    departments = code_list("department").labels
    return [
        {
            "code": code,
            "name": name,
            "kind": kind,
            "kind_label": UNIT_KINDS.get(kind, kind),
            "department": department,
            "department_label": departments.get(department or ""),
            "accounts": count,
        }
        for code, name, kind, department, count in rows
    ]


def read_unit(act: Act, code: str) -> OwnUnitView:
    """One unit of the actor's institution, as in the listing.

    Raises:
        Forbidden: the role administers no units.
        NotFound: no such unit in the institution.
    """
    for unit in listing(act):
        if unit["code"] == code:
            return unit
    raise NotFound(NO_UNIT)


def kinds_here(act: Act) -> list[str]:
    """Kinds of unit that the actor's institution has, which its new units may be of."""
    found = select(Unit.kind).where(Unit.institution_id == act.actor.institution_id).distinct()
    return list(act.session.scalars(found.order_by(Unit.kind)))


def found_unit(act: Act, wanted: NewUnit, *, key: str | None = None) -> str:
    """Create a unit of the actor's institution, of a kind that it has already; returns its code.

    With the same `key`, only once.

    What an institution does (shelter people, investigate, protect) is settled when it is set up.

    Raises:
        Forbidden: the role administers no units.
        Invalid: a field is wrong; it is named.
        Conflict: the code is taken.
    """
    require(act.actor, Permission.ACCOUNTS_MANAGE)
    first = replayed(act, key, ACTION, asdict(wanted))
    if first is not None:
        return first
    if not UNIT_CODE.fullmatch(wanted.code):
        raise refusal("code", "invalid", "De 3 a 40 letras mayúsculas, cifras o guiones, sin espacios.")
    name = _name(wanted.name)
    kinds = kinds_here(act)
    if wanted.kind not in kinds:
        raise refusal("kind", "invalid", "Su institución no tiene unidades de esa clase: elija otra.", kinds)
    _check_department(wanted.department)
    if act.session.scalar(select(Unit.id).where(Unit.code == wanted.code)) is not None:
        raise Conflict(TAKEN)
    try:
        create_unit(act, act.actor.institution_id, wanted.code, name, wanted.kind, wanted.department)
    except UniqueViolation:
        raise Conflict(TAKEN) from None
    remember(act, key, ACTION, asdict(wanted), wanted.code)
    return wanted.code


def rewrite_unit(act: Act, code: str, *, name: str | None = None, department: str | None = None) -> None:
    """Give a unit of the actor's institution another name or department; None leaves as is.

    Raises:
        Forbidden: the role administers no units.
        NotFound: no such unit in the institution.
        Invalid: a field is wrong; it is named.
    """
    require(act.actor, Permission.ACCOUNTS_MANAGE)
    values: dict[str, str] = {}
    if name is not None:
        values["name"] = _name(name)
    if department is not None:
        _check_department(department)
        values["department"] = department
    found = act.session.scalar(
        select(Unit.id).where(Unit.code == code, Unit.institution_id == act.actor.institution_id)
    )
    if found is None:
        raise NotFound(NO_UNIT)
    if values:
        act.session.execute(
            update(Unit).where(Unit.id == found).values(values).execution_options(synchronize_session=False)
        )
        record(act, "units.write", fields=values, detail={"unit": code})


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise refusal("name", "invalid", f"Escriba el nombre de la unidad, de 1 a {LONGEST_NAME} caracteres.")
    return name


def _check_department(department: str | None) -> None:
    known = code_list("department")
    if department is not None and department not in known:
        raise Invalid("Revise el departamento.", errors=[unknown_code("department", known.codes)])
