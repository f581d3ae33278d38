"""What printing reads beside the slices' own reads: who prints, units by code, a kept version of a plan."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.errors import NotFound
from app.models import Institution, PlanSignature, PlanVersion, Unit, UserAccount
from app.services.institutions.masking import RESERVED, SHELTER_KINDS
from app.services.plans.content import PlanRef, open_texts
from app.services.plans.content_views import PlanContentView


def printer(act: Act) -> tuple[str, str]:
    """User name and unit of who prints. Paper gets lost: a shelter is never named on it."""
    row = act.session.execute(
        select(UserAccount.username, Unit.name, Unit.kind)
        .join(Unit, Unit.id == UserAccount.unit_id)
        .where(UserAccount.id == act.actor.user_id)
    ).one()
    return row.username, RESERVED if row.kind in SHELTER_KINDS else row.name


def paper_units(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """Names of units by code as they stand on paper: a shelter is never named on it."""
    rows = session.execute(select(Unit.code, Unit.name, Unit.kind).where(Unit.code.in_(set(codes))))
    return {row.code: RESERVED if row.kind in SHELTER_KINDS else row.name for row in rows}


def reserved_names(session: Session, names: Iterable[str]) -> dict[str, str]:
    """Of names of units, those of shelters, with what stands on paper in their place."""
    query = select(Unit.name).where(Unit.name.in_(set(names)), Unit.kind.in_(SHELTER_KINDS))
    return dict.fromkeys(session.scalars(query), RESERVED)


def unit_kind(session: Session, unit_id: int) -> str | None:
    """The kind of a unit."""
    return session.scalar(select(Unit.kind).where(Unit.id == unit_id))


def institution_of(session: Session, unit_id: int) -> str | None:
    """The name of a unit's institution, for who may not know what the unit is for; of a shelter none."""
    query = select(Institution.name).join(Unit, Unit.institution_id == Institution.id)
    return session.scalar(query.where(Unit.id == unit_id, Unit.kind.not_in(SHELTER_KINDS)))


def kept_version(act: Act, ref: PlanRef, number: int) -> tuple[PlanContentView, bytes, list[Any]]:
    """Content, hash and signatures of a kept version of a plan that the actor sees whole.

    Raises:
        NotFound: the plan has no such version.
    """
    row = act.session.execute(
        select(PlanVersion.id, PlanVersion.sealed, PlanVersion.key_version, PlanVersion.content_hash).where(
            PlanVersion.plan_id == ref.row.id,
            PlanVersion.victim_id == ref.row.victim_id,
            PlanVersion.number == number,
        )
    ).first()
    if row is None:
        raise NotFound("El plan no tiene esa versión.")
    kept = open_texts(act, ref, "plan_version", [row], action="plans.read")[0]
    signed = act.session.execute(
        select(PlanSignature.signer, PlanSignature.manner, PlanSignature.signed_at)
        .where(
            PlanSignature.plan_id == ref.row.id,
            PlanSignature.victim_id == ref.row.victim_id,
            PlanSignature.number == number,
        )
        .order_by(PlanSignature.id)
    ).all()
    return kept["content"], row.content_hash, list(signed)


def verified(session: Session, code: str, prefix: bytes) -> Any:
    """Kind and day of the print whose code and hash these are, or None."""
    found = func.ruv.verify_document(code, prefix).table_valued("kind", "printed_on", name="paper")
    return session.execute(select(found.c.kind, found.c.printed_on)).first()
