"""Reads of which units a plan went from and to."""

from __future__ import annotations

from typing import Final

from sqlalchemy import and_, func, select

from app.access.act import Act
from app.catalogues import code_list
from app.models import Plan, PlanHandover
from app.services.institutions.masking import unit_names
from app.services.plans.content import PlanRef
from app.services.plans.views import HandoverView
from app.services.writing import InCase

REASONS: Final = "plan_handover_reason"
CAUSES: Final = "plan_handover_cause"


def handovers(act: Act, ref: PlanRef) -> list[HandoverView]:
    """From which unit to which the plan went, oldest first, for who sees all of it."""
    rows = act.session.execute(
        select(
            PlanHandover.from_unit_id, PlanHandover.to_unit_id, PlanHandover.cause, PlanHandover.reason,
            PlanHandover.at,
        )
        .where(PlanHandover.plan_id == ref.row.id, PlanHandover.victim_id == ref.row.victim_id)
        .order_by(PlanHandover.id)
    ).all()  # fmt: skip
    units = unit_names(act, {key for row in rows for key in (row.from_unit_id, row.to_unit_id)})
    return [
        {
            "from": units[row.from_unit_id].shown(),
            "to": units[row.to_unit_id].shown(),
            "cause": row.cause,
            "cause_label": code_list(CAUSES).labels[row.cause],
            "reason": row.reason,
            "reason_label": code_list(REASONS).labels.get(row.reason),
            "at": row.at,
        }
        for row in rows
    ]


def plan_brought(act: Act, case: InCase) -> str | None:
    """Code of the plan of a case that came to the actor's unit in this very transaction, if one did."""
    return act.session.scalar(
        select(Plan.code)
        .join(
            PlanHandover,
            and_(PlanHandover.plan_id == Plan.id, PlanHandover.victim_id == Plan.victim_id),
        )
        .where(
            Plan.case_id == case.case_id,
            Plan.victim_id == case.victim_id,
            Plan.unit_id == act.actor.unit_id,
            PlanHandover.at == func.now(),
        )
        .limit(1)
    )
