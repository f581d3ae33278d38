"""Deadlines: `/clocks`."""

from typing import Annotated

from fastapi import Query

from app.access.permissions import Permission
from app.api.answers import Answer, listing
from app.edge.deps import CurrentAct, CurrentActor, Requires
from app.edge.routing import Branch
from app.services.clocks import queries
from app.services.clocks.catalogue import kinds
from app.services.clocks.views import ClockKindView, ClockView
from app.services.paging import PAGE
from app.services.views import Listing
from app.states import ClockState

router = Branch(prefix="/clocks", tags=["clocks"])


@router.get("", dependencies=[Requires(Permission.CASES_READ)], summary="Plazos de mi unidad")
def index(
    act: CurrentAct,
    state: Annotated[str | None, Query(title="Estado", max_length=60, examples=[ClockState.OVERDUE])] = None,
    kind: Annotated[str | None, Query(title="Clase de plazo", max_length=60)] = None,
    cursor: Annotated[str | None, Query(title="Cursor de la página anterior", max_length=300)] = None,
    limit: Annotated[int, Query(title="Filas por página", ge=1, le=200)] = PAGE,
) -> Answer[Listing[ClockView]]:
    """Running and overdue, the first due first, each with its legal basis and whether that is verified."""
    return Answer(queries.work_list(act, state=state, kind=kind, cursor=cursor, limit=limit))


@router.get("/catalogue", dependencies=[Requires(Permission.CASES_READ)], summary="Clases de plazo")
def catalogue(actor: CurrentActor) -> Answer[Listing[ClockKindView]]:  # noqa: ARG001 - the guard asks
    """Every kind of clock: value, unit, legal basis, and whether counsel has verified it."""
    return listing([kind.shown() for kind in kinds().values()])
