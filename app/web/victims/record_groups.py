"""How the fields of a compartment are grouped on a page, so that nobody reads eighty in a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from app.records.placement import RECORD, REST
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

TITLES: Final[Mapping[str, str]] = {
    "names": _("Nombres y documentos"),
    "birth": _("Sexo, edad y nacimiento"),
    "culture": _("Nacionalidad, lengua y cultura"),
    "care": _("Discapacidad, gestación y personas a su cargo"),
    "safe": _("Cómo contactarla sin riesgo"),
    "home": _("Dónde vive"),
    "family": _("Familia y personas de confianza"),
    "shared": _("Lo que otros servicios deben saber"),
    "care_given": _("Atención de salud"),
    "pregnancy": _("Gestación y discapacidad"),
    "treatment": _("Evaluación y tratamiento"),
    "sessions": _("Notas de sesión"),
    "acts": _("Finalidad, medios y captación"),
    "exploitation": _("Explotación y control"),
    "places": _("Lugares y redes"),
    "proceeding": _("Proceso penal"),
    "reparation": _("Reparación civil"),
    "status": _("Condición de víctima"),
    "risk": _("Riesgo y alertas"),
    "safety": _("Seguridad"),
    "measures": _("Medidas de protección anotadas antes"),
    "wishes": _("Lo que quiere la persona"),
    "assessment": _("Valoración"),
    "exit": _("Egreso"),
    "follow_up": _("Riesgo y seguimiento"),
    REST: _("Otros datos"),
}
"""Groups of fields (`app.records.placement`) as pages call them."""


def grouped(compartment: str, drawn: Sequence[Control]) -> list[tuple[str, list[Control]]]:
    """The controls in the groups of their part; a group without controls is left out.

    What belongs to no other group needs no title where it is all there is.
    """
    by_name = {one.key: one for one in drawn}
    found: list[tuple[str, list[Control]]] = []
    for place in RECORD[compartment]:
        inside = [by_name[name] for name in place.fields if name in by_name]
        if inside:
            alone = place.slug == REST and not found
            found.append(("" if alone else gettext(TITLES[place.slug]), inside))
    return found
