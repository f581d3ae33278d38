"""The rows about a person that go into her own file, kind by kind, in words.

Nothing of other people but what they are to her: no name or code of a relative, of who was judged fit to
receive her, of who signed as a witness or works for her. Which shelter it was, and where, is masked as
everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, Literal

from app.access.act import Act
from app.catalogues import code_list
from app.records.rows import row_fields
from app.services.cases import queries as cases
from app.services.consents import queries as consents
from app.services.data_requests import file_rows, own_plan
from app.services.data_requests import queries as data_requests
from app.services.data_requests.telling import Row, in_words, told
from app.services.deliveries import queries as deliveries
from app.services.evidence import papers
from app.services.evidence.views import ConsentFiles, PlanFiles
from app.services.participations import teams
from app.services.proceedings import links, measures, procedures
from app.services.shelters import queries as stays
from app.services.shelters.rules import EXIT_REASONS, HOLD_STATES
from app.services.shelters.views import StayDetailView
from app.services.victims import family

RESERVED: Final = "Reservado mientras dura la investigación"
_INVESTIGATED: Final = frozenset({"notes", "next_hearing_on", "legal_counsel"})
"""What is written of a proceeding that stays with who investigates while a case is open."""
_MEASURE: Final = frozenset({"type", "type_other", "since", "until", "authority", "resolution"})


@dataclass(frozen=True, slots=True)
class Asking:
    """Who reads whose rows: cases and plans by their codes; `reserved`: an investigation may be under way."""

    act: Act
    victim: str
    victim_id: int
    cases: Sequence[str]
    plans: Sequence[str]
    reserved: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of row: its key in the file, its title, the tables it tells of, and how it is read.

    `by`: of what it is read one at a time: what a unit may not read of one case, it may of another.
    """

    key: str
    title: str
    tables: tuple[str, ...]
    read: Callable[[Asking], Iterable[Row]]
    by: Literal["cases", "plans", "person"] = "cases"

    def pieces(self, asking: Asking) -> Iterator[Asking]:
        """What is asked, in pieces that are read or refused each by itself."""
        if self.by == "cases":
            yield from (replace(asking, cases=[code]) for code in asking.cases)
        elif self.by == "plans":
            yield from (replace(asking, plans=[code]) for code in asking.plans)
        else:
            yield asking


def _deliveries(asking: Asking) -> Iterator[Row]:
    for case in asking.cases:
        cursor: str | None = None
        while True:
            page = deliveries.of_case(asking.act, case, cursor=cursor)
            for one in page["items"]:
                yield in_words(row_fields("service_delivery"), one) + told(
                    ("Unidad", one["unit"]["name"]),
                    ("Anulada", code_list("delivery_void_reason").labels.get(one["void_reason"] or "")),
                )
            if (cursor := page["next"]) is None:
                break


def _stays(asking: Asking) -> Iterator[Row]:
    for case in asking.cases:
        for found in stays.stays(asking.act, case):
            one = stays.read(asking.act, found["code"])
            texts = {name: one["texts"].get(name) for name in ("belongings", "notes")}
            yield told(
                ("Unidad", one["unit"]["name"]),
                ("Lugar", one["actual_place_label"]),
                ("Ingreso", one["admitted_at"]),
                ("Salida", one["left_at"]),
                ("Motivo de la salida", EXIT_REASONS.get(one["exit_reason"] or "")),
            ) + in_words(row_fields("placement"), texts)
            yield from _within(one)


def _within(stay: StayDetailView) -> Iterator[Row]:
    """Leaves and suitability checks of a stay; of who takes her out or in, only what they are to her."""
    for leave in stay["leaves"]:
        words = {"reason": leave["reason"], "notes": leave["texts"].get("notes")}
        yield told(("Permiso de salida", leave["out_at"]), ("Volvió", leave["ended_at"])) + in_words(
            row_fields("placement_leave"), words
        )
    for check in stay["suitability"]:
        judged = {"result": check["result"], "relation": check["relation"], "checked_on": check["checked_on"]}
        yield told(("Evaluación", "Idoneidad de quien la recibe")) + in_words(
            row_fields("suitability_check"), judged
        )


def _proceedings(asking: Asking) -> Iterator[Row]:
    for case in asking.cases:
        for one in links.listed(asking.act, case):
            hidden = _INVESTIGATED if asking.reserved else frozenset()
            words = {name: value for name, value in one["link"].items() if name not in hidden}
            yield told(
                ("Tipo", one["kind_label"]),
                ("Iniciado el", one["opened_on"]),
                ("Etapa", RESERVED if asking.reserved else one["stage_label"]),
                ("Notas y diligencias", RESERVED if asking.reserved else None),
            ) + in_words(row_fields("case_proceeding"), words)


def _procedures(asking: Asking) -> Iterator[Row]:
    for case in asking.cases:
        for one in procedures.listed(asking.act, case):
            yield told(
                ("Procedimiento", one["branch_label"]),
                ("Estado", one["state_label"]),
                ("Abierto el", one["opened_at"]),
                ("Cerrado el", one["closed_at"]),
                ("Conclusión", code_list("branch_conclusion").labels.get(one["conclusion"] or "")),
            )
            for step in one["steps"]:
                words = {name: step.get(name) for name in row_fields("protection_step")}
                words["suitability_by"] = None  # a worker's name
                yield told(
                    ("Paso", step["label"]), ("Fecha", step["at"]), ("Unidad", step["unit"])
                ) + in_words(row_fields("protection_step"), words)


def _measures(asking: Asking) -> Iterator[Row]:
    for case in asking.cases:
        for one in measures.listed(asking.act, case):
            words = {
                name: one.get(name) for name in (*_MEASURE, "end_authority", "end_resolution", "end_note")
            }
            yield in_words(row_fields("protection_measure"), words) + told(("Estado", one["state_label"]))


def _family(asking: Asking) -> Iterator[Row]:
    for one in family.family(asking.act, asking.victim):
        yield told(
            ("Familiar registrado", one["relation_label"]),
            ("Vive con la persona", code_list("tristate").labels.get(one["lives_with"] or "")),
            ("Anotado el", one["since"]),
        )


def _objections(asking: Asking) -> Iterator[Row]:
    for case in asking.cases:
        for one in consents.objections(asking.act, case):
            yield told(
                ("No quiere que se comparta", own_plan.titles(one["compartments"])),
                ("Con", [to["name"] for to in one["to_institutions"]]),
                ("Motivo", one.get("reason")),
                ("Presentada el", one["made_at"]),
                ("Levantada el", one["lifted_at"]),
            )


def _requests(asking: Asking) -> Iterator[Row]:
    for code in file_rows.request_codes(asking.act.session, asking.victim_id):
        one = data_requests.read(asking.act, code)
        yield told(
            ("Solicitud", one["code"]),
            ("Qué pide", one["kind_label"]),
            ("Recibida el", one["received_on"]),
            ("Estado", one["state_label"]),
            ("Lo que pide", one.get("request")),
            ("Respuesta", one.get("answer")),
        )


def _moves(asking: Asking) -> Iterator[Row]:
    for code in asking.cases:
        one = cases.read(asking.act, code)
        for step in one["transitions"] or ():
            yield told(
                ("Caso", code),
                ("Pasó a", step["label"]),
                ("Fecha", step["at"]),
                ("Unidad", step["unit"]["name"]),
                ("Nota", "No se puede abrir: su sello está roto." if step["broken"] else step["note"]),
            )


def _units(asking: Asking) -> Iterator[Row]:
    for code in asking.cases:
        for one in teams.participations(asking.act, code):
            yield told(
                ("Unidad", one["unit"]["name"]),
                ("Por qué participa", one["basis_label"]),
                ("Desde", one["started_at"]),
                ("Hasta", one["ended_at"]),
            )


def _files(asking: Asking) -> Iterator[Row]:
    for code in asking.cases:
        held = papers.of_case(asking.act, code)
        groups: list[PlanFiles | ConsentFiles] = [*held["plans"], *held["consents"]]
        for group in groups:
            for one in group["files"]:
                yield told(
                    ("Archivo", one["code"]),
                    ("De", group["code"]),
                    ("Qué es", code_list("evidence_kind").labels.get(one["kind"])),
                    ("Agregado el", one["added_at"]),
                    ("Estado", one["state_label"]),
                )


def _prints(asking: Asking) -> Iterator[Row]:
    for row in file_rows.prints(asking.act.session, asking.victim_id):
        yield told(("Documento", row.code), ("Sobre", row.subject_code), ("Impreso el", row.printed_at))


def _holds(asking: Asking) -> Iterator[Row]:
    for row in file_rows.holds(asking.act.session, asking.victim_id):
        yield told(
            ("Cupo pedido el", row.created_at),
            ("Departamento", code_list("department").labels.get(row.department)),
            ("Estado", HOLD_STATES.get(row.state, row.state)),
        )


KINDS: Final = (
    Kind("pasos", "Pasos de sus casos", ("case_transition",), _moves),
    Kind("unidades", "Unidades que participan en sus casos", ("participation",), _units),
    Kind("servicios", "Servicios recibidos", ("service_delivery",), _deliveries),
    Kind(
        "estadias", "Alojamiento, permisos y evaluaciones de quien la recibe",
        ("placement", "placement_leave", "suitability_check"), _stays,
    ),
    Kind("cupos", "Cupos de alojamiento pedidos", ("place_hold",), _holds, "person"),
    Kind("procesos", "Denuncias y procesos", ("case_proceeding",), _proceedings),
    Kind(
        "procedimientos", "Procedimientos de protección",
        ("protection_procedure", "protection_step"), _procedures,
    ),
    Kind("medidas", "Medidas de protección", ("protection_measure",), _measures),
    Kind("familia", "Familiares registrados", ("family_link",), _family, "person"),
    Kind("objeciones", "Lo que pidió no compartir", ("objection",), _objections),
    Kind(
        "solicitudes", "Solicitudes sobre sus datos",
        ("data_request", "data_request_event"), _requests, "person",
    ),
    *(
        Kind(key, title, tables, partial(own_plan.rows, key), "plans")
        for key, title, tables in own_plan.KINDS
    ),
    Kind("archivos", "Documentos guardados", ("evidence_file",), _files),
    Kind(
        "impresos", "Documentos impresos", ("printed_document",),
        _prints, "person",
    ),
)  # fmt: skip
"""Every kind of row that is told row by row, in the order of reading."""
