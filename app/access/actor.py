"""Who is acting: the same value for a person and for an institution's system."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

from app.access.policy import policy


@dataclass(frozen=True, slots=True)
class Actor:
    """An authenticated user (or service account) with one role in one unit.

    `unit_wide`: sees every case of the unit (supervisors, unit-scoped roles); others need an assignment.
    """

    user_id: int
    username: str
    unit_id: int
    institution_id: int
    role: str
    unit_wide: bool
    session_id: uuid.UUID | None = None

    @property
    def policy_version(self) -> str:
        """Version of the policy in force, under which whatever is done is done."""
        return policy().version

    def sees_unit(self, *, supervisor: bool) -> bool:
        """Whether the role sees every case of its unit by the policy in force, or as a supervisor."""
        return supervisor or policy().unit_scoped(self.role)


SIGN_IN = Actor(
    user_id=0, username="inicio-de-sesion", unit_id=0, institution_id=0, role="sign_in", unit_wide=False
)
"""Bound while credentials are checked: reaches accounts and sessions, never a person."""

SETUP = Actor(user_id=0, username="instalacion", unit_id=0, institution_id=0, role="setup", unit_wide=False)
"""Bound by `ruv user add` and the set-up: creates institutions, units and accounts, never a person."""

MAINTENANCE = Actor(
    user_id=0, username="mantenimiento", unit_id=0, institution_id=0, role="maintenance", unit_wide=False
)
"""Bound while look-up tokens are rebuilt: it sees no person, but may call the database's own rebuild."""

VERIFIER = Actor(
    user_id=0, username="verificacion", unit_id=0, institution_id=0, role="verifier", unit_wide=False
)
"""Bound while anybody asks whether a printed document is genuine: it reaches no table at all."""
SCHEDULER = Actor(user_id=0, username="reloj", unit_id=0, institution_id=0, role="scheduler", unit_wide=False)
"""Bound while what came due is fired: it sees no person, but may call the database's own clocks."""

MATCHING_ROLE = "matching"
"""Bound while records are compared: it sees no person, but may call the database's own comparison."""


def matching_for(actor: Actor) -> Actor:
    """The same user and unit while records are compared for it; no account ever has this role."""
    return replace(actor, role=MATCHING_ROLE)
