"""The consent ledger, objections to sharing, and requests of data subjects."""

from datetime import date, datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, Now, VictimKey, codes_of
from app.models.cases import CASE_REF
from app.states import ConsentGiver, ConsentState, DataRequestKind, DataRequestState


class Consent(Base):
    """What a person allows, for what, to whom, until when. Append-only: what becomes of it are events.

    Of these columns the application may not read back `unit_id`, `to_units`, `to_institutions` and
    `recorded_by`: which shelter is named tells where she is (`ruv.named_units`).
    """

    __tablename__ = "consent"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "victim_id"], CASE_REF, onupdate="CASCADE"),
        ForeignKeyConstraint(
            ["replaces_id", "victim_id"],
            ("consent.id", "consent.victim_id"),
            onupdate="CASCADE",
            deferrable=True,
            initially="DEFERRED",
        ),
        UniqueConstraint("code", "victim_id"),
        Index("ix_consent_case_id", "case_id"),
        Index(
            "uq_consent_replaced",
            "replaces_id",
            unique=True,
            postgresql_where=text("replaces_id IS NOT NULL"),
        ),
        codes_of("given_by", ConsentGiver),
        CheckConstraint("representative_suspected IS NOT TRUE", name="not_suspect"),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    case_id: Mapped[int]
    code: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    purposes: Mapped[list[str]]
    compartments: Mapped[list[str]]
    to_units: Mapped[list[int] | None] = mapped_column(ARRAY(BigInteger))
    to_institutions: Mapped[list[int] | None] = mapped_column(ARRAY(BigInteger))
    language: Mapped[str]
    interpreter: Mapped[str | None]
    given_by: Mapped[str]
    backed_by: Mapped[str | None]
    no_assent_reason: Mapped[str | None]
    representative_suspected: Mapped[bool | None]
    form: Mapped[str]
    text_version: Mapped[str]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    replaces_id: Mapped[int | None]
    recorded_at: Mapped[Now]
    recorded_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    sealed: Mapped[bytes | None]
    key_version: Mapped[int | None]


class ConsentEvent(Base):
    """How a consent ended: withdrawn, expired or replaced. Writing it ends what rests on the consent."""

    __tablename__ = "consent_event"
    __table_args__ = (
        ForeignKeyConstraint(
            ["consent_id", "victim_id"], ["consent.id", "consent.victim_id"], onupdate="CASCADE"
        ),
        Index("uq_consent_event_consent_id", "consent_id", unique=True),
        codes_of("kind", ConsentState, ConsentState.IN_FORCE),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    consent_id: Mapped[int]
    kind: Mapped[str]
    by_whom: Mapped[str | None]
    at: Mapped[Now]
    by_user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    by_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    sealed: Mapped[bytes | None]
    key_version: Mapped[int | None]


class Objection(Base):
    """Compartments the person does not want shared beyond the case; while it stands, views are narrowed."""

    __tablename__ = "objection"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "victim_id"], CASE_REF, onupdate="CASCADE"),
        UniqueConstraint("code", "victim_id"),
        Index("ix_objection_case_id", "case_id"),
        Index("ix_objection_victim_id", "victim_id", postgresql_where=text("lifted_at IS NULL")),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    case_id: Mapped[int]
    code: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    compartments: Mapped[list[str]]
    to_institutions: Mapped[list[int] | None] = mapped_column(ARRAY(BigInteger))
    made_at: Mapped[Now]
    made_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    sealed: Mapped[bytes | None]
    key_version: Mapped[int | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))


class DataRequest(Base):
    """A request of a data subject (Ley 29733) and how it was answered."""

    __tablename__ = "data_request"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "victim_id"], CASE_REF, onupdate="CASCADE"),
        UniqueConstraint("code", "victim_id"),
        Index("ix_data_request_case_id", "case_id"),
        Index(
            "ix_data_request_due_on",
            "due_on",
            postgresql_where=text(
                f"state IN ('{DataRequestState.RECEIVED}', '{DataRequestState.UNDER_WAY}')"
            ),
        ),
        codes_of("kind", DataRequestKind),
        codes_of("state", DataRequestState),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    case_id: Mapped[int]
    code: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[str]
    received_on: Mapped[date]
    channel: Mapped[str]
    by_whom: Mapped[str]
    state: Mapped[str]
    due_on: Mapped[date]
    extended_on: Mapped[date | None]
    denial_ground: Mapped[str | None]
    notified_on: Mapped[date | None]
    recorded_at: Mapped[Now]
    recorded_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    sealed: Mapped[bytes | None]
    sealed_answer: Mapped[bytes | None]
    key_version: Mapped[int | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))


class DataRequestEvent(Base):
    """One step of a request. Append-only."""

    __tablename__ = "data_request_event"
    __table_args__ = (
        ForeignKeyConstraint(
            ["request_id", "victim_id"],
            ["data_request.id", "data_request.victim_id"],
            onupdate="CASCADE",
        ),
        Index("ix_data_request_event_request_id", "request_id"),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    request_id: Mapped[int]
    from_state: Mapped[str | None]
    to_state: Mapped[str]
    at: Mapped[Now]
    by_user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
