"""Acknowledge a notice: for the unit, which with it has been told of a case it was brought into."""

from __future__ import annotations

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import CaseRef, canonical, require
from app.access.permissions import Permission
from app.access.told import (
    BY_MANDATE,
    HELD,
    MISSING,
    MOVED,
    NOT_ARRIVED,
    visible_account_notices,
    visible_notices,
)
from app.audit import record
from app.db import rows_changed
from app.errors import NotFound
from app.models import AccountNotice, Notice, Unit
from app.services.clocks.service import meet
from app.services.notices.kinds import ADDED
from app.services.notices.queries import own_notice
from app.services.notices.views import NoticeReadView

TOLD = {"FISCALIA": "FISCAL_AVISO", "UPE": "UPE_COMUNICACION"}
"""What it meets that a unit of this kind took the case up."""
_TABLE = "trafficking_case"


def mark_read(act: Act, code: str) -> NoticeReadView:
    """Acknowledge a notice for the unit; the first one counts, and once more changes nothing.

    Where the unit had to be told of the case (the prosecution, the UPE), it is with this.

    Raises:
        Forbidden: the role reads no cases.
        NotFound: no such notice for this actor.
    """
    require(act.actor, Permission.CASES_READ)
    code = canonical(code, "AV")
    row = own_notice(act, code)
    if row is None:
        return _mark_account(act, code)
    if row.read_at is None:
        act.session.execute(
            update(Notice)
            .where(Notice.code == code, Notice.id.in_(visible_notices(act.actor)), Notice.read_at.is_(None))
            .values(read_at=func.now(), read_by=act.actor.user_id)
        )
        if row.kind == ADDED:
            joined(act.session, row.case_id, act.actor.unit_id)
        # Who has no part in her case has no place in its log either: the code says which notice it was.
        outside = row.kind in {*HELD, BY_MANDATE, MISSING, NOT_ARRIVED, MOVED}
        about = {} if outside else {"victim_id": row.victim_id, "case_id": row.case_id}
        record(act, "notices.read", purpose=act.purpose, detail={"notice": code}, **about)
    return {"code": code, "read": True}


def taken_up(act: Act, ref: CaseRef) -> None:
    """The actor's unit put somebody in charge of a case it was brought into, and so acknowledges that."""
    read = (
        update(Notice)
        .where(
            Notice.id.in_(visible_notices(act.actor)),
            Notice.victim_id == ref.victim_id,
            Notice.case_id == ref.case_id,
            Notice.kind == ADDED,
            Notice.read_at.is_(None),
        )
        .values(read_at=func.now(), read_by=act.actor.user_id)
    )
    if rows_changed(act.session, read):
        joined(act.session, ref.case_id, act.actor.unit_id)


def joined(session: Session, case_id: int, unit_id: int) -> None:
    """The actor's unit took the case up, by an act of its own: who had to be told of it is."""
    kind = session.scalar(select(Unit.kind).where(Unit.id == unit_id))
    if kind in TOLD:
        meet(session, TOLD[kind], _TABLE, case_id)


def _mark_account(act: Act, code: str) -> NoticeReadView:
    mine = (AccountNotice.code == code, AccountNotice.id.in_(visible_account_notices(act.actor)))
    row = act.session.execute(select(AccountNotice.read_at).where(*mine)).first()
    if row is None:
        raise NotFound
    if row.read_at is None:
        act.session.execute(
            update(AccountNotice)
            .where(*mine, AccountNotice.read_at.is_(None))
            .values(read_at=func.now(), read_by=act.actor.user_id)
        )
        record(act, "notices.read", purpose=act.purpose, detail={"notice": code})
    return {"code": code, "read": True}
