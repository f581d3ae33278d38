"""Around a case: branches of protection, proceedings, protection measures, and the person's family."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import RECORD_REF, Base, Id, Now, VictimKey, codes_of, listed
from app.models.cases import CASE_REF
from app.states import BranchState, MeasureState, ProceedingKind, ProtectionBranch

PROCEDURE_REF = ("protection_procedure.id", "protection_procedure.victim_id")


class ProtectionProcedure(Base):
    """A branch of protection in a case (children, adults, foreigners), apart from the case's own state.

    `reserved`: she asked for asylum in it; only who reads protection in full sees it.
    """

    __tablename__ = "protection_procedure"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "victim_id"], CASE_REF, onupdate="CASCADE"),
        UniqueConstraint("code", "victim_id"),
        Index("ix_protection_procedure_case_id", "case_id"),
        Index(
            "uq_protection_procedure_open",
            "case_id",
            "victim_id",
            "branch",
            unique=True,
            postgresql_where=text(f"state <> '{BranchState.CLOSED}'"),
        ),
        codes_of("branch", ProtectionBranch),
        CheckConstraint(f"(state = '{BranchState.CLOSED}') = (closed_at IS NOT NULL)", name="closed"),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    case_id: Mapped[int]
    code: Mapped[str]
    branch: Mapped[str]
    state: Mapped[str]
    state_since: Mapped[Now]
    reserved: Mapped[bool] = mapped_column(server_default=text("false"))
    opened_at: Mapped[Now]
    opened_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    closed_at: Mapped[datetime | None]
    conclusion: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))


class ProtectionStep(Base):
    """One step of a branch: who, when, why, with whose consent. Append-only."""

    __tablename__ = "protection_step"
    __table_args__ = (
        ForeignKeyConstraint(["procedure_id", "victim_id"], PROCEDURE_REF, onupdate="CASCADE"),
        Index("ix_protection_step_procedure_id", "procedure_id"),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    procedure_id: Mapped[int]
    from_state: Mapped[str | None]
    to_state: Mapped[str]
    reason: Mapped[str | None]
    consent: Mapped[str | None]
    suitability: Mapped[str | None]
    sealed: Mapped[bytes | None]
    key_version: Mapped[int | None]
    at: Mapped[Now]
    by_user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    by_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))


class Proceeding(Base):
    """A proceeding, with no person in it; `digest` is keyed, of its normalised number."""

    __tablename__ = "proceeding"
    __table_args__ = (
        UniqueConstraint("code"),
        UniqueConstraint("digest"),
        codes_of("kind", ProceedingKind),
    )

    id: Mapped[Id]
    code: Mapped[str]
    kind: Mapped[str]
    stage: Mapped[str]
    stage_since: Mapped[Now]
    department: Mapped[str | None]
    opened_on: Mapped[date | None]
    digest: Mapped[bytes]
    created_at: Mapped[Now]
    version: Mapped[int] = mapped_column(server_default=text("1"))


class CaseProceeding(Base):
    """What one person has to do with one proceeding (legal compartment). A change is the next version."""

    __tablename__ = "case_proceeding"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "victim_id"], CASE_REF, onupdate="CASCADE"),
        UniqueConstraint("case_id", "victim_id", "proceeding_id", "version"),
        Index("ix_case_proceeding_proceeding_id", "proceeding_id"),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    case_id: Mapped[int]
    proceeding_id: Mapped[int] = mapped_column(ForeignKey("proceeding.id"))
    version: Mapped[int]
    digest: Mapped[bytes]
    retired: Mapped[bool] = mapped_column(server_default=text("false"))
    sentence: Mapped[str | None]
    reparation_ordered: Mapped[str | None]
    sealed: Mapped[bytes]
    key_version: Mapped[int]
    at: Mapped[Now]
    by_user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    by_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))


class ProtectionMeasure(Base):
    """A protection measure (protection compartment). An extension is a measure of its own."""

    __tablename__ = "protection_measure"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "victim_id"], CASE_REF, onupdate="CASCADE"),
        UniqueConstraint("code", "victim_id"),
        Index("ix_protection_measure_case_id", "case_id"),
        codes_of("state", MeasureState),
        CheckConstraint("until >= since", name="dates"),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    case_id: Mapped[int]
    code: Mapped[str]
    type: Mapped[str]
    since: Mapped[date]
    until: Mapped[date | None]
    state: Mapped[str]
    state_since: Mapped[Now]
    extends_id: Mapped[int | None]
    sealed: Mapped[bytes | None]
    key_version: Mapped[int | None]
    sealed_end: Mapped[bytes | None]
    end_key_version: Mapped[int | None]
    recorded_at: Mapped[Now]
    recorded_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    version: Mapped[int] = mapped_column(server_default=text("1"))


class FamilyLink(Base):
    """Two registered persons of one family; `relation` says what the other is to the person."""

    __tablename__ = "family_link"
    __table_args__ = (
        ForeignKeyConstraint(["record_id", "victim_id"], RECORD_REF, onupdate="CASCADE"),
        ForeignKeyConstraint(["other_record_id", "other_victim_id"], RECORD_REF, onupdate="CASCADE"),
        Index("ix_family_link_victim_id", "victim_id"),
        Index("ix_family_link_other_victim_id", "other_victim_id"),
        Index(
            "uq_family_link_standing",
            "record_id",
            "other_record_id",
            "victim_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        listed("relation", "family_relation"),
    )

    id: Mapped[Id]
    victim_id: Mapped[VictimKey]
    record_id: Mapped[int]
    other_victim_id: Mapped[int]
    other_record_id: Mapped[int]
    relation: Mapped[str]
    dependent: Mapped[str | None]
    lives_with: Mapped[str | None]
    created_at: Mapped[Now]
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    ended_at: Mapped[datetime | None]
