"""Rows of who takes part in a case."""

from typing import Annotated, ClassVar

from app.records.base import Row
from app.records.kinds import ShortLine, Text
from app.records.spec import Partial, Spec

LAW = "Ley 29733, art. 14; Ley 28950"


class MandateRow(Row):
    """Why a unit is added to a case by mandate of law."""

    title_es: ClassVar[str] = "Incorporación por mandato legal"
    table: ClassVar[str] = "participation"
    compartment: ClassVar[str] = "contact"
    sealed_under: ClassVar[str | None] = "coordination"
    clear: ClassVar[frozenset[str]] = frozenset({"mandate"})

    mandate: Annotated[ShortLine | None, Spec("Base legal (código)", LAW, Partial.SHOW, personal=False)] = (
        None
    )
    reason: Annotated[
        Text | None,
        Spec("Motivo", LAW, help="Por qué hace falta esa unidad. Nunca el relato de los hechos."),
    ] = None


ROWS: tuple[type[Row], ...] = (MandateRow,)
