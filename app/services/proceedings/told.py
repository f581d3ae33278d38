"""Proceedings, procedures and measures of protection among all that is held of a person."""

from typing import Final

from app.services.proceedings import links, measures, procedures
from app.services.rows.kinds import Kind
from app.services.rows.telling import Shape

_LINK: Final = Shape(
    "case_proceeding",
    "kind_label opened_on stage_label *",
    at="link",
    reserves="stage_label notes next_hearing_on legal_counsel",
    reserved_as="Etapa, notas y diligencias",
)
_STEP: Final = Shape(
    "protection_step", "label at unit reason consent suitability suitability_on resolution note"
)
_BRANCH: Final = Shape(
    "protection_procedure",
    "branch_label state_label opened_at closed_at conclusion",
    inside={"steps": _STEP},
)
_MEASURE: Final = Shape("protection_measure", "* state_label")
KINDS: Final = (
    Kind("procesos", "Denuncias y procesos", links.listed, _LINK),
    Kind("procedimientos", "Procedimientos de protección", procedures.listed, _BRANCH),
    Kind("medidas", "Medidas de protección", measures.listed, _MEASURE, dated="recorded_at"),
)
