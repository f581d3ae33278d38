"""How the fields of a compartment are grouped on a page, so that nobody reads eighty in a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from app.web.i18n import gettext
from app.web.kit.controls import Control


def _(text: str) -> str:
    """Mark a text for the catalogue of translations; it is translated when it is shown."""
    return text


SLUGS: Final[Mapping[str, str]] = {
    "identidad": "identity",
    "contacto": "contact",
    "salud": "health",
    "salud-mental": "psychology",
    "hechos": "legal",
    "testimonio": "testimony",
    "proteccion": "protection",
    "alojamiento": "shelter_location",
    "plan": "plan",
    "servicios": "services",
    "resultado": "outcome",
}
"""Compartments as addresses name them."""

ABOUT: Final[Mapping[str, str]] = {
    "identity": _("Nombres, documentos, edad, nacionalidad, lengua, discapacidad."),
    "contact": _("Teléfonos, domicilio, familia y cómo contactarla sin ponerla en riesgo."),
    "health": _("Alergias, medicación, gestación, seguro de salud."),
    "psychology": _("Conclusiones, alertas y apoyo recomendado."),
    "legal": _("Hechos, delitos, carpeta fiscal y etapa del proceso."),
    "testimony": _("Dónde está el acta de la entrevista única. Nunca el relato."),
    "protection": _("Nivel de riesgo, alertas y condiciones de seguridad."),
    "shelter_location": _("Dónde vive ahora. Es el dato más reservado."),
    "plan": _("Qué quiere la persona, sus fortalezas y necesidades."),
    "services": _("Servicios que necesita, y los que no desea."),
    "outcome": _("Cómo terminó la atención y el seguimiento acordado."),
}

_GROUPS: Final[Mapping[str, Sequence[tuple[str, str]]]] = {
    "identity": (
        (
            _("Nombres y documentos"),
            "given_names first_surname second_surname social_name aliases reserved_alias documents",
        ),
        (
            _("Sexo, edad y nacimiento"),
            (
                "sex age_years declared_age birth_date birth_date_precision birth_year age_estimated age_min"
                " age_max minor_presumed birth_country birth_place birth_place_text"
            ),
        ),
        (
            _("Nacionalidad, lengua y cultura"),
            (
                "nationality other_nationalities mother_tongue other_languages interpreter_needed"
                " interpreter_language ethnicity ethnicity_other indigenous_people gender_identity"
            ),
        ),
        (
            _("Discapacidad, gestación y personas a su cargo"),
            (
                "disability disability_limitations conadis_card reasonable_adjustments pregnant"
                " gestational_weeks children_count dependants_in_care dependants_notes"
            ),
        ),
    ),
    "contact": (
        (
            _("Cómo contactarla sin riesgo"),
            "safe_channel contact_restrictions safe_contact_instructions mobile_phone home_phone email",
        ),
        (
            _("Dónde vive"),
            (
                "residence_country residence_ubigeo residence_locality residence_address"
                " residence_postal_code previous_residence_ubigeo"
            ),
        ),
        (_("Familia y personas de confianza"), "emergency_contact family family_notes"),
    ),
    "health": (
        (
            _("Lo que otros servicios deben saber"),
            (
                "alerts allergies medication physical_needs fit_to_travel insurance insurance_active"
                " insurance_number"
            ),
        ),
        (
            _("Atención de salud"),
            "first_examination summary facility emergency_kit_given emergency_kit_date notes",
        ),
        (_("Gestación y discapacidad"), "pregnancy_care due_date disability_type disability_notes"),
    ),
    "psychology": (
        (
            _("Lo que otros servicios deben saber"),
            "conclusions risk_alerts recommended_support last_evaluation",
        ),
        (_("Evaluación y tratamiento"), "evaluations diagnosis treatment"),
        (_("Notas de sesión"), "notes"),
    ),
    "legal": (
        (
            _("Finalidad, medios y captación"),
            (
                "purposes main_purpose purpose_other acts means means_other recruitment recruitment_other"
                " other_recruitment recruiter_relation recruiter_relation_other"
            ),
        ),
        (
            _("Explotación y control"),
            (
                "activities activity_other sexual_exploitation_types labour_industry control_methods"
                " control_other exploitation_since exploitation_until age_when_trafficked"
            ),
        ),
        (
            _("Lugares y redes"),
            (
                "department country_of_exploitation transnational recruitment_place exploitation_places"
                " transit_places rescue_place recruitment_platforms exploitation_platforms platform_other"
            ),
        ),
        (
            _("Proceso penal"),
            (
                "stage complaint_numbers carpeta_fiscal distrito_fiscal prosecution_office offences"
                " aggravators court court_file single_interview_date sentence_date legal_counsel"
                " upe_resolution"
            ),
        ),
        (_("Reparación civil"), "reparation_ordered reparation_amount reparation_paid"),
        (
            _("Condición de víctima"),
            "trafficking_status trafficking_status_decider trafficking_status_date status_basis",
        ),
    ),
    "protection": (
        (_("Riesgo y alertas"), "risk_level risk_assessed_on alerts alert_notes"),
        (
            _("Seguridad"),
            "reserved_identity witness_programme safe_conditions threats persons_to_avoid",
        ),
        (_("Medidas de protección anotadas antes"), "measures"),
    ),
    "plan": (
        (_("Lo que quiere la persona"), "wishes own_goals life_project study_work_interests child_opinion"),
        (
            _("Valoración"),
            "strengths needs_assessment vulnerabilities vulnerability_details cultural_considerations",
        ),
    ),
    "outcome": (
        (_("Egreso"), "outcome closing_reason closing_details exit_date exit_country exit_ubigeo"),
        (
            _("Riesgo y seguimiento"),
            "residual_risk residual_risk_notes followup_agreed followup_until followup_notes retrafficked",
        ),
    ),
}
_REST: Final = _("Otros datos")


def grouped(compartment: str, drawn: Sequence[Control]) -> list[tuple[str, list[Control]]]:
    """The controls in their groups, those of none at the end; a group without controls is left out."""
    left = {one.key: one for one in drawn}
    found = []
    for title, names in _GROUPS.get(compartment, ()):
        inside = [left.pop(name) for name in names.split() if name in left]
        if inside:
            found.append((gettext(title), inside))
    if left:
        found.append((gettext(_REST) if found else "", list(left.values())))
    return found
