"""Read clocks: what the own unit must do, most urgent first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select, tuple_

from app.access.act import Act
from app.access.actor import Actor
from app.access.guard import case_in_scope, require
from app.access.permissions import Permission
from app.access.scope import visible_clocks
from app.audit import record
from app.errors import Invalid, unknown_code
from app.models import Clock, TraffickingCase
from app.services.clocks.calendar import deadline
from app.services.clocks.catalogue import kind_of, kinds
from app.services.clocks.views import ClockView, OpenClock
from app.services.paging import PAGE, cursor_of, read_moment
from app.services.views import DeadlineView, Listing
from app.states import ClockState

STATES: Final[Mapping[str, str]] = {ClockState.RUNNING: "Corriendo", ClockState.OVERDUE: "Vencido"}
"""What a work list shows; what was met or cancelled is history."""

SOON: Final = timedelta(days=7)
"""What runs out within this time is shown as coming up."""
_COLUMNS: Final = (Clock.subject_code, Clock.kind, Clock.started_at, Clock.due_at, Clock.user_id)
_ORDER: Final = (Clock.due_at, Clock.subject_code, Clock.kind)


def work_list(
    act: Act,
    *,
    state: str | None = None,
    kind: str | None = None,
    case: str | None = None,
    cursor: str | None = None,
    limit: int = PAGE,
) -> Listing[ClockView]:
    """Clocks that the actor's unit has to meet, within the actor's scope, the first due first.

    `case`: code of the one case whose clocks are wanted.

    Overdue is what is past its moment, whether or not the sweep has been by. A clock that closed its subject
    by running out (a referral that expired) is shown until it has told everybody, and no longer.

    Raises:
        Forbidden: the role reads no cases.
        NotFound: the case is out of scope.
        Invalid: unknown state or kind.
        BadRequest: the cursor is not one of this list.
    """
    require(act.actor, Permission.CASES_READ)
    first = (
        visible_clocks(act.actor)
        .with_only_columns(*_COLUMNS, Clock.case_id, Clock.victim_id)
        .where(_open(), *_filters(state, kind))
        .order_by(*_ORDER)
        .limit(limit + 1)
    )
    if cursor is not None:
        first = first.where(_after(cursor))
    if case is not None:
        ref = case_in_scope(act, case)
        first = first.where(Clock.case_id == ref.case_id, Clock.victim_id == ref.victim_id)
    own = first.subquery()
    # The cases of one page: asked for in the same breath, those of all the unit's clocks were looked up.
    query = (
        select(*(own.c[column.key] for column in _COLUMNS), TraffickingCase.code.label("case"))
        .outerjoin_from(  # who is only asked does not see the case yet
            own,
            TraffickingCase,
            and_(TraffickingCase.id == own.c.case_id, TraffickingCase.victim_id == own.c.victim_id),
        )
        .order_by(*(own.c[column.key] for column in _ORDER))
    )
    rows = act.session.execute(query).all()
    page = rows[:limit]
    used = [name for name, value in (("state", state), ("kind", kind)) if value is not None]
    record(
        act, "clocks.list", purpose=act.purpose, fields=used,
        detail={"clocks": [f"{row.kind} {row.subject_code}" for row in page]},
    )  # fmt: skip
    last = page[-1] if len(rows) > limit else None
    following = cursor_of(last.due_at, f"{last.subject_code} {last.kind}") if last else None
    return {"items": [_item(act.actor, row) for row in page], "next": following}


def counts(act: Act) -> tuple[int, int]:
    """How many of the clocks of `work_list` are overdue, and how many run out within `SOON`.

    Raises:
        Forbidden: the role reads no cases.
    """
    require(act.actor, Permission.CASES_READ)
    soon = and_(Clock.due_at > func.now(), Clock.due_at <= func.now() + SOON)
    row = act.session.execute(
        visible_clocks(act.actor)
        .with_only_columns(
            func.count().filter(Clock.due_at <= func.now()).label("overdue"),
            func.count().filter(soon).label("soon"),
        )
        .where(_open())
    ).one()
    return row.overdue, row.soon


def next_due(act: Act, cases: Iterable[str]) -> dict[str, DeadlineView]:
    """When the first clock of the actor's unit in each of these cases runs out, by the case's code."""
    rows = act.session.execute(
        visible_clocks(act.actor)
        .with_only_columns(TraffickingCase.code, func.min(Clock.due_at))
        .join(
            TraffickingCase,
            and_(TraffickingCase.id == Clock.case_id, TraffickingCase.victim_id == Clock.victim_id),
        )
        .where(TraffickingCase.code.in_(set(cases)), _open())
        .group_by(TraffickingCase.code)
    )
    return {row[0]: deadline(row[1]) for row in rows}


def due_of(act: Act, clocks: Iterable[tuple[str, str]]) -> dict[tuple[str, str], DeadlineView]:
    """Until when the actor's unit has to meet each of these clocks, by kind and code of the subject.

    What was met, cancelled or handed on is left out.
    """
    rows = act.session.execute(
        visible_clocks(act.actor)
        .with_only_columns(Clock.kind, Clock.subject_code, func.min(Clock.due_at))
        .where(tuple_(Clock.kind, Clock.subject_code).in_(list(clocks)), _open())
        .group_by(Clock.kind, Clock.subject_code)
    )
    return {(row[0], row[1]): deadline(row[2]) for row in rows}


def _open() -> ColumnElement[bool]:
    """Written into the statement: a plan made for any value of a parameter cannot use a partial index."""
    return and_(
        Clock.state.in_(bindparam("open_states", list(STATES), expanding=True, literal_execute=True)),
        or_(Clock.state == ClockState.RUNNING, Clock.effect.is_(None), Clock.next_at.is_not(None)),
    )


def _filters(state: str | None, kind: str | None) -> list[ColumnElement[bool]]:
    errors = [
        unknown_code(field, known)
        for field, value, known in (("state", state, STATES), ("kind", kind, kinds()))
        if value is not None and value not in known
    ]
    if errors:
        raise Invalid("Revise el filtro.", errors=errors)
    found: list[ColumnElement[bool]] = [] if kind is None else [Clock.kind == kind]
    if state is not None:
        found.append(Clock.due_at > func.now() if state == ClockState.RUNNING else Clock.due_at <= func.now())
    return found


def _after(cursor: str) -> ColumnElement[bool]:
    moment, text = read_moment(cursor)
    code, _, kind = text.partition(" ")
    return tuple_(*_ORDER) > (moment, code, kind)


def _item(actor: Actor, row: Any) -> ClockView:
    kind = kind_of(row.kind)
    state: OpenClock = ClockState.RUNNING if row.due_at > datetime.now(UTC) else ClockState.OVERDUE
    return {
        "subject": row.subject_code,
        "case": row.case,
        "kind": row.kind,
        "label": kind.label,
        "source": kind.source,
        "verified": kind.verified,
        "closes_by_itself": kind.effect is not None,
        "state": state,
        "state_label": STATES[state],
        "started_at": row.started_at,
        **deadline(row.due_at),
        "mine": row.user_id == actor.user_id,
    }
