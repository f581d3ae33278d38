"""Runs of linkage and what was decided about their rows. A run is of the unit that made it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.access.act import Act
from app.codes import new_code
from app.db import insert_rows, rows_changed
from app.errors import Conflict
from app.matching import RULES_VERSION
from app.models import LinkageRun

_DECISIONS = "SELECT * FROM ruv.row_decisions(%(run)s, %(rows)s)"
_STORED = "SELECT ruv.row_stored(%(run)s, %(line)s, %(record)s)"


@dataclass(frozen=True, slots=True)
class Run:
    """One comparison of a file: how far it is, and what became of the rows so far."""

    id: int
    code: str
    rows: int
    done: int
    counts: Mapping[str, int]

    @property
    def finished(self) -> bool:
        """Whether every row was compared."""
        return self.done == self.rows


class Decided(NamedTuple):
    """What was found of a row, and decided: the record, whose it is now, the band and the state."""

    record_id: int
    person_id: int
    band: int
    state: str


def begin(act: Act, source: str, file_key: bytes, rows: int) -> Run:
    """The run of this file under the rules of today, started now if there is none yet."""
    row = {
        "code": new_code("LE"),
        "unit_id": act.actor.unit_id,
        "source": source,
        "file_key": file_key,
        "rules_version": RULES_VERSION,
        "rows": rows,
        "started_by": act.actor.user_id,
    }
    insert_rows(act.session, LinkageRun, [row], skip_present=True)
    run = newest(act, source, file_key, rules=RULES_VERSION)
    if run is None:
        raise Conflict("Otra persona de su unidad acaba de empezar la misma comparación. Repita la orden.")
    return run


def newest(act: Act, source: str, file_key: bytes, *, rules: str | None = None) -> Run | None:
    """The newest run of this file by the actor's unit, under whatever rules unless some are named."""
    run = LinkageRun
    statement = (
        select(run.id, run.code, run.rows, run.done, run.counts)
        .where(run.unit_id == act.actor.unit_id, run.source == source, run.file_key == file_key)
        .order_by(run.started_at.desc(), run.id.desc())
        .limit(1)
    )
    if rules is not None:
        statement = statement.where(run.rules_version == rules)
    row = act.session.execute(statement).first()
    return None if row is None else Run(*row)


def advance(session: Session, run: Run, rows: int, counts: Mapping[str, int]) -> Run:
    """Note that so many more rows were compared, and the counts so far.

    Raises:
        Conflict: another process works on the same run.
    """
    done = run.done + rows
    moved = (
        update(LinkageRun)
        .where(LinkageRun.id == run.id, LinkageRun.done == run.done)
        .values(done=done, counts=dict(counts), finished_at=func.now() if done == run.rows else None)
    )
    if rows_changed(session, moved) != 1:
        raise Conflict("Otra orden está comparando este mismo archivo. Espere a que termine y repita.")
    return Run(run.id, run.code, run.rows, done, counts)


def decisions(session: Session, run: Run, lines: Sequence[int]) -> dict[int, list[Decided]]:
    """What was found of these rows and decided since, most alike first."""
    found: dict[int, list[Decided]] = {}
    rows = session.connection().exec_driver_sql(_DECISIONS, {"run": run.id, "rows": list(lines)})
    for line, *parts in rows:
        found.setdefault(line, []).append(Decided(*parts))
    return found


def row_stored(session: Session, run: Run, line: int, record_id: int) -> None:
    """What was found of a row is from now on about the record it became, so that nobody is asked again."""
    values = {"run": run.id, "line": line, "record": record_id}
    session.connection().exec_driver_sql(_STORED, values)
