"""Write a note of a case, or add to one; nothing written is changed."""

from __future__ import annotations

from typing import Final

from app.access.act import Act
from app.access.actor import Actor
from app.access.guard import CaseRef, canonical, case_in_scope, require
from app.access.permissions import Permission
from app.access.standing import Standing, standing
from app.catalogues import code_list
from app.errors import Conflict, Forbidden, Invalid, NotFound, unknown_code, wrong
from app.records.errors import FieldError
from app.records.kinds import today
from app.records.rows.notes import Addendum, Note
from app.services.notes import rules
from app.services.notes.queries import added_to, read_note
from app.services.writing import Writing

_WRONG: Final = "Revise los campos indicados."
_NO_WRITER: Final = "Su función o su participación no escribe notas de esta persona."


def write(
    act: Act,
    case_code: str,
    wanted: Note,
    *,
    about: str | None = None,
) -> str:
    """Write a note; returns its code.

    Args:
        about: the compartment it belongs to, whose readers read it; by default what the role itself keeps.

    Raises:
        NotFound: the case is out of scope.
        Forbidden: the role, or the unit's part in the case, writes no notes, or none about this (`about`).
        Invalid: kind or text is missing, or the day is to come; named.
    """
    ref, stand = _reached(act, case_code)
    compartment = _about(act.actor, stand, about)
    _check(wanted)
    write = Writing(act, ref, "notes.write", [compartment])
    note = write.add(wanted, {"compartment": compartment}, under=compartment)
    write.done({"note": note.code}, fields=wanted.model_dump(exclude_none=True))
    return note.code


def add(
    act: Act,
    case_code: str,
    note: str,
    wanted: Addendum,
) -> str:
    """Add to a note what corrects or completes it; returns the addendum's code.

    Args:
        note: code of a note that the actor reads, or of something added to it already.

    Raises:
        NotFound: the case is out of scope, or the actor reads no such note in it.
        Forbidden: the role, or the unit's part in the case, does not write what the note is about.
        Invalid: the text is missing.
        Conflict: the note has as many addenda as it may.
    """
    ref, stand = _reached(act, case_code)
    found = read_note(act, ref, stand, canonical(note, "NC"))
    if not stand.writes(act.actor, found.compartment):
        raise Forbidden(_NO_WRITER)
    if wanted.text is None:
        raise Invalid(_WRONG, errors=[wrong("text", "missing", "Escriba la aclaración.")])
    if added_to(act.session, ref, found.note_id) >= rules.MOST_ADDENDA:
        raise Conflict("Esa nota ya tiene muchas aclaraciones: escriba una nota nueva.")
    write = Writing(act, ref, "notes.addendum", [found.compartment])
    addendum = write.add(wanted, {"note_id": found.note_id}, under=found.compartment)
    write.done({"addendum": addendum.code}, fields=["text"])
    return addendum.code


def _reached(act: Act, case_code: str) -> tuple[CaseRef, Standing]:
    require(act.actor, Permission.VICTIMS_WRITE)
    ref = case_in_scope(act, case_code)
    stand = standing(act, ref.victim_id)
    if stand is None:
        raise NotFound
    return ref, stand


def _about(actor: Actor, stand: Standing, about: str | None) -> str:
    """The compartment of a new note."""
    allowed = rules.writable(actor, stand)
    if not allowed:
        raise Forbidden(_NO_WRITER)
    if about is None:
        return allowed[0]
    if about in allowed:
        return about
    errors = [unknown_code("about", allowed, "not-writable")]
    if about in rules.ABOUT:
        raise Forbidden("Su función no escribe notas sobre ese tema.", errors=errors)
    raise Invalid(_WRONG, errors=errors)


def _check(wanted: Note) -> None:
    errors: list[FieldError] = []
    if wanted.kind is None:
        errors.append(unknown_code("kind", code_list("note_kind").codes, "missing"))
    if wanted.text is None:
        errors.append(wrong("text", "missing", "Escriba la nota."))
    if wanted.happened_on is not None and wanted.happened_on > today():
        message = "La fecha no puede ser posterior a hoy."
        errors.append(wrong("happened_on", "future", message))
    if errors:
        raise Invalid(_WRONG, errors=errors)
