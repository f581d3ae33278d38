"""The person: code, statistical profile, sealed compartments, keys and look-up tokens."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import RECORD_REF, Base, Id, Now, VictimKey


class Victim(Base):
    """One record: what a registration made. A record that is merged into no other is a person, for life.

    Everything about a person hangs from the key of her own record: rows name it `victim_id`, and `record_id`
    where they were sealed under a record's keys.
    """

    __tablename__ = "victim"
    __table_args__ = (UniqueConstraint("person_id", "id"),)

    id: Mapped[Id]
    registered_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    registered_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    registered_at: Mapped[Now]
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("victim.id"))
    person_id: Mapped[int] = mapped_column(Computed("COALESCE(merged_into, id)", persisted=True))


class RecordMerge(Base):
    """That one record was merged into another, by which command, and whether it was split off again."""

    __tablename__ = "record_merge"
    __table_args__ = (
        Index("ix_record_merge_kept_id", "kept_id"),
        Index(
            "uq_record_merge_standing", "absorbed_id", unique=True, postgresql_where=text("split_at IS NULL")
        ),
        CheckConstraint("kept_id <> absorbed_id", name="two"),
    )

    id: Mapped[Id]
    command_id: Mapped[int] = mapped_column(ForeignKey("command_request.id"))
    kept_id: Mapped[int] = mapped_column(ForeignKey("victim.id"))
    absorbed_id: Mapped[int] = mapped_column(ForeignKey("victim.id"))
    merged_at: Mapped[Now]
    merged_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    merged_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    split_command_id: Mapped[int | None] = mapped_column(ForeignKey("command_request.id"))
    split_at: Mapped[datetime | None]
    split_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    split_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))


class VictimCode(Base):
    """Public code -> person. A table of its own so that codes stay unique when the rest is distributed.

    The code of the person's own record is hers; those of merged records are other names for her.
    """

    __tablename__ = "victim_code"
    __table_args__ = (ForeignKeyConstraint(["record_id", "victim_id"], RECORD_REF, onupdate="CASCADE"),)

    code: Mapped[str] = mapped_column(primary_key=True)
    victim_id: Mapped[int] = mapped_column(index=True)
    record_id: Mapped[int]

    @classmethod
    def is_main(cls) -> ColumnElement[bool]:
        """That the code is the person's own."""
        return cls.record_id == cls.victim_id


class Profile(Base):
    """Statistical face of the person (identity compartment): codes and counts only.

    `record_id`: the merged record that lends it to a person without one; null where it is her own.
    """

    __tablename__ = "profile"

    victim_id: Mapped[int] = mapped_column(ForeignKey("victim.id"), primary_key=True, autoincrement=False)
    sex: Mapped[str | None]
    nationality: Mapped[str | None]
    age_years: Mapped[int | None] = mapped_column(SmallInteger)
    age_min: Mapped[int | None] = mapped_column(SmallInteger)
    age_max: Mapped[int | None] = mapped_column(SmallInteger)
    age_estimated: Mapped[str | None]
    record_id: Mapped[int | None] = mapped_column(ForeignKey("victim.id"))


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
    """Data key of one (record, compartment), wrapped under the compartment's KEK."""

    __tablename__ = "victim_key"
    __table_args__ = (ForeignKeyConstraint(["record_id", "victim_id"], RECORD_REF, onupdate="CASCADE"),)

    victim_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    compartment: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kek_id: Mapped[int] = mapped_column(ForeignKey("kek.id"))
    wrapped: Mapped[bytes]
    created_at: Mapped[Now]


class SealedPart(Base):
    """The highest data key a compartment of a record ever had. The database alone reads and writes it."""

    __tablename__ = "sealed_part"

    record_id: Mapped[int] = mapped_column(ForeignKey("victim.id"), primary_key=True, autoincrement=False)
    compartment: Mapped[str] = mapped_column(primary_key=True)
    newest_key: Mapped[int]


class VictimBlob(Base):
    """One sealed version of one compartment of a record. Append-only; the highest version is current."""

    __tablename__ = "victim_blob"
    __table_args__ = (
        UniqueConstraint("victim_id", "compartment", "record_id", "version"),
        ForeignKeyConstraint(["record_id", "victim_id"], RECORD_REF, onupdate="CASCADE"),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    record_id: Mapped[int]
    compartment: Mapped[str]
    version: Mapped[int]
    schema_version: Mapped[int] = mapped_column(SmallInteger)
    key_version: Mapped[int]
    sealed: Mapped[bytes]
    created_at: Mapped[Now]
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))


class CompartmentHead(Base):
    """That a compartment of a record is filled, since when, by which unit: all that level `exists` shows.

    `sealed`: its version has a sealed part, without which it is broken; not so some written before, of clear
    fields alone.
    """

    __tablename__ = "compartment_head"
    __table_args__ = (ForeignKeyConstraint(["record_id", "victim_id"], RECORD_REF, onupdate="CASCADE"),)

    victim_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    compartment: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int]
    sealed: Mapped[bool] = mapped_column(server_default=text("true"))
    filled_at: Mapped[Now]
    updated_at: Mapped[Now]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))


class VictimToken(Base):
    """Keyed look-up token (HMAC, 64 bits) of a document or of several fields; never of one low-entropy field.

    `kind` says of which fields, `key_version` by which version of the index key.
    """

    __tablename__ = "victim_token"
    __table_args__ = (
        PrimaryKeyConstraint("token", "victim_id", postgresql_include=["kind"]),
        Index("ix_victim_token_victim_id", "victim_id"),
    )

    token: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    victim_id: Mapped[VictimKey] = mapped_column(ForeignKey("victim.id"))
    kind: Mapped[int] = mapped_column(SmallInteger, server_default=text("1"))
    key_version: Mapped[int] = mapped_column(SmallInteger, server_default=text("1"))
