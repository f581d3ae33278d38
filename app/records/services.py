"""Services: what the person needs. Deliveries and referrals are rows of their own tables."""

from typing import Annotated, ClassVar

from app.records.base import Compartment
from app.records.kinds import Code, Codes, Line, Lines, Text
from app.records.spec import Partial, Spec

OWN = "Propio; DS 005-2016-IN"


class Services(Compartment):
    """Needs for services and how they go."""

    title_es: ClassVar[str] = "Servicios"

    needs: Annotated[
        Codes | None,
        Spec("Servicios que necesita", OWN, Partial.SHOW, codes="service_type", other_text="needs_other"),
    ] = None
    needs_other: Annotated[Line | None, Spec("Servicios que necesita (otro)", OWN)] = None
    urgent: Annotated[Code | None, Spec("Requiere atención urgente", OWN, Partial.SHOW, codes="tristate")] = (
        None
    )
    declined: Annotated[
        Codes | None,
        Spec("Servicios que no desea", OWN, Partial.SHOW, codes="service_type", other_text="declined_other"),
    ] = None
    declined_other: Annotated[Line | None, Spec("Servicios que no desea (otro)", OWN)] = None
    availability: Annotated[Line | None, Spec("Horarios posibles", OWN, Partial.SHOW)] = None
    programmes: Annotated[Lines | None, Spec("Programas sociales en que está inscrita", "MIDIS; SISFOH")] = (
        None
    )
    notes: Annotated[Text | None, Spec("Notas sobre los servicios", OWN)] = None
