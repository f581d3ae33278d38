"""What is told of the national plan's indicators: the catalogue, and the figures by year and department."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from app.services.figures.catalogue import Parameter
from app.services.views import CellView


class IndicatorMeasureView(TypedDict):
    """A number of an indicator."""

    key: Annotated[str, Field(description="Nombre de la medida en `values`", examples=["pri_suscrito"])]
    label: Annotated[str, Field(description="Qué cuenta")]


class IndicatorView(TypedDict):
    """An indicator: the plan's own text, what is counted, and the thresholds."""

    code: Annotated[str, Field(description="Código del indicador en el plan", examples=["3.1.b"])]
    text: Annotated[str, Field(description="Texto del plan, palabra por palabra")]
    source: Annotated[str, Field(description="Plan del que es")]
    unit: Annotated[str, Field(description="Qué se cuenta", examples=["personas"])]
    version: Annotated[str, Field(description="Versión de la definición")]
    definition: Annotated[str, Field(description="Qué se cuenta y cómo")]
    denominator: Annotated[str, Field(description="De quiénes son parte las medidas")]
    parameters: Annotated[
        Mapping[str, Parameter], Field(description="Umbrales y códigos que usa la definición, por nombre")
    ]
    measures: Annotated[
        list[IndicatorMeasureView],
        Field(description="Medidas, cada una parte de la anterior; luego las que son solo del país"),
    ]


class NationalView(TypedDict):
    """The figures of the country; a number is null where it is withheld."""

    persons: Annotated[
        int | None, Field(description="El total, en la unidad del indicador; nulo si se reserva")
    ]
    values: Annotated[
        dict[str, int | None],
        Field(description="Cada medida, en la unidad del indicador; nulo si se reserva"),
    ]
    percent: Annotated[
        float | None,
        Field(
            description="La parte principal del total; nulo si algo se reserva",
            json_schema_extra={"x-unit": "%"},
        ),
    ]


class IndicatorDepartmentView(TypedDict):
    """The figures of a department."""

    code: Annotated[
        str, Field(description="Departamento (dos cifras) o SIN_DATO", json_schema_extra={"examples": ["15"]})
    ]
    label: Annotated[str, Field(description="Nombre del departamento")]
    persons: Annotated[CellView, Field(description="El total, en la unidad del indicador")]
    values: Annotated[dict[str, CellView], Field(description="Cada medida, en la unidad del indicador")]


class PeriodView(TypedDict):
    """The figures of a year."""

    year: Annotated[int, Field(description="Año de la primera identificación")]
    national: Annotated[NationalView, Field(description="El país")]
    departments: Annotated[
        list[IndicatorDepartmentView],
        Field(description="Cada departamento; vacía si solo se conoce el país"),
    ]


class ExactIndicatorView(IndicatorView):
    """An indicator with its figures as they are now, for who may see them exact."""

    as_of: Annotated[
        str | None,
        Field(description="Cuándo se contó: el día, o el momento si es exacta; nulo si no se contó"),
    ]
    periods: Annotated[list[PeriodView], Field(description="Por año, del más viejo al más nuevo")]
    notes: Annotated[list[str], Field(description="Cómo se leen")]


class ServedIndicatorView(ExactIndicatorView):
    """An indicator with its figures, small numbers and what tells them withheld."""

    smallest: Annotated[int, Field(description="El menor número que se muestra, en la unidad del indicador")]
