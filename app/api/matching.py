"""Candidates to be one person, and figures reconciled between sources: `/matching`."""

from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from app.access.permissions import Permission
from app.api.answers import Answer, tagged
from app.edge.deps import CurrentAct, CurrentRuntime, Requires, etag
from app.edge.preconditions import ExpectedVersion
from app.edge.routing import Branch
from app.services.matching import review
from app.services.matching.review import BANDS, DECISIONS, STATES
from app.services.matching.views import CandidateView, ComparisonView, DecidedView
from app.services.paging import PAGE
from app.services.reconciliation.service import reconcile
from app.services.reconciliation.views import ExactReconciliationView, ReconciliationView
from app.services.views import Listing

router = Branch(prefix="/matching", tags=["matching"])

CandidateCode = Annotated[str, Path(title="Código de la duda", max_length=40, examples=["DU-7K3M-9QX2-H4TC"])]


class DecisionIn(BaseModel):
    """Whether two records are one person."""

    model_config = ConfigDict(extra="forbid", title="Decisión sobre dos registros")

    decision: Annotated[str, Field(title="Decisión", max_length=20, examples=list(DECISIONS))]
    reason: Annotated[str | None, Field(title="Motivo (código)", max_length=60)] = None


@router.get(
    "/candidates",
    dependencies=[Requires(Permission.MATCHING_REVIEW)],
    summary="Registros que pueden ser una misma persona",
)
def index(
    act: CurrentAct,
    state: Annotated[str | None, Query(title="Estado", max_length=20, examples=list(STATES))] = None,
    band: Annotated[str | None, Query(title="Parecido", max_length=20, examples=list(BANDS))] = None,
    cursor: Annotated[str | None, Query(title="Cursor de la página anterior", max_length=200)] = None,
    limit: Annotated[int, Query(title="Filas por página", ge=1, le=200)] = PAGE,
) -> Answer[Listing[CandidateView]]:
    """Newest first; those that wait unless another state is asked for."""
    return Answer(review.listing(act, state=state, band=band, cursor=cursor, limit=limit))


@router.get(
    "/candidates/{code}",
    dependencies=[Requires(Permission.MATCHING_REVIEW)],
    summary="Comparar dos registros campo por campo",
    responses=tagged(),
)
def detail(code: CandidateCode, act: CurrentAct) -> Answer[ComparisonView]:
    """How each field agrees, and both values as far as the caller may see each person; recorded for both."""
    found = review.read(act, code)
    return Answer(found, headers=etag(found["version"]))


@router.post(
    "/candidates/{code}/decisions",
    dependencies=[Requires(Permission.MATCHING_REVIEW)],
    summary="Decidir si son la misma persona",
    responses={409: {"description": "Ya se decidió"}, **tagged()},
)
def decision(
    code: CandidateCode,
    body: DecisionIn,
    act: CurrentAct,
    version: ExpectedVersion,
) -> Answer[DecidedView]:
    """Kept, and not asked again. Nothing is merged: `next` says how to ask for that."""
    done = review.decide(act, code, version, body.decision, body.reason)
    return Answer(done, headers=etag(done["version"]))


@router.get(
    "/reconciliation",
    dependencies=[Requires(Permission.INDICATORS_READ)],
    summary="Cifras de un año conciliadas entre las fuentes",
)
def reconciliation(
    act: CurrentAct,
    runtime: CurrentRuntime,
    year: Annotated[int, Query(title="Año de referencia", ge=1900, le=2200)],
    form: Annotated[Literal["inside", "release"], Query(title="Forma")] = "inside",
) -> Answer[ExactReconciliationView | ReconciliationView]:
    """Records, persons and overlaps by source, small numbers withheld; `form=release` may leave the house."""
    return Answer(reconcile(runtime.database, act, year, released=form == "release"))
