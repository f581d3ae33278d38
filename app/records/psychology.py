"""Mental health. Notes stay with their author; others see conclusions and risk alerts."""

from typing import Annotated, ClassVar

from pydantic import Field

from app.records.base import Compartment, Item
from app.records.kinds import AccountKey, Codes, IsoDate, Kind, Line, Text
from app.records.spec import Partial, Spec

OWN = "Propio; Guía del PRI (DS 009-2019-MIMP)"


class Evaluation(Item):
    """One psychological evaluation."""

    date: Annotated[IsoDate | None, Spec("Fecha", OWN)] = None
    instrument: Annotated[Line | None, Spec("Instrumento", OWN)] = None
    result: Annotated[Text | None, Spec("Resultado", OWN)] = None
    professional: Annotated[Line | None, Spec("Profesional", OWN)] = None


class SessionNote(Item):
    """A note of one session. Only who wrote it reads it."""

    author: Annotated[AccountKey | None, Spec("Autoría (la pone el servicio)", OWN)] = None
    date: Annotated[IsoDate | None, Spec("Fecha", OWN)] = None
    text: Annotated[Text | None, Spec("Nota", OWN)] = None


class Psychology(Compartment):
    """Mental health and psychological support."""

    title_es: ClassVar[str] = "Salud mental"

    conclusions: Annotated[
        Text | None,
        Spec("Conclusiones", OWN, Partial.SHOW, help="Lo que otros servicios necesitan, sin el relato."),
    ] = None
    risk_alerts: Annotated[
        Codes | None, Spec("Alertas de riesgo", OWN, Partial.SHOW, codes="psychological_risk")
    ] = None
    recommended_support: Annotated[Text | None, Spec("Apoyo recomendado", OWN, Partial.SHOW)] = None
    last_evaluation: Annotated[IsoDate | None, Spec("Última evaluación", OWN, Partial.SHOW)] = None
    evaluations: Annotated[
        Annotated[list[Evaluation], Field(max_length=60), Kind("lista de evaluaciones")] | None,
        Spec("Evaluaciones", OWN, Partial.COUNT),
    ] = None
    diagnosis: Annotated[Text | None, Spec("Impresión diagnóstica", OWN)] = None
    treatment: Annotated[Text | None, Spec("Tratamiento", OWN)] = None
    notes: Annotated[
        Annotated[list[SessionNote], Field(max_length=400), Kind("lista de notas")] | None,
        Spec(
            "Notas de sesión",
            "Secreto profesional (Código Penal, art. 165)",
            author_only=True,
            help="Cada nota la lee solo quien la escribió; al cambiarlas se envían solo las propias.",
        ),
    ] = None
