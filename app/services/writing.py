"""The unit of writing: what people write of a case is numbered, sealed, stored, put on work lists and traced.

A use case checks what is wanted, and then writes it in one `Writing`, which leaves one event:

    write = Writing(act, ref, "notes.write", [compartment])
    note = write.add(wanted, {"compartment": compartment}, under=compartment)
    write.done({"note": note.code})
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple, Protocol

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.sealing import Strand, seal_text
from app.audit import record
from app.codes import new_code
from app.db import insert_rows, next_ids, rows_changed
from app.errors import StaleVersion
from app.models import Assignment, Base, Participation
from app.records.base import Row
from app.records.rows import split_row

NOTHING: Final[Mapping[str, object]] = MappingProxyType({})
_WRITERS: Final = (
    *("created_by", "recorded_by", "written_by", "by_user_id", "made_by", "opened_by", "sent_by"),
    *("admitted_by", "granted_by"),
)
"""Columns that name who writes a row, and `_UNITS` those of the unit: each table has some of them."""
_UNITS: Final = ("unit_id", "by_unit_id", "from_unit_id")
Blob = tuple[str, int, int, bytes]
"""Table, row, version and bytes of a sealed value, for the trace."""


class InCase(Protocol):
    """A case, or a row of one."""

    @property
    def victim_id(self) -> int:
        """Key of the person."""

    @property
    def case_id(self) -> int:
        """Key of the case."""


class OnRecord(InCase, Protocol):
    """The same with the record its texts are sealed under: a `CaseRef`, the row of a plan or of a stay."""

    @property
    def record_id(self) -> int:
        """Key of the record."""


class Slot(NamedTuple):
    """Where texts of a row are sealed: under which key, in which columns, as which version of the row.

    `key_version` is None where only the sealed bytes say it.
    """

    under: str
    sealed: str = "sealed"
    key_version: str | None = "key_version"
    row_version: int = 1


class Written(NamedTuple):
    """A new row: its key, and its public code if its kind has one."""

    id: int
    code: str


class Writing:
    """One act of writing in a case: any number of rows, one event.

    Args:
        act: who writes.
        ref: the case written in, or a row of it.
        action: what the trace calls it, `resource.verb`.
        compartments: those the event names.
    """

    def __init__(self, act: Act, ref: OnRecord, action: str, compartments: Iterable[str] = ()) -> None:
        self.act: Final = act
        self.ref: Final = ref
        self._blobs: Final[list[Blob]] = []
        """Of every value sealed so far: they go into the event."""
        self._event: Final = (action, compartments)

    def add(self, row: Row, values: Mapping[str, object] = NOTHING, *, under: str | None = None) -> Written:
        """Write a new row of a declared kind.

        Args:
            row: what somebody wrote. Its clear fields go to the columns of their names, the rest is sealed.
            values: columns that are not as `row` says them, or that it does not know.
            under: the key its texts are sealed under, where each row has its own.
        """
        clear, texts = split_row(row)
        table = _table_of(row)
        known = {name: value for name, value in clear.items() if name in table.__table__.columns}
        slot = Slot(under or row.sealed_under or row.compartment)
        return self.insert(table, {**known, **values}, texts, slot, prefix=row.prefix)

    def insert(
        self,
        table: type[Base],
        values: Mapping[str, object],
        texts: Mapping[str, object] = NOTHING,
        slot: Slot | None = None,
        *,
        prefix: str = "",
    ) -> Written:
        """Write a new row of any table, its texts sealed into `slot`; `prefix` is that of its code."""
        name = table.__tablename__
        new = Written(next_ids(self.act.session, **{name: 1})[name][0], new_code(prefix) if prefix else "")
        row = {"id": new.id, **self._known(table), **({"code": new.code} if prefix else {}), **values}
        insert_rows(self.act.session, table, [row | self.sealed(table, new.id, texts, slot)])
        return new

    def change(
        self,
        table: type[Base],
        found: Any,
        values: Mapping[str, object] = NOTHING,
        texts: Mapping[str, object] = NOTHING,
        slot: Slot | None = None,
    ) -> int:
        """Write the next version of a row as it was found, with texts sealed into `slot`; returns it.

        Raises:
            StaleVersion: somebody changed it meanwhile; `version` is the present one.
        """
        sealed = self.sealed(table, found.id, texts, slot)
        key = {"id": found.id, "victim_id": self.ref.victim_id}
        return next_version(self.act.session, table, key, found.version, {**values, **sealed})

    def done(self, detail: Mapping[str, object], fields: Iterable[str] = ()) -> None:
        """Put the case on top of the work lists, and record what was done.

        Args:
            detail: codes and counts only.
            fields: names of what was written, where the event says them.
        """
        _touch(self.act, self.ref)
        self.tell(detail, fields)

    def tell(self, detail: Mapping[str, object], fields: Iterable[str] = ()) -> None:
        """Only record what was done, where it is no work of the unit's on the case, or not any more."""
        ref, (action, compartments) = self.ref, self._event
        record(
            self.act, action, victim_id=ref.victim_id, case_id=ref.case_id, purpose=self.act.purpose,
            compartments=compartments, fields=fields, blobs=self._blobs, detail=detail,
        )  # fmt: skip

    def _known(self, table: type[Base]) -> dict[str, object]:
        """What a new row of a table says of where it belongs and who writes it."""
        actor, columns = self.act.actor, table.__table__.columns
        known: dict[str, object] = {"victim_id": self.ref.victim_id, "case_id": self.ref.case_id}
        known |= dict.fromkeys(_WRITERS, actor.user_id) | dict.fromkeys(_UNITS, actor.unit_id)
        return {name: value for name, value in known.items() if name in columns}

    def sealed(
        self, table: type[Base], row_id: int, texts: Mapping[str, object], slot: Slot | None
    ) -> dict[str, object]:
        """The columns of sealed texts; none where there are no texts and the row may do without."""
        column = table.__table__.columns.get(slot.sealed) if slot else None
        if slot is None or not (texts or (column is not None and not column.nullable)):
            return {}
        name, strand = table.__tablename__, Strand(self.ref.victim_id, self.ref.record_id)
        key_version, sealed = seal_text(
            self.act.session, slot.under, strand, name, row_id, texts, row_version=slot.row_version
        )
        self._blobs.append((name, row_id, slot.row_version, sealed))
        return {slot.sealed: sealed, **({slot.key_version: key_version} if slot.key_version else {})}


def check_version(found: Any, version: int) -> None:
    """Refuse to go on from a version that is no longer the present one.

    Raises:
        StaleVersion: it is not; `version` is the present one.
    """
    if found.version != version:
        raise StaleVersion(version=found.version)


def next_version(
    session: Session,
    table: type[Base],
    key: Mapping[str, object],
    version: int,
    values: Mapping[str, object],
    *only: ColumnElement[bool],
) -> int:
    """Write the version of a row that follows `version`; returns it.

    Args:
        key: the row, by its key columns.
        only: what else it must still be.

    Raises:
        StaleVersion: somebody changed it meanwhile; `version` is the present one.
    """
    columns = table.__table__.columns
    this = [columns[name] == value for name, value in key.items()]
    statement = update(table).where(*this, columns["version"] == version, *only)
    if rows_changed(session, statement.values({**values, "version": version + 1})) != 1:
        raise StaleVersion(version=session.scalar(select(columns["version"]).where(*this)))
    return version + 1


def _touch(act: Act, ref: InCase) -> None:
    """Note that the actor's unit did something in the case, for its work list and the actor's own."""
    for table, who in (
        (Participation, Participation.unit_id == act.actor.unit_id),
        (Assignment, Assignment.user_id == act.actor.user_id),
    ):
        act.session.execute(
            update(table)
            .where(
                table.victim_id == ref.victim_id, table.case_id == ref.case_id, who, table.ended_at.is_(None)
            )
            .values(last_activity=func.now())
        )


def _table_of(row: Row) -> type[Base]:
    models: Iterator[type[Base]] = (mapper.class_ for mapper in Base.registry.mappers)
    return next(model for model in models if model.__tablename__ == row.table)
