"""What an exit rests on: read from the record, never from a form."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import func, select

from app.access.act import Act
from app.access.guard import CaseRef
from app.access.opening import current_blob
from app.audit import record
from app.services.cases import deadlines
from app.services.cases.rows import openable, presumed_child
from app.services.shelters import rules
from app.services.shelters.suitability import fit_adult
from app.services.victims.childhood import of_age_by_birth
from app.services.victims.queries import shown_strand
from app.states import CaseOutcome, CaseState

_GROUNDS: Final = ("destination", "own_family", "other_family", "returns")
_IDENTITY: Final = "identity"


def facts_of(act: Act, row: Any, reason: str) -> rules.StayFacts:
    """What decides whether the person of a stay leaves for this reason now.

    Raises:
        Conflict: the adult who would take a child in is or may be marked as suspected.
    """
    child = presumed_child(act.session, row.victim_id, row.case_id)
    grounds = act.session.execute(select(func.ruv.exit_grounds(row.id).table_valued(*_GROUNDS))).one()
    return rules.StayFacts(
        child=child,
        reason=reason,
        suitability=fit_adult(act, row, received=child and reason in rules.FAMILY_EXITS),
        in_shelter=row.actual_place == rules.IN_SHELTER,
        destination=grounds.destination,
        resolved=grounds.own_family if reason == CaseOutcome.FAMILY else grounds.other_family,
        returns=grounds.returns,
        of_age=reason in rules.OF_AGE and _of_age(act, row, child=child),
    )


def missing(act: Act, ref: CaseRef, before: str) -> list[str]:
    """A child left without leave, and the database moved her case: tell who looks for her, and record it.

    Returns:
        Kinds of unit that have no part in the case and have to be called.
    """
    if before == CaseState.LEFT:
        return []  # they know already
    record(
        act, "cases.transition", victim_id=ref.victim_id, case_id=ref.case_id, purpose=act.purpose,
        fields=["state"], detail={"case": ref.code, "from": before, "to": CaseState.LEFT},
    )  # fmt: skip
    return deadlines.escaped(act, ref)


def _of_age(act: Act, row: Any, *, child: bool) -> bool:
    """Whether she is 18 by her birth date; where that is not known, by the least age that was stated."""
    if _IDENTITY not in openable(act, row.victim_id):
        return not child
    strand = shown_strand(act.session, row.victim_id, _IDENTITY)
    if strand is None:
        return not child
    record(
        act, "placements.read", victim_id=row.victim_id, case_id=row.case_id, purpose=act.purpose,
        compartments=[_IDENTITY], detail={"placement": row.code},
    )  # fmt: skip
    identity = current_blob(act, strand, _IDENTITY)
    known = of_age_by_birth(identity)
    return not child if known is None else known
