"""Reads of single rows of plans found in scope, for the commands of this slice."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import canonical
from app.errors import NotFound
from app.models import EvidenceFile, PlanActivity, PlanObjective, PlanSignature, PlanVersion
from app.services.plans.content import PlanRef
from app.states import FileState


def last_position(session: Session, ref: PlanRef) -> int:
    """Position of the plan's last objective; 0 without one."""
    last = session.scalar(
        select(func.max(PlanObjective.position)).where(
            PlanObjective.plan_id == ref.row.id, PlanObjective.victim_id == ref.row.victim_id
        )
    )
    return last or 0


def objective_id(session: Session, ref: PlanRef, code: str) -> int:
    """Key of an objective of the plan.

    Raises:
        NotFound: the plan has no such objective.
    """
    found = session.scalar(
        select(PlanObjective.id).where(
            PlanObjective.code == canonical(code, "OB"),
            PlanObjective.plan_id == ref.row.id,
            PlanObjective.victim_id == ref.row.victim_id,
        )
    )
    if found is None:
        raise NotFound
    return found


def has_file(session: Session, ref: PlanRef, code: str) -> bool:
    """Whether the plan has this file, not withdrawn (`code` in its canonical form)."""
    found = session.scalar(
        select(EvidenceFile.id).where(
            EvidenceFile.code == code,
            EvidenceFile.plan_id == ref.row.id,
            EvidenceFile.victim_id == ref.row.victim_id,
            EvidenceFile.state == FileState.IN_FORCE,
        )
    )
    return found is not None


def activity_row(act: Act, ref: PlanRef, code: str) -> Any:
    """An activity of the plan that the actor may see (`id`, `code`, `unit_id`, `state`, `due_on`, `version`).

    Raises:
        NotFound: there is none, or it is another unit's and the actor reads the plan in part.
    """
    query = select(
        PlanActivity.id,
        PlanActivity.code,
        PlanActivity.unit_id,
        PlanActivity.state,
        PlanActivity.due_on,
        PlanActivity.version,
    ).where(
        PlanActivity.code == canonical(code, "AC"),
        PlanActivity.plan_id == ref.row.id,
        PlanActivity.victim_id == ref.row.victim_id,
    )
    if not ref.sees_all(act.actor):
        query = query.where(PlanActivity.unit_id == act.actor.unit_id)
    row = act.session.execute(query).first()
    if row is None:
        raise NotFound
    return row


def activity_states(session: Session, ref: PlanRef) -> dict[str, str]:
    """State of each activity of the plan, by code."""
    rows = session.execute(
        select(PlanActivity.code, PlanActivity.state).where(
            PlanActivity.plan_id == ref.row.id, PlanActivity.victim_id == ref.row.victim_id
        )
    )
    return {row.code: row.state for row in rows}


def latest_version(session: Session, ref: PlanRef) -> Any:
    """The plan's newest kept version, still sealed, or None."""
    return session.execute(
        select(
            PlanVersion.id,
            PlanVersion.number,
            PlanVersion.content_hash,
            PlanVersion.sealed,
            PlanVersion.key_version,
        )
        .where(PlanVersion.plan_id == ref.row.id, PlanVersion.victim_id == ref.row.victim_id)
        .order_by(PlanVersion.number.desc())
        .limit(1)
    ).first()


def signatures_on(session: Session, ref: PlanRef, number: int) -> frozenset[tuple[str, str]]:
    """Signatures (signer, manner) on one version of the plan."""
    rows = session.execute(
        select(PlanSignature.signer, PlanSignature.manner).where(
            PlanSignature.plan_id == ref.row.id,
            PlanSignature.victim_id == ref.row.victim_id,
            PlanSignature.number == number,
        )
    )
    return frozenset((row.signer, row.manner) for row in rows)


def activity_version(session: Session, ref: PlanRef, activity_id: int) -> int | None:
    """The present version of an activity, after somebody else changed it."""
    return session.scalar(
        select(PlanActivity.version).where(
            PlanActivity.id == activity_id, PlanActivity.victim_id == ref.row.victim_id
        )
    )


def acknowledged(session: Session, ref: PlanRef, number: int) -> frozenset[str]:
    """Domains whose gap was acknowledged by a signature on one version of the plan."""
    rows = session.scalars(
        select(PlanSignature.acknowledged).where(
            PlanSignature.plan_id == ref.row.id,
            PlanSignature.victim_id == ref.row.victim_id,
            PlanSignature.number == number,
        )
    )
    return frozenset(domain for domains in rows for domain in domains or ())


def signature_rows(session: Session, ref: PlanRef) -> list[Any]:
    """Every signature on the plan, oldest first, its texts still sealed."""
    table = PlanSignature
    return list(
        session.execute(
            select(
                table.id, table.number, table.signer, table.manner, table.content_hash, table.signed_at,
                table.scan_code, table.verification, table.acknowledged, table.sealed, table.key_version,
            )
            .where(table.plan_id == ref.row.id, table.victim_id == ref.row.victim_id)
            .order_by(table.id)
        )
    )  # fmt: skip


def version_rows(session: Session, ref: PlanRef) -> list[Any]:
    """Every kept version of the plan, oldest first, still sealed."""
    table = PlanVersion
    return list(
        session.execute(
            select(
                table.id, table.number, table.content_hash, table.created_at, table.sealed, table.key_version
            )
            .where(table.plan_id == ref.row.id, table.victim_id == ref.row.victim_id)
            .order_by(table.number)
        )
    )
