"""Individual reintegration plan (PRI): from the header to the contacts after the exit."""

from datetime import date, datetime

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, Now, VictimKey, codes_of
from app.models.cases import CASE_REF
from app.states import ActivityState, FollowUpState, ObjectiveState, PlanState, SignatureCheck

PLAN_REF = ("plan.id", "plan.victim_id")


class Plan(Base):
    """A person's PRI in one case; texts live sealed in its objectives, activities and notes."""

    __tablename__ = "plan"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "victim_id"], CASE_REF, onupdate="CASCADE"),
        UniqueConstraint("code", "victim_id"),
        Index("ix_plan_case_id", "case_id"),
        Index("ix_plan_victim_id", "victim_id"),
        Index("ix_plan_unit_id_state", "unit_id", "state"),
        Index(
            "uq_plan_open",
            "case_id",
            "victim_id",
            unique=True,
            postgresql_where=text(
                f"state NOT IN ('{PlanState.FULFILLED}', '{PlanState.CLOSED_UNFULFILLED}')"
            ),
        ),
        codes_of("state", PlanState),
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
    starts_on: Mapped[date | None]
    place_of_execution: Mapped[str]
    execution_country: Mapped[str | None]
    feasibility: Mapped[str | None]
    pti_resolution: Mapped[bool] = mapped_column(server_default=text("false"))
    pti_on: Mapped[date | None]
    language: Mapped[str | None]
    interpreter: Mapped[str | None]
    created_at: Mapped[Now]
    signed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    next_review_on: Mapped[date | None]
    gaps: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
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
        codes_of("state", ObjectiveState),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    plan_id: Mapped[int]
    code: Mapped[str]
    domain: Mapped[str]
    position: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(server_default=text(f"'{ObjectiveState.PENDING}'"))
    sealed: Mapped[bytes]
    key_version: Mapped[int]
    created_at: Mapped[Now]
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    updated_at: Mapped[Now]
    version: Mapped[int] = mapped_column(server_default=text("1"))


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
        codes_of("state", ActivityState),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    plan_id: Mapped[int]
    objective_id: Mapped[int]
    code: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    due_on: Mapped[date]
    service_code: Mapped[str | None]
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
    from_due: Mapped[date | None]
    to_due: Mapped[date | None]
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
    """Who signed which version of the plan, and how (signature, fingerprint, recorded opinion).

    Witness, digital signature and reasons for gaps (`acknowledged`: their domains) are sealed.
    """

    __tablename__ = "plan_signature"
    __table_args__ = (
        ForeignKeyConstraint(["plan_id", "victim_id"], PLAN_REF, onupdate="CASCADE"),
        UniqueConstraint("victim_id", "plan_id", "number", "signer"),
        codes_of("verification", SignatureCheck),
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
    scan_code: Mapped[str | None]
    verification: Mapped[str | None]
    acknowledged: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    sealed: Mapped[bytes | None]
    key_version: Mapped[int | None]


class PlanHeader(Base):
    """The sealed texts of a plan's header, each time they were written. Append-only."""

    __tablename__ = "plan_header"
    __table_args__ = (
        ForeignKeyConstraint(["plan_id", "victim_id"], PLAN_REF, onupdate="CASCADE"),
        Index("ix_plan_header_plan_id", "plan_id"),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    plan_id: Mapped[int]
    sealed: Mapped[bytes]
    key_version: Mapped[int]
    created_at: Mapped[Now]
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))


class PlanTeam(Base):
    """A member of a plan's team: a user of the responsible unit, or somebody else, named in sealed text."""

    __tablename__ = "plan_team"
    __table_args__ = (
        ForeignKeyConstraint(["plan_id", "victim_id"], PLAN_REF, onupdate="CASCADE"),
        UniqueConstraint("victim_id", "plan_id", "number"),
        Index("ix_plan_team_plan_id", "plan_id"),
        CheckConstraint("user_id IS NULL OR sealed IS NULL", name="member"),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    plan_id: Mapped[int]
    number: Mapped[int] = mapped_column(SmallInteger)
    role: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    sealed: Mapped[bytes | None]
    key_version: Mapped[int | None]
    since: Mapped[Now]
    ended_at: Mapped[datetime | None]
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))


class PlanAssessment(Base):
    """How a person stands in one domain on one day, 1 (worst) to 4. Append-only."""

    __tablename__ = "plan_assessment"
    __table_args__ = (
        ForeignKeyConstraint(["plan_id", "victim_id"], PLAN_REF, onupdate="CASCADE"),
        UniqueConstraint("code", "victim_id"),
        Index("ix_plan_assessment_plan_id_domain", "plan_id", "domain"),
        CheckConstraint("level BETWEEN 1 AND 4", name="level"),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    plan_id: Mapped[int]
    code: Mapped[str]
    domain: Mapped[str]
    level: Mapped[int] = mapped_column(SmallInteger)
    assessed_on: Mapped[date]
    sealed: Mapped[bytes | None]
    key_version: Mapped[int | None]
    created_at: Mapped[Now]
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    by_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))


class ObjectiveNote(Base):
    """A dated note on an objective, with the state it led to. Append-only."""

    __tablename__ = "objective_note"
    __table_args__ = (
        ForeignKeyConstraint(
            ["objective_id", "victim_id"],
            ("plan_objective.id", "plan_objective.victim_id"),
            onupdate="CASCADE",
        ),
        Index("ix_objective_note_plan_id", "plan_id"),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    plan_id: Mapped[int]
    objective_id: Mapped[int]
    from_state: Mapped[str]
    to_state: Mapped[str]
    sealed: Mapped[bytes | None]
    key_version: Mapped[int | None]
    at: Mapped[Now]
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))


class PlanReview(Base):
    """A review held with the person: her opinion and what was decided, sealed. Append-only."""

    __tablename__ = "plan_review"
    __table_args__ = (
        ForeignKeyConstraint(["plan_id", "victim_id"], PLAN_REF, onupdate="CASCADE"),
        UniqueConstraint("code", "victim_id"),
        Index("ix_plan_review_plan_id", "plan_id"),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    plan_id: Mapped[int]
    code: Mapped[str]
    held_on: Mapped[date]
    opinion_given: Mapped[bool]
    next_review_on: Mapped[date]
    sealed: Mapped[bytes]
    key_version: Mapped[int]
    created_at: Mapped[Now]
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))


class PlanFollowUp(Base):
    """A contact planned for after the exit."""

    __tablename__ = "plan_follow_up"
    __table_args__ = (
        ForeignKeyConstraint(["plan_id", "victim_id"], PLAN_REF, onupdate="CASCADE"),
        UniqueConstraint("code", "victim_id"),
        Index("ix_plan_follow_up_plan_id", "plan_id"),
        codes_of("state", FollowUpState),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    plan_id: Mapped[int]
    code: Mapped[str]
    planned_on: Mapped[date]
    channel: Mapped[str | None]
    state: Mapped[str]
    created_at: Mapped[Now]
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    version: Mapped[int] = mapped_column(server_default=text("1"))


class FollowUpContact(Base):
    """One attempt at a planned contact, and what came of it. Append-only."""

    __tablename__ = "follow_up_contact"
    __table_args__ = (
        ForeignKeyConstraint(
            ["follow_up_id", "victim_id"],
            ("plan_follow_up.id", "plan_follow_up.victim_id"),
            onupdate="CASCADE",
        ),
        Index("ix_follow_up_contact_plan_id", "plan_id"),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    plan_id: Mapped[int]
    follow_up_id: Mapped[int]
    contacted_on: Mapped[date]
    channel: Mapped[str]
    result: Mapped[str]
    sealed: Mapped[bytes | None]
    key_version: Mapped[int | None]
    created_at: Mapped[Now]
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
