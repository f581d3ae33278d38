"""Data quality of the caller's cases: `/quality`."""

from typing import Annotated

from fastapi import Path, Query

from app.access.permissions import Permission
from app.api.answers import Answer, listing
from app.edge.deps import CurrentActor, DbSession, Requires
from app.edge.routing import Branch
from app.services.paging import PAGE
from app.services.quality import queries

router = Branch(prefix="/quality", tags=["quality"])


@router.get("", dependencies=[Requires(Permission.CASES_READ)], summary="Calidad de los datos de mis casos")
def report(session: DbSession, actor: CurrentActor) -> Answer:
    """Each rule with how many of how many cases; a supervisor sees the unit, others the cases they have."""
    return Answer(queries.report(session, actor))


@router.get(
    "/{rule}/cases", dependencies=[Requires(Permission.CASES_READ)], summary="Casos que una regla señala"
)
def cases(
    rule: Annotated[str, Path(title="Regla", max_length=40, examples=["sin-finalidad"])],
    session: DbSession,
    actor: CurrentActor,
    cursor: Annotated[str | None, Query(title="Cursor de la página anterior", max_length=200)] = None,
    limit: Annotated[int, Query(title="Filas por página", ge=1, le=200)] = PAGE,
) -> Answer:
    """Codes of the cases to mend, newest first, with the field to fill; `next` is the next page's cursor."""
    found, following = queries.cases(session, actor, rule, cursor=cursor, limit=limit)
    return listing(**found, next=following)
