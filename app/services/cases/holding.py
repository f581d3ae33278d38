"""Take turns in a case: commands that look at the whole of it before they write hold it to the end."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import CaseRef, case_in_scope

_KEY = "ruv.case:"
"""The database takes the same lock where it ends a part in a case."""


def hold(session: Session, case_id: int) -> None:
    """Wait for the case and keep it until the transaction ends.

    Raises:
        OperationalError: somebody kept it longer than the server lets a statement wait.
    """
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{_KEY}{case_id}", 0))))


def hold_all(session: Session, case_ids: Iterable[int]) -> None:
    """Wait for several cases, always in the same order, so that two who hold many do not wait for each other.

    Raises:
        OperationalError: somebody kept one longer than the server lets a statement wait.
    """
    names = [f"{_KEY}{case_id}" for case_id in sorted(set(case_ids))]
    session.connection().exec_driver_sql(
        "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(%(names)s::text[]) AS name",
        {"names": names},
    )


def held_case(act: Act, code: str) -> CaseRef:
    """The case behind a code, held, as it is once it is the actor's turn.

    Raises:
        NotFound: no such case, or the actor has no part in it (any more).
    """
    hold(act.session, case_in_scope(act, code).case_id)
    return case_in_scope(act, code)
