"""The shared device in the hands of the person: the session is locked, a pass opens the questions alone."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Final

from app.access.act import CARE, Act
from app.access.actor import Actor
from app.access.guard import require
from app.access.permissions import Permission
from app.catalogues import code_list
from app.db import Database
from app.errors import Invalid, Unauthenticated, unknown_code
from app.records.errors import FieldError
from app.services.access import browsing
from app.services.limits import PerMinute
from app.services.satisfaction import urn

LASTS: Final = timedelta(minutes=30)
"""How long the questions stay open; then the device goes back to whoever handed it over."""
OVER: Final = "La encuesta se cerró. Devuelva el equipo a quien se lo entregó."
PUTS: Final = PerMinute(20)
"""Questionnaires of one user in a minute, from whatever device."""
_MOMENT: Final = re.compile(r"[0-9]{1,12}")
_PERSON: Final = b"ruv-encuesta"


def keep_pace(actor: Actor) -> None:
    """Count one more questionnaire of a user.

    Raises:
        TooMany: more than `PUTS` in this minute.
    """
    PUTS.check(str(actor.user_id), "Demasiadas encuestas desde este usuario. Espere un minuto.")


def hand_over(database: Database, actor: Actor, token: str, service: str, now: datetime | None = None) -> str:
    """Lock the session of a cookie and return the pass that opens the questions about one service.

    Raises:
        Forbidden: the role does not hand the device over.
        Invalid: the service is not of the list.
    """
    require(actor, Permission.SATISFACTION_COLLECT)
    if service not in code_list("service_type"):
        error: FieldError = unknown_code("service", code_list("service_type").codes)
        raise Invalid("Elija el servicio por el que se pregunta.", errors=[error])
    browsing.lock(database, token)
    until = int(((now or datetime.now(UTC)) + LASTS).timestamp())
    return f"{service}.{until}.{_proof(token, service, until)}"


def opened(database: Database, token: str, given: str, now: datetime | None = None) -> tuple[Actor, str]:
    """Who handed the device over, and the service asked about; only while that session is locked.

    Raises:
        Unauthenticated: no such pass, its time is over, or the session goes on or has ended.
    """
    service, until, proof = [*given.split("."), "", ""][:3]
    if not _MOMENT.fullmatch(until):
        raise Unauthenticated(OVER)
    genuine = secrets.compare_digest(proof.encode(), _proof(token, service, int(until)).encode())
    if not genuine or int(until) <= (now or datetime.now(UTC)).timestamp():
        raise Unauthenticated(OVER)
    who = browsing.browsing_of(database, token)
    if who is None or not who.locked:
        raise Unauthenticated(OVER)
    return who.actor, service


def answer(database: Database, actor: Actor, service: str, answers: dict[str, str]) -> None:
    """Put one questionnaire into the urn, from a device that was handed over.

    Raises:
        Forbidden, Invalid: as `urn.put`.
        TooMany: as `keep_pace`.
    """
    keep_pace(actor)
    with database.session(actor) as session:
        urn.put(Act(session, CARE), service, answers)


def _proof(token: str, service: str, until: int) -> str:
    """Known only to who holds the cookie, which no script reads."""
    text = f"{service}.{until}.{token}".encode()
    return hashlib.blake2b(text, digest_size=24, person=_PERSON).hexdigest()
