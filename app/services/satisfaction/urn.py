"""Put answers into the urn, and once a month count what is in it.

Nothing stored tells whose answers are: no user, no case, no time, no order that means anything, and no event
of the trace. What goes into the urn is sealed to one length, each under a key of its own that only a key
outside the database opens; so its row's place and transaction say that somebody answered, never what. Once a
month everything is opened together, counted question by question, and thrown away.
"""

from __future__ import annotations

import secrets
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from sqlalchemy import cast, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import require
from app.access.opening_files import open_answers
from app.access.permissions import Permission
from app.access.sealing import seal_answers
from app.catalogues import code_list
from app.errors import Invalid, unknown_code
from app.models import SatisfactionUrn
from app.records.errors import FieldError
from app.records.kinds import today
from app.services.indicators.rules import SMALLEST_SHOWN
from app.services.satisfaction.views import QuestionnaireView, WordedView

SILENT: Final = "NO_RESPONDE"
TOGETHER: Final = "VARIOS"
"""Services that few answered about, counted as one."""
_SERVICE: Final = "service"
_MONTH: Final = "month"


def questionnaire() -> QuestionnaireView:
    """Questions and answers with their words in Spanish and English."""
    return {
        "questions": _worded("satisfaction_question"),
        "answers": _worded("satisfaction_answer"),
    }


def _worded(name: str) -> list[WordedView]:
    return [
        {"code": row["code"], "label_es": row["label_es"], "label_en": row["label_en"]}
        for row in code_list(name).rows
    ]


def put(act: Act, service: str, answers: Mapping[str, str]) -> None:
    """Put one questionnaire into the urn. Questions left out count as not answered.

    On purpose nothing else is written: no trace and no idempotency key, which would say who and when.

    Raises:
        Forbidden: the role does not hand the device over.
        Invalid: a code is not of its list; the field is named.
    """
    require(act.actor, Permission.SATISFACTION_COLLECT)
    questions = code_list("satisfaction_question").codes
    errors = _errors(service, answers)
    if errors:
        raise Invalid("Revise las respuestas.", errors=errors)
    every = {question: answers.get(question, SILENT) for question in questions}
    _store(act.session, [{_SERVICE: service, _MONTH: today().strftime("%Y-%m"), **every}])


def _errors(service: str, answers: Mapping[str, str]) -> list[FieldError]:
    services, questions = code_list("service_type"), code_list("satisfaction_question")
    known = code_list("satisfaction_answer")
    errors = [] if service in services else [unknown_code("service", services.codes)]
    # What was sent as the name of a question is not repeated: it may hold anything.
    if any(question not in questions for question in answers):
        errors.append(unknown_code("answers", questions.codes))
    return errors + [
        unknown_code(f"answers.{question}", known.codes)
        for question, answer in answers.items()
        if question in questions and answer not in known
    ]


def _store(session: Session, every: Iterable[Mapping[str, str]]) -> None:
    rows = [{"id": uuid.uuid4(), **seal_answers(session, answers)} for answers in every]
    if rows:
        session.execute(insert(SatisfactionUrn), rows)


def count_month(session: Session, *, on: date | None = None) -> int:
    """Count the answers of the months before `on` (today), and throw them away; how many were counted.

    Fewer than 11 about one service are counted together with others like them, or go back sealed anew, in
    another order, until there are enough. The session's actor is the scheduler or the maintenance; all of it
    is one transaction.

    Raises:
        SealBroken: a row was tampered with; nothing is counted or thrown away.
    """
    month = (on or today()).replace(day=1)
    urn = func.ruv.empty_urn().table_valued("kek_id", "wrapped", "sealed", name="urn")
    rows = session.execute(select(urn.c.kek_id, urn.c.wrapped, urn.c.sealed)).all()
    answers = open_answers(session, [tuple(row) for row in rows])
    ripe = [found for found in answers if found[_MONTH] < month.strftime("%Y-%m")]
    groups, back = _groups(ripe)
    back += [found for found in answers if found[_MONTH] >= month.strftime("%Y-%m")]
    counts = [
        {"service": service, "question": question, "answer": answer, "count": count}
        for service, group in groups.items()
        for (question, answer), count in _counted(group).items()
    ]
    if counts:
        closed = (month - timedelta(days=1)).replace(day=1)
        session.execute(select(func.ruv.add_satisfaction(closed, cast(counts, JSONB))))
    secrets.SystemRandom().shuffle(back)
    _store(session, back)
    return sum(len(group) for group in groups.values())


def _groups(
    ripe: Sequence[Mapping[str, str]],
) -> tuple[dict[str, list[Mapping[str, str]]], list[Mapping[str, str]]]:
    """Answers by service where there are enough, and those that have to wait."""
    by_service: dict[str, list[Mapping[str, str]]] = {}
    for found in ripe:
        by_service.setdefault(found[_SERVICE], []).append(found)
    few = [found for group in by_service.values() if len(group) < SMALLEST_SHOWN for found in group]
    groups = {name: group for name, group in by_service.items() if len(group) >= SMALLEST_SHOWN}
    if len(few) >= SMALLEST_SHOWN:
        return {**groups, TOGETHER: few}, []
    return groups, few


def _counted(group: Iterable[Mapping[str, str]]) -> Counter[tuple[str, str]]:
    """How often each question was answered so; never which answers came together."""
    questions = code_list("satisfaction_question").codes
    return Counter((question, found[question]) for found in group for question in questions)
