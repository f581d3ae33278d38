"""Notas of a case: a box to write one, those there are, and what corrects them."""

from __future__ import annotations

import re
from typing import Final

from starlette.datastructures import FormData
from starlette.responses import Response

from app.access.act import Act
from app.access.permissions import Permission
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.errors import Invalid
from app.records.rows.notes import Addendum, Note
from app.services.drafts import service as drafts
from app.services.idempotency import once
from app.services.notes import queries, service
from app.services.notes.views import NoteView, OneNote
from app.services.outbox.delivery import Parcel
from app.web.cases.frame import CaseFrame, case_frame
from app.web.i18n import _
from app.web.kit.drafting import resume
from app.web.kit.forms import Form
from app.web.kit.page import CurrentPage, Page
from app.web.kit.rows import read_row

router = Branch()

SHOWN: Final = 20
USUAL: Final = "SEGUIMIENTO"
"""Kind of a note unless another is chosen: writing one takes its text and a click."""
_PATH: Final = re.compile(r"/casos/([A-Za-z0-9-]{1,40})/notas")


@router.get("/casos/{code}/notas", dependencies=[Requires(Permission.CASES_READ)])
def notes(code: str, page: CurrentPage) -> Response:
    """Notes of a case, newest first, with the box to write one on top."""
    shown = _shown(page, code)
    resume(page, page.form.draft)
    return page.draw("notes/notes.html", **shown)


@router.post("/casos/{code}/notas", dependencies=[Requires(Permission.VICTIMS_WRITE)])
def write(code: str, page: CurrentPage) -> Response:
    """Write a note."""
    shown = _shown(page, code)
    made = ""
    with page.attempt():
        made = write_note(page.act, shown["case"]["code"], page.form)
        drafts.finish(page.session, page.form.draft)
    if made:
        return page.go(f"{shown['base']}/notas", done="nota")
    return page.draw("notes/notes.html", **shown)


@router.get("/casos/{code}/notas/{note}", dependencies=[Requires(Permission.CASES_READ)])
def one(code: str, note: str, page: CurrentPage) -> Response:
    """One note, what was added to it, and the box to add to it."""
    return page.draw("notes/note.html", **_one(page, code, note))


@router.post("/casos/{code}/notas/{note}", dependencies=[Requires(Permission.VICTIMS_WRITE)])
def add(code: str, note: str, page: CurrentPage) -> Response:
    """Add to a note what corrects or completes it."""
    shown = _one(page, code, note)
    made = ""
    with page.attempt():
        made = _added(page, shown["case"]["code"], shown["note"]["code"])
    if made:
        return page.go(f"{shown['base']}/notas/{shown['note']['code']}", done="aclaracion")
    return page.draw("notes/note.html", **shown)


def write_note(act: Act, case: str, form: Form) -> str:
    """Write the note of a form, once for its key; returns the note's code.

    Raises:
        Invalid: fields that are missing or wrong, named.
        NotFound, Forbidden, Conflict: as `service.write` and `replayed`.
    """
    happened = form.day("happened_on")
    form.check()
    wanted = read_row(
        Note,
        {"kind": form.text("kind"), "happened_on": happened, "text": form.text("text")},
    )
    about = form.text("about")
    payload = {"case": case, **wanted.model_dump(mode="json"), "about": about}
    return once(act, form.key, "notes.write", payload, lambda: service.write(act, case, wanted, about=about))


def _added(page: Page, case: str, note: str) -> str:
    """Add what the form says, once for its key; returns the addendum's code."""
    wanted = read_row(Addendum, {"text": page.form.text("text")})
    payload = {"case": case, "note": note, **wanted.model_dump(mode="json")}
    return page.once("notes.addendum", payload, lambda: service.add(page.act, case, note, wanted))


def deliver(act: Act, parcel: Parcel) -> str:
    """Do what posting the note's form does, for one filled in without a connection; returns its code.

    Raises:
        Invalid: it was for no page of notes, or its fields are wrong.
        NotFound, Forbidden, Conflict: as `write_note`.
    """
    place = _PATH.fullmatch(parcel.path)
    if place is None:
        raise Invalid(_("No se sabe de qué caso es esta nota: indique el código del caso."))
    sent = [(name, value) for name, values in parcel.fields.items() for value in values if name != "_clave"]
    form = Form(FormData([*sent, ("_clave", parcel.key)]))
    return write_note(act, place.group(1), form)


class NotesPage(CaseFrame):
    """What the page of notes shows; `about` are pairs of code and label."""

    notes: list[NoteView]
    older: str
    about: list[tuple[str, str]]
    first: bool


class NotePage(CaseFrame):
    """What the page of one note shows."""

    note: OneNote


def _shown(page: Page, code: str) -> NotesPage:
    """What the page of notes shows; a form that was refused keeps what was typed."""
    frame = case_frame(page, code, "notas")
    before = page.query("desde") or None
    found = queries.of_case(page.act, code, before=before, limit=SHOWN)
    page.form.draft = f"nota:{frame['case']['code']}"
    page.form.start(kind=USUAL)
    return {
        **frame,
        "notes": found["items"],
        "older": f"{frame['base']}/notas?desde={found['next']}" if found["next"] else "",
        "about": [(choice["code"], choice["label"]) for choice in found["about"]],
        "first": before is None,
    }


def _one(page: Page, code: str, note: str) -> NotePage:
    frame = case_frame(page, code, "notas")
    return {**frame, "note": queries.one(page.act, code, note)}
