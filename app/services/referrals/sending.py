"""Send a referral: what is asked, of whom, by when, and how much of the record goes with it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.actor import Actor
from app.access.guard import CaseRef, case_in_scope, require
from app.access.permissions import Permission
from app.access.policy import policy
from app.access.sealing import COORDINATION
from app.audit import record
from app.catalogues import code_list
from app.db import DATABASE_ERRORS, UniqueViolation
from app.errors import REVIEW, Conflict, Forbidden, Invalid, StaleVersion, unknown_code, wrong
from app.models import Referral, Unit
from app.services.cases.rows import case_state, openable, presumed_child
from app.services.cases.rules import closed
from app.services.clocks import service as clocks
from app.services.consents.covering import covering
from app.services.consents.refused import check_referable
from app.services.consents.rules import LEGAL_BASES, RESTING
from app.services.consents.voices import check_backer
from app.services.institutions.masking import unit_name
from app.services.referrals import rules
from app.services.referrals.deadlines import CLOCK, TABLE, answer_by
from app.services.referrals.queries import expired, replaceable, unanswered, waiting_code
from app.services.referrals.views import ReferralProposal
from app.services.writing import NOTHING, Slot, Writing, Written, next_version
from app.states import ReferralState

LONGEST = timedelta(days=90)
_MESSAGE = Slot(COORDINATION, "sealed_message", row_version=rules.MESSAGE_VERSION)
_WAITS = "Ya envió esa derivación y espera respuesta."


@dataclass(frozen=True, slots=True)
class Wanted:
    """A referral to send. All but `message` are codes; `message` is free text and is stored sealed.

    `due_at`: until when an answer is awaited (the service's own term if not given).
    `compartments`: what to share (the receiver's minimum if not given).
    `consent`: code of the consent it rests on, where the legal basis is one.
    `replaces`: code of the own unit's earlier one that expired, was refused or withdrawn.
    """

    to_unit: str
    service_type: str
    legal_basis: str
    reason: str | None = None
    urgent: bool = False
    due_at: datetime | None = None
    compartments: tuple[str, ...] | None = None
    message: str | None = None
    consent: str | None = None
    replaces: str | None = None


def send(act: Act, case_code: str, wanted: Wanted) -> str:
    """Send a referral from the actor's unit; returns its code.

    Raises:
        NotFound: the case is out of scope.
        Forbidden: the role sends none, or a compartment is one the actor may not open itself (named).
        Invalid: unknown unit or codes, nothing to share, a deadline that is past or too far, no such one.
        Conflict: the case is closed, the same request still waits for its answer, she refused to share that
            with the unit, or it would tell a consulate of who seeks asylum (Ley 27891).
    """
    require(act.actor, Permission.REFERRALS_SEND)
    ref = case_in_scope(act, case_code)
    unit = act.session.execute(select(Unit.id, Unit.kind).where(Unit.code == wanted.to_unit)).first()
    due_at, kind = _due(wanted), unit.kind if unit else ""
    unit_id = _check(act.actor, wanted, unit.id if unit else None, due_at)
    _check_consulate(act.session, ref, kind, wanted)
    shared = _shared(act, ref, wanted, kind)
    check_referable(act.session, ref, wanted.legal_basis, unit_id, shared)
    _check_open(act, ref, unit_id, wanted)
    consent_id = _consent(act, ref, wanted, unit_id, shared)
    _expire(act, ref)
    replaced = _replaced(act, ref, wanted.replaces)
    values = {
        "to_unit_id": unit_id,
        "service_type": wanted.service_type,
        "reason": rules.forced_reason(kind, wanted.reason),
        "legal_basis": wanted.legal_basis,
        "consent_id": consent_id,
        "compartments": shared,
        "urgent": wanted.urgent,
        "state": ReferralState.SENT,
        "due_at": due_at,
        "replaces_id": replaced,
    }
    write = Writing(act, ref, "referrals.send", shared)
    new = _stored(write, values, wanted.message)
    if replaced is not None:
        clocks.cancel(act.session, TABLE, replaced)
    subject = clocks.Subject(TABLE, new.id, new.code, ref.victim_id, ref.case_id, unit_id=unit_id)
    clocks.start(act.session, CLOCK, subject, due_at=due_at)
    detail = {
        "referral": new.code, "to": wanted.to_unit, "service": wanted.service_type,
        "replaces": wanted.replaces,
    }  # fmt: skip
    write.done(detail)
    return new.code


def proposal(act: Act, case_code: str, to_unit: str) -> ReferralProposal | None:
    """What may go with a referral to a unit: what the actor may open, and the least that the unit needs.

    Returns:
        None if there is no such unit, or it is the actor's own; else its `code` and `name`, `openable` and
        `preselected` compartments, and whether it is `outside` the network, where it reads a neutral reason.

    Raises:
        NotFound: the case is out of scope.
        Forbidden: the role sends none.
    """
    require(act.actor, Permission.REFERRALS_SEND)
    ref = case_in_scope(act, case_code)
    found = act.session.execute(select(Unit.id, Unit.name, Unit.kind).where(Unit.code == to_unit)).first()
    if found is None or found.id == act.actor.unit_id:
        return None
    own = openable(act, ref.victim_id)
    named = unit_name(act.actor, found.id, to_unit, found.name, found.kind)
    return {
        "code": to_unit,
        "name": named.name,
        "openable": [name for name in policy().compartments if name in own],
        "preselected": rules.preselected(found.kind, own),
        "outside": found.kind not in rules.NETWORK_KINDS,
    }


def _stored(write: Writing, values: Mapping[str, object], message: str | None) -> Written:
    texts = {"message": message} if message is not None else NOTHING
    try:
        return write.insert(Referral, values, texts, _MESSAGE, prefix="DE")
    except UniqueViolation:
        # The unique index is the rule: of two who send at the same moment one wins.
        raise Conflict(_WAITS) from None
    except DATABASE_ERRORS as error:
        if rules.kept_from_consulate(error):
            raise Conflict(
                "No se la deriva a un consulado por ahora, por su protección (por ejemplo, mientras solicita"
                " refugio): consulte a la unidad responsable."
            ) from None
        raise


def _replaced(act: Act, ref: CaseRef, code: str | None) -> int | None:
    if code is None:
        return None
    found = replaceable(act, ref, code.strip().upper())
    if found is None:
        message = (
            "Indique una derivación de su unidad en este caso que venció, fue rechazada o retirada y que"
            " ninguna otra reemplaza."
        )
        raise Invalid(message, errors=[wrong("replaces", "not-replaceable", message)])
    return found


def _consent(act: Act, ref: CaseRef, wanted: Wanted, unit_id: int, shared: list[str]) -> int | None:
    """Key of the consent it rests on; None where the legal basis is another."""
    if wanted.legal_basis in RESTING:
        found = covering(act.session, ref, wanted.consent, to_unit_id=unit_id, compartments=shared)
        check_backer(act, ref, str(wanted.consent))
        return found
    if wanted.consent is not None:
        message = "Esa base legal no se apoya en un consentimiento: quítelo, o cambie la base legal."
        raise Invalid(message, errors=[wrong("consent", "not-needed", message)])
    return None


def _due(wanted: Wanted) -> datetime:
    if wanted.due_at is not None:
        return wanted.due_at
    now = datetime.now(UTC)
    known = wanted.service_type in code_list("service_type")
    return answer_by(wanted.service_type, urgent=wanted.urgent, at=now) if known else now + LONGEST


def _check(actor: Actor, wanted: Wanted, unit_id: int | None, due_at: datetime) -> int:
    """The key of the unit, if the codes and the deadline are possible."""
    errors = []
    now = datetime.now(UTC)
    if unit_id is None:
        errors.append(wrong("to_unit", "unknown", "No existe esa unidad."))
    elif unit_id == actor.unit_id:
        errors.append(wrong("to_unit", "own-unit", "Una derivación va a otra unidad."))
    if wanted.service_type not in code_list("service_type"):
        errors.append(unknown_code("service_type", code_list("service_type").codes))
    if wanted.legal_basis not in LEGAL_BASES:
        errors.append(unknown_code("legal_basis", LEGAL_BASES))
    if wanted.reason is not None and wanted.reason not in rules.REASONS:
        errors.append(unknown_code("reason", rules.REASONS))
    if due_at.tzinfo is None:
        errors.append(wrong("due_at", "no-time-zone", "Indique la hora con su zona horaria."))
    elif not now < due_at <= now + LONGEST:
        errors.append(wrong("due_at", "out-of-range", "El plazo va de ahora a 90 días."))
    if set(wanted.compartments or ()) - set(policy().compartments):
        errors.append(unknown_code("compartments", policy().compartments, "unknown"))
    if errors or unit_id is None:
        raise Invalid(REVIEW, errors=errors)
    return unit_id


def _check_consulate(session: Session, ref: CaseRef, kind: str, wanted: Wanted) -> None:
    child = presumed_child(session, ref.victim_id, ref.case_id)
    if rules.untold(kind, wanted.legal_basis, child=child):
        message = (
            "A un consulado no se le avisa de una persona adulta sin que ella lo acepte o lo pida: registre"
            " su consentimiento y derive con él."
        )
        raise Invalid(message, errors=[wrong("legal_basis", "consent-needed", message)])


def _shared(act: Act, ref: CaseRef, wanted: Wanted, kind: str) -> list[str]:
    own = openable(act, ref.victim_id)
    chosen = wanted.compartments
    shared = rules.preselected(kind, own) if chosen is None else sorted(set(chosen))
    if beyond := rules.beyond(shared, own):
        raise Forbidden(
            "No puede compartir lo que su función o su unidad no ve.",
            errors=[
                wrong(f"compartments.{name}", "not-readable", "Su función no ve esta parte.")
                for name in beyond
            ],
        )
    if not shared:
        message = "Indique al menos un compartimento que compartir."
        raise Invalid(message, errors=[wrong("compartments", "empty", message)])
    return shared


def _check_open(act: Act, ref: CaseRef, unit_id: int, wanted: Wanted) -> None:
    if closed(case_state(act.session, ref)):
        raise Conflict("El caso terminó: ya no se deriva desde él.")
    waiting = waiting_code(act, ref, unit_id, wanted.service_type)
    if waiting is not None:
        raise Conflict(_WAITS, referral=waiting)


def _expire(act: Act, ref: CaseRef) -> None:
    """Store that nobody answered the own unit's referrals of the case in time, so that others may follow."""
    for row in unanswered(act.session, ref, act.actor.unit_id):
        if not expired(row):
            continue
        key = {"id": row.id, "victim_id": ref.victim_id}
        with suppress(StaleVersion):
            next_version(act.session, Referral, key, row.version, {"state": ReferralState.LAPSED})
            record(
                act, "referrals.expire", victim_id=ref.victim_id, case_id=ref.case_id,
                detail={"referral": row.code},
            )  # fmt: skip
