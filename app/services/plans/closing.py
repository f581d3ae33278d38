"""What is agreed when a plan closes: checked, kept with the plan, and written to the person's outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.access.act import Act
from app.access.permissions import Permission
from app.access.policy import Level, policy
from app.catalogues import code_list
from app.errors import refuse_if, unknown_code, wrong
from app.records.errors import FieldError
from app.services.plans import rules
from app.services.plans.content import PlanRef
from app.services.plans.details import main_code
from app.services.plans.rows import activity_states, latest_version
from app.services.plans.versions import keep, signable
from app.services.victims.changes import change
from app.services.victims.queries import held_version, shown_strand
from app.services.writing import Writing

OUTCOME: Final = "outcome"
"""The compartment the closing is written to."""


@dataclass(frozen=True, slots=True)
class Closing:
    """What is agreed when a plan closes: achievement by domain, risk that stays, follow-up.

    `achievement`: codes of `achievement` by domain; `residual_risk`: a code of `risk_level`.
    """

    achievement: Mapping[str, str] | None = None
    residual_risk: str | None = None
    follow_up: str | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """A wanted move of a plan. `reason` and `outcome` are codes."""

    target: str
    reason: str | None = None
    outcome: str | None = None
    closing: Closing | None = None


def check_closing(wanted: Move) -> None:
    """Check what a move says of the closing against the code lists; its guards ask for what is missing.

    Raises:
        Invalid: a code that is not of its list, or a closing where nothing closes; each field is named.
    """
    errors: list[FieldError] = []
    closing = wanted.closing
    if wanted.target not in rules.CLOSED and (wanted.outcome is not None or closing is not None):
        message = "El resultado y el cierre se indican solo al cerrar el plan."
        errors.append(wrong("outcome", "not-asked", message))
    if closing is not None:
        errors += _wrong_codes(closing)
    refuse_if(errors)


def _wrong_codes(closing: Closing) -> list[FieldError]:
    errors: list[FieldError] = []
    achievement = closing.achievement or {}
    if closing.residual_risk not in {None, *code_list("risk_level").codes}:
        errors.append(unknown_code("closing.residual_risk", code_list("risk_level").codes))
    if set(achievement) - set(code_list("plan_domain").codes):
        errors.append(unknown_code("closing.achievement", code_list("plan_domain").codes))
    elif set(achievement.values()) - set(code_list("achievement").codes):
        errors.append(unknown_code("closing.achievement", code_list("achievement").codes))
    return errors


def keep_closing(write: Writing, ref: PlanRef, wanted: Move) -> None:
    """Keep the plan as it was when it closed, with what was agreed, as one more version."""
    act = write.act
    content = signable(act, ref, action="plans.transition")
    content["closing"] = {"outcome": wanted.outcome, "states": activity_states(act.session, ref)}
    if (agreed := wanted.closing) is not None:
        content["closing"]["achievement"] = agreed.achievement
        content["closing"]["residual_risk"] = agreed.residual_risk
        content["closing"]["follow_up"] = agreed.follow_up
    latest = latest_version(act.session, ref)
    keep(write, ref, (latest.number if latest else 0) + 1, content)


def write_outcome(act: Act, ref: PlanRef, wanted: Move) -> bool:
    """Write the closing to the person's outcome, if the actor writes it; whether it was written.

    Who closes a plan without writing that part (a private shelter, say) leaves it to who does.
    """
    may = (
        policy().permits(act.actor.role, Permission.VICTIMS_WRITE)
        and ref.standing.level(act.actor, OUTCOME) is Level.FULL
        and ref.standing.writes(act.actor, OUTCOME)
    )
    person = main_code(act.session, ref.row.victim_id) if may else None
    if person is None:
        return False
    strand = shown_strand(act.session, ref.row.victim_id, OUTCOME)
    version = held_version(act.session, strand, OUTCOME) if strand else 0
    change(act, person, OUTCOME, version or 0, _patch(wanted))
    return True


def _patch(wanted: Move) -> dict[str, object]:
    closing = wanted.closing or Closing()
    known: dict[str, object] = {"outcome": wanted.outcome}
    if closing.residual_risk is not None:
        known["residual_risk"] = closing.residual_risk
    if closing.achievement is not None:
        reached = [domain for domain, how in sorted(closing.achievement.items()) if how == "LOGRADO"]
        known["achieved_domains"] = reached or None
    if closing.follow_up is not None:
        known |= {"followup_agreed": "SI", "followup_notes": closing.follow_up}
    return known
