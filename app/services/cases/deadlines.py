"""Deadlines that hang on a case: when they begin, and what meets them.

First hours (DL 1297, DS 005-2016-IN): tell the prosecution, tell the UPE of a child, assess the risk, a first
look by a psychologist. Values are the catalogue's (`clock`), most of them to be validated.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.guard import CaseRef
from app.models import Unit
from app.records.kinds import today
from app.services.cases.row_queries import presumed_child
from app.services.clocks.service import Subject, cancel, meet, start
from app.services.plans.row_queries import living_plan

TABLE = "trafficking_case"
RECENT = timedelta(days=30)
"""Who was identified longer ago is entered late, from paper: her first hours are over."""
_TOLD = {"FISCALIA": "FISCAL_AVISO", "UPE": "UPE_COMUNICACION"}
"""What it meets that a unit of this kind takes part."""
WRITTEN = {
    "protection": ("RIESGO_VALORACION", {"risk_assessed_on"}),
    "psychology": ("PSICOSOCIAL_PRIMERA", {"last_evaluation", "evaluations", "conclusions", "risk_alerts"}),
}
"""By compartment: what it meets that one of these fields is written."""


def opened(session: Session, actor: Actor, ref: CaseRef, state: str, identified_on: date) -> None:
    """A case was opened: its first hours begin if there are indications, and recent ones."""
    if state != "ALERTA" and today() - identified_on <= RECENT:
        first_hours(session, actor, ref)


def first_hours(session: Session, actor: Actor, ref: CaseRef) -> None:
    """There are indications that she is a victim: who must be told, and what must be seen to first."""
    kind = session.scalar(select(Unit.kind).where(Unit.id == actor.unit_id))
    child = presumed_child(session, ref.victim_id, ref.case_id)
    _tell(session, actor, ref, kind, child=child)
    begin = ["RIESGO_VALORACION", "PSICOSOCIAL_PRIMERA", *(["PTI"] if child else [])]
    _start(session, actor, ref, begin)


def moved(session: Session, actor: Actor, ref: CaseRef, state: str, target: str) -> None:
    """A case changed its state: deadlines that begin or no longer apply."""
    if target in {"CERRADO", "DESCARTADA"}:
        cancel(session, TABLE, ref.case_id)
        return
    if state == "DECLINA_ATENCION":
        cancel(session, TABLE, ref.case_id, "MONITOREO")
    if state == "ALERTA":
        first_hours(session, actor, ref)
    elif target == "DECLINA_ATENCION":
        # Who declines is not left alone: her risk is assessed again, and she is asked after.
        _start(session, actor, ref, ["RIESGO_VALORACION", "MONITOREO"])
    elif target == "EGRESO_NO_AUTORIZADO":
        kind = session.scalar(select(Unit.kind).where(Unit.id == actor.unit_id))
        _tell(session, actor, ref, kind, child=presumed_child(session, ref.victim_id, ref.case_id))
    elif target == "EN_ATENCION_ESPECIALIZADA" and living_plan(session, ref) is None:
        _start(session, actor, ref, ["PRI_BORRADOR"])


def joined(session: Session, case_id: int, unit_id: int) -> None:
    """A unit takes part in the case now: who had to be told of it is."""
    kind = session.scalar(select(Unit.kind).where(Unit.id == unit_id))
    if kind in _TOLD:
        meet(session, _TOLD[kind], TABLE, case_id)


def written(session: Session, case_id: int | None, compartment: str, patch: Mapping[str, Any]) -> None:
    """Fields of the person were written: an assessment among them meets its deadline."""
    kind, fields = WRITTEN.get(compartment, ("", set()))
    if case_id is not None and any(patch.get(name) is not None for name in fields):
        meet(session, kind, TABLE, case_id)


def _tell(session: Session, actor: Actor, ref: CaseRef, kind: str | None, *, child: bool) -> None:
    wanted = ["FISCAL_AVISO"] if kind != "FISCALIA" else []
    if child and kind != "UPE":
        wanted.append("UPE_COMUNICACION")
    _start(session, actor, ref, wanted)


def _start(session: Session, actor: Actor, ref: CaseRef, kinds: list[str]) -> None:
    subject = Subject(TABLE, ref.case_id, ref.code, ref.victim_id, ref.case_id, actor.unit_id, actor.user_id)
    for kind in kinds:
        start(session, kind, subject)
