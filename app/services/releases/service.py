"""Commands on releases: two people approve, the second approval publishes; every act leaves its trace."""

from sqlalchemy import Connection, insert, select

from app.access.actor import Actor
from app.access.guard import require
from app.access.permissions import Permission
from app.audit import record
from app.db import Database
from app.errors import Conflict
from app.models.releases import ReleaseApproval, ReleaseArtefact
from app.services.releases.inspection import inspect_files
from app.services.releases.ledger import hold, verify_ledger
from app.services.releases.queries import APPROVALS, ReleaseView, find_release
from app.services.releases.workload import workload_v1

ROLE = "ruv_release"
"""Database role of everything stored; it cannot reach a person."""


def approve_release(release: Connection, code: str, actor: Actor) -> ReleaseView:
    """Approve a release; the approval of a second person publishes it.

    The files are inspected and the ledger verified each time: what fails cannot be approved.

    Raises:
        NotFound: no such release.
        Conflict: it is published, the actor already approved it, or the inspection found something.
    """
    hold(release)
    view = find_release(release, code, drafts=True)
    if view.published_at is not None:
        raise Conflict("La liberación ya está publicada.")
    if actor.user_id in {approval.user_id for approval in view.approvals}:
        raise Conflict("Usted ya la aprobó: la segunda aprobación corresponde a otra persona.")
    problems = inspect_release(release, view)
    if problems:
        raise Conflict("La liberación no puede aprobarse: " + "; ".join(problems) + ".")
    release.execute(
        insert(ReleaseApproval).values(
            release_id=view.id, user_id=actor.user_id, institution_id=actor.institution_id, role=actor.role
        )
    )
    return find_release(release, code, drafts=True)


def inspect_release(release: Connection, view: ReleaseView) -> list[str]:
    """What keeps a release from being published, in Spanish: its files, its list of tables, the ledger."""
    workload = workload_v1()
    if view.workload_sha != workload.sha256:
        return ["su lista de tablas no es la registrada"]
    files = {
        (name, extension): content
        for name, extension, content in release.execute(
            select(ReleaseArtefact.name, ReleaseArtefact.format, ReleaseArtefact.content).where(
                ReleaseArtefact.release_id == view.id
            )
        )
    }
    return [*inspect_files(workload, files), *verify_ledger(release).problems]


def approve(database: Database, actor: Actor, code: str) -> ReleaseView:
    """`approve_release` with its permission, its own transaction and its trace, which is committed first.

    Raises:
        Forbidden: the actor may not publish.
        NotFound, Conflict: see `approve_release`.
    """
    require(actor, Permission.RELEASES_PUBLISH)
    with database.reporting(ROLE) as release:
        view = approve_release(release, code, actor)
        detail = {"release": code, "approvals": len(view.approvals), "needed": APPROVALS}
        with database.session(actor) as trace:
            record(trace, actor, "releases.approve", detail=detail)
    return view
