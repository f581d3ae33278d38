"""Sign a plan. What is signed is kept as it was, sealed, for ever."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import func
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.actor import Actor
from app.access.guard import require
from app.access.permissions import Permission
from app.codes import parse_code
from app.errors import Conflict, Forbidden, Invalid, StaleVersion, refusal, wrong
from app.models import PlanSignature
from app.records.errors import FieldError
from app.records.rows.plans import Signature
from app.services.plans import cms, rules, timing
from app.services.plans.assessing import labelled
from app.services.plans.content import COMPARTMENT, PlanRef, own_plan, state_now
from app.services.plans.details import gaps
from app.services.plans.facts import facts_of
from app.services.plans.holding import advance
from app.services.plans.rows import acknowledged, has_file, signatures_on
from app.services.plans.versions import Kept, mark_of, signable, version_of
from app.services.plans.views import PlanSignedView
from app.services.state_machine import refused
from app.services.victims.suspects import Adult, refuse_suspects
from app.services.writing import Slot, Writing
from app.states import PlanState, SignatureCheck


@dataclass(frozen=True, slots=True)
class Given:
    """A signature: who signs, how, and what it carries.

    `gaps_acknowledged`: why a domain assessed at risk has no objective, by domain; stored sealed.
    `digital`: a detached signature (CMS, DER) of the text of the kept version.
    `shown`: mark of the content that was shown to who signs (`versions.mark_of`), where it is known.
    """

    signer: str
    manner: str
    carried: Signature = field(default_factory=Signature)
    gaps_acknowledged: Mapping[str, str] = field(default_factory=dict)
    digital: bytes | None = None
    shown: str | None = None


def sign(act: Act, code: str, wanted: Given, version: int | None = None) -> PlanSignedView:
    """Record one signature on the plan as it is now; the last one needed makes it `SUSCRITO`.

    A changed content is another version, on which nobody has signed yet. Gaps have to be acknowledged once a
    version, by whoever signs it first.

    Raises:
        NotFound: the plan is out of scope.
        Forbidden: another unit is responsible, the role does not write plans, or signs for the head.
        Invalid: this signer does not sign in this manner, a witness or the reason of a gap is missing, or the
            digital signature is of another text.
        Conflict: the plan cannot be signed now, this signer has signed this version, or the witness is or may
            be marked as suspected.
        StaleVersion: it is not the version that was read.
    """
    require(act.actor, Permission.PLANS_WRITE)
    ref = own_plan(act, code)
    _check_signer(act.actor, ref, wanted)
    witness = wanted.carried.witness and Adult(wanted.carried.witness, wanted.carried.witness_document)
    refuse_suspects(act, ref.row.victim_id, {"witness": witness})
    plan_version = advance(act.session, ref, version)  # holds the row: nobody changes what is being signed
    state = state_now(act.session, ref)
    if refusal := rules.unsignable(state, facts_of(act.session, ref)):
        raise refused(refusal)
    found = gaps(act.session, ref)
    content = signable(act, ref, action="plans.sign")
    if wanted.shown is not None and wanted.shown != mark_of(act, content):
        raise StaleVersion(version=plan_version)
    write = Writing(act, ref.row, "plans.sign", [COMPARTMENT])
    kept = version_of(write, ref, content)
    signed = signatures_on(act.session, ref, kept.number)
    if wanted.signer in {name for name, _ in signed}:
        raise Conflict("Esa firma ya consta en esta versión del plan.")
    _check_gaps(found, acknowledged(act.session, ref, kept.number), wanted)
    _insert(write, ref, kept, wanted)
    facts = facts_of(act.session, ref, signed | {(wanted.signer, wanted.manner)})
    if state == PlanState.CONSULTED and rules.refuse(state, PlanState.SIGNED, facts) is None:
        state = PlanState.SIGNED
        plan_version = advance(
            act.session, ref, None, state=state, state_since=func.now(), signed_at=func.now()
        )
        timing.plan_moved(act.session, ref, state, None)
    detail = {
        "plan": ref.row.code, "number": kept.number, "signer": wanted.signer, "manner": wanted.manner,
        "to": state, "content": kept.digest.hex(), "gaps": found,
    }  # fmt: skip
    write.done(detail)
    return {
        "number": kept.number,
        "content_hash": kept.digest.hex(),
        "state": state,
        "version": plan_version,
        "gaps": labelled(found),
    }


def _check_signer(actor: Actor, ref: PlanRef, wanted: Given) -> None:
    if not rules.manner_fits(wanted.signer, wanted.manner, ref.row.kind):
        ways = ", ".join(f"{who} con {how}" for who, how in rules.signing_ways(ref.row.kind))
        raise refusal(
            "manner", "not-possible", f"Esa persona no firma de esa manera en este plan. Firman {ways}."
        )
    if wanted.signer == "JEFATURA" and not actor.unit_wide:
        raise Forbidden("La firma de la jefatura la registra la jefatura de la unidad.")
    if wanted.manner == "HUELLA" and wanted.carried.witness is None:
        raise refusal("witness", "not-possible", "Falta el nombre de quien atestigua la huella.")
    if wanted.digital is not None and wanted.manner != "FIRMA":
        raise refusal("digital", "not-possible", "La firma digital va con la manera FIRMA.")


def _scan(session: Session, ref: PlanRef, wanted: Given) -> str | None:
    """The file of the plan that shows the signature, if one is named."""
    if wanted.carried.scan_code is None:
        return None
    try:
        code = parse_code(wanted.carried.scan_code, "MD")
    except ValueError:
        raise refusal("scan_code", "not-possible", "No es el código de un archivo; revíselo.") from None
    if not has_file(session, ref, code):
        raise refusal("scan_code", "not-possible", "El plan no tiene ese archivo: adjúntelo antes de firmar.")
    return code


def _check_gaps(found: list[str], before: frozenset[str], wanted: Given) -> None:
    """Each gap has its reason, and no reason is for something else."""
    missing = [name for name in found if name not in before and name not in wanted.gaps_acknowledged]
    errors: list[FieldError] = [
        wrong(
            f"gaps_acknowledged.{name}",
            "missing",
            "Este dominio está en riesgo y no tiene objetivo: agregue uno o explique por qué no.",
        )
        for name in missing
    ]
    if set(wanted.gaps_acknowledged) - set(found):
        message = "Solo se explican los dominios en riesgo sin objetivo."
        errors.append(wrong("gaps_acknowledged", "not-asked", message))
    if errors:
        raise Invalid(
            "Hay dominios en riesgo sin objetivo: agréguelo o explique por qué no lo hay.",
            errors=errors,
            gaps=labelled(found),
        )


def _insert(write: Writing, ref: PlanRef, kept: Kept, wanted: Given) -> None:
    values = {
        "plan_id": ref.row.id,
        "number": kept.number,
        "signer": wanted.signer,
        "manner": wanted.manner,
        "content_hash": kept.digest,
        "scan_code": _scan(write.act.session, ref, wanted),
        "acknowledged": sorted(wanted.gaps_acknowledged) or None,
        "verification": _verified(wanted.digital, kept.digest),
    }
    texts: dict[str, object] = wanted.carried.model_dump(
        mode="json", exclude_none=True, include={"witness", "witness_document"}
    )
    if wanted.gaps_acknowledged:
        texts["gaps"] = dict(wanted.gaps_acknowledged)
    if wanted.digital is not None:
        texts["digital"] = base64.b64encode(wanted.digital).decode()
    write.insert(PlanSignature, values, texts, Slot(COMPARTMENT))


def _verified(digital: bytes | None, digest: bytes) -> str | None:
    """How far a digital signature could be checked; None without one."""
    if digital is None:
        return None
    try:
        return SignatureCheck.WHOLE if cms.verify(digital, digest) else SignatureCheck.UNVERIFIED
    except cms.NotSigned as error:
        raise refusal("digital", "not-possible", str(error)) from None
