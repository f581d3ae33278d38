"""Rows of a case's notes."""

from typing import Annotated, ClassVar, Final

from app.records.base import Row
from app.records.kinds import Code, IsoDate, Text
from app.records.spec import Spec

OWN = "Propio; Guía del PRI (DS 009-2019-MIMP)"
AS_ABOUT: Final = "el del tema de la nota"
"""A note belongs to the compartment it is about, which its writer chooses."""


class Note(Row):
    """What somebody notes of a case. Read in full, or by the unit that wrote it."""

    title_es: ClassVar[str] = "Nota del caso"
    table: ClassVar[str] = "case_note"
    compartment: ClassVar[str] = AS_ABOUT
    prefix: ClassVar[str] = "NC"
    clear: ClassVar[frozenset[str]] = frozenset({"kind", "happened_on"})

    kind: Annotated[Code | None, Spec("Tipo de nota", OWN, codes="note_kind", personal=False)] = None
    happened_on: Annotated[IsoDate | None, Spec("Cuándo ocurrió", OWN)] = None
    text: Annotated[
        Text | None,
        Spec("Nota", OWN, help="Nunca el relato de los hechos: eso es de la entrevista única."),
    ] = None


class Addendum(Row):
    """What corrects or completes a note."""

    title_es: ClassVar[str] = "Aclaración de una nota"
    table: ClassVar[str] = "case_note_addendum"
    compartment: ClassVar[str] = AS_ABOUT
    prefix: ClassVar[str] = "NC"

    text: Annotated[Text | None, Spec("Aclaración", OWN, help="La nota no se cambia: se aclara.")] = None


ROWS: tuple[type[Row], ...] = (Note, Addendum)
