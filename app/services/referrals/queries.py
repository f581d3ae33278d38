"""Read referrals: inbox, outbox, and one of them; the person only to who takes part in her case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.access.act import Act
from app.access.actor import Actor
from app.access.guard import CaseRef, canonical, case_in_scope, require
from app.access.permissions import Permission
from app.access.scope import actor_params, visible_referrals
from app.access.standing import standing
from app.audit import record
from app.catalogues import code_list
from app.errors import Invalid, NotFound, unknown_code, wrong
from app.models import Referral
from app.services.cases.rows import CHILD_BIT, public_codes
from app.services.clocks.calendar import deadline
from app.services.institutions.masking import UnitName, unit_names
from app.services.paging import PAGE, cursor_of, read_cursor
from app.services.referrals import rules
from app.services.referrals.steps import steps
from app.services.referrals.texts import texts
from app.services.referrals.views import (
    ReferralCodes,
    ReferralListedView,
    ReferralOf,
    ReferralOpened,
    ReferralRead,
    ReferralView,
)
from app.services.views import Listing
from app.states import AgeGroup, ReferralState

INBOX = "entrada"
OUTBOX = "salida"
_COLUMNS: tuple[InstrumentedAttribute[Any], ...] = (
    Referral.id, Referral.victim_id, Referral.case_id, Referral.code, Referral.from_unit_id,
    Referral.to_unit_id, Referral.service_type, Referral.reason, Referral.legal_basis, Referral.compartments,
    Referral.urgent, Referral.state, Referral.sent_at, Referral.due_at, Referral.answered_at,
    Referral.refusal_reason, Referral.ended_at, Referral.result, Referral.replaces_id, Referral.version,
)  # fmt: skip
_UNNAMED: ReferralOf = {}
_UNREAD: ReferralRead = {}
"""What a referral says besides its codes to who takes no part in the case: nothing."""
_POPULATION = func.ruv.population_of(Referral.victim_id).label("population")


@dataclass(frozen=True, slots=True)
class Found:
    """A referral the actor may see, as stored, and whether its case is in the actor's scope."""

    row: Any
    state: str
    in_scope: bool

    def side(self, actor: Actor) -> rules.Side | None:
        """On which side of it the actor's unit stands."""
        return side_of(self.row, actor)


def side_of(row: Any, actor: Actor) -> rules.Side | None:
    """On which side of a stored referral the actor's unit stands, if on any."""
    if row.to_unit_id == actor.unit_id:
        return rules.RECEIVER
    return rules.SENDER if row.from_unit_id == actor.unit_id else None


def find(act: Act, code: str) -> Found:
    """The referral behind a code.

    Raises:
        NotFound: no such referral, or the actor may not see it.
    """
    row = act.session.execute(
        select(*_COLUMNS, _POPULATION, Referral.sealed_message, Referral.sealed_answer, Referral.key_version)
        .where(Referral.code == canonical(code, "DE"), Referral.id.in_(visible_referrals(act.actor)))
        .params(actor_params(act.actor))
    ).first()
    if row is None:
        raise NotFound
    return Found(row, state_now(row), bool(public_codes(act, [row.case_id])))


def waiting_code(act: Act, ref: CaseRef, to_unit_id: int | None, service_type: str) -> str | None:
    """Code of the own unit's referral of this case for the same service to the same unit that still waits."""
    return act.session.scalar(
        select(Referral.code).where(
            Referral.victim_id == ref.victim_id,
            Referral.case_id == ref.case_id,
            Referral.from_unit_id == act.actor.unit_id,
            Referral.to_unit_id == to_unit_id,
            Referral.service_type == service_type,
            _in_state(ReferralState.SENT),
        )
    )


def state_now(row: Any) -> str:
    """The state of a stored referral now: one that nobody answered in time has expired."""
    return ReferralState.LAPSED if expired(row) else str(row.state)


def expired(row: Any) -> bool:
    """Whether a stored referral may be moved to `VENCIDA` now."""
    clock = rules.ReferralFacts(side=None, overdue=row.due_at < datetime.now(UTC))
    return rules.refuse(row.state, ReferralState.LAPSED, clock) is None


def to_answer(act: Act) -> int:
    """How many referrals wait for an answer of the actor's unit."""
    query = select(func.count()).where(
        Referral.id.in_(visible_referrals(act.actor)),
        Referral.to_unit_id == act.actor.unit_id,
        _in_state(ReferralState.SENT),
    )
    return act.session.scalar(query.params(actor_params(act.actor))) or 0


def unanswered(session: Session, ref: CaseRef, from_unit_id: int) -> list[Any]:
    """Referrals of this case that the unit sent, stored as waiting for an answer."""
    rows = session.execute(
        select(Referral.id, Referral.code, Referral.state, Referral.due_at, Referral.version).where(
            Referral.victim_id == ref.victim_id,
            Referral.case_id == ref.case_id,
            Referral.from_unit_id == from_unit_id,
            Referral.state == ReferralState.SENT,
        )
    )
    return list(rows)


def read(act: Act, code: str) -> ReferralView:
    """One referral: its codes for both sides; person, case and texts only to who takes part in the case.

    Raises:
        NotFound: no such referral, or the actor may not see it.
    """
    require(act.actor, Permission.REFERRALS_READ)
    found = find(act, code)
    row = found.row
    record(
        act, "referrals.read", victim_id=row.victim_id, case_id=row.case_id, purpose=act.purpose,
        detail={"referral": row.code, "in_scope": found.in_scope},
    )  # fmt: skip
    units = unit_names(act, [row.from_unit_id, row.to_unit_id], known=_named_by(act.actor, [row]))
    earlier, later = _chain(act, row)
    answer: ReferralView = {
        **_coded(row, units),
        **_UNREAD,
        "side": found.side(act.actor),
        "replaces": earlier,
        "replaced_by": later,
        "history": steps(act, row),
        "possible_states": list(rules.MACHINE.offered(found.state)),
        "_access": {},
    }
    return {**answer, **_opened(act, row)} if found.in_scope else answer


def boxes(
    act: Act,
    box: str,
    *,
    state: str | None = None,
    settled: bool = False,
    cursor: str | None = None,
    limit: int = PAGE,
) -> Listing[ReferralListedView]:
    """The unit's inbox (`entrada`) or outbox (`salida`), newest first, a page of it.

    Args:
        settled: leave out those that still wait for their answer.

    Raises:
        Forbidden: the role reads no referrals.
        Invalid: unknown box or state.
        BadRequest: the cursor is not one of this list.
    """
    require(act.actor, Permission.REFERRALS_READ)
    query = _visible(act.actor).where(_box(act.actor, box))
    if state is not None:
        query = query.where(_in_state(state))
    if settled:
        query = query.where(~_in_state(ReferralState.SENT))
    rows, following = _newest(act.session, query, cursor, limit)
    return {"items": _told(act, rows, box), "next": following}


def of_case(
    act: Act, case_code: str, *, cursor: str | None = None, limit: int = PAGE
) -> Listing[ReferralListedView]:
    """Referrals of a case, newest first, as far as the actor sees them, a page of them.

    Raises:
        NotFound: the case is out of scope.
        Forbidden: the role reads no referrals.
        BadRequest: the cursor is not one of this list.
    """
    require(act.actor, Permission.REFERRALS_READ)
    ref = case_in_scope(act, case_code)
    query = _visible(act.actor).where(Referral.case_id == ref.case_id, Referral.victim_id == ref.victim_id)
    rows, following = _newest(act.session, query, cursor, limit)
    items = _told(act, rows, "caso", victim_id=ref.victim_id, case_id=ref.case_id)
    return {"items": items, "next": following}


def waiting(
    act: Act,
    *,
    box: str | None = None,
    cursor: str | None = None,
    limit: int = PAGE,
) -> Listing[ReferralListedView]:
    """Those that the unit received or sent (of one box, if given) and wait for an answer, soonest due first.

    Raises:
        Forbidden: the role reads no referrals.
        Invalid: unknown box.
        BadRequest: the cursor is not one of this list.
    """
    require(act.actor, Permission.REFERRALS_READ)
    boxed = _box(act.actor, box) if box else or_(_box(act.actor, INBOX), _box(act.actor, OUTBOX))
    query = (
        _visible(act.actor)
        .where(boxed, _in_state(ReferralState.SENT))
        .order_by(Referral.due_at, Referral.code)
        .limit(limit + 1)
    )
    if cursor is not None:
        moment, last = read_cursor(cursor, "DE")
        query = query.where(
            or_(Referral.due_at > moment, and_(Referral.due_at == moment, Referral.code > last))
        )
    rows = act.session.execute(query).all()
    following = cursor_of(rows[limit - 1].due_at, rows[limit - 1].code) if len(rows) > limit else None
    return {"items": _told(act, rows[:limit], "por-vencer"), "next": following}


def _visible(actor: Actor) -> Select[Any]:
    seen = Referral.id.in_(visible_referrals(actor))
    return select(*_COLUMNS, _POPULATION).where(seen).params(actor_params(actor))


def _newest(
    session: Session, query: Select[Any], cursor: str | None, limit: int
) -> tuple[Sequence[Any], str | None]:
    if cursor is not None:
        moment, last = read_cursor(cursor, "DE")
        query = query.where(
            or_(Referral.sent_at < moment, and_(Referral.sent_at == moment, Referral.code < last))
        )
    ordered = query.order_by(Referral.sent_at.desc(), Referral.code.desc()).limit(limit + 1)
    rows = session.execute(ordered).all()
    page = rows[:limit]
    return page, cursor_of(page[-1].sent_at, page[-1].code) if len(rows) > limit else None


def _told(act: Act, rows: Sequence[Any], box: str, **about: int) -> list[ReferralListedView]:
    """Rows of a list as shown; who looked is recorded."""
    cases = public_codes(act, {row.case_id for row in rows})
    ids = {row.from_unit_id for row in rows} | {row.to_unit_id for row in rows}
    units = unit_names(act, ids, known=_named_by(act.actor, rows))
    items: list[ReferralListedView] = []
    for row in rows:
        item: ReferralListedView = {**_coded(row, units), "side": side_of(row, act.actor), **_UNNAMED}
        if seen := cases.get(row.case_id):
            item["case"], item["victim"] = seen["case"], seen["victim"]
        items.append(item)
    record(
        act, "referrals.list", purpose=act.purpose,
        detail={"box": box, "referrals": [row.code for row in rows]}, **about,
    )  # fmt: skip
    return items


def _chain(act: Act, row: Any) -> tuple[str | None, str | None]:
    """Codes of the referral it replaces and of the one that replaces it, as far as the actor sees them."""
    rows = act.session.execute(
        select(Referral.id, Referral.code)
        .where(
            or_(Referral.id == row.replaces_id, Referral.replaces_id == row.id),
            Referral.victim_id == row.victim_id,
            Referral.id.in_(visible_referrals(act.actor)),
        )
        .params(actor_params(act.actor))
    ).all()
    earlier = next((found.code for found in rows if found.id == row.replaces_id), None)
    return earlier, next((found.code for found in rows if found.id != row.replaces_id), None)


def replaceable(act: Act, ref: CaseRef, code: str) -> int | None:
    """Key of the own unit's referral of this case, if it ended unanswered and nothing replaces it."""
    replacing = (
        select(Referral.id)
        .where(Referral.victim_id == ref.victim_id, Referral.replaces_id.is_not(None))
        .with_only_columns(Referral.replaces_id)
    )
    row = act.session.execute(
        select(Referral.id, Referral.state, Referral.due_at).where(
            Referral.code == code,
            Referral.victim_id == ref.victim_id,
            Referral.case_id == ref.case_id,
            Referral.from_unit_id == act.actor.unit_id,
            Referral.id.not_in(replacing),
        )
    ).first()
    return row.id if row is not None and state_now(row) in rules.REPLACEABLE else None


def _named_by(actor: Actor, rows: Sequence[Any]) -> set[int]:
    """Addressees the actor's own unit chose itself."""
    return {row.to_unit_id for row in rows if row.from_unit_id == actor.unit_id}


def _coded(row: Any, units: dict[int, UnitName]) -> ReferralCodes:
    state = state_now(row)
    return {
        "code": row.code,
        "from_unit": units[row.from_unit_id].shown(),
        "to_unit": units[row.to_unit_id].shown(),
        "service_type": row.service_type,
        "service_label": code_list("service_type").labels.get(row.service_type, row.service_type),
        "reason": row.reason,
        "reason_label": rules.REASONS.get(row.reason, row.reason),
        "legal_basis": row.legal_basis,
        "legal_basis_label": rules.basis_label(row.legal_basis, row.reason),
        "population": AgeGroup.ADULT
        if row.population is not None and not row.population & CHILD_BIT
        else AgeGroup.CHILD,
        "compartments": row.compartments,
        "urgent": row.urgent,
        "state": state,
        "state_label": rules.STATES[state],
        "sent_at": row.sent_at,
        **deadline(row.due_at),
        "answered_at": row.answered_at,
        "refusal_reason": row.refusal_reason,
        "refusal_label": rules.REFUSALS.get(row.refusal_reason or ""),
        "ended_at": row.ended_at,
        "result": row.result,
        "result_label": rules.ENDINGS.get(row.result or ""),
        "version": row.version,
    }


def _opened(act: Act, row: Any) -> ReferralOpened:
    """Person, case and texts, for who takes part in the case."""
    codes = public_codes(act, [row.case_id])[row.case_id]
    stand = standing(act, row.victim_id)
    levels = stand.levels(act.actor) if stand else {}
    return {
        "case": codes["case"],
        "victim": codes["victim"],
        **texts(act, row),
        "_access": {name: level.name.lower() for name, level in levels.items()},
    }


def _box(actor: Actor, box: str) -> ColumnElement[bool]:
    if box == INBOX:
        return Referral.to_unit_id == actor.unit_id
    if box == OUTBOX:
        return Referral.from_unit_id == actor.unit_id
    error = wrong("box", "unknown", "Use «entrada» o «salida».")
    raise Invalid("Indique la bandeja.", errors=[error])


def _in_state(state: str) -> ColumnElement[bool]:
    if state not in rules.STATES:
        raise Invalid("Revise el filtro.", errors=[unknown_code("state", rules.STATES, "unknown")])
    if state == ReferralState.LAPSED:
        unanswered = and_(Referral.state == ReferralState.SENT, Referral.due_at < func.now())
        return or_(Referral.state == state, unanswered)
    if state == ReferralState.SENT:
        return and_(Referral.state == state, Referral.due_at >= func.now())
    return Referral.state == state
