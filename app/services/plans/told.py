"""Plans and what hangs from them among all that is held of a person; no worker or witness is named to her."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from app.access.act import Act
from app.access.permissions import Permission
from app.access.policy import policy
from app.access.scope import actor_params, visible_plans
from app.models import Plan
from app.services.plans.assessing import assessments
from app.services.plans.following import follow_ups
from app.services.plans.queries import read
from app.services.plans.reviewing import reviews
from app.services.plans.rules import MANNERS
from app.services.plans.versions import listed
from app.services.rows.kinds import Kind, person_of
from app.services.rows.telling import Shape


def codes_of(act: Act, victim: str) -> Sequence[str]:
    """Codes of a person's plans that the actor may see, oldest first; none for who reads no plans."""
    if not policy().permits(act.actor.role, Permission.PLANS_READ):
        return []
    visible = Plan.id.in_(visible_plans(act.actor))
    query = select(Plan.code).where(Plan.victim_id == person_of(victim), visible)
    return act.session.scalars(query.order_by(Plan.created_at, Plan.id).params(actor_params(act.actor))).all()


_HEADER: Final = Shape("plan_header", "state_label unit/name signed_at *")
_GOAL_NOTE: Final = Shape("objective_note", "of/domain_label at note")
_GOAL: Final = Shape("plan_objective", "* state_label", inside={"notes": _GOAL_NOTE})
_PROGRESS: Final = Shape("progress_note", "of/description at unit/name note to_due")
_ACTIVITY: Final = Shape(
    "plan_activity",
    "description due_on frequency indicator unit/name state_label",
    inside={"notes": _PROGRESS},
)
_ASSESSED: Final = Shape("plan_assessment", "domain_label level_label assessed_on summary")
_REVIEW: Final = Shape("plan_review", "held_on opinion_given opinion decisions next_review_on")
_CONTACT: Final = Shape("plan_follow_up", "* state_label", inside={"contacts": Shape("follow_up_contact")})
_SIGNED: Final = Shape("plan_signature", "signer_label manner signed_at number", words={"manner": MANNERS})
_MEMBER: Final = Shape("plan_team", "role institution since ended_at")
_VERSION: Final = Shape("plan_version", "number created_at")
KINDS: Final = (
    Kind("planes_datos", "Datos de sus planes", read, _HEADER, "plan", also=("plan",)),
    Kind("objetivos", "Objetivos de sus planes", read, _GOAL, "plan", "objectives"),
    Kind("actividades", "Actividades de sus planes y sus avances", read, _ACTIVITY, "plan", "activities"),
    Kind("valoraciones", "Valoraciones", assessments, _ASSESSED, "plan", "items"),
    Kind("revisiones", "Revisiones de sus planes", reviews, _REVIEW, "plan", "items"),
    Kind("seguimientos", "Contactos después del egreso", follow_ups, _CONTACT, "plan", "items"),
    Kind("firmas", "Firmas de sus planes", read, _SIGNED, "plan", "signatures"),
    Kind("equipo", "Equipo de sus planes", read, _MEMBER, "plan", "team"),
    Kind("versiones", "Versiones guardadas de sus planes", listed, _VERSION, "plan"),
)
