"""Record a consent, and end one: withdrawn, or replaced by a newer version of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import CaseRef, case_in_scope, require
from app.access.permissions import Permission
from app.access.sealing import COORDINATION
from app.access.told import WITHDRAWN
from app.db import UniqueViolation, insert_rows, next_ids
from app.errors import Conflict, refusal, refuse_if, wrong
from app.models import ConsentEvent
from app.records.errors import FieldError
from app.records.kinds import today
from app.records.rows import split_row
from app.records.rows.consents import ConsentRow, WithdrawalRow
from app.services.clocks import service as clocks
from app.services.clocks.calendar import end_of
from app.services.consents import rules
from app.services.consents.covering import hold_consent
from app.services.consents.kept import housed_share, other_shares_of
from app.services.consents.queries import (
    Found,
    find,
    reads_of,
    share_of,
    shares_of,
    tell_receivers,
    unit_ids,
)
from app.services.consents.views import WithdrawnView
from app.services.consents.voices import voice
from app.services.consents.writing import check_compartments, institutions
from app.services.state_machine import refused
from app.services.victims.suspects import refuse_suspects
from app.services.writing import Slot, Writing, Written
from app.states import ConsentState, ReferralState

_REQUIRED = ("purposes", "compartments", "language", "given_by", "form", "text_version")
EXPIRES: Final = "CONSENTIMIENTO_VENCE"
"""The clock of a consent's last day."""

_ENDED = "Ese consentimiento ya terminó: vuelva a leerlo."
_LIVE = frozenset(
    {ReferralState.SENT, ReferralState.ACCEPTED, ReferralState.ACCEPTED_ON_TERMS, ReferralState.RUNNING}
)


def give(act: Act, case_code: str, row: ConsentRow, *, replaces: str | None = None) -> str:
    """Record a consent of the person of a case; returns its code.

    Args:
        replaces: code of the live consent of the case whose place it takes. What rests on that one goes on
            under the new one where it covers it, and ends where it does not.

    Raises:
        NotFound: the case, or the consent to replace, is out of scope.
        Forbidden: the role records none.
        Invalid: a field is missing or wrong; each is named.
        Conflict: a suspect cannot give it, or the consent to replace has ended.
    """
    require(act.actor, Permission.CONSENTS_WRITE)
    ref = case_in_scope(act, case_code)
    old = _to_replace(act, ref, replaces)
    if old is not None:
        hold_consent(act.session, old.row.id)
    _check(row)
    speaker = voice(act, ref, row.given_by, row)
    if refusal := rules.refuse_giver(speaker):
        raise refusal
    refuse_suspects(act, ref.victim_id, {"witness": row.witness})
    to_units, to_institutions = _recipients(act.session, row)
    values = {
        "replaces_id": old.row.id if old else None,
        "to_units": to_units,
        "to_institutions": to_institutions,
        "valid_from": row.valid_from or today(),
        "representative_suspected": False if speaker.suspected == "NO" else None,
    }
    write = Writing(act, ref, "consents.give")
    try:
        new = write.add(row, values)
        write.done({"consent": new.code, "replaces": old.row.code if old else None})
        if old is not None:
            _end(act, old, {"kind": ConsentState.REPLACED})
    except UniqueViolation:
        raise Conflict(_ENDED) from None
    if old is not None:
        _told(act.session, old)
    if row.valid_until is not None:
        _start_clock(act, ref, new, row.valid_until)
    return new.code


def _start_clock(act: Act, ref: CaseRef, consent: Written, last: date) -> None:
    """The clock by which a consent expires, when its last day is over in Peru."""
    subject = clocks.Subject(
        "consent", consent.id, consent.code, ref.victim_id, ref.case_id, act.actor.unit_id, act.actor.user_id
    )
    clocks.start(act.session, EXPIRES, subject, due_at=end_of(last))


def withdraw(act: Act, code: str, row: WithdrawalRow) -> WithdrawnView:
    """Withdraw a consent; everything that rests on it ends in the same transaction.

    Returns what ended; what stays shared, with whom, on what basis and until when (because she lives with the
    receiver, by mandate, by a referral on another basis); and what cannot be recalled: which units opened
    what of her since.

    Raises:
        NotFound: no such consent in scope.
        Forbidden: the role withdraws none.
        Invalid: who withdraws it is missing or cannot.
        Conflict: it has ended already, or nobody would be left with the case.
    """
    require(act.actor, Permission.CONSENTS_WRITE)
    found = find(act, code)
    hold_consent(act.session, found.row.id)
    refusal = rules.refuse(found.state, ConsentState.WITHDRAWN, rules.ConsentFacts(by_whom=row.by_whom))
    if refusal:
        raise refused(refusal)
    if wrong := rules.refuse_withdrawer(voice(act, found.ref, row.by_whom, row)):
        raise wrong
    clear, texts = split_row(row)
    write = Writing(act, found.ref, "consents.withdraw")
    row_id = next_ids(act.session, consent_event=1)["consent_event"][0]
    sealed = write.sealed(ConsentEvent, row_id, texts, Slot(COORDINATION))
    write.done({"consent": found.row.code})  # afterwards the unit may have no part in the case
    try:
        _end(act, found, {"id": row_id, "kind": ConsentState.WITHDRAWN, **clear, **sealed})
    except UniqueViolation:
        raise Conflict(_ENDED) from None
    return _withdrawn(act.session, found)


def _told(session: Session, found: Found) -> tuple[list[Any], list[Any]]:
    """Shares of a consent that ended and what its end left going; each receiver is told of its own.

    Raises:
        Conflict: one goes on because nobody else would be left with the case.
    """
    ended, kept = [], []
    for share in shares_of(session, found.row.id):
        if share.state in _LIVE:
            kept.append(share)
        elif share.result == WITHDRAWN:
            ended.append(share)
    if alone := [share for share in kept if not share.housed]:
        raise Conflict(
            "Quien recibe es la única unidad que queda en el caso, o la única que puede responder del plan:"
            " incorpore antes a otra.",
            referral=alone[0].code,
        )
    tell_receivers(session, found.row.id, len(ended))
    return ended, kept


def _withdrawn(session: Session, found: Found) -> WithdrawnView:
    ended, kept = _told(session, found)
    return {
        "code": found.row.code,
        "state": ConsentState.WITHDRAWN,
        "ended": [share_of(share) for share in ended],
        "kept": [*map(housed_share, kept), *other_shares_of(session, found.row.id)],
        "cannot_be_recalled": reads_of(session, found.row.id),
    }


def _end(act: Act, found: Found, values: Mapping[str, object]) -> None:
    """Write the event that ends a consent; the database ends what rests on it."""
    event = {"victim_id": found.ref.victim_id, "consent_id": found.row.id}
    event |= {"by_user_id": act.actor.user_id, "by_unit_id": act.actor.unit_id}
    insert_rows(act.session, ConsentEvent, [{**event, **values}])


def _recipients(session: Session, row: ConsentRow) -> tuple[list[int] | None, list[int] | None]:
    units = unit_ids(session, row.to_units or [])
    if set(row.to_units or ()) - set(units):
        raise refusal("to_units", "unknown", "No existe una de esas unidades: revise su código.")
    to_institutions = institutions(session, row.to_institutions)
    if not units and to_institutions is None:
        raise refusal("to_units", "missing", "Indique a qué unidades o instituciones.")
    return list(units.values()) or None, to_institutions


def _to_replace(act: Act, ref: CaseRef, code: str | None) -> Found | None:
    if code is None:
        return None
    found = find(act, code)
    if found.ref.case_id != ref.case_id:
        raise refusal("replaces", "other-case", "Ese consentimiento es de otro caso.")
    if barred := rules.refuse(found.state, ConsentState.REPLACED, rules.ConsentFacts(replaced=True)):
        raise refused(barred)
    return found


def _check(row: ConsentRow) -> None:
    errors: list[FieldError] = [
        wrong(name, "missing", "Falta este campo.") for name in _REQUIRED if not getattr(row, name)
    ]
    day = today()
    since, until = row.valid_from or day, row.valid_until
    if since > day:
        message = "Un consentimiento no se registra antes de que valga."
        errors.append(wrong("valid_from", "in-future", message))
    if until is not None and until < max(since, day):
        message = "Ya habría vencido: indique una fecha de hoy en adelante."
        errors.append(wrong("valid_until", "past", message))
    if row.form == "VERBAL_REGISTRADO" and row.witness is None:
        message = "De palabra, hace falta un testigo."
        errors.append(wrong("witness", "missing", message))
    refuse_if(errors)
    check_compartments(row.compartments)
