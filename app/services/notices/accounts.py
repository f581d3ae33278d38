"""Tell the heads of a unit and data protection officers what was done to an account."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.codes import new_code
from app.db import insert_rows
from app.models import AccountNotice


def audience(session: Session, account_id: int) -> AbstractSet[tuple[int, str]]:
    """Whom to tell of an account as it is now: units, and whether their heads or their officers."""
    found = func.ruv.account_audience(account_id).table_valued("unit_id", "audience")
    rows = session.execute(select(found.c.unit_id, found.c.audience))
    return {(row.unit_id, row.audience) for row in rows}


def tell(session: Session, kind: str, account_id: int, to: AbstractSet[tuple[int, str]]) -> None:
    """Leave a notice about an account, of the list `notice`, in the transaction of what it tells of."""
    rows = [
        {"code": new_code("AV"), "kind": kind, "unit_id": unit, "audience": whom, "account_id": account_id}
        for unit, whom in sorted(to)
    ]
    insert_rows(session, AccountNotice, rows)
