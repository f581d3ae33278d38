"""Read the protection measures of a case, for who reads its protection."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.access.act import Act
from app.access.guard import CaseRef, canonical
from app.access.opening_rows import SealedRow, open_rows
from app.access.policy import Level
from app.catalogues import code_list
from app.errors import NotFound
from app.models import ProtectionMeasure
from app.records.rows import partial_row
from app.services.cases.parts import CasePart
from app.services.proceedings.views import MeasureTexts, MeasureView

TABLE = "protection_measure"
COMPARTMENT = "protection"
ORDER_VERSION = 1
END_VERSION = 2
"""Row versions the two sealed texts of a measure are bound to, so that neither passes for the other."""


def measures_of(session: Session, ref: CaseRef, code: str | None = None) -> Sequence[Any]:
    """Measures of a case, oldest first."""
    table, before = ProtectionMeasure, aliased(ProtectionMeasure)
    query = (
        select(
            table.id, table.code, table.type, table.since, table.until, table.state, table.state_since,
            table.sealed, table.key_version, table.sealed_end, table.end_key_version, table.recorded_at,
            table.version, before.code.label("extends"),
        )
        .outerjoin(before, (before.id == table.extends_id) & (before.victim_id == table.victim_id))
        .where(table.case_id == ref.case_id, table.victim_id == ref.victim_id)
        .order_by(table.since, table.id)
    )  # fmt: skip
    if code is not None:
        query = query.where(table.code == canonical(code, "MP"))
    return session.execute(query).all()


def measure_in(session: Session, ref: CaseRef, code: str) -> Any:
    """One measure of the case.

    Raises:
        NotFound: the case has no such measure.
    """
    rows = measures_of(session, ref, code)
    if not rows:
        raise NotFound
    return rows[0]


def shown(act: Act, part: CasePart) -> list[MeasureView]:
    """The measures of the case as the actor reads them."""
    rows = measures_of(act.session, part.ref)
    orders = [SealedRow(row.id, row.key_version, row.sealed, ORDER_VERSION) for row in rows]
    ends = [SealedRow(row.id, row.end_key_version, row.sealed_end, END_VERSION) for row in rows]
    texts = open_rows(
        act, COMPARTMENT, part.ref.strand, TABLE, [*orders, *ends],
        action="measures.read",
    )  # fmt: skip
    states = code_list("measure_state")
    return [
        {
            "code": row.code,
            "state": row.state,
            "state_label": states.label(row.state),
            "state_since": row.state_since,
            "extends": row.extends,
            "recorded_at": row.recorded_at,
            "version": row.version,
            "type": row.type,
            "since": row.since,
            **_written(part, row.until, {**order, **end}),
        }
        for row, order, end in zip(rows, texts[: len(rows)], texts[len(rows) :], strict=True)
    ]


def _written(part: CasePart, until: date | None, texts: dict[str, Any]) -> MeasureTexts:
    known = texts if until is None else {"until": until, **texts}
    return cast("MeasureTexts", known if part.level is Level.FULL else partial_row(TABLE, known))
