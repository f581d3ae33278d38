"""Rows of the plan (PRI)."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from app.records.base import Row
from app.records.kinds import Code, Entry, IsoDate, Kind, Line, Lines, ShortLine, Text
from app.records.spec import Spec

GUIDE = "Guía del PRI (DS 009-2019-MIMP)"
CHILDREN = "DL 1297; DS 001-2018-MIMP"
OWN = "Propuesta propia"
Level = Annotated[int, Field(ge=1, le=4), Kind("nivel (1 a 4)", Entry.NUMBER)]


class PlanHeader(Row):
    """The header of a plan: where and how it is carried out."""

    title_es: ClassVar[str] = "Cabecera del plan"
    table: ClassVar[str] = "plan_header"
    compartment: ClassVar[str] = "plan"
    clear: ClassVar[frozenset[str]] = frozenset(
        {
            "place_of_execution",
            "execution_country",
            "feasibility",
            "starts_on",
            "language",
            "interpreter",
            "pti_on",
        }
    )

    place_of_execution: Annotated[Code | None, Spec("Lugar de ejecución", GUIDE, codes="execution_place")] = (
        None
    )
    execution_country: Annotated[Code | None, Spec("País de ejecución", "ISO 3166-1", codes="country")] = None
    feasibility: Annotated[
        Code | None,
        Spec("Retorno viable y seguro, verificado", "DS 005-2016-IN", codes="tristate"),
    ] = None
    feasibility_notes: Annotated[Text | None, Spec("Verificación del retorno (notas)", "DS 005-2016-IN")] = (
        None
    )
    starts_on: Annotated[IsoDate | None, Spec("Fecha de inicio", GUIDE)] = None
    language: Annotated[Code | None, Spec("Lengua", GUIDE, codes="language")] = None
    interpreter: Annotated[Code | None, Spec("Intérprete", GUIDE, codes="tristate")] = None
    pti_number: Annotated[
        Line | None, Spec("Resolución de la UPE con el plan de trabajo individual (PTI)", CHILDREN)
    ] = None
    pti_on: Annotated[IsoDate | None, Spec("Fecha de la resolución (PTI)", CHILDREN)] = None
    summary: Annotated[Text | None, Spec("Resumen", GUIDE)] = None


class TeamMember(Row):
    """A member of the plan's team who has no account in the responsible unit."""

    title_es: ClassVar[str] = "Equipo del plan"
    table: ClassVar[str] = "plan_team"
    compartment: ClassVar[str] = "plan"
    clear: ClassVar[frozenset[str]] = frozenset({"role"})

    role: Annotated[Code | None, Spec("Función en el equipo", GUIDE, codes="team_role")] = None
    name: Annotated[Line | None, Spec("Nombre", GUIDE)] = None
    institution: Annotated[Line | None, Spec("Institución", GUIDE)] = None
    phone: Annotated[Line | None, Spec("Teléfono de trabajo", OWN)] = None


class Assessment(Row):
    """How the person stands in one domain."""

    title_es: ClassVar[str] = "Valoración por dominio"
    table: ClassVar[str] = "plan_assessment"
    compartment: ClassVar[str] = "plan"
    prefix: ClassVar[str] = "VA"
    clear: ClassVar[frozenset[str]] = frozenset({"domain", "level", "assessed_on"})

    domain: Annotated[Code | None, Spec("Dominio", GUIDE, codes="plan_domain")] = None
    level: Annotated[
        Level | None, Spec("Nivel", OWN, help="Lista `assessment_level`: 1 es el más bajo; 1 y 2, en riesgo.")
    ] = None
    assessed_on: Annotated[IsoDate | None, Spec("Fecha", GUIDE)] = None
    professional: Annotated[Line | None, Spec("Profesional que valoró, si no es quien registra", GUIDE)] = (
        None
    )
    summary: Annotated[Text | None, Spec("Resumen de la valoración", GUIDE)] = None


class Objective(Row):
    """What the person wants, in her words, and the goal agreed."""

    title_es: ClassVar[str] = "Objetivo del plan"
    table: ClassVar[str] = "plan_objective"
    compartment: ClassVar[str] = "plan"
    prefix: ClassVar[str] = "OB"
    clear: ClassVar[frozenset[str]] = frozenset({"domain"})

    domain: Annotated[Code | None, Spec("Dominio", GUIDE, codes="plan_domain")] = None
    wish: Annotated[Text | None, Spec("Qué quiere la persona, en sus palabras", GUIDE)] = None
    goal: Annotated[Text | None, Spec("Meta", GUIDE)] = None


class Activity(Row):
    """Which unit does what by when."""

    title_es: ClassVar[str] = "Actividad del plan"
    table: ClassVar[str] = "plan_activity"
    compartment: ClassVar[str] = "plan"
    prefix: ClassVar[str] = "AC"
    clear: ClassVar[frozenset[str]] = frozenset({"unit", "due_on", "service"})

    unit: Annotated[ShortLine | None, Spec("Unidad responsable (código)", GUIDE, personal=False)] = None
    due_on: Annotated[IsoDate | None, Spec("Plazo", GUIDE)] = None
    description: Annotated[Text | None, Spec("Actividad", GUIDE)] = None
    indicator: Annotated[Line | None, Spec("Indicador", GUIDE)] = None
    person_in_charge: Annotated[Line | None, Spec("Persona responsable", GUIDE)] = None
    frequency: Annotated[Code | None, Spec("Frecuencia", OWN, codes="activity_frequency")] = None
    evidence_expected: Annotated[Line | None, Spec("Evidencia esperada", GUIDE)] = None
    service: Annotated[
        UUID | None,
        Field(strict=False),
        Spec("Servicio de la unidad en el directorio", OWN, personal=False),
        Kind("identificador (UUID)"),
    ] = None


class Review(Row):
    """A review of the plan with the person."""

    title_es: ClassVar[str] = "Revisión del plan"
    table: ClassVar[str] = "plan_review"
    compartment: ClassVar[str] = "plan"
    prefix: ClassVar[str] = "RE"
    clear: ClassVar[frozenset[str]] = frozenset({"held_on", "opinion_given", "next_review_on"})

    held_on: Annotated[IsoDate | None, Spec("Fecha", GUIDE)] = None
    participants: Annotated[Lines | None, Spec("Participantes", GUIDE)] = None
    opinion_given: Annotated[
        bool | None,
        Spec("La persona opinó", GUIDE, help="«false»: no quiso opinar."),
        Kind("sí o no"),
    ] = None
    opinion: Annotated[Text | None, Spec("Opinión de la persona, en sus palabras", GUIDE)] = None
    decisions: Annotated[Text | None, Spec("Decisiones", GUIDE)] = None
    next_review_on: Annotated[IsoDate | None, Spec("Próxima revisión", OWN)] = None


class FollowUp(Row):
    """A contact planned for after the exit."""

    title_es: ClassVar[str] = "Seguimiento planeado"
    table: ClassVar[str] = "plan_follow_up"
    compartment: ClassVar[str] = "plan"
    prefix: ClassVar[str] = "CR"
    clear: ClassVar[frozenset[str]] = frozenset({"planned_on", "channel"})

    planned_on: Annotated[IsoDate | None, Spec("Fecha planeada", GUIDE)] = None
    channel: Annotated[Code | None, Spec("Medio", OWN, codes="contact_channel")] = None


class Contact(Row):
    """An attempt at a planned contact."""

    title_es: ClassVar[str] = "Contacto de seguimiento"
    table: ClassVar[str] = "follow_up_contact"
    compartment: ClassVar[str] = "plan"
    clear: ClassVar[frozenset[str]] = frozenset({"contacted_on", "channel", "result"})

    contacted_on: Annotated[IsoDate | None, Spec("Fecha", GUIDE)] = None
    channel: Annotated[Code | None, Spec("Medio", OWN, codes="contact_channel")] = None
    result: Annotated[Code | None, Spec("Resultado", OWN, codes="follow_up_result")] = None
    note: Annotated[Text | None, Spec("Nota", GUIDE)] = None
    channel_reason: Annotated[
        Line | None,
        Spec(
            "Por qué se usó un medio que la persona no indicó como seguro",
            OWN,
            help="Solo para anotar un contacto que ya ocurrió.",
        ),
    ] = None


class Signature(Row):
    """What a signature on the plan carries besides who and how."""

    title_es: ClassVar[str] = "Firma del plan"
    table: ClassVar[str] = "plan_signature"
    compartment: ClassVar[str] = "plan"
    clear: ClassVar[frozenset[str]] = frozenset({"scan_code"})

    scan_code: Annotated[Code | None, Spec("Archivo con la firma escaneada", GUIDE)] = None
    witness: Annotated[Line | None, Spec("Testigo de la huella", GUIDE)] = None
    witness_document: Annotated[Line | None, Spec("Documento del testigo", GUIDE)] = None


ROWS: tuple[type[Row], ...] = (
    PlanHeader,
    TeamMember,
    Assessment,
    Objective,
    Activity,
    Review,
    FollowUp,
    Contact,
    Signature,
)
