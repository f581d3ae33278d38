"""Where people try to sign in from, and how long each such place waits after wrong passwords.

A wait belongs to a name *and* a place, so that a stranger elsewhere never shuts anybody out. A place is a
device, by the cookie that signing in left in it, or an address. Counted are, whoever has the name or nobody:

- the name at this place: from the fifth wrong password in a row it waits, a minute and doubling to an hour;
- the address with all names: past its limit it waits, but not for names that signed in from it before;
- the name at all places: much tried, places where it never signed in wait sooner. It slows, and never shuts.

The counts are rows of the database, for all processes of all machines. They name nobody: names and places are
keyed digests. A place is known for 90 days after its last sign-in; other counts are forgotten after a day.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.errors import TooMany
from app.services.access.rules import MUCH_TRIED, wait_after, wait_of_address
from app.vault import Keyring

ALL: Final = b""
"""In place of a name or a place: all of them."""
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
_SWEPT: Final = 20

_READ = text(
    "SELECT name, source, failures, failed_at, known FROM sign_in_try"
    " WHERE (name = :name AND source IN (:address, :device, ''::bytea)"
    " OR name = ''::bytea AND source = :address) AND kept_until > now()"
)
_HOLD = text(
    "INSERT INTO sign_in_try AS t (name, source, kept_until)"
    " VALUES (:name, :source, now() + interval '1 day')"
    " ON CONFLICT (name, source) DO UPDATE SET failures = t.failures"
)
_COUNT = text(
    "INSERT INTO sign_in_try AS t (name, source, failures, failed_at, kept_until)"
    " VALUES (:name, :source, 1, clock_timestamp(), now() + interval '1 day')"
    " ON CONFLICT (name, source) DO UPDATE SET failed_at = clock_timestamp(),"
    " failures = CASE WHEN t.failed_at > now() - CAST(:span AS interval) THEN t.failures + 1 ELSE 1 END,"
    " known = t.known AND t.kept_until > now(), kept_until = greatest(t.kept_until, excluded.kept_until)"
)
_KNOWN = text(
    "INSERT INTO sign_in_try AS t (name, source, known, kept_until)"
    " VALUES (:name, :source, true, now() + interval '90 days')"
    " ON CONFLICT (name, source) DO UPDATE SET known = true, kept_until = excluded.kept_until"
)
_CLEAR = text("UPDATE sign_in_try SET failures = 0, failed_at = NULL WHERE name = :name AND source = :source")
_FORGET = text("UPDATE sign_in_try SET failures = 0, failed_at = NULL WHERE name = :name")


@dataclass(frozen=True, slots=True, repr=False)
class Source:
    """Where a request comes from: the address of its connection, and the device its cookie names."""

    address: str = ""
    device: str = ""


NOWHERE: Final = Source()


@dataclass(frozen=True, slots=True)
class Place:
    """Keyed digests of a name and of where it is tried from."""

    name: bytes
    address: bytes
    device: bytes


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a place: which row counts its failures, and seconds that it still waits."""

    source: bytes
    wait: int


def place_of(vault: Keyring, username: str, source: Source) -> Place:
    """The place of an attempt."""
    return Place(
        name_digest(vault, username),
        _digest(vault, "address", _network(source.address)),
        _digest(vault, "device", source.device),
    )


def place_of_session(vault: Keyring, session_id: object) -> Place:
    """The place of who is signed in and types the present password again: the session alone."""
    session = _digest(vault, "session", str(session_id))
    return Place(session, session, session)


def name_digest(vault: Keyring, username: str) -> bytes:
    """What stands for a name in the counts."""
    return _digest(vault, "name", username)


def standing(session: Session, place: Place, most: int) -> Standing:
    """How long the place waits, by what is counted now. Runs as SIGN_IN.

    Args:
        most: wrong sign-ins of an address, with whatever names, that cost it nothing.
    """
    rows = session.execute(
        _READ, {"name": place.name, "address": place.address, "device": place.device}
    ).all()
    counts: Mapping[tuple[bytes, bytes], Any] = {(bytes(r.name), bytes(r.source)): r for r in rows}
    device = counts.get((place.name, place.device))
    source = place.device if device is not None and device.known else place.address
    here = counts.get((place.name, source))
    known = here is not None and here.known
    failures = _recent(here, _DAY)
    if failures and not known and _recent(counts.get((place.name, ALL)), _HOUR) >= MUCH_TRIED:
        failures += MUCH_TRIED
    wait = _left(here, wait_after(failures))
    if not known:
        address = counts.get((ALL, place.address))
        wait = max(wait, _left(address, wait_of_address(_recent(address, _HOUR), most)))
    return Standing(source, wait)


def hold(session: Session, place: Place, source: bytes) -> None:
    """Hold the name at this place until the transaction ends: attempts at once are decided one by one."""
    session.execute(_HOLD, {"name": place.name, "source": source})


def count(session: Session, place: Place, source: bytes) -> None:
    """One more wrong password; old counts are swept on the way."""
    for name, where, span in (
        (place.name, source, _DAY), (ALL, place.address, _HOUR), (place.name, ALL, _HOUR),
    ):  # fmt: skip
        session.execute(_COUNT, {"name": name, "source": where, "span": span})
    session.execute(select(func.ruv.sweep_tries(_SWEPT)))


def welcome(session: Session, place: Place, source: bytes, *, device: bool) -> None:
    """A right password: address and device are known from now on, and the failures here start again.

    Those of the address stay when it was the device that counted: somebody else may be trying there.
    """
    session.execute(_KNOWN, {"name": place.name, "source": place.address})
    if device:
        session.execute(_KNOWN, {"name": place.name, "source": place.device})
    session.execute(_CLEAR, {"name": place.name, "source": source})


def forget(session: Session, name: bytes) -> None:
    """Forget every count of a name: who administers its account lets it in again."""
    session.execute(_FORGET, {"name": name})


def too_many(seconds: int) -> TooMany:
    """The answer to an attempt from a place that waits."""
    minutes = -(-seconds // 60)
    unit = "un minuto" if minutes == 1 else f"{minutes} minutos"
    return TooMany(
        f"Hubo varios intentos fallidos desde aquí. Espere {unit} e intente de nuevo.", retry_after=seconds
    )


def _recent(row: Any, span: timedelta) -> int:
    if row is None or row.failed_at is None or row.failed_at < datetime.now(UTC) - span:
        return 0
    return int(row.failures)


def _left(row: Any, wait: int) -> int:
    """Whole seconds of a wait since the last failure that are still left."""
    if not wait or row is None or row.failed_at is None:
        return 0
    return max(0, int(wait - (datetime.now(UTC) - row.failed_at).total_seconds() + 0.999))


def _network(address: str) -> str:
    """An address; of version 6 its network, since whoever has one address there has all of it."""
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return address
    if read.version == 4:  # noqa: PLR2004 - the version
        return str(read)
    return str(ipaddress.ip_network((int(read), 64), strict=False))


def _digest(vault: Keyring, kind: str, value: str) -> bytes:
    message = f"sign-in|{kind}|{value}".encode("utf-8", "surrogatepass")
    return hmac.digest(vault.secret("digest"), message, hashlib.sha256)
