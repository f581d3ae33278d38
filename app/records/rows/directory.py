"""Rows of referrals: service deliveries."""

from typing import Annotated, ClassVar

from app.records.base import Row
from app.records.kinds import Code, Count, IsoDate, Text
from app.records.spec import Partial, Spec

OWN = "Propio; DS 005-2016-IN"


class Delivery(Row):
    """A service a unit gave, or meant to give, on one day. Read in part: the own unit's."""

    title_es: ClassVar[str] = "Prestaciones de servicios"
    table: ClassVar[str] = "service_delivery"
    compartment: ClassVar[str] = "services"
    prefix: ClassVar[str] = "SE"
    clear: ClassVar[frozenset[str]] = frozenset(
        {"service_type", "delivered_on", "attendance", "hours", "quantity"}
    )

    service_type: Annotated[
        Code | None, Spec("Servicio", OWN, Partial.SHOW, codes="service_type", htcds="spl_Type")
    ] = None
    delivered_on: Annotated[IsoDate | None, Spec("Fecha", OWN, Partial.SHOW)] = None
    attendance: Annotated[Code | None, Spec("Asistencia", OWN, Partial.SHOW, codes="attendance")] = None
    hours: Annotated[Count | None, Spec("Horas", "Propio", Partial.SHOW)] = None
    quantity: Annotated[Count | None, Spec("Cantidad de atenciones", "Propio", Partial.SHOW)] = None
    note: Annotated[Text | None, Spec("Nota sobre la atención", OWN, Partial.SHOW)] = None


ROWS: tuple[type[Row], ...] = (Delivery,)
