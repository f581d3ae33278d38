"""Read notices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Select,
    Subquery,
    Text,
    and_,
    case,
    func,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased

from app.access.act import Act
from app.access.actor import Actor
from app.access.guard import require
from app.access.permissions import Permission
from app.access.scope import UNIT, actor_params
from app.access.told import (
    ENDED,
    Told,
    account_notices,
    notices,
    told,
    visible_notices,
)
from app.audit import record
from app.catalogues import code_list
from app.models import AccountNotice, Notice, Referral, TraffickingCase, UserAccount
from app.services.clocks.catalogue import kinds
from app.services.clocks.queries import due_of
from app.services.institutions.codes import account_codes
from app.services.institutions.masking import RESERVED, UnitName, unit_names
from app.services.notices.kinds import ACKNOWLEDGED, ANSWERED, BY_UNIT
from app.services.notices.views import NoticeView
from app.services.paging import PAGE, cursor_of, read_cursor
from app.services.views import DeadlineView, Listing
from app.states import ReferralState

_OF_REFERRALS: Final = frozenset({*ANSWERED.values(), ENDED})
_UNANSWERED: Final = (ReferralState.REFUSED, ReferralState.LAPSED)
"""States of a referral after which it may be sent to another unit."""


def inbox(
    act: Act, *, unread: bool = True, cursor: str | None = None, limit: int = PAGE
) -> Listing[NoticeView]:
    """Notices for the actor, newest first: its own, its unit's, and for supervisors those meant for them.

    Raises:
        Forbidden: the role reads no cases.
        BadRequest: the cursor is not one of this list.
    """
    require(act.actor, Permission.CASES_READ)
    both = _both(told(act.actor))
    query = select(both).order_by(both.c.created_at.desc(), both.c.code.desc()).limit(limit + 1)
    if unread:
        query = query.where(both.c.read_at.is_(None))
    if cursor is not None:
        query = query.where(tuple_(both.c.created_at, both.c.code) < read_cursor(cursor, "AV"))
    rows = act.session.execute(query, actor_params(act.actor)).all()
    page = rows[:limit]
    record(act, "notices.list", purpose=act.purpose, detail={"notices": [row.code for row in page]})
    following = cursor_of(page[-1].created_at, page[-1].code) if len(rows) > limit else None
    units = _units(act, page)
    timed = {(row.clock_kind, row.subject) for row in page if row.clock_kind}
    due = due_of(act, timed) if timed else {}
    named = {row.account_id for row in page} - {None}
    accounts = account_codes(act.session, named) if named else {}
    items = [
        _item(act.actor, row, units, accounts.get(row.account_id), due.get((row.clock_kind, row.subject)))
        for row in page
    ]
    return {"items": items, "next": following}


def unread(act: Act) -> int:
    """How many notices of cases nobody has acknowledged yet."""
    return act.session.scalar(_unread(told(act.actor)), actor_params(act.actor)) or 0


@cache
def _unread(to: Told) -> Select[int]:
    return select(func.count()).where(Notice.id.in_(notices(to)), Notice.read_at.is_(None))


def own_notice(act: Act, code: str) -> Any | None:
    """The notice of a case behind a canonical code, if it is for the actor."""
    return act.session.execute(
        select(Notice.victim_id, Notice.case_id, Notice.kind, Notice.read_at).where(
            Notice.code == code, Notice.id.in_(visible_notices(act.actor))
        )
    ).first()


@cache
def _both(to: Told) -> Subquery:
    """Notices of cases and of accounts, put together once: every first page asks for them."""
    return union_all(_of_cases(to), _of_accounts(to)).subquery()


def _of_cases(to: Told) -> Select[Any]:
    columns: tuple[Any, ...] = (
        Notice.code, Notice.kind, Notice.subject_code.label("subject"), Notice.clock_kind, Notice.created_at,
        Notice.read_at, Notice.user_id, Notice.by_unit_id, TraffickingCase.code.label("case"),
        literal(None, BigInteger).label("account_id"), *_of_referral(),
    )  # fmt: skip
    seen = and_(TraffickingCase.id == Notice.case_id, TraffickingCase.victim_id == Notice.victim_id)
    told_of = and_(
        Referral.code == Notice.subject_code,
        Referral.victim_id == Notice.victim_id,
        Referral.case_id == Notice.case_id,
    )
    # Who is only asked does not see the case yet.
    joined_with = select(*columns).outerjoin(TraffickingCase, seen).outerjoin(Referral, told_of)
    return joined_with.where(Notice.id.in_(notices(to)))


def _of_accounts(to: Told) -> Select[Any]:
    """Of accounts of one's own unit by name; of others, whom one does not see, by code."""
    nothing, nobody = literal(None, Text), literal(None, BigInteger)
    columns: tuple[Any, ...] = (
        AccountNotice.code, AccountNotice.kind,
        UserAccount.username.label("subject"),
        nothing.label("clock_kind"), AccountNotice.created_at, AccountNotice.read_at,
        nobody.label("user_id"), nobody.label("by_unit_id"), nothing.label("case"),
        AccountNotice.account_id, nobody.label("to_unit_id"), nobody.label("other_unit_id"),
        literal(None, Boolean).label("urgent"), literal(False).label("send_again"),
    )  # fmt: skip
    return (
        select(*columns)
        .outerjoin(UserAccount, UserAccount.id == AccountNotice.account_id)
        .where(AccountNotice.id.in_(account_notices(to)))
    )


def _of_referral() -> tuple[Any, ...]:
    """Of the referral a notice tells of: the other side, if it is urgent, and if it may be sent again."""
    later = aliased(Referral)
    again = and_(
        Referral.from_unit_id == UNIT,
        Referral.state.in_(_UNANSWERED),
        ~select(later.id).where(later.replaces_id == Referral.id).exists(),
    )
    sent = Referral.from_unit_id == UNIT
    return (
        Referral.to_unit_id,
        case((sent, Referral.to_unit_id), else_=Referral.from_unit_id).label("other_unit_id"),
        Referral.urgent,
        func.coalesce(again, False).label("send_again"),
    )


def _units(act: Act, rows: Sequence[Any]) -> Mapping[int, UnitName]:
    """Names of who did what the notices tell of; who sent a referral knows to whom."""
    ids = {_by(row) for row in rows} - {None}
    known = {row.other_unit_id for row in rows if row.to_unit_id == row.other_unit_id}
    return unit_names(act, ids, known=known) if ids else {}  # type: ignore[arg-type]


def _by(row: Any) -> int | None:
    """Whose act a notice tells of; of a referral it is the other side's, though it is a shelter."""
    found: int | None = row.other_unit_id if row.kind in _OF_REFERRALS else row.by_unit_id
    return found


def _item(
    actor: Actor,
    row: Any,
    units: Mapping[int, UnitName],
    account: str | None,
    due: DeadlineView | None,
) -> NoticeView:
    clock = kinds().get(row.clock_kind)
    by = units.get(_by(row) or 0) or (UnitName(None, RESERVED) if row.kind in BY_UNIT else None)
    return {
        "code": row.code,
        "kind": row.kind,
        "label": code_list("notice").labels.get(row.kind, row.kind),
        "subject": row.subject or account or "",
        "case": row.case,
        "account": account,
        "clock": row.clock_kind,
        "clock_label": clock.label if clock else None,
        "created_at": row.created_at,
        "read": row.read_at is not None,
        "mine": row.user_id == actor.user_id,
        "by": by.shown() if by else None,
        "acknowledge": row.kind in ACKNOWLEDGED,
        "urgent": row.urgent,
        "send_again": row.send_again,
        "due": due,
    }
