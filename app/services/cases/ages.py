"""Whether a person counts as a child today, from what the actor sees of her."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Profile, TraffickingCase
from app.records.kinds import today
from app.services.cases import rules

CHILD_BIT = 2
"""Bit of a person's population that says child or adolescent, or age not known."""


def presumed_child(session: Session, victim_id: int, case_id: int) -> bool:
    """Whether the person of this case counts as a child or adolescent today (`rules.presumed_child`).

    Where the actor's unit was not given her identity, the database answers with the population alone.
    """
    row = session.execute(
        select(Profile.age_min, Profile.age_years, TraffickingCase.first_identified_on)
        .join(TraffickingCase, TraffickingCase.victim_id == Profile.victim_id)
        .where(TraffickingCase.id == case_id, Profile.victim_id == victim_id)
    ).first()
    if row is None:
        population: int = session.execute(select(func.ruv.population_of(victim_id))).scalar_one()
        return bool(population & CHILD_BIT)
    return rules.presumed_child((row.age_min, row.age_years), row.first_identified_on, today())
