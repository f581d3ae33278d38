"""What is told of a year's figures reconciled between sources: exact, or with small numbers withheld."""

from __future__ import annotations

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import Field
from typing_extensions import TypedDict

from app.services.views import CellView

N = TypeVar("N")
"""A number as it is told: as it is, or a cell that may be withheld."""

_RECORDS = "Registros que contó"
_UNIT = {"x-unit": "registros"}
_FORM = "Forma en que se dan las cifras: exactas, para adentro o para publicar"


class SourceName(TypedDict):
    """A source."""

    source: Annotated[str, Field(description="Fuente (código)")]
    label: Annotated[str, Field(description="Nombre de la fuente")]


class SourceView(SourceName):
    """A source and how many it counted, small numbers withheld."""

    records: Annotated[CellView, Field(description=_RECORDS, json_schema_extra=_UNIT)]
    persons: CellView


class ExactSourceView(SourceName):
    """A source, as who may see exact figures reads it."""

    records: Annotated[int, Field(description=_RECORDS, json_schema_extra=_UNIT)]
    persons: int
    only_here: Annotated[
        int, Field(description="Personas que no están en otra", json_schema_extra={"x-unit": "personas"})
    ]


class OverlapView(TypedDict, Generic[N]):
    """How many persons several sources have in common."""

    sources: Annotated[list[str], Field(description="Fuentes (códigos)")]
    persons: N


class ReconciliationHead(TypedDict):
    """Of which year, when and by what rules it was counted."""

    year: Annotated[int, Field(description="Año de referencia")]
    as_of: Annotated[
        str | None,
        Field(description="Cuándo se contó: el día, o el momento si es exacta; nulo si no se contó"),
    ]
    rules_version: Annotated[str, Field(description="Versión de las reglas de identidad")]
    input_hash: Annotated[str, Field(description="Huella de lo que se contó (HMAC-SHA-256)")]


class ExactFigures(TypedDict):
    """A year's figures, nothing hidden."""

    form: Annotated[Literal["exact"], Field(description=_FORM)]
    records: Annotated[
        int, Field(description="Registros de todas las fuentes", json_schema_extra={"x-unit": "registros"})
    ]
    persons: int
    sources: Annotated[list[ExactSourceView], Field(description="Por fuente")]
    pairs: Annotated[list[OverlapView[int]], Field(description="En común entre dos fuentes")]
    triples: Annotated[list[OverlapView[int]], Field(description="En común entre tres fuentes")]
    undecided: Annotated[
        dict[str, int], Field(description="Dudas por decidir, según cuánto se parecen los registros")
    ]
    notes: Annotated[list[str], Field(description="Cómo se leen")]


class ExactReconciliationView(ReconciliationHead, ExactFigures):
    """A year's figures as they are now, for who may see them exact."""


class GuardedFigures(TypedDict):
    """A year's figures, small numbers and what tells them withheld."""

    smallest: Annotated[
        int, Field(description="El menor número que se muestra", json_schema_extra={"x-unit": "personas"})
    ]
    persons: CellView
    sources: Annotated[list[SourceView], Field(description="Por fuente")]
    pairs: Annotated[list[OverlapView[CellView]], Field(description="En común entre dos fuentes")]
    triples: Annotated[list[OverlapView[CellView]], Field(description="En común entre tres fuentes")]
    undecided: Annotated[CellView, Field(description="Dudas por decidir")]


class ReconciliationView(ReconciliationHead, GuardedFigures):
    """A year's figures for work inside, or in the form that may leave the house."""

    form: Annotated[Literal["inside", "release"], Field(description=_FORM)]
    notes: Annotated[list[str], Field(description="Cómo se leen")]
