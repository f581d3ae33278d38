"""Read the ledger and the objections of a case in scope; names of shelters as the reader may know them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import CaseRef, canonical, case_in_scope, require
from app.access.opening_rows import SealedRow, open_rows
from app.access.permissions import Permission
from app.access.policy import Level
from app.access.scope import actor_params, visible_cases
from app.access.sealing import COORDINATION
from app.access.standing import standing
from app.audit import record
from app.catalogues import code_list
from app.codes import new_code
from app.errors import NotFound
from app.models import Consent, ConsentEvent, Institution, Objection, TraffickingCase, Unit
from app.records.kinds import today
from app.records.rows import partial_row
from app.services.cases.rows import public_codes
from app.services.consents import rules
from app.services.consents.views import (
    ConsentCommon,
    ConsentListedView,
    ConsentReadView,
    ConsentTexts,
    ConsentView,
    NamedParts,
    ObjectionTexts,
    ObjectionView,
    ShareView,
)
from app.services.views import UnitView

_CODED = (
    *("id", "victim_id", "case_id", "code", "purposes", "compartments", "language", "interpreter"),
    *("given_by", "backed_by", "no_assent_reason", "representative_suspected", "form", "text_version"),
    *("valid_from", "valid_until", "replaces_id", "recorded_at", "sealed", "key_version"),
)
_OBJECTED = (
    *("id", "victim_id", "case_id", "code", "compartments", "made_at", "lifted_at", "sealed", "key_version"),
    "version",
)
_NAMED = "SELECT source, row_id, part, code, name FROM ruv.named_units(%(case)s)"
_SHARES = "SELECT * FROM ruv.consent_shares(%(consent)s)"
_TELL = "SELECT ruv.tell_receivers(%(consent)s, %(codes)s)"
_READS = "SELECT * FROM ruv.consent_reads(%(consent)s)"


@dataclass(frozen=True, slots=True)
class Found:
    """A consent in scope, as stored, with its case and its state today."""

    row: Any
    ref: CaseRef
    state: str


def consent_id(session: Session, ref: CaseRef, code: str) -> int | None:
    """Key of a consent of this case, by its canonical code."""
    return session.scalar(
        select(Consent.id).where(
            Consent.code == code, Consent.victim_id == ref.victim_id, Consent.case_id == ref.case_id
        )
    )


def find(act: Act, code: str) -> Found:
    """The consent behind a code.

    Raises:
        NotFound: no such consent, or the actor has no part in its case.
    """
    code = canonical(code, "CN")
    cases = visible_cases(act.actor).with_only_columns(TraffickingCase.id)
    row = act.session.execute(
        _consents().where(Consent.code == code, Consent.case_id.in_(cases)).params(actor_params(act.actor))
    ).first()
    if row is None:
        raise NotFound
    case = public_codes(act, [row.case_id])[row.case_id]["case"]
    return Found(row, case_in_scope(act, case), _state(row))


def read(act: Act, code: str) -> ConsentView:
    """One consent with its words, as far as the actor reads the person's contact data.

    Raises:
        NotFound: no such consent, or the actor has no part in its case.
    """
    require(act.actor, Permission.CONSENTS_READ)
    found = find(act, code)
    opened = _texts(act, found.ref, "consent", [found.row], "consents.read")
    texts = cast("ConsentTexts", opened[0])
    named = _named(act.session, found.ref, "consent").get(found.row.id, [])
    shares = [share_of(row) for row in shares_of(act.session, found.row.id)]
    return {**_consent(found.row, named), **texts, "referrals": shares}


def ledger(act: Act, case: str) -> list[ConsentListedView]:
    """Every consent of a case, newest first; codes, no words.

    Raises:
        NotFound: the case is out of scope.
    """
    require(act.actor, Permission.CONSENTS_READ)
    ref = case_in_scope(act, case)
    rows = act.session.execute(
        _consents()
        .where(Consent.victim_id == ref.victim_id, Consent.case_id == ref.case_id)
        .order_by(Consent.recorded_at.desc(), Consent.id.desc())
    ).all()
    record(
        act, "consents.list", victim_id=ref.victim_id, case_id=ref.case_id, purpose=act.purpose,
        detail={"consents": len(rows)},
    )  # fmt: skip
    named = _named(act.session, ref, "consent")
    codes = {row.id: row.code for row in rows}
    return [{**_consent(row, named.get(row.id, [])), "replaces": codes.get(row.replaces_id)} for row in rows]


def shares_of(session: Session, consent: int) -> Sequence[Any]:
    """Referrals that rest or rested on a consent, oldest first; a reserved shelter has no code."""
    return session.connection().exec_driver_sql(_SHARES, {"consent": consent}).all()


def tell_receivers(session: Session, consent: int, ended: int) -> None:
    """Leave a notice (codes only) for each of the units whose shares on a consent ended just now."""
    codes = [new_code("AV") for _ in range(ended)]
    session.connection().exec_driver_sql(_TELL, {"consent": consent, "codes": codes})


def reads_of(session: Session, consent: int) -> list[ConsentReadView]:
    """What units that were given something on a consent have opened since, from the trace."""
    rows = session.connection().exec_driver_sql(_READS, {"consent": consent})
    return [
        {
            "unit": {"code": row.unit_code, "name": row.unit_name},
            "action": row.action,
            "compartment": row.compartment,
            "times": row.times,
            "first_at": row.first_at,
            "last_at": row.last_at,
        }
        for row in rows
    ]


def objection(session: Session, ref: CaseRef, code: str) -> Any:
    """An objection of this case, as stored.

    Raises:
        NotFound: there is none.
    """
    row = session.execute(_objections(ref).where(Objection.code == canonical(code, "OJ"))).first()
    if row is None:
        raise NotFound
    return row


def objections(act: Act, case: str) -> list[ObjectionView]:
    """Every objection of a case, newest first, with its words.

    Raises:
        NotFound: the case is out of scope.
    """
    require(act.actor, Permission.CONSENTS_READ)
    ref = case_in_scope(act, case)
    rows = act.session.execute(_objections(ref).order_by(Objection.made_at.desc(), Objection.id.desc())).all()
    texts = _texts(act, ref, "objection", rows, "objections.list")
    named = _named(act.session, ref, "objection")
    return [
        {
            "code": row.code,
            "compartments": row.compartments,
            "made_at": row.made_at,
            "lifted_at": row.lifted_at,
            "version": row.version,
            **_named_parts(named.get(row.id, [])),
            **cast("ObjectionTexts", text),
        }
        for row, text in zip(rows, texts, strict=True)
    ]


def institution_ids(session: Session, codes: Sequence[str]) -> dict[str, int]:
    """Keys of institutions by code, of those that exist."""
    rows = session.execute(select(Institution.code, Institution.id).where(Institution.code.in_(codes)))
    return {row.code: row.id for row in rows}


def unit_ids(session: Session, codes: Sequence[str]) -> dict[str, int]:
    """Keys of units by code, of those that exist."""
    rows = session.execute(select(Unit.code, Unit.id).where(Unit.code.in_(codes)))
    return {row.code: row.id for row in rows}


def _consents() -> Select[Any]:
    return select(
        *(getattr(Consent, name) for name in _CODED),
        ConsentEvent.kind.label("event"),
        ConsentEvent.at.label("ended_at"),
    ).outerjoin(
        ConsentEvent,
        and_(ConsentEvent.consent_id == Consent.id, ConsentEvent.victim_id == Consent.victim_id),
    )


def _objections(ref: CaseRef) -> Select[Any]:
    return select(*(getattr(Objection, name) for name in _OBJECTED)).where(
        Objection.victim_id == ref.victim_id, Objection.case_id == ref.case_id
    )


def _state(row: Any) -> str:
    return rules.state_of(row.event, row.valid_until, today())


def _consent(row: Any, named: Sequence[Any]) -> ConsentCommon:
    state = _state(row)
    purposes, givers = code_list("consent_purpose").labels, code_list("consent_giver").labels
    return {
        "code": row.code,
        "purposes": row.purposes,
        "compartments": row.compartments,
        "language": row.language,
        "interpreter": row.interpreter,
        "given_by": row.given_by,
        "backed_by": row.backed_by,
        "no_assent_reason": row.no_assent_reason,
        "form": row.form,
        "text_version": row.text_version,
        "valid_from": row.valid_from,
        "valid_until": row.valid_until,
        "purpose_labels": [purposes[code] for code in row.purposes],
        "given_by_label": givers[row.given_by],
        "state": state,
        "state_label": rules.STATES[state],
        "recorded_at": row.recorded_at,
        "ended_at": row.ended_at,
        "possible_states": list(rules.MACHINE.offered(state)),
        **_named_parts(named),
    }


def share_of(row: Any) -> ShareView:
    """A referral that rests on a consent, as answers show it."""
    return {
        "referral": row.code,
        "state": row.state,
        "unit": {"code": row.unit_code, "name": row.unit_name},
        "compartments": row.compartments,
        "legal_basis": row.legal_basis,
        "result": row.result,
        "ended_at": row.ended_at,
    }


def _texts(
    act: Act,
    ref: CaseRef,
    table: str,
    rows: Sequence[Any],
    action: str,
) -> list[dict[str, Any]]:
    """Words of rows, masked for who does not read the person's contact data in full."""
    stored = [SealedRow(row.id, row.key_version, row.sealed) for row in rows]
    opened = open_rows(act, COORDINATION, ref.strand, table, stored, action=action)
    stand = standing(act, ref.victim_id)
    if stand is not None and stand.level(act.actor, "contact") is Level.FULL:
        return opened
    return [partial_row(table, text) for text in opened]


def _named(session: Session, ref: CaseRef, source: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in session.connection().exec_driver_sql(_NAMED, {"case": ref.case_id}):
        if row.source == source:
            found.setdefault(row.row_id, []).append(row)
    return found


def _named_parts(rows: Sequence[Any]) -> NamedParts:
    shown: list[tuple[str, UnitView]] = [(row.part, {"code": row.code, "name": row.name}) for row in rows]
    return {
        "unit": next((unit for part, unit in shown if part == "BY"), None),
        "to_units": [unit for part, unit in shown if part == "UNIT"],
        "to_institutions": [unit for part, unit in shown if part == "INSTITUTION"],
    }
