"""Declarative base, naming convention and the column types every table shares."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    DateTime,
    Identity,
    LargeBinary,
    MetaData,
    Text,
    func,
)
from sqlalchemy.orm import DeclarativeBase, mapped_column

from app.catalogues import code_list
from app.states import Codes

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Tables only: no behaviour beyond column invariants.

    Server defaults are never fetched back with RETURNING: under row-level security a row may be
    written by an actor who cannot see it yet.
    """

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - the declarative API wants a plain class attribute
        str: Text,
        int: BigInteger,
        bytes: LargeBinary,
        datetime: DateTime(timezone=True),
        list[str]: ARRAY(Text),
    }
    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012


Id = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]
"""Internal key; never shown outside."""

VictimKey = Annotated[int, mapped_column(BigInteger, primary_key=True)]
"""`victim_id`, second key column of every table with a person's data (distribution column)."""

RECORD_REF = ("victim.id", "victim.person_id")
"""A record and the person it belongs to: who changes the one moves the rows of the other."""

Now = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=func.now())]
"""Transaction time; policies rely on it to know that a row was written in this transaction."""


def codes_of(column: str, codes: type[Codes], *left_out: Codes) -> CheckConstraint:
    """The column holds one of these codes (but those left out); if one is added, a migration follows."""
    made = _one_of(column, [code for code in codes if code not in left_out])
    made.info["list"] = codes.list_name
    return made


def listed(column: str, name: str) -> CheckConstraint:
    """The column holds a code of this list of the catalogues; if the list grows, a migration follows."""
    made = _one_of(column, code_list(name).codes)
    made.info["list"] = name
    return made


def _one_of(column: str, codes: Iterable[str]) -> CheckConstraint:
    quoted = ", ".join(f"'{code}'" for code in codes)
    return CheckConstraint(f"{column} IN ({quoted})", name=column)
