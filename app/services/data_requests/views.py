"""What is told of requests of persons about their data, and the person's own file, in Spanish words."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from app.services.views import UnitView
from app.states import DataRequestKind, DataRequestState

Scalar = str | int | float | bool

_StepOrigin = TypedDict("_StepOrigin", {"from": Annotated[str, DataRequestState] | None})


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


class OwnValue(TypedDict):
    """A value with its label; of objects inside it, each with its own labels."""

    campo: str
    valor: Scalar | list[Scalar] | list[list[OwnValue]]


class OwnPart(TypedDict):
    """A part of the register."""

    parte: str
    datos: list[OwnValue]


class OwnElsewhere(TypedDict):
    """A part that this unit cannot hand over, and whom to ask."""

    parte: str
    unidad: str | None
    indicacion: str


class OwnCase(TypedDict):
    """One of her cases."""

    caso: str
    estado: str
    desde: str
    identificacion: str
    identificada_el: str | None


class OwnObjective(TypedDict):
    """An objective of one of her plans."""

    area: str
    en_sus_palabras: str | None
    meta: str | None


class OwnPlan(TypedDict):
    """One of her plans."""

    plan: str
    estado: str
    objetivos: list[OwnObjective]


class OwnReferral(TypedDict):
    """A referral of her."""

    derivacion: str
    de: str
    a: str
    servicio: str
    base_legal: str
    se_compartio: list[str]
    estado: str
    enviada: str
    respondida: str | None
    terminada: str | None


class OwnConsent(TypedDict):
    """A consent that she gave."""

    consentimiento: str
    para: list[str]
    partes: list[str]
    a: list[str]
    lo_dio: str
    retirado: str | None
    estado: str
    desde: str
    hasta: str | None


class OwnNote(TypedDict):
    """A note about her."""

    nota: str
    fecha: str
    unidad: str
    tema: str | None
    tipo: str
    ocurrio: str | None
    dice: str | None
    aclaraciones: list[str | None]


class OwnRows(TypedDict):
    """Rows of one kind about her, each as labels with their values."""

    tipo: str
    titulo: str
    filas: list[list[OwnValue]]


class OwnLook(TypedDict):
    """Somebody's look at her data, and why."""

    cuando: str
    unidad: str | None
    funcion: str | None
    que_hizo: str
    motivo: str | None
    partes: list[str]


class OwnFileView(TypedDict):
    """What the register holds of a person, as far as the answering unit reads it."""

    persona: str
    solicitud: str
    fecha: str
    partes: list[OwnPart]
    pedir_a: list[OwnElsewhere]
    reservado: list[str]
    casos: list[OwnCase]
    planes: list[OwnPlan]
    derivaciones: list[OwnReferral]
    consentimientos: list[OwnConsent]
    notas: list[OwnNote]
    registros: list[OwnRows]
    quien_miro: list[OwnLook]
