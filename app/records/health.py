"""Physical health. In a partial view: what whoever houses or accompanies the person must know."""

from typing import Annotated, ClassVar, Self

from pydantic import model_validator

from app.records.base import Compartment, problem
from app.records.kinds import Code, Codes, IsoDate, Line, Lines, Text
from app.records.spec import Partial, Spec

OWN = "Propio; Guía del PRI (DS 009-2019-MIMP)"


class Health(Compartment):
    """Physical health and care."""

    title_es: ClassVar[str] = "Salud física"

    summary: Annotated[Text | None, Spec("Resumen de salud", OWN)] = None
    alerts: Annotated[Lines | None, Spec("Alertas de salud", OWN, Partial.SHOW)] = None
    allergies: Annotated[Lines | None, Spec("Alergias", OWN, Partial.SHOW)] = None
    medication: Annotated[Lines | None, Spec("Medicación en uso", OWN, Partial.SHOW)] = None
    physical_needs: Annotated[Lines | None, Spec("Necesidades físicas y apoyos", OWN, Partial.SHOW)] = None
    fit_to_travel: Annotated[Code | None, Spec("Apta para viajar", OWN, Partial.SHOW, codes="tristate")] = (
        None
    )
    insurance: Annotated[
        Code | None, Spec("Seguro de salud", "SUSALUD", Partial.SHOW, codes="health_insurance")
    ] = None
    insurance_active: Annotated[
        Code | None, Spec("Seguro vigente", "SIS", Partial.SHOW, codes="tristate")
    ] = None
    insurance_number: Annotated[Line | None, Spec("Código de afiliación", "SIS", Partial.LAST_TWO)] = None
    pregnancy_care: Annotated[Text | None, Spec("Atención de la gestación", OWN)] = None
    due_date: Annotated[IsoDate | None, Spec("Fecha probable de parto", OWN)] = None
    disability_type: Annotated[
        Codes | None, Spec("Tipo de discapacidad", "CONADIS", codes="disability_type")
    ] = None
    disability_notes: Annotated[Text | None, Spec("Discapacidad y rehabilitación", OWN)] = None
    first_examination: Annotated[IsoDate | None, Spec("Primera evaluación médica", OWN, Partial.PRESENT)] = (
        None
    )
    emergency_kit_given: Annotated[
        Code | None, Spec("Kit de emergencia entregado", "MINSA", codes="tristate")
    ] = None
    emergency_kit_date: Annotated[IsoDate | None, Spec("Fecha del kit de emergencia", "MINSA")] = None
    facility: Annotated[Line | None, Spec("Establecimiento de salud", OWN)] = None
    notes: Annotated[Text | None, Spec("Notas clínicas", "Ley 30024 (historia clínica reservada)")] = None

    @model_validator(mode="after")
    def _kit_has_been_given(self) -> Self:
        if self.emergency_kit_date is not None and self.emergency_kit_given == "NO":
            raise problem("kit_not_given", "emergency_kit_date")
        return self
