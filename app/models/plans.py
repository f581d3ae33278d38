"""Individual reintegration plan (PRI): plan, objectives, activities, notes, signatures, versions."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, Now, VictimKey, codes_of
from app.models.cases import CASE_REF

PLAN_REF = ("plan.id", "plan.victim_id")


class Plan(Base):
    """A person's PRI in one case; texts live sealed in its objectives, activities and notes."""

    __tablename__ = "plan"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "victim_id"], CASE_REF, onupdate="CASCADE"),
        UniqueConstraint("code", "victim_id"),
        Index("ix_plan_case_id", "case_id"),
        Index("ix_plan_unit_id_state", "unit_id", "state"),
        Index(
            "uq_plan_open",
            "case_id",
            "victim_id",
            unique=True,
            postgresql_where=text("state NOT IN ('CUMPLIDO', 'CERRADO_SIN_CUMPLIR')"),
        ),
        codes_of(
            "state",
            "BORRADOR EN_CONSULTA SUSCRITO EN_EJECUCION EN_REVISION EN_SEGUIMIENTO CUMPLIDO "
            "CERRADO_SIN_CUMPLIR SUSPENDIDO",
        ),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    case_id: Mapped[int]
    code: Mapped[str]
    kind: Mapped[str]
    state: Mapped[str]
    state_since: Mapped[Now]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    responsible_user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    place_of_execution: Mapped[str]
    pti_resolution: Mapped[bool] = mapped_column(server_default=text("false"))
    language: Mapped[str | None]
    interpreter: Mapped[str | None]
    created_at: Mapped[Now]
    signed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    sealed: Mapped[bytes | None]
    key_version: Mapped[int | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))


class PlanObjective(Base):
    """What the person wants, in her words (sealed), in one of the 13 domains."""

    __tablename__ = "plan_objective"
    __table_args__ = (
        ForeignKeyConstraint(["plan_id", "victim_id"], PLAN_REF, onupdate="CASCADE"),
        UniqueConstraint("code", "victim_id"),
        Index("ix_plan_objective_plan_id", "plan_id"),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    plan_id: Mapped[int]
    code: Mapped[str]
    domain: Mapped[str]
    position: Mapped[int] = mapped_column(SmallInteger)
    sealed: Mapped[bytes]
    key_version: Mapped[int]
    created_at: Mapped[Now]
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))


class PlanActivity(Base):
    """Who does what by when for an objective; `state` advances, texts are sealed and immutable."""

    __tablename__ = "plan_activity"
    __table_args__ = (
        ForeignKeyConstraint(["plan_id", "victim_id"], PLAN_REF, onupdate="CASCADE"),
        ForeignKeyConstraint(
            ["objective_id", "victim_id"],
            ("plan_objective.id", "plan_objective.victim_id"),
            onupdate="CASCADE",
        ),
        UniqueConstraint("code", "victim_id"),
        Index("ix_plan_activity_plan_id", "plan_id"),
        Index("ix_plan_activity_unit_id_state_due_on", "unit_id", "state", "due_on"),
        codes_of(
            "state",
            "PENDIENTE EN_CURSO LOGRADO NO_LOGRADO NO_APLICA RECHAZADO_POR_LA_PERSONA",
        ),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    plan_id: Mapped[int]
    objective_id: Mapped[int]
    code: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    due_on: Mapped[date]
    state: Mapped[str]
    sealed: Mapped[bytes]
    key_version: Mapped[int]
    created_at: Mapped[Now]
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    updated_at: Mapped[Now]
    version: Mapped[int] = mapped_column(server_default=text("1"))


class ProgressNote(Base):
    """A dated note on an activity, with the state it led to. Append-only."""

    __tablename__ = "progress_note"
    __table_args__ = (
        ForeignKeyConstraint(
            ["activity_id", "victim_id"], ("plan_activity.id", "plan_activity.victim_id"), onupdate="CASCADE"
        ),
        Index("ix_progress_note_activity_id", "activity_id"),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    plan_id: Mapped[int]
    activity_id: Mapped[int]
    from_state: Mapped[str]
    to_state: Mapped[str]
    sealed: Mapped[bytes | None]
    key_version: Mapped[int | None]
    at: Mapped[Now]
    by_user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    by_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))


class PlanVersion(Base):
    """The plan as it was signed: a sealed canonical copy that never changes."""

    __tablename__ = "plan_version"
    __table_args__ = (
        ForeignKeyConstraint(["plan_id", "victim_id"], PLAN_REF, onupdate="CASCADE"),
        UniqueConstraint("victim_id", "plan_id", "number"),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    plan_id: Mapped[int]
    number: Mapped[int] = mapped_column(SmallInteger)
    sealed: Mapped[bytes]
    key_version: Mapped[int]
    content_hash: Mapped[bytes]
    created_at: Mapped[Now]
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))


class PlanSignature(Base):
    """Who signed which version of the plan, and how (signature, fingerprint, recorded opinion)."""

    __tablename__ = "plan_signature"
    __table_args__ = (
        ForeignKeyConstraint(["plan_id", "victim_id"], PLAN_REF, onupdate="CASCADE"),
        UniqueConstraint("victim_id", "plan_id", "number", "signer"),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    plan_id: Mapped[int]
    number: Mapped[int] = mapped_column(SmallInteger)
    signer: Mapped[str]
    manner: Mapped[str]
    content_hash: Mapped[bytes]
    signed_at: Mapped[Now]
    by_user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
