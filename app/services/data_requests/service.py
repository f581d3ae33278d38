"""Receive a data subject's request, extend its term once, and answer it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from app.access.act import Act
from app.access.guard import CaseRef, case_in_scope, require, victim_in_scope
from app.access.permissions import Permission
from app.access.sealing import COORDINATION
from app.db import insert_rows
from app.errors import Conflict, Forbidden, refusal, refuse_if, wrong
from app.models import DataRequest, DataRequestEvent
from app.records.errors import FieldError
from app.records.kinds import today
from app.records.rows.consents import DataRequestRow
from app.services.cases.rows import cases_of
from app.services.clocks import service as clocks
from app.services.clocks.calendar import end_of
from app.services.consents.rules import refuse_speaker
from app.services.consents.voices import voice
from app.services.data_requests import rules
from app.services.data_requests.asking import check_asker
from app.services.data_requests.queries import ANSWER_TEXT, Found, find
from app.services.data_requests.views import DataRequestExtendedView, DataRequestMovedView
from app.services.state_machine import refused
from app.services.writing import Slot, Writing, check_version
from app.states import ConsentGiver, DataRequestState

_REQUIRED = ("kind", "channel", "by_whom")
_ANSWER = Slot(COORDINATION, "sealed_answer", None, ANSWER_TEXT)


@dataclass(frozen=True, slots=True)
class Step:
    """A wanted step. `ground` is a code; `answer` is free text and is stored sealed.

    `notified_on`: when the person was told (today by default).
    """

    target: str
    answer: str | None = None
    ground: str | None = None
    notified_on: date | None = None


def receive(act: Act, victim_code: str, row: DataRequestRow) -> str:
    """Record a request of a person in scope; its term runs from the day it came in. Returns its code.

    Raises:
        NotFound: the person is out of scope.
        Forbidden: the role receives none.
        Invalid: a field is missing or wrong; each is named.
        Conflict: who asks in her name is or may be a suspect.
    """
    require(act.actor, Permission.DATA_REQUESTS_WRITE)
    person = victim_in_scope(act, victim_code)
    ref = case_in_scope(act, cases_of(act, person.victim_id)[-1].code)
    _check(row)
    if row.by_whom != ConsentGiver.PERSON:
        # Parents may be the traffickers: nobody asks in a child's name just so.
        speaker = voice(act, ref, row.by_whom, row)
        if refusal := refuse_speaker(speaker):
            raise refusal
    received_on = row.received_on or today()
    kind = row.kind or ""
    due_on = rules.first_due(kind, received_on)
    write = Writing(act, ref, "data-requests.receive")
    new = write.add(row, {"state": DataRequestState.RECEIVED, "received_on": received_on, "due_on": due_on})
    write.done({"request": new.code, "kind": kind})
    _note(act, ref, new.id, None, DataRequestState.RECEIVED)
    subject = clocks.Subject("data_request", new.id, new.code, ref.victim_id, ref.case_id, act.actor.unit_id)
    clocks.start(act.session, rules.clock_of(kind), subject, at=rules.began(received_on))
    return new.code


def advance(
    act: Act,
    code: str,
    version: int,
    step: Step,
) -> DataRequestMovedView:
    """Move a request on or answer it.

    Raises:
        NotFound: no such request in reach.
        Forbidden: the role answers none, or another unit answers this one.
        Conflict, Invalid: not possible now; the text says what is missing or possible. Nobody is answered who
            was marked as suspected since she asked; that she desists may be noted.
        StaleVersion: somebody moved it meanwhile.
    """
    found, ref = _own(act, code, version)
    row = found.row
    if step.target in rules.GIVEN:
        check_asker(act, ref, row, "to")
    refusal = rules.refuse(row.state, step.target, rules.RequestFacts(step.answer is not None, step.ground))
    if refusal:
        raise refused(refusal)
    values: dict[str, object] = {"state": step.target}
    texts: dict[str, object] = {}
    if step.target in rules.DONE:
        values |= {"notified_on": _notified(row, step.notified_on), "denial_ground": step.ground}
        texts = {"answer": step.answer}
    write = Writing(act, ref, "data-requests.transition")
    new = write.change(DataRequest, row, values, texts, _ANSWER)
    detail = {"request": row.code, "from": row.state, "to": step.target, "ground": step.ground}
    write.done(detail)
    _note(act, ref, row.id, row.state, step.target)
    if step.target in rules.DONE:
        clocks.meet(act.session, rules.clock_of(row.kind), "data_request", row.id)
    elif step.target not in rules.OPEN:
        clocks.cancel(act.session, "data_request", row.id)
    return {"code": row.code, "state": step.target, "version": new}


def extend(
    act: Act,
    code: str,
    version: int,
    notified_on: date | None = None,
) -> DataRequestExtendedView:
    """Extend the term of a request, once, by as many working days again; the person is told within the term.

    Raises:
        NotFound: no such request in reach.
        Forbidden: the role answers none, or another unit answers this one.
        Conflict: it was answered or extended already, or its term is over.
        Invalid: she was not told within the term.
        StaleVersion: somebody moved it meanwhile.
    """
    found, ref = _own(act, code, version)
    row, day = found.row, _notified(found.row, notified_on)
    if row.state not in rules.OPEN:
        raise Conflict("Ya se respondió o la persona desistió: no tiene plazo que ampliar.")
    if row.extended_on is not None:
        raise Conflict("El plazo ya se amplió una vez: solo queda responder.")
    if row.due_on < today():
        raise Conflict("El plazo ya venció: no se amplía, solo queda responder.")
    if day > row.due_on:
        raise refusal("notified_on", "late", "La ampliación se le avisa dentro del plazo.")
    due_on = rules.extended_due(row.kind, row.due_on)
    write = Writing(act, ref, "data-requests.extend")
    new = write.change(DataRequest, row, {"due_on": due_on, "extended_on": day})
    write.done({"request": row.code, "due_on": due_on.isoformat()})
    clocks.move(act.session, rules.clock_of(row.kind), "data_request", row.id, end_of(due_on))
    return {"code": row.code, "due_on": due_on, "version": new}


def _check(row: DataRequestRow) -> None:
    errors: list[FieldError] = [
        wrong(name, "missing", "Falta este campo.") for name in _REQUIRED if getattr(row, name) is None
    ]
    if row.received_on is not None and row.received_on > today():
        message = "La fecha está en el futuro; revísela."
        errors.append(wrong("received_on", "in-future", message))
    refuse_if(errors)


def _own(act: Act, code: str, version: int) -> tuple[Found, CaseRef]:
    require(act.actor, Permission.DATA_REQUESTS_WRITE)
    found = find(act, code)
    if found.ref is None or not found.own:
        raise Forbidden("La responde la unidad que la recibió.")
    check_version(found.row, version)
    return found, found.ref


def _notified(row: Any, day: date | None) -> date:
    day = day or today()
    if not row.received_on <= day <= today():
        raise refusal("notified_on", "out-of-range", "Va desde que se recibió hasta hoy.")
    return day


def _note(act: Act, ref: CaseRef, request: int, before: str | None, after: str) -> None:
    step = {"from_state": before, "to_state": after, "by_user_id": act.actor.user_id}
    insert_rows(act.session, DataRequestEvent, [{"victim_id": ref.victim_id, "request_id": request, **step}])
