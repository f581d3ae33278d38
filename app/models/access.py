"""The policy as the database sees it: compiled from the policy files by `ruv db migrate`."""

from sqlalchemy import SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


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
