"""Cases (episodes of trafficking), who takes part in them, and who works on them."""

from datetime import date, datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    UniqueConstraint,
    desc,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import RECORD_REF, Base, Id, Now, VictimKey, codes_of
from app.states import Basis, CaseState, Identification

CASE_REF = ("trafficking_case.id", "trafficking_case.victim_id")


class TraffickingCase(Base):
    """An episode of trafficking of one person.

    `record_id`: the record it was opened under, whose keys its texts are sealed with. `parallel_to`: of two
    open cases of a person whose records were merged, the one that leads.
    """

    __tablename__ = "trafficking_case"
    __table_args__ = (
        ForeignKeyConstraint(["record_id", "victim_id"], RECORD_REF, onupdate="CASCADE"),
        UniqueConstraint("code", "victim_id"),
        Index("ix_trafficking_case_reference_year", "reference_year"),
        Index("ix_trafficking_case_victim_id", "victim_id"),
        Index(
            "uq_trafficking_case_open",
            "victim_id",
            unique=True,
            postgresql_where=text(
                f"state NOT IN ('{CaseState.CLOSED}', '{CaseState.DISCARDED}') AND parallel_to IS NULL"
            ),
        ),
        codes_of("state", CaseState),
        codes_of("identification", Identification),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    record_id: Mapped[int]
    code: Mapped[str]
    state: Mapped[str]
    state_since: Mapped[Now]
    identification: Mapped[str]
    first_identified_on: Mapped[date]
    reference_year: Mapped[int] = mapped_column(SmallInteger)
    previous_case_id: Mapped[int | None]
    parallel_to: Mapped[int | None]
    source: Mapped[str]
    opened_at: Mapped[Now]
    opened_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    opened_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))


class Exploitation(Base):
    """Statistical face of what was done to the person in one case (legal compartment): codes only."""

    __tablename__ = "exploitation"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "victim_id"], CASE_REF, onupdate="CASCADE"),
        Index("ix_exploitation_victim_id", "victim_id"),
    )

    case_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    victim_id: Mapped[VictimKey]
    main_purpose: Mapped[str | None]
    purposes: Mapped[list[str] | None]
    means: Mapped[list[str] | None]
    acts: Mapped[list[str] | None]
    recruitment: Mapped[str | None]
    recruiter_relation: Mapped[str | None]
    activities: Mapped[list[str] | None]
    control_methods: Mapped[list[str] | None]
    department: Mapped[str | None]
    country_of_exploitation: Mapped[str | None]
    transnational: Mapped[str | None]


class CaseTransition(Base):
    """One step of the case's state machine: who, when, why. Append-only."""

    __tablename__ = "case_transition"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "victim_id"], CASE_REF, onupdate="CASCADE"),
        Index("ix_case_transition_case_id", "case_id"),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    case_id: Mapped[int]
    from_state: Mapped[str | None]
    to_state: Mapped[str]
    reason: Mapped[str | None]
    sealed: Mapped[bytes | None]
    key_version: Mapped[int | None]
    at: Mapped[Now]
    by_user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    by_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))


class Participation(Base):
    """A unit's active part in a case; the one thing that brings a person into a unit's sight.

    `population` bits: 1 anyone, 2 child or adolescent (or age not known), 4 foreign or abroad.
    `compartments`: what a referral shared or a mandate opened; null means no narrowing beyond the role.
    `given`: what that was at first, from which the database takes what the person objects to.
    `mandate`: the basis in law on which the unit was added, `sealed` why, in words; `consent_id` and
    `measure_id`: what that rests on and ends with.
    `seats`: who sees it, as numbers kept by the database for its row-level security.
    `housed`: she lives in this unit now (kept by the database from the placements).
    """

    __tablename__ = "participation"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "victim_id"], CASE_REF, onupdate="CASCADE"),
        Index(
            "ix_participation_unit_recent",
            "unit_id",
            desc("last_activity"),
            "victim_id",
            postgresql_where=text("ended_at IS NULL"),
        ),
        ForeignKeyConstraint(
            ["consent_id", "victim_id"],
            ["consent.id", "consent.victim_id"],
            onupdate="CASCADE",
            deferrable=True,
            initially="DEFERRED",
        ),
        ForeignKeyConstraint(
            ["measure_id", "victim_id"],
            ["protection_measure.id", "protection_measure.victim_id"],
            onupdate="CASCADE",
            deferrable=True,
            initially="DEFERRED",
        ),
        Index("ix_participation_consent_id", "consent_id", postgresql_where=text("consent_id IS NOT NULL")),
        Index("ix_participation_measure_id", "measure_id", postgresql_where=text("measure_id IS NOT NULL")),
        Index("ix_participation_victim_id_unit_id", "victim_id", "unit_id"),
        Index("ix_participation_referral_id", "referral_id"),
        # One unit may accept several referrals of a case, and be added on several bases, each once.
        Index(
            "uq_participation_open",
            "case_id",
            "victim_id",
            "unit_id",
            "basis",
            "mandate",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text(f"ended_at IS NULL AND basis <> '{Basis.REFERRAL}'"),
        ),
        Index(
            "uq_participation_referral",
            "referral_id",
            "victim_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL AND referral_id IS NOT NULL"),
        ),
        codes_of("basis", Basis),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    case_id: Mapped[int]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    basis: Mapped[str]
    referral_id: Mapped[int | None]
    compartments: Mapped[list[str] | None]
    given: Mapped[list[str] | None]
    population: Mapped[int] = mapped_column(SmallInteger)
    seats: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default=text("'{}'"))
    housed: Mapped[bool] = mapped_column(server_default=text("false"))
    started_at: Mapped[Now]
    ended_at: Mapped[datetime | None]
    last_activity: Mapped[Now]
    mandate: Mapped[str | None]
    sealed: Mapped[bytes | None]
    key_version: Mapped[int | None]
    consent_id: Mapped[int | None]
    measure_id: Mapped[int | None]


class Assignment(Base):
    """A worker's charge of a case within the unit's participation."""

    __tablename__ = "assignment"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "victim_id"], CASE_REF, onupdate="CASCADE"),
        Index(
            "ix_assignment_user_recent",
            "user_id",
            desc("last_activity"),
            "victim_id",
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "uq_assignment_open",
            "case_id",
            "victim_id",
            "user_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    case_id: Mapped[int]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    assigned_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    started_at: Mapped[Now]
    ended_at: Mapped[datetime | None]
    last_activity: Mapped[Now]
