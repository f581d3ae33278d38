"""Commands on releases: two people approve, the second approval publishes; every act leaves its trace.

A draft may be discarded, and what was spent on a lost release entered; neither gives any budget back.
"""

from dataclasses import asdict, replace
from decimal import Decimal

from sqlalchemy import Connection, func, insert, select

from app import __version__
from app.access.act import CARE, Act
from app.access.actor import SETUP, Actor
from app.access.guard import require
from app.access.permissions import Permission
from app.audit import record
from app.db import Database
from app.errors import Conflict, Forbidden, NotFound, refusal
from app.models.releases import ReleaseApproval, ReleaseArtefact, ReleaseDiscard
from app.services.releases.inspection import inspect_files
from app.services.releases.ledger import Charge, Verdict, charge, hold, spent_on, verify_ledger
from app.services.releases.noise import Calibration
from app.services.releases.queries import APPROVALS, ReleaseView, find_release
from app.services.releases.witness import Known, missing, require_whole
from app.services.releases.workload import workload_v1

ROLE = "ruv_release"
"""Database role of everything stored; it cannot reach a person."""
LOST = "PERDIDA"
"""What stands in the ledger for the tables of a release that was lost."""
_ONE_HAND = (
    "En los últimos 90 días su cuenta y la de quien ya la aprobó fueron creadas, activadas o repuestas una "
    "por la otra, o las dos por una misma persona: la segunda aprobación corresponde a alguien más."
)
SHORTEST_REASON, LONGEST_REASON = 10, 300


def approve_release(release: Connection, code: str, actor: Actor) -> ReleaseView:
    """Approve a release; the approval of a second person publishes it.

    The files are inspected and the ledger verified each time: what fails cannot be approved.

    Raises:
        NotFound: no such release.
        Conflict: it is published, the actor already approved it, or the inspection found something.
    """
    hold(release)
    view = find_release(release, code, drafts=True)
    _require_open(view)
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


def _require_open(view: ReleaseView) -> None:
    if view.published_at is not None:
        raise Conflict("La liberación ya está publicada.")
    if view.discarded_at is not None:
        raise Conflict("La liberación fue descartada.")


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
        Forbidden: the actor may not publish, or may be the same human as who approved it before.
        NotFound, Conflict: see `approve_release`.
    """
    require(actor, Permission.RELEASES_PUBLISH)
    with database.reporting(ROLE) as release:
        hold(release)
        require_whole(database, release)
        with database.session(actor) as session:
            if session.scalar(select(func.ruv.approval_of_one_hand(code))):
                raise Forbidden(_ONE_HAND)
        view = approve_release(release, code, actor)
        detail = {"release": code, "approvals": len(view.approvals), "needed": APPROVALS}
        with database.session(actor) as trace:
            record(Act(trace, CARE), "releases.approve", detail=detail)
    return view


def discard(database: Database, actor: Actor, code: str, reason: str) -> ReleaseView:
    """Discard a draft: nobody can approve it any more, and its budget stays spent.

    Raises:
        Forbidden: the actor may not publish.
        NotFound: no such release.
        Conflict: it is published or discarded.
        Invalid: the reason is too short or too long.
    """
    require(actor, Permission.RELEASES_PUBLISH)
    reason = checked_reason(reason)
    with database.reporting(ROLE) as release:
        hold(release)
        view = find_release(release, code, drafts=True)
        _require_open(view)
        release.execute(
            insert(ReleaseDiscard).values(
                release_id=view.id,
                user_id=actor.user_id,
                institution_id=actor.institution_id,
                role=actor.role,
                reason=reason,
            )
        )
        with database.session(actor) as trace:
            record(Act(trace, CARE), "releases.discard", detail={"release": code})
        return find_release(release, code, drafts=True)


def settle(database: Database, actor: Actor, code: str) -> Known:
    """Enter in the ledger what a release spent that a restored database no longer has.

    The operator of the server (`SETUP`) may do it too: it only spends.

    Raises:
        Forbidden: the actor may not publish.
        NotFound: the ledger lacks no such release.
        Conflict: the budget of its year does not bear it.
    """
    if actor != SETUP:
        require(actor, Permission.RELEASES_PUBLISH)
    with database.reporting(ROLE) as release:
        hold(release)
        lost = next((build for build in missing(database, release) if build.release == code), None)
        if lost is None:
            raise NotFound("Al libro no le falta esa liberación.")
        what = Charge(lost.release, lost.kind, lost.year, LOST, LOST, __version__)
        left = Decimal(lost.rho) - spent_on(release, code)
        charge(release, what, {LOST: Calibration(rho=float(left), sigma=1.0)})
        with database.session(actor) as trace:
            record(Act(trace, CARE), "releases.settle", detail=asdict(lost))
    return lost


def verify(database: Database, release: Connection) -> Verdict:
    """Whether the ledger holds, by itself and against what trace and witness know of builds."""
    hold(release)
    verdict = verify_ledger(release)
    lost = tuple(build.sentence() for build in missing(database, release))
    return replace(verdict, problems=(*verdict.problems, *lost))


def checked_reason(reason: str) -> str:
    """The reason of an act that cannot be taken back, without the blanks around it.

    Raises:
        Invalid: it has fewer than 10 letters or more than 300.
    """
    reason = reason.strip()
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        message = f"Escriba el motivo, de {SHORTEST_REASON} a {LONGEST_REASON} letras."
        raise refusal("reason", "reason", message)
    return reason
