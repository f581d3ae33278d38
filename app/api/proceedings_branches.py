"""Branches of protection: `/cases/{code}/procedures`."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.access.permissions import Permission
from app.api.answers import Answer, listing, tagged
from app.api.schemas import Code
from app.edge.deps import CurrentAct, IdempotencyKey, Requires, etag
from app.edge.preconditions import ExpectedVersion
from app.edge.routing import Branch
from app.records.rows.proceedings import ProtectionStep
from app.services.idempotency import once
from app.services.proceedings import procedures
from app.services.proceedings.branches import BRANCHES
from app.services.proceedings.views import ProcedureMovedView, ProcedureView
from app.services.views import Coded, Listing

router = Branch(prefix="/cases/{code}/procedures", tags=["procedures"])

ListedCode = Annotated[str, Field(min_length=1, max_length=60, pattern="^[A-Za-z0-9_]+$")]


class ProcedureIn(BaseModel):
    """A branch to open, and what is known of its first step."""

    model_config = ConfigDict(extra="forbid", title="Abrir una ruta de protección")

    branch: Annotated[ListedCode, Field(title="Ruta", examples=list(BRANCHES))]
    step: Annotated[ProtectionStep, Field(title="Primer paso")] = ProtectionStep()


class ProcedureStepIn(BaseModel):
    """The next step of a branch."""

    model_config = ConfigDict(extra="forbid", title="Paso de una ruta de protección")

    to: Annotated[ListedCode, Field(title="Estado al que pasa")]
    conclusion: Annotated[ListedCode | None, Field(title="Cómo concluye (código)")] = None
    step: Annotated[ProtectionStep, Field(title="Lo que se deja dicho del paso")] = ProtectionStep()


@router.get("", dependencies=[Requires(Permission.CASES_READ)], summary="Rutas de protección del caso")
def listed(code: Code, act: CurrentAct) -> Answer[Listing[ProcedureView]]:
    """The branches of the case and their steps, as the caller may see them."""
    return listing(procedures.listed(act, code))


@router.post(
    "",
    status_code=201,
    dependencies=[Requires(Permission.CASES_TRANSITION)],
    summary="Abrir una ruta de protección",
)
def open_procedure(code: Code, body: ProcedureIn, act: CurrentAct, key: IdempotencyKey) -> Answer[Coded]:
    """Opens a branch; children have the one of the UPE, never that of adults."""
    payload = {"case": code, **body.model_dump(mode="json")}
    made = once(
        act,
        key,
        "procedures.open",
        payload,
        lambda: procedures.open_procedure(act, code, body.branch, body.step),
    )
    return Answer({"code": made}, status_code=201)


@router.post(
    "/{procedure}/steps",
    dependencies=[Requires(Permission.CASES_TRANSITION)],
    summary="Dar el siguiente paso de una ruta de protección",
    responses=tagged(),
)
def step(
    code: Code,
    procedure: Code,
    body: ProcedureStepIn,
    act: CurrentAct,
    version: ExpectedVersion,
) -> Answer[ProcedureMovedView]:
    """Takes the step; a refusal says what is missing and which states are possible.

    Declining the programme for adults answers with the emergency centres (CEM) of the department.
    """
    wanted = procedures.Step(body.to, body.step, body.conclusion)
    done = procedures.advance(act, code, procedure, version, wanted)
    return Answer(done, headers=etag(done["version"]))
