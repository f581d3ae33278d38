"""Read branches of protection and their steps, for who was shown the case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import CaseRef, canonical
from app.access.opening_rows import SealedRow, open_rows
from app.access.policy import Level
from app.access.sealing import COORDINATION
from app.errors import NotFound
from app.models import ProtectionProcedure, ProtectionStep
from app.records.rows import partial_row
from app.services.cases.parts import CasePart
from app.services.proceedings.branches import ASYLUM_WITHDRAWN, BRANCHES, MACHINES, conclusions
from app.services.proceedings.views import ProcedureView, ProtectionStepTexts, ProtectionStepView
from app.states import BranchState

TABLE = "protection_step"
_CLEAR = ("reason", "consent", "suitability")
_PROCEDURE = (
    "id",
    "code",
    "branch",
    "state",
    "state_since",
    "opened_at",
    "closed_at",
    "conclusion",
    "version",
)


def procedures_of(session: Session, ref: CaseRef, level: Level, code: str | None = None) -> Sequence[Any]:
    """Branches of a case, oldest first; what is reserved shows to full readers only."""
    table = ProtectionProcedure
    query = select(*(getattr(table, name) for name in _PROCEDURE)).where(
        table.case_id == ref.case_id, table.victim_id == ref.victim_id
    )
    if level is not Level.FULL:
        query = query.where(table.reserved.is_(False))
    if code is not None:
        query = query.where(table.code == canonical(code, "PP"))
    return session.execute(query.order_by(table.id)).all()


def procedure_in(session: Session, part: CasePart, code: str) -> Any:
    """One branch of the case.

    Raises:
        NotFound: no such branch in this case, or it is reserved.
    """
    rows = procedures_of(session, part.ref, part.level, code)
    if not rows:
        raise NotFound
    return rows[0]


def seeks_asylum(session: Session, victim_id: int) -> bool:
    """Whether the person asked for asylum in any of her branches, and did not desist since."""
    step = ProtectionStep
    row = session.execute(
        select(step.to_state, step.reason)
        .where(
            step.victim_id == victim_id,
            (step.to_state == BranchState.ASYLUM_SOUGHT) | (step.reason == ASYLUM_WITHDRAWN),
        )
        .order_by(step.at.desc(), step.id.desc())
        .limit(1)
    ).first()
    return row is not None and row.to_state == BranchState.ASYLUM_SOUGHT


def shown(act: Act, part: CasePart) -> list[ProcedureView]:
    """The branches of the case as the actor reads them, with their steps."""
    return [
        {
            "code": row.code,
            "branch": row.branch,
            "state": row.state,
            "state_since": row.state_since,
            "opened_at": row.opened_at,
            "closed_at": row.closed_at,
            "conclusion": row.conclusion,
            "version": row.version,
            "branch_label": BRANCHES[row.branch],
            "state_label": MACHINES[row.branch].labels[row.state],
            "possible_states": list(MACHINES[row.branch].offered(row.state)),
            "possible_conclusions": [] if row.closed_at else list(conclusions(row.branch, row.state)),
            "steps": _steps(act, part, row),
        }
        for row in procedures_of(act.session, part.ref, part.level)
    ]


def _steps(act: Act, part: CasePart, procedure: Any) -> list[ProtectionStepView]:
    step = ProtectionStep
    unit = func.ruv.step_units(procedure.id).table_valued("id", "unit_name", name="behind")
    rows = act.session.execute(
        select(
            step.id, step.from_state, step.to_state, step.reason, step.consent, step.suitability,
            step.sealed, step.key_version, step.at, unit.c.unit_name,
        )
        .outerjoin(unit, unit.c.id == step.id)
        .where(step.procedure_id == procedure.id, step.victim_id == part.ref.victim_id)
        .order_by(step.id)
    ).all()  # fmt: skip
    labels = MACHINES[procedure.branch].labels
    texts = _texts(act, part, rows)
    return [
        {
            "from": row.from_state,
            "to": row.to_state,
            "label": labels[row.to_state],
            "at": row.at,
            "unit": row.unit_name,
            **_written(part, row, texts.get(row.id, {})),
        }
        for row in rows
    ]


def _texts(act: Act, part: CasePart, rows: Sequence[Any]) -> dict[int, dict[str, Any]]:
    sealed = [SealedRow(row.id, row.key_version, row.sealed) for row in rows if row.sealed is not None]
    if not sealed or part.level is not Level.FULL:
        return {}
    opened = open_rows(
        act, COORDINATION, part.ref.strand, TABLE, sealed,
        action="procedures.read",
    )  # fmt: skip
    return {row.row_id: text for row, text in zip(sealed, opened, strict=True)}


def _written(part: CasePart, row: Any, texts: dict[str, Any]) -> ProtectionStepTexts:
    known = {name: getattr(row, name) for name in _CLEAR if getattr(row, name) is not None} | texts
    return cast("ProtectionStepTexts", known if part.level is Level.FULL else partial_row(TABLE, known))
