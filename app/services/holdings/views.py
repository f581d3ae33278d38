"""What the register holds of a person: in Spanish words for herself, and as data for who exports it."""

from __future__ import annotations

from collections.abc import Mapping

from typing_extensions import TypedDict

from app.records import Values
from app.services.rows.views import OwnValue


class OwnPart(TypedDict):
    """A part of the register."""

    parte: str
    datos: list[OwnValue]


class OwnElsewhere(TypedDict):
    """A part that this unit cannot hand over, and whom to ask."""

    parte: str
    unidad: str | None
    indicacion: str


class OwnRows(TypedDict):
    """Rows of one kind about her, each as labels with their values."""

    tipo: str
    titulo: str
    filas: list[list[OwnValue]]


class OwnLook(TypedDict):
    """Somebody's look at her data, and why."""

    cuando: str
    unidad: str | None
    funcion: str | None
    que_hizo: str
    motivo: str | None
    partes: list[str]


class OwnFileView(TypedDict):
    """What the register holds of a person, as far as the answering unit reads it."""

    persona: str
    solicitud: str
    fecha: str
    partes: list[OwnPart]
    pedir_a: list[OwnElsewhere]
    reservado: list[str]
    registros: list[OwnRows]
    quien_miro: list[OwnLook]


class ExportedRows(TypedDict):
    """Rows of one kind as their slice's reader answers them, each with the code of what it was read of."""

    kind: str
    title: str
    tables: list[str]
    items: list[dict[str, object]]


class PersonData(TypedDict):
    """What an actor may read of a person; `broken` and `unread` name what, or some of what, is not here."""

    person: str
    access: Mapping[str, str]
    compartments: dict[str, Values]
    broken: list[str]
    rows: list[ExportedRows]
    unread: list[str]
