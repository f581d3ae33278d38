"""Read placements: who lives in the own shelter, one stay, and the stays of a case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.actor import Actor
from app.access.guard import CaseRef, canonical, case_in_scope, require
from app.access.permissions import Permission
from app.access.policy import Level, policy
from app.access.scope import actor_params, visible_placements
from app.access.sealing import Strand
from app.audit import record
from app.catalogues import code_list
from app.errors import NotFound
from app.models import Placement, PlacementLeave, SuitabilityCheck, TraffickingCase
from app.services.cases.rows import strand_of
from app.services.institutions.masking import unit_names
from app.services.shelters import stay_texts
from app.services.shelters.rules import IN_SHELTER, STATES, STAY, stay_state
from app.services.shelters.views import ResidentView, StayDetailView, StayFindingView, StayView
from app.states import CaseOutcome, StayState

ELSEWHERE: StayFindingView = {"code": "LUGAR_NO_ESPECIALIZADO", "label": "Lugar no especializado"}
"""The finding on a stay in no shelter."""


def _stays(actor: Actor) -> Select[*tuple[Any, ...]]:
    """Stays the actor may see, each with the leave she is on, if any."""
    away = and_(
        PlacementLeave.placement_id == Placement.id,
        PlacementLeave.victim_id == Placement.victim_id,
        PlacementLeave.ended_at.is_(None),
    )
    return (
        select(
            Placement.id, Placement.victim_id, Placement.case_id, Placement.code, Placement.unit_id,
            Placement.admitted_at, Placement.left_at, Placement.exit_reason, Placement.version,
            Placement.actual_place, Placement.grp, Placement.sealed, Placement.key_version,
            Placement.sealed_exit, Placement.exit_key_version,
            TraffickingCase.code.label("case"),
            PlacementLeave.id.label("leave_id"), PlacementLeave.due_back_at,
            (PlacementLeave.due_back_at < func.now()).label("overdue"),
        )
        .join(TraffickingCase, and_(
            TraffickingCase.id == Placement.case_id, TraffickingCase.victim_id == Placement.victim_id
        ))
        .outerjoin(PlacementLeave, away)
        .where(Placement.id.in_(visible_placements(actor)))
        .params(actor_params(actor))
    )  # fmt: skip


def open_placements(act: Act) -> list[ResidentView]:
    """Who lives in the actor's own shelter now, or is where its unit noted; oldest stay first, within scope.

    Raises:
        Forbidden: the role has nothing to do with placements.
    """
    require(act.actor, Permission.PLACEMENTS_WRITE)
    rows = act.session.execute(
        _stays(act.actor)
        .where(Placement.unit_id == act.actor.unit_id, Placement.left_at.is_(None))
        .order_by(Placement.admitted_at, Placement.code)
    ).all()
    _recorded(act, "placements.list", rows)
    return [_shown(row) for row in rows]


def stays(act: Act, case_code: str) -> list[StayView]:
    """The stays of a case, oldest first: those of the own unit; all for who reads where shelters are.

    Raises:
        Forbidden: the role has nothing to do with placements.
        NotFound: the case is out of scope.
    """
    require(act.actor, Permission.PLACEMENTS_WRITE)
    ref = case_in_scope(act, case_code)
    rows = act.session.execute(
        _stays(act.actor)
        .where(Placement.case_id == ref.case_id, Placement.victim_id == ref.victim_id)
        .order_by(Placement.admitted_at, Placement.id)
    ).all()
    _recorded(act, "placements.stays", rows, ref)
    names = unit_names(act, (row.unit_id for row in rows))
    return [{**_shown(row), "unit": names[row.unit_id].shown()} for row in rows]


def read(act: Act, code: str) -> StayDetailView:
    """One stay with its texts, leaves and suitability checks, and what may be done next.

    Who reads where shelters are in part gets the partial view of the texts.

    Raises:
        NotFound: no such stay in the actor's sight.
    """
    require(act.actor, Permission.PLACEMENTS_WRITE)
    row = find(act, code)
    strand = strand_of(act.session, row.victim_id, row.case_id)
    level = policy().cell(act.actor.role, "shelter_location").level
    part = level is not Level.FULL and row.unit_id != act.actor.unit_id
    reader = stay_texts.Reader(act, strand, part=part)
    texts, exit_texts = reader.stay(row)
    names = unit_names(act, [row.unit_id])
    return {
        **_shown(row),
        "unit": names[row.unit_id].shown(),
        "texts": texts,
        "exit_texts": exit_texts,
        "leaves": reader.leaves(_leaves(act.session, row)),
        "suitability": reader.checks(_checks(act.session, row)),
        "possible": list(STAY.targets(_state(row))) if row.unit_id == act.actor.unit_id else [],
    }


def find(act: Act, code: str) -> Any:
    """The row of a stay in the actor's sight, open or not, with the record its texts are sealed under.

    Raises:
        NotFound: there is none.
    """
    record_id = func.ruv.record_of_case(Placement.case_id).label("record_id")
    query = _stays(act.actor).add_columns(record_id).where(Placement.code == canonical(code, "AL"))
    row = act.session.execute(query).first()
    if row is None:
        raise NotFound
    return row


def own_placement(act: Act, code: str) -> Any:
    """The row of a stay of the actor's own unit and in its scope.

    Raises:
        NotFound: there is none.
    """
    row = find(act, code)
    if row.unit_id != act.actor.unit_id:
        raise NotFound
    return row


def stay_strand(session: Session, row: Any) -> Strand:
    """Under which record the texts of a stay are sealed."""
    return strand_of(session, row.victim_id, row.case_id)


def latest_check(session: Session, row: Any) -> SuitabilityCheck | None:
    """The latest suitability check of a stay, if any."""
    return session.execute(
        select(SuitabilityCheck)
        .where(SuitabilityCheck.placement_id == row.id, SuitabilityCheck.victim_id == row.victim_id)
        .order_by(SuitabilityCheck.id.desc())
        .limit(1)
    ).scalar_one_or_none()


def housed_as(act: Act, victim_id: int, case_id: int) -> str | None:
    """Code of the person's open placement of this case in the actor's own shelter, if any."""
    return act.session.scalar(
        select(Placement.code).where(
            Placement.victim_id == victim_id,
            Placement.case_id == case_id,
            Placement.unit_id == act.actor.unit_id,
            Placement.left_at.is_(None),
        )
    )


def _leaves(session: Session, row: Any) -> Sequence[PlacementLeave]:
    return session.scalars(
        select(PlacementLeave)
        .where(PlacementLeave.placement_id == row.id, PlacementLeave.victim_id == row.victim_id)
        .order_by(PlacementLeave.id)
    ).all()


def _checks(session: Session, row: Any) -> Sequence[SuitabilityCheck]:
    return session.scalars(
        select(SuitabilityCheck)
        .where(SuitabilityCheck.placement_id == row.id, SuitabilityCheck.victim_id == row.victim_id)
        .order_by(SuitabilityCheck.id)
    ).all()


def _recorded(act: Act, action: str, rows: Sequence[Any], ref: CaseRef | None = None) -> None:
    about = {"victim_id": ref.victim_id, "case_id": ref.case_id} if ref else {}
    detail = {"placements": [row.code for row in rows]}
    record(act, action, purpose=act.purpose, detail=detail, **about)


def _state(row: Any) -> StayState:
    return stay_state(left=row.left_at is not None, away=row.leave_id is not None)


def _shown(row: Any) -> ResidentView:
    state = _state(row)
    return {
        "code": row.code,
        "case": row.case,
        "state": state,
        "state_label": STATES[state],
        "actual_place": row.actual_place,
        "actual_place_label": code_list("actual_place").labels.get(row.actual_place, row.actual_place),
        "finding": None if row.actual_place == IN_SHELTER else ELSEWHERE,
        "group": row.grp,
        "admitted_at": row.admitted_at,
        "left_at": row.left_at,
        "exit_reason": row.exit_reason,
        "due_back_at": row.due_back_at,
        # Nobody came back in time: what the exit is called unless something else is known.
        "suggested_reason": CaseOutcome.LEFT if row.overdue else None,
        "version": row.version,
    }
