"""Whom a session is bound to, as the database and the trace know it: `app.access.actor.Actor` is one."""

from __future__ import annotations

import uuid
from typing import Protocol


class Bound(Protocol):
    """Who acts, by keys and role, and what the policy in force says of that one when it is asked."""

    @property
    def user_id(self) -> int:
        """Key of the account; 0 for a part of the program."""

    @property
    def unit_id(self) -> int:
        """Key of the unit; 0 for a part of the program."""

    @property
    def institution_id(self) -> int:
        """Key of the unit's institution; 0 for a part of the program."""

    @property
    def role(self) -> str:
        """The one role."""

    @property
    def unit_wide(self) -> bool:
        """Whether every case of the unit is seen, as it was found when the actor was made."""

    @property
    def session_id(self) -> uuid.UUID | None:
        """The sign-in session that must still be open, where there is one."""

    @property
    def policy_version(self) -> str:
        """Version of the policy in force."""

    def sees_unit(self, *, supervisor: bool) -> bool:
        """Whether the role sees every case of its unit by the policy in force, or as a supervisor."""
