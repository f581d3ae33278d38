"""Reads of stored releases, as `ruv_release`. Nothing here can reach a person or draw noise."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, select

from app.errors import Conflict, NotFound
from app.models.releases import LedgerEntry, Release, ReleaseApproval, ReleaseArtefact, ReleaseDiscard
from app.services.releases.ledger import CAP, Kind

APPROVALS = 2
"""Different people who must approve a release before it is published."""


@dataclass(frozen=True, slots=True)
class FileInfo:
    """A stored file without its bytes."""

    name: str
    format: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved, by role and institution; the person is an internal number, never a name."""

    user_id: int
    institution_id: int
    role: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReleaseView:
    """A release as it is listed and shown. `published_at` is the time of the second approval."""

    id: int
    code: str
    year: int
    kind: str
    workload_version: str
    workload_sha: str
    snapshot_sha: str
    ledger_head: str
    rho: Decimal
    code_version: str
    built_at: datetime
    discarded_at: datetime | None
    approvals: tuple[Approval, ...]

    @property
    def published_at(self) -> datetime | None:
        """When the second person approved; None while it waits."""
        return self.approvals[APPROVALS - 1].at if len(self.approvals) >= APPROVALS else None

    @property
    def across_institutions(self) -> bool:
        """Whether people of different institutions approved it, which is preferred."""
        return len({approval.institution_id for approval in self.approvals}) > 1


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A stored file with its bytes; `sha256` is its entity tag."""

    format: str
    sha256: str
    content: bytes


def kind_to_draw(connection: Connection, year: int, *, revision: bool) -> Kind:
    """What the release of a year would be charged as: each kind is drawn once, the revision when asked for.

    Raises:
        Conflict: it was drawn already, or there is nothing yet to revise.
    """
    known = set(connection.scalars(select(LedgerEntry.kind).where(LedgerEntry.reference_year == year)))
    if not revision and Kind.ANNUAL.value in known:
        raise Conflict(
            f"La liberación anual de {year} ya se sorteó y no se sortea otra vez. Si el registro cambió, su "
            "única revisión se pide con --revision y el motivo."
        )
    if revision and Kind.ANNUAL.value not in known:
        raise Conflict(f"El año {year} no tiene todavía una liberación que revisar.")
    if revision and Kind.REVISION.value in known:
        raise Conflict(f"El año {year} ya tiene su liberación anual y su única revisión.")
    return Kind.REVISION if revision else Kind.ANNUAL


def list_releases(connection: Connection, *, drafts: bool) -> list[ReleaseView]:
    """Every published release, newest year first; with `drafts`, those that wait for approval too."""
    approvals = _approvals(connection)
    views = [_view(row, approvals) for row in connection.execute(_releases()).mappings()]
    return [view for view in views if drafts or view.published_at is not None]


def find_release(connection: Connection, code: str, *, drafts: bool) -> ReleaseView:
    """One release by its code.

    Raises:
        NotFound: there is none, or it is not published and `drafts` is false.
    """
    row = connection.execute(_releases().where(Release.code == code)).mappings().first()
    view = None if row is None else _view(row, _approvals(connection, row["id"]))
    if view is None or not (drafts or view.published_at is not None):
        raise NotFound("No existe esa liberación.")
    return view


def list_files(connection: Connection, release: ReleaseView) -> list[FileInfo]:
    """The files of a release."""
    statement = (
        select(
            ReleaseArtefact.name,
            ReleaseArtefact.format,
            ReleaseArtefact.sha256,
            func.length(ReleaseArtefact.content),
        )
        .where(ReleaseArtefact.release_id == release.id)
        .order_by(ReleaseArtefact.name, ReleaseArtefact.format)
    )
    return [FileInfo(*row) for row in connection.execute(statement)]


def read_file(connection: Connection, release: ReleaseView, name: str, extension: str) -> StoredFile:
    """The bytes of one file, as they were stored.

    Raises:
        NotFound: the release has no such file.
    """
    row = connection.execute(
        select(ReleaseArtefact.format, ReleaseArtefact.sha256, ReleaseArtefact.content).where(
            ReleaseArtefact.release_id == release.id,
            ReleaseArtefact.name == name,
            ReleaseArtefact.format == extension,
        )
    ).first()
    if row is None:
        raise NotFound("La liberación no tiene esa tabla en ese formato.")
    return StoredFile(row[0], row[1], row[2])


def spent_by_year(connection: Connection) -> list[tuple[int, Decimal, Decimal]]:
    """Reference year, what was spent over its persons, and what is left under the cap (zCDP rho)."""
    rows = connection.execute(
        select(LedgerEntry.reference_year, func.sum(LedgerEntry.rho))
        .group_by(LedgerEntry.reference_year)
        .order_by(LedgerEntry.reference_year)
    )
    return [(year, total, CAP - total) for year, total in rows]


def _releases() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Release.id,
            Release.code,
            Release.reference_year.label("year"),
            Release.kind,
            Release.workload_version,
            Release.workload_sha,
            Release.snapshot_sha,
            Release.ledger_head,
            Release.rho,
            Release.code_version,
            Release.built_at,
            ReleaseDiscard.at.label("discarded_at"),
        )
        .outerjoin(ReleaseDiscard, ReleaseDiscard.release_id == Release.id)
        .order_by(Release.reference_year.desc(), Release.id.desc())
    )


def _view(row: RowMapping, approvals: Mapping[int, tuple[Approval, ...]]) -> ReleaseView:
    return ReleaseView(**row, approvals=approvals.get(row["id"], ()))


def _approvals(connection: Connection, release_id: int | None = None) -> dict[int, tuple[Approval, ...]]:
    statement = select(
        ReleaseApproval.release_id,
        ReleaseApproval.user_id,
        ReleaseApproval.institution_id,
        ReleaseApproval.role,
        ReleaseApproval.at,
    ).order_by(ReleaseApproval.at, ReleaseApproval.user_id)
    if release_id is not None:
        statement = statement.where(ReleaseApproval.release_id == release_id)
    found: dict[int, tuple[Approval, ...]] = {}
    for release, user, institution, role, at in connection.execute(statement):
        found[release] = (*found.get(release, ()), Approval(user, institution, role, at))
    return found
