"""For supervisors of a unit: `/supervision`."""

import json
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.access.permissions import Permission
from app.api.answers import Answer
from app.edge.deps import CurrentAct, IdempotencyKey, Requires
from app.edge.routing import Branch
from app.services.idempotency import remember, replayed
from app.services.paging import PAGE
from app.services.supervision import attention, numbers, reassigning
from app.services.supervision.views import ReassignmentView, ReviewDueView, UnitFiguresView
from app.services.views import Listing

router = Branch(prefix="/supervision", tags=["supervision"])

Username = Annotated[str, Field(max_length=80)]


class HandoverIn(BaseModel):
    """Whose cases go to whom."""

    model_config = ConfigDict(extra="forbid", title="Reasignación de casos")

    from_username: Annotated[Username, Field(title="Quién los deja")]
    to_username: Annotated[Username | None, Field(title="Quién los toma")] = None
    spread: Annotated[bool, Field(title="Repartirlos entre colegas de la misma función")] = False
    cases: Annotated[
        list[Annotated[str, Field(max_length=40)]] | None,
        Field(title="Solo estos casos; sin la lista, todos", min_length=1, max_length=1000),
    ] = None
    reason: Annotated[str, Field(title="Motivo (código)", max_length=60, examples=["SALIDA"])]

    @model_validator(mode="after")
    def _one_way(self) -> "HandoverIn":
        if (self.to_username is None) is not self.spread:
            raise ValueError("Indique quién los toma (to_username) o repártalos (spread), no ambos.")
        return self


@router.post(
    "/reassignments",
    dependencies=[Requires(Permission.ASSIGNMENTS_WRITE)],
    summary="Reasignar los casos de una persona de la unidad",
)
def reassign(body: HandoverIn, act: CurrentAct, key: IdempotencyKey) -> Answer[ReassignmentView]:
    """All at once or none; nobody is left without someone in charge. Only for supervisors of the unit."""
    payload = body.model_dump(mode="json")
    first = replayed(act, key, reassigning.ACTION, payload)
    if first is not None:
        return Answer(json.loads(first))
    wanted = reassigning.Handover(body.from_username, body.to_username, body.cases, body.reason)
    done = reassigning.reassign(act, wanted)
    remember(act, key, reassigning.ACTION, payload, json.dumps(done))
    return Answer(done)


@router.get(
    "/reviews", dependencies=[Requires(Permission.CASES_READ)], summary="Lo que la unidad debe revisar"
)
def reviews(
    act: CurrentAct,
    kind: Annotated[str | None, Query(title="Clase", max_length=60)] = None,
    cursor: Annotated[str | None, Query(title="Cursor de la página anterior", max_length=200)] = None,
    limit: Annotated[int, Query(title="Filas por página", ge=1, le=200)] = PAGE,
) -> Answer[Listing[ReviewDueView]]:
    """Plans, deadlines, cases, referrals and requests of the unit, most urgent first; `next`: the cursor."""
    return Answer(attention.reviews(act, kind=kind, cursor=cursor, limit=limit))


@router.get("/figures", dependencies=[Requires(Permission.CASES_READ)], summary="Cifras de la unidad")
def figures(act: CurrentAct) -> Answer[UnitFiguresView]:
    """How the unit stands; each number names what it counts (personas, casos, actividades ...)."""
    return Answer(numbers.figures(act))
