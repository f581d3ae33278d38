"""Where the person is housed: the datum whose leak does the most harm."""

from typing import Annotated, ClassVar

from app.records.base import Compartment
from app.records.kinds import IsoDate, Line, Phone, ShortLine, Text, Ubigeo
from app.records.spec import Partial, Spec

OWN = "Propio (reserva de la ubicación de los centros de acogida)"


class ShelterLocation(Compartment):
    """Site of the shelter and movements."""

    title_es: ClassVar[str] = "Ubicación del alojamiento"

    shelter_code: Annotated[
        ShortLine | None, Spec("Código del alojamiento", OWN, Partial.SHOW, help="Nunca su nombre.")
    ] = None
    site_ubigeo: Annotated[Ubigeo | None, Spec("Distrito del local", "INEI, UBIGEO", Partial.DEPARTMENT)] = (
        None
    )
    site_address: Annotated[Line | None, Spec("Dirección del local", OWN)] = None
    site_phone: Annotated[Phone | None, Spec("Teléfono del local", OWN)] = None
    since: Annotated[IsoDate | None, Spec("Desde", OWN)] = None
    transfer_date: Annotated[IsoDate | None, Spec("Fecha de traslado", OWN)] = None
    transfer_itinerary: Annotated[Text | None, Spec("Itinerario de traslado", OWN)] = None
    access_instructions: Annotated[Text | None, Spec("Indicaciones de acceso", OWN)] = None
