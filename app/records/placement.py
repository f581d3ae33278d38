"""Where the fields of a record are written: groups of its parts, steps of a registration, short forms.

Said here once, in the order in which it is drawn. The pages title these places and draw what stands in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

REST: Final = "rest"
"""The group of a part for what belongs to no other."""


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that stand together on a form: `few` first, `more` folded away for who knows more."""

    slug: str
    few: tuple[str, ...]
    more: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """All of them, in order."""
        return self.few + self.more


def section(slug: str, few: str, more: str = "") -> Section:
    """A section of fields that are named with spaces between them."""
    return Section(slug, tuple(few.split()), tuple(more.split()))


RECORD: Final[Mapping[str, tuple[Section, ...]]] = {
    "identity": (
        section(
            "names", "given_names first_surname second_surname social_name aliases reserved_alias documents"
        ),
        section(
            "birth",
            (
                "sex age_years declared_age birth_date birth_date_precision birth_year age_estimated age_min"
                " age_max minor_presumed birth_country birth_place birth_place_text"
            ),
        ),
        section(
            "culture",
            (
                "nationality other_nationalities mother_tongue other_languages interpreter_needed"
                " interpreter_language ethnicity ethnicity_other indigenous_people gender_identity"
            ),
        ),
        section(
            "care",
            (
                "disability disability_limitations conadis_card reasonable_adjustments pregnant"
                " gestational_weeks children_count dependants_in_care dependants_notes"
            ),
        ),
        section(
            REST,
            "salutation external_references deceased marital_status education occupation photo_reference",
        ),
    ),
    "contact": (
        section(
            "safe",
            "safe_channel contact_restrictions safe_contact_instructions mobile_phone home_phone email",
        ),
        section(
            "home",
            (
                "residence_country residence_ubigeo residence_locality residence_address"
                " residence_postal_code previous_residence_ubigeo"
            ),
        ),
        section("family", "emergency_contact family family_notes"),
    ),
    "health": (
        section(
            "shared",
            (
                "alerts allergies medication physical_needs fit_to_travel insurance insurance_active"
                " insurance_number"
            ),
        ),
        section(
            "care_given", "first_examination summary facility emergency_kit_given emergency_kit_date notes"
        ),
        section("pregnancy", "pregnancy_care due_date disability_type disability_notes"),
    ),
    "psychology": (
        section("shared", "conclusions risk_alerts recommended_support last_evaluation"),
        section("treatment", "evaluations diagnosis treatment"),
        section("sessions", "notes"),
    ),
    "legal": (
        section(
            "acts",
            (
                "purposes main_purpose purpose_other acts means means_other recruitment recruitment_other"
                " other_recruitment recruiter_relation recruiter_relation_other"
            ),
        ),
        section(
            "exploitation",
            (
                "activities activity_other sexual_exploitation_types labour_industry control_methods"
                " control_other exploitation_since exploitation_until age_when_trafficked"
            ),
        ),
        section(
            "places",
            (
                "department country_of_exploitation transnational recruitment_place exploitation_places"
                " transit_places rescue_place recruitment_platforms exploitation_platforms platform_other"
            ),
        ),
        section(
            "proceeding",
            (
                "stage complaint_numbers carpeta_fiscal distrito_fiscal prosecution_office offences"
                " aggravators court court_file single_interview_date sentence_date legal_counsel"
                " upe_resolution"
            ),
        ),
        section("reparation", "reparation_ordered reparation_amount reparation_paid"),
        section(
            "status", "trafficking_status trafficking_status_decider trafficking_status_date status_basis"
        ),
        section(REST, "notes"),
    ),
    "testimony": (
        section(
            REST,
            (
                "file_number single_interview_done interview_date place_type place_other record_reference"
                " interpreter_present support_present anticipated_evidence further_interviews"
            ),
        ),
    ),
    "protection": (
        section("risk", "risk_level risk_assessed_on alerts alert_notes"),
        section("safety", "reserved_identity witness_programme safe_conditions threats persons_to_avoid"),
        section("measures", "measures"),
        section(REST, "missing_alert_number"),
    ),
    "shelter_location": (
        section(
            REST,
            (
                "shelter_code site_ubigeo site_address site_phone since transfer_date transfer_itinerary"
                " access_instructions"
            ),
        ),
    ),
    "plan": (
        section("wishes", "wishes own_goals life_project study_work_interests child_opinion"),
        section(
            "assessment",
            "strengths needs_assessment vulnerabilities vulnerability_details cultural_considerations",
        ),
        section(REST, "summary requested_adjustments execution_place return_conditions"),
    ),
    "services": (
        section(REST, "needs needs_other urgent declined declined_other availability programmes notes"),
    ),
    "outcome": (
        section("exit", "outcome closing_reason closing_details exit_date exit_country exit_ubigeo"),
        section(
            "follow_up",
            "residual_risk residual_risk_notes followup_agreed followup_until followup_notes retrafficked",
        ),
        section(REST, "receiving_adult_checked receiving_adult_notes achieved_domains deceased_on"),
    ),
}
"""The form of each part of a record: every field of the catalogue stands in it once."""

REGISTRATION: Final = (
    section(
        "deteccion",
        "legal.complaint_numbers legal.carpeta_fiscal",
        "legal.distrito_fiscal legal.rescue_place",
    ),
    section(
        "identidad",
        (
            "identity.given_names identity.first_surname identity.second_surname identity.documents"
            " identity.sex identity.age_years identity.birth_date identity.nationality"
            " identity.interpreter_needed"
        ),
        (
            "identity.birth_year identity.age_min identity.age_max identity.age_estimated"
            " identity.declared_age identity.minor_presumed identity.social_name identity.aliases"
            " identity.reserved_alias identity.birth_country identity.birth_place identity.birth_place_text"
            " identity.mother_tongue identity.interpreter_language identity.ethnicity"
            " identity.indigenous_people identity.gender_identity identity.disability"
            " identity.disability_limitations identity.reasonable_adjustments identity.pregnant"
            " identity.dependants_in_care identity.education"
        ),
    ),
    section(
        "contacto-y-riesgo",
        (
            "protection.risk_level protection.alerts contact.safe_channel contact.contact_restrictions"
            " contact.mobile_phone contact.residence_ubigeo"
        ),
        (
            "contact.safe_contact_instructions contact.email contact.home_phone contact.residence_country"
            " contact.residence_locality contact.residence_address contact.emergency_contact"
            " protection.risk_assessed_on protection.alert_notes protection.reserved_identity"
            " protection.safe_conditions protection.persons_to_avoid"
        ),
    ),
    section(
        "explotacion",
        "legal.purposes legal.means legal.activities legal.department",
        (
            "legal.acts legal.recruitment legal.recruiter_relation legal.control_methods"
            " legal.country_of_exploitation legal.transnational legal.exploitation_since"
            " legal.exploitation_until legal.purpose_other legal.means_other legal.recruitment_other"
            " legal.activity_other legal.control_other"
        ),
    ),
    section(
        "necesidades",
        "services.urgent services.needs",
        "services.declined services.availability services.programmes services.notes",
    ),
)
"""The steps in which a person is registered; fields as `compartment.field`."""

SHORT: Final = (
    section(
        "quien",
        (
            "identity.given_names identity.first_surname identity.second_surname identity.documents"
            " identity.sex identity.age_years identity.declared_age identity.birth_date identity.nationality"
            " identity.interpreter_needed"
        ),
    ),
    section(
        "riesgo",
        (
            "protection.risk_level protection.alerts contact.safe_channel contact.contact_restrictions"
            " services.urgent"
        ),
    ),
    section("hechos", "legal.purposes legal.means legal.department legal.complaint_numbers"),
)
"""The short form of a registration: some of the same fields, on one page."""

OFFLINE: Final = section(
    "offline",
    "identity.given_names identity.first_surname identity.second_surname identity.sex identity.declared_age"
    " services.urgent",
)
"""What is asked of a person on the page for no connection: little, and nothing that has to be looked up."""

SOUGHT: Final = section(
    "search",
    (
        "identity.documents identity.given_names identity.first_surname identity.second_surname"
        " identity.birth_date"
    ),
)
"""What a person is looked for by, before she is registered."""
