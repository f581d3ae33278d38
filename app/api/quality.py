"""Data quality of the caller's cases: `/quality`."""

from typing import Annotated

from fastapi import Path, Query

from app.access.permissions import Permission
from app.api.answers import Answer
from app.edge.deps import CurrentAct, Requires
from app.edge.routing import Branch
from app.services.paging import PAGE
from app.services.quality import queries
from app.services.quality.views import QualityCasesView, QualityView

router = Branch(prefix="/quality", tags=["quality"])


@router.get("", dependencies=[Requires(Permission.CASES_READ)], summary="Calidad de los datos de mis casos")
def report(act: CurrentAct) -> Answer[QualityView]:
    """Each rule with how many of how many cases; a supervisor sees the unit, others the cases they have."""
    return Answer(queries.report(act))


@router.get(
    "/{rule}/cases", dependencies=[Requires(Permission.CASES_READ)], summary="Casos que una regla señala"
)
def cases(
    rule: Annotated[str, Path(title="Regla", max_length=40, examples=["sin-finalidad"])],
    act: CurrentAct,
    cursor: Annotated[str | None, Query(title="Cursor de la página anterior", max_length=200)] = None,
    limit: Annotated[int, Query(title="Filas por página", ge=1, le=200)] = PAGE,
) -> Answer[QualityCasesView]:
    """Codes of the cases to mend, newest first, with the field to fill; `next` is the next page's cursor."""
    return Answer(queries.cases(act, rule, cursor=cursor, limit=limit))
