"""A new record as a list of tasks: one thing a page, kept as it is written, looked over, and sent once."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Final

from starlette.datastructures import FormData
from starlette.responses import Response

from app.access.permissions import Permission
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.errors import NotFound
from app.records import Known, remarks
from app.services.drafts import service as drafts
from app.services.drafts.service import Opened, Place
from app.services.idempotency import made_with
from app.services.victims.probing import NOT_DUPLICATE
from app.services.work.queries import find
from app.web.i18n import _
from app.web.kit.controls import read
from app.web.kit.drafting import resume
from app.web.kit.forms import Form
from app.web.kit.keeping import sent
from app.web.kit.page import CurrentPage, Page
from app.web.kit.templating import day, label, options
from app.web.victims.intake import (
    DETECTION,
    OPERATION,
    Section,
    age_group,
    alike,
    all_asked,
    asked,
    begin,
    identified,
    identifies,
    parts_of,
    register_once,
    sections,
    states,
    words,
)

router = Branch()

REGISTERS: Final = Requires(Permission.VICTIMS_REGISTER)
_DONE: Final = "hecho"
"""Field of the draft that names the parts already saved."""
_OF_AGE: Final = ("identity.age_years", "identity.age_min", "identity.birth_year", "identity.birth_date")
"""What says how old she is."""
_OF_DETECTION: Final = ("first_identified_on", "state")


@router.get("/registro/{intake}", dependencies=[REGISTERS])
def tasks(intake: uuid.UUID, page: CurrentPage) -> Response:
    """The parts of the registration and how far each is."""
    kept = _kept(page, intake)
    if kept is None:
        return _sent_already(page, intake)
    form = Form(sent(kept))
    return page.draw(
        "victims/registration/tasks.html",
        intake=intake,
        tasks=[_task(page, intake, kept, one) for one in sections(page.actor)],
        ready=DETECTION in kept.fields.get(_DONE, ()),
        saved_at=kept.listed.updated_at,
        group=_group(page, form),
        draft=kept.listed.form,
        identifies=identifies(page.actor),
    )


@router.get("/registro/{intake}/revisar", dependencies=[REGISTERS])
def review(intake: uuid.UUID, page: CurrentPage) -> Response:
    """Everything that was written, before it is sent."""
    kept = _kept(page, intake)
    return _sent_already(page, intake) if kept is None else _review_page(page, intake, kept)


@router.post("/registro/{intake}/enviar", dependencies=[REGISTERS])
def send(intake: uuid.UUID, page: CurrentPage) -> Response:
    """Registers her; sent twice, she is registered once."""
    kept = _kept(page, intake)
    if kept is None:
        return _sent_already(page, intake)
    said = [("not_duplicate", value) for value in page.form.texts("not_duplicate")]
    page.form.sent = FormData([*sent(kept).multi_items(), *said])
    with page.attempt():
        on = identified(page.form)
        parts = parts_of(page.form, all_asked(page.actor))
        page.form.check()
        if on is not None:
            case = register_once(page, parts, on, str(intake))
            for form in (_name(intake), *(_name(intake, one) for one in sections(page.actor))):
                drafts.finish(page.session, form)
            return page.go(f"/registrar/constancia/{case}", done="registrada")
    return _review_page(page, intake, kept)


@router.get("/registro/{intake}/{part}", dependencies=[REGISTERS])
def part(intake: uuid.UUID, part: str, page: CurrentPage) -> Response:
    """One part."""
    section, kept = _section(page, part), _kept(page, intake)
    if kept is None:
        return _sent_already(page, intake)
    begin(page.form)
    if not resume(page, _name(intake, section)):
        page.form.sent = sent(kept)
    return _part_page(page, intake, section, kept)


@router.post("/registro/{intake}/{part}", dependencies=[REGISTERS])
def save(intake: uuid.UUID, part: str, page: CurrentPage) -> Response:
    """Keeps one part and goes on to the next."""
    section, kept = _section(page, part), _kept(page, intake)
    if kept is None:
        return _sent_already(page, intake)
    page.form.draft = _name(intake, section)
    with page.attempt():
        if section.slug == DETECTION:
            identified(page.form)
        parts_of(page.form, asked(page.actor, section.place.fields))
        page.form.check()
        place = Place(_name(intake), f"/registro/{intake}")
        drafts.save(page.act, place, _merged(page, kept, section))
        drafts.finish(page.session, page.form.draft)
        return page.go(_next(page, intake, section))
    return _part_page(page, intake, section, kept)


def _name(intake: uuid.UUID, section: Section | None = None) -> str:
    """The draft of the registration; of a part that is being written, its own."""
    return f"registro:{intake}" if section is None else f"registro:{intake}:{section.slug}"


def _kept(page: Page, intake: uuid.UUID) -> Opened | None:
    return drafts.opened(page.act, _name(intake))


def _sent_already(page: Page, intake: uuid.UUID) -> Response:
    """The receipt, if the registration was sent.

    Raises:
        NotFound: there is none: it was thrown away, or is somebody else's.
    """
    code = made_with(page.act, str(intake), OPERATION)
    if code is None:
        raise NotFound(_("Ese registro sin enviar ya no existe. Empiece por buscar a la persona."))
    return page.go(f"/registrar/constancia/{find(page.act, code).code}")


def _section(page: Page, slug: str) -> Section:
    found = next((one for one in sections(page.actor) if one.slug == slug), None)
    if found is None:
        raise NotFound
    return found


def _next(page: Page, intake: uuid.UUID, section: Section) -> str:
    slugs = [one.slug for one in sections(page.actor)]
    if page.form.flag("a_la_lista"):
        return f"/registro/{intake}"
    following = slugs[slugs.index(section.slug) + 1 :]
    return f"/registro/{intake}/{following[0] if following else 'revisar'}"


def _merged(page: Page, kept: Opened, section: Section) -> dict[str, list[str]]:
    """The draft with what this part says now; a field that was emptied is gone."""
    names = [one.name for one in asked(page.actor, section.place.fields)]
    names += _OF_DETECTION if section.slug == DETECTION else ()
    left = {name: list(values) for name, values in kept.fields.items() if not _of(name, names)}
    for name, value in page.form.sent.multi_items() if page.form.sent is not None else ():
        if isinstance(value, str) and value.strip() and _of(name, names):
            left.setdefault(name, []).append(value)
    left[_DONE] = sorted({*kept.fields.get(_DONE, ()), section.slug})
    return left


def _of(name: str, controls: Iterable[str]) -> bool:
    """Whether a field of a form belongs to one of the controls (a date has three, a list many)."""
    return any(name == one or name.startswith((f"{one}.", f"{one}-")) for one in controls)


def _group(page: Page, form: Form) -> str:
    """Whether she is a child, as far as was said."""
    said = parts_of(form, asked(page.actor, _OF_AGE))
    return age_group(said, form.day("first_identified_on"))


def _task(page: Page, intake: uuid.UUID, kept: Opened, section: Section) -> dict[str, object]:
    names = [one.name for one in asked(page.actor, section.place.fields)]
    if any(one.form == _name(intake, section) for one in drafts.mine(page.session)):
        status, kind = _("A medio escribir"), "yellow"
    elif section.slug in kept.fields.get(_DONE, ()):
        status, kind = _("Guardado"), "green"
    elif any(_of(name, names) for name in kept.fields):
        status, kind = _("Con lo que buscó"), "blue"
    else:
        status, kind = _("Sin empezar"), "grey"
    address = f"/registro/{intake}/{section.slug}"
    return {
        "text": _(section.title),
        "href": address,
        "status": status,
        "kind": kind,
        "hint": _(section.hint),
    }


def _part_page(page: Page, intake: uuid.UUID, section: Section, kept: Opened) -> Response:
    again = section.slug in kept.fields.get(_DONE, ())
    few = asked(page.actor, section.place.few, page.form, again=again)
    more = asked(page.actor, section.place.more, page.form, again=again)
    filled = page.form.sent or ()
    inside = [one.name for one in more]
    wrong = any(_of(error["field"], inside) for error in page.form.errors)
    shown = sections(page.actor)
    return page.draw(
        "victims/registration/part.html",
        intake=intake,
        section=section,
        title=_(section.title),
        hint=_(section.hint),
        warning=_(section.warning),
        number=shown.index(section) + 1,
        count=len(shown),
        few=few,
        more=more,
        more_open=wrong or any(_of(name, inside) for name in filled),
        states=states() if section.slug == DETECTION else [],
        group=_group(page, Form(sent(kept))),
    )


def _review_page(page: Page, intake: uuid.UUID, kept: Opened) -> Response:
    form = Form(sent(kept))
    on = form.day("first_identified_on")
    shown = sections(page.actor)
    parts = parts_of(Form(sent(kept)), all_asked(page.actor))
    told = remarks(parts, Known.of(parts.get("identity", {}), on))
    return page.draw(
        "victims/registration/review.html",
        intake=intake,
        cards=[_card(page, intake, one, form) for one in shown],
        problems=[(_home(page, intake, e["field"]), e["message"]) for e in page.form.errors],
        remarks=sorted({remark["message"] for remark in told}),
        group=age_group(parts, on),
        alike=alike(page.form),
        reasons=options(NOT_DUPLICATE),
        missing=on is None,
    )


def _card(page: Page, intake: uuid.UUID, section: Section, form: Form) -> dict[str, object]:
    rows: list[tuple[str, str]] = []
    if section.slug == DETECTION:
        on = form.day("first_identified_on")
        rows = [
            (_("Fecha en que se la identificó"), day(on)),
            (_("Con qué empieza el caso"), label(form.text("state"), "case_state")),
        ]
    drawn = asked(page.actor, section.place.fields)
    known = read(form, drawn)
    rows += [(one.label, words(one, known[one.key])) for one in drawn if one.key in known]
    return {"title": _(section.title), "href": f"/registro/{intake}/{section.slug}", "rows": rows}


def _home(page: Page, intake: uuid.UUID, field: str) -> str:
    """The page on which a field is mended."""
    for section in sections(page.actor):
        names = [one.name for one in asked(page.actor, section.place.fields)]
        if _of(field, [*names, *(_OF_DETECTION if section.slug == DETECTION else ())]):
            return f"/registro/{intake}/{section.slug}"
    return f"/registro/{intake}"
