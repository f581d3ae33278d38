"""Rows of stays in shelters, and of the site of a shelter."""

from typing import Annotated, ClassVar

from app.records.base import Row
from app.records.kinds import Code, IsoDate, Line, Phone, Text, Ubigeo
from app.records.spec import Partial, Spec

OWN = "Propio"
RESERVED = "Propio (reserva de la ubicación de los centros de acogida)"


class Site(Row):
    """Where a shelter is: sealed, for its own staff and the UPE."""

    title_es: ClassVar[str] = "Local del centro de acogida"
    table: ClassVar[str] = "shelter_site"
    compartment: ClassVar[str] = "shelter_location"

    ubigeo: Annotated[Ubigeo | None, Spec("Distrito del local", "INEI, UBIGEO", Partial.DEPARTMENT)] = None
    address: Annotated[Line | None, Spec("Dirección", RESERVED)] = None
    phone: Annotated[Phone | None, Spec("Teléfono", RESERVED)] = None
    access_instructions: Annotated[Text | None, Spec("Indicaciones de acceso", RESERVED)] = None


class Admission(Row):
    """Where she is from now on; texts are coordination texts, seen with the row they belong to."""

    title_es: ClassVar[str] = "Ingreso"
    table: ClassVar[str] = "placement"
    compartment: ClassVar[str] = "coordination"
    prefix: ClassVar[str] = "AL"
    clear: ClassVar[frozenset[str]] = frozenset({"actual_place", "group"})

    actual_place: Annotated[
        Code | None,
        Spec(
            "Lugar donde está; si falta, el centro de acogida",
            OWN,
            Partial.SHOW,
            codes="actual_place",
            other_text="place_text",
        ),
    ] = None
    group: Annotated[
        Code | None,
        Spec("Grupo del cupo; si falta, cualquiera con cupo libre", OWN, Partial.SHOW, codes="shelter_group"),
    ] = None
    place_text: Annotated[Line | None, Spec("Qué lugar es", RESERVED)] = None
    belongings: Annotated[Text | None, Spec("Pertenencias que trae", OWN)] = None
    notes: Annotated[Text | None, Spec("Notas del ingreso", OWN)] = None


class Leave(Row):
    """She goes out for a while and is expected back."""

    title_es: ClassVar[str] = "Permiso de salida"
    table: ClassVar[str] = "placement_leave"
    compartment: ClassVar[str] = "coordination"
    clear: ClassVar[frozenset[str]] = frozenset({"reason", "accompanied"})

    reason: Annotated[
        Code | None, Spec("Motivo", OWN, Partial.SHOW, codes="leave_reason", other_text="notes")
    ] = None
    accompanied: Annotated[Code | None, Spec("Va acompañada", OWN, Partial.SHOW, codes="tristate")] = None
    destination: Annotated[Line | None, Spec("Adónde va", RESERVED)] = None
    companion: Annotated[Line | None, Spec("Quién la acompaña", OWN)] = None
    notes: Annotated[Text | None, Spec("Notas del permiso", OWN)] = None


class Suitability(Row):
    """Whether the adult who would take her in is fit to."""

    title_es: ClassVar[str] = "Idoneidad de la persona adulta que la recibe"
    table: ClassVar[str] = "suitability_check"
    compartment: ClassVar[str] = "coordination"
    clear: ClassVar[frozenset[str]] = frozenset({"result", "relation", "suspected", "checked_on"})

    result: Annotated[
        Code | None, Spec("Resultado", "Propio (DL 1297)", Partial.SHOW, codes="suitability_result")
    ] = None
    relation: Annotated[
        Code | None,
        Spec("Vínculo con la persona", OWN, Partial.SHOW, codes="receiving_adult", other_text="notes"),
    ] = None
    suspected: Annotated[
        Code | None,
        Spec(
            "Señalada como sospechosa",
            OWN,
            Partial.SHOW,
            codes="tristate",
            help="Sin descartarlo (NO) nadie es idónea.",
        ),
    ] = None
    checked_on: Annotated[IsoDate | None, Spec("Fecha de la evaluación", OWN, Partial.SHOW)] = None
    name: Annotated[Line | None, Spec("Nombre de la persona adulta", OWN, Partial.INITIAL)] = None
    document: Annotated[Line | None, Spec("Documento de la persona adulta", OWN, Partial.LAST_TWO)] = None
    notes: Annotated[Text | None, Spec("Sustento de la evaluación", OWN)] = None


ROWS: tuple[type[Row], ...] = (Site, Admission, Leave, Suitability)
