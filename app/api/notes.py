"""Notes of a case: `/cases/{code}/notes`."""

from typing import Annotated

from fastapi import Query
from pydantic import ConfigDict, Field

from app.access.permissions import Permission
from app.api.answers import Answer
from app.api.schemas import Code
from app.edge.deps import CurrentAct, IdempotencyKey, Requires
from app.edge.routing import Branch
from app.records.rows.notes import Addendum, Note
from app.services.idempotency import once
from app.services.notes import queries, service
from app.services.notes.views import NotesView
from app.services.paging import PAGE
from app.services.views import Coded

router = Branch(prefix="/cases/{code}/notes", tags=["notes"])


class NoteIn(Note):
    """A note, and what it is about."""

    model_config = ConfigDict(title="Nota del caso", json_schema_extra={"required": ["kind", "text"]})

    about: Annotated[
        str | None,
        Field(
            title="Tema: parte del registro cuyos lectores leen la nota; si falta, el de su función",
            max_length=40,
        ),
    ] = None


class AddendumIn(Addendum):
    """What corrects or completes a note."""

    model_config = ConfigDict(title="Aclaración de una nota", json_schema_extra={"required": ["text"]})


@router.post(
    "", status_code=201, dependencies=[Requires(Permission.VICTIMS_WRITE)], summary="Escribir una nota"
)
def write(code: Code, body: NoteIn, act: CurrentAct, key: IdempotencyKey) -> Answer[Coded]:
    """Stores the note sealed; it is never changed, only added to."""
    payload = {"case": code, **body.model_dump(mode="json")}
    wanted = Note(**body.model_dump(exclude={"about"}))
    new = once(act, key, "notes.write", payload, lambda: service.write(act, code, wanted, about=body.about))
    return Answer({"code": new}, status_code=201)


@router.get("", dependencies=[Requires(Permission.CASES_READ)], summary="Notas de un caso")
def of_case(
    code: Code,
    act: CurrentAct,
    before: Annotated[str | None, Query(title="Cursor de la página anterior", max_length=200)] = None,
    limit: Annotated[int, Query(title="Notas por página", ge=1, le=200)] = PAGE,
) -> Answer[NotesView]:
    """Newest first; of those about what the caller does not read, only that they are there."""
    return Answer(queries.of_case(act, code, before=before, limit=limit))


@router.post(
    "/{note}/addenda",
    status_code=201,
    dependencies=[Requires(Permission.VICTIMS_WRITE)],
    summary="Aclarar una nota",
    responses={409: {"description": "La nota ya tiene el máximo de aclaraciones"}},
)
def add(code: Code, note: Code, body: AddendumIn, act: CurrentAct, key: IdempotencyKey) -> Answer[Coded]:
    """Adds to a note the caller reads what corrects or completes it."""
    payload = {"case": code, "note": note, **body.model_dump(mode="json")}
    new = once(
        act,
        key,
        "notes.addendum",
        payload,
        lambda: service.add(act, code, note, Addendum(**body.model_dump())),
    )
    return Answer({"code": new}, status_code=201)
