"""Versions of a plan: what was signed, kept as it was, and what changed from one to another."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, cast

from app.access.act import Act
from app.access.guard import require
from app.access.permissions import Permission
from app.audit import record
from app.db import vault_of
from app.errors import NotFound
from app.models import PlanVersion
from app.services.plans import rules
from app.services.plans.content import (
    COMPARTMENT,
    PlanRef,
    Task,
    Texts,
    activities,
    find,
    objectives,
    open_texts,
    own_plan,
    whole,
)
from app.services.plans.content_views import (
    KeptView,
    PlanChangesView,
    PlanContentSince,
    PlanContentView,
    SignedActivityView,
    VersionTextView,
    VersionView,
)
from app.services.plans.details import header_texts
from app.services.plans.difference import Change, differences
from app.services.plans.holding import advance
from app.services.plans.rows import latest_version, signature_rows, version_rows
from app.services.writing import Slot, Writing
from app.states import ActivityState

_SALT: Final = 16
# Fields that came later stand in the content only where they are filled: what was signed before stays equal.
_HEADER_SINCE: Final = (
    "starts_on",
    "execution_country",
    "feasibility",
    "feasibility_notes",
    "pti_number",
    "pti_on",
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A version that holds a content: its number, and the hash that signatures cover."""

    number: int
    digest: bytes


def signable(act: Act, ref: PlanRef, *, action: str) -> PlanContentView:
    """All that a signature covers: header, objectives and activities; never states or progress.

    What was cancelled, does not apply or was refused by the person is no part of the plan.
    """
    goals = [
        goal for goal in objectives(act, ref, action=action) if goal["state"] not in rules.DROPPED_OBJECTIVE
    ]
    by_objective: dict[int, list[SignedActivityView]] = {}
    for activity in activities(act, ref, action=action):
        if activity["state"] != ActivityState.CANCELLED:
            by_objective.setdefault(activity["objective_id"], []).append(_signed_activity(activity))
    row = ref.row
    texts = header_texts(act, ref, action=action)
    return {
        "plan": row.code,
        "kind": row.kind,
        "place_of_execution": row.place_of_execution,
        "pti_resolution": row.pti_resolution,
        "language": row.language,
        "interpreter": row.interpreter,
        "summary": texts.get("summary"),
        **_filled(row, texts),
        "objectives": [
            {
                "code": goal["code"],
                "domain": goal["domain"],
                "wish": goal["wish"],
                "goal": goal["goal"],
                "activities": sorted(by_objective.get(goal["id"], []), key=lambda found: found["code"]),
            }
            for goal in goals
        ],
    }


def _filled(row: Any, texts: Texts) -> PlanContentSince:
    """Those fields of the header that are known, days as text."""
    values = {**{name: getattr(row, name, None) for name in _HEADER_SINCE}, **texts}
    known = {name: values[name] for name in _HEADER_SINCE if values[name] is not None}
    days = {name: value.isoformat() for name, value in known.items() if isinstance(value, date)}
    return cast("PlanContentSince", {**known, **days})


def _signed_activity(activity: Task) -> SignedActivityView:
    signed: SignedActivityView = {
        "due_on": activity["due_on"].isoformat(),
        "code": activity["code"],
        "unit": activity["unit"],
        "description": activity["description"],
        "indicator": activity["indicator"],
        "person_in_charge": activity["person_in_charge"],
        "frequency": activity["frequency"],
    }
    if activity["evidence_expected"] is not None:
        signed["evidence_expected"] = activity["evidence_expected"]
    if activity["service_code"] is not None:
        signed["service_code"] = activity["service_code"]
    return signed


def newest(act: Act, ref: PlanRef, action: str = "plans.sign") -> tuple[Any, PlanContentView] | None:
    """The newest kept version (its row) and its opened content, or None."""
    row = latest_version(act.session, ref)
    if row is None:
        return None
    kept = open_texts(act, ref, "plan_version", [row], action=action)[0]
    return row, kept["content"]


def mark_of(act: Act, content: PlanContentView) -> str:
    """Marks a content that was shown to who may sign it; keyed, since a short plan could be guessed."""
    key: bytes = vault_of(act.session).secret("digest")
    return hashlib.blake2b(rules.content_hash(content), key=key, digest_size=16).hexdigest()


def version_of(write: Writing, ref: PlanRef, content: PlanContentView) -> Kept:
    """The version that holds exactly this content, the newest or a new one; the caller holds the plan."""
    latest = newest(write.act, ref)
    if latest is None:
        return keep(write, ref, 1, content)
    row, before = latest
    if before == content:
        return Kept(row.number, row.content_hash)
    return keep(write, ref, row.number + 1, content)


def keep(write: Writing, ref: PlanRef, number: int, content: PlanContentView) -> Kept:
    """Keep a content as a version of its own."""
    # Salted: the hash stands in a clear column, and a short plan could be guessed from a plain one.
    kept = {"salt": os.urandom(_SALT).hex(), "content": content}
    digest = rules.content_hash(kept)
    values = {"plan_id": ref.row.id, "number": number, "content_hash": digest}
    write.insert(PlanVersion, values, kept, Slot(COMPARTMENT))
    return Kept(number, digest)


def fix(act: Act, code: str) -> KeptView:
    """Keep the plan as it is now, for who signs it elsewhere; the same content is not kept twice.

    Raises:
        NotFound: the plan is out of scope.
        Forbidden: another unit is responsible, or the role does not write plans.
    """
    require(act.actor, Permission.PLANS_WRITE)
    ref = own_plan(act, code)
    advance(act.session, ref, None)
    content = signable(act, ref, action="plans.version")
    write = Writing(act, ref.row, "plans.version.keep", [COMPARTMENT])
    kept = version_of(write, ref, content)
    write.done({"plan": ref.row.code, "number": kept.number})
    return {"number": kept.number, "content_hash": kept.digest.hex()}


def listed(act: Act, code: str) -> list[VersionView]:
    """The kept versions of a plan, oldest first, and who signed each; nothing of their content.

    Raises:
        NotFound: the plan is out of scope.
        Forbidden: the actor reads the plan in part.
    """
    require(act.actor, Permission.PLANS_READ)
    ref = whole(act.actor, find(act, code))
    signed = signature_rows(act.session, ref)
    record(
        act, "plans.version", victim_id=ref.row.victim_id, case_id=ref.row.case_id,
        purpose=act.purpose, compartments=[COMPARTMENT], detail={"plan": ref.row.code},
    )  # fmt: skip
    return [
        {
            "number": row.number,
            "created_at": row.created_at,
            "content_hash": row.content_hash.hex(),
            "signers": [one.signer for one in signed if one.number == row.number],
        }
        for row in version_rows(act.session, ref)
    ]


def read(act: Act, code: str, number: int) -> VersionTextView:
    """One kept version: its content, and the exact text (`signed_text`) whose SHA-256 is `content_hash`.

    Raises:
        NotFound: the plan is out of scope, or has no such version.
        Forbidden: the actor reads the plan in part.
    """
    require(act.actor, Permission.PLANS_READ)
    ref = whole(act.actor, find(act, code))
    row, kept = _kept(act, ref, number)
    return {
        "number": row.number,
        "created_at": row.created_at,
        "content_hash": row.content_hash.hex(),
        "intact": rules.content_hash(kept) == row.content_hash,
        "content": kept["content"],
        "signed_text": rules.canonical(kept).decode(),
    }


def compare(act: Act, code: str, start: int, end: int | None) -> PlanChangesView:
    """What changed from one version to another (None: to the plan as it is now), in words.

    Raises:
        NotFound: the plan is out of scope, or has no such version.
        Forbidden: the actor reads the plan in part.
    """
    require(act.actor, Permission.PLANS_READ)
    ref = whole(act.actor, find(act, code))
    before: PlanContentView = _kept(act, ref, start)[1]["content"]
    after = signable(act, ref, action="plans.version") if end is None else _kept(act, ref, end)[1]["content"]
    found: list[Change] = differences(before, after)
    return {
        "from": start,
        "to": end,
        "equal": not found,
        "changes": [{"field": ".".join(change.path), "text": change.text} for change in found],
    }


def _kept(act: Act, ref: PlanRef, number: int) -> tuple[Any, Texts]:
    for row in version_rows(act.session, ref):
        if row.number == number:
            texts = open_texts(act, ref, "plan_version", [row], action="plans.version")
            return row, texts[0]
    raise NotFound
