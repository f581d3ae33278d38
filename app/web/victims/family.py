"""Registered relatives of a case's person: who they are to her, linking one, ending a link."""

from __future__ import annotations

from pydantic import ValidationError
from starlette.responses import Response

from app.access.permissions import Permission
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.records.rows import row_fields
from app.records.rows.proceedings import FamilyLink
from app.services.victims import family
from app.web.cases.frame import CaseFrame, case_frame
from app.web.i18n import _
from app.web.kit.controls import controls, read
from app.web.kit.page import CurrentPage, Page

router = Branch()


@router.get("/casos/{code}/familia", dependencies=[Requires(Permission.VICTIMS_READ)])
def relatives(code: str, page: CurrentPage) -> Response:
    """Relatives who are registered; of those out of scope, only that there is one."""
    return _draw(page, case_frame(page, code, "datos"))


@router.post("/casos/{code}/familia", dependencies=[Requires(Permission.VICTIMS_WRITE)])
def link(code: str, page: CurrentPage) -> Response:
    """Links a relative, both in scope."""
    frame = case_frame(page, code, "datos")
    form = page.form
    with page.attempt():
        other = form.text("relative", needed=_("Escriba el código del familiar; empieza con TP."))
        data = read(form, controls(row_fields("family_link")))
        if "relation" not in data:
            form.wrong("relation", _("Elija qué es de la persona."))
        try:
            written = FamilyLink.model_validate(data)
        except ValidationError:
            form.wrong("relation", _("Elija una opción de la lista."))
        form.check()
        family.link(page.act, frame["case"]["victim"], other or "", written)
        return page.go(f"{frame['base']}/familia", done="familiar")
    return _draw(page, frame)


@router.post("/casos/{code}/familia/{relative}/fin", dependencies=[Requires(Permission.VICTIMS_WRITE)])
def end(code: str, relative: str, page: CurrentPage) -> Response:
    """Ends a link made by mistake, or that is no more."""
    frame = case_frame(page, code, "datos")
    with page.attempt():
        family.end(page.act, frame["case"]["victim"], relative)
        return page.go(f"{frame['base']}/familia", done="familiar-fin")
    return _draw(page, frame)


def _draw(page: Page, frame: CaseFrame) -> Response:
    found = family.family(page.act, frame["case"]["victim"])
    return page.draw(
        "cases/family.html",
        **frame,
        relatives=found,
        drawn=controls(row_fields("family_link")),
    )
