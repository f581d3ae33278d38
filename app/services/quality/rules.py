"""The rules of data quality, as data: what each says, which field to fill, and how it is seen in a case.

A rule finds; it never blocks. Day limits are a proposal of the product, not law. Sources of the rules: the
faults of the existing registers (`OTRO` and `NO IDENTIFICADO` swallow most values of RETA) and Código Penal,
art. 129-A.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, any_, false, func, literal, or_, true

from app.catalogues import code_list
from app.records import fields
from app.records.facts import ADULT, NO_MEANS
from app.services.cases.codes import ENDED
from app.states import CaseState, Identification

SEVERITIES = {"ALTA": "Alta", "MEDIA": "Media", "BAJA": "Baja"}
IN_CARE = (CaseState.SPECIALISED_CARE, CaseState.REINTEGRATION, CaseState.FOLLOW_UP)
UNDECIDED = Identification.PRESUMED
PROSECUTION = "FISCALIA"
DAYS_TO_IDENTIFY, DAYS_TO_CHARGE, DAYS_TO_PLAN, DAYS_STILL, DAYS_TO_ASSESS = 180, 30, 30, 60, 1

Facts = Any
"""Columns of `queries.facts`, one row a case."""
Condition = Callable[[Facts], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    `field`: where to mend, `compartment.field`. `reads`: fields the caller must see for the rule to be shown.
    `applies`: which cases it looks at; `finds`: which of them do not fit.
    """

    code: str
    sentence: str
    field: str
    severity: str
    reads: tuple[str, ...]
    applies: Condition
    finds: Condition


def _every(_facts: Facts) -> ColumnElement[bool]:
    return true()


def _open(facts: Facts) -> ColumnElement[bool]:
    is_open: ColumnElement[bool] = facts.state.not_in(ENDED)
    return is_open


def _given(compartment: str) -> Condition:
    """That the unit was given the compartment of this person."""
    return lambda facts: getattr(facts, f"given_{compartment}")


def _older(moment: Any, days: int) -> ColumnElement[bool]:
    old: ColumnElement[bool] = moment <= func.now() - func.make_interval(0, 0, 0, days)
    return old


def _other(code: str, path: str, what: str) -> Rule:
    """The share of "other" among the values given: a list that does not serve is one to mend."""
    compartment, name = path.split(".")
    spec = fields(compartment)[name]
    others = [known for known in code_list(spec.codes or "").codes if known.startswith("OTR")]

    def filled(facts: Facts) -> ColumnElement[bool]:
        return and_(getattr(facts, f"given_{compartment}"), getattr(facts, name).is_not(None))

    def says_other(facts: Facts) -> ColumnElement[bool]:
        column = getattr(facts, name)
        return or_(*(literal(other) == any_(column) if spec.many else column == other for other in others))

    sentence = f"{what}: se eligió «otro»; revise si algún código de la lista lo dice."
    return Rule(code, sentence, path, "MEDIA", (path,), filled, says_other)


def _missing(code: str, path: str, sentence: str, severity: str) -> Rule:
    compartment, name = path.split(".")
    return Rule(
        code,
        sentence,
        path,
        severity,
        (path,),
        _given(compartment),
        lambda facts: getattr(facts, name).is_(None),
    )


def _adult(facts: Facts) -> ColumnElement[bool]:
    return and_(
        facts.given_legal,
        facts.given_identity,
        facts.purposes.is_not(None),
        func.coalesce(facts.age_min, facts.age_years) >= ADULT,
    )


def _age_known(facts: Facts) -> ColumnElement[bool]:
    known: ColumnElement[bool] = func.coalesce(facts.age_years, facts.age_min, facts.age_max).is_not(None)
    return known


def _contradicts(facts: Facts) -> ColumnElement[bool]:
    """Identified after it was registered, or closed before it was opened; the day is Peru's."""
    opened_on = func.timezone("America/Lima", facts.opened_at).cast(facts.first_identified_on.type)
    return or_(
        facts.first_identified_on > opened_on,
        func.coalesce(facts.closed_at < facts.opened_at, false()),
        func.coalesce(facts.state_since < facts.opened_at, false()),
    )


_AGES = ("identity.age_years", "identity.age_min", "identity.age_max")

RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        _other("otro-finalidad", "legal.purposes", "Finalidad"),
        _other("otro-medio", "legal.means", "Medio"),
        _other("otro-captacion", "legal.recruitment", "Forma de captación"),
        _other("otro-vinculo", "legal.recruiter_relation", "Vínculo con quien la captó"),
        _other("otro-actividad", "legal.activities", "Lugar o actividad"),
        _other("otro-control", "legal.control_methods", "Forma de control"),
        _missing("sin-finalidad", "legal.purposes", "No consta la finalidad de explotación.", "ALTA"),
        _missing("sin-conducta", "legal.acts", "No consta la conducta (captar, trasladar ...).", "MEDIA"),
        _missing("sin-actividad", "legal.activities", "No consta el lugar o la actividad.", "MEDIA"),
        _missing("sin-captacion", "legal.recruitment", "No consta la forma de captación.", "BAJA"),
        _missing("sin-departamento", "legal.department", "No consta el departamento de los hechos.", "ALTA"),
        _missing("sin-sexo", "identity.sex", "No consta el sexo.", "MEDIA"),
        _missing("sin-nacionalidad", "identity.nationality", "No consta la nacionalidad.", "BAJA"),
        Rule(
            "finalidad-no-identificada",
            "La finalidad figura como no identificada: complétela cuando se conozca.",
            "legal.purposes",
            "ALTA",
            ("legal.purposes",),
            lambda f: and_(f.given_legal, f.purposes.is_not(None)),
            lambda f: literal("NO_IDENTIFICADO") == any_(f.purposes),
        ),
        Rule(
            "adulta-sin-medios",
            NO_MEANS,
            "legal.means",
            "ALTA",
            ("legal.means", "legal.purposes", *_AGES),
            _adult,
            lambda f: f.means.is_(None),
        ),
        Rule(
            "sin-edad",
            "No consta la edad ni una banda de edad; entretanto se la trata como NNA.",
            "identity.age_years",
            "ALTA",
            _AGES,
            _given("identity"),
            lambda f: ~_age_known(f),
        ),
        Rule(
            "edad-solo-banda",
            "Solo consta una banda de edad.",
            "identity.age_years",
            "BAJA",
            _AGES,
            lambda f: and_(f.given_identity, _age_known(f)),
            lambda f: f.age_years.is_(None),
        ),
        Rule(
            "identificacion-pendiente",
            f"Pasaron {DAYS_TO_IDENTIFY} días y sigue como presunta víctima, sin decisión.",
            "case.identification",
            "MEDIA",
            (),
            lambda f: and_(_open(f), _older(f.opened_at, DAYS_TO_IDENTIFY)),
            lambda f: f.identification == UNDECIDED,
        ),
        Rule(
            "sin-delitos",
            f"Pasaron {DAYS_TO_CHARGE} días en la fiscalía y no consta la calificación (delitos).",
            "legal.offences",
            "ALTA",
            ("legal.offences",),
            lambda f: and_(
                f.given_legal, f.unit_kind == PROSECUTION, _older(f.unit_since, DAYS_TO_CHARGE)
            ),
            lambda f: ~f.legal_filled,
        ),
        Rule(
            "sin-valoracion-riesgo",
            "No consta la valoración de riesgo.",
            "protection.risk_level",
            "ALTA",
            ("protection",),
            lambda f: and_(f.given_protection, _open(f), _older(f.opened_at, DAYS_TO_ASSESS)),
            lambda f: ~f.risk_assessed,
        ),
        Rule(
            "sin-plan",
            f"Lleva {DAYS_TO_PLAN} días en atención y no tiene plan (PRI).",
            "plan",
            "ALTA",
            ("plan",),
            lambda f: and_(f.given_plan, f.state.in_(IN_CARE), _older(f.opened_at, DAYS_TO_PLAN)),
            lambda f: ~f.planned,
        ),
        Rule(
            "sin-movimiento",
            f"El caso sigue abierto y su unidad no lo mueve hace {DAYS_STILL} días.",
            "case.state",
            "ALTA",
            (),
            _open,
            lambda f: _older(f.last_activity, DAYS_STILL),
        ),
        Rule(
            "lugar-no-especializado",
            "Está en un lugar que no es un centro de acogida (hospital, comisaría, hotel ...).",
            "placement.actual_place",
            "ALTA",
            (),
            lambda f: and_(_open(f), f.placed),
            lambda f: f.elsewhere,
        ),
        Rule(
            "fechas-contradictorias",
            "Las fechas del caso se contradicen: identificación posterior al registro, o cierre anterior.",
            "case.first_identified_on",
            "MEDIA",
            (),
            _every,
            _contradicts,
        ),
        Rule(
            "edad-contradictoria",
            "La edad está fuera de la banda de edad.",
            "identity.age_years",
            "MEDIA",
            _AGES,
            lambda f: and_(f.given_identity, f.age_years.is_not(None)),
            lambda f: or_(
                func.coalesce(f.age_years < f.age_min, false()),
                func.coalesce(f.age_years > f.age_max, false()),
            ),
        ),
    )
}  # fmt: skip
"""Rules by code, in the order in which they are shown."""
