"""What is told of requests of persons about their data, and the person's own file, in Spanish words."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from app.services.views import UnitView
from app.states import DataRequestKind, DataRequestState

_StepOrigin = TypedDict("_StepOrigin", {"from": str | None})


class DataRequestCommon(TypedDict):
    """The clear columns of a request, with what their codes are called."""

    code: str
    kind: Annotated[str, DataRequestKind, Field(description="Qué pide (código)")]
    received_on: date
    channel: Annotated[
        str,
        Field(
            description="Por qué medio (código)", json_schema_extra={"x-code-list": "data_request_channel"}
        ),
    ]
    by_whom: Annotated[
        str, Field(description="Quién pide (código)", json_schema_extra={"x-code-list": "data_request_by"})
    ]
    state: Annotated[str, DataRequestState]
    due_on: date
    extended_on: Annotated[
        date | None, Field(description="Cuándo se le avisó la ampliación; nulo si no se amplió")
    ]
    denial_ground: Annotated[
        str | None,
        Field(
            description="Fundamento legal de lo denegado (código); nulo si nada",
            json_schema_extra={"x-code-list": "denial_ground"},
        ),
    ]
    notified_on: Annotated[
        date | None, Field(description="Cuándo se le avisó la respuesta; nulo si no se respondió")
    ]
    recorded_at: datetime
    version: int
    kind_label: str
    channel_label: str
    state_label: str
    denial_ground_label: str | None
    unit: UnitView
    overdue: Annotated[bool, Field(description="Si su plazo venció sin respuesta")]
    possible_states: list[Annotated[str, DataRequestState]]


class DataRequestCodesView(DataRequestCommon):
    """A request in a list, for who takes no part in the case."""


class DataRequestListedView(DataRequestCommon):
    """A request in a list, for who takes part in the case."""

    case: str
    victim: str


class DataRequestStepView(_StepOrigin):
    """A step of a request."""

    to: str
    at: datetime


class DataRequestTexts(TypedDict):
    """The words of a request and of its answer."""

    request: str | None
    answer: str | None
    representative_name: NotRequired[str]
    representative_document: NotRequired[str]
    representative_suspected: NotRequired[str]


class DataRequestStepsView(DataRequestCommon):
    """A request with its steps, for who takes no part in the case."""

    steps: list[DataRequestStepView]


class DataRequestView(DataRequestListedView, DataRequestTexts):
    """A request with its steps, its person, case and words, for who takes part in the case."""

    steps: list[DataRequestStepView]


class DataRequestMovedView(TypedDict):
    """A request that was moved on or answered."""

    code: str
    state: Annotated[str, DataRequestState]
    version: int


class DataRequestExtendedView(TypedDict):
    """A request of which the term was extended."""

    code: str
    due_on: date
    version: int
