"""The computed indicators: the plan's own words, what is counted, and the thresholds, each with its version.

Source of the texts: Plan Nacional de Acción contra la Trata de Personas 2017-2021, objective 3, word by word.
The plan gives neither definitions nor thresholds: those below are the register's, named so that they can be
discussed, and a change of one is a new version.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

from app.errors import NotFound
from app.states import Attendance, CaseOutcome, CaseState, PlanState, ReferralState

PLAN: Final = "Plan Nacional de Acción contra la Trata de Personas 2017-2021"
COHORT: Final = (
    "Personas detectadas (presuntas víctimas incluidas, sin alertas ni casos descartados) identificadas por "
    "primera vez en el año; cada una cuenta una sola vez, en el departamento de los hechos de su primer caso."
)

# 3.1.b
IMPLEMENTED_STATES: Final = (
    PlanState.RUNNING,
    PlanState.UNDER_REVIEW,
    PlanState.FOLLOW_UP,
    PlanState.FULFILLED,
)
"""States of a plan that runs or ran to its end."""
MIN_DOMAINS: Final = 2
MIN_ACTIVITIES: Final = 1

# 3.2.b
CARE_STATES: Final = (
    CaseState.IMMEDIATE_ASSISTANCE,
    CaseState.SPECIALISED_CARE,
    CaseState.REINTEGRATION,
    CaseState.FOLLOW_UP,
    CaseState.LEFT,
)
"""Case states that are only reached through care."""
CARE_SERVICES: Final = (
    "ALOJAMIENTO",
    "ALIMENTACION",
    "SALUD",
    "SALUD_MENTAL",
    "ASISTENCIA_LEGAL",
    "ASISTENCIA_SOCIAL",
    "PROTECCION",
    "PROTECCION_SOCIAL",
    "REPATRIACION",
    "ASISTENCIA_CONSULAR",
    "CUIDADO_INFANTIL",
)
"""Services of care and protection (Ley 28950; DS 005-2016-IN)."""
TAKEN_ON: Final = (
    ReferralState.ACCEPTED,
    ReferralState.ACCEPTED_ON_TERMS,
    ReferralState.RUNNING,
    ReferralState.CONCLUDED,
)
NOT_RECEIVED: Final = ("NO_ASISTIO", "LA_PERSONA_NO_ACEPTO")
"""Results of a referral that ended without the person having received the service."""
DELIVERED: Final = Attendance.ATTENDED
"""How a delivery went that counts; voided ones do not."""

# 3.2.c
SATISFACTION: Final = "SATISFACCION"
SATISFIED: Final = "SI"
ANSWERED: Final = ("SI", "EN_PARTE", "NO")
"""Answers that count; who preferred not to answer is not counted."""

# 3.3.b

Parameter: TypeAlias = int | str | tuple[str, ...]
"""A threshold, a code, or several."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of an indicator: its key in answers and what it counts."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator. Each measure is a part of the one before it, the first a part of the denominator.

    `breakdown` holds further numbers that are given for the country only.
    """

    code: str
    text: str
    version: str
    definition: str
    parameters: Mapping[str, Parameter]
    measures: tuple[Measure, ...]
    breakdown: tuple[Measure, ...] = ()
    unit: str = "personas"
    denominator: str = COHORT
    by_department: bool = True
    """False where only the country is known; its value is then withheld like any other small one."""

    @property
    def main(self) -> Measure:
        """The measure that the plan's text asks for: the last and narrowest."""
        return self.measures[-1]


_PLANS = Indicator(
    code="3.1.b",
    text=(
        "Incrementar el número de víctimas de trata de personas que cuentan con planes de "
        "reintegración individual que han sido implementados."
    ),
    version="v1",
    definition=(
        "Con PRI suscrito: tiene un plan firmado. Con PRI implementado: ese plan está o estuvo en ejecución "
        f"y tiene al menos {MIN_ACTIVITIES} actividad lograda en cada uno de al menos {MIN_DOMAINS} dominios."
    ),
    parameters=MappingProxyType(
        {
            "estados_del_plan": IMPLEMENTED_STATES,
            "dominios_minimos": MIN_DOMAINS,
            "actividades_logradas_por_dominio": MIN_ACTIVITIES,
        }
    ),
    measures=(
        Measure("pri_suscrito", "Con PRI suscrito"),
        Measure("pri_implementado", "Con PRI implementado"),
    ),
)
_CARE = Indicator(
    code="3.2.b",
    text=(
        "Incrementar el número de víctimas que han sido atendidas por los servicios de atención y protección."
    ),
    version="v2",
    definition=(
        "Atendida: tiene una prestación vigente en la que fue atendida por un servicio de atención o "
        "protección, o una derivación aceptada a uno que no terminó sin que lo recibiera, o un ingreso a un "
        "albergue, o su caso llegó a asistencia inmediata."
    ),
    parameters=MappingProxyType(
        {
            "servicios": CARE_SERVICES,
            "estados_de_la_derivacion": TAKEN_ON,
            "resultados_excluidos": NOT_RECEIVED,
            "asistencia": DELIVERED,
            "estados_del_caso": CARE_STATES,
        }
    ),
    measures=(Measure("atendidas", "Atendidas por servicios de atención y protección"),),
)
_FAMILY = Indicator(
    code="3.3.b",
    text=(
        "Incrementar el número de víctimas de trata de personas reintegradas al núcleo familiar o "
        "integradas a familias sustitutas."
    ),
    version="v1",
    definition=(
        "Reintegrada: un caso suyo se cerró con reintegración familiar o con integración a una familia "
        "sustituta (acogedora o adoptiva)."
    ),
    parameters=MappingProxyType({"resultados": (CaseOutcome.FAMILY, CaseOutcome.FOSTER_FAMILY)}),
    measures=(Measure("reintegradas", "Reintegradas o integradas a una familia"),),
    breakdown=(
        Measure("nucleo_familiar", "Reintegradas al núcleo familiar"),
        Measure("familia_sustituta", "Integradas a una familia sustituta"),
    ),
)

_SATISFIED = Indicator(
    code="3.2.c",
    text=(
        "Incrementar el número de víctimas que se encuentren satisfechas con los servicios de atención y "
        "protección."
    ),
    version="v1",
    definition=(
        "Satisfecha: contestó «Sí» a la pregunta general de la encuesta, que se separa de la persona al "
        "entregarla. Cuenta encuestas y no personas; el año es el del mes en que se contaron."
    ),
    parameters=MappingProxyType({"pregunta": SATISFACTION, "respuestas": ANSWERED, "satisfecha": SATISFIED}),
    measures=(Measure("satisfechas", "Satisfechas con el servicio"),),
    unit="encuestas",
    denominator="Encuestas que contestaron la pregunta general.",
    by_department=False,
)

INDICATORS: Final[Mapping[str, Indicator]] = MappingProxyType(
    {found.code: found for found in (_PLANS, _CARE, _SATISFIED, _FAMILY)}
)


def indicator(code: str) -> Indicator:
    """The indicator of a code.

    Raises:
        NotFound: none of the computed indicators has it.
    """
    found = INDICATORS.get(code)
    if found is None:
        raise NotFound("No existe un indicador calculado con ese código.")
    return found
