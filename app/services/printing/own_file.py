"""The person's own file on paper, for her to take with her: what she asked for, in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from app.access.act import RIGHTS, Act
from app.access.guard import victim_in_scope
from app.access.sealing import Strand
from app.services.data_requests.own_file import own_file
from app.services.data_requests.views import OwnFileView, OwnPart, OwnPlan, OwnRows, OwnValue
from app.services.printing.issuing import Issue
from app.services.printing.queries import reserved_names
from app.services.printing.sheet import UNKNOWN, Section, Sheet, Signer, Table, shown_date
from app.states import PaperKind

_NOTICE: Final = (
    "Este expediente es de la persona. Llevarlo consigo puede ponerla en riesgo si alguien lo encuentra: "
    "converse antes con ella dónde lo va a guardar, o léalo con ella sin entregarlo."
)
_NOTHING: Final = "No hay nada que mostrar."
_TABLES: Final = {
    "casos": (
        "Casos",
        {"caso": "Caso", "estado": "Estado", "desde": "Desde", "identificacion": "Identificación"},
    ),
    "derivaciones": (
        "Derivaciones",
        {
            "servicio": "Servicio",
            "de": "De",
            "a": "A",
            "base_legal": "Base legal",
            "se_compartio": "Se compartió",
            "estado": "Estado",
        },
    ),
    "consentimientos": (
        "Consentimientos",
        {"para": "Para qué", "partes": "Qué partes", "a": "A quiénes", "estado": "Estado", "hasta": "Hasta"},
    ),
    "notas": (
        "Notas",
        {
            "fecha": "Escrita el",
            "unidad": "Unidad",
            "tema": "Tema",
            "dice": "Nota",
            "aclaraciones": "Aclaraciones",
        },
    ),
    "quien_miro": (
        "Quién miró sus datos",
        {
            "cuando": "Cuándo",
            "unidad": "Unidad",
            "funcion": "Función",
            "que_hizo": "Qué hizo",
            "motivo": "Por qué",
        },
    ),
    "pedir_a": (
        "Partes que esta unidad no puede entregar",
        {"parte": "Parte", "indicacion": "A quién pedirla"},
    ),
}
_UNIT: Final = "Unidad"
_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}(T.*)?")
_DAYS: Final = frozenset({"desde", "hasta", "cuando", "fecha"})


def own_file_issue(act: Act, code: str, request: str) -> Issue:
    """The file of who asked for it, as far as the answering unit reads it; no shelter is named on it.

    Raises:
        NotFound: the person is out of scope.
        Forbidden: the role answers no requests.
        Invalid: there is no open request of hers (`request`).
    """
    found = own_file(act.for_purpose(RIGHTS), code, request=request)
    person = victim_in_scope(act, code)
    reserved = reserved_names(act.session, _names(found))
    sections = [
        Section("Solicitud", [("Persona", found["persona"]), ("Solicitud", found["solicitud"])]),
        *(_part(part) for part in found["partes"]),
        *(goal for plan in found["planes"] for goal in _plan(plan)),
        *(section for kind in found["registros"] for section in _kind(kind, reserved)),
        *(_listed(found, name, reserved) for name in _TABLES if found.get(name)),
        *(
            [Section("Lo que se reserva por ahora", paragraphs=found["reservado"])]
            if found["reservado"]
            else []
        ),
    ]
    sheet = Sheet(
        title="Expediente de la persona",
        subject=found["solicitud"],
        sections=sections,
        signatures=[Signer("Recibido por la persona", fingerprint=True), Signer("Profesional que entrega")],
        notice=_NOTICE,
    )
    strand = Strand(person.victim_id, person.record_id)
    return Issue(PaperKind.OWN_FILE, sheet, strand, names=True)


def _names(found: OwnFileView) -> set[str]:
    """Names of units that the file would say."""
    units = [unit for row in found["derivaciones"] for unit in (row["de"], row["a"])]
    units += [unit for row in found["consentimientos"] for unit in row["a"]]
    units += [row["unidad"] for row in found["notas"]]
    units += [row["unidad"] or "" for row in found["quien_miro"]]
    rows = (row for kind in found["registros"] for row in kind["filas"])
    units += [str(one["valor"]) for row in rows for one in row if one["campo"] == _UNIT]
    return {unit for unit in units if unit}


def _part(part: OwnPart) -> Section:
    pairs = [(one["campo"], words(one["valor"])) for one in part["datos"]]
    return Section(part["parte"], pairs, paragraphs=() if pairs else (_NOTHING,))


def _kind(kind: OwnRows, reserved: Mapping[str, str]) -> Iterator[Section]:
    """Every row of one kind, each on its own; shelters without their names."""
    yield Section(kind["titulo"])
    for number, row in enumerate(kind["filas"], 1):
        pairs = [(one["campo"], _told(one, reserved)) for one in row]
        yield Section(f"{kind['titulo']} ({number})", pairs, level=3)


def _told(one: OwnValue, reserved: Mapping[str, str]) -> str:
    value = one["valor"]
    if isinstance(value, str):
        return shown_date(value) if _ISO.fullmatch(value) else reserved.get(value, value)
    return words(value)


def words(value: Any) -> str:
    """A value as it is read: items of lists after each other, fields of objects with their labels."""
    if isinstance(value, Mapping):
        return f"{value['campo']}: {words(value['valor'])}"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return "; ".join(words(item) for item in value) or UNKNOWN
    return UNKNOWN if value is None else str(value)


def _plan(plan: OwnPlan) -> list[Section]:
    rows = [
        [words(goal["area"]), words(goal["en_sus_palabras"]), words(goal["meta"])]
        for goal in plan["objetivos"]
    ]
    table = Table(("Área", "En sus palabras", "Meta"), (2, 4, 4), rows) if rows else None
    return [Section(f"Plan {plan['plan']}", [("Estado", plan["estado"])], table=table)]


def _listed(found: Mapping[str, Any], name: str, reserved: Mapping[str, str]) -> Section:
    title, columns = _TABLES[name]
    rows = [[_cell(row, column, reserved) for column in columns] for row in found[name]]
    return Section(title, table=Table(list(columns.values()), [1] * len(columns), rows))


def _cell(row: Mapping[str, Any], column: str, reserved: Mapping[str, str]) -> str:
    value = row[column]
    if column in _DAYS:
        return shown_date(value)
    if isinstance(value, str):
        return reserved.get(value, value)
    return words([reserved.get(item, item) for item in _items(value)])


def _items(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else [value]
