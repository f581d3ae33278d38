"""The kind of a unit."""

from __future__ import annotations

from sqlalchemy import select

from app.access.act import Act
from app.models import Unit


def unit_kind(act: Act) -> str | None:
    """The kind of the actor's unit."""
    return act.session.scalar(select(Unit.kind).where(Unit.id == act.actor.unit_id))
