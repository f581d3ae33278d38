"""Write one event of the trace, in the transaction of the act it belongs to.

The event is canonical JSON with an HMAC by the audit key, so that who can write the database cannot forge
one. A trigger queues it for the sealer in the same transaction. Names of fields, never values.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from app.bound import Bound
from app.db import DATABASE_ERRORS, insert_rows, vault_of
from app.errors import Unavailable
from app.models import AuditEvent


class Acting(Protocol):
    """A session and whom it is bound to."""

    @property
    def session(self) -> Session:
        """The transaction in which something is done."""

    @property
    def actor(self) -> Bound:
        """Who does it."""


def event_mac(key: bytes, event: str, salt: bytes) -> bytes:
    """HMAC-SHA-256 over the digest of salt and event, under the audit key."""
    return hmac.digest(key, hashlib.sha256(salt + event.encode()).digest(), "sha256")


def is_genuine(key: bytes, digest: bytes | None, mac: bytes) -> bool:
    """Whether the MAC of an event fits its digest, which the database gives to who may not see the event."""
    return digest is not None and hmac.compare_digest(hmac.digest(key, digest, "sha256"), mac)


def event_row(  # noqa: PLR0913 - an event has that many parts
    key: bytes,
    actor: Bound,
    action: str,
    *,
    victim_id: int | None = None,
    case_id: int | None = None,
    compartments: Iterable[str] = (),
    fields: Iterable[str] = (),
    purpose: str | None = None,
    blobs: Iterable[tuple[str, int, int, bytes]] = (),
    outcome: str = "ok",
    detail: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """One event as a row of `audit_event`.

    Args:
        key: the audit key.
        action: `resource.verb`, e.g. `victims.read`.
        compartments, fields: what is opened or changed; names only.
        blobs: (table, row id, version, sealed bytes) of every sealed value written; their hashes go into the
            event so that a rolled-back blob is noticed later.
        detail: codes and counts only, never a personal value.
    """
    parts = {
        "victim": victim_id,
        "case": case_id,
        "compartments": sorted(compartments),
        "fields": sorted(fields),
        "purpose": purpose,
        "blobs": [
            [table, row, version, hashlib.sha256(sealed).hexdigest()] for table, row, version, sealed in blobs
        ],
        "detail": dict(detail) if detail else None,
    }
    body = {**_head(actor, action, outcome), **{name: value for name, value in parts.items() if value}}
    event = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    salt = os.urandom(16)
    return {
        "user_id": actor.user_id or None,
        "unit_id": actor.unit_id or None,
        "institution_id": actor.institution_id or None,
        "victim_id": victim_id,
        "action": action,
        "outcome": outcome,
        "event": event,
        "salt": salt,
        "mac": event_mac(key, event, salt),
    }


def _head(actor: Bound, action: str, outcome: str) -> dict[str, object]:
    return {
        "v": 1,
        "at": datetime.now(UTC).isoformat(timespec="microseconds"),
        "actor": {
            "user": actor.user_id,
            "unit": actor.unit_id,
            "institution": actor.institution_id,
            "role": actor.role,
            "session": str(actor.session_id) if actor.session_id else None,
        },
        "action": action,
        "outcome": outcome,
        "policy": actor.policy_version,
    }


def record_rows(session: Session, rows: Sequence[Mapping[str, object]]) -> None:
    """Write events made by `event_row`.

    Raises:
        Unavailable: the trace cannot be written, so there must be no answer.
    """
    try:
        insert_rows(session, AuditEvent, rows)
    except DATABASE_ERRORS as error:
        raise Unavailable from error


def record(act: Acting, action: str, **parts: Any) -> None:
    """Record what is done, before it is done or answered; `parts` are those of `event_row`.

    Raises:
        Unavailable: the trace cannot be written, so there must be no answer.
    """
    record_as(act.session, act.actor, action, **parts)


def record_as(session: Session, actor: Bound, action: str, **parts: Any) -> None:
    """Record what somebody does to whom the session is not bound: it is bound to the sign-in, or to a proxy.

    Raises:
        Unavailable: the trace cannot be written, so there must be no answer.
    """
    record_rows(session, [event_row(vault_of(session).secret("audit"), actor, action, **parts)])
