"""Releases: `/releases`. Stored files as they are; no request draws noise, filters or reaches a person."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Path
from starlette.responses import Response

from app.access.actor import Actor
from app.access.guard import canonical
from app.access.permissions import Permission
from app.access.policy import policy
from app.api.answers import Answer, Known, tagged, unchanged
from app.audit import record
from app.edge.deps import CurrentAct, CurrentRuntime, Requires
from app.edge.routing import Branch
from app.errors import NotFound
from app.services.institutions.codes import institution_codes
from app.services.releases.artefacts import MEDIA_TYPES
from app.services.releases.queries import (
    FileInfo,
    ReleaseView,
    find_release,
    list_files,
    list_releases,
    read_file,
    spent_by_year,
)
from app.services.releases.service import ROLE, approve
from app.services.releases.views import (
    MetadataDocument,
    ReleaseDetailView,
    ReleaseFileView,
    ReleaseSummaryView,
    ReleasesView,
    TableDocument,
    YearBudgetView,
)
from app.states import TableFormat

router = Branch(prefix="/releases", tags=["releases"])

Code = Annotated[str, Path(title="Código de la liberación", max_length=40, examples=["LI-6QN7-7NWV-QTD5"])]
FileName = Annotated[
    str, Path(title="Tabla y formato", description="`T1.csv`, `T1.json`, `metadata.json`", max_length=60)
]


def _sees_drafts(actor: Actor) -> bool:
    return policy().permits(actor.role, Permission.RELEASES_PUBLISH)


@router.get("", dependencies=[Requires(Permission.RELEASES_READ)], summary="Liberaciones publicadas")
def index(act: CurrentAct, runtime: CurrentRuntime) -> Answer[ReleasesView]:
    """Published releases, newest year first, and what each year has spent of its privacy budget."""
    record(act, "releases.list")
    with runtime.database.reporting(ROLE) as connection:
        views = list_releases(connection, drafts=_sees_drafts(act.actor))
        budget = spent_by_year(connection)
    codes = _institutions(act, *views)
    spent_by: list[YearBudgetView] = [
        {"year": year, "spent": float(spent), "left": float(left)} for year, spent, left in budget
    ]
    return Answer({"items": [_summary(view, codes) for view in views], "next": None, "budget": spent_by})


@router.get(
    "/{code}", dependencies=[Requires(Permission.RELEASES_READ)], summary="Una liberación y sus archivos"
)
def detail(code: Code, act: CurrentAct, runtime: CurrentRuntime) -> Answer[ReleaseDetailView]:
    """What a release is, who approved it, and the hash of each of its files."""
    code = canonical(code, "LI")
    record(act, "releases.read", detail={"release": code})
    with runtime.database.reporting(ROLE) as connection:
        view = find_release(connection, code, drafts=_sees_drafts(act.actor))
        files = list_files(connection, view)
    summary = _summary(view, _institutions(act, view))
    return Answer({**summary, "files": [_file(view, entry) for entry in files]})


@router.get(
    "/{code}/tables/{file}",
    dependencies=[Requires(Permission.RELEASES_READ)],
    summary="Un archivo de la liberación, byte a byte",
    responses={
        200: {
            "model": TableDocument | MetadataDocument,
            "content": {"text/csv": {"schema": {"type": "string"}}},
            **tagged()[200],
        },
        304: {"description": "No cambió: una liberación nunca cambia"},
    },
)
def table(
    code: Code,
    file: FileName,
    act: CurrentAct,
    runtime: CurrentRuntime,
    if_none_match: Known = None,
) -> Response:
    """The stored bytes; their SHA-256 is the entity tag."""
    code = canonical(code, "LI")
    name, _, extension = file.rpartition(".")
    if extension not in MEDIA_TYPES:
        raise NotFound(f"Ese formato no existe: pida .{TableFormat.CSV} o .{TableFormat.JSON}.")
    record(act, "releases.read", detail={"release": code, "format": extension})
    with runtime.database.reporting(ROLE) as connection:
        view = find_release(connection, code, drafts=_sees_drafts(act.actor))
        stored = read_file(connection, view, name, extension)
    headers = {"ETag": f'"{stored.sha256}"', "Cache-Control": "private, no-cache"}
    if unchanged(if_none_match, stored.sha256):
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = f'attachment; filename="{view.code}-{name}.{extension}"'
    return Response(stored.content, headers=headers, media_type=MEDIA_TYPES[stored.format])


@router.post(
    "/{code}/approvals",
    status_code=201,
    dependencies=[Requires(Permission.RELEASES_PUBLISH)],
    summary="Aprobar una liberación",
    responses={409: {"description": "Ya publicada, ya aprobada por usted, o no pasó la inspección"}},
)
def approval(code: Code, act: CurrentAct, runtime: CurrentRuntime) -> Answer[ReleaseSummaryView]:
    """Approves a release; the approval of a second person publishes it."""
    view = approve(runtime.database, act.actor, canonical(code, "LI"))
    return Answer(_summary(view, _institutions(act, view)), status_code=201)


def _institutions(act: CurrentAct, *views: ReleaseView) -> Mapping[int, str]:
    approvals = [one for view in views for one in view.approvals]
    return institution_codes(act.session, [one.institution_id for one in approvals])


def _summary(view: ReleaseView, institutions: Mapping[int, str]) -> ReleaseSummaryView:
    return {
        "code": view.code,
        "year": view.year,
        "kind": view.kind,
        "published_at": view.published_at,
        "discarded_at": view.discarded_at,
        "built_at": view.built_at,
        "rho": float(view.rho),
        "workload": {"version": view.workload_version, "sha256": view.workload_sha},
        "ledger_head": view.ledger_head,
        "approvals": [
            {"role": one.role, "institution": institutions[one.institution_id], "at": one.at}
            for one in view.approvals
        ],
        "across_institutions": view.across_institutions,
    }


def _file(view: ReleaseView, entry: FileInfo) -> ReleaseFileView:
    return {
        "name": entry.name,
        "format": entry.format,
        "sha256": entry.sha256,
        "bytes": entry.size,
        "href": f"/api/v1/releases/{view.code}/tables/{entry.name}.{entry.format}",
    }
