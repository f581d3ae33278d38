"""Leave a notice for a unit."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.codes import new_code
from app.db import insert_rows
from app.models import Notice, Unit
from app.services.institutions.masking import SHELTER_KINDS


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
    by: Actor | None = None,
) -> None:
    """Leave a notice about a row of a case, in the transaction of what it tells of.

    Args:
        kind: a code of the list `notice`; another one shows as it is.
        unit_id: whom it is for. `user_id`: for this person of it alone; `supervisors`: for those who see all
            of its cases.
        subject_code: public code of what it is about; the notice has no other words.
        by: whose act it tells of; its unit is named, unless it is a shelter.

    Raises:
        Forbidden: (from the database) the actor has no part in the case.
    """
    row = notice_row(
        kind, unit_id=unit_id, subject_code=subject_code, victim_id=victim_id, case_id=case_id,
        user_id=user_id, supervisors=supervisors,
    )  # fmt: skip
    insert_rows(session, Notice, [row | {"by_unit_id": None if by is None else _named(session, by)}])


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
) -> dict[str, object]:
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


def _named(session: Session, by: Actor) -> int | None:
    """Key of the actor's unit; none of a shelter, which would tell where a person is."""
    return session.scalar(select(Unit.id).where(Unit.id == by.unit_id, Unit.kind.not_in(SHELTER_KINDS)))
