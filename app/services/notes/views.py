"""What is told of the notes of a case."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from app.services.views import UnitView


class NoteFace(TypedDict):
    """Who wrote something and when; `author` is a username, of the own unit's people alone."""

    code: str
    written_at: datetime
    unit: UnitView
    author: str | None
    mine: bool


class AddendumView(NoteFace):
    """What corrects or completes a note."""

    text: str | None
    broken: bool


class NoteKnown(NoteFace):
    """That there is a note, and what it is about."""

    about: str
    about_label: str
    readable: bool


class NoteContent(TypedDict, total=False):
    """What a note says; left out of one that is only known of."""

    kind: Annotated[str, Field(json_schema_extra={"x-code-list": "note_kind"})]
    kind_label: str
    happened_on: date | None
    text: str | None
    broken: bool
    addenda: list[AddendumView]


class NoteView(NoteKnown, NoteContent):
    """A note of a case, with its content where its reader reads it."""


class NoteTopicView(TypedDict):
    """What a note may be about: a part of the record."""

    code: str
    label: str


class NotesView(TypedDict):
    """A page of the notes of a case, and what the reader may write notes about."""

    items: list[NoteView]
    next: str | None
    about: list[NoteTopicView]


class OneNote(NoteView):
    """One note, and whether its reader may add to it."""

    writable: bool
