"""The person: code, statistical profile, sealed compartments, keys and look-up tokens."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, Now, VictimKey


class Victim(Base):
    """One person, for life. Everything about her hangs from this key."""

    __tablename__ = "victim"

    id: Mapped[Id]
    registered_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    registered_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    registered_at: Mapped[Now]


class VictimCode(Base):
    """Public code -> person. A table of its own so that codes stay unique when the rest is distributed."""

    __tablename__ = "victim_code"

    code: Mapped[str] = mapped_column(primary_key=True)
    victim_id: Mapped[int] = mapped_column(ForeignKey("victim.id"), index=True)


class Profile(Base):
    """Statistical face of the person (identity compartment): codes and counts only."""

    __tablename__ = "profile"

    victim_id: Mapped[int] = mapped_column(ForeignKey("victim.id"), primary_key=True, autoincrement=False)
    sex: Mapped[str | None]
    nationality: Mapped[str | None]
    age_years: Mapped[int | None] = mapped_column(SmallInteger)
    age_min: Mapped[int | None] = mapped_column(SmallInteger)
    age_max: Mapped[int | None] = mapped_column(SmallInteger)
    age_estimated: Mapped[str | None]


class Kek(Base):
    """A key-encryption key (one a compartment and version) or service secret, wrapped by the root key."""

    __tablename__ = "kek"
    __table_args__ = (UniqueConstraint("purpose", "version"),)

    id: Mapped[Id]
    purpose: Mapped[str]
    version: Mapped[int]
    root_key_id: Mapped[str]
    wrapped: Mapped[bytes]
    created_at: Mapped[Now]
    retired_at: Mapped[datetime | None]


class VictimDek(Base):
    """Data key of one (person, compartment), wrapped under the compartment's KEK."""

    __tablename__ = "victim_key"

    victim_id: Mapped[int] = mapped_column(ForeignKey("victim.id"), primary_key=True, autoincrement=False)
    compartment: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kek_id: Mapped[int] = mapped_column(ForeignKey("kek.id"))
    wrapped: Mapped[bytes]
    created_at: Mapped[Now]


class VictimBlob(Base):
    """One sealed version of one compartment. Append-only; the highest version is current."""

    __tablename__ = "victim_blob"
    __table_args__ = (UniqueConstraint("victim_id", "compartment", "version"),)

    id: Mapped[Id]
    victim_id: Mapped[VictimKey] = mapped_column(ForeignKey("victim.id"))
    compartment: Mapped[str]
    version: Mapped[int]
    schema_version: Mapped[int] = mapped_column(SmallInteger)
    key_version: Mapped[int]
    sealed: Mapped[bytes]
    created_at: Mapped[Now]
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))


class CompartmentHead(Base):
    """That a compartment is filled, since when and by which unit: all that level `exists` shows."""

    __tablename__ = "compartment_head"

    victim_id: Mapped[int] = mapped_column(ForeignKey("victim.id"), primary_key=True, autoincrement=False)
    compartment: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    filled_at: Mapped[Now]
    updated_at: Mapped[Now]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))


class VictimToken(Base):
    """Keyed look-up token (HMAC, 64 bits) of an exact document; never of a single low-entropy field."""

    __tablename__ = "victim_token"
    __table_args__ = (Index("ix_victim_token_victim_id", "victim_id"),)

    token: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    victim_id: Mapped[VictimKey] = mapped_column(ForeignKey("victim.id"))
    kind: Mapped[int] = mapped_column(SmallInteger, server_default=text("1"))
