"""What a note may be about, and who reads it."""

from __future__ import annotations

from typing import Final

from app.access.actor import Actor
from app.access.policy import OPENING, Level, policy
from app.access.standing import Standing
from app.records.registry import author_only

ABOUT: Final = ("services", "psychology", "health", "legal", "protection", "plan", "contact")
"""Compartments notes belong to, the likeliest first.

Not identity or the shelter's site, which are data; and not testimony: what she told stays in the single
interview (RFN 1297-2020-MP-FN), and a note of it would be a second statement.
"""
MOST_ADDENDA: Final = 50


def writable(actor: Actor, stand: Standing) -> list[str]:
    """What this actor may write notes about, the default first: what the role itself keeps, in full."""
    found = [name for name in ABOUT if stand.writes(actor, name)]
    return sorted(found, key=lambda name: policy().cell(actor.role, name).level is not Level.FULL)


def reads(level: Level, compartment: str, *, own: bool, mine: bool) -> bool:
    """Whether a note's text opens at a level of its compartment.

    Args:
        own: the reader's unit wrote it.
        mine: the reader wrote it.
    """
    if level not in OPENING:
        return False
    if author_only(compartment):
        return mine
    return level is Level.FULL or own
