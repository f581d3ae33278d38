"""Sign a plan and move it along its states. What is signed is kept as it was, sealed, for ever."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import func
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.guard import require
from app.access.permissions import Permission
from app.access.sealing import seal_text
from app.audit import record
from app.catalogues import code_list
from app.db import insert_rows, next_ids
from app.errors import Conflict, FieldError, Forbidden, Invalid, StaleVersion
from app.models import PlanSignature, PlanVersion
from app.services.cases.activity import touch
from app.services.choices import unknown_code
from app.services.plans import rules
from app.services.plans.content_queries import (
    COMPARTMENT,
    PlanRef,
    advance,
    open_texts,
    own_plan,
    signable,
    state_now,
)
from app.services.plans.row_queries import activity_states, latest_version, signatures_on
from app.services.state_machine import refused

_SALT: Final = 16
_SIGNATURE_GUARDS: Final = frozenset({"person_signature", "professional_signature"})


@dataclass(frozen=True, slots=True)
class Closing:
    """What is agreed when a plan closes: achievement by domain, risk that stays, follow-up. Stored sealed."""

    achievement: Mapping[str, str] | None = None
    residual_risk: str | None = None
    follow_up: str | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """A wanted move of a plan. `reason` and `outcome` are codes."""

    target: str
    reason: str | None = None
    outcome: str | None = None
    closing: Closing | None = None


def sign(
    session: Session, actor: Actor, code: str, signer: str, manner: str, *, purpose: str = "atencion"
) -> dict[str, Any]:
    """Record one signature on the plan as it is now; the last one needed makes it `SUSCRITO`.

    A changed content is another version, on which nobody has signed yet.

    Raises:
        NotFound: the plan is out of scope.
        Forbidden: another unit is responsible, the role does not write plans, or signs for the head.
        Invalid: this signer does not sign in this manner.
        Conflict: the plan cannot be signed now, or this signer has signed this version.
    """
    require(actor, Permission.PLANS_WRITE)
    ref = own_plan(session, actor, code)
    _check_signer(actor, ref, signer, manner)
    plan_version = advance(session, ref, None)  # holds the row: nobody changes what is being signed
    state = state_now(session, ref)
    if refusal := rules.unsignable(state, _facts(session, ref, frozenset())):
        raise refused(refusal)
    content = signable(session, actor, ref, purpose=purpose, action="plans.sign")
    number, digest, blobs = _version(session, actor, ref, content, purpose)
    given = signatures_on(session, ref, number)
    if signer in {name for name, _ in given}:
        raise Conflict("Esa firma ya consta en esta versión del plan.")
    signature = {
        "victim_id": ref.row.victim_id,
        "plan_id": ref.row.id,
        "number": number,
        "signer": signer,
        "manner": manner,
        "content_hash": digest,
        "by_user_id": actor.user_id,
    }
    insert_rows(session, PlanSignature, [signature])
    facts = _facts(session, ref, given | {(signer, manner)})
    if state == "EN_CONSULTA" and rules.refuse(state, "SUSCRITO", facts) is None:
        state = "SUSCRITO"
        plan_version = advance(session, ref, None, state=state, state_since=func.now(), signed_at=func.now())
    touch(session, actor, ref.row.victim_id, ref.row.case_id)
    record(
        session, actor, "plans.sign", victim_id=ref.row.victim_id, case_id=ref.row.case_id, purpose=purpose,
        compartments=[COMPARTMENT], blobs=blobs,
        detail={
            "plan": ref.row.code, "number": number, "signer": signer, "manner": manner, "to": state,
            "content": digest.hex(),
        },
    )  # fmt: skip
    return {"number": number, "content_hash": digest.hex(), "state": state, "version": plan_version}


def move(
    session: Session, actor: Actor, code: str, version: int, wanted: Move, *, purpose: str = "atencion"
) -> dict[str, Any]:
    """Move a plan along its state machine; returns its new state and version.

    Raises:
        NotFound: the plan is out of scope.
        Forbidden: another unit is responsible, or the role does not write plans.
        Conflict, Invalid: not legal now; the text says what is missing or possible.
        StaleVersion: somebody changed it meanwhile.
    """
    require(actor, Permission.PLANS_WRITE)
    ref = own_plan(session, actor, code)
    if ref.row.version != version:
        raise StaleVersion
    _check_closing(wanted)
    asked = rules.MACHINE.find(ref.row.state, wanted.target)
    signatures: frozenset[tuple[str, str]] = frozenset()
    if asked is not None and _SIGNATURE_GUARDS & set(asked.guards):
        signatures = _current_signatures(session, actor, ref, purpose)
    facts = _facts(session, ref, signatures, wanted)
    if refusal := rules.refuse(ref.row.state, wanted.target, facts):
        raise refused(refusal)
    values: dict[str, Any] = {"state": wanted.target, "state_since": func.now()}
    if wanted.target == "SUSCRITO":
        values["signed_at"] = func.now()
    if wanted.target in rules.CLOSED:
        values |= {"closed_at": func.now(), "outcome": wanted.outcome}
    new = advance(session, ref, version, **values)
    blobs = _keep_closing(session, actor, ref, wanted, purpose) if wanted.target in rules.CLOSED else []
    touch(session, actor, ref.row.victim_id, ref.row.case_id)
    record(
        session, actor, "plans.transition", victim_id=ref.row.victim_id, case_id=ref.row.case_id,
        purpose=purpose, compartments=[COMPARTMENT], fields=list(values), blobs=blobs,
        detail={
            "plan": ref.row.code, "from": ref.row.state, "to": wanted.target, "reason": wanted.reason,
            "outcome": wanted.outcome,
        },
    )  # fmt: skip
    return {"code": ref.row.code, "state": wanted.target, "version": new}


def _check_signer(actor: Actor, ref: PlanRef, signer: str, manner: str) -> None:
    if not rules.manner_fits(signer, manner, ref.row.kind):
        ways = ", ".join(f"{who} con {how}" for who, how in rules.signing_ways(ref.row.kind))
        message = f"Esa persona no firma de esa manera en este plan. Firman {ways}."
        errors: list[FieldError] = [{"field": "manner", "code": "not-possible", "message": message}]
        raise Invalid(message, errors=errors)
    if signer == "JEFATURA" and not actor.unit_wide:
        raise Forbidden("La firma de la jefatura la registra la jefatura de la unidad.")


def _facts(
    session: Session, ref: PlanRef, signatures: frozenset[tuple[str, str]], wanted: Move | None = None
) -> rules.PlanFacts:
    states = tuple(activity_states(session, ref).values())
    return rules.PlanFacts(
        kind=ref.row.kind,
        has_objective=bool(states),
        pti_resolution=ref.row.pti_resolution,
        signatures=signatures,
        activity_states=states,
        outcome_known=wanted is not None and wanted.outcome in code_list("outcome"),
        reason=wanted.reason if wanted else None,
    )


def _latest(
    session: Session, actor: Actor, ref: PlanRef, purpose: str
) -> tuple[int, bytes, dict[str, Any]] | None:
    """Number, hash and opened content of the newest signed version."""
    row = latest_version(session, ref)
    if row is None:
        return None
    kept = open_texts(session, actor, ref, "plan_version", [row], purpose=purpose, action="plans.sign")[0]
    return row.number, row.content_hash, kept["content"]


def _version(
    session: Session, actor: Actor, ref: PlanRef, content: dict[str, Any], purpose: str
) -> tuple[int, bytes, list[tuple[str, int, int, bytes]]]:
    """The version that holds exactly this content: the newest one, or a new one."""
    latest = _latest(session, actor, ref, purpose)
    if latest is not None and latest[2] == content:
        return latest[0], latest[1], []
    return _keep(session, actor, ref, (latest[0] if latest else 0) + 1, content)


def _keep(
    session: Session, actor: Actor, ref: PlanRef, number: int, content: dict[str, Any]
) -> tuple[int, bytes, list[tuple[str, int, int, bytes]]]:
    row_id = next_ids(session, plan_version=1)["plan_version"][0]
    # Salted: the hash stands in a clear column, and a short plan could be guessed from a plain one.
    kept = {"salt": os.urandom(_SALT).hex(), "content": content}
    digest = rules.content_hash(kept)
    key_version, sealed = seal_text(session, COMPARTMENT, ref.strand, "plan_version", row_id, kept)
    row = {
        "id": row_id,
        "victim_id": ref.row.victim_id,
        "plan_id": ref.row.id,
        "number": number,
        "sealed": sealed,
        "key_version": key_version,
        "content_hash": digest,
        "created_by": actor.user_id,
    }
    insert_rows(session, PlanVersion, [row])
    return number, digest, [("plan_version", row_id, 1, sealed)]


def _current_signatures(
    session: Session, actor: Actor, ref: PlanRef, purpose: str
) -> frozenset[tuple[str, str]]:
    """Signatures on the content as it is now; none if it changed since."""
    latest = _latest(session, actor, ref, purpose)
    if latest is None or latest[2] != signable(
        session, actor, ref, purpose=purpose, action="plans.transition"
    ):
        return frozenset()
    return signatures_on(session, ref, latest[0])


def _check_closing(wanted: Move) -> None:
    errors: list[FieldError] = []
    closing = wanted.closing
    if wanted.target not in rules.CLOSED and (wanted.outcome is not None or closing is not None):
        message = "El resultado y el cierre se indican solo al cerrar el plan."
        errors.append({"field": "outcome", "code": "not-asked", "message": message})
    if closing is not None and closing.residual_risk not in {None, *code_list("risk_level").codes}:
        errors.append(unknown_code("closing.residual_risk", code_list("risk_level").codes))
    if closing is not None and set(closing.achievement or ()) - set(code_list("plan_domain").codes):
        errors.append(unknown_code("closing.achievement", code_list("plan_domain").codes))
    if errors:
        raise Invalid("Revise los campos indicados.", errors=errors)


def _keep_closing(
    session: Session, actor: Actor, ref: PlanRef, wanted: Move, purpose: str
) -> list[tuple[str, int, int, bytes]]:
    """The plan as it was when it closed, with what was agreed, as one more version."""
    closing = asdict(wanted.closing) if wanted.closing else {}
    content = signable(session, actor, ref, purpose=purpose, action="plans.transition")
    content["closing"] = {"outcome": wanted.outcome, "states": activity_states(session, ref), **closing}
    latest = latest_version(session, ref)
    return _keep(session, actor, ref, (latest.number if latest else 0) + 1, content)[2]
