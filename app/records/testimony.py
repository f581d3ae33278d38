"""Testimony, by reference only.

The account itself is never kept: it would be a second statement that the proceedings could discover.
"""

from typing import Annotated, ClassVar

from pydantic import Field

from app.records.base import Compartment, Item
from app.records.kinds import Code, IsoDate, Kind, Line, ShortLine
from app.records.spec import Partial, Spec

RULES = "RFN 1297-2020-MP-FN (entrevista única)"


class FurtherInterview(Item):
    """An interview held after the single one, with the reason that made it unavoidable."""

    date: Annotated[IsoDate | None, Spec("Fecha", RULES)] = None
    reason: Annotated[Line | None, Spec("Motivo", RULES)] = None
    authority: Annotated[Line | None, Spec("Autoridad", RULES)] = None


class Testimony(Compartment):
    """Where the statement is kept, never what it says."""

    title_es: ClassVar[str] = "Testimonio (referencias)"

    file_number: Annotated[ShortLine | None, Spec("Carpeta o expediente", RULES, Partial.PRESENT)] = None
    single_interview_done: Annotated[
        Code | None, Spec("Entrevista única realizada", RULES, Partial.SHOW, codes="tristate")
    ] = None
    interview_date: Annotated[IsoDate | None, Spec("Fecha de la entrevista única", RULES, Partial.YEAR)] = (
        None
    )
    place_type: Annotated[
        Code | None,
        Spec("Tipo de lugar", RULES, Partial.SHOW, codes="interview_place", other_text="place_other"),
    ] = None
    place_other: Annotated[ShortLine | None, Spec("Tipo de lugar (otro)", RULES)] = None
    record_reference: Annotated[ShortLine | None, Spec("Número del acta o del soporte", RULES)] = None
    interpreter_present: Annotated[
        Code | None, Spec("Hubo intérprete", RULES, Partial.SHOW, codes="tristate")
    ] = None
    support_present: Annotated[
        Code | None, Spec("Hubo acompañamiento", RULES, Partial.SHOW, codes="tristate")
    ] = None
    anticipated_evidence: Annotated[
        Code | None,
        Spec("Actuada como prueba anticipada", "Código Procesal Penal, art. 242", codes="tristate"),
    ] = None
    further_interviews: Annotated[
        Annotated[list[FurtherInterview], Field(max_length=20), Kind("lista de entrevistas")] | None,
        Spec("Entrevistas posteriores", RULES, Partial.COUNT),
    ] = None
