"""Individual reintegration plans (PRI): `/plans`."""

import base64
from datetime import date
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from app.access.permissions import Permission
from app.api.answers import Answer, located, tagged
from app.api.schemas import Code
from app.edge.deps import CurrentAct, IdempotencyKey, Requires, etag
from app.edge.preconditions import ExpectedVersion, VersionIfSent
from app.edge.routing import Branch
from app.errors import refusal
from app.records.kinds import Line, Text
from app.records.rows import plans as rows
from app.services.idempotency import once
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
from app.services.plans.views import (
    ActivityMovedView,
    ObjectiveMovedView,
    PlanMovedView,
    PlanSignedView,
    PlanSummaryView,
    PlanWrittenView,
    ReadPlan,
)
from app.services.views import Coded, Listing

router = Branch(prefix="/plans", tags=["plans"])

ListCode = Annotated[str, Field(min_length=1, max_length=60, pattern="^[A-Za-z0-9_]+$")]


class PlanPatch(rows.PlanHeader):
    """Fields of the header to change; null removes one. Texts written before are kept."""

    place_of_execution: Annotated[
        ListCode | None, Field(title="Lugar de ejecución", examples=["LUGAR_DE_ORIGEN"])
    ] = None
    execution_country: Annotated[ListCode | None, Field(title="País de ejecución (código)")] = None
    feasibility: Annotated[ListCode | None, Field(title="Retorno viable y seguro (SI, NO, NO_SABE)")] = None
    language: Annotated[ListCode | None, Field(title="Lengua (código)")] = None
    interpreter: Annotated[ListCode | None, Field(title="Intérprete (SI, NO, NO_SABE)")] = None


class PlanIn(PlanPatch):
    """The header of a new plan."""

    case: Annotated[str, Field(title="Código del caso", max_length=40)]


class ObjectiveIn(rows.Objective):
    """What the person wants, and the goal agreed."""

    model_config = ConfigDict(json_schema_extra={"required": ["domain", "wish", "goal"]})


class ActivityIn(rows.Activity):
    """Which unit does what by when."""

    model_config = ConfigDict(json_schema_extra={"required": ["unit", "due_on", "description"]})


class PlanStepIn(BaseModel):
    """A step of an objective, a note on it, or both."""

    model_config = ConfigDict(extra="forbid", title="Avance de un objetivo")

    state: Annotated[ListCode | None, Field(title="Estado", examples=list(rules.OBJECTIVE_STATES))] = None
    note: Annotated[Text | None, Field(title="Nota; se guarda cifrada")] = None


class ProgressIn(BaseModel):
    """A step of an activity, another day by which it is due, a note on it, or several of them."""

    model_config = ConfigDict(extra="forbid", title="Avance de una actividad")

    state: Annotated[ListCode | None, Field(title="Estado", examples=list(rules.ACTIVITY_STATES))] = None
    due_on: Annotated[date | None, Field(title="Nuevo plazo; la nota dice por qué")] = None
    note: Annotated[Text | None, Field(title="Nota; se guarda cifrada")] = None


class SignatureIn(rows.Signature):
    """One signature on the plan as it is now."""

    signer: Annotated[ListCode, Field(title="Quién firma", examples=list(rules.SIGNERS))]
    manner: Annotated[ListCode, Field(title="Cómo firma", examples=list(rules.MANNERS))]
    gaps_acknowledged: Annotated[
        dict[ListCode, Line] | None,
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
        dict[ListCode, ListCode] | None, Field(title="Logro por dominio (códigos)", max_length=13)
    ] = None
    residual_risk: Annotated[ListCode | None, Field(title="Riesgo residual (código)")] = None
    follow_up: Annotated[Text | None, Field(title="Seguimiento pactado")] = None


class PlanMoveIn(BaseModel):
    """A move of the plan's state machine."""

    model_config = ConfigDict(extra="forbid", title="Cambio de estado del plan")

    to: Annotated[ListCode, Field(title="Estado al que pasa", examples=list(rules.STATES))]
    reason: Annotated[ListCode | None, Field(title="Motivo de la suspensión (código)")] = None
    outcome: Annotated[ListCode | None, Field(title="Resultado, al cerrar (código)")] = None
    closing: Annotated[ClosingIn | None, Field(title="Cierre")] = None


class ResponsibilityIn(BaseModel):
    """Which unit answers for the plan from now on, and why."""

    model_config = ConfigDict(extra="forbid", title="Unidad responsable del plan")

    unit: Annotated[str, Field(title="Código de la unidad, que participa en el caso", max_length=60)]
    reason: Annotated[ListCode, Field(title="Motivo (código)", examples=["TRASLADO"])]


@router.post(
    "",
    status_code=201,
    dependencies=[Requires(Permission.PLANS_WRITE)],
    summary="Elaborar un plan",
    responses=located(),
)
def draft(body: PlanIn, act: CurrentAct, key: IdempotencyKey) -> Answer[Coded]:
    """Drafts a plan; the caller's unit becomes responsible for it."""
    payload = body.model_dump(mode="json")
    code = once(
        act,
        key,
        "plans.draft",
        payload,
        lambda: service.draft(act, body.case, header.header(body.model_dump(exclude={"case"}))),
    )
    return Answer({"code": code}, status_code=201, headers={"Location": f"/api/v1/plans/{code}"})


@router.get("", dependencies=[Requires(Permission.PLANS_READ)], summary="Planes en mi ámbito")
def work_list(
    act: CurrentAct,
    state: Annotated[str | None, Query(title="Estado", max_length=60)] = None,
    cursor: Annotated[str | None, Query(title="Cursor de la página anterior", max_length=200)] = None,
    limit: Annotated[int, Query(title="Filas por página", ge=1, le=200)] = PAGE,
) -> Answer[Listing[PlanSummaryView]]:
    """Plans in scope with what the caller's unit has to do; `next` is the cursor of the next page."""
    return Answer(queries.work_list(act, state=state, cursor=cursor, limit=limit))


@router.get(
    "/{code}", dependencies=[Requires(Permission.PLANS_READ)], summary="Leer un plan", responses=tagged()
)
def detail(code: Code, act: CurrentAct) -> Answer[ReadPlan]:
    """The whole plan, or for who reads it in part its state and the own unit's activities."""
    found = queries.read(act, code)
    return Answer(found, headers=etag(found["version"]))


@router.patch(
    "/{code}",
    dependencies=[Requires(Permission.PLANS_WRITE)],
    summary="Corregir la cabecera",
    responses=tagged(),
)
def edit_header(
    code: Code, body: PlanPatch, act: CurrentAct, version: ExpectedVersion
) -> Answer[PlanWrittenView]:
    """Changes the header of a plan that is drafted, consulted or reviewed."""
    patch = body.model_dump(include=body.model_fields_set)
    done = header.edit(act, code, version, patch)
    return Answer(done, headers=etag(done["version"]))


@router.post(
    "/{code}/objectives",
    status_code=201,
    dependencies=[Requires(Permission.PLANS_WRITE)],
    summary="Agregar un objetivo",
)
def add_objective(code: Code, body: ObjectiveIn, act: CurrentAct, key: IdempotencyKey) -> Answer[Coded]:
    """Adds an objective to a plan that is drafted, consulted or reviewed."""
    payload = {"plan": code, **body.model_dump(mode="json")}
    new = once(act, key, "plans.objective", payload, lambda: service.add_objective(act, code, body))
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
    body: PlanStepIn,
    act: CurrentAct,
    version: ExpectedVersion,
) -> Answer[ObjectiveMovedView]:
    """Moves an objective, or only adds a note; a refusal says what is missing and what is possible."""
    step = progress.Step(body.state, body.note)
    done = objectives.move(act, code, objective, version, step)
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
    act: CurrentAct,
    key: IdempotencyKey,
) -> Answer[Coded]:
    """Adds an activity of some unit to an objective."""
    payload = {"plan": code, "objective": objective, **body.model_dump(mode="json")}
    new = once(act, key, "plans.activity", payload, lambda: service.add_activity(act, code, objective, body))
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
    act: CurrentAct,
    version: ExpectedVersion,
) -> Answer[ActivityMovedView]:
    """Moves an activity or its due day, cancels it, or only adds a note; earlier notes stay."""
    step = progress.Step(body.state, body.note, body.due_on)
    done = progress.progress(act, code, activity, version, step)
    return Answer(done, headers=etag(done["version"]))


@router.post(
    "/{code}/signatures",
    status_code=201,
    dependencies=[Requires(Permission.PLANS_WRITE)],
    summary="Firmar el plan",
    responses=tagged(201),
)
def sign(code: Code, body: SignatureIn, act: CurrentAct, version: VersionIfSent) -> Answer[PlanSignedView]:
    """Records a signature; the last one needed makes the plan `SUSCRITO`. Signing twice is a 409.

    `If-Match` is honoured when sent: what is signed is then what was read.
    """
    try:
        digital = base64.b64decode(body.digital, validate=True) if body.digital else None
    except ValueError:
        message = "La firma digital no está en base64: revísela y envíela de nuevo."
        raise refusal("digital", "not-base64", message) from None
    wanted = signing.Given(body.signer, body.manner, body, body.gaps_acknowledged or {}, digital)
    done = signing.sign(act, code, wanted, version)
    return Answer(done, status_code=201, headers=etag(done["version"]))


@router.post(
    "/{code}/transitions",
    dependencies=[Requires(Permission.PLANS_WRITE)],
    summary="Cambiar el estado de un plan",
    responses=tagged(),
)
def transition(
    code: Code, body: PlanMoveIn, act: CurrentAct, version: ExpectedVersion
) -> Answer[PlanMovedView]:
    """Moves the plan; a refusal says what is missing and which states are possible."""
    closing = Closing(**body.closing.model_dump()) if body.closing else None
    wanted = Move(body.to, body.reason, body.outcome, closing)
    done = moving.move(act, code, version, wanted)
    return Answer(done, headers=etag(done["version"]))


@router.post(
    "/{code}/responsibility",
    dependencies=[Requires(Permission.PLANS_HAND_OVER)],
    summary="Disponer qué unidad responde del plan",
    responses=tagged(),
)
def hand_over(
    code: Code, body: ResponsibilityIn, act: CurrentAct, version: ExpectedVersion
) -> Answer[PlanWrittenView]:
    """The UPE for a child, the UDAVIT for an adult. What is still to be done goes along."""
    done = handing.order(act, code, version, body.unit, body.reason)
    return Answer(done, headers=etag(done["version"]))
