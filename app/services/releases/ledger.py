"""The ledger of the privacy budget: charged before noise is drawn, chained by hash, capped by the database.

The trigger of `release.ledger` decides position, time and hashes; here they are computed a second time, from
what is stored, to verify the chain.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import DBAPIError

from app.errors import Conflict
from app.models.releases import LedgerEntry, Release
from app.services.releases.noise import Calibration

CAP = Decimal("0.50")
"""Most that may ever be spent over the persons of one reference year (zCDP rho)."""
DELTA = 1e-6
"""The delta at which epsilon is stated."""
GENESIS = "0" * 64
LOCK = 1381326162
"""Advisory lock of the ledger, the one its trigger takes."""
_SPENT = "RV001"
_BUSY = "55P03"


class Kind(StrEnum):
    """What a release is charged as."""

    ANNUAL = "ANUAL"
    """The release of a reference year, frozen once drawn."""
    REVISION = "REVISION"
    """The one later version that takes in what the register learnt since; new noise, charged as well."""


BUDGET: Mapping[Kind, float] = {Kind.ANNUAL: 0.25, Kind.REVISION: 0.10}
"""Budget of one release by kind (zCDP rho)."""


@dataclass(frozen=True, slots=True)
class Charge:
    """What is about to be drawn, for whom the budget is spent."""

    release_code: str
    kind: Kind
    reference_year: int
    workload_sha: str
    snapshot_sha: str
    code_version: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the verification of the ledger found; `problems` are sentences in Spanish."""

    entries: int
    head: str
    problems: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not self.problems


def hold(connection: Connection) -> None:
    """Wait for the ledger: one release is built at a time, to the end of the transaction.

    Raises:
        Conflict: another one is being built and does not end.
    """
    try:
        connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
    except DBAPIError as error:
        if _state(error) == _BUSY:
            raise Conflict("Se está construyendo otra liberación. Intente de nuevo en un momento.") from error
        raise


def charge(connection: Connection, what: Charge, tables: Mapping[str, Calibration]) -> str:
    """Spend the budget of every table, in order; returns the new head of the chain.

    Raises:
        Conflict: it would go over the cap of the reference year; nothing may be drawn.
    """
    head = GENESIS
    for name, calibration in tables.items():
        row = {
            "seq": 0,  # the trigger decides it
            "release_code": what.release_code,
            "kind": what.kind.value,
            "reference_year": what.reference_year,
            "table_name": name,
            "rho": Decimal(repr(calibration.rho)),
            "sigma": Decimal(repr(calibration.sigma)),
            "workload_sha": what.workload_sha,
            "snapshot_sha": what.snapshot_sha,
            "code_version": what.code_version,
        }
        try:
            head = connection.scalars(insert(LedgerEntry).values(row).returning(LedgerEntry.row_sha)).one()
        except DBAPIError as error:
            if _state(error) == _SPENT:
                raise Conflict(
                    f"El presupuesto de privacidad del año {what.reference_year} está agotado (tope {CAP})."
                ) from error
            raise
    return head


def spent(connection: Connection, year: int) -> Decimal:
    """What was charged over the persons of a reference year (zCDP rho)."""
    total = connection.scalar(select(func.sum(LedgerEntry.rho)).where(LedgerEntry.reference_year == year))
    return Decimal(0) if total is None else total


def spent_on(connection: Connection, code: str) -> Decimal:
    """What was charged for a release (zCDP rho)."""
    total = connection.scalar(select(func.sum(LedgerEntry.rho)).where(LedgerEntry.release_code == code))
    return Decimal(0) if total is None else total


def row_sha(entry: LedgerEntry) -> str:
    """The hash of a stored row, from its own columns."""
    at: datetime = entry.at
    parts = (
        str(entry.seq),
        entry.release_code,
        entry.kind,
        str(entry.reference_year),
        entry.table_name,
        format(entry.rho, "f"),
        format(entry.sigma, "f"),
        entry.workload_sha,
        entry.snapshot_sha,
        entry.code_version,
        at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        entry.prev_sha,
    )
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def verify_ledger(connection: Connection) -> Verdict:
    """Compute the chain anew and hold it against the releases that rest on it.

    Found are: a changed, removed, inserted or reordered row, a year over the cap, and a release whose head is
    not in the chain or whose charge is not what its rows say (rows cut off at the end).
    """
    entries = _entries(connection)
    problems = [*_chain_problems(entries), *_cap_problems(entries), *_release_problems(connection, entries)]
    return Verdict(len(entries), entries[-1].row_sha if entries else GENESIS, tuple(problems))


def _entries(connection: Connection) -> list[LedgerEntry]:
    table = LedgerEntry.__table__
    rows = connection.execute(select(table).order_by(table.c.seq)).mappings()
    return [LedgerEntry(**row) for row in rows]


def _chain_problems(entries: Sequence[LedgerEntry]) -> list[str]:
    problems, previous = [], GENESIS
    for number, entry in enumerate(entries, start=1):
        if entry.seq != number:
            problems.append(f"asiento {entry.seq}: falta un asiento anterior o sobra este")
        if entry.prev_sha != previous:
            problems.append(f"asiento {entry.seq}: no continúa el anterior")
        if entry.row_sha != row_sha(entry):
            problems.append(f"asiento {entry.seq}: su contenido no es el que se asentó")
        previous = entry.row_sha
    return problems


def _cap_problems(entries: Sequence[LedgerEntry]) -> list[str]:
    years: dict[int, Decimal] = {}
    for entry in entries:
        years[entry.reference_year] = years.get(entry.reference_year, Decimal(0)) + entry.rho
    return [f"año {year}: se gastó más que el tope" for year, total in years.items() if total > CAP]


def _release_problems(connection: Connection, entries: Sequence[LedgerEntry]) -> list[str]:
    heads = {entry.row_sha for entry in entries}
    charged: dict[str, Decimal] = {}
    for entry in entries:
        charged[entry.release_code] = charged.get(entry.release_code, Decimal(0)) + entry.rho
    problems = []
    for code, head, rho in connection.execute(select(Release.code, Release.ledger_head, Release.rho)):
        if head not in heads:
            problems.append(f"liberación {code}: su cabeza no está en el libro")
        if charged.get(code, Decimal(0)) != rho:
            problems.append(f"liberación {code}: lo asentado no es lo que gastó")
    return problems


def _state(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)
