"""Whether the single interview was held, for who is about to ask a person to tell it all again."""

from __future__ import annotations

from typing import cast

from app.access.act import Act
from app.access.guard import require
from app.access.opening import open_compartments
from app.access.permissions import Permission
from app.services.cases.parts import case_part
from app.services.proceedings.reading.links import COMPARTMENT
from app.services.proceedings.views import InterviewView, TestimonyCircumstances
from app.services.victims.single_interview import held

TESTIMONY = "testimony"
_SHOWN = ("single_interview_done", "interview_date", "place_type", "anticipated_evidence")


def single_interview(act: Act, case: str) -> InterviewView:
    """What the actor may know of the single interview of a case's person; never what was said in it.

    `held` tells that it took place, `broken` that what would tell it does not open, `level` how much of the
    testimony the actor reads, `legal_date` is its date in the legal part (True where only its presence is
    told), and `testimony` holds its circumstances.

    Raises:
        NotFound: out of scope, or the legal compartment does not exist for this actor.
        Forbidden: the actor may only know that it is filled.
    """
    require(act.actor, Permission.CASES_READ)
    part = case_part(act, case, COMPARTMENT)
    opened = open_compartments(
        act, part.ref.victim_id, part.stand,
        action="proceedings.read", names=[TESTIMONY, COMPARTMENT],
    )  # fmt: skip
    testimony = {} if TESTIMONY in opened.broken else opened.data.get(TESTIMONY, {})
    dated = opened.data.get(COMPARTMENT, {}).get("single_interview_date")
    return {
        "held": held(testimony) or dated is not None,
        "level": opened.levels[TESTIMONY].name.lower() if TESTIMONY in opened.levels else "none",
        "filled": TESTIMONY in opened.filled,
        "broken": bool(opened.broken),
        "legal_date": dated,
        "testimony": cast(
            "TestimonyCircumstances",
            {name: testimony[name] for name in _SHOWN if testimony.get(name) is not None},
        ),
    }
