"""The rows of a person's plans that go into her own file, in words; no worker or witness is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, Protocol

from app.access.act import Act
from app.records import COMPARTMENTS
from app.records.rows import row_fields
from app.services.data_requests.telling import Row, in_words, told
from app.services.plans import assessing, following, queries, reviewing, rules, versions
from app.services.plans.views import PlanView, ReadPlan


class Asking(Protocol):
    """Who reads whose plans."""

    @property
    def act(self) -> Act:
        """Who answers her request, and what for."""

    @property
    def plans(self) -> Iterable[str]:
        """Codes of her plans."""


def rows(key: str, asking: Asking) -> Iterator[Row]:
    """Rows of one kind of all her plans, each with the code of its plan."""
    for code in asking.plans:
        for row in _READERS[key](asking, code):
            yield told(("Plan", code)) + row


def titles(names: Iterable[str]) -> list[str]:
    """Titles of parts of the register."""
    return [COMPARTMENTS[name].title_es for name in names if name in COMPARTMENTS]


def _plan(asking: Asking, code: str) -> ReadPlan:
    return queries.read(asking.act, code)


def _whole(asking: Asking, code: str) -> Iterator[PlanView]:
    """The plan, if all of it is read."""
    plan = _plan(asking, code)
    if plan["view"] == "all":
        yield plan


def _header(asking: Asking, code: str) -> Iterator[Row]:
    plan = _plan(asking, code)
    yield told(
        ("Estado", plan["state_label"]), ("Unidad", plan["unit"]["name"]), ("Firmado el", plan["signed_at"])
    ) + in_words(row_fields("plan_header"), plan)


def _objective_notes(asking: Asking, code: str) -> Iterator[Row]:
    for goal in (goal for plan in _whole(asking, code) for goal in plan["objectives"]):
        for note in goal["notes"]:
            yield told(("Objetivo", goal["domain_label"]), ("Fecha", note["at"]), ("Nota", note["note"]))


def _activities(asking: Asking, code: str) -> Iterator[Row]:
    for one in _plan(asking, code)["activities"]:
        words = {
            "description": one["description"],
            "due_on": one["due_on"],
            "frequency": one["frequency"],
            "indicator": one["indicator"],
        }
        yield in_words(row_fields("plan_activity"), words) + told(
            ("Unidad", one["unit"]["name"]), ("Estado", one["state_label"])
        )
        for note in one["notes"]:
            yield told(
                ("Avance de", one["description"]),
                ("Fecha", note["at"]),
                ("Unidad", note["unit"]["name"]),
                ("Nota", note["note"]),
                ("Nuevo plazo", note["to_due"]),
            )


def _assessments(asking: Asking, code: str) -> Iterator[Row]:
    for one in assessing.assessments(asking.act, code)["items"]:
        yield told(
            ("Área", one["domain_label"]),
            ("Nivel", one["level_label"]),
            ("Fecha", one["assessed_on"]),
            ("Resumen", one["summary"]),
        )


def _reviews(asking: Asking, code: str) -> Iterator[Row]:
    for one in reviewing.reviews(asking.act, code)["items"]:
        words = {name: value for name, value in one.items() if name not in {"code", "participants"}}
        yield in_words(row_fields("plan_review"), words)


def _contacts(asking: Asking, code: str) -> Iterator[Row]:
    for one in following.follow_ups(asking.act, code)["items"]:
        planned = {"planned_on": one["planned_on"], "channel": one["channel"]}
        yield in_words(row_fields("plan_follow_up"), planned) + told(("Estado", one["state_label"]))
        for attempt in one["contacts"]:
            yield told(("Contacto", "Lo que pasó")) + in_words(row_fields("follow_up_contact"), attempt)


def _signatures(asking: Asking, code: str) -> Iterator[Row]:
    for one in (one for plan in _whole(asking, code) for one in plan["signatures"]):
        yield told(
            ("Firma", one["signer_label"]),
            ("Cómo", rules.MANNERS.get(one["manner"], one["manner"])),
            ("Fecha", one["signed_at"]),
            ("Versión firmada", one["number"]),
        )


def _team(asking: Asking, code: str) -> Iterator[Row]:
    for one in (one for plan in _whole(asking, code) for one in plan["team"]):
        words = {"role": one["role"], "institution": one.get("institution")}
        yield in_words(row_fields("plan_team"), words) + told(
            ("Desde", one["since"]), ("Hasta", one["ended_at"])
        )


def _versions(asking: Asking, code: str) -> Iterator[Row]:
    for one in versions.listed(asking.act, code):
        yield told(("Versión", one["number"]), ("Fijada el", one["created_at"]))


_READERS: Final[Mapping[str, Callable[[Asking, str], Iterator[Row]]]] = MappingProxyType(
    {
        "planes_datos": _header,
        "notas_de_objetivos": _objective_notes,
        "actividades": _activities,
        "valoraciones": _assessments,
        "revisiones": _reviews,
        "seguimientos": _contacts,
        "firmas": _signatures,
        "equipo": _team,
        "versiones": _versions,
    }
)
KINDS: Final = (
    ("planes_datos", "Datos de sus planes", ("plan", "plan_header")),
    ("notas_de_objetivos", "Notas sobre sus objetivos", ("objective_note",)),
    ("actividades", "Actividades de sus planes y sus avances", ("plan_activity", "progress_note")),
    ("valoraciones", "Valoraciones", ("plan_assessment",)),
    ("revisiones", "Revisiones de sus planes", ("plan_review",)),
    ("seguimientos", "Contactos después del egreso", ("plan_follow_up", "follow_up_contact")),
    ("firmas", "Firmas de sus planes", ("plan_signature",)),
    ("equipo", "Equipo de sus planes", ("plan_team",)),
    ("versiones", "Versiones guardadas de sus planes", ("plan_version",)),
)
"""Kinds of rows of a plan: key in the file, title, tables."""
