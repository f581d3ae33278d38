"""What is written in the story. The person does not exist; every value is invented."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Final
from unicodedata import combining, normalize

from app.records import Values
from app.records.kinds import today
from stories.demo import people
from stories.demo.names import given_names, surname
from stories.demo.people import LABEL

FIRST_NUMBER: Final = 8_000_000
"""Numbers from here on belong to people of the story; the generated register has lower ones."""

BORN: Final = date(1999, 8, 23)

FACTS: Final = {
    "purposes": ["EXPLOTACION_LABORAL", "EXPLOTACION_SEXUAL"],
    "means": ["ENGANO", "PRIVACION_LIBERTAD"],
    "acts": ["CAPTACION", "TRASLADO", "RETENCION"],
    "recruitment": "OFERTA_TRABAJO",
    "recruiter_relation": "CONOCIDO",
    "activities": ["BAR", "MINERIA"],
    "department": "17",
    "country_of_exploitation": "PE",
    "transnational": "NO",
}

PROCEEDINGS: Final = {
    "carpeta_fiscal": ["SINTETICO-3206014501-2026-77"],
    "stage": "DILIGENCIAS_PRELIMINARES",
    "offences": ["129-A"],
}

CONTACT: Final = {
    "mobile_phone": "+51 000 314 159",
    "residence_address": "Pasaje Inexistente 271, interior 8",
    "safe_channel": "POR_PERSONA_CONFIANZA",
    "contact_restrictions": ["NO_TELEFONO", "NO_FAMILIA"],
    "safe_contact_instructions": "Llamar solo a su tía, los domingos, y preguntar por las telas.",
    "emergency_contact": {"name": "Nayra Tucto Pinchi", "relation": "tía", "phone": "+51 000 271 828"},
}

PROTECTION: Final = {
    "risk_level": "SEVERO",
    "alerts": ["NO_REVELAR_PARADERO", "NO_CONTACTAR_FAMILIA"],
    "reserved_identity": "SI",
    "persons_to_avoid": "Un conductor de camioneta gris que preguntó por ella en el terminal.",
}

MANDATES: Final = {
    "prosecutor": ("FISCALIA_DENUNCIA", "La fiscalía de turno dirige la investigación."),
    "udavit_officer": ("UDAVIT_AVISO", "Se le ofrece el programa de asistencia a víctimas y testigos."),
}
"""By role of whom the police brings in by mandate of law: on what basis, and why."""

ASSISTANCE: Final = "Disposición de asistencia de la carpeta SINTETICO-3206014501-2026-77."

SHELTER_REFERRAL: Final = {
    "service_type": "ALOJAMIENTO",
    "legal_basis": "INTERES_VITAL",
    "urgent": True,
    "compartments": ["identity", "contact", "protection"],
    "message": "Necesita alojarse esta noche; llega acompañada.",
}

CARE_REFERRAL: Final = {
    "service_type": "ASISTENCIA_SOCIAL",
    "legal_basis": "CONSENTIMIENTO",
    "compartments": ["identity", "contact", "health", "protection", "plan", "services"],
    "message": "Le encargamos elaborar con ella su plan de reintegración.",
}

HEALTH_REFERRAL: Final = {
    "service_type": "SALUD",
    "legal_basis": "CONSENTIMIENTO",
    "compartments": ["identity", "health", "plan", "services"],
    "message": "Control de salud completo; prefiere que la atienda una doctora.",
}

CONSENT: Final = {
    "purposes": ["ATENCION", "COORDINACION_INSTITUCIONES"],
    "language": "spa",
    "interpreter": "NO",
    "given_by": "PERSONA",
    "form": "HUELLA",
    "text_version": "CI-2026-1",
    "notes": "Lo leyó con calma, preguntó y puso su huella.",
}
"""What she allows, beside to whom and what of her record, which is what the referral shares."""

WITNESS = "Trabajadora social del albergue (persona sintética)"
PLAN: Final = {
    "place_of_execution": "LUGAR_DE_DESTINO",
    "language": "spa",
    "interpreter": "NO",
    "summary": "Quiere terminar el colegio y vivir por su cuenta en un año.",
}

OBJECTIVES: Final[tuple[tuple[dict[str, str], dict[str, str], str], ...]] = (
    (
        {
            "domain": "VIVIENDA",
            "wish": "Quiero dormir tranquila y que nadie sepa dónde estoy.",
            "goal": "Alojamiento seguro durante seis meses",
        },
        {"description": "Alojamiento con acompañamiento nocturno", "indicator": "Noches sin incidentes"},
        "shelter_caseworker",
    ),
    (
        {
            "domain": "SALUD_FISICA",
            "wish": "Quiero saber si estoy bien de salud.",
            "goal": "Control completo y tratamiento si hace falta",
        },
        {"description": "Evaluación médica completa", "person_in_charge": "Medicina general"},
        "health_officer",
    ),
    (
        {
            "domain": "EDUCACION",
            "wish": "Quiero terminar quinto de secundaria.",
            "goal": "Matrícula en educación básica alternativa",
        },
        {"description": "Matrícula y tutoría semanal", "frequency": "SEMANAL"},
        "social_programme_officer",
    ),
)
"""Objective, its activity, and the role whose unit carries it out."""

ASSESSMENT: Final = {
    "domain": "SALUD_FISICA",
    "level": 2,
    "summary": "Le duele la muñeca y hace meses que nadie la revisa.",
}

SHELTER_NOTE: Final = "Primera semana: duerme mejor y participa en el taller de costura."
HEALTH_NOTE: Final = "Evaluación hecha; se le explicó el resultado y aceptó el tratamiento."

HEALTH: Final = {
    "alerts": ["Anemia leve en tratamiento"],
    "allergies": ["Penicilina"],
    "insurance": "SIS",
    "notes": "Lesión antigua en la muñeca izquierda, ya consolidada.",
}


def identity(number: int) -> Values:
    """Who she is, with a name and a document of her own: each telling is about another woman."""
    rng = Random(number)  # noqa: S311 - to be repeated, not to be secret
    born = BORN + timedelta(days=rng.randrange(365))
    return {
        "sex": "MUJER",
        "nationality": "PE",
        "age_years": _age(born),
        "given_names": given_names(rng, woman=True),
        "first_surname": surname(rng),
        "second_surname": surname(rng),
        "birth_date": born.isoformat(),
        "birth_date_precision": "EXACTA",
        "documents": [{"type": "DNI", "number": people.document(number), "country": "PE", "verified": "SI"}],
        "external_references": [{"system": LABEL, "reference": f"{LABEL}-{number}"}],
        "mother_tongue": "spa",
        "education": "SECUNDARIA_BAJA",
        "dependants_in_care": 1,
    }


def looked_up(known: Values) -> Values:
    """What the police look her up by before they register her."""
    names = ("given_names", "first_surname", "second_surname", "birth_date")
    (document,) = known["documents"]
    shown = {name: document[name] for name in ("type", "number", "country")}
    return {**{name: known[name] for name in names}, "documents": [shown]}


def as_heard_elsewhere(known: Values) -> Values:
    """The same woman as another office writes her down: no document, surnames turned round, no accents."""
    plain = {name: _plain(known[name]) for name in ("given_names", "first_surname", "second_surname")}
    return {
        **plain,
        "first_surname": plain["second_surname"],
        "second_surname": plain["first_surname"],
        "sex": known["sex"],
        "birth_date": known["birth_date"],
    }


def testimony(day: date) -> dict[str, str]:
    """Where her statement is kept; what it says is nowhere in the register."""
    return {
        "file_number": "SINTETICO-3206014501-2026-77",
        "single_interview_done": "SI",
        "interview_date": day.isoformat(),
        "place_type": "CAMARA_GESELL",
        "record_reference": "ACTA-SINTETICA-4402",
    }


def _plain(name: str) -> str:
    return "".join(letter for letter in normalize("NFKD", name) if not combining(letter)).upper()


def _age(born: date) -> int:
    day = today()
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
