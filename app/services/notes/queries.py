"""Read the notes of a case: the text of what one may read, that there is one of what one may know of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.actor import Actor
from app.access.guard import CaseRef, canonical, case_in_scope, require
from app.access.opening_rows import SealedRow, open_rows_left
from app.access.permissions import Permission
from app.access.policy import Level, policy
from app.access.standing import Standing, standing
from app.audit import record
from app.catalogues import code_list
from app.errors import NotFound
from app.models import CaseNote, CaseNoteAddendum
from app.records import COMPARTMENTS
from app.records.rows.notes import Addendum, Note
from app.services.notes import rules
from app.services.notes.views import (
    NoteContent,
    NoteFace,
    NoteKnown,
    NotesView,
    NoteTopicView,
    NoteView,
    OneNote,
)
from app.services.paging import PAGE, cursor_of, read_cursor

_ALL_PAGES: Final = 100
_LARGEST: Final = 200
_UNREAD: Final[NoteContent] = {}
Table = type[CaseNote] | type[CaseNoteAddendum]


@dataclass(frozen=True, slots=True)
class Known:
    """A note, or something added to one (`addendum_id`), that the actor may know of."""

    note_id: int
    addendum_id: int | None
    code: str
    compartment: str
    written_at: datetime
    unit_code: str | None
    unit_name: str
    own: bool
    mine: bool
    author: str | None
    """Username, of the own unit's people."""


@dataclass(frozen=True, slots=True)
class _Content:
    """What was opened of a note or an addendum; `broken`: it did not open."""

    row: Any
    text: str | None
    broken: bool


def of_case(
    act: Act,
    case_code: str,
    *,
    before: str | None = None,
    limit: int = PAGE,
) -> NotesView:
    """Notes of a case, newest first, each with what was added to it.

    Returns:
        `items`, `next` (cursor of the older ones, or None), and `about`: what the actor may write notes
        about, the default first. A note of which the actor may only know has `readable` false and no content;
        what does not open, note or addendum, has no text and is `broken`.

    Raises:
        NotFound: the case is out of scope.
        BadRequest: the cursor is not one of this list.
    """
    require(act.actor, Permission.CASES_READ)
    ref = case_in_scope(act, case_code)
    stand = _standing(act, ref)
    moment, last = read_cursor(before, "NC") if before is not None else (None, None)
    known = [
        row
        for row in _known(act.session, ref, None, moment, last, limit + 1)
        if stand.level(act.actor, row.compartment) >= Level.EXISTS
    ]
    notes = [row for row in known if row.addendum_id is None]
    page = notes[:limit]
    following = cursor_of(page[-1].written_at, page[-1].code) if len(notes) > limit else None
    shown = {row.note_id for row in page}
    readable = [row for row in known if row.note_id in shown and _reads(act.actor, stand, row)]
    texts = _opened(act, ref, readable)
    return {
        "items": [_item(row, known, texts) for row in page],
        "next": following,
        "about": about_choices(act.actor, stand),
    }


def one(act: Act, case_code: str, code: str) -> OneNote:
    """A note that the actor reads, as in the list; `code` may be that of something added to it.

    Also `writable`: whether the actor may add to it.

    Raises:
        NotFound: the case is out of scope, or the actor reads no such note in it.
    """
    require(act.actor, Permission.CASES_READ)
    ref = case_in_scope(act, case_code)
    stand = _standing(act, ref)
    known = _known(act.session, ref, canonical(code, "NC"), None, None, 1)
    if not known or not _reads(act.actor, stand, known[0]):
        raise NotFound
    texts = _opened(act, ref, known)
    about = {choice["code"] for choice in about_choices(act.actor, stand)}
    return {**_item(known[0], known, texts), "writable": known[0].compartment in about}


def all_read(act: Act, case_code: str) -> Iterator[NoteView]:
    """Every note of a case that the actor reads, newest first.

    Raises:
        NotFound: the case is out of scope.
    """
    cursor: str | None = None
    for _ in range(_ALL_PAGES):
        page = of_case(act, case_code, before=cursor, limit=_LARGEST)
        yield from (item for item in page["items"] if item["readable"])
        cursor = page["next"]
        if cursor is None:
            return


def about_choices(actor: Actor, stand: Standing) -> list[NoteTopicView]:
    """What the actor may write notes about (`code`, `label`), the default first; or nothing."""
    if not policy().permits(actor.role, Permission.VICTIMS_WRITE):
        return []
    return [{"code": name, "label": COMPARTMENTS[name].title_es} for name in rules.writable(actor, stand)]


def read_note(act: Act, ref: CaseRef, stand: Standing, code: str) -> Known:
    """The note of a case behind its code, or behind that of something added to it, if the actor reads it.

    Raises:
        NotFound: the case has none, or the actor does not read it.
    """
    found = next(iter(_known(act.session, ref, code, None, None, 1)), None)
    if found is None or not _reads(act.actor, stand, found):
        raise NotFound
    return found


def added_to(session: Session, ref: CaseRef, note_id: int) -> int:
    """How many addenda a note has that the actor reads."""
    count = select(func.count()).where(
        CaseNoteAddendum.victim_id == ref.victim_id, CaseNoteAddendum.note_id == note_id
    )
    return session.scalar(count) or 0


def _standing(act: Act, ref: CaseRef) -> Standing:
    stand = standing(act, ref.victim_id)
    if stand is None:
        raise NotFound
    return stand


def _known(
    session: Session,
    ref: CaseRef,
    wanted: str | None,
    before: datetime | None,
    before_code: str | None,
    most: int,
) -> list[Known]:
    """Notes first, in their order, then what was added to them, the oldest first."""
    asked = func.ruv.known_notes(ref.case_id, wanted, before, before_code, most)
    rows = session.execute(select(asked.table_valued(*Known.__dataclass_fields__, name="known")))
    return [Known(*row) for row in rows]


def _reads(actor: Actor, stand: Standing, row: Known) -> bool:
    return rules.reads(stand.level(actor, row.compartment), row.compartment, own=row.own, mine=row.mine)


def _opened(act: Act, ref: CaseRef, readable: Sequence[Known]) -> dict[str, _Content]:
    """Content by code, opened compartment by compartment; a look at nothing is recorded too."""
    if not readable:
        record(act, "notes.read", victim_id=ref.victim_id, case_id=ref.case_id, purpose=act.purpose)
        return {}
    found: dict[str, _Content] = {}
    for about in dict.fromkeys(row.compartment for row in readable):
        same = [row for row in readable if row.compartment == about]
        notes = _stored(act.session, ref, CaseNote, [row.note_id for row in same if row.addendum_id is None])
        added = _stored(
            act.session, ref, CaseNoteAddendum, [row.addendum_id for row in same if row.addendum_id]
        )
        for table, rows in ((Note.table, notes), (Addendum.table, added)):
            if not rows:
                continue
            sealed = [SealedRow(row.id, row.key_version, row.sealed) for row in rows]
            texts = open_rows_left(act, about, ref.strand, table, sealed, action="notes.read")
            found |= {
                row.code: _Content(row, (text or {}).get("text"), broken=text is None)
                for row, text in zip(rows, texts, strict=True)
            }
    return found


def _stored(session: Session, ref: CaseRef, table: Table, ids: Sequence[int]) -> Sequence[Any]:
    """Rows as sealed; the columns that say who wrote them are not the application's to read."""
    if not ids:
        return []
    columns = [table.id, table.code, table.sealed, table.key_version]
    if table is CaseNote:
        columns += [CaseNote.kind, CaseNote.happened_on]
    return session.execute(select(*columns).where(table.victim_id == ref.victim_id, table.id.in_(ids))).all()


def _item(row: Known, known: Sequence[Known], texts: Mapping[str, _Content]) -> NoteView:
    content = texts.get(row.code)
    item: NoteKnown = {
        **_face(row),
        "about": row.compartment,
        "about_label": COMPARTMENTS[row.compartment].title_es,
        "readable": content is not None,
    }
    if content is None:
        return {**item, **_UNREAD}
    stored = content.row
    added = [one for one in known if one.note_id == row.note_id and one.code in texts and one is not row]
    return {
        **item,
        "kind": stored.kind,
        "kind_label": code_list("note_kind").labels.get(stored.kind, stored.kind),
        "happened_on": stored.happened_on,
        "text": content.text,
        "broken": content.broken,
        "addenda": [
            {**_face(one), "text": texts[one.code].text, "broken": texts[one.code].broken} for one in added
        ],
    }


def _face(row: Known) -> NoteFace:
    return {
        "code": row.code,
        "written_at": row.written_at,
        "unit": {"code": row.unit_code, "name": row.unit_name},
        "author": row.author,
        "mine": row.mine,
    }
