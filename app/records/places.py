"""Places of the facts."""

from typing import Annotated

from pydantic import Field

from app.records.base import Item
from app.records.kinds import Code, FlexibleDate, Kind, Line, Ubigeo
from app.records.spec import Partial, Spec


class Place(Item):
    """A place of the facts; a mining camp or a boat has no UBIGEO and is described in words."""

    country: Annotated[Code | None, Spec("País", "ISO 3166-1", Partial.SHOW, codes="country")] = None
    ubigeo: Annotated[Ubigeo | None, Spec("Distrito", "INEI, UBIGEO", Partial.DEPARTMENT)] = None
    description: Annotated[Line | None, Spec("Descripción", "Propio")] = None
    date: Annotated[FlexibleDate | None, Spec("Fecha", "Propio")] = None


PlaceField = Annotated[Place, Kind("lugar")]
Places = Annotated[list[Place], Field(max_length=20), Kind("lista de lugares")]
