"""Texts of the plan (PRI) that belong to the person: what she wants, and what the team found.

Objectives, activities, reviews and signatures are rows of their own tables.
"""

from typing import Annotated, ClassVar

from app.records.base import Compartment
from app.records.kinds import Code, Codes, Line, Lines, Text
from app.records.spec import Partial, Spec

GUIDE = "Guía del PRI (DS 009-2019-MIMP)"
FACTORS = "OIM, determinantes de la vulnerabilidad; HTCDS 2.0"


class Plan(Compartment):
    """The person's own part of the reintegration plan."""

    title_es: ClassVar[str] = "Plan de reintegración individual"

    wishes: Annotated[Text | None, Spec("Qué quiere la persona, en sus palabras", GUIDE)] = None
    own_goals: Annotated[Lines | None, Spec("Metas propias", GUIDE, Partial.COUNT)] = None
    summary: Annotated[Text | None, Spec("Resumen del plan", GUIDE)] = None
    study_work_interests: Annotated[
        Line | None,
        Spec(
            "Intereses de estudio o trabajo",
            GUIDE,
            Partial.SHOW,
            help="Se comparte con programas educativos, laborales y sociales: sin mención de los hechos.",
        ),
    ] = None
    requested_adjustments: Annotated[
        Line | None, Spec("Facilidades que pide para participar", GUIDE, Partial.SHOW)
    ] = None
    strengths: Annotated[Text | None, Spec("Fortalezas y red de apoyo", GUIDE)] = None
    vulnerabilities: Annotated[
        Codes | None,
        Spec(
            "Factores de vulnerabilidad",
            FACTORS,
            codes="vulnerability",
            htcds="vic_Vulnerabilities",
            other_text="vulnerability_details",
        ),
    ] = None
    vulnerability_details: Annotated[
        Text | None,
        Spec("Factores de vulnerabilidad (detalle)", FACTORS, htcds="vic_DetailsOfVulnerabilities"),
    ] = None
    needs_assessment: Annotated[Text | None, Spec("Valoración de necesidades", GUIDE)] = None
    cultural_considerations: Annotated[Text | None, Spec("Pertinencia cultural y lengua", GUIDE)] = None
    life_project: Annotated[Text | None, Spec("Proyecto de vida", GUIDE)] = None
    child_opinion: Annotated[
        Text | None,
        Spec("Opinión de la niña, niño o adolescente", "Convención sobre los Derechos del Niño, art. 12"),
    ] = None
    execution_place: Annotated[Code | None, Spec("Lugar de ejecución", GUIDE, codes="execution_place")] = None
    return_conditions: Annotated[Text | None, Spec("Condiciones del lugar de retorno", "DS 005-2016-IN")] = (
        None
    )
