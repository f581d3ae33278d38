"""Deadlines that hang on a case: when they begin, and what meets them.

First hours (DL 1297, DS 005-2016-IN): tell the prosecution, tell the UPE of a child, assess the risk, a first
look by a psychologist. Values are the catalogue's (`clock`), most of them to be validated.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.guard import CaseRef
from app.models import Unit
from app.records.kinds import today
from app.services.cases.row_queries import case_state, participants, presumed_child
from app.services.clocks.service import Subject, cancel, meet, start
from app.services.notices.kinds import ADDED, RETURNED
from app.services.notices.service import notify
from app.services.plans.row_queries import living_plan

TABLE = "trafficking_case"
RECENT = timedelta(days=30)
"""Who was identified longer ago is entered late, from paper: her first hours are over."""
_TOLD = {"FISCALIA": "FISCAL_AVISO", "UPE": "UPE_COMUNICACION"}
"""What it meets that a unit of this kind took the case up."""
WRITTEN = {
    "protection": ("RIESGO_VALORACION", {"risk_assessed_on"}),
    "psychology": ("PSICOSOCIAL_PRIMERA", {"last_evaluation", "evaluations", "conclusions", "risk_alerts"}),
    "health": ("SALUD_BASICA", {"first_examination"}),
}
"""By compartment: what it meets that one of these fields is written."""
DELIVERED = {"SALUD": "SALUD_BASICA", "SALUD_MENTAL": "PSICOSOCIAL_PRIMERA"}
"""By service: what it meets that she was given it."""
ESCAPED = "EGRESO_NO_AUTORIZADO"
MONITORED = "DECLINA_ATENCION"


def opened(session: Session, actor: Actor, ref: CaseRef, state: str, identified_on: date) -> None:
    """A case was opened: its first hours begin if there are indications, and recent ones."""
    if state != "ALERTA" and today() - identified_on <= RECENT:
        first_hours(session, actor, ref)


def first_hours(session: Session, actor: Actor, ref: CaseRef) -> None:
    """There are indications that she is a victim: who must be told, and what must be seen to first."""
    child = presumed_child(session, ref.victim_id, ref.case_id)
    silent = unacknowledged(session, ref.case_id)
    told = {kind for kind, units in _told_units(session, actor, ref).items() if units - silent}
    _tell(session, actor, ref, told, child=child)
    begin = ["RIESGO_VALORACION", "SALUD_BASICA", "PSICOSOCIAL_PRIMERA", *(["PTI"] if child else [])]
    _start(session, actor, ref, begin)


def moved(session: Session, actor: Actor, ref: CaseRef, state: str, target: str) -> None:
    """A case changed its state: deadlines that begin or no longer apply."""
    if target in {"CERRADO", "DESCARTADA"}:
        cancel(session, TABLE, ref.case_id)
        return
    if state == MONITORED:
        cancel(session, TABLE, ref.case_id, "MONITOREO")
    if state == "ALERTA":
        first_hours(session, actor, ref)
    elif target == MONITORED:
        # Who declines is not left alone: her risk is assessed again, and she is asked after.
        _start(session, actor, ref, ["RIESGO_VALORACION", "MONITOREO"])
    elif target == ESCAPED:
        told = _told_units(session, actor, ref)
        for unit_id in {one for units in told.values() for one in units} - {actor.unit_id}:
            notify(
                session, ESCAPED, unit_id=unit_id, subject_code=ref.code, victim_id=ref.victim_id,
                case_id=ref.case_id,
            )  # fmt: skip
        _tell(session, actor, ref, set(told), child=presumed_child(session, ref.victim_id, ref.case_id))
    elif target == "EN_ATENCION_ESPECIALIZADA" and living_plan(session, ref) is None:
        _start(session, actor, ref, ["PRI_BORRADOR"])


def added(session: Session, actor: Actor, ref: CaseRef, unit_id: int) -> None:
    """Another unit was brought into the case: it is told, and its acknowledgement waited for."""
    notify(
        session, ADDED, unit_id=unit_id, subject_code=ref.code, victim_id=ref.victim_id, case_id=ref.case_id,
        by=actor,
    )  # fmt: skip


def returned(session: Session, actor: Actor, earlier: CaseRef, *, child: bool) -> None:
    """A new case of the person was opened: who protected her as a child in the earlier one is told there."""
    units = _told_units(session, actor, earlier).get("UPE", set()) if child else set()
    for unit_id in units - {actor.unit_id}:
        notify(
            session, RETURNED, unit_id=unit_id, subject_code=earlier.code, victim_id=earlier.victim_id,
            case_id=earlier.case_id, by=actor,
        )  # fmt: skip


def unacknowledged(session: Session, case_id: int) -> set[int]:
    """Units that were brought into the case and have not acknowledged it yet."""
    return set(session.scalars(select(func.ruv.unacknowledged(case_id).column_valued("unit"))))


def joined(session: Session, case_id: int, unit_id: int) -> None:
    """The actor's unit took the case up, by an act of its own: who had to be told of it is."""
    kind = session.scalar(select(Unit.kind).where(Unit.id == unit_id))
    if kind in _TOLD:
        meet(session, _TOLD[kind], TABLE, case_id)


def written(session: Session, case_id: int | None, compartment: str, patch: Mapping[str, Any]) -> None:
    """Fields of the person were written: an assessment among them meets its deadline."""
    kind, fields = WRITTEN.get(compartment, ("", set()))
    if case_id is not None and any(patch.get(name) is not None for name in fields):
        meet(session, kind, TABLE, case_id)


def delivered(session: Session, actor: Actor, ref: CaseRef, service_type: str) -> None:
    """She was given a service: a first look that waited for it is done, and who declined was asked after."""
    if service_type in DELIVERED:
        meet(session, DELIVERED[service_type], TABLE, ref.case_id)
    if case_state(session, ref) == MONITORED:
        meet(session, "MONITOREO", TABLE, ref.case_id)
        _start(session, actor, ref, ["MONITOREO"])


def _told_units(session: Session, actor: Actor, ref: CaseRef) -> dict[str, set[int]]:
    """Units in the case now that would have to be told of it otherwise, by kind; the actor's own too."""
    known = {row.unit_id for row in participants(session, ref.case_id) if row.ended_at is None}
    ids = {one for one in known if one is not None} | {actor.unit_id}
    told: dict[str, set[int]] = {}
    for row in session.execute(select(Unit.id, Unit.kind).where(Unit.id.in_(ids), Unit.kind.in_(_TOLD))):
        told.setdefault(row.kind, set()).add(row.id)
    return told


def _tell(session: Session, actor: Actor, ref: CaseRef, told: set[str], *, child: bool) -> None:
    wanted = ["FISCAL_AVISO", *(["UPE_COMUNICACION"] if child else [])]
    _start(session, actor, ref, [kind for kind in wanted if kind not in {_TOLD[one] for one in told}])


def _start(session: Session, actor: Actor, ref: CaseRef, kinds: list[str]) -> None:
    subject = Subject(TABLE, ref.case_id, ref.code, ref.victim_id, ref.case_id, actor.unit_id, actor.user_id)
    for kind in kinds:
        start(session, kind, subject)
