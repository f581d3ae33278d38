"""Correcting one part of a person's record: the fields of the catalogue, with what is known already."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from app.access.permissions import Permission
from app.access.policy import Level
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.errors import BrokenSeal, Forbidden
from app.records import FieldSpec, Partial, Values, fields
from app.services.victims import record_parts
from app.services.victims.changes import change
from app.services.victims.probing import NOT_DUPLICATE, Alike
from app.services.victims.record_parts import REASONS, Look
from app.services.victims.views import MatchView
from app.web.cases.frame import CaseFrame, case_frame
from app.web.i18n import _
from app.web.kit.controls import Control, beside, changes, controls, read, start
from app.web.kit.drafting import finish, resume
from app.web.kit.page import CurrentPage, Page
from app.web.kit.templating import options
from app.web.victims.record import compartment_of, shown_groups
from app.web.victims.record_groups import grouped

router = Branch()

WRITES = Requires(Permission.VICTIMS_WRITE)
_STALE: Final = 412
_BEGUN: Final = "leida"
"""Version the form was opened at, for its draft, which keeps only what a person could have typed."""


@router.get("/casos/{code}/datos/{slug}/editar", dependencies=[WRITES])
def edit(code: str, slug: str, page: CurrentPage) -> Response:
    """The form of one part, with what is known; opening it is a look and recorded as one."""
    frame = case_frame(page, code, "datos")
    look = _look(page, frame, slug)
    drawn = _drawn(look)
    start(page.form, drawn, look.data)
    page.form.version = look.version
    if resume(page, _draft(frame, slug)) and (begun := page.form.number(_BEGUN)) is not None:
        page.form.version = begun  # what was typed then does not undo what was stored since
    return _draw(page, frame, slug, look, drawn)


@router.post("/casos/{code}/datos/{slug}/editar", dependencies=[WRITES])
def save(code: str, slug: str, page: CurrentPage) -> Response:
    """Stores what was changed as the next version of the part."""
    frame = case_frame(page, code, "datos")
    look = _look(page, frame, slug)
    drawn, form = _drawn(look), page.form
    form.draft = _draft(frame, slug)
    alike: list[MatchView] = []
    with page.attempt():
        patch = changes(_unsigned(look), read(form, drawn), drawn)
        form.check()
        if not patch:
            return page.go(f"{frame['base']}/datos", done="sin-cambios")
        try:
            change(
                page.act.for_purpose(_reason(page)),
                frame["case"]["victim"],
                look.part.name,
                form.version or 0,
                patch,
                not_duplicate=form.text("not_duplicate"),
                probe_limit=page.runtime.settings.probe_limit_per_hour,
            )
        except Alike as found:
            alike = found.duplicates
            raise
        finish(page, form.draft)
        return page.go(f"{frame['base']}/datos", done="guardado")
    form.version = look.version
    form.errors = beside(form.errors, drawn)
    return _draw(page, frame, slug, look, drawn, alike)


def _draft(frame: CaseFrame, slug: str) -> str:
    return f"datos:{frame['case']['code']}:{slug}"


def _reason(page: Page) -> str:
    wanted = page.query("motivo")
    return wanted if wanted in REASONS else "verificacion"


def _look(page: Page, frame: CaseFrame, slug: str) -> Look:
    victim, compartment = frame["case"]["victim"], compartment_of(slug)
    look = record_parts.look(page.act, victim, compartment, reason=_reason(page))
    if not look.part.writes:
        raise Forbidden(_("Su función no puede escribir en esta parte del registro."))
    if look.broken:
        raise BrokenSeal
    return look


def _drawn(look: Look) -> list[Control]:
    """The fields the role may write: of a part it reads in part, those it sees whole."""
    whole = look.part.level is not Level.PARTIAL
    specs = {n: f for n, f in fields(look.part.name).items() if whole or f.partial is Partial.SHOW}
    return controls({n: _own(f) for n, f in specs.items()}, data=look.data)


def _own(spec: FieldSpec) -> FieldSpec:
    """A list that only its authors read is drawn without the author, whom the service writes down."""
    if not spec.spec.author_only:
        return spec
    inner = {name: field for name, field in spec.inner.items() if name != "author"}
    return FieldSpec(spec.compartment, spec.name, spec.spec, spec.kind, spec.many, inner)


def _unsigned(look: Look) -> Values:
    """What is known, in the form in which it is drawn and read back."""
    known = dict(look.data)
    for name, spec in fields(look.part.name).items():
        if spec.spec.author_only and name in known:
            known[name] = [{k: v for k, v in row.items() if k != "author"} for row in known[name]]
    return known


def _draw(
    page: Page,
    frame: CaseFrame,
    slug: str,
    look: Look,
    drawn: list[Control],
    alike: list[MatchView] | None = None,
) -> Response:
    wrong = {error["field"].split(".")[0].split("-")[0] for error in page.form.errors}
    groups = [
        {
            "title": title,
            "controls": inside,
            "open": index == 0 or any(one.key in wrong or one.key in look.data for one in inside),
        }
        for index, (title, inside) in enumerate(grouped(look.part.name, drawn))
    ]
    return page.draw(
        "victims/record/edit.html",
        **frame,
        slug=slug,
        begun=_BEGUN,
        part=look.part,
        groups=groups,
        narrow=look.part.level is Level.PARTIAL,
        alike=alike or [],
        not_duplicate=options(NOT_DUPLICATE),
        now=shown_groups(look) if page.form.status == _STALE else [],
        reason=_reason(page),
    )
