"""Individual reintegration plans (PRI): `/plans`."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from app.access.permissions import Permission
from app.api.answers import Answer
from app.api.deps import CurrentActor, DbSession, ExpectedVersion, IdempotencyKey, Requires, etag
from app.api.schemas import Code
from app.records.kinds import Line, Text
from app.services.idempotency import remember, replayed
from app.services.paging import PAGE
from app.services.plans import progress, queries, rules, service, signing

router = APIRouter(prefix="/plans", tags=["planes"])

Coded = Annotated[str, Field(min_length=1, max_length=60, pattern="^[A-Za-z0-9_]+$")]


class PlanIn(BaseModel):
    """The header of a new plan."""

    model_config = ConfigDict(extra="forbid", title="Plan de reintegración individual")

    case: Annotated[str, Field(title="Código del caso", max_length=40)]
    place_of_execution: Annotated[Coded, Field(title="Lugar de ejecución", examples=["LUGAR_DE_ORIGEN"])]
    language: Annotated[str | None, Field(title="Lengua (código)", max_length=60)] = None
    interpreter: Annotated[Coded | None, Field(title="Intérprete (SI, NO, NO_SABE)")] = None
    pti_resolution: Annotated[bool, Field(title="Cuenta con la resolución de la UPE (PTI)")] = False
    summary: Annotated[Text | None, Field(title="Resumen; se guarda cifrado")] = None


class ObjectiveIn(BaseModel):
    """What the person wants, and the goal agreed."""

    model_config = ConfigDict(extra="forbid", title="Objetivo")

    domain: Annotated[Coded, Field(title="Dominio")]
    wish: Annotated[Text, Field(title="Qué quiere la persona, en sus palabras; se guarda cifrado")]
    goal: Annotated[Text, Field(title="Meta; se guarda cifrada")]


class ActivityIn(BaseModel):
    """Which unit does what by when."""

    model_config = ConfigDict(extra="forbid", title="Actividad")

    unit: Annotated[str, Field(title="Unidad responsable", min_length=1, max_length=80)]
    due_on: Annotated[date, Field(title="Plazo")]
    description: Annotated[Text, Field(title="Actividad; se guarda cifrada")]
    indicator: Annotated[Line | None, Field(title="Indicador; se guarda cifrado")] = None
    person_in_charge: Annotated[Line | None, Field(title="Persona responsable; se guarda cifrada")] = None
    frequency: Annotated[Line | None, Field(title="Frecuencia; se guarda cifrada")] = None


class ProgressIn(BaseModel):
    """A step of an activity, a note on it, or both."""

    model_config = ConfigDict(extra="forbid", title="Avance de una actividad")

    state: Annotated[Coded | None, Field(title="Estado", examples=list(rules.ACTIVITY_STATES))] = None
    note: Annotated[Text | None, Field(title="Nota; se guarda cifrada")] = None


class SignatureIn(BaseModel):
    """One signature on the plan as it is now."""

    model_config = ConfigDict(extra="forbid", title="Firma del plan")

    signer: Annotated[Coded, Field(title="Quién firma", examples=list(rules.SIGNERS))]
    manner: Annotated[Coded, Field(title="Cómo firma", examples=list(rules.MANNERS))]


class ClosingIn(BaseModel):
    """What is agreed when the plan closes; stored sealed."""

    model_config = ConfigDict(extra="forbid", title="Cierre del plan")

    achievement: Annotated[dict[Coded, Line] | None, Field(title="Logro por dominio", max_length=13)] = None
    residual_risk: Annotated[Coded | None, Field(title="Riesgo residual (código)")] = None
    follow_up: Annotated[Text | None, Field(title="Seguimiento pactado")] = None


class PlanMoveIn(BaseModel):
    """A move of the plan's state machine."""

    model_config = ConfigDict(extra="forbid", title="Cambio de estado del plan")

    to: Annotated[Coded, Field(title="Estado al que pasa", examples=list(rules.STATES))]
    reason: Annotated[Coded | None, Field(title="Motivo de la suspensión (código)")] = None
    outcome: Annotated[Coded | None, Field(title="Resultado, al cerrar (código)")] = None
    closing: Annotated[ClosingIn | None, Field(title="Cierre")] = None


@router.post("", status_code=201, dependencies=[Requires(Permission.PLANS_WRITE)], summary="Elaborar un plan")
def draft(body: PlanIn, session: DbSession, actor: CurrentActor, key: IdempotencyKey) -> Answer:
    """Drafts a plan; the caller's unit becomes responsible for it."""
    payload = body.model_dump(mode="json")
    code = replayed(session, actor, key, "plans.draft", payload)
    if code is None:
        wanted = service.Draft(
            body.place_of_execution, body.language, body.interpreter, body.pti_resolution, body.summary
        )
        code = service.draft(session, actor, body.case, wanted)
        remember(session, actor, key, "plans.draft", payload, code)
    return Answer({"code": code}, status_code=201, headers={"Location": f"/api/v1/plans/{code}"})


@router.get("", dependencies=[Requires(Permission.PLANS_READ)], summary="Planes en mi ámbito")
def work_list(
    session: DbSession,
    actor: CurrentActor,
    state: Annotated[str | None, Query(title="Estado", max_length=60)] = None,
    cursor: Annotated[str | None, Query(title="Cursor de la página anterior", max_length=200)] = None,
    limit: Annotated[int, Query(title="Filas por página", ge=1, le=200)] = PAGE,
) -> Answer:
    """Plans in scope with what the caller's unit has to do; `next` is the cursor of the next page."""
    items, following = queries.work_list(session, actor, state=state, cursor=cursor, limit=limit)
    return Answer({"items": items, "next": following})


@router.get("/{code}", dependencies=[Requires(Permission.PLANS_READ)], summary="Leer un plan")
def detail(code: Code, session: DbSession, actor: CurrentActor) -> Answer:
    """The whole plan, or for who reads it in part its state and the own unit's activities."""
    found = queries.read(session, actor, code)
    return Answer(found, headers=etag(found["version"]))


@router.post(
    "/{code}/objectives",
    status_code=201,
    dependencies=[Requires(Permission.PLANS_WRITE)],
    summary="Agregar un objetivo",
)
def add_objective(
    code: Code, body: ObjectiveIn, session: DbSession, actor: CurrentActor, key: IdempotencyKey
) -> Answer:
    """Adds an objective to a plan that is drafted, consulted or reviewed."""
    payload = {"plan": code, **body.model_dump(mode="json")}
    new = replayed(session, actor, key, "plans.objective", payload)
    if new is None:
        wanted = service.Objective(body.domain, body.wish, body.goal)
        new = service.add_objective(session, actor, code, wanted)
        remember(session, actor, key, "plans.objective", payload, new)
    return Answer({"code": new}, status_code=201)


@router.post(
    "/{code}/objectives/{objective}/activities",
    status_code=201,
    dependencies=[Requires(Permission.PLANS_WRITE)],
    summary="Agregar una actividad",
)
def add_activity(
    code: Code,
    objective: Code,
    body: ActivityIn,
    session: DbSession,
    actor: CurrentActor,
    key: IdempotencyKey,
) -> Answer:
    """Adds an activity of some unit to an objective."""
    payload = {"plan": code, "objective": objective, **body.model_dump(mode="json")}
    new = replayed(session, actor, key, "plans.activity", payload)
    if new is None:
        wanted = service.Activity(**body.model_dump())
        new = service.add_activity(session, actor, code, objective, wanted)
        remember(session, actor, key, "plans.activity", payload, new)
    return Answer({"code": new}, status_code=201)


@router.patch(
    "/{code}/activities/{activity}",
    dependencies=[Requires(Permission.PLANS_PROGRESS)],
    summary="Avanzar una actividad",
)
def advance_activity(
    code: Code,
    activity: Code,
    body: ProgressIn,
    session: DbSession,
    actor: CurrentActor,
    version: ExpectedVersion,
) -> Answer:
    """Moves an activity, or only adds a note; earlier notes stay."""
    step = progress.Step(body.state, body.note)
    done = progress.progress(session, actor, code, activity, version, step)
    return Answer(done, headers=etag(done["version"]))


@router.post(
    "/{code}/signatures",
    status_code=201,
    dependencies=[Requires(Permission.PLANS_WRITE)],
    summary="Firmar el plan",
)
def sign(code: Code, body: SignatureIn, session: DbSession, actor: CurrentActor) -> Answer:
    """Records a signature; the last one needed makes the plan `SUSCRITO`. Signing twice is a 409."""
    done = signing.sign(session, actor, code, body.signer, body.manner)
    return Answer(done, status_code=201, headers=etag(done["version"]))


@router.post(
    "/{code}/transitions",
    dependencies=[Requires(Permission.PLANS_WRITE)],
    summary="Cambiar el estado de un plan",
)
def transition(
    code: Code, body: PlanMoveIn, session: DbSession, actor: CurrentActor, version: ExpectedVersion
) -> Answer:
    """Moves the plan; a refusal says what is missing and which states are possible."""
    closing = signing.Closing(**body.closing.model_dump()) if body.closing else None
    wanted = signing.Move(body.to, body.reason, body.outcome, closing)
    done = signing.move(session, actor, code, version, wanted)
    return Answer(done, headers=etag(done["version"]))
