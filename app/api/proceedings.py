"""Proceedings of a case: `/cases/{code}/proceedings`."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.access.permissions import Permission
from app.api.answers import Answer, listing, tagged
from app.api.schemas import Code
from app.edge.deps import CurrentAct, IdempotencyKey, Requires, etag
from app.edge.preconditions import ExpectedVersion
from app.edge.routing import Branch
from app.records.rows.proceedings import CaseProceeding, Proceeding
from app.services.idempotency import once
from app.services.proceedings import links
from app.services.proceedings.views import (
    ProceedingMovedView,
    ProceedingView,
    ProceedingWrittenView,
    UnlinkedView,
)
from app.services.views import Coded, Listing

router = Branch(prefix="/cases/{code}/proceedings", tags=["proceedings"])


class LinkIn(BaseModel):
    """A proceeding, and what the person has to do with it."""

    model_config = ConfigDict(extra="forbid", title="Vincular un procedimiento o proceso")

    proceeding: Annotated[Proceeding, Field(title="El procedimiento o proceso")]
    link: Annotated[CaseProceeding, Field(title="Lo que atañe a la persona")] = CaseProceeding()


class StageIn(BaseModel):
    """The next stage of a proceeding."""

    model_config = ConfigDict(extra="forbid", title="Etapa")

    to: Annotated[str, Field(title="Etapa a la que pasa", min_length=1, max_length=60, pattern="^[A-Z_]+$")]


@router.get("", dependencies=[Requires(Permission.CASES_READ)], summary="Procedimientos y procesos del caso")
def listed(code: Code, act: CurrentAct) -> Answer[Listing[ProceedingView]]:
    """Proceedings of the case at the caller's level of its legal compartment.

    `version` is that of what concerns the person, `stage_version` that of the proceeding itself.
    """
    return listing(links.listed(act, code))


@router.post(
    "",
    status_code=201,
    dependencies=[Requires(Permission.VICTIMS_WRITE)],
    summary="Vincular un procedimiento o proceso",
)
def link(code: Code, body: LinkIn, act: CurrentAct, key: IdempotencyKey) -> Answer[Coded]:
    """Links the proceeding of that number; registered for several persons, it is one and the same."""
    payload = {"case": code, **body.model_dump(mode="json")}
    made = once(
        act, key, "proceedings.link", payload, lambda: links.link(act, code, body.proceeding, body.link)
    )
    return Answer({"code": made}, status_code=201)


@router.patch(
    "/{proceeding}",
    dependencies=[Requires(Permission.VICTIMS_WRITE)],
    summary="Cambiar lo anotado de un procedimiento o proceso",
    responses=tagged(),
)
def write(
    code: Code,
    proceeding: Code,
    body: CaseProceeding,
    act: CurrentAct,
    version: ExpectedVersion,
) -> Answer[ProceedingWrittenView]:
    """Merges the fields sent (null removes one); the number is mended by withdrawing the link."""
    new = links.write(act, code, proceeding, version, body)
    return Answer({"version": new}, headers=etag(new))


@router.post(
    "/{proceeding}/stage",
    dependencies=[Requires(Permission.VICTIMS_WRITE)],
    summary="Cambiar la etapa de un procedimiento o proceso",
    responses=tagged(),
)
def stage(
    code: Code,
    proceeding: Code,
    body: StageIn,
    act: CurrentAct,
    version: ExpectedVersion,
) -> Answer[ProceedingMovedView]:
    """Moves the proceeding, for everybody it is about; `If-Match` takes its `stage_version`."""
    moved = links.move(act, code, proceeding, version, body.to)
    return Answer(moved, headers=etag(moved["version"]))


@router.post(
    "/{proceeding}/unlink",
    dependencies=[Requires(Permission.VICTIMS_WRITE)],
    summary="Retirar el vínculo con un procedimiento o proceso",
)
def unlink(code: Code, proceeding: Code, act: CurrentAct, version: ExpectedVersion) -> Answer[UnlinkedView]:
    """Withdraws a link made by mistake."""
    links.unlink(act, code, proceeding, version)
    return Answer({"unlinked": True})
