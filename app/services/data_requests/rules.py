"""The state machine of a data subject's request, and its terms.

Sources: Ley 29733 título III and DS 016-2024-JUS: working-day terms (catalogue of clocks), extended once, the
person told within the term. Grounds for denial: Ley 29733 art. 27 [unverified].
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Final

from app.catalogues import code_list
from app.records.kinds import LIMA
from app.services.clocks.calendar import add_working_days, due
from app.services.clocks.catalogue import kind_of
from app.services.state_machine import Guard, Machine, Refusal, Transition
from app.states import DataRequestKind, DataRequestState

STATES: Final = code_list("data_request_state").labels
GROUNDS: Final = code_list("denial_ground").labels
OPEN: Final = frozenset({DataRequestState.RECEIVED, DataRequestState.UNDER_WAY})
DONE: Final = frozenset({DataRequestState.GRANTED, DataRequestState.GRANTED_IN_PART, DataRequestState.DENIED})
"""States in which the person was answered."""

GIVEN: Final = DONE - {DataRequestState.DENIED}
"""States in which who asked got something."""

GIVES_FILE: Final = frozenset({DataRequestKind.ACCESS, DataRequestKind.PORTABILITY})
"""Kinds of request on which her own file is handed over."""

GUARDS: Final = MappingProxyType(
    {
        guard.name: guard
        for guard in (
            Guard("answer", "Falta la respuesta que se le dio.", "answer"),
            Guard("ground", "Falta el fundamento legal.", "ground").naming(GROUNDS),
        )
    }
)
MACHINE: Final = Machine(
    "solicitud",
    STATES,
    (
        Transition(DataRequestState.RECEIVED, DataRequestState.UNDER_WAY, (), "Se empieza a atender."),
        Transition(DataRequestState.RECEIVED, DataRequestState.DROPPED, (), "La persona ya no la sostiene."),
        Transition(DataRequestState.UNDER_WAY, DataRequestState.GRANTED, ("answer",), "Se atendió."),
        Transition(
            DataRequestState.UNDER_WAY,
            DataRequestState.GRANTED_IN_PART,
            ("answer", "ground"),
            "Se atendió en parte.",
        ),
        Transition(DataRequestState.UNDER_WAY, DataRequestState.DENIED, ("answer", "ground"), "Se denegó."),
        Transition(DataRequestState.UNDER_WAY, DataRequestState.DROPPED, (), "La persona ya no la sostiene."),
    ),
    GUARDS,
)


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What a move may depend on. `ground`: code of the legal ground of a denial."""

    answered: bool = False
    ground: str | None = None


def refuse(state: str, target: str, facts: RequestFacts) -> Refusal | None:
    """None when the request may move from `state` to `target`, else why not, in Spanish."""
    return MACHINE.refuse(state, target, {"answer": facts.answered, "ground": facts.ground in GROUNDS})


def clock_of(kind: str) -> str:
    """The clock that a kind of request runs on."""
    return str(code_list("data_request_kind").value(kind, "clock"))


def began(received_on: date) -> datetime:
    """From when the term of a request counts."""
    return datetime.combine(received_on, time(), LIMA)


def first_due(kind: str, received_on: date) -> date:
    """Last day for answering a request."""
    return due(clock_of(kind), began(received_on)).astimezone(LIMA).date()


def extended_due(kind: str, due_on: date) -> date:
    """Last day after the one extension: as many working days again."""
    return add_working_days(due_on, kind_of(clock_of(kind)).value or 0)
