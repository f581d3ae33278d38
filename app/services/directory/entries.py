"""What is kept of a service and of a location in the directory, and whom a service attends.

Source of the shape: Human Services Data Specification 3 (Open Referral).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, StringConstraints

from app.catalogues import code_list
from app.records.base import Item
from app.records.kinds import Code, Codes, Email, IsoDate, Line, Phone, Text, Ubigeo
from app.records.spec import Spec
from app.states import LocationKind, ServiceStatus

HSDS: Final = "HSDS 3"
STATUSES: Final[Mapping[str, str]] = MappingProxyType(
    {
        ServiceStatus.ACTIVE: "active",
        ServiceStatus.INACTIVE: "inactive",
        ServiceStatus.DEFUNCT: "defunct",
        ServiceStatus.CLOSED_FOR_A_TIME: "temporarily closed",
    }
)
"""State of a service -> its word in HSDS."""
KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {LocationKind.PHYSICAL: "physical", LocationKind.POSTAL: "postal", LocationKind.VIRTUAL: "virtual"}
)
"""Kind of a location -> its word in HSDS."""

Url = Annotated[str, StringConstraints(max_length=500, pattern=r"^https?://[^\s]+$")]
UnitCode = Annotated[str, StringConstraints(min_length=1, max_length=80)]
OneStatus = Annotated[str, StringConstraints(pattern=f"^({'|'.join(ServiceStatus)})$")]
OneKind = Annotated[str, StringConstraints(pattern=f"^({'|'.join(LocationKind)})$")]


def _key(value: object) -> object:
    if isinstance(value, str) and len(value) == 36:  # noqa: PLR2004 - the usual form, no other
        try:
            return uuid.UUID(value)
        except ValueError:
            return value
    return value


Key = Annotated[uuid.UUID, BeforeValidator(_key, json_schema_input_type=str)]


class LocationEntry(Item):
    """A place where a unit attends, or a virtual one. Shelters have none."""

    unit: Annotated[UnitCode, Field(title="Unidad")]
    name: Annotated[Line, Field(title="Nombre del lugar")]
    kind: Annotated[OneKind, Field(title="Clase de lugar", examples=list(KINDS))] = LocationKind.PHYSICAL
    address: Annotated[Line | None, Field(title="Dirección")] = None
    city: Annotated[Line | None, Field(title="Ciudad o distrito")] = None
    ubigeo: Annotated[Ubigeo | None, Field(title="UBIGEO INEI")] = None
    url: Annotated[Url | None, Field(title="Página, si es virtual")] = None


class ServiceEntry(Item):
    """A service of a unit. Without populations or departments it is for everybody, or everywhere."""

    unit: Annotated[UnitCode, Field(title="Unidad que lo ofrece")]
    name: Annotated[Line, Field(title="Nombre del servicio")]
    description: Annotated[Text | None, Field(title="Descripción")] = None
    service_types: Annotated[
        Codes, Field(min_length=1), Spec("Servicios que presta", HSDS, codes="service_type")
    ]
    populations: Annotated[Codes | None, Spec("Población que atiende", HSDS, codes="served_population")] = (
        None
    )
    departments: Annotated[
        list[Code] | None, Field(max_length=25), Spec("Departamentos que atiende", HSDS, codes="department")
    ] = None
    eligibility: Annotated[Text | None, Field(title="Requisitos")] = None
    schedule: Annotated[Line | None, Field(title="Horario")] = None
    phone: Annotated[Phone | None, Field(title="Teléfono")] = None
    email: Annotated[Email | None, Field(title="Correo")] = None
    url: Annotated[Url | None, Field(title="Página")] = None
    status: Annotated[OneStatus, Field(title="Estado", examples=list(STATUSES))] = ServiceStatus.ACTIVE
    capacity_note: Annotated[Line | None, Field(title="Nota sobre su capacidad")] = None
    assured_on: Annotated[IsoDate | None, Field(title="Fecha en que se comprobó")] = None
    locations: Annotated[
        list[Key] | None, Field(title="Lugares donde se presta (identificadores)", max_length=50)
    ] = None


def serves(populations: Iterable[str], person: Iterable[str]) -> bool:
    """Whether a service for these populations attends who is of the given ones.

    Each dimension (age, sex, origin) decides apart: a service that names none of it attends all, and what is
    not known of a person excludes her from nothing.
    """
    dimension = {row["code"]: row["dimension"] for row in code_list("served_population").rows}
    named: dict[str, set[str]] = {}
    for code in populations:
        named.setdefault(dimension[code], set()).add(code)
    return all(code in named.get(dimension[code], {code}) for code in person)
