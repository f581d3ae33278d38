"""What is told of the directory's services and places, and of whom to refer to."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from app.services.views import NamedView
from app.states import LocationKind, ServiceStatus


class DirectoryPlaceView(TypedDict):
    """A place where a unit attends, or a virtual one; `unit` is the unit's code."""

    id: str
    unit: str
    name: str
    kind: Annotated[str, LocationKind]
    address: str | None
    city: str | None
    ubigeo: str | None
    url: str | None
    version: int


class DirectoryServiceView(TypedDict):
    """A service that a unit gives, and where."""

    id: str
    unit: NamedView
    institution: NamedView
    name: str
    description: str | None
    service_types: Annotated[list[str], Field(json_schema_extra={"x-code-list": "service_type"})]
    populations: Annotated[list[str], Field(json_schema_extra={"x-code-list": "served_population"})]
    departments: Annotated[list[str], Field(json_schema_extra={"x-code-list": "department"})]
    eligibility: str | None
    schedule: str | None
    phone: str | None
    email: str | None
    url: str | None
    status: Annotated[str, ServiceStatus]
    capacity_note: str | None
    assured_on: date | None
    locations: list[DirectoryPlaceView]
    version: int


class DirectoryEnteredView(TypedDict):
    """A service or a place that was entered."""

    id: str


class DirectoryChangedView(TypedDict):
    """A service or a place that was written anew."""

    id: str
    version: int


class ReceiversView(TypedDict):
    """Whom to ask for a service: by the directory, and the shelters of who may know them."""

    service_type: str
    department: str | None
    items: list[DirectoryServiceView]
    next: str | None
    shelters: list[NamedView]
    notice: str | None
