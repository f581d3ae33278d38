"""Service directory on the core of HSDS 3 (organisation, service, location, service at location).

No personal data. The organisation is the unit and its institution. Nothing of a shelter is in it: the
database refuses rows of units that house people.
"""

import uuid
from datetime import date

from sqlalchemy import ForeignKey, Index, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, Now, codes_of
from app.states import LocationKind, ServiceStatus


class DirectoryService(Base):
    """A service that a unit offers. `key` is its identifier in HSDS; no `departments`: the whole country."""

    __tablename__ = "directory_service"
    __table_args__ = (
        Index("ix_directory_service_service_types", "service_types", postgresql_using="gin"),
        codes_of("status", ServiceStatus),
    )

    id: Mapped[Id]
    key: Mapped[uuid.UUID] = mapped_column(Uuid, unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    name: Mapped[str]
    description: Mapped[str | None]
    service_types: Mapped[list[str]]
    populations: Mapped[list[str]]
    departments: Mapped[list[str]]
    eligibility: Mapped[str | None]
    schedule: Mapped[str | None]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    url: Mapped[str | None]
    status: Mapped[str]
    capacity_note: Mapped[str | None]
    assured_on: Mapped[date | None]
    updated_at: Mapped[Now]
    version: Mapped[int] = mapped_column(server_default=text("1"))


class DirectoryLocation(Base):
    """A place (or a virtual one) where a unit attends."""

    __tablename__ = "directory_location"
    __table_args__ = (codes_of("kind", LocationKind),)

    id: Mapped[Id]
    key: Mapped[uuid.UUID] = mapped_column(Uuid, unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    name: Mapped[str]
    kind: Mapped[str]
    address: Mapped[str | None]
    city: Mapped[str | None]
    ubigeo: Mapped[str | None]
    url: Mapped[str | None]
    updated_at: Mapped[Now]
    version: Mapped[int] = mapped_column(server_default=text("1"))


class DirectoryServiceAtLocation(Base):
    """Which service is offered where; nothing is deleted, so a service that left is no longer `offered`."""

    __tablename__ = "directory_service_at_location"
    __table_args__ = (UniqueConstraint("service_id", "location_id"),)

    id: Mapped[Id]
    service_id: Mapped[int] = mapped_column(ForeignKey("directory_service.id"))
    location_id: Mapped[int] = mapped_column(ForeignKey("directory_location.id"), index=True)
    offered: Mapped[bool] = mapped_column(server_default=text("true"))
