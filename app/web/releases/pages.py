"""Liberaciones: figures made to be published, as they were stored; two people approve each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import Path
from starlette.responses import Response

from app.access.guard import canonical
from app.access.permissions import Permission
from app.access.policy import policy
from app.audit import record
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.errors import NotFound
from app.services.releases import queries
from app.services.releases.artefacts import MEDIA_TYPES, METADATA
from app.services.releases.queries import APPROVALS, ReleaseView
from app.services.releases.service import ROLE, approve
from app.services.releases.views import CellDocument, TableDocument
from app.services.releases.withhold import SMALLEST_PRINTED
from app.states import TableFormat
from app.web.i18n import _
from app.web.kit.charts import number
from app.web.kit.page import CurrentPage, Page

router = Branch(prefix="/liberaciones")

PROTECTED: Final = "c"
_READS = Requires(Permission.RELEASES_READ)
_PUBLISHES = Requires(Permission.RELEASES_PUBLISH)
Code = Annotated[str, Path(title="Código de la liberación", max_length=40)]
Name = Annotated[str, Path(title="Tabla", max_length=20)]
File = Annotated[str, Path(title="Archivo", max_length=60)]


@router.get("", dependencies=[_READS])
def index(page: CurrentPage) -> Response:
    """Published releases (and those that wait, for who approves), and what each year has spent."""
    record(page.act, "releases.list")
    with page.runtime.database.reporting(ROLE) as connection:
        views = queries.list_releases(connection, drafts=_sees_drafts(page))
        budget = queries.spent_by_year(connection)
    return page.draw("releases/index.html", releases=[_listed(view) for view in views], budget=budget)


@router.get("/{code}", dependencies=[_READS])
def detail(code: Code, page: CurrentPage) -> Response:
    """What a release is, how it is to be read, its tables and files with their hashes."""
    return _draw(page, code)


@router.get("/{code}/tablas/{name}", dependencies=[_READS])
def table(code: Code, name: Name, page: CurrentPage) -> Response:
    """One table of a release, with the marks it uses."""
    view, document = _document(page, code, name)
    dimensions = document["dimensiones"]
    words = {d["nombre"]: {c["codigo"]: c["etiqueta"] for c in d["codigos"]} for d in dimensions}
    rows = [
        [*(words[d["nombre"]][_code(cell, d["nombre"])] for d in dimensions), *_figures(cell)]
        for cell in document["celdas"]
    ]
    bars = [(" · ".join(row[:-2]), cell["valor"]) for row, cell in zip(rows, document["celdas"], strict=True)]
    return page.draw(
        "releases/table.html",
        release=_listed(view),
        name=name,
        document=document,
        smallest=SMALLEST_PRINTED,
        heads=[d["titulo"] for d in dimensions] or [],
        rows=rows if dimensions else [[_("Total nacional"), *row] for row in rows],
        bars=bars if len(dimensions) == 1 else [],
        places={_code(cell, "departamento"): cell["valor"] for cell in document["celdas"]}
        if list(words) == ["departamento"]
        else None,
    )


@router.get("/{code}/archivos/{file}", dependencies=[_READS])
def download(code: Code, file: File, page: CurrentPage) -> Response:
    """A stored file, byte for byte; its SHA-256 is the entity tag."""
    name, _dot, extension = file.rpartition(".")
    if extension not in MEDIA_TYPES:
        raise NotFound(_("Ese archivo no existe en la liberación."))
    view, stored = _read(page, code, name, extension)
    headers = {
        "ETag": f'"{stored.sha256}"',
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{view.code}-{name}.{extension}"',
    }
    return Response(stored.content, headers=headers, media_type=MEDIA_TYPES[stored.format])


@router.get("/{code}/aprobar", dependencies=[_PUBLISHES])
def before_approving(code: Code, page: CurrentPage) -> Response:
    """What approving a release means."""
    view = _found(page, code)
    return page.draw(
        "releases/approve.html", release=_listed(view), last=len(view.approvals) == APPROVALS - 1
    )


@router.post("/{code}/aprobar", dependencies=[_PUBLISHES])
def approval(code: Code, page: CurrentPage) -> Response:
    """Approves it; the approval of a second person publishes it."""
    with page.attempt():  # in a transaction of its own: nothing may be recorded in the page's before
        view = approve(page.runtime.database, page.actor, canonical(code, "LI"))
        return page.go(f"/liberaciones/{view.code}", done="aprobada")
    return _draw(page, code)


def _sees_drafts(page: Page) -> bool:
    return policy().permits(page.actor.role, Permission.RELEASES_PUBLISH)


def _found(page: Page, code: str) -> ReleaseView:
    with page.runtime.database.reporting(ROLE) as connection:
        return queries.find_release(connection, canonical(code, "LI"), drafts=_sees_drafts(page))


def _read(page: Page, code: str, name: str, extension: str) -> tuple[ReleaseView, queries.StoredFile]:
    code = canonical(code, "LI")
    record(page.act, "releases.read", detail={"release": code, "format": extension})
    with page.runtime.database.reporting(ROLE) as connection:
        view = queries.find_release(connection, code, drafts=_sees_drafts(page))
        return view, queries.read_file(connection, view, name, extension)


def _document(page: Page, code: str, name: str) -> tuple[ReleaseView, TableDocument]:
    view, stored = _read(page, code, name, TableFormat.JSON)
    found: TableDocument = json.loads(stored.content)
    if "celdas" not in found:  # the page of metadata is no table
        raise NotFound(_("Esa tabla no existe en la liberación."))
    return view, found


def _code(cell: CellDocument, dimension: str) -> str:
    """The code a cell has in a dimension of its table."""
    held: Mapping[str, object] = cell
    return str(held[dimension])


def _figures(cell: CellDocument) -> list[str]:
    if cell["valor"] is None:
        return [PROTECTED, ""]
    return [number(cell["valor"]), f"± {number(cell['moe95'])}"]


def _listed(view: ReleaseView) -> dict[str, object]:
    kinds = {"ANUAL": _("Anual"), "REVISION": _("Revisión")}
    return {
        "code": view.code,
        "year": view.year,
        "kind": kinds.get(view.kind, view.kind.capitalize()),
        "published_at": view.published_at,
        "discarded_at": view.discarded_at,
        "built_at": view.built_at,
        "missing": APPROVALS - len(view.approvals),
    }


def _draw(page: Page, code: str) -> Response:
    code = canonical(code, "LI")
    record(page.act, "releases.read", detail={"release": code})
    with page.runtime.database.reporting(ROLE) as connection:
        view = queries.find_release(connection, code, drafts=_sees_drafts(page))
        files = queries.list_files(connection, view)
        about = json.loads(queries.read_file(connection, view, METADATA, TableFormat.JSON).content)
    approved = page.actor.user_id in {approval.user_id for approval in view.approvals}
    waits = view.published_at is None and view.discarded_at is None
    roles = policy().roles
    return page.draw(
        "releases/release.html",
        release=_listed(view),
        view=view,
        about=about,
        smallest=SMALLEST_PRINTED,
        files=files,
        approvals=[(roles[a.role].label if a.role in roles else "", a.at) for a in view.approvals],
        approvable=waits and not approved and page.may(Permission.RELEASES_PUBLISH),
        approved=approved and waits,
    )
