"""Files of plans (`/plans/{code}/.../evidence`, `/evidence/{code}`) and the signed paper of consents."""

from typing import Annotated

from fastapi import Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response, StreamingResponse

from app.access.permissions import Permission
from app.api.answers import Answer, listing, located, tagged
from app.api.schemas import Code
from app.edge.deps import (
    CurrentAct,
    CurrentActor,
    CurrentRuntime,
    IdempotencyKey,
    Requires,
    etag,
)
from app.edge.preconditions import ExpectedVersion
from app.edge.routing import Branch
from app.edge.sending import EXTENSIONS, streamed
from app.errors import TooLarge
from app.services.evidence import queries, scans, service, signed_papers
from app.services.evidence.cleaning import MOST_BYTES, TOO_LARGE
from app.services.evidence.views import EvidenceFileView, FileWithdrawnView, ScanView
from app.services.views import Coded, Listing

router = Branch(tags=["evidence"])

_BODY = {
    "requestBody": {
        "required": True,
        "description": "Los bytes del archivo, hasta 15 MB: JPEG, PNG, WebP o PDF, según su contenido",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_REFUSED_FILES: dict[int | str, dict[str, object]] = {
    413: {"description": "El archivo es demasiado grande"},
    415: {"description": "No es una foto ni un PDF"},
}
_REFUSALS: dict[int | str, dict[str, object]] = {
    409: {"description": "El plan está cerrado o ya tiene el máximo de archivos"},
    **_REFUSED_FILES,
}
_FILE: dict[int | str, dict[str, object]] = {
    200: {
        "description": "Los bytes del archivo",
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in EXTENSIONS},
    },
    409: {"description": "El archivo fue retirado"},
}
Kind = Annotated[
    str, Query(title="Qué prueba (código)", min_length=1, max_length=60, pattern="^[A-Za-z0-9_]+$")
]


async def uploaded(request: Request) -> bytes:
    """The body of an upload, refused as soon as it is too long; never on a disk.

    Raises:
        TooLarge: over the limit, announced or not.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > MOST_BYTES:
        raise TooLarge(TOO_LARGE)
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise TooLarge(TOO_LARGE)
    return bytes(body)


Uploaded = Annotated[bytes, Depends(uploaded)]


class WithdrawalIn(BaseModel):
    """Why a file is withdrawn."""

    model_config = ConfigDict(extra="forbid", title="Retiro de un archivo")

    reason: Annotated[str, Field(title="Motivo (código)", max_length=60, pattern="^[A-Za-z0-9_]+$")]


@router.post(
    "/plans/{code}/activities/{activity}/evidence",
    status_code=201,
    dependencies=[Requires(Permission.PLANS_PROGRESS)],
    summary="Adjuntar una evidencia a una actividad",
    openapi_extra=_BODY,
    responses={**_REFUSALS, **located()},
)
def add_to_activity(
    code: Code,
    activity: Code,
    kind: Kind,
    actor: CurrentActor,
    runtime: CurrentRuntime,
    key: IdempotencyKey,
    raw: Uploaded,
) -> Answer[Coded]:
    """Keeps the file drawn or written anew, without location, author, scripts or attachments."""
    wanted = service.Upload(code, activity, kind, raw)
    return _added(service.add(runtime.database, actor, wanted, key))


@router.post(
    "/plans/{code}/evidence",
    status_code=201,
    dependencies=[Requires(Permission.PLANS_PROGRESS)],
    summary="Adjuntar un archivo al plan",
    openapi_extra=_BODY,
    responses={**_REFUSALS, **located()},
)
def add_to_plan(
    code: Code, kind: Kind, actor: CurrentActor, runtime: CurrentRuntime, key: IdempotencyKey, raw: Uploaded
) -> Answer[Coded]:
    """For the unit responsible for the plan: the signed paper, or what belongs to no single activity."""
    return _added(service.add(runtime.database, actor, service.Upload(code, None, kind, raw), key))


def _added(code: str) -> Answer[Coded]:
    return Answer({"code": code}, status_code=201, headers={"Location": f"/api/v1/evidence/{code}"})


@router.get(
    "/plans/{code}/evidence",
    dependencies=[Requires(Permission.PLANS_READ)],
    summary="Archivos de un plan",
)
def listed(code: Code, act: CurrentAct) -> Answer[Listing[EvidenceFileView]]:
    """All files of the plan, or for who reads it in part those of its own activities."""
    return listing(queries.list_files(act, code))


@router.get(
    "/evidence/{code}",
    dependencies=[Requires(Permission.PLANS_READ)],
    summary="Descargar un archivo",
    response_class=Response,
    responses=_FILE,
)
def download(code: Code, actor: CurrentActor, runtime: CurrentRuntime) -> StreamingResponse:
    """The file's bytes; who looked is in the trace before the first one leaves."""
    return streamed(runtime, actor, lambda act: queries.begin(act, code))


@router.post(
    "/evidence/{code}/withdrawal",
    dependencies=[Requires(Permission.PLANS_PROGRESS)],
    summary="Retirar un archivo",
    responses=tagged(),
)
def withdraw(
    code: Code, body: WithdrawalIn, act: CurrentAct, version: ExpectedVersion
) -> Answer[FileWithdrawnView]:
    """Takes the file out of sight with a reason; nothing is deleted."""
    done = service.withdraw(act, code, version, body.reason)
    return Answer(done, headers=etag(done["version"]))


@router.post(
    "/consents/{code}/scans",
    status_code=201,
    dependencies=[Requires(Permission.CONSENTS_WRITE)],
    summary="Adjuntar el papel firmado de un consentimiento",
    openapi_extra=_BODY,
    responses={
        409: {"description": "El consentimiento ya tiene el máximo de archivos"},
        **_REFUSED_FILES,
        **located(),
    },
)
def add_scan(
    code: Code, actor: CurrentActor, runtime: CurrentRuntime, key: IdempotencyKey, raw: Uploaded
) -> Answer[Coded]:
    """Keeps it drawn or written anew, like evidence; paper that comes after the consent ended is kept too."""
    new = scans.add(runtime.database, actor, code, raw, key)
    location = f"/api/v1/consents/{code}/scans/{new}"
    return Answer({"code": new}, status_code=201, headers={"Location": location})


@router.get(
    "/consents/{code}/scans",
    dependencies=[Requires(Permission.CONSENTS_READ)],
    summary="Papeles firmados de un consentimiento",
)
def list_scans(code: Code, act: CurrentAct) -> Answer[Listing[ScanView]]:
    """Those the caller's unit added; all of them for who reads the person's contact data in full."""
    return listing(signed_papers.listed(act, code))


@router.get(
    "/consents/{code}/scans/{file}",
    dependencies=[Requires(Permission.CONSENTS_READ)],
    summary="Descargar el papel firmado de un consentimiento",
    response_class=Response,
    responses=_FILE,
)
def read_scan(code: Code, file: Code, actor: CurrentActor, runtime: CurrentRuntime) -> StreamingResponse:
    """The file's bytes; who looked is in the trace before the first one leaves."""
    return streamed(runtime, actor, lambda act: signed_papers.begin(act, code, file))


@router.post(
    "/consents/{code}/scans/{file}/withdrawal",
    dependencies=[Requires(Permission.CONSENTS_WRITE)],
    summary="Retirar el papel firmado de un consentimiento",
    responses=tagged(),
)
def withdraw_scan(
    code: Code,
    file: Code,
    body: WithdrawalIn,
    act: CurrentAct,
    version: ExpectedVersion,
) -> Answer[FileWithdrawnView]:
    """Takes the file out of sight with a reason; nothing is deleted."""
    done = scans.withdraw(act, code, file, version, body.reason)
    return Answer(done, headers=etag(done["version"]))
