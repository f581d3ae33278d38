"""Referrals: `/referrals`."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from app.access.permissions import Permission
from app.api.answers import Answer, located, tagged
from app.api.schemas import Code
from app.edge.deps import (
    CurrentAct,
    IdempotencyKey,
    Requires,
    etag,
)
from app.edge.preconditions import VersionIfSent
from app.edge.routing import Branch
from app.records.kinds import Text
from app.services.consents.rules import LEGAL_BASES
from app.services.directory.receivers import options
from app.services.directory.views import ReceiversView
from app.services.idempotency import once
from app.services.paging import PAGE
from app.services.referrals import queries, sending, service
from app.services.referrals.views import ReferralListedView, ReferralMovedView, ReferralView
from app.services.views import Coded, Listing

router = Branch(prefix="/referrals", tags=["referrals"])

CodeWord = Annotated[str, Field(min_length=1, max_length=60, pattern="^[A-Za-z0-9_]+$")]


class ReferralIn(BaseModel):
    """A request to another unit."""

    model_config = ConfigDict(extra="forbid", title="Derivación")

    case: Annotated[str, Field(title="Código del caso", max_length=40)]
    to_unit: Annotated[str, Field(title="Unidad que recibe", min_length=1, max_length=80)]
    service_type: Annotated[CodeWord, Field(title="Servicio que se pide")]
    legal_basis: Annotated[CodeWord, Field(title="Base legal para compartir", examples=list(LEGAL_BASES))]
    reason: Annotated[CodeWord | None, Field(title="Motivo (código)")] = None
    urgent: Annotated[bool, Field(title="Urgente")] = False
    due_at: Annotated[datetime | None, Field(title="Plazo de respuesta")] = None
    compartments: Annotated[
        list[Annotated[str, Field(max_length=40)]] | None,
        Field(title="Compartimentos que se comparten; si falta, el mínimo de quien recibe", max_length=12),
    ] = None
    message: Annotated[Text | None, Field(title="Mensaje; se guarda cifrado")] = None
    consent: Annotated[
        str | None, Field(title="Consentimiento en que se apoya (código CN)", max_length=40)
    ] = None
    replaces: Annotated[
        str | None,
        Field(title="Derivación anterior que esta reemplaza (vencida, rechazada o retirada)", max_length=40),
    ] = None


class AnswerIn(BaseModel):
    """The receiver's answer."""

    model_config = ConfigDict(extra="forbid", title="Respuesta a una derivación")

    decision: Annotated[
        Literal["accept", "accept_with_conditions", "refuse"],
        Field(title="Decisión"),
    ]
    conditions: Annotated[Text | None, Field(title="Condiciones; se guardan cifradas")] = None
    reason: Annotated[CodeWord | None, Field(title="Motivo del rechazo (código)")] = None


class ReferralMoveIn(BaseModel):
    """A step after the answer: the sender confirms conditions or withdraws, the receiver does the rest."""

    model_config = ConfigDict(extra="forbid", title="Paso de una derivación")

    action: Annotated[Literal["confirm", "start", "conclude", "interrupt", "withdraw"], Field(title="Paso")]
    result: Annotated[CodeWord | None, Field(title="Resultado, al concluir (código)")] = None
    reason: Annotated[CodeWord | None, Field(title="Motivo, al interrumpir (código)")] = None


@router.post(
    "",
    status_code=201,
    dependencies=[Requires(Permission.REFERRALS_SEND)],
    summary="Derivar",
    responses=located(),
)
def send(body: ReferralIn, act: CurrentAct, key: IdempotencyKey) -> Answer[Coded]:
    """Sends a referral; the receiver sees its codes, and the person only after accepting."""
    payload = body.model_dump(mode="json")
    wanted = sending.Wanted(
        to_unit=body.to_unit,
        service_type=body.service_type,
        legal_basis=body.legal_basis,
        reason=body.reason,
        urgent=body.urgent,
        due_at=body.due_at,
        compartments=None if body.compartments is None else tuple(body.compartments),
        message=body.message,
        consent=body.consent,
        replaces=body.replaces,
    )
    code = once(act, key, "referrals.send", payload, lambda: sending.send(act, body.case, wanted))
    return Answer({"code": code}, status_code=201, headers={"Location": f"/api/v1/referrals/{code}"})


@router.get("", dependencies=[Requires(Permission.REFERRALS_READ)], summary="Bandejas de derivaciones")
def boxes(
    act: CurrentAct,
    box: Annotated[Literal["entrada", "salida"], Query(title="Bandeja")] = "entrada",
    state: Annotated[str | None, Query(title="Estado", max_length=60)] = None,
    cursor: Annotated[str | None, Query(title="Cursor de la página anterior", max_length=200)] = None,
    limit: Annotated[int, Query(title="Filas por página", ge=1, le=200)] = PAGE,
) -> Answer[Listing[ReferralListedView]]:
    """The unit's inbox or outbox, newest first; `next` is the cursor of the next page."""
    return Answer(queries.boxes(act, box, state=state, cursor=cursor, limit=limit))


@router.get("/options", dependencies=[Requires(Permission.REFERRALS_SEND)], summary="A qué unidades derivar")
def receivers(
    act: CurrentAct,
    case: Annotated[str, Query(title="Código del caso", max_length=40)],
    service_type: Annotated[str, Query(title="Servicio que se pide", max_length=60)],
    department: Annotated[str | None, Query(title="Departamento (INEI, dos cifras)", max_length=2)] = None,
) -> Answer[ReceiversView]:
    """Active services of the directory for who she is; those of the department first."""
    return Answer(options(act, case, service_type, department))


@router.get(
    "/{code}",
    dependencies=[Requires(Permission.REFERRALS_READ)],
    summary="Leer una derivación",
    responses=tagged(),
)
def detail(code: Code, act: CurrentAct) -> Answer[ReferralView]:
    """Its codes; person, case and texts only to who takes part in the case."""
    found = queries.read(act, code)
    return Answer(found, headers=etag(found["version"]))


@router.post(
    "/{code}/answer",
    dependencies=[Requires(Permission.REFERRALS_ANSWER)],
    summary="Responder una derivación",
    responses=tagged(),
)
def answer(code: Code, body: AnswerIn, act: CurrentAct, version: VersionIfSent) -> Answer[ReferralMovedView]:
    """Accepts (and so takes part in the case) or refuses. `If-Match` is honoured when sent."""
    step = service.Step(service.DECISIONS[body.decision], reason=body.reason, conditions=body.conditions)
    done = service.answer(act, code, step, version=version)
    return Answer(done, headers=etag(done["version"]))


@router.post(
    "/{code}/transitions",
    dependencies=[Requires(Permission.REFERRALS_READ)],
    summary="Avanzar o terminar una derivación",
    responses=tagged(),
)
def transition(
    code: Code, body: ReferralMoveIn, act: CurrentAct, version: VersionIfSent
) -> Answer[ReferralMovedView]:
    """Confirms, starts, concludes, interrupts or withdraws it. `If-Match` is honoured when sent."""
    step = service.Step(service.ACTIONS[body.action], reason=body.reason, result=body.result)
    done = service.advance(act, code, step, version=version)
    return Answer(done, headers=etag(done["version"]))
