"""Who speaks in the demonstration: one desk for each role, in the unit of its account."""

from __future__ import annotations

from app.access.policy import policy
from stories.demo.cast import unit_of, username
from stories.desk import Desk, signed_in


class Seat(Desk):
    """The desk of one role."""

    def __init__(self, address: str, role: str, password: str) -> None:
        """Sign in to the register at `address`.

        Raises:
            StoryBroken: the account is refused.
        """
        super().__init__(signed_in(address, username(role), password), unit_of(role).code)
        self.role = role

    @property
    def label(self) -> str:
        """The role in Spanish."""
        return policy().roles[self.role].label
