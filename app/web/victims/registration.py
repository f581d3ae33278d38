"""Registering somebody: look for her first; the short form on one page; the receipt."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from typing import Final

from starlette.responses import Response
from typing_extensions import TypedDict

from app.access.act import REGISTRATION
from app.access.permissions import Permission
from app.access.policy import policy
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.records import Values, fields
from app.records.placement import SHORT, SOUGHT
from app.services.cases import queries as cases
from app.services.drafts import service as drafts
from app.services.drafts.service import REVIEW, Place
from app.services.victims.probing import NOT_DUPLICATE, search
from app.services.victims.views import MatchView
from app.services.work.queries import find
from app.web.i18n import _
from app.web.kit.controls import Control, controls, read, under
from app.web.kit.drafting import finish, resume
from app.web.kit.forms import Form
from app.web.kit.page import CurrentPage, Page
from app.web.kit.templating import options
from app.web.victims.intake import (
    ADULT,
    age_group,
    alike,
    asked,
    begin,
    cards,
    identified,
    identifies,
    parts_of,
    register_once,
    states,
)

router = Branch()

REGISTERS: Final = Requires(Permission.VICTIMS_REGISTER)
_DAY: Final = 10
"""Length of a whole ISO date."""
FICHA: Final = "registro:ficha"
"""Draft of the short form."""
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@router.get("/registrar", dependencies=[REGISTERS])
def start(page: CurrentPage) -> Response:
    """The search that comes before every registration."""
    page.form.start(**{"identity.documents-0.type": "DNI"})
    return _search_page(page)


@router.post("/registrar", dependencies=[REGISTERS])
def look_up(page: CurrentPage) -> Response:
    """Looks whether she is registered; recorded, and limited by the hour."""
    found: list[MatchView] | None = None
    with page.attempt():
        identity = _sought(page.form)
        page.form.check()
        limit = page.runtime.settings.probe_limit_per_hour
        found = search(page.act, identity, limit_per_hour=limit)
    page.form.errors = [{**e, "field": f"identity.{_plain(e['field'])}"} for e in page.form.errors]
    return _search_page(page, found)


@router.post("/registro", dependencies=[REGISTERS])
def begin_record(page: CurrentPage) -> Response:
    """Begins a registration with what was looked for."""
    intake = uuid.uuid4()
    known = _carried(page.form)
    place = Place(f"registro:{intake}", f"/registro/{intake}")
    drafts.save(page.act, place, {name: [value] for name, value in known.items()})
    return page.go(f"/registro/{intake}")


@router.get("/personas/{code}", dependencies=[Requires(Permission.CASES_READ)])
def person(code: str, page: CurrentPage) -> Response:
    """The newest case of a person one's unit sees."""
    return page.go(f"/casos/{find(page.act, code).code}")


@router.get("/registrar/constancia/{code}", dependencies=[REGISTERS])
def receipt(code: str, page: CurrentPage) -> Response:
    """What to keep of a registration: its codes; and what comes next."""
    case = cases.read(page.act.for_purpose(REGISTRATION), code)
    age = (case["person"] or {}).get("age_years")
    group = "" if age is None else "nna" if age < ADULT else "adulta"
    return page.draw("victims/registration/receipt.html", case=case, group=group)


@router.get("/ficha-policial", dependencies=[REGISTERS])
def short_form(page: CurrentPage) -> Response:
    """The minimum about a person on one page; works without a connection."""
    begin(page.form)
    resume(page, FICHA)
    return _short_page(page)


@router.post("/ficha-policial", dependencies=[REGISTERS])
def send_short(page: CurrentPage) -> Response:
    """Registers with the minimum."""
    page.form.draft = FICHA
    with page.attempt():
        on = identified(page.form)
        parts = parts_of(page.form, [one for group in _short_groups(page) for one in group["controls"]])
        page.form.check()
        if on is not None:
            case = register_once(page, parts, on, page.form.key)
            finish(page, FICHA)
            review = page.form.text("_borrador") or ""
            if _UUID.fullmatch(review):
                finish(page, f"{REVIEW}:{review}")
            return page.go(f"/registrar/constancia/{case}", done="registrada")
    return _short_page(page)


class _Group(TypedDict):
    """Fields that are asked together."""

    title: str
    controls: list[Control]


def _short_groups(page: Page) -> list[_Group]:
    titles = {"quien": _("Quién es"), "riesgo": _("Riesgo y contacto"), "hechos": _("Los hechos")}
    groups = [(titles[place.slug], asked(page.actor, place.fields, page.form)) for place in SHORT]
    return [{"title": title, "controls": drawn} for title, drawn in groups if drawn]


def _short_page(page: Page) -> Response:
    groups = _short_groups(page)
    scratch = Form(page.form.sent)
    parts = parts_of(scratch, [one for group in groups for one in group["controls"]])
    return page.draw(
        "victims/registration/ficha.html",
        groups=groups,
        states=states(),
        alike=alike(page.form),
        reasons=options(NOT_DUPLICATE),
        group=age_group(parts, scratch.day("first_identified_on")),
        identifies=identifies(page.actor),
        investigates=policy().roles[page.actor.role].investigates,
        review=page.form.text("_borrador") or page.query("borrador"),
    )


# What is looked for


def _asked_first() -> tuple[list[Control], list[Control]]:
    """Controls of the search: of a document, and of the person."""
    of_document, given, first, second, born = controls(
        fields("identity"),
        "identity.",
        only=[name.removeprefix("identity.") for name in SOUGHT.fields],
    )
    number = [one for one in under(of_document, 0) if one.key in {"type", "number"}]
    hint = _("Si solo sabe el año, escriba solo el año.")
    return number, [given, first, second, replace(born, hint=hint)]


def _sought(form: Form) -> Values:
    """What the form says of her, as the search takes it."""
    of_document, of_person = _asked_first()
    identity = read(form, of_person[:-1])
    document = read(form, of_document)
    if document.get("number"):
        identity["documents"] = [document]
    born = form.partial_day(of_person[-1].name) or ""
    if len(born) == _DAY:
        identity["birth_date"] = born
    elif born:
        identity["birth_year"] = int(born[:4])
    return identity


def _carried(form: Form) -> dict[str, str]:
    """What was looked for, as fields of the registration; what cannot be read stays behind."""
    known = {name: str(value) for name, value in _sought(form).items() if isinstance(value, str | int)}
    born = known.pop("birth_date", "")
    document = read(form, _asked_first()[0])
    carried = {f"identity.{name}": value for name, value in known.items()}
    if document.get("number"):
        carried |= {f"identity.documents-0.{name}": value for name, value in document.items()}
    if born:
        year, month, day = born.split("-")
        carried |= {f"identity.birth_date.{k}": v for k, v in (("dia", day), ("mes", month), ("anio", year))}
    return carried


def _plain(field: str) -> str:
    """A field as this form names it: rows are numbered otherwise, and the year has no field of its own."""
    name = field.removeprefix("identity.").replace("documents.0.", "documents-0.")
    return {"birth_year": "birth_date", "documents": "documents-0.number"}.get(name, name)


def _search_page(page: Page, found: list[MatchView] | None = None) -> Response:
    of_document, of_person = _asked_first()
    return page.draw(
        "victims/registration/search.html",
        of_document=of_document,
        of_person=of_person,
        searched=found is not None,
        found=cards(found or []),
        carried=_carried(Form(page.form.sent)) if found is not None else {},
        identifies=identifies(page.actor),
        investigates=policy().roles[page.actor.role].investigates,
    )
