"""Shelters: the registry and its places, holds, and where a person is taken in and since when."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, Now, VictimKey, codes_of, listed
from app.models.cases import CASE_REF
from app.states import HoldState, ShelterType, SuitabilityResult

PLACEMENT_REF = ("placement.id", "placement.victim_id")


class Shelter(Base):
    """A unit's entry in the registry of shelters; its address is `ShelterSite`'s."""

    __tablename__ = "shelter"
    __table_args__ = (
        Index("ix_shelter_department", "department", postgresql_where=text("active")),
        codes_of("type", ShelterType),
    )

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True, autoincrement=False)
    type: Mapped[str]
    department: Mapped[str]
    populations: Mapped[list[str]]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    updated_at: Mapped[Now]
    version: Mapped[int] = mapped_column(server_default=text("1"))


class ShelterSite(Base):
    """Where a shelter is, sealed under a data key of this version alone. Append-only; the last is current."""

    __tablename__ = "shelter_site"

    unit_id: Mapped[int] = mapped_column(ForeignKey("shelter.unit_id"), primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kek_id: Mapped[int] = mapped_column(ForeignKey("kek.id"))
    wrapped: Mapped[bytes]
    sealed: Mapped[bytes]
    created_at: Mapped[Now]


class ShelterPlace(Base):
    """One place of a shelter. `taken` is the database's own, kept with `PlaceUse`."""

    __tablename__ = "shelter_place"
    __table_args__ = (
        UniqueConstraint("unit_id", "grp", "number"),
        CheckConstraint("NOT taken OR withdrawn_at IS NULL", name="in_use"),
        Index(
            "ix_shelter_place_free",
            "unit_id",
            "number",
            postgresql_where=text("NOT taken AND withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    unit_id: Mapped[int] = mapped_column(ForeignKey("shelter.unit_id"))
    grp: Mapped[str]
    number: Mapped[int] = mapped_column(Integer)
    taken: Mapped[bool] = mapped_column(server_default=text("false"))
    withdrawn_at: Mapped[datetime | None]


class PlaceUse(Base):
    """Who has a place, or for which hold it is kept: one at a time, which is what capacity means.

    Written by the database alone; nobody reads it but its functions.
    """

    __tablename__ = "place_use"
    __table_args__ = (
        CheckConstraint("num_nonnulls(placement_id, hold_id) = 1", name="one"),
        Index("uq_place_use_open", "place_id", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index(
            "uq_place_use_placement", "placement_id", unique=True, postgresql_where=text("ended_at IS NULL")
        ),
        Index("uq_place_use_hold", "hold_id", unique=True, postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[Id]
    place_id: Mapped[int] = mapped_column(ForeignKey("shelter_place.id"))
    placement_id: Mapped[int | None]
    hold_id: Mapped[int | None]
    started_at: Mapped[Now]
    ended_at: Mapped[datetime | None]


class PlaceHold(Base):
    """A place kept for the person of a case until `expires_at`.

    `unit_id`: the shelter, which the application may not read (`ruv.hold_shelters`). `from_placement_id`: the
    stay it ends when she is admitted, which makes it a transfer. `legal_basis`: on what the shelter may join
    the case by the hold alone, as far as `compartments`.
    """

    __tablename__ = "place_hold"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "victim_id"], CASE_REF, onupdate="CASCADE"),
        UniqueConstraint("code", "victim_id"),
        Index("ix_place_hold_case_id", "case_id"),
        Index("ix_place_hold_unit_id", "unit_id"),
        Index("ix_place_hold_requested_unit_id", "requested_unit_id"),
        Index(
            "uq_place_hold_open", "case_id", unique=True, postgresql_where=text(f"state = '{HoldState.HELD}'")
        ),
        codes_of("state", HoldState),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    case_id: Mapped[int]
    code: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    department: Mapped[str]
    grp: Mapped[str]
    requested_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    requested_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    from_placement_id: Mapped[int | None]
    legal_basis: Mapped[str | None]
    compartments: Mapped[list[str] | None]
    state: Mapped[str] = mapped_column(server_default=text(f"'{HoldState.HELD}'"))
    created_at: Mapped[Now]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))


class Placement(Base):
    """A person's stay in a shelter, or that she is somewhere that is none (`actual_place`).

    While a stay in a shelter is open its staff are resident staff, and she has one of its places: the
    database gives it (`hold_id`, else a free one of `grp`) or refuses.
    """

    __tablename__ = "placement"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "victim_id"], CASE_REF, onupdate="CASCADE"),
        UniqueConstraint("code", "victim_id"),
        Index("ix_placement_victim_id", "victim_id"),
        Index(
            "uq_placement_open",
            "victim_id",
            unique=True,
            postgresql_where=text("left_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    case_id: Mapped[int]
    code: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    admitted_at: Mapped[Now]
    admitted_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    left_at: Mapped[datetime | None]
    exit_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))
    actual_place: Mapped[str] = mapped_column(server_default=text("'CENTRO_DE_ACOGIDA'"))
    grp: Mapped[str | None]
    hold_id: Mapped[int | None]
    sealed: Mapped[bytes | None]
    key_version: Mapped[int | None]
    sealed_exit: Mapped[bytes | None]
    exit_key_version: Mapped[int | None]


class PlacementLeave(Base):
    """That she is out for a while and expected back; one at a time. `returned`: she came back herself."""

    __tablename__ = "placement_leave"
    __table_args__ = (
        ForeignKeyConstraint(["placement_id", "victim_id"], PLACEMENT_REF, onupdate="CASCADE"),
        Index("ix_placement_leave_placement_id", "placement_id"),
        Index(
            "uq_placement_leave_open", "placement_id", unique=True, postgresql_where=text("ended_at IS NULL")
        ),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    placement_id: Mapped[int]
    reason: Mapped[str]
    accompanied: Mapped[str | None]
    out_at: Mapped[Now]
    due_back_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    returned: Mapped[bool] = mapped_column(server_default=text("false"))
    granted_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    sealed: Mapped[bytes | None]
    key_version: Mapped[int | None]


class SuitabilityCheck(Base):
    """Whether the adult who would take her in is fit to. Append-only; the latest of a stay counts."""

    __tablename__ = "suitability_check"
    __table_args__ = (
        ForeignKeyConstraint(["placement_id", "victim_id"], PLACEMENT_REF, onupdate="CASCADE"),
        Index("ix_suitability_check_placement_id", "placement_id"),
        codes_of("result", SuitabilityResult),
        listed("suspected", "tristate"),
        CheckConstraint(f"result <> '{SuitabilityResult.FIT}' OR suspected = 'NO'", name="not_suspected"),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    placement_id: Mapped[int]
    result: Mapped[str]
    relation: Mapped[str]
    suspected: Mapped[str]
    checked_on: Mapped[date]
    by_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    by_user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[Now]
    sealed: Mapped[bytes | None]
    key_version: Mapped[int | None]
