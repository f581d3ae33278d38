"""Browsers that may deliver what was written without a connection; each signs with a key of its own."""

from __future__ import annotations

import hmac
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.opening_drafts import OUTBOX
from app.audit import record
from app.db import vault_of
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.models import Device
from app.vault import envelope_public_key, is_point

MOST: Final = 20
FORGOTTEN_DAYS: Final = 60
"""A device unseen for longer gives its place to a new one; what it could deliver is long too old."""
LONGEST_LABEL: Final = 60
_LOCK: Final = 0x4465_7669
"""First half of the advisory lock of a user's devices; the second is the user."""


@dataclass(frozen=True, slots=True)
class ServerKey:
    """What envelopes are sealed to: an uncompressed point of P-256, and the id to send with them."""

    id: int
    public: bytes


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A device of a user. `label`: in what words the user knows it again, such as `Firefox en Android`."""

    id: uuid.UUID
    label: str
    created_at: datetime
    seen_at: datetime
    revoked_at: datetime | None


def server_key(session: Session) -> ServerKey:
    """The newest key that envelopes are sealed to."""
    vault = vault_of(session)
    key_id = vault.current_id(OUTBOX)
    return ServerKey(key_id, envelope_public_key(vault.secret(OUTBOX, key_id)))


def owner_mark(act: Act) -> str:
    """By what a browser that several people use tells whose keys are whose; says nothing of who it is."""
    secret = vault_of(act.session).secret("digest")
    return hmac.digest(secret, f"outbox.owner:{act.actor.user_id}".encode(), "sha256").hex()[:24]


def enrol(act: Act, public_key: bytes, label: str) -> uuid.UUID:
    """Take on a browser of the actor.

    Args:
        public_key: of ECDSA on P-256, an uncompressed point.
        label: at most 60 characters; longer ones are cut.

    Raises:
        Invalid: it is no such key.
        Conflict: the user has 20 devices in use.
    """
    if not is_point(public_key):
        raise Invalid("El equipo no envió una llave válida. Vuelva a cargar la página.")
    act.session.execute(select(func.pg_advisory_xact_lock(_LOCK, act.actor.user_id % 2**31)))
    forgotten = datetime.now(UTC) - timedelta(days=FORGOTTEN_DAYS)
    act.session.execute(
        update(Device)
        .where(Device.user_id == act.actor.user_id, Device.revoked_at.is_(None), Device.seen_at < forgotten)
        .values(revoked_at=func.now())
    )
    in_use = select(func.count()).where(Device.user_id == act.actor.user_id, Device.revoked_at.is_(None))
    if act.session.scalars(in_use).one() >= MOST:
        raise Conflict("Ya tiene 20 equipos. Quite alguno en «Mi cuenta» para usar este sin conexión.")
    device_id = uuid.uuid4()
    record(act, "devices.enrol", detail={"device": str(device_id)})
    row = {
        "id": device_id,
        "user_id": act.actor.user_id,
        "public_key": public_key,
        "label": label[:LONGEST_LABEL],
    }
    act.session.execute(insert(Device), [row])
    return device_id


def devices(act: Act) -> list[Enrolled]:
    """The actor's devices, those in use first, then the one last seen."""
    rows = act.session.scalars(
        select(Device)
        .where(Device.user_id == act.actor.user_id)
        .order_by(Device.revoked_at.is_not(None), Device.seen_at.desc())
    )
    return [Enrolled(row.id, row.label, row.created_at, row.seen_at, row.revoked_at) for row in rows]


def revoke(act: Act, device_id: uuid.UUID) -> None:
    """Take a device of the actor back, for good: what it still holds is not accepted any more.

    Raises:
        NotFound: the actor has no such device in use.
    """
    changed = act.session.scalars(
        update(Device)
        .where(Device.id == device_id, Device.user_id == act.actor.user_id, Device.revoked_at.is_(None))
        .values(revoked_at=func.now())
        .returning(Device.id)
    ).all()
    if not changed:
        raise NotFound("Ese equipo no está en su lista.")
    record(act, "devices.revoke", detail={"device": str(device_id)})


def key_of(act: Act, device_id: uuid.UUID) -> bytes:
    """The public key of a device of the actor that is in use; it is seen now.

    Raises:
        Forbidden: it is somebody else's, was taken back, or never was.
    """
    key = act.session.scalars(
        update(Device)
        .where(Device.id == device_id, Device.user_id == act.actor.user_id, Device.revoked_at.is_(None))
        .values(seen_at=func.now())
        .returning(Device.public_key)
    ).one_or_none()
    if key is None:
        raise Forbidden("Este equipo no está autorizado para enviar lo que escribió sin conexión.")
    return key
