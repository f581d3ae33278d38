"""Answer, confirm, start, conclude, interrupt or withdraw a referral; with each, the view opens or closes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import CaseRef, require
from app.access.permissions import Permission
from app.access.policy import policy
from app.access.sealing import COORDINATION
from app.access.told import ENDED
from app.db import DATABASE_ERRORS, insert_rows
from app.errors import Conflict, Forbidden, Invalid, unknown_code, wrong
from app.models import Assignment, Participation, Referral
from app.records.errors import FieldError
from app.services.cases.holding import hold
from app.services.cases.rows import case_state, in_charge, participants, strand_of
from app.services.cases.rules import closed
from app.services.clocks import service as clocks
from app.services.notices.acknowledging import joined
from app.services.notices.kinds import ANSWERED
from app.services.notices.service import notify
from app.services.referrals import rules
from app.services.referrals.deadlines import CLOCK, TABLE
from app.services.referrals.queries import Found, find
from app.services.referrals.rows import delivered_for
from app.services.referrals.views import ReferralMovedView
from app.services.shelters.queries import housed_as
from app.services.state_machine import refused
from app.services.writing import Slot, Writing, check_version, next_version
from app.states import Basis, ReferralState

DECISIONS: Final = MappingProxyType(
    {
        "accept": ReferralState.ACCEPTED,
        "accept_with_conditions": ReferralState.ACCEPTED_ON_TERMS,
        "refuse": ReferralState.REFUSED,
    }
)
ACTIONS: Final = MappingProxyType(
    {
        "confirm": ReferralState.ACCEPTED,
        "start": ReferralState.RUNNING,
        "conclude": ReferralState.CONCLUDED,
        "interrupt": ReferralState.INTERRUPTED,
        "withdraw": ReferralState.WITHDRAWN,
    }
)
_ANSWER = Slot(COORDINATION, "sealed_answer", None, rules.ANSWER_VERSION)
_ENDS = frozenset({ReferralState.CONCLUDED, ReferralState.INTERRUPTED, ReferralState.WITHDRAWN})
_UNSERVED: Final = "Se concluyó sin ninguna prestación registrada para esta derivación."
"""That a concluded referral has no delivery is said, not refused."""


@dataclass(frozen=True, slots=True)
class Step:
    """A wanted step. `reason` and `result` are codes; `conditions` is free text and is stored sealed."""

    target: str
    reason: str | None = None
    result: str | None = None
    conditions: str | None = None


def answer(
    act: Act,
    code: str,
    step: Step,
    *,
    version: int | None = None,
) -> ReferralMovedView:
    """Accept or refuse a referral sent to the actor's unit.

    Accepting makes the unit take part in the case, narrowed to what was shared, and gives the actor charge
    of it. A refusal leaves no text: the unit has no part in the case, so no key to seal one with.

    Raises:
        NotFound: no such referral, or the actor may not see it.
        Forbidden: the role answers none.
        Conflict, Invalid: not possible now; the text says what is missing or possible.
        StaleVersion: somebody answered it meanwhile.
    """
    require(act.actor, Permission.REFERRALS_ANSWER)
    found = _checked(act, code, step, version)
    row = found.row
    accepted = step.target in rules.ACCEPTED
    if accepted and not (row.population or 0) & policy().population(act.actor.role):
        raise Conflict("Su función no atiende a la población a la que pertenece esta persona.")
    answered = {
        "answered_at": func.now(),
        "answered_by": act.actor.user_id,
        "refusal_reason": None if accepted else step.reason,
    }
    new = _advance(act.session, row, step.target, answered)
    clocks.meet(act.session, CLOCK, TABLE, row.id)
    _tell(act, row, ANSWERED[step.target], row.from_unit_id)
    ref = _take_part(act, row) if accepted else row
    write = Writing(act, ref, "referrals.answer", row.compartments if accepted else [])
    if accepted:
        _keep_conditions(write, row, step.conditions)
        if closed(case_state(act.session, ref)):
            raise Conflict("El caso terminó: rechace la derivación.")
    write.tell(_detail(found, step))
    return {"code": row.code, "state": step.target, "version": new}


def advance(
    act: Act,
    code: str,
    step: Step,
    *,
    version: int | None = None,
) -> ReferralMovedView:
    """Confirm conditions, start, conclude, interrupt or withdraw a referral; the last three close the view.

    Raises:
        NotFound: no such referral, or the actor may not see it.
        Forbidden: the actor's role, or its part in the case, does not allow it.
        Conflict, Invalid: not possible now; the text says what is missing or possible.
        StaleVersion: somebody moved it meanwhile.
    """
    found = _checked(act, code, step, version)
    side = found.side(act.actor)
    require(act.actor, Permission.REFERRALS_SEND if side == rules.SENDER else Permission.REFERRALS_ANSWER)
    if not found.in_scope:
        raise Forbidden("Solo quien tiene el caso a su cargo puede hacerlo.")
    row, ends = found.row, step.target in _ENDS
    if ends and side == rules.RECEIVER:
        _check_leaving(act, row)
    ending = {"ended_at": func.now(), "result": step.result or step.reason} if ends else {}
    shared = row.compartments if step.target in rules.ACCEPTED else ()
    Writing(act, row, "referrals.transition", shared).done(_detail(found, step))
    new = _advance(act.session, row, step.target, ending)
    done: ReferralMovedView = {"code": row.code, "state": step.target, "version": new}
    if step.target == ReferralState.WITHDRAWN:
        clocks.cancel(act.session, TABLE, row.id, CLOCK)
    if step.target == ReferralState.CONCLUDED and "services" in row.compartments:
        done["deliveries"] = delivered_for(act.session, row.victim_id, row.id)
        done["notice"] = None if done["deliveries"] else _UNSERVED
    if ends:
        _tell(act, row, ENDED, row.from_unit_id if side == rules.RECEIVER else row.to_unit_id)
        statement = "SELECT ruv.end_referral_participation(%(referral)s)"
        act.session.connection().exec_driver_sql(statement, {"referral": row.id})
    return done


def _tell(act: Act, row: Any, kind: str, unit_id: int) -> None:
    notify(
        act.session, kind, unit_id=unit_id, subject_code=row.code,
        victim_id=row.victim_id, case_id=row.case_id, by=act.actor,
    )  # fmt: skip


def _checked(act: Act, code: str, step: Step, version: int | None) -> Found:
    found = find(act, code)
    if version is not None:
        check_version(found.row, version)
    side = found.side(act.actor)
    if side is None:
        raise Forbidden("Su unidad no la envió ni la recibió: solo puede leerla.")
    facts = rules.ReferralFacts(
        side=side,
        conditions=step.conditions is not None,
        reason=step.reason,
        result=step.result,
    )
    if refusal := rules.refuse(found.state, step.target, facts):
        raise refused(refusal)
    if wrong := rules.misplaced(step.target, step.reason, step.result):
        raise Invalid("Revise los campos indicados.", errors=[_not_asked(wrong, step.target)])
    return found


def _not_asked(field: str, target: str) -> FieldError:
    if field == "reason" and target == ReferralState.WITHDRAWN:
        return unknown_code(field, rules.INTERRUPTIONS)
    return wrong(field, "not-asked", "Este paso no lleva ese dato: quítelo.")


def _advance(session: Session, row: Any, target: str, values: Mapping[str, object]) -> int:
    key = {"id": row.id, "victim_id": row.victim_id}
    return next_version(session, Referral, key, row.version, {"state": target, **values})


def _take_part(act: Act, row: Any) -> CaseRef:
    """Let the actor's unit take part in the case, which it reaches from now on."""
    same = {"victim_id": row.victim_id, "case_id": row.case_id, "unit_id": act.actor.unit_id}
    part = {
        **same,
        "basis": Basis.REFERRAL,
        "referral_id": row.id,
        "population": 1,
        "compartments": row.compartments,
    }
    try:
        insert_rows(act.session, Participation, [part])
    except DATABASE_ERRORS as error:
        if rules.kept_from_consulate(error):
            # Why is not for the receiver to know.
            raise Conflict("Ya no corresponde aceptarla: rechácela o consulte a quien la envió.") from None
        raise
    if not in_charge(act, row.victim_id, row.case_id):
        insert_rows(
            act.session,
            Assignment,
            [{**same, "user_id": act.actor.user_id, "assigned_by": act.actor.user_id}],
        )
    joined(act.session, row.case_id, act.actor.unit_id)
    return CaseRef(row.case_id, *strand_of(act.session, row.victim_id, row.case_id), "", 0)


def _keep_conditions(write: Writing, row: Any, conditions: str | None) -> None:
    if conditions is not None:
        sealed = write.sealed(Referral, row.id, {"conditions": conditions}, _ANSWER)
        write.act.session.execute(
            update(Referral)
            .where(Referral.id == row.id, Referral.victim_id == row.victim_id)
            .values(**sealed)
        )


def _check_leaving(act: Act, row: Any) -> None:
    """The receiver's part ends: she lives somewhere else then, and somebody else takes part."""
    hold(act.session, row.case_id)
    if sum(part.ended_at is None for part in participants(act.session, row.case_id)) == 1:
        raise Conflict("Su unidad es la única que participa en el caso: incorpore a otra antes de terminar.")
    housed = housed_as(act, row.victim_id, row.case_id)
    if housed is not None:
        raise Conflict("La persona sigue alojada en su unidad: registre primero el egreso.", placement=housed)


def _detail(found: Found, step: Step) -> dict[str, object]:
    return {
        "referral": found.row.code, "from": found.state, "to": step.target,
        "reason": step.reason, "result": step.result,
    }  # fmt: skip
