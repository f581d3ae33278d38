"""The directory in the words of HSDS 3: one page of services, each with all that hangs from it.

Field names are those of the specification's schemas `service`, `organization`, `service_at_location`,
`location`, `address`, `phone`, `schedule`, `service_area`, `attribute`, `taxonomy_term`. What is needed
beyond them (which unit receives referrals, whom it attends) travels as attributes.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from app.catalogues import code_list
from app.services.directory.entries import KINDS, STATUSES
from app.services.directory.views import DirectoryPlaceView, DirectoryServiceView
from app.services.views import NamedView
from app.states import LocationKind

COUNTRY: Final = "PE"
UNIT, SERVICE, POPULATION = "receiving_unit", "service_type", "served_population"
UBIGEO: Final = "INEI UBIGEO"
AREA: Final = "urn:ubigeo:"
_SPACE: Final = uuid.UUID("6f0d6f0e-2b6b-5c0d-9b55-3a1f0d6f5a11")
_FROM_STATUS = {word: code for code, word in STATUSES.items()}
_FROM_KIND = {word: code for code, word in KINDS.items()}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    id: uuid.UUID


class HsdsPhone(_Part):
    """HSDS `phone`."""

    number: str


class HsdsSchedule(_Part):
    """HSDS `schedule`, of which the description in words is kept."""

    description: str


class HsdsServiceArea(_Part):
    """HSDS `service_area`: a department, by its INEI code."""

    name: str
    uri: Annotated[str, Field(pattern=f"^{AREA}[0-9]{{2}}$")]


class HsdsTaxonomyTerm(_Part):
    """HSDS `taxonomy_term`: a code of one of the register's lists."""

    code: str
    name: str
    description: str


class HsdsAttribute(_Part):
    """HSDS `attribute`."""

    link_type: Annotated[str, Field(pattern=f"^({UNIT}|{SERVICE}|{POPULATION})$")]
    value: str
    taxonomy_term: HsdsTaxonomyTerm | None = None


class HsdsOrganizationIdentifier(_Part):
    """HSDS `organization_identifier`."""

    identifier_type: str
    identifier: str


class HsdsOrganization(_Part):
    """HSDS `organization`: the institution."""

    name: str
    description: str
    organization_identifiers: Annotated[list[HsdsOrganizationIdentifier], Field(max_length=10)]


class HsdsAddress(_Part):
    """HSDS `address`."""

    address_1: str
    city: str
    state_province: str
    postal_code: str
    country: str
    address_type: str


class HsdsLocation(_Part):
    """HSDS `location`."""

    location_type: Annotated[str, Field(pattern=f"^({'|'.join(_FROM_KIND)})$")]
    name: str
    url: str | None = None
    external_identifier: str | None = None
    external_identifier_type: str | None = None
    addresses: Annotated[list[HsdsAddress], Field(max_length=1)] = []
    attributes: Annotated[list[HsdsAttribute], Field(max_length=10)] = []


class HsdsServiceAtLocation(_Part):
    """HSDS `service_at_location`."""

    location: HsdsLocation


class HsdsService(_Part):
    """HSDS `service`."""

    name: str
    status: Annotated[str, Field(pattern=f"^({'|'.join(_FROM_STATUS)})$")]
    description: str | None = None
    url: str | None = None
    email: str | None = None
    eligibility_description: str | None = None
    assured_date: str | None = None
    alert: str | None = None
    organization: HsdsOrganization | None = None
    phones: Annotated[list[HsdsPhone], Field(max_length=1)] = []
    schedules: Annotated[list[HsdsSchedule], Field(max_length=1)] = []
    service_areas: Annotated[list[HsdsServiceArea], Field(max_length=25)] = []
    attributes: Annotated[list[HsdsAttribute], Field(max_length=60)] = []
    service_at_locations: Annotated[list[HsdsServiceAtLocation], Field(max_length=50)] = []


class HsdsPage(BaseModel):
    """A page of services as the HSDS API gives them; all of them are on one."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    total_items: int
    total_pages: int
    page_number: int
    size: int
    first_page: bool
    last_page: bool
    empty: bool
    contents: Annotated[list[HsdsService], Field(max_length=20_000)]


def page(services: Iterable[DirectoryServiceView]) -> dict[str, object]:
    """The page of services as shown by the directory (`queries.shown`), for JSON."""
    contents = [_service(found) for found in services]
    size = len(contents)
    return {
        "total_items": size, "total_pages": 1, "page_number": 1, "size": size, "first_page": True,
        "last_page": True, "empty": not size, "contents": contents,
    }  # fmt: skip


def _service(found: DirectoryServiceView) -> dict[str, object]:
    key, unit = found["id"], found["unit"]["code"]
    assured = found["assured_on"]
    out = {
        "id": key,
        "name": found["name"],
        "status": STATUSES[found["status"]],
        "description": found["description"],
        "url": found["url"],
        "email": found["email"],
        "eligibility_description": found["eligibility"],
        "assured_date": assured.isoformat() if assured else None,
        "alert": found["capacity_note"],
        "organization": _organization(found["institution"]),
        "phones": [{"id": _id(key, "phone"), "number": found["phone"]}] if found["phone"] else None,
        "schedules": (
            [{"id": _id(key, "schedule"), "description": found["schedule"]}] if found["schedule"] else None
        ),
        "service_areas": [_area(key, code) for code in found["departments"]],
        "attributes": [
            _attribute(key, UNIT, unit),
            *(_attribute(key, SERVICE, code) for code in found["service_types"]),
            *(_attribute(key, POPULATION, code) for code in found["populations"]),
        ],
        "service_at_locations": [
            {"id": _id(key, place["id"]), "location": _location(place)} for place in found["locations"]
        ],
    }
    return _known(out)


def _organization(institution: NamedView) -> dict[str, object]:
    key, name = _id("institution", institution["code"]), institution["name"]
    identifier = {"id": _id(key, "code"), "identifier_type": "RUV", "identifier": institution["code"]}
    return {"id": key, "name": name, "description": name, "organization_identifiers": [identifier]}


def _area(key: str, code: str) -> dict[str, str]:
    return {"id": _id(key, AREA + code), "name": code_list("department").label(code), "uri": AREA + code}


def _attribute(key: str, link: str, value: str) -> dict[str, object]:
    out: dict[str, object] = {"id": _id(key, f"{link}:{value}"), "link_type": link, "value": value}
    if link != UNIT:
        label = code_list(link).label(value)
        term = {"id": _id(link, value), "code": value, "name": label, "description": label}
        out["taxonomy_term"] = term
    return out


def _location(place: DirectoryPlaceView) -> dict[str, object]:
    key, ubigeo = place["id"], place["ubigeo"]
    address = None
    if place["address"] or place["city"]:
        province = code_list("department").label(ubigeo[:2]) if ubigeo else ""
        address = {
            "id": _id(key, "address"), "address_1": place["address"] or "", "city": place["city"] or "",
            "state_province": province, "postal_code": "", "country": COUNTRY,
            "address_type": "postal" if place["kind"] == LocationKind.POSTAL else "physical",
        }  # fmt: skip
    return _known(
        {
            "id": key,
            "location_type": KINDS[place["kind"]],
            "name": place["name"],
            "url": place["url"],
            "external_identifier": ubigeo,
            "external_identifier_type": UBIGEO if ubigeo else None,
            "addresses": [address] if address else None,
            "attributes": [_attribute(key, UNIT, place["unit"])],
        }
    )


def service_of(found: HsdsService) -> dict[str, object]:
    """What `entries.ServiceEntry` keeps of a service, not checked yet; without its locations' content."""
    return {
        "unit": _one(found.attributes, UNIT),
        "name": found.name,
        "description": found.description,
        "service_types": _values(found.attributes, SERVICE),
        "populations": _values(found.attributes, POPULATION),
        "departments": [area.uri.removeprefix(AREA) for area in found.service_areas],
        "eligibility": found.eligibility_description,
        "schedule": found.schedules[0].description if found.schedules else None,
        "phone": found.phones[0].number if found.phones else None,
        "email": found.email,
        "url": found.url,
        "status": _FROM_STATUS[found.status],
        "capacity_note": found.alert,
        "assured_on": found.assured_date,
        "locations": [at.location.id for at in found.service_at_locations],
    }


def location_of(found: HsdsLocation) -> dict[str, object]:
    """What `entries.LocationEntry` keeps of a location, not checked yet."""
    address = found.addresses[0] if found.addresses else None
    return {
        "unit": _one(found.attributes, UNIT),
        "name": found.name,
        "kind": _FROM_KIND[found.location_type],
        "address": address.address_1 if address else None,
        "city": address.city if address else None,
        "ubigeo": found.external_identifier,
        "url": found.url,
    }


def _values(attributes: Iterable[HsdsAttribute], link: str) -> list[str]:
    return [attribute.value for attribute in attributes if attribute.link_type == link]


def _one(attributes: Iterable[HsdsAttribute], link: str) -> str | None:
    return next(iter(_values(attributes, link)), None)


def _known(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}


def _id(*parts: str) -> str:
    """The same identifier each time for what has none of its own."""
    return str(uuid.uuid5(_SPACE, "\0".join(parts)))
