"""One's own open sessions: seen, and ended one by one."""

from __future__ import annotations

import uuid

from app.access.act import Act
from app.audit import record
from app.errors import NotFound
from app.services.access.sessions import end_other_sessions, end_sessions_of, has_session, open_sessions
from app.services.access.views import OwnSessionView

ENDED_BY_OWNER = "cerrada por su dueña o dueño"


def own_sessions(act: Act) -> list[OwnSessionView]:
    """Open sessions of the actor's account, newest first; `current` is the one that asks."""
    current = str(act.actor.session_id)
    found = open_sessions(act.session, act.actor.user_id)
    return [{**one, "current": one["session"] == current} for one in found]


def end_own_session(act: Act, session_id: uuid.UUID) -> None:
    """End one session of the actor's account, the present one too.

    Raises:
        NotFound: the account has no such open session.
    """
    if not has_session(act.session, act.actor.user_id, session_id):
        raise NotFound("Esa sesión no existe o ya terminó.")
    end_sessions_of(act.session, act.actor.user_id, ENDED_BY_OWNER, only=session_id)
    record(act, "auth.end-session", detail={"session": str(session_id)})


def end_own_other_sessions(act: Act) -> None:
    """End every session of the actor's account but the present one."""
    end_other_sessions(act.session, act.actor, ENDED_BY_OWNER)
    record(act, "auth.end-session", detail={"session": "las demás"})
