"""Builds one release: spend, count, draw, make consistent, withhold, store. One transaction, or nothing.

Only a drawing process imports this module; it brings numpy, and OpenDP when noise is drawn.
"""

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from importlib.metadata import version
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert

from app import __version__
from app.access.act import CARE, Act
from app.access.actor import SETUP, Actor
from app.access.guard import require
from app.access.permissions import Permission
from app.audit import record
from app.codes import new_code
from app.db import Database
from app.errors import Unavailable, refusal
from app.models.releases import Release, ReleaseArtefact
from app.services.releases import artefacts, consistency, ledger, noise, witness
from app.services.releases.artefacts import Artefact, Heading
from app.services.releases.fold import fold
from app.services.releases.ledger import Charge, Kind
from app.services.releases.metadata import Facts, describe
from app.services.releases.noise_audit import audit_noise
from app.services.releases.population import freeze, groups
from app.services.releases.queries import kind_to_draw
from app.services.releases.service import checked_reason
from app.services.releases.withhold import Cell, withhold
from app.services.releases.workload import Workload, workload_v1

FIRST_YEAR = 2000
LIMA = ZoneInfo("America/Lima")


@dataclass(frozen=True, slots=True)
class Built:
    """A release that was drawn and stored, and waits for approval."""

    code: str
    year: int
    kind: Kind
    rho: Decimal
    spent: Decimal


def build_release(
    report: Connection,
    release: Connection,
    year: int,
    actor: Actor,
    *,
    revision: str | None = None,
    today: date | None = None,
) -> Built:
    """Draw the registered tables over a closed reference year and store them, unpublished.

    Args:
        report: a fresh transaction of `ruv_report`, which counts and writes nothing.
        release: a transaction of `ruv_release`; whoever opened it commits it.
        year: the reference year.
        actor: who builds it.
        revision: why the year is revised; None draws the annual release.
        today: the day on which the year must have ended (default: today in Lima).

    Raises:
        Invalid: the year has not ended.
        Conflict: its budget is spent, or it was drawn already; nothing is stored.
        WorkloadChanged: the registered list of tables was altered.
        Unavailable: the noise is not what would be charged.
    """
    _require_closed(year, today or today_in_lima())
    workload = workload_v1()
    ledger.hold(release)
    kind = kind_to_draw(release, year, revision=revision is not None)
    snapshot = json.dumps(freeze(report), sort_keys=True)
    what = Charge(
        release_code=new_code("LI"),
        kind=kind,
        reference_year=year,
        workload_sha=workload.sha256,
        snapshot_sha=hashlib.sha256(snapshot.encode()).hexdigest(),
        code_version=__version__,
    )
    widths = {name: noise.calibrate(share) for name, share in workload.shares(ledger.BUDGET[kind]).items()}
    _require_sound_noise(widths)
    head = ledger.charge(release, what, widths)
    cells = _draw(workload, report, year, widths)
    spent = ledger.spent(release, year)
    facts = Facts(what, head, widths, spent, json.loads(snapshot)["at"], _software(), revision)
    rho = sum((Decimal(repr(width.rho)) for width in widths.values()), Decimal(0))
    _store(release, workload, facts, cells, snapshot, rho, actor)
    return Built(what.release_code, year, kind, rho, spent)


def today_in_lima() -> date:
    """The day on which years close."""
    return datetime.now(LIMA).date()


def _require_closed(year: int, today: date) -> None:
    if not FIRST_YEAR <= year < today.year:
        message = f"Solo se libera un año ya cerrado (de {FIRST_YEAR} a {today.year - 1})."
        raise refusal("year", "year-not-closed", message)


def _require_sound_noise(widths: Mapping[str, noise.Calibration]) -> None:
    if audit_noise(noise.draw, widths):
        raise Unavailable("La prueba del ruido falló: no se construye ninguna liberación.")


def _draw(
    workload: Workload, report: Connection, year: int, widths: Mapping[str, noise.Calibration]
) -> dict[str, list[Cell]]:
    """The printable cells of every table. Exact counts live only inside this function."""
    counts = workload.count((fold(workload, group), group.persons) for group in groups(report, year))
    noisy = {name: noise.draw(exact, widths[name]) for name, exact in counts.items()}
    sigmas = {name: width.sigma for name, width in widths.items()}
    agreed = consistency.project(workload, noisy, sigmas)
    return {name: [withhold(value, sigmas[name]) for value in values] for name, values in agreed.items()}


def _store(
    release: Connection,
    workload: Workload,
    facts: Facts,
    cells: Mapping[str, list[Cell]],
    snapshot: str,
    rho: Decimal,
    actor: Actor,
) -> None:
    heading = Heading(facts.what.release_code, facts.what.reference_year)
    files: list[Artefact] = []
    for table in workload.tables:
        files.append(artefacts.table_csv(heading, workload, table, cells[table.name]))
        files.append(artefacts.table_json(heading, workload, table, cells[table.name]))
    files.append(artefacts.metadata(describe(workload, facts, files)))
    row = {
        "code": facts.what.release_code,
        "reference_year": facts.what.reference_year,
        "kind": facts.what.kind.value,
        "workload_version": workload.version,
        "workload_sha": workload.sha256,
        "snapshot": snapshot,
        "snapshot_sha": facts.what.snapshot_sha,
        "ledger_head": facts.head,
        "rho": rho,
        "code_version": facts.what.code_version,
        "built_by": actor.user_id,
        "built_institution_id": actor.institution_id,
    }
    key = release.scalars(insert(Release).values(row).returning(Release.id)).one()
    release.execute(
        insert(ReleaseArtefact),
        [
            {"release_id": key, "name": f.name, "format": f.format, "content": f.content, "sha256": f.sha256}
            for f in files
        ],
    )


def _software() -> dict[str, str]:
    return {
        "ruv": __version__,
        "ruido": noise.library_version(),
        "coherencia": f"numpy {version('numpy')}",
        "python": platform.python_version(),
    }


def build(database: Database, actor: Actor, year: int, *, revision: str | None = None) -> Built:
    """`build_release` with its permission, its transactions and its trace, which is committed first.

    Trace and witness are written before the ledger is committed, so that no build is ever known to it alone.
    The operator of the server (`SETUP`) may build, since whoever builds decides nothing: two people approve.

    Args:
        database: with its witness.
        actor: who builds.
        year: the reference year.
        revision: why it is revised; None draws the annual release, once.

    Raises:
        Forbidden: the actor may not publish.
        Invalid, Conflict: see `build_release`; or trace or witness know a build that the ledger does not.
        Unavailable: the witness cannot be written.
    """
    if actor != SETUP:
        require(actor, Permission.RELEASES_PUBLISH)
    reason = None if revision is None else checked_reason(revision)
    with database.reporting("ruv_report") as report, database.reporting("ruv_release") as release:
        ledger.hold(release)
        witness.require_whole(database, release)
        built = build_release(report, release, year, actor, revision=reason)
        known = witness.Known(built.code, year, built.kind, str(built.rho))
        with database.session(actor) as trace:
            record(Act(trace, CARE), "releases.build", detail=asdict(known))
        witness.testify(database, known)
    return built
