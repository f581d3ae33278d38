"""Individual reintegration plans (PRI): `/plans`."""

import base64
from datetime import date
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from app.access.permissions import Permission
from app.api.answers import Answer, listing, located, tagged
from app.api.schemas import Code
from app.edge.deps import CurrentActor, DbSession, ExpectedVersion, IdempotencyKey, Requires, etag
from app.edge.routing import Branch
from app.errors import FieldError, Invalid
from app.records.kinds import Line, Text
from app.records.rows import plans as rows
from app.services.idempotency import remember, replayed
from app.services.paging import PAGE
from app.services.plans import (
    cms,
    handing,
    header,
    moving,
    objectives,
    progress,
    queries,
    rules,
    service,
    signing,
)
from app.services.plans.closing import Closing, Move

router = Branch(prefix="/plans", tags=["plans"])

Coded = Annotated[str, Field(min_length=1, max_length=60, pattern="^[A-Za-z0-9_]+$")]


class PlanPatch(rows.PlanHeader):
    """Fields of the header to change; null removes one. Texts written before are kept."""

    place_of_execution: Annotated[
        Coded | None, Field(title="Lugar de ejecución", examples=["LUGAR_DE_ORIGEN"])
    ] = None
    execution_country: Annotated[Coded | None, Field(title="País de ejecución (código)")] = None
    feasibility: Annotated[Coded | None, Field(title="Retorno viable y seguro (SI, NO, NO_SABE)")] = None
    language: Annotated[Coded | None, Field(title="Lengua (código)")] = None
    interpreter: Annotated[Coded | None, Field(title="Intérprete (SI, NO, NO_SABE)")] = None


class PlanIn(PlanPatch):
    """The header of a new plan."""

    case: Annotated[str, Field(title="Código del caso", max_length=40)]


class ObjectiveIn(rows.Objective):
    """What the person wants, and the goal agreed."""

    model_config = ConfigDict(json_schema_extra={"required": ["domain", "wish", "goal"]})


class ActivityIn(rows.Activity):
    """Which unit does what by when."""

    model_config = ConfigDict(json_schema_extra={"required": ["unit", "due_on", "description"]})


class StepIn(BaseModel):
    """A step of an objective, a note on it, or both."""

    model_config = ConfigDict(extra="forbid", title="Avance de un objetivo")

    state: Annotated[Coded | None, Field(title="Estado", examples=list(rules.OBJECTIVE_STATES))] = None
    note: Annotated[Text | None, Field(title="Nota; se guarda cifrada")] = None


class ProgressIn(BaseModel):
    """A step of an activity, another day by which it is due, a note on it, or several of them."""

    model_config = ConfigDict(extra="forbid", title="Avance de una actividad")

    state: Annotated[Coded | None, Field(title="Estado", examples=list(rules.ACTIVITY_STATES))] = None
    due_on: Annotated[date | None, Field(title="Nuevo plazo; la nota dice por qué")] = None
    note: Annotated[Text | None, Field(title="Nota; se guarda cifrada")] = None


class SignatureIn(rows.Signature):
    """One signature on the plan as it is now."""

    signer: Annotated[Coded, Field(title="Quién firma", examples=list(rules.SIGNERS))]
    manner: Annotated[Coded, Field(title="Cómo firma", examples=list(rules.MANNERS))]
    gaps_acknowledged: Annotated[
        dict[Coded, Line] | None,
        Field(title="Por qué un dominio en riesgo no tiene objetivo, por dominio", max_length=13),
    ] = None
    digital: Annotated[
        str | None,
        Field(
            title="Firma digital separada (CMS en DER, base64) del texto de la versión",
            max_length=4 * cms.LONGEST // 3 + 4,
            pattern="^[A-Za-z0-9+/]+={0,2}$",
        ),
    ] = None


class ClosingIn(BaseModel):
    """What is agreed when the plan closes; stored sealed."""

    model_config = ConfigDict(extra="forbid", title="Cierre del plan")

    achievement: Annotated[
        dict[Coded, Coded] | None, Field(title="Logro por dominio (códigos)", max_length=13)
    ] = None
    residual_risk: Annotated[Coded | None, Field(title="Riesgo residual (código)")] = None
    follow_up: Annotated[Text | None, Field(title="Seguimiento pactado")] = None


class PlanMoveIn(BaseModel):
    """A move of the plan's state machine."""

    model_config = ConfigDict(extra="forbid", title="Cambio de estado del plan")

    to: Annotated[Coded, Field(title="Estado al que pasa", examples=list(rules.STATES))]
    reason: Annotated[Coded | None, Field(title="Motivo de la suspensión (código)")] = None
    outcome: Annotated[Coded | None, Field(title="Resultado, al cerrar (código)")] = None
    closing: Annotated[ClosingIn | None, Field(title="Cierre")] = None


class ResponsibilityIn(BaseModel):
    """Which unit answers for the plan from now on, and why."""

    model_config = ConfigDict(extra="forbid", title="Unidad responsable del plan")

    unit: Annotated[str, Field(title="Código de la unidad, que participa en el caso", max_length=60)]
    reason: Annotated[Coded, Field(title="Motivo (código)", examples=["TRASLADO"])]


@router.post(
    "",
    status_code=201,
    dependencies=[Requires(Permission.PLANS_WRITE)],
    summary="Elaborar un plan",
    responses=located(),
)
def draft(body: PlanIn, session: DbSession, actor: CurrentActor, key: IdempotencyKey) -> Answer:
    """Drafts a plan; the caller's unit becomes responsible for it."""
    payload = body.model_dump(mode="json")
    code = replayed(session, actor, key, "plans.draft", payload)
    if code is None:
        code = service.draft(session, actor, body.case, header.header(body.model_dump(exclude={"case"})))
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
    return listing(items, following)


@router.get(
    "/{code}", dependencies=[Requires(Permission.PLANS_READ)], summary="Leer un plan", responses=tagged()
)
def detail(code: Code, session: DbSession, actor: CurrentActor) -> Answer:
    """The whole plan, or for who reads it in part its state and the own unit's activities."""
    found = queries.read(session, actor, code)
    return Answer(found, headers=etag(found["version"]))


@router.patch(
    "/{code}",
    dependencies=[Requires(Permission.PLANS_WRITE)],
    summary="Corregir la cabecera",
    responses=tagged(),
)
def edit_header(
    code: Code, body: PlanPatch, session: DbSession, actor: CurrentActor, version: ExpectedVersion
) -> Answer:
    """Changes the header of a plan that is drafted, consulted or reviewed."""
    patch = body.model_dump(include=body.model_fields_set)
    done = header.edit(session, actor, code, version, patch)
    return Answer(done, headers=etag(done["version"]))


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
        new = service.add_objective(session, actor, code, body)
        remember(session, actor, key, "plans.objective", payload, new)
    return Answer({"code": new}, status_code=201)


@router.patch(
    "/{code}/objectives/{objective}",
    dependencies=[Requires(Permission.PLANS_WRITE)],
    summary="Avanzar un objetivo",
    responses=tagged(),
)
def advance_objective(
    code: Code,
    objective: Code,
    body: StepIn,
    session: DbSession,
    actor: CurrentActor,
    version: ExpectedVersion,
) -> Answer:
    """Moves an objective, or only adds a note; a refusal says what is missing and what is possible."""
    step = progress.Step(body.state, body.note)
    done = objectives.move(session, actor, code, objective, version, step)
    return Answer(done, headers=etag(done["version"]))


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
        new = service.add_activity(session, actor, code, objective, body)
        remember(session, actor, key, "plans.activity", payload, new)
    return Answer({"code": new}, status_code=201)


@router.patch(
    "/{code}/activities/{activity}",
    dependencies=[Requires(Permission.PLANS_PROGRESS)],
    summary="Avanzar una actividad",
    responses=tagged(),
)
def advance_activity(
    code: Code,
    activity: Code,
    body: ProgressIn,
    session: DbSession,
    actor: CurrentActor,
    version: ExpectedVersion,
) -> Answer:
    """Moves an activity or its due day, cancels it, or only adds a note; earlier notes stay."""
    step = progress.Step(body.state, body.note, body.due_on)
    done = progress.progress(session, actor, code, activity, version, step)
    return Answer(done, headers=etag(done["version"]))


@router.post(
    "/{code}/signatures",
    status_code=201,
    dependencies=[Requires(Permission.PLANS_WRITE)],
    summary="Firmar el plan",
    responses=tagged(201),
)
def sign(code: Code, body: SignatureIn, session: DbSession, actor: CurrentActor) -> Answer:
    """Records a signature; the last one needed makes the plan `SUSCRITO`. Signing twice is a 409."""
    try:
        digital = base64.b64decode(body.digital, validate=True) if body.digital else None
    except ValueError:
        message = "La firma digital no está en base64: revísela y envíela de nuevo."
        errors: list[FieldError] = [{"field": "digital", "code": "not-base64", "message": message}]
        raise Invalid(message, errors=errors) from None
    wanted = signing.Given(body.signer, body.manner, body, body.gaps_acknowledged or {}, digital)
    done = signing.sign(session, actor, code, wanted)
    return Answer(done, status_code=201, headers=etag(done["version"]))


@router.post(
    "/{code}/transitions",
    dependencies=[Requires(Permission.PLANS_WRITE)],
    summary="Cambiar el estado de un plan",
    responses=tagged(),
)
def transition(
    code: Code, body: PlanMoveIn, session: DbSession, actor: CurrentActor, version: ExpectedVersion
) -> Answer:
    """Moves the plan; a refusal says what is missing and which states are possible."""
    closing = Closing(**body.closing.model_dump()) if body.closing else None
    wanted = Move(body.to, body.reason, body.outcome, closing)
    done = moving.move(session, actor, code, version, wanted)
    return Answer(done, headers=etag(done["version"]))


@router.post(
    "/{code}/responsibility",
    dependencies=[Requires(Permission.PLANS_HAND_OVER)],
    summary="Disponer qué unidad responde del plan",
    responses=tagged(),
)
def hand_over(
    code: Code, body: ResponsibilityIn, session: DbSession, actor: CurrentActor, version: ExpectedVersion
) -> Answer:
    """The UPE for a child, the UDAVIT for an adult. What is still to be done goes along."""
    done = handing.order(session, actor, code, version, body.unit, body.reason)
    return Answer(done, headers=etag(done["version"]))
