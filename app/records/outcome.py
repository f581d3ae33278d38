"""Outcome: how an episode ended and what was agreed for afterwards."""

from typing import Annotated, ClassVar, Self

from pydantic import model_validator

from app.records.base import Compartment, problem
from app.records.kinds import Code, Codes, IsoDate, Text, Ubigeo
from app.records.spec import Partial, Spec

GUIDE = "Guía del PRI (DS 009-2019-MIMP); Propio"


class Outcome(Compartment):
    """Closing, residual risk and follow-up."""

    title_es: ClassVar[str] = "Resultado y egreso"

    outcome: Annotated[Code | None, Spec("Resultado", GUIDE, Partial.SHOW, codes="outcome")] = None
    closing_reason: Annotated[
        Code | None,
        Spec(
            "Motivo de cierre",
            "HTCDS 2.0; Propio",
            Partial.SHOW,
            codes="closing_reason",
            htcds="cas_ReasonForCaseClosure",
            other_text="closing_details",
        ),
    ] = None
    closing_details: Annotated[Text | None, Spec("Motivo de cierre (detalle)", GUIDE)] = None
    exit_date: Annotated[IsoDate | None, Spec("Fecha de egreso", GUIDE, Partial.SHOW)] = None
    exit_ubigeo: Annotated[Ubigeo | None, Spec("Distrito de destino", "INEI, UBIGEO", Partial.DEPARTMENT)] = (
        None
    )
    exit_country: Annotated[
        Code | None, Spec("País de destino", "ISO 3166-1", Partial.SHOW, codes="country")
    ] = None
    receiving_adult_checked: Annotated[
        Code | None,
        Spec("Idoneidad de la persona que recibe, verificada", GUIDE, Partial.SHOW, codes="tristate"),
    ] = None
    receiving_adult_notes: Annotated[Text | None, Spec("Persona que recibe (notas)", GUIDE)] = None
    residual_risk: Annotated[
        Code | None, Spec("Riesgo residual", GUIDE, Partial.SHOW, codes="risk_level")
    ] = None
    residual_risk_notes: Annotated[Text | None, Spec("Riesgo residual (notas)", GUIDE)] = None
    achieved_domains: Annotated[
        Codes | None, Spec("Dominios logrados", GUIDE, Partial.COUNT, codes="plan_domain")
    ] = None
    followup_agreed: Annotated[
        Code | None, Spec("Seguimiento acordado", GUIDE, Partial.SHOW, codes="tristate")
    ] = None
    followup_until: Annotated[IsoDate | None, Spec("Seguimiento hasta", GUIDE, Partial.SHOW)] = None
    followup_notes: Annotated[Text | None, Spec("Seguimiento (notas)", GUIDE)] = None
    retrafficked: Annotated[Code | None, Spec("Revictimización conocida", GUIDE, codes="tristate")] = None
    deceased_on: Annotated[IsoDate | None, Spec("Fecha de fallecimiento", GUIDE)] = None

    @model_validator(mode="after")
    def _followup_after_exit(self) -> Self:
        if (
            self.exit_date is not None
            and self.followup_until is not None
            and self.followup_until < self.exit_date
        ):
            raise problem("dates_reversed", "followup_until")
        if self.followup_until is not None and self.followup_agreed == "NO":
            raise problem("followup_not_agreed", "followup_until")
        return self
