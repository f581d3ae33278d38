"""Refusals leave a trace too, in a transaction of their own: the request's is rolled back."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.access.act import CARE, Act
from app.access.actor import Actor
from app.access.broken import Broken, tell_broken
from app.audit import record
from app.db import Database
from app.services.victims.queries import visible_victim

_CODE = re.compile(r"[A-Z]{2}-[0-9A-Z]{4}-[0-9A-Z]{4}(-[0-9A-Z]{4})?")


def record_denial(
    database: Database,
    actor: Actor,
    *,
    route: str,
    status: int,
    fields: Sequence[str],
    code: str | None,
    action: str = "denied",
) -> None:
    """Record that `actor` was refused on a route; in the person's own log too if she is in scope.

    Args:
        code: the public code asked for; kept only if it looks like one.
        action: what the trace calls it.

    Raises:
        Unavailable: the trace cannot be written.
        Unauthenticated: the actor's session is over, so there is nobody to record.
    """
    detail: dict[str, object] = {"route": route, "status": status}
    if code and _CODE.fullmatch(code):
        detail["code"] = code
    with database.session(actor) as session:
        act = Act(session, CARE)
        victim_id = visible_victim(act, code) if code else None
        record(act, action, victim_id=victim_id, outcome="denied", fields=fields, detail=detail)


def record_broken_seal(database: Database, actor: Actor, *, code: str | None) -> None:
    """Tell that `actor` asked for something that was sealed and does not open.

    Args:
        code: the public code asked for; where it is a person's in scope, the notice says hers.

    Raises:
        Unavailable: the trace cannot be written.
        Unauthenticated: the actor's session is over, so there is nobody to record.
    """
    with database.session(actor) as session:
        victim_id = visible_victim(Act(session, CARE), code) if code else None
    tell_broken(database, actor, Broken("", [victim_id] if victim_id else [], victim_id))
