"""What is told of records that may be one person: the pair, how each field agrees, what was decided."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, WithJsonSchema
from typing_extensions import TypedDict

from app.records import Values
from app.records.reading import reading_of
from app.states import MatchOrigin, MatchState

Seen = Annotated[Values | str, WithJsonSchema({"anyOf": [reading_of("identity"), {"type": "string"}]})]
"""What is seen of an identity, or a mask."""


class CandidateRecordView(TypedDict):
    """One of the records."""

    code: str
    unit: Annotated[str, Field(description="Nombre de la unidad que la registró")]
    in_scope: bool


class IncomingRowView(TypedDict):
    """The row of a file that is in no record yet."""

    run: Annotated[str | None, Field(description="Carga del archivo, por su código")]
    number: Annotated[int | None, Field(description="Número de la fila en el archivo, desde 1")]


class CandidateView(TypedDict):
    """Two records, or one and a row of a file, that may be one person: nothing of the persons."""

    code: str
    state: Annotated[str, MatchState, Field(description="Estado: si espera, o qué se decidió")]
    band: Annotated[str, Field(description="Cuánto se parecen: EXACTA, PROBABLE o POSIBLE")]
    score: Annotated[float, Field(description="Puntaje del parecido, con un decimal")]
    origin: Annotated[str, MatchOrigin, Field(description="Dónde se notó")]
    reason: Annotated[
        str | None, Field(description="Por qué se siguió al notarlo (código de not_duplicate_reason)")
    ]
    rules_version: Annotated[str, Field(description="Versión de las reglas que compararon")]
    found_at: Annotated[datetime, Field(description="Cuándo se notó")]
    decided_at: Annotated[datetime | None, Field(description="Cuándo se decidió; nulo si espera")]
    decision_reason: Annotated[str | None, Field(description="Motivo de la decisión (código)")]
    one_person: Annotated[bool, Field(description="Si ya son una misma persona")]
    records: Annotated[list[CandidateRecordView], Field(description="Los registros, primero el más antiguo")]
    row: Annotated[IncomingRowView | None, Field(description="La fila de un archivo; nulo entre registros")]
    version: int


class ComparedFieldView(TypedDict):
    """How a field agrees, and both values as far as the reader may see each person."""

    field: Annotated[str, Field(description="Campo de la identidad", examples=["given_names"])]
    verdict: Annotated[
        str,
        Field(
            description="Cómo concuerda",
            json_schema_extra={"enum": ["EQUAL", "SIMILAR", "DIFFERENT", "MISSING"]},
        ),
    ]
    values: Annotated[
        list[Seen],
        Field(description="Los valores de cada registro; solo una máscara donde no se puede ver"),
    ]


class ComparisonView(CandidateView):
    """A pair side by side."""

    fields: Annotated[list[ComparedFieldView], Field(description="Campo por campo")]
    decisions: Annotated[
        dict[str, dict[str, str]],
        Field(description="Decisiones que se pueden tomar y, de cada una, sus motivos: código y nombre"),
    ]


class MergeAsked(TypedDict):
    """The two records of a merge to ask for."""

    keep: Annotated[str, Field(description="Persona que queda, por su código")]
    absorb: Annotated[str, Field(description="Persona que se une a ella, por su código")]


class NextStepView(TypedDict):
    """What to do about two records of one person."""

    text: Annotated[str, Field(description="Qué hacer, en palabras")]
    href: Annotated[str | None, Field(description="Dónde pedirlo; nulo si no se pide nada")]
    body: Annotated[MergeAsked | None, Field(description="Qué enviar; nulo si no se pide nada")]


class DecidedView(TypedDict):
    """What was decided about a pair."""

    code: str
    state: Annotated[str, MatchState, Field(description="Lo que se decidió")]
    version: int
    next: Annotated[NextStepView | None, Field(description="Qué falta; nulo si nada")]
