"""Add a file to a plan, and withdraw one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from app.access.act import CARE, Act
from app.access.actor import Actor
from app.access.guard import require
from app.access.permissions import Permission
from app.db import Database
from app.errors import Conflict, Forbidden
from app.services.evidence.cleaning import Clean, clean
from app.services.evidence.keeping import keep, mark_withdrawn
from app.services.evidence.queries import find_file, stored
from app.services.evidence.views import FileWithdrawnView
from app.services.idempotency import once, replayed
from app.services.plans import rules
from app.services.plans.content import COMPARTMENT, PlanRef, find
from app.services.plans.rows import activity_row
from app.services.plans.writing import check_codes
from app.services.writing import Writing
from app.states import FileState

MOST_FILES: Final = 200
MOST_PLAN_BYTES: Final = 300 * 1024 * 1024
"""What one plan may hold."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file somebody sends: to which plan, to which of its activities (or the plan itself), and as what."""

    plan: str
    activity: str | None
    kind: str
    raw: bytes


def add(database: Database, actor: Actor, wanted: Upload, key: str | None) -> str:
    """Clean a file and keep it; returns its code. The same key and file answer the same code.

    The file is cleaned between two short transactions, so that nobody waits for it.

    Raises:
        NotFound: the plan or the activity is out of scope.
        Forbidden: the activity is another unit's, or the role does not write plans.
        Conflict: the plan is closed or holds all it may.
        Invalid, BadRequest, TooLarge, UnsupportedMedia: as `clean`; or the kind is not of its list.
    """
    digest = hashlib.sha256(wanted.raw).hexdigest()
    payload = {"plan": wanted.plan, "activity": wanted.activity, "kind": wanted.kind, "sha256": digest}
    with database.session(actor) as session:
        act = Act(session, CARE)
        _target(act, wanted)
        code = replayed(act, key, "evidence.add", payload)
    if code is not None:
        return code
    cleaned = clean(wanted.raw)
    with database.session(actor) as session:
        act = Act(session, CARE)
        return once(act, key, "evidence.add", payload, lambda: _keep(act, wanted, cleaned))


def _target(act: Act, wanted: Upload) -> tuple[PlanRef, Any]:
    """The plan and the activity (None: the plan itself), where the actor may add files."""
    require(act.actor, Permission.PLANS_PROGRESS)
    check_codes(kind=("evidence_kind", wanted.kind))
    ref = find(act, wanted.plan)
    activity = activity_row(act, ref, wanted.activity) if wanted.activity else None
    own = activity is not None and activity.unit_id == act.actor.unit_id
    if not ref.writes(act.actor) or not (own or ref.responsible(act.actor)):
        raise Forbidden("Solo la unidad de la actividad o la responsable del plan agregan archivos.")
    if ref.row.state not in rules.ALIVE:
        raise Conflict("El plan está cerrado: ya no admite archivos.")
    return ref, activity


def _keep(act: Act, wanted: Upload, cleaned: Clean) -> str:
    ref, activity = _target(act, wanted)
    files, size = stored(act.session, plan_id=ref.row.id)
    if files >= MOST_FILES or size + len(cleaned.content) > MOST_PLAN_BYTES:
        limit = f"{MOST_FILES} archivos o {MOST_PLAN_BYTES // (1024 * 1024)} MB"
        raise Conflict(f"El plan ya tiene el máximo de {limit}. Reúna varias páginas en un PDF más liviano.")
    subject = {
        "plan_id": ref.row.id,
        "activity_id": activity.id if activity else None,
        "kind": wanted.kind,
    }
    write = Writing(act, ref.row, "evidence.add", [COMPARTMENT])
    code = keep(write, COMPARTMENT, cleaned, subject)
    write.done({"plan": ref.row.code, "activity": activity.code if activity else None, "file": code})
    return code


def withdraw(act: Act, code: str, version: int, reason: str) -> FileWithdrawnView:
    """Withdraw a file with a reason: it is kept, and shown to nobody any more.

    Raises:
        NotFound: no such file, or out of scope.
        Forbidden: another unit added it and another one is responsible for the plan.
        Invalid: the reason is not of its list.
        Conflict: it is withdrawn already.
        StaleVersion: somebody changed it meanwhile.
    """
    require(act.actor, Permission.PLANS_PROGRESS)
    check_codes(reason=("evidence_withdrawal", reason))
    row, ref = find_file(act, code)
    if not ref.writes(act.actor) or not (ref.responsible(act.actor) or row.unit_id == act.actor.unit_id):
        raise Forbidden("Solo la unidad que agregó el archivo o la responsable del plan lo retiran.")
    if row.state != FileState.IN_FORCE:
        raise Conflict("El archivo ya estaba retirado.")
    write = Writing(act, ref.row, "evidence.withdraw", [COMPARTMENT])
    withdrawn = mark_withdrawn(write, row, version, reason)
    write.done({"file": row.code, "reason": reason})
    return withdrawn
