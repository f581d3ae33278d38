"""Read the rows of a kind by its declaration alone: who opens its compartment reads them, masked in part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Table, select

from app.access.act import Act
from app.access.guard import require
from app.access.opening_rows import SealedRow, open_rows_left
from app.access.permissions import Permission
from app.access.policy import Level
from app.models import Base
from app.records import COMPARTMENTS
from app.records.base import Row, Values
from app.records.rows import partial_row
from app.services.cases.parts import case_part
from app.services.rows.kinds import Kind
from app.services.rows.telling import Shape, plain

WRITTEN_AT: Final = "recorded_at"
"""Column of the moment at which a row was written, in a table whose rows are read by their declaration."""
_ALWAYS: Final = ("id", "code", WRITTEN_AT, "sealed", "key_version")


def kind_of(row: type[Row]) -> Kind:
    """The kind of a declared row of a case; `docs/agregar-un-tipo-de-fila.md` says what its table has.

    Raises:
        TypeError: it cannot be read by its declaration; its slice has to say how.
    """
    missing = {"case_id", *_ALWAYS, *row.clear} - set(Base.metadata.tables[row.table].c.keys())
    if missing or row.compartment not in COMPARTMENTS:
        raise TypeError(f"{row.table} is read in no way of its own and lacks {missing or 'a compartment'}")

    def read(act: Act, case: str) -> Iterator[Values]:
        return _rows(act, case, row)

    shape = Shape(row.table, f"* {WRITTEN_AT}")
    return Kind(row.table, row.title_es, read, shape, dated=WRITTEN_AT)


def _rows(act: Act, case: str, row: type[Row]) -> Iterator[Values]:
    """Rows of a case, oldest first: clear and sealed fields, `code`, `recorded_at`, whether one is `broken`.

    Raises:
        NotFound: out of scope, or the compartment does not exist for this actor.
        Forbidden: the actor may only know that it is filled.
    """
    require(act.actor, Permission.CASES_READ)
    part = case_part(act, case, row.compartment)
    table: Table = Base.metadata.tables[row.table]
    clear = [name for name in row.model_fields if name in row.clear]
    named = [table.c[name] for name in (*_ALWAYS, *clear)]
    stored = act.session.execute(
        select(*named)
        .where(table.c.case_id == part.ref.case_id, table.c.victim_id == part.ref.victim_id)
        .order_by(table.c[WRITTEN_AT], table.c.id)
    ).mappings().all()  # fmt: skip
    sealed = [SealedRow(one["id"], one["key_version"], one["sealed"]) for one in stored]
    opened = open_rows_left(
        act, row.sealed_under or row.compartment, part.ref.strand, row.table, sealed, action="cases.rows"
    )
    for one, texts in zip(stored, opened, strict=True):
        known = {name: plain(one[name]) for name in clear if one[name] is not None} | (texts or {})
        seen = known if part.level is Level.FULL else partial_row(row.table, known)
        yield {"code": one["code"], WRITTEN_AT: one[WRITTEN_AT], "broken": texts is None, **seen}
