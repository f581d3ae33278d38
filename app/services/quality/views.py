"""What is told of the quality of data: the rules, how many cases each finds, and which."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from app.services.quality.rules import SEVERITIES
from app.states import CaseState

_CASES = {"x-unit": "casos"}


class RuleShareView(TypedDict):
    """Of how many cases a rule looks at, how many do not fit."""

    cases: Annotated[int, Field(description="Casos que la regla mira", json_schema_extra=_CASES)]
    found: Annotated[int, Field(description="Casos que no cumplen", json_schema_extra=_CASES)]
    share: Annotated[
        float | None, Field(description="Parte que no cumple, de 0 a 1; nulo sin casos", examples=[0.125])
    ]


class RuleView(TypedDict):
    """A rule of quality."""

    code: Annotated[str, Field(description="Código de la regla", examples=["sin-finalidad"])]
    label: Annotated[str, Field(description="Qué falta o se contradice, en una frase")]
    field: Annotated[str, Field(description="Campo por completar, como parte.campo")]
    severity: Annotated[str, Field(description="Cuánto importa", json_schema_extra={"enum": [*SEVERITIES]})]
    severity_label: str


class ReportedRuleView(RuleView, RuleShareView):
    """A rule with what it finds now and in the cases of two months."""

    this_month: Annotated[RuleShareView, Field(description="De los casos abiertos este mes")]
    last_month: Annotated[RuleShareView, Field(description="De los casos abiertos el mes pasado")]


class QualityView(TypedDict):
    """The quality of the cases in the reader's scope."""

    unit_of_count: Annotated[str, Field(description="Qué se cuenta")]
    cases: Annotated[int, Field(description="Casos al alcance de quien lee", json_schema_extra=_CASES)]
    score: Annotated[
        float | None,
        Field(description="Parte de las revisiones que no encontró nada, de 0 a 1; nulo si no hubo"),
    ]
    rules: Annotated[list[ReportedRuleView], Field(description="Reglas que la función puede ver")]


class QualityCaseView(TypedDict):
    """A case to mend."""

    case: str
    victim: str
    state: Annotated[str, CaseState]
    opened_at: Annotated[datetime, Field(description="Cuándo se abrió el caso")]
    field: Annotated[str, Field(description="Campo por completar, como parte.campo")]


class QualityCasesView(TypedDict):
    """The cases that a rule finds, a page of them."""

    rule: Annotated[RuleView, Field(description="La regla")]
    unit_of_count: Annotated[str, Field(description="Qué se cuenta")]
    items: list[QualityCaseView]
    next: str | None
