"""Who takes part in a case: units (participations) and, within one's own unit, people (assignments)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.guard import CaseRef, case_in_scope, require
from app.access.permissions import Permission
from app.access.policy import policy
from app.access.standing import standing
from app.audit import record
from app.db import UniqueViolation, insert_rows
from app.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from app.models import Assignment, Participation, Unit, UserAccount
from app.services.cases.deadlines import joined
from app.services.cases.holding import held_case
from app.services.cases.row_queries import case_state, lives_here, open_referral, openable, participants
from app.services.cases.rules import closed
from app.services.choices import one_of
from app.services.referrals.rules import NETWORK_KINDS
from app.services.shelters.masking import SHELTER_KINDS

BASES = {
    "REGISTRO": "Registró el caso",
    "DERIVACION": "Aceptó una derivación",
    "MANDATO": "Mandato legal",
}
MANDATED_KINDS = NETWORK_KINDS - SHELTER_KINDS - {"CONSULADO"}
"""Kinds of unit that a legal mandate brings in. A shelter agrees to take her in: it is asked by referral.

So is a consulate, which hears of nobody who does not want it or seeks asylum (Convención de Viena, art. 36).
"""
_TEAM = "SELECT * FROM ruv.case_team(%(case)s)"
_MOST = 1000
_TAKES_PART = "Esa unidad ya participa en el caso."


def participations(session: Session, actor: Actor, code: str) -> list[dict[str, Any]]:
    """Units that take or took part in the case, oldest first; shelters are named only to who may know them.

    Raises:
        NotFound: out of scope.
    """
    require(actor, Permission.CASES_READ)
    ref = case_in_scope(session, actor, code)
    rows = participants(session, ref.case_id)
    _record(session, actor, "cases.participations", ref)
    return [
        {
            "unit": {"code": row.unit_code, "name": row.unit_name},
            "basis": row.basis,
            "basis_label": BASES.get(row.basis, row.basis),
            "started_at": row.started_at,
            "ended_at": row.ended_at,
        }
        for row in rows
    ]


def add_participation(
    session: Session, actor: Actor, code: str, unit_code: str, compartments: Sequence[str] | None = None
) -> None:
    """Bring another unit into the case by legal mandate; its supervisor then assigns the work.

    `compartments` narrows what the unit is given; without it the unit gets what its roles may see.

    Raises:
        NotFound: out of scope.
        Forbidden: the role brings in nobody, or more is shared than the actor may open itself.
        Invalid: unknown unit, own unit, unknown compartment, or a unit that takes part by referral only.
        Conflict: it takes part already, or the case ended.
    """
    require(actor, Permission.PARTICIPATIONS_ADD)
    ref = held_case(session, actor, code)
    unit_id = _mandated_unit(session, actor, unit_code)
    shared = _given(session, actor, ref, compartments)
    if closed(case_state(session, ref)):
        raise Conflict("El caso terminó: un reingreso abre un caso nuevo.")
    taking_part = {row.unit_id for row in participants(session, ref.case_id) if row.ended_at is None}
    if unit_id in taking_part:
        raise Conflict(_TAKES_PART)
    row: dict[str, Any] = {
        "victim_id": ref.victim_id,
        "case_id": ref.case_id,
        "unit_id": unit_id,
        "basis": "MANDATO",
        "population": 1,
        "compartments": shared,
    }
    try:
        insert_rows(session, Participation, [row])
    except UniqueViolation:
        raise Conflict(_TAKES_PART) from None
    joined(session, ref.case_id, unit_id)
    _record(session, actor, "cases.participation.add", ref, unit=unit_code, compartments=shared)


def mandated_units(session: Session, actor: Actor, department: str) -> list[tuple[str, str]]:
    """Units of a department that a legal mandate may bring into a case, as (code, name), by name.

    Raises:
        Forbidden: the role brings in nobody.
    """
    require(actor, Permission.PARTICIPATIONS_ADD)
    rows = session.execute(
        select(Unit.code, Unit.name)
        .where(Unit.kind.in_(MANDATED_KINDS), Unit.department == department, Unit.id != actor.unit_id)
        .order_by(Unit.name)
        .limit(_MOST)
    )
    return [(row.code, row.name) for row in rows]


def end_participation(session: Session, actor: Actor, code: str) -> None:
    """End the own unit's part in the case, and with it its view and its assignments.

    Raises:
        NotFound: out of scope.
        Forbidden: the role does not manage the unit's assignments.
        Conflict: the part rests on an open referral, she lives in the unit, or nobody else takes part.
    """
    require(actor, Permission.ASSIGNMENTS_WRITE)
    ref = held_case(session, actor, code)
    open_units = [row.unit_id for row in participants(session, ref.case_id) if row.ended_at is None]
    # A unit whose key is hidden (a shelter) is another unit: one's own is always shown.
    if all(unit_id == actor.unit_id for unit_id in open_units):
        raise Conflict("Su unidad es la única que participa en el caso: incorpore a otra antes de salir.")
    if lives_here(session, actor, ref):
        raise Conflict("La persona está alojada en su unidad: registre primero el egreso.")
    if referral := open_referral(session, actor, ref):
        raise Conflict("Participa por una derivación abierta: conclúyala o interrúmpala.", referral=referral)
    _record(session, actor, "cases.participation.end", ref)
    session.connection().exec_driver_sql("SELECT ruv.end_own_participation(%(case)s)", {"case": ref.case_id})


def assignments(session: Session, actor: Actor, code: str) -> list[dict[str, Any]]:
    """People of the own unit who have charge of the case.

    Raises:
        NotFound: out of scope.
    """
    require(actor, Permission.CASES_READ)
    ref = case_in_scope(session, actor, code)
    _record(session, actor, "cases.assignments", ref)
    return [
        {"username": row.username, "started_at": row.started_at, "self": row.user_id == actor.user_id}
        for row in _team(session, ref)
    ]


def assign(session: Session, actor: Actor, code: str, username: str) -> None:
    """Give a colleague of the own unit charge of the case.

    Raises:
        NotFound: out of scope.
        Forbidden: the role assigns nobody.
        Invalid: no such active colleague.
        Conflict: the colleague has charge of it already.
    """
    require(actor, Permission.ASSIGNMENTS_WRITE)
    ref = held_case(session, actor, code)
    user_id = _colleague(session, actor, username)
    if any(row.user_id == user_id for row in _team(session, ref)):
        raise Conflict("Esa persona ya tiene el caso asignado.")
    row = {
        "victim_id": ref.victim_id,
        "case_id": ref.case_id,
        "unit_id": actor.unit_id,
        "user_id": user_id,
        "assigned_by": actor.user_id,
    }
    insert_rows(session, Assignment, [row])
    _record(session, actor, "cases.assign", ref, user=user_id)


def end_assignment(session: Session, actor: Actor, code: str, username: str) -> None:
    """Take a colleague, or oneself, off the case.

    Raises:
        NotFound: out of scope, or that colleague has no charge of it.
        Forbidden: somebody else's charge, and the actor is no supervisor.
        Conflict: nobody would be left.
    """
    require(actor, Permission.ASSIGNMENTS_WRITE)
    ref = held_case(session, actor, code)
    team = _team(session, ref)
    user_id = next((row.user_id for row in team if row.username == username), None)
    if user_id is None:
        raise NotFound
    if user_id != actor.user_id and not actor.unit_wide:
        raise Forbidden("Solo la jefatura de su unidad retira el caso a otra persona.")
    if len({row.user_id for row in team}) == 1:
        raise Conflict("Nadie quedaría a cargo del caso: asigne primero a otra persona de su unidad.")
    _record(session, actor, "cases.unassign", ref, user=user_id)
    session.execute(
        update(Assignment)
        .where(
            Assignment.victim_id == ref.victim_id,
            Assignment.case_id == ref.case_id,
            Assignment.user_id == user_id,
            Assignment.ended_at.is_(None),
        )
        .values(ended_at=func.now())
    )


def _team(session: Session, ref: CaseRef) -> Sequence[Any]:
    return session.connection().exec_driver_sql(_TEAM, {"case": ref.case_id}).all()


def _record(session: Session, actor: Actor, action: str, ref: CaseRef, **detail: object) -> None:
    record(
        session, actor, action, victim_id=ref.victim_id, case_id=ref.case_id, purpose="atencion",
        detail={"case": ref.code, **detail},
    )  # fmt: skip


def _wrong(field: str, code: str, message: str) -> Invalid:
    error: FieldError = {"field": field, "code": code, "message": message}
    return Invalid(message, errors=[error])


def _mandated_unit(session: Session, actor: Actor, unit_code: str) -> int:
    unit = session.execute(select(Unit.id, Unit.kind).where(Unit.code == unit_code)).first()
    if unit is None:
        raise _wrong("unit", "unknown", "No existe esa unidad.")
    if unit.id == actor.unit_id:
        raise _wrong("unit", "own-unit", "Su unidad ya participa en el caso.")
    if unit.kind not in MANDATED_KINDS:
        raise _wrong("unit", "by-referral-only", "A esa unidad se llega solo con una derivación.")
    return int(unit.id)


def _given(session: Session, actor: Actor, ref: CaseRef, wanted: Sequence[str] | None) -> list[str] | None:
    """What the new unit is given: never more than the actor may open. None is all that its roles may see."""
    if not set(wanted or ()) <= set(policy().compartments):
        raise _wrong("compartments", "unknown", one_of(policy().compartments))
    stand = standing(session, actor, ref.victim_id)
    if wanted is None and stand is not None and stand.shared is None:
        return None
    own = openable(session, actor, ref.victim_id)
    names = own if wanted is None else frozenset(wanted)
    if beyond := names - own:
        errors: list[FieldError] = [
            {
                "field": f"compartments.{name}",
                "code": "not-readable",
                "message": "Su función o su unidad no ve esta parte.",
            }
            for name in sorted(beyond)
        ]
        raise Forbidden("No puede compartir lo que su función o su unidad no ve.", errors=errors)
    if not names:
        raise _wrong("compartments", "empty", "Indique al menos un compartimento que compartir.")
    return sorted(names)


def _colleague(session: Session, actor: Actor, username: str) -> int:
    user_id = session.scalar(
        select(UserAccount.id).where(
            UserAccount.username == username,
            UserAccount.unit_id == actor.unit_id,
            UserAccount.disabled_at.is_(None),
            UserAccount.approved_at.is_not(None),
        )
    )
    if user_id is None:
        raise _wrong("username", "unknown", "No hay una cuenta activa con ese nombre en su unidad.")
    return user_id
