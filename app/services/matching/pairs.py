"""Candidates as who reviews them may see them: the pair, whose it is now, and nothing of the persons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.permissions import Permission
from app.access.policy import policy
from app.access.scope import visible_victims
from app.models import LinkageRun, MatchCandidate, Victim
from app.services.paging import read_cursor
from app.states import MatchState

WAITING = (MatchState.PENDING, MatchState.UNKNOWN)
"""States of a pair that may still be decided."""

_SIDES = "SELECT * FROM ruv.candidate_sides(%(candidates)s)"


@dataclass(frozen=True, slots=True)
class Side:
    """A record of the register: the person it belongs to now, her code, and the unit that registered it."""

    record_id: int
    person_id: int
    code: str
    unit: str
    in_scope: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """A candidate: one record and an incoming row, or two records, the older first."""

    id: int
    code: str
    state: str
    band: int
    score: float
    fields: dict[str, str]
    rules_version: str
    origin: str
    reason: str | None
    found_at: datetime
    run: str | None
    row_number: int | None
    decided_at: datetime | None
    decision_reason: str | None
    version: int
    sides: tuple[Side, ...]

    @property
    def incoming(self) -> bool:
        """Whether it is about a row that is in no record yet."""
        return self.row_number is not None

    @property
    def one_person(self) -> bool:
        """Whether its records belong to one person by now."""
        return len(self.sides) > 1 and len({side.person_id for side in self.sides}) == 1


def find(session: Session, code: str) -> Pair | None:
    """The candidate behind a code, if the bound actor may review it."""
    pairs = _pairs(session, _statement().where(MatchCandidate.code == code))
    return pairs[0] if pairs else None


def listing(act: Act, *, state: str, band: int | None, cursor: str | None, limit: int) -> list[Pair]:
    """Candidates the bound actor may review, newest first.

    A pair that waits and is one person by now is left out; a split brings it back.

    Raises:
        BadRequest: the cursor is not one of this list.
    """
    candidate = MatchCandidate
    statement = _statement().where(candidate.state == state)
    if not policy().permits(act.actor.role, Permission.MATCHING_STEWARD):
        # As the policy of the table says, but from the few records the actor sees, not through every pair.
        seen = select(Victim.id).where(Victim.person_id.in_(visible_victims(act.actor)))
        statement = statement.where(candidate.victim_id.in_(seen))
    if state in WAITING:
        person = func.ruv.person_of_record
        statement = statement.where(person(candidate.victim_id).is_distinct_from(person(candidate.other_id)))
    if band is not None:
        statement = statement.where(candidate.band == band)
    if cursor is not None:
        at, code = read_cursor(cursor, "DU")
        statement = statement.where(
            or_(candidate.found_at < at, and_(candidate.found_at == at, candidate.code < code))
        )
    ordered = statement.order_by(candidate.found_at.desc(), candidate.code.desc()).limit(limit)
    return _pairs(act.session, ordered)


def _statement() -> Select[Any]:
    candidate = MatchCandidate
    return select(
        candidate.id,
        candidate.code,
        candidate.state,
        candidate.band,
        candidate.score,
        candidate.fields,
        candidate.rules_version,
        candidate.origin,
        candidate.reason,
        candidate.found_at,
        LinkageRun.code.label("run"),
        candidate.row_number,
        candidate.decided_at,
        candidate.decision_reason,
        candidate.version,
    ).outerjoin(LinkageRun, LinkageRun.id == candidate.run_id)


def _pairs(session: Session, statement: Select[Any]) -> list[Pair]:
    rows = session.execute(statement).mappings().all()
    sides = _sides(session, [row["id"] for row in rows])
    return [Pair(**row, sides=tuple(sides[row["id"]])) for row in rows if row["id"] in sides]


def _sides(session: Session, candidates: Sequence[int]) -> dict[int, list[Side]]:
    """The records of each; the database gives none where the bound actor may not review the pair."""
    found: dict[int, list[Side]] = {}
    if candidates:
        rows = session.connection().exec_driver_sql(_SIDES, {"candidates": list(candidates)})
        for candidate, *parts in rows:
            found.setdefault(candidate, []).append(Side(*parts))
    return found
