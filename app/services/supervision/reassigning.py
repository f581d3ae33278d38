"""Hand the cases of a worker over to others in one transaction: no case is ever without someone in charge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, update

from app.access.act import Act
from app.access.guard import require
from app.access.permissions import Permission
from app.audit import event_row, record, record_rows
from app.catalogues import code_list
from app.db import insert_rows, rows_changed, vault_of
from app.errors import Conflict, Invalid, refusal, unknown_code, wrong
from app.models import Assignment, Notice, Plan
from app.records.errors import FieldError
from app.services.cases.holding import hold_all
from app.services.notices.service import notice_row
from app.services.plans import rules as plan_rules
from app.services.supervision import staff
from app.services.supervision.rules import shared_out, supervising
from app.services.supervision.staff import Charge, Worker
from app.services.supervision.views import ReassignmentView

ACTION = "supervision.reassign"
REASONS = "reassignment_reason"
NOTICE = "REASIGNACION"


@dataclass(frozen=True, slots=True)
class Handover:
    """Whose cases go to whom, and why.

    `to`: the username who takes them; None shares them out among the active colleagues of the same function,
    fewest open cases first. `cases`: only these codes; None is all of them. `reason`: a code.
    """

    leaver: str
    to: str | None
    cases: Sequence[str] | None
    reason: str


@dataclass(frozen=True, slots=True)
class _Division:
    """Who takes which charge; by key of the case, who takes it and who has charge of it already."""

    leaver: Worker
    takers: Sequence[Worker]
    charges: Sequence[Charge]
    taken: Mapping[int, int]
    teams: Mapping[int, set[int]]

    def shown(self, plans: int | None) -> ReassignmentView:
        """As JSON, with how many plans moved; None while nothing did."""
        return {
            "unit_of_count": "casos",
            "from": self.leaver.username,
            "moved": len(self.charges),
            "plans": plans,
            "to": [
                {
                    "username": worker.username,
                    "cases": [c.code for c in self.charges if self.taken[c.case_id] == worker.user_id],
                }
                for worker in self.takers
            ],
        }


def preview(act: Act, wanted: Handover) -> ReassignmentView:
    """Who would take which case over, as `reassign` answers it; nothing is moved.

    Raises:
        Forbidden, Invalid, Conflict: as `reassign`.
    """
    division = _divided(act, wanted, hold=False)
    record(
        act, "supervision.preview", purpose=act.purpose,
        detail={"from": division.leaver.user_id, "cases": [charge.code for charge in division.charges]},
    )  # fmt: skip
    return division.shown(None)


def reassign(act: Act, wanted: Handover) -> ReassignmentView:
    """Hand over the open charges of a worker, and the living plans it answers for. Returns who has what now.

    Repeating it moves nothing more. The worker may have been disabled already.

    Raises:
        Forbidden: the actor supervises nobody, or its role assigns nobody.
        Invalid: unknown people or reason, or a case the worker has no charge of; each is named.
        Conflict: there is nobody to share them out among.
    """
    division = _divided(act, wanted, hold=True)
    _record(act, division, wanted.reason)
    return division.shown(_move(act, division))


def _divided(act: Act, wanted: Handover, *, hold: bool) -> _Division:
    """`hold`: the cases stay as they are until the transaction ends."""
    require(act.actor, Permission.ASSIGNMENTS_WRITE)
    supervising(act.actor)
    if wanted.reason not in code_list(REASONS):
        raise Invalid("Revise el motivo.", errors=[unknown_code("reason", code_list(REASONS).codes)])
    people = staff.workers(act)
    leaver = _leaver(people, wanted.leaver)
    takers = _takers(people, leaver, wanted.to)
    if hold:
        hold_all(act.session, [c.case_id for c in staff.charges(act, leaver.user_id)])
    charges = _chosen(staff.charges(act, leaver.user_id), wanted.cases)
    teams = staff.teams(act, (charge.case_id for charge in charges))
    taken = shared_out(
        [charge.case_id for charge in charges], {worker.user_id: worker.cases for worker in takers}, teams
    )
    return _Division(leaver, takers, charges, taken, teams)


def _leaver(people: Sequence[Worker], username: str) -> Worker:
    for worker in people:
        if worker.username == username:
            return worker
    raise refusal("from_username", "unknown", "No hay una cuenta con ese nombre en su unidad.")


def _takers(people: Sequence[Worker], leaver: Worker, to: str | None) -> list[Worker]:
    others = [worker for worker in people if worker.active and worker.user_id != leaver.user_id]
    if to is not None:
        chosen = [worker for worker in others if worker.username == to]
        if not chosen:
            raise refusal("to_username", "unknown", "No hay otra cuenta activa con ese nombre en su unidad.")
        return chosen
    same = [worker for worker in others if worker.role == leaver.role]
    found = [worker for worker in same if not worker.supervisor] or same
    if not found:
        raise Conflict(
            "Su unidad no tiene otra cuenta activa con la misma función: indique a quién encargarlos."
        )
    return found


def _chosen(charges: Sequence[Charge], codes: Sequence[str] | None) -> list[Charge]:
    if codes is None:
        return list(charges)
    known = {charge.code: charge for charge in charges}
    wanted = [code.strip().upper() for code in dict.fromkeys(codes)]
    errors: list[FieldError] = [
        wrong(f"cases.{number}", "not-in-charge", "Esa persona no tiene a su cargo un caso con este código.")
        for number, code in enumerate(wanted)
        if code not in known
    ]
    if errors:
        raise Invalid("Revise los casos indicados; no se movió ninguno.", errors=errors)
    return [known[code] for code in wanted]


def _move(act: Act, division: _Division) -> int:
    """The new charge first, then the old one ends: somebody always has it. Returns the plans moved."""
    leaver, charges, taken, teams = division.leaver, division.charges, division.taken, division.teams
    if not charges:
        return 0
    rows = [
        {
            "victim_id": charge.victim_id,
            "case_id": charge.case_id,
            "unit_id": act.actor.unit_id,
            "user_id": taken[charge.case_id],
            "assigned_by": act.actor.user_id,
        }
        for charge in charges
        if taken[charge.case_id] not in teams.get(charge.case_id, ())
    ]
    insert_rows(act.session, Assignment, rows)
    act.session.execute(
        update(Assignment)
        .where(
            Assignment.case_id.in_(taken),
            Assignment.unit_id == act.actor.unit_id,
            Assignment.user_id == leaver.user_id,
            Assignment.ended_at.is_(None),
        )
        .values(ended_at=func.now())
    )
    moved = rows_changed(
        act.session,
        update(Plan)
        .where(
            Plan.case_id.in_(taken),
            Plan.unit_id == act.actor.unit_id,
            Plan.responsible_user_id == leaver.user_id,
            Plan.state.in_(plan_rules.ALIVE),
        )
        .values(responsible_user_id=case(dict(taken), value=Plan.case_id)),
    )
    staff.hand_over_clocks(act.session, leaver.user_id, taken)
    notices = [
        notice_row(
            NOTICE, unit_id=act.actor.unit_id, user_id=taken[charge.case_id], subject_code=charge.code,
            victim_id=charge.victim_id, case_id=charge.case_id,
        )
        for charge in charges
    ]  # fmt: skip
    insert_rows(act.session, Notice, notices)
    return moved


def _record(act: Act, division: _Division, reason: str) -> None:
    key = vault_of(act.session).secret("audit")
    record_rows(
        act.session,
        [
            event_row(
                key, act.actor, ACTION, victim_id=charge.victim_id, case_id=charge.case_id,
                purpose=act.purpose,
                detail={
                    "case": charge.code, "from": division.leaver.user_id,
                    "to": division.taken[charge.case_id],
                    "reason": reason,
                },
            )
            for charge in division.charges
        ],
    )  # fmt: skip
