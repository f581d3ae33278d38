"""The person's own file on paper, for her to take with her: what she asked for, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from app.access.act import RIGHTS, Act
from app.access.guard import victim_in_scope
from app.access.sealing import Strand
from app.services.holdings.own_file import own_file
from app.services.holdings.views import OwnFileView, OwnPart, OwnRows
from app.services.printing.issuing import Issue
from app.services.printing.queries import reserved_names
from app.services.printing.sheet import Section, Sheet, Signer, Table
from app.services.printing.words import words
from app.states import PaperKind

_NOTICE: Final = (
    "Este expediente es de la persona. Llevarlo consigo puede ponerla en riesgo si alguien lo encuentra: "
    "converse antes con ella dónde lo va a guardar, o léalo con ella sin entregarlo."
)
_NOTHING: Final = "No hay nada que mostrar."
_LOOKS: Final = {
    "cuando": "Cuándo", "unidad": "Unidad", "funcion": "Función", "que_hizo": "Qué hizo", "motivo": "Por qué",
}  # fmt: skip
_ELSEWHERE: Final = {"parte": "Parte", "indicacion": "A quién pedirla"}
_HELD: Final = "Lo que se reserva por ahora"
_LONGEST_NAME: Final = 200


def own_file_issue(act: Act, code: str, request: str) -> Issue:
    """The file of who asked for it, as far as the answering unit reads it; no shelter is named on it.

    Raises:
        NotFound: the person is out of scope.
        Forbidden: the role answers no requests.
        Invalid: there is no open request of hers (`request`).
    """
    found = own_file(act.for_purpose(RIGHTS), code, request=request)
    person = victim_in_scope(act, code)
    reserved = reserved_names(act.session, set(_names([found["registros"], found["quien_miro"]])))
    held = found["reservado"]
    sheet = Sheet(
        title="Expediente de la persona",
        subject=found["solicitud"],
        sections=[*_sections(found, reserved), *([Section(_HELD, paragraphs=held)] if held else [])],
        signatures=[Signer("Recibido por la persona", fingerprint=True), Signer("Profesional que entrega")],
        notice=_NOTICE,
    )
    strand = Strand(person.victim_id, person.record_id)
    return Issue(PaperKind.OWN_FILE, sheet, strand, names=True)


def _sections(found: OwnFileView, reserved: Mapping[str, str]) -> Iterator[Section]:
    yield Section("Solicitud", [("Persona", found["persona"]), ("Solicitud", found["solicitud"])])
    yield from map(_part, found["partes"])
    for kind in found["registros"]:
        yield from _kind(kind, reserved)
    if found["quien_miro"]:
        yield _table("Quién miró sus datos", _LOOKS, found["quien_miro"], reserved)
    if found["pedir_a"]:
        title = "Partes que esta unidad no puede entregar"
        yield _table(title, _ELSEWHERE, found["pedir_a"], reserved)


def _names(value: object) -> Iterator[str]:
    """Every text that the name of a unit may be."""
    if isinstance(value, str):
        if len(value) <= _LONGEST_NAME:
            yield value
    elif isinstance(value, Mapping | list):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from _names(one)


def _part(part: OwnPart) -> Section:
    pairs = [(one["campo"], words(one["valor"])) for one in part["datos"]]
    return Section(part["parte"], pairs, paragraphs=() if pairs else (_NOTHING,))


def _kind(kind: OwnRows, reserved: Mapping[str, str]) -> Iterator[Section]:
    """Every row of one kind, each on its own; shelters without their names."""
    yield Section(kind["titulo"])
    for number, row in enumerate(kind["filas"], 1):
        pairs = [(one["campo"], words(one["valor"], reserved)) for one in row]
        yield Section(f"{kind['titulo']} ({number})", pairs, level=3)


def _table(
    title: str, columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]], reserved: Mapping[str, str]
) -> Section:
    cells = [[words(row[name], reserved) for name in columns] for row in rows]
    return Section(title, table=Table(list(columns.values()), [1] * len(columns), cells))
