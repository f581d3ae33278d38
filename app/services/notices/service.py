"""Leave a notice for a unit."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from app.codes import new_code
from app.db import insert_rows
from app.models import Notice


def notify(  # noqa: PLR0913 - a notice has that many parts
    session: Session,
    kind: str,
    *,
    unit_id: int,
    subject_code: str,
    victim_id: int,
    case_id: int,
    user_id: int | None = None,
    supervisors: bool = False,
) -> None:
    """Leave a notice about a row of a case, in the transaction of what it tells of.

    Args:
        kind: a code of the list `notice`; another one shows as it is.
        unit_id: whom it is for. `user_id`: for this person of it alone; `supervisors`: for those who see all
            of its cases.
        subject_code: public code of what it is about; the notice has no other words.

    Raises:
        Forbidden: (from the database) the actor has no part in the case.
    """
    row = notice_row(
        kind, unit_id=unit_id, subject_code=subject_code, victim_id=victim_id, case_id=case_id,
        user_id=user_id, supervisors=supervisors,
    )  # fmt: skip
    insert_rows(session, Notice, [row])


def notice_row(  # noqa: PLR0913 - a notice has that many parts
    kind: str,
    *,
    unit_id: int,
    subject_code: str,
    victim_id: int,
    case_id: int,
    user_id: int | None = None,
    supervisors: bool = False,
    clock_kind: str | None = None,
) -> dict[str, Any]:
    """A notice as a row of its table, with a fresh code."""
    return {
        "victim_id": victim_id,
        "case_id": case_id,
        "code": new_code("AV"),
        "kind": kind,
        "unit_id": unit_id,
        "user_id": user_id,
        "supervisors": supervisors,
        "subject_code": subject_code,
        "clock_kind": clock_kind,
    }
