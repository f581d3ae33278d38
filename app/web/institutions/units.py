"""Administración: the units of one's institution."""

from typing import Annotated

from fastapi import Path
from starlette.responses import Response

from app.access.permissions import Permission
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.services.institutions import units
from app.services.institutions.service import UNIT_KINDS
from app.services.institutions.views import OwnUnitView
from app.web.i18n import gettext
from app.web.kit.page import CurrentPage, Page

router = Branch(prefix="/administracion/unidades")

MANAGES = Requires(Permission.ACCOUNTS_MANAGE)
LIST = "/administracion/unidades"
UnitCode = Annotated[str, Path(max_length=80)]


@router.get("", dependencies=[MANAGES])
def index(page: CurrentPage) -> Response:
    """Units by name."""
    return page.draw("institutions/list.html", units=units.listing(page.act))


@router.get("/nueva", dependencies=[MANAGES])
def new(page: CurrentPage) -> Response:
    """The form of a new unit."""
    return _new(page)


@router.post("/nueva", dependencies=[MANAGES])
def create(page: CurrentPage) -> Response:
    """Creates it."""
    form = page.form
    wanted = units.NewUnit(
        (form.text("code", needed=gettext("Escriba un código.")) or "").upper(),
        form.text("name", needed=gettext("Escriba el nombre de la unidad.")) or "",
        form.text("kind", needed=gettext("Elija la clase de unidad.")) or "",
        form.text("department"),
    )
    with page.attempt():
        form.check()
        units.found_unit(page.act, wanted, key=form.key)
        return page.go(LIST, done="unidad-creada")
    return _new(page)


@router.get("/{code}", dependencies=[MANAGES])
def edit(code: UnitCode, page: CurrentPage) -> Response:
    """The form of another name or department."""
    return _edit(page, units.read_unit(page.act, code))


@router.post("/{code}", dependencies=[MANAGES])
def change(code: UnitCode, page: CurrentPage) -> Response:
    """Changes its name and department."""
    form = page.form
    name = form.text("name", needed=gettext("Escriba el nombre de la unidad."))
    with page.attempt():
        form.check()
        department = form.text("department")
        units.rewrite_unit(page.act, code, name=name, department=department)
        return page.go(LIST, done="unidad-cambiada")
    return _edit(page, units.read_unit(page.act, code))


def _new(page: Page) -> Response:
    kinds = [(kind, UNIT_KINDS.get(kind, kind)) for kind in units.kinds_here(page.act)]
    return page.draw("institutions/new.html", kinds=kinds)


def _edit(page: Page, unit: OwnUnitView) -> Response:
    return page.draw("institutions/edit.html", unit=unit)
