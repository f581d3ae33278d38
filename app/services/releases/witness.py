"""What is known of builds outside the ledger: by the trace, and by a witness file outside the database.

A backup that is restored brings yesterday's ledger, in which what was drawn since was never spent. The
witness lies in a folder that the backup of the database does not hold, and is written before a build is
committed: it may know a build that came to nothing, and never misses one. What it knows and the ledger does
not stops every build and every approval, until it is entered as spent.
"""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from sqlalchemy import Connection, func, select

from app.access.actor import SETUP
from app.audit.record import event_mac
from app.db import Database
from app.errors import Conflict, Unavailable
from app.models.releases import LedgerEntry
from app.services.releases.ledger import Kind

_TOLERANCE = Decimal("1e-9")
"""Of rho, which a table's share is written with to the last binary digit."""
_TRACED = "SELECT event, salt, mac FROM ruv.traced_builds()"


@dataclass(frozen=True, slots=True)
class Known:
    """A build as it was told outside the ledger: what was drawn, over which year, and what it cost."""

    release: str
    year: int
    kind: Kind
    rho: str

    def sentence(self) -> str:
        """What is wrong if the ledger does not have it."""
        return (
            f"el libro no tiene la liberación {self.release} ({self.kind} de {self.year}), que ya se sorteó: "
            "la base de datos es anterior a ella. Asiente lo que gastó con "
            f"`ruv release settle {self.release}`"
        )


def missing(database: Database, release: Connection) -> list[Known]:
    """Builds that the trace or the witness knows and the ledger does not, or not in full.

    Args:
        database: whose trace and witness are asked.
        release: a transaction of `ruv_release` that holds the ledger.
    """
    entries = select(LedgerEntry.release_code, func.sum(LedgerEntry.rho)).group_by(LedgerEntry.release_code)
    spent: dict[str, Decimal] = {row[0]: row[1] for row in release.execute(entries)}
    known = {build.release: build for build in [*_traced(database), *_witnessed(database)]}
    return [b for b in known.values() if Decimal(b.rho) - spent.get(b.release, Decimal(0)) > _TOLERANCE]


def require_whole(database: Database, release: Connection) -> None:
    """Refuse to go on with a ledger that lacks a build.

    Raises:
        Conflict: it does; the text names the build and the way out.
    """
    if lost := missing(database, release):
        raise Conflict(
            "El libro de privacidad no está completo: " + "; ".join(b.sentence() for b in lost) + "."
        )


def testify(database: Database, build: Known) -> None:
    """Write a build into the witness and onto the disk, before it is committed.

    Raises:
        Unavailable: the witness cannot be written, so nothing may be drawn.
    """
    path = _path(database)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(fd, "a", encoding="utf-8") as out:
            out.write(json.dumps(asdict(build), sort_keys=True) + "\n")
            out.flush()
            os.fsync(fd)
    except OSError as error:
        raise Unavailable(
            f"No se pudo escribir el testigo de las liberaciones en {path.parent}; no se sortea nada."
        ) from error


def _path(database: Database) -> Path:
    """The witness of this installation, which keeps its name in every copy of its database."""
    name = hmac.new(database.vault.secret("audit"), b"release witness", "sha256").hexdigest()[:16]
    return database.witness / f"liberaciones-{name}.jsonl"


def _witnessed(database: Database) -> Iterable[Known]:
    try:
        lines = _path(database).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise Unavailable("No se pudo leer el testigo de las liberaciones.") from error
    return [build for line in lines if (build := _parsed(line)) is not None]


def _traced(database: Database) -> Iterable[Known]:
    """What the events of the trace say, those that are genuine."""
    key = database.vault.secret("audit")
    with database.session(SETUP) as session:
        rows = session.connection().exec_driver_sql(_TRACED).all()
    genuine = [
        event
        for event, salt, mac in rows
        if hmac.compare_digest(event_mac(key, event, bytes(salt)), bytes(mac))
    ]
    return [build for event in genuine if (build := _parsed(event, within="detail")) is not None]


def _parsed(text: str, *, within: str | None = None) -> Known | None:
    """The build that a line tells; None for half a line, as a crash may leave one."""
    try:
        found = json.loads(text)
        found = found[within] if within else found
        Decimal(found["rho"])
        return Known(str(found["release"]), int(found["year"]), Kind(found["kind"]), str(found["rho"]))
    except (ValueError, KeyError, TypeError, InvalidOperation):
        return None
