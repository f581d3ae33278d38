"""Which tables hold a person's data, in the order in which one person's rows may be taken out of them."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import MetaData, Table

from app.models import Base, Victim


class Held(NamedTuple):
    """A table with rows about persons, and its columns that say about whom."""

    table: str
    columns: tuple[str, ...]


def tables_of_persons(metadata: MetaData = Base.metadata) -> list[Held]:
    """Every table with a person's data, each before those it refers to; the person herself last.

    They come from the models: a new table with `victim_id`, or a key of a person by another name, is in.
    """
    held = [Held(table.name, tuple(_columns(table))) for table in reversed(metadata.sorted_tables)]
    return [one for one in held if one.columns]


def _columns(table: Table) -> list[str]:
    names = {key.parent.name for key in table.foreign_keys if key.column.table is Victim.__table__}
    names |= {"id", "person_id"} if table is Victim.__table__ else {"victim_id"}
    return [column.name for column in table.c if column.name in names]
