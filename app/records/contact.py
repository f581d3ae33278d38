"""Contact: how the person, and those she trusts, can be reached without putting her at risk."""

from typing import Annotated, ClassVar

from pydantic import Field

from app.records.base import Compartment, Item
from app.records.kinds import Code, Codes, Email, Kind, Line, Phone, ShortLine, Text, Ubigeo
from app.records.spec import Partial, Spec

HTCDS = "HTCDS 2.0"


class ContactPerson(Item):
    """Someone of the person's family or trust."""

    name: Annotated[Line | None, Spec("Nombre", "Propio")] = None
    relation: Annotated[ShortLine | None, Spec("Vínculo", "Propio", Partial.SHOW)] = None
    phone: Annotated[Phone | None, Spec("Teléfono", "Propio")] = None
    knows_situation: Annotated[
        Code | None, Spec("Conoce la situación", "Propio", Partial.SHOW, codes="tristate")
    ] = None
    document: Annotated[
        ShortLine | None, Spec("Documento", "Propio", help="Distingue a quien lleva un nombre parecido.")
    ] = None
    suspected: Annotated[
        Code | None,
        Spec(
            "Señalada como sospechosa",
            "Propio",
            codes="tristate",
            help="No ve ni consiente nada, y no recibe a la persona.",
        ),
    ] = None


class Contact(Compartment):
    """How to reach the person safely."""

    title_es: ClassVar[str] = "Contacto y familia"

    mobile_phone: Annotated[
        Phone | None, Spec("Teléfono móvil", HTCDS, Partial.PRESENT, htcds="prs_MobilePhone")
    ] = None
    home_phone: Annotated[
        Phone | None, Spec("Teléfono fijo", HTCDS, Partial.PRESENT, htcds="prs_HomePhone")
    ] = None
    email: Annotated[Email | None, Spec("Correo electrónico", HTCDS, Partial.PRESENT, htcds="prs_Email")] = (
        None
    )
    residence_country: Annotated[
        Code | None,
        Spec(
            "País de residencia",
            "ISO 3166-1; HTCDS 2.0",
            Partial.SHOW,
            codes="country",
            htcds="prs_MailingCountry",
        ),
    ] = None
    residence_ubigeo: Annotated[
        Ubigeo | None,
        Spec(
            "Distrito de residencia", "INEI, UBIGEO; HTCDS 2.0", Partial.DEPARTMENT, htcds="prs_MailingState"
        ),
    ] = None
    residence_locality: Annotated[
        Line | None, Spec("Centro poblado o ciudad", HTCDS, htcds="prs_MailingCity")
    ] = None
    residence_address: Annotated[Line | None, Spec("Dirección", HTCDS, htcds="prs_MailingStreet")] = None
    residence_postal_code: Annotated[
        ShortLine | None, Spec("Código postal", HTCDS, htcds="prs_MailingPostalCode")
    ] = None
    previous_residence_ubigeo: Annotated[
        Ubigeo | None, Spec("Residencia antes de los hechos", "INEI, UBIGEO", Partial.DEPARTMENT)
    ] = None
    safe_channel: Annotated[
        Code | None, Spec("Medio seguro de contacto", "Propio", Partial.SHOW, codes="contact_channel")
    ] = None
    contact_restrictions: Annotated[
        Codes | None,
        Spec("Restricciones de contacto", "Propio", Partial.SHOW, codes="contact_restriction"),
    ] = None
    safe_contact_instructions: Annotated[
        Text | None, Spec("Indicaciones para contactarla sin riesgo", "Propio")
    ] = None
    emergency_contact: Annotated[
        Annotated[ContactPerson, Kind("persona de contacto")] | None,
        Spec("Contacto de emergencia", "Propio", Partial.EACH),
    ] = None
    family: Annotated[
        Annotated[list[ContactPerson], Field(max_length=20), Kind("lista de personas")] | None,
        Spec("Familia y red de apoyo", "Propio", Partial.COUNT),
    ] = None
    family_notes: Annotated[Text | None, Spec("Familia (notas)", "Propio")] = None
