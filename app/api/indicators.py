"""Indicators of the national plan: `/indicators`. For roles with the permission; not anonymous data."""

from typing import Annotated

from fastapi import Path, Query

from app.access.permissions import Permission
from app.api.answers import Answer, listing
from app.audit import record
from app.edge.deps import CurrentAct, CurrentRuntime, Requires
from app.edge.routing import Branch
from app.services.figures.catalogue import indicator
from app.services.indicators.service import compute, list_indicators
from app.services.indicators.views import ExactIndicatorView, IndicatorView, ServedIndicatorView
from app.services.views import Listing

router = Branch(prefix="/indicators", tags=["indicators"])


@router.get(
    "", dependencies=[Requires(Permission.INDICATORS_READ)], summary="Catálogo de indicadores calculados"
)
def index(act: CurrentAct) -> Answer[Listing[IndicatorView]]:
    """The indicators with the plan's text, the definition and its thresholds."""
    record(act, "indicators.list")
    return listing(list_indicators())


@router.get(
    "/{code}",
    dependencies=[Requires(Permission.INDICATORS_READ)],
    summary="Un indicador por año y departamento",
)
def detail(
    code: Annotated[str, Path(title="Código del indicador", max_length=10, examples=["3.1.b"])],
    act: CurrentAct,
    runtime: CurrentRuntime,
    year: Annotated[int | None, Query(title="Año de la primera identificación", ge=1990, le=2100)] = None,
) -> Answer[ServedIndicatorView | ExactIndicatorView]:
    """Country and departments, small numbers withheld, for one year or for all; `as_of`: counted when."""
    found = indicator(code)
    record(act, "indicators.read", detail={"indicator": found.code, "year": year or "todos"})
    return Answer(compute(runtime.database, act.actor, [found.code], year)[0])
