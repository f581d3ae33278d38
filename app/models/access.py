"""The policy as the database sees it: compiled from the policy files by `ruv db migrate`."""

from sqlalchemy import SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, codes_of
from app.states import MandateEnd, MandateFor


class RoleGrant(Base):
    """A role's population and permissions, read by row-level security."""

    __tablename__ = "role_grant"

    role: Mapped[str] = mapped_column(primary_key=True)
    population: Mapped[int] = mapped_column(SmallInteger)
    permissions: Mapped[list[str]]
    listed: Mapped[list[str]]
    opened: Mapped[list[str]]
    full: Mapped[list[str]]
    own_only: Mapped[list[str]]
    resident: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    written: Mapped[list[str]]
    unit_kinds: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    two_people: Mapped[bool] = mapped_column(server_default=text("false"))
    policy_version: Mapped[str]


class MandateGrant(Base):
    """A mandate: who is added to a case by whom, what that opens, what ends it. Read by row-level security.

    `population`: NNA, ADULTA or CUALQUIERA. `whole`: all that the unit's roles may see; `beyond`: what it
    opens whoever adds the unit.
    """

    __tablename__ = "mandate"
    __table_args__ = (
        codes_of("population", MandateFor),
        codes_of("ends_with", MandateEnd),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    unit_kinds: Mapped[list[str]]
    population: Mapped[str]
    added_by: Mapped[list[str]]
    compartments: Mapped[list[str]]
    whole: Mapped[bool]
    beyond: Mapped[list[str]]
    needs_consent: Mapped[bool]
    overrides: Mapped[bool]
    ends_with: Mapped[str]
