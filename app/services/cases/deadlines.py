"""Deadlines that hang on a case: when they begin, and what meets them.

First hours (DL 1297, DS 005-2016-IN): tell the prosecution, tell the UPE of a child, assess the risk, a first
look by a psychologist. Values are the catalogue's (`clock`), most of them to be validated.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import CaseRef
from app.access.told import MISSING
from app.models import Unit
from app.records.kinds import today
from app.services.cases.rows import case_state, living_plan, participants, presumed_child
from app.services.clocks.service import Subject, cancel, meet, start
from app.services.notices.acknowledging import TOLD
from app.services.notices.kinds import ADDED, RETURNED
from app.services.notices.service import notify
from app.states import Basis, CaseState

TABLE = "trafficking_case"
RECENT = timedelta(days=30)
"""Who was identified longer ago is entered late, from paper: her first hours are over."""
WRITTEN = {
    "protection": {"RIESGO_VALORACION": {"risk_assessed_on"}, "NNA_NO_HABIDA": {"missing_alert_number"}},
    "psychology": {"PSICOSOCIAL_PRIMERA": {"last_evaluation", "evaluations", "conclusions", "risk_alerts"}},
    "health": {"SALUD_BASICA": {"first_examination"}},
}
"""By compartment: what it meets that one of these fields is written."""
DELIVERED = {"SALUD": "SALUD_BASICA", "SALUD_MENTAL": "PSICOSOCIAL_PRIMERA"}
"""By service: what it meets that she was given it."""
SEARCH = MISSING
"""Clock and notice of a child who left without leave."""
ARRIVAL = "LLEGADA_TRASLADO"
"""Clock of a child who left for another house; who is looked for is waited for no more."""
SEARCHERS = ("UPE", "PNP", "FISCALIA")
"""Kinds of unit that are told of it at once."""
_STANDING: Mapping[str, int] = {Basis.REGISTERED: 0, Basis.MANDATE: 1, Basis.REFERRAL: 2}
"""Who answers for an alert, by the basis of its part, where no UPE has the case."""
_STAY = "ACOGIDA"
"""Mandate of a house: it ends as she leaves."""


def opened(act: Act, ref: CaseRef, state: str, identified_on: date) -> None:
    """A case was opened: its first hours begin if there are indications, and recent ones."""
    if state != CaseState.ALERT and today() - identified_on <= RECENT:
        first_hours(act, ref)


def first_hours(act: Act, ref: CaseRef) -> None:
    """There are indications that she is a victim: who must be told, and what must be seen to first."""
    child = presumed_child(act.session, ref.victim_id, ref.case_id)
    silent = unacknowledged(act.session, ref.case_id)
    told = {kind for kind, units in _units_in_case(act, ref, TOLD).items() if units - silent}
    _tell(act, ref, told, child=child)
    begin = ["RIESGO_VALORACION", "SALUD_BASICA", "PSICOSOCIAL_PRIMERA", *(["PTI"] if child else [])]
    _start(act, ref, begin)


def moved(act: Act, ref: CaseRef, state: str, target: str) -> None:
    """A case changed its state: deadlines that begin or no longer apply."""
    if target in {CaseState.CLOSED, CaseState.DISCARDED}:
        cancel(act.session, TABLE, ref.case_id)
        return
    if state == CaseState.DECLINED:
        cancel(act.session, TABLE, ref.case_id, "MONITOREO")
    if state == CaseState.LEFT:
        cancel(act.session, TABLE, ref.case_id, SEARCH)
    if target == CaseState.LEFT:
        escaped(act, ref)
    elif state == CaseState.ALERT:
        first_hours(act, ref)
    elif target == CaseState.DECLINED:
        # Who declines is not left alone: her risk is assessed again, and she is asked after.
        _start(act, ref, ["RIESGO_VALORACION", "MONITOREO"])
    elif target == CaseState.SPECIALISED_CARE and living_plan(act.session, ref) is None:
        _start(act, ref, ["PRI_BORRADOR"])


def added(act: Act, ref: CaseRef, unit_id: int) -> None:
    """Another unit was brought into the case: it is told, and its acknowledgement waited for."""
    notify(
        act.session, ADDED, unit_id=unit_id, subject_code=ref.code,
        victim_id=ref.victim_id, case_id=ref.case_id, by=act.actor,
    )  # fmt: skip


def returned(act: Act, earlier: CaseRef, *, child: bool) -> None:
    """A new case of the person was opened: who protected her as a child in the earlier one is told there."""
    units = _units_in_case(act, earlier, ("UPE",)).get("UPE", set()) if child else set()
    for unit_id in units - {act.actor.unit_id}:
        notify(
            act.session, RETURNED, unit_id=unit_id, subject_code=earlier.code, victim_id=earlier.victim_id,
            case_id=earlier.case_id, by=act.actor,
        )  # fmt: skip


def unacknowledged(session: Session, case_id: int) -> set[int]:
    """Units that were brought into the case and have not acknowledged it yet."""
    return set(session.scalars(select(func.ruv.unacknowledged(case_id).column_valued("unit"))))


def escaped(act: Act, ref: CaseRef) -> list[str]:
    """She left without leave: who looks for her is told at once, and of a child who answers for the alert.

    Returns:
        Of a child, the kinds of unit that have no part in the case: who records it calls them, and the UPE of
        the department is told.
    """
    child = presumed_child(act.session, ref.victim_id, ref.case_id)
    told = _units_in_case(act, ref, SEARCHERS)
    units = {one for found in told.values() for one in found}
    absent = [kind for kind in SEARCHERS if kind not in told] if child else []
    if absent and "UPE" not in told:
        units |= _of_department(act, "UPE")
    searcher = _searcher(act, ref, told.get("UPE")) if child else act.actor.unit_id
    units.add(searcher)
    for unit_id in sorted(units - {act.actor.unit_id}):
        notify(
            act.session, SEARCH if child else CaseState.LEFT, unit_id=unit_id, subject_code=ref.code,
            victim_id=ref.victim_id, case_id=ref.case_id,
        )  # fmt: skip
    _tell(act, ref, told.keys() & TOLD.keys(), child=child)
    if child:
        cancel(act.session, TABLE, ref.case_id, ARRIVAL)
        who = act.actor.user_id if searcher == act.actor.unit_id else None
        subject = Subject(TABLE, ref.case_id, ref.code, ref.victim_id, ref.case_id, searcher, who)
        start(act.session, SEARCH, subject)
    return absent


def written(session: Session, case_id: int | None, compartment: str, patch: Mapping[str, object]) -> None:
    """Fields of the person were written: an assessment among them meets its deadline."""
    for kind, fields in WRITTEN.get(compartment, {}).items():
        if case_id is not None and any(patch.get(name) is not None for name in fields):
            meet(session, kind, TABLE, case_id)


def delivered(act: Act, ref: CaseRef, service_type: str) -> None:
    """She was given a service: a first look that waited for it is done, and who declined was asked after."""
    if service_type in DELIVERED:
        meet(act.session, DELIVERED[service_type], TABLE, ref.case_id)
    if case_state(act.session, ref) == CaseState.DECLINED:
        meet(act.session, "MONITOREO", TABLE, ref.case_id)
        _start(act, ref, ["MONITOREO"])


def _units_in_case(act: Act, ref: CaseRef, kinds: Collection[str]) -> dict[str, set[int]]:
    """Units in the case now by kind, of these kinds; the actor's own too."""
    known = {row.unit_id for row in participants(act.session, ref.case_id) if row.ended_at is None}
    ids = {one for one in known if one is not None} | {act.actor.unit_id}
    found: dict[str, set[int]] = {}
    for row in act.session.execute(select(Unit.id, Unit.kind).where(Unit.id.in_(ids), Unit.kind.in_(kinds))):
        found.setdefault(row.kind, set()).add(row.id)
    return found


def _searcher(act: Act, ref: CaseRef, upes: Collection[int] | None) -> int:
    """Unit that answers for the alert: the UPE, else who registered the case, else who has it by law.

    A unit with a service of hers comes after them, and the house she left last: its part may end with her.
    """
    if upes:
        return min(upes)
    known = [row for row in participants(act.session, ref.case_id) if row.ended_at is None and row.unit_id]
    ranks = [
        (
            len(_STANDING) if row.mandate == _STAY else _STANDING[row.basis],
            row.unit_id != act.actor.unit_id,
            n,
        )
        for n, row in enumerate(known)
    ]
    return int(known[min(ranks)[-1]].unit_id) if ranks else act.actor.unit_id


def _of_department(act: Act, kind: str) -> set[int]:
    """Units of a kind in the department of the actor's unit."""
    here = select(Unit.department).where(Unit.id == act.actor.unit_id).scalar_subquery()
    return set(act.session.scalars(select(Unit.id).where(Unit.kind == kind, Unit.department == here)))


def _tell(act: Act, ref: CaseRef, told: Collection[str], *, child: bool) -> None:
    wanted = ["FISCAL_AVISO", *(["UPE_COMUNICACION"] if child else [])]
    known = {TOLD[one] for one in told}
    _start(act, ref, [kind for kind in wanted if kind not in known])


def _start(act: Act, ref: CaseRef, kinds: list[str]) -> None:
    subject = Subject(
        TABLE, ref.case_id, ref.code, ref.victim_id, ref.case_id, act.actor.unit_id, act.actor.user_id
    )
    for kind in kinds:
        start(act.session, kind, subject)
