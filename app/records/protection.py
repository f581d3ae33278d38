"""Protection: risk, measures and alerts. Alerts are codes that tell what to do and never name the crime."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from app.records.base import Compartment, Item, problem
from app.records.kinds import Code, Codes, IsoDate, Kind, Line, ShortLine, Text
from app.records.spec import Partial, Spec

LAW = "Código Procesal Penal, arts. 247-252; DL 1297; Ley 30364"
OWN = "Propio; DS 005-2016-IN"


class Measure(Item):
    """One protection measure with its dates."""

    type: Annotated[
        Code | None,
        Spec("Medida", LAW, Partial.SHOW, codes="protection_measure", other_text="type_other"),
    ] = None
    type_other: Annotated[Line | None, Spec("Medida (otra)", LAW)] = None
    since: Annotated[IsoDate | None, Spec("Desde", LAW, Partial.SHOW)] = None
    until: Annotated[IsoDate | None, Spec("Hasta", LAW, Partial.SHOW)] = None
    authority: Annotated[Line | None, Spec("Autoridad que la dispuso", LAW)] = None
    resolution: Annotated[Line | None, Spec("Resolución", LAW)] = None

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.since is not None and self.until is not None and self.until < self.since:
            raise problem("dates_reversed", "until")
        return self


class Protection(Compartment):
    """Risk and protection measures."""

    title_es: ClassVar[str] = "Protección"

    measures: Annotated[
        Annotated[list[Measure], Field(max_length=40), Kind("lista de medidas")] | None,
        Spec(
            "Medidas de protección",
            LAW,
            Partial.EACH,
            help="Lo anotado antes; las nuevas se registran en el caso, con su vencimiento.",
        ),
    ] = None
    risk_level: Annotated[Code | None, Spec("Nivel de riesgo", OWN, Partial.SHOW, codes="risk_level")] = None
    risk_assessed_on: Annotated[
        IsoDate | None, Spec("Fecha de la valoración de riesgo", OWN, Partial.SHOW)
    ] = None
    alerts: Annotated[
        Codes | None, Spec("Alertas de protección", OWN, Partial.SHOW, codes="protection_alert")
    ] = None
    alert_notes: Annotated[Text | None, Spec("Alertas (detalle)", OWN)] = None
    reserved_identity: Annotated[
        Code | None, Spec("Reserva de identidad", LAW, Partial.SHOW, codes="tristate")
    ] = None
    safe_conditions: Annotated[
        Text | None, Spec("Condiciones de seguridad", OWN, help="Traslados, horarios, acompañamiento.")
    ] = None
    missing_alert_number: Annotated[
        ShortLine | None,
        Spec(
            "Número de la nota de alerta",
            "DL 1428 (por verificar)",
            Partial.PRESENT,
            help="De la última salida no autorizada de una niña, niño o adolescente; la emite la PNP.",
        ),
    ] = None
    threats: Annotated[Text | None, Spec("Amenazas recibidas", OWN)] = None
    persons_to_avoid: Annotated[Text | None, Spec("Personas que no deben acercarse", OWN)] = None
    witness_programme: Annotated[
        Code | None,
        Spec(
            "En el programa de protección de víctimas y testigos", "DS 005-2016-IN (UDAVIT)", codes="tristate"
        ),
    ] = None
