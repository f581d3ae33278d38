"""How an actor stands to one person: what its unit was given of her, and whether she lives in its shelter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from app.access.act import Act
from app.access.actor import Actor
from app.access.policy import OPENING, Level, policy
from app.access.scope import actor_params, takes_part
from app.db import Prepared
from app.models import Participation


@dataclass(frozen=True, slots=True)
class Standing:
    """How an actor stands to one person: what the unit was given, and whether she lives in its shelter."""

    shared: frozenset[str] | None
    resident: bool

    def level(self, actor: Actor, compartment: str) -> Level:
        """The level this actor reads the compartment of this person at."""
        level = policy().cell(actor.role, compartment).level
        if self.shared is not None and compartment not in self.shared:
            return Level.NONE
        if level is Level.RESIDENT:
            return Level.FULL if self.resident else Level.PARTIAL
        if level is Level.OWN:
            return Level.FULL if self.resident else Level.NONE
        return level

    def levels(self, actor: Actor) -> dict[str, Level]:
        """Every compartment that exists for this actor and person."""
        found = {name: self.level(actor, name) for name in policy().compartments}
        return {name: level for name, level in found.items() if level is not Level.NONE}

    def writes(self, actor: Actor, compartment: str) -> bool:
        """Whether the actor may write what it reads of the compartment."""
        cell = policy().cell(actor.role, compartment)
        return cell.write and self.level(actor, compartment) in OPENING


def _standing_statement(*, unit_wide: bool) -> Prepared:
    return Prepared.of(
        select(Participation.compartments, Participation.housed).where(
            Participation.victim_id == bindparam("victim"), takes_part(unit_wide=unit_wide)
        )
    )


_STANDING = {wide: _standing_statement(unit_wide=wide) for wide in (True, False)}


def standing(act: Act, victim_id: int) -> Standing | None:
    """How the actor stands to the person; None when out of scope."""
    rows = _STANDING[act.actor.unit_wide].all(act.session, victim=victim_id, **actor_params(act.actor))
    return standing_of(rows) if rows else None


def standing_of(parts: Iterable[Sequence[Any]]) -> Standing:
    """Standing from the unit's open participations: what each shares (None: all), whether she lives there."""
    shared: set[str] | None = set()
    resident = False
    for compartments, housed, *_ in parts:
        resident = resident or housed
        shared = None if shared is None or compartments is None else shared.union(compartments)
    return Standing(None if shared is None else frozenset(shared), resident)
