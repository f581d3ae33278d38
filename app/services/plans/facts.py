"""What a signature or a move of a plan may depend on, as stored now."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.catalogues import code_list
from app.services.plans import rules
from app.services.plans.closing import Move
from app.services.plans.content import PlanRef
from app.services.plans.details import goals
from app.services.plans.header import feasible
from app.services.plans.rows import activity_states
from app.states import ActivityState


def facts_of(
    session: Session,
    ref: PlanRef,
    signatures: frozenset[tuple[str, str]] = frozenset(),
    wanted: Move | None = None,
) -> rules.PlanFacts:
    """Facts of a plan, given the signatures on its present content and the move wanted, if any."""
    states = tuple(activity_states(session, ref).values())
    aims = goals(session, ref)
    closing = wanted.closing if wanted else None
    domains = {goal.domain for goal in aims if goal.state not in rules.DROPPED_OBJECTIVE}
    return rules.PlanFacts(
        kind=ref.row.kind,
        has_objective=any(state != ActivityState.CANCELLED for state in states),
        pti_resolution=ref.row.pti_resolution,
        feasible=feasible(ref.row),
        signatures=signatures,
        activity_states=states,
        objective_states=tuple(goal.state for goal in aims),
        outcome_known=wanted is not None and wanted.outcome in code_list("outcome"),
        achievement=closing is not None and domains <= set(closing.achievement or ()),
        residual_risk=closing is not None and closing.residual_risk is not None,
        follow_up=closing is not None and closing.follow_up is not None,
        reason=wanted.reason if wanted else None,
    )
