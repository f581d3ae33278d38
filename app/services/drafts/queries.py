"""Read drafts; row-level security shows nobody but their owner's."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from app.models import Draft


def find_draft(session: Session, form: str) -> Draft | None:
    """The bound user's draft of a form."""
    return session.execute(
        select(Draft).where(Draft.form == form).execution_options(populate_existing=True)
    ).scalar_one_or_none()


def count_drafts(session: Session) -> int:
    """How many drafts the bound user has in the bound unit."""
    return session.scalar(select(func.count()).select_from(Draft)) or 0


def draft_names(session: Session) -> frozenset[str]:
    """Names of the bound user's drafts."""
    return frozenset(session.scalars(select(Draft.form)))


def oldest_draft(session: Session, kind: str) -> str | None:
    """The bound user's draft of this kind that was not touched for longest, by its name."""
    query = select(Draft.form).where(Draft.kind == kind, Draft.reason.is_(None))
    return session.scalar(query.order_by(Draft.updated_at, Draft.id).limit(1))


def list_drafts(session: Session) -> Sequence[Draft]:
    """The bound user's drafts without their content, those to be reviewed first, then the newest."""
    return session.scalars(
        select(Draft)
        .options(defer(Draft.sealed), defer(Draft.wrapped))
        .order_by(Draft.reason.is_(None), Draft.updated_at.desc())
    ).all()
