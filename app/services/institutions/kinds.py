"""The kind of a unit."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.models import Unit


def unit_kind(session: Session, actor: Actor) -> str | None:
    """The kind of the actor's unit."""
    return session.scalar(select(Unit.kind).where(Unit.id == actor.unit_id))
