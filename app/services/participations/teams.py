"""Who takes part in a case: units (participations) and, within one's own unit, people (assignments)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import CaseRef, case_in_scope, require
from app.access.mandates import ENDINGS, mandates
from app.access.opening_rows import SealedRow, open_rows_left
from app.access.permissions import Permission
from app.access.policy import Level
from app.access.sealing import COORDINATION
from app.access.standing import standing
from app.audit import record
from app.db import UniqueViolation, insert_rows
from app.errors import Conflict, Forbidden, NotFound, refusal
from app.models import Assignment, UserAccount
from app.records.rows.cases import MandateRow
from app.services.cases.deadlines import added, unacknowledged
from app.services.cases.holding import held_case
from app.services.cases.rows import case_state, lives_here, participants
from app.services.cases.rules import closed
from app.services.cases.views import AssignmentView, ParticipationView
from app.services.consents.covering import keep_consent
from app.services.notices.acknowledging import taken_up
from app.services.participations.mandates import (
    TABLE,
    MandatedPart,
    Wanted,
    part_by_mandate,
    tell_protection_officers,
)
from app.services.referrals.rows import open_referral
from app.services.writing import Writing
from app.states import Basis

BASES: Mapping[str, str] = {
    Basis.REGISTERED: "Registró el caso",
    Basis.REFERRAL: "Aceptó una derivación",
    Basis.MANDATE: "Mandato legal",
}
_TEAM = "SELECT * FROM ruv.case_team(%(case)s)"
_TAKES_PART = "Esa unidad ya participa en el caso, por esa base o porque lo registró."


def participations(act: Act, code: str, *, reasons: bool = False) -> list[ParticipationView]:
    """Units that take or took part in the case, oldest first; shelters are named only to who may know them.

    Args:
        reasons: whether to open why units were added by mandate, for who reads the person's contact data in
            full.

    Raises:
        NotFound: out of scope.
    """
    require(act.actor, Permission.CASES_READ)
    ref = case_in_scope(act, code)
    rows = participants(act.session, ref.case_id)
    texts = _reasons(act, ref, rows) if reasons else {}
    silent = unacknowledged(act.session, ref.case_id)
    _record(act, "cases.participations", ref)
    return [
        _participation(
            row,
            texts.get(row.part_id),
            unacknowledged=row.ended_at is None and row.unit_id in silent,
            broken=texts.get(row.part_id, "") is None,
        )
        for row in rows
    ]


def add_participation(act: Act, code: str, wanted: Wanted) -> None:
    """Bring another unit into the case by legal mandate; it is told, and its supervisor assigns the work.

    Raises:
        NotFound: out of scope.
        Forbidden: the role brings in nobody, or more is shared than the basis opens or the actor sees.
        Invalid: unknown unit, own unit, one that takes part by referral only, a basis that does not fit, or
            the consent or measure it rests on is missing.
        Conflict: it takes part already, the case ended, or the person does not want it to have this.
    """
    require(act.actor, Permission.PARTICIPATIONS_ADD)
    keep_consent(act.session, case_in_scope(act, code), wanted.consent)
    ref = held_case(act, code)
    part = part_by_mandate(act, ref, wanted)
    if closed(case_state(act.session, ref)):
        raise Conflict("El caso terminó: un reingreso abre un caso nuevo.")
    if _takes_part(act.session, ref, part):
        raise Conflict(_TAKES_PART)
    write = Writing(act, ref, "cases.participation.add")
    try:
        write.add(part.row, part.columns)
    except UniqueViolation:
        raise Conflict(_TAKES_PART) from None
    added(act, ref, part.unit_id)
    told = tell_protection_officers(act.session, ref)
    detail = {
        "case": ref.code, "unit": wanted.unit, "basis": part.row.mandate,
        "compartments": part.compartments, "officers_told": told,
    }  # fmt: skip
    write.tell(detail)


def end_participation(act: Act, code: str) -> None:
    """End the own unit's part in the case, and with it its view and its assignments.

    Raises:
        NotFound: out of scope.
        Forbidden: the role does not manage the unit's assignments.
        Conflict: the part rests on an open referral, she lives in the unit, or nobody else takes part.
    """
    require(act.actor, Permission.ASSIGNMENTS_WRITE)
    ref = held_case(act, code)
    open_units = [row.unit_id for row in participants(act.session, ref.case_id) if row.ended_at is None]
    # A unit whose key is hidden (a shelter) is another unit: one's own is always shown.
    if all(unit_id == act.actor.unit_id for unit_id in open_units):
        raise Conflict("Su unidad es la única que participa en el caso: incorpore a otra antes de salir.")
    if lives_here(act, ref):
        raise Conflict("La persona está alojada en su unidad: registre primero el egreso.")
    if referral := open_referral(act, ref):
        raise Conflict("Participa por una derivación abierta: conclúyala o interrúmpala.", referral=referral)
    _record(act, "cases.participation.end", ref)
    act.session.connection().exec_driver_sql(
        "SELECT ruv.end_own_participation(%(case)s)", {"case": ref.case_id}
    )


def assignments(act: Act, code: str) -> list[AssignmentView]:
    """People of the own unit who have charge of the case.

    Raises:
        NotFound: out of scope.
    """
    require(act.actor, Permission.CASES_READ)
    ref = case_in_scope(act, code)
    _record(act, "cases.assignments", ref)
    return [
        {"username": row.username, "started_at": row.started_at, "self": row.user_id == act.actor.user_id}
        for row in _team(act.session, ref)
    ]


def assign(act: Act, code: str, username: str) -> None:
    """Give a colleague of the own unit charge of the case.

    Raises:
        NotFound: out of scope.
        Forbidden: the role assigns nobody.
        Invalid: no such active colleague.
        Conflict: the colleague has charge of it already.
    """
    require(act.actor, Permission.ASSIGNMENTS_WRITE)
    ref = held_case(act, code)
    user_id = _colleague(act, username)
    if any(row.user_id == user_id for row in _team(act.session, ref)):
        raise Conflict("Esa persona ya tiene el caso asignado.")
    row = {
        "victim_id": ref.victim_id,
        "case_id": ref.case_id,
        "unit_id": act.actor.unit_id,
        "user_id": user_id,
        "assigned_by": act.actor.user_id,
    }
    insert_rows(act.session, Assignment, [row])
    taken_up(act, ref)
    _record(act, "cases.assign", ref, user=user_id)


def end_assignment(act: Act, code: str, username: str) -> None:
    """Take a colleague, or oneself, off the case.

    Raises:
        NotFound: out of scope, or that colleague has no charge of it.
        Forbidden: somebody else's charge, and the actor is no supervisor.
        Conflict: nobody would be left.
    """
    require(act.actor, Permission.ASSIGNMENTS_WRITE)
    ref = held_case(act, code)
    team = _team(act.session, ref)
    user_id = next((row.user_id for row in team if row.username == username), None)
    if user_id is None:
        raise NotFound
    if user_id != act.actor.user_id and not act.actor.unit_wide:
        raise Forbidden("Solo la jefatura de su unidad retira el caso a otra persona.")
    if len({row.user_id for row in team}) == 1:
        raise Conflict("Nadie quedaría a cargo del caso: asigne primero a otra persona de su unidad.")
    _record(act, "cases.unassign", ref, user=user_id)
    act.session.execute(
        update(Assignment)
        .where(
            Assignment.victim_id == ref.victim_id,
            Assignment.case_id == ref.case_id,
            Assignment.user_id == user_id,
            Assignment.ended_at.is_(None),
        )
        .values(ended_at=func.now())
    )


def _takes_part(session: Session, ref: CaseRef, part: MandatedPart) -> bool:
    """Whether the unit takes part on this basis already, or because it registered the case."""
    return any(
        one.unit_id == part.unit_id
        and one.ended_at is None
        and one.basis != Basis.REFERRAL
        and one.mandate in {None, part.row.mandate}
        for one in participants(session, ref.case_id)
    )


def _participation(row: Any, reason: str | None, *, unacknowledged: bool, broken: bool) -> ParticipationView:
    mandate = mandates().get(row.mandate)
    return {
        "unit": {"code": row.unit_code, "name": row.unit_name},
        "basis": row.basis,
        "basis_label": BASES.get(row.basis, row.basis),
        "mandate": row.mandate,
        "mandate_label": mandate.label if mandate else row.mandate,
        "until": ENDINGS[mandate.ends_with] if mandate else None,
        "reason": reason,
        "started_at": row.started_at,
        "ended_at": row.ended_at,
        "unacknowledged": unacknowledged,
        "broken": broken,
    }


def _reasons(act: Act, ref: CaseRef, rows: Sequence[Any]) -> dict[int, str | None]:
    """Why units were added, by part; None where that does not open."""
    stand = standing(act, ref.victim_id)
    sealed = [SealedRow(row.part_id, row.key_version, row.sealed) for row in rows if row.sealed is not None]
    if not sealed or stand is None or stand.level(act.actor, MandateRow.compartment) is not Level.FULL:
        return {}
    opened = open_rows_left(
        act, COORDINATION, ref.strand, TABLE, sealed,
        action="cases.participations",
    )  # fmt: skip
    return {row.row_id: text["reason"] if text else None for row, text in zip(sealed, opened, strict=True)}


def _team(session: Session, ref: CaseRef) -> Sequence[Any]:
    return session.connection().exec_driver_sql(_TEAM, {"case": ref.case_id}).all()


def _record(act: Act, action: str, ref: CaseRef, **detail: object) -> None:
    record(
        act, action, victim_id=ref.victim_id, case_id=ref.case_id, purpose=act.purpose,
        detail={"case": ref.code, **detail},
    )  # fmt: skip


def _colleague(act: Act, username: str) -> int:
    user_id = act.session.scalar(
        select(UserAccount.id).where(
            UserAccount.username == username,
            UserAccount.unit_id == act.actor.unit_id,
            UserAccount.disabled_at.is_(None),
            UserAccount.approved_at.is_not(None),
        )
    )
    if user_id is None:
        raise refusal("username", "unknown", "No hay una cuenta activa con ese nombre en su unidad.")
    return user_id
