"""Read notices, and mark them read."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Select, Text, and_, cast, func, literal, select, tuple_, union_all, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.guard import canonical, require
from app.access.permissions import Permission
from app.access.scope import visible_account_notices, visible_notices
from app.audit import record
from app.catalogues import code_list
from app.errors import NotFound
from app.models import AccountNotice, Notice, TraffickingCase, UserAccount
from app.services.clocks.catalogue import kinds
from app.services.paging import PAGE, cursor_of, read_cursor


def inbox(
    session: Session, actor: Actor, *, unread: bool = True, cursor: str | None = None, limit: int = PAGE
) -> tuple[list[dict[str, Any]], str | None]:
    """Notices for the actor, newest first: its own, its unit's, and for supervisors those meant for them.

    Returns:
        The items and the cursor of the next page.

    Raises:
        Forbidden: the role reads no cases.
        BadRequest: the cursor is not one of this list.
    """
    require(actor, Permission.CASES_READ)
    both = union_all(_of_cases(actor), _of_accounts(actor)).subquery()
    query = select(both).order_by(both.c.created_at.desc(), both.c.code.desc()).limit(limit + 1)
    if unread:
        query = query.where(both.c.read_at.is_(None))
    if cursor is not None:
        query = query.where(tuple_(both.c.created_at, both.c.code) < read_cursor(cursor, "AV"))
    rows = session.execute(query).all()
    page = rows[:limit]
    record(session, actor, "notices.list", purpose="atencion", detail={"notices": [row.code for row in page]})
    following = cursor_of(page[-1].created_at, page[-1].code) if len(rows) > limit else None
    return [_item(actor, row) for row in page], following


def mark_read(session: Session, actor: Actor, code: str) -> dict[str, Any]:
    """Note that somebody read a notice; the first one counts, and once more changes nothing.

    Raises:
        Forbidden: the role reads no cases.
        NotFound: no such notice for this actor.
    """
    require(actor, Permission.CASES_READ)
    code = canonical(code, "AV")
    mine = (Notice.code == code, Notice.id.in_(visible_notices(actor)))
    row = session.execute(select(Notice.victim_id, Notice.case_id, Notice.read_at).where(*mine)).first()
    if row is None:
        return _mark_account(session, actor, code)
    if row.read_at is None:
        session.execute(
            update(Notice)
            .where(*mine, Notice.read_at.is_(None))
            .values(read_at=func.now(), read_by=actor.user_id)
        )
        record(
            session, actor, "notices.read", victim_id=row.victim_id, case_id=row.case_id,
            purpose="atencion", detail={"notice": code},
        )  # fmt: skip
    return {"code": code, "read": True}


def _mark_account(session: Session, actor: Actor, code: str) -> dict[str, Any]:
    mine = (AccountNotice.code == code, AccountNotice.id.in_(visible_account_notices(actor)))
    row = session.execute(select(AccountNotice.read_at).where(*mine)).first()
    if row is None:
        raise NotFound
    if row.read_at is None:
        session.execute(
            update(AccountNotice)
            .where(*mine, AccountNotice.read_at.is_(None))
            .values(read_at=func.now(), read_by=actor.user_id)
        )
        record(session, actor, "notices.read", purpose="atencion", detail={"notice": code})
    return {"code": code, "read": True}


def _of_cases(actor: Actor) -> Select[Any]:
    columns: tuple[Any, ...] = (
        Notice.code, Notice.kind, Notice.subject_code.label("subject"), Notice.clock_kind, Notice.created_at,
        Notice.read_at, Notice.user_id, TraffickingCase.code.label("case"),
        literal(None, BigInteger).label("account"),
    )  # fmt: skip
    seen = and_(TraffickingCase.id == Notice.case_id, TraffickingCase.victim_id == Notice.victim_id)
    # Who is only asked does not see the case yet.
    return select(*columns).outerjoin(TraffickingCase, seen).where(Notice.id.in_(visible_notices(actor)))


def _of_accounts(actor: Actor) -> Select[Any]:
    """Of accounts of one's own unit by name; of others by number, as everywhere else."""
    nothing = literal(None, Text)
    columns: tuple[Any, ...] = (
        AccountNotice.code, AccountNotice.kind,
        func.coalesce(UserAccount.username, cast(AccountNotice.account_id, Text)).label("subject"),
        nothing.label("clock_kind"), AccountNotice.created_at, AccountNotice.read_at,
        literal(None, BigInteger).label("user_id"), nothing.label("case"),
        AccountNotice.account_id.label("account"),
    )  # fmt: skip
    return (
        select(*columns)
        .outerjoin(UserAccount, UserAccount.id == AccountNotice.account_id)
        .where(AccountNotice.id.in_(visible_account_notices(actor)))
    )


def _item(actor: Actor, row: Any) -> dict[str, Any]:
    clock = kinds().get(row.clock_kind)
    return {
        "code": row.code,
        "kind": row.kind,
        "label": code_list("notice").labels.get(row.kind, row.kind),
        "subject": row.subject,
        "case": row.case,
        "account": row.account,
        "clock": row.clock_kind,
        "clock_label": clock.label if clock else None,
        "created_at": row.created_at,
        "read": row.read_at is not None,
        "mine": row.user_id == actor.user_id,
    }
