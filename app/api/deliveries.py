"""Service deliveries of a case: `/cases/{code}/services`."""

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from app.access.permissions import Permission
from app.api.answers import Answer, tagged
from app.api.schemas import Code
from app.edge.deps import CurrentAct, IdempotencyKey, Requires, etag
from app.edge.preconditions import ExpectedVersion
from app.edge.routing import Branch
from app.records.rows.directory import Delivery
from app.services.deliveries import queries, service
from app.services.deliveries.views import DeliveryView, VoidedView
from app.services.idempotency import once
from app.services.paging import PAGE
from app.services.views import Coded, Listing

router = Branch(prefix="/cases/{code}/services", tags=["deliveries"])


class DeliveryIn(Delivery):
    """A service given, or not, and what it answers to."""

    model_config = ConfigDict(title="Prestación de un servicio")

    referral: Annotated[str | None, Field(title="Derivación a la que responde (código)", max_length=40)] = (
        None
    )
    activity: Annotated[
        str | None, Field(title="Actividad del plan a la que pertenece (código)", max_length=40)
    ] = None


class VoidIn(BaseModel):
    """Why a delivery does not count."""

    model_config = ConfigDict(extra="forbid", title="Anulación de una prestación")

    reason: Annotated[str, Field(title="Motivo (código)", min_length=1, max_length=60)]


@router.post(
    "", status_code=201, dependencies=[Requires(Permission.VICTIMS_WRITE)], summary="Registrar una prestación"
)
def deliver(code: Code, body: DeliveryIn, act: CurrentAct, key: IdempotencyKey) -> Answer[Coded]:
    """Records a service the caller's unit gave, or that she did not come; the note is stored sealed."""
    payload = {"case": code, **body.model_dump(mode="json")}
    wanted = Delivery(**body.model_dump(exclude={"referral", "activity"}))
    new = once(
        act,
        key,
        "deliveries.record",
        payload,
        lambda: service.deliver(act, code, wanted, referral=body.referral, activity=body.activity),
    )
    return Answer({"code": new}, status_code=201)


@router.get("", dependencies=[Requires(Permission.CASES_READ)], summary="Prestaciones de un caso")
def of_case(
    code: Code,
    act: CurrentAct,
    cursor: Annotated[str | None, Query(title="Cursor de la página anterior", max_length=200)] = None,
    limit: Annotated[int, Query(title="Filas por página", ge=1, le=200)] = PAGE,
) -> Answer[Listing[DeliveryView]]:
    """Those of every unit, or of the own unit for who reads the services in part."""
    return Answer(queries.of_case(act, code, cursor=cursor, limit=limit))


@router.post(
    "/{delivery}/void",
    dependencies=[Requires(Permission.VICTIMS_WRITE)],
    summary="Anular una prestación registrada por error",
    responses=tagged(),
)
def void(
    code: Code,
    delivery: Code,
    body: VoidIn,
    act: CurrentAct,
    version: ExpectedVersion,
) -> Answer[VoidedView]:
    """The delivery stays readable as voided; write it anew if it was given after all."""
    done = service.void(act, code, delivery, version, body.reason)
    return Answer(done, headers=etag(done["version"]))
