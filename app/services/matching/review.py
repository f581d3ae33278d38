"""Decide whether two records are one person: side by side, as far as the policy lets this viewer see each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import func

from app.access.act import Act
from app.access.guard import canonical, require
from app.access.opening import open_compartments
from app.access.permissions import Permission
from app.access.standing import standing
from app.audit import record
from app.catalogues import code_list
from app.errors import Conflict, Invalid, NotFound, unknown_code
from app.matching import Band
from app.models import MatchCandidate
from app.records import Values
from app.records.partial import MASK
from app.services.matching import pairs as queries
from app.services.matching.pairs import WAITING, Pair, Side
from app.services.matching.views import CandidateView, ComparisonView, DecidedView, NextStepView
from app.services.paging import PAGE, cursor_of
from app.services.views import Listing
from app.services.writing import check_version, next_version
from app.states import MatchState

STATES = (MatchState.PENDING, MatchState.SAME, MatchState.OTHER, MatchState.UNKNOWN)
DECISIONS: Mapping[str, str | None] = {
    MatchState.SAME: "merge_reason",
    MatchState.OTHER: "not_duplicate_reason",
    MatchState.UNKNOWN: None,
}
"""Each decision with the code list of its reasons; who does not know gives none."""
UNRESOLVED = "POR_RESOLVER"
"""Reason to register somebody alike and leave the question to the review: no answer to it."""
BANDS = {"EXACTA": Band.EXACT, "PROBABLE": Band.PROBABLE, "POSIBLE": Band.POSSIBLE}

PURPOSE = "conciliacion"
_BAND_NAMES = {band: name for name, band in BANDS.items()}
_SHOWN = {
    "given_names": ("given_names", "social_name", "aliases"),
    "first_surname": ("first_surname",),
    "second_surname": ("second_surname",),
    "birth_date": ("birth_date", "birth_date_precision", "birth_year"),
    "documents": ("documents",),
    "birth_place": ("birth_place", "birth_place_text"),
}
"""What of the identity stands behind each field that is compared."""
_MERGE = "/api/v1/matching/merges"


def listing(
    act: Act,
    *,
    state: str | None = None,
    band: str | None = None,
    cursor: str | None = None,
    limit: int = PAGE,
) -> Listing[CandidateView]:
    """Candidates the actor may review, newest first: the custody of the register all, others those they see.

    A pair that waits is not listed while its records are one person: they were merged without it.

    Args:
        state: one of `STATES`; those that wait by default.
        band: one of `BANDS`; every one by default.

    Raises:
        Forbidden: the role reviews none.
        Invalid: no such state or band.
        BadRequest: no such cursor.
    """
    require(act.actor, Permission.MATCHING_REVIEW)
    wanted = MatchState.PENDING if state is None else state
    errors = [unknown_code("state", STATES)] if wanted not in STATES else []
    errors += [unknown_code("band", BANDS)] if band is not None and band not in BANDS else []
    if errors:
        raise Invalid("Revise los filtros de la lista.", errors=errors)
    record(act, "matching.list", purpose=PURPOSE, detail={"state": wanted, "band": band or "todas"})
    pairs = queries.listing(
        act, state=wanted, band=BANDS[band] if band else None, cursor=cursor, limit=limit + 1
    )
    page = pairs[:limit]
    following = cursor_of(page[-1].found_at, page[-1].code) if len(pairs) > limit else None
    return {"items": [_face(pair) for pair in page], "next": following}


def read(act: Act, code: str) -> ComparisonView:
    """A candidate side by side: how each field agrees, and of each person what the actor may see.

    Looking is recorded in the log of both, also of the one the actor does not see, of whom nothing is opened.

    Raises:
        Forbidden: the role reviews none.
        NotFound: no such candidate, or not for this actor.
        Unavailable: the trace cannot be written.
    """
    pair = _found(act, code)
    values = [_identity(act, pair, side) for side in pair.sides]
    return {
        **_face(pair),
        "fields": [
            {"field": name, "verdict": verdict, "values": [_value(name, found) for found in values]}
            for name, verdict in pair.fields.items()
        ],
        "decisions": {name: _reasons(name) for name in DECISIONS},
    }


def decide(act: Act, code: str, version: int, decision: str, reason: str | None = None) -> DecidedView:
    """Keep what somebody decided; the pair is not asked again. Nothing is merged by it.

    Args:
        version: the version the actor read.
        decision: one of `DECISIONS`.
        reason: a code of the decision's list, if there is something to say.

    Raises:
        Forbidden: the role reviews none.
        NotFound: no such candidate, or not for this actor.
        Invalid: no such decision or reason.
        Conflict: it was decided already, or the two are one person by now.
        StaleVersion: it changed meanwhile.
        Unavailable: the trace cannot be written.
    """
    pair = _found(act, code)
    _check_decision(decision, reason)
    check_version(pair, version)
    if pair.state not in WAITING:
        raise Conflict("Ya se decidió sobre estos dos registros.", state=pair.state)
    if pair.one_person and decision != MatchState.SAME:
        raise Conflict("Estos dos registros ya son una persona; si no lo es, pida que se separen.")
    detail = {"candidate": pair.code, "decision": decision, "reason": reason or ""}
    for side in pair.sides:
        record(act, "matching.decide", victim_id=side.person_id, purpose=PURPOSE, detail=detail)
    decided = {
        "state": decision,
        "decision_reason": reason,
        "decided_at": func.now(),
        "decided_by": act.actor.user_id,
        "decided_unit_id": act.actor.unit_id,
    }
    new = next_version(act.session, MatchCandidate, {"id": pair.id}, version, decided)
    following = _next_step(pair) if decision == MatchState.SAME else None
    return {"code": pair.code, "state": decision, "version": new, "next": following}


def _found(act: Act, code: str) -> Pair:
    require(act.actor, Permission.MATCHING_REVIEW)
    pair = queries.find(act.session, canonical(code, "DU"))
    if pair is None:
        raise NotFound
    return pair


def _check_decision(decision: str, reason: str | None) -> None:
    if decision not in DECISIONS:
        raise Invalid("Indique la decisión.", errors=[unknown_code("decision", DECISIONS)])
    reasons = _reasons(decision)
    if reason is not None and reason not in reasons:
        message = "Esta decisión no lleva motivo."
        error = unknown_code("reason", reasons)
        raise Invalid("Revise el motivo.", errors=[error if reasons else {**error, "message": message}])


def _reasons(decision: str) -> dict[str, str]:
    name = DECISIONS[decision]
    labels = {} if name is None else dict(code_list(name).labels)
    labels.pop(UNRESOLVED, None)
    return labels


def _next_step(pair: Pair) -> NextStepView | None:
    """What to do about two records of one person; a merge takes a second person."""
    if pair.incoming:
        text = "Al guardar el archivo (ruv import --commit), la fila se une a este registro."
        return {"text": text, "href": None, "body": None}
    if pair.one_person:
        return None
    keep, absorb = pair.sides
    return {
        "text": "Pida que se unan; lo aprueba una persona de otra unidad.",
        "href": _MERGE,
        "body": {"keep": keep.code, "absorb": absorb.code},
    }


def _face(pair: Pair) -> CandidateView:
    return {
        "code": pair.code,
        "state": pair.state,
        "band": _BAND_NAMES[Band(pair.band)],
        "score": round(pair.score, 1),
        "origin": pair.origin,
        "reason": pair.reason,
        "rules_version": pair.rules_version,
        "found_at": pair.found_at,
        "decided_at": pair.decided_at,
        "decision_reason": pair.decision_reason,
        "one_person": pair.one_person,
        "records": [{"code": side.code, "unit": side.unit, "in_scope": side.in_scope} for side in pair.sides],
        "row": {"run": pair.run, "number": pair.row_number} if pair.incoming else None,
        "version": pair.version,
    }


def _identity(act: Act, pair: Pair, side: Side) -> Values | None:
    """What the actor sees of a person's identity; None when she is out of its sight or it does not open."""
    stand = standing(act, side.person_id) if side.in_scope else None
    if stand is None:
        record(
            act, "matching.review", victim_id=side.person_id, purpose=PURPOSE,
            detail={"candidate": pair.code},
        )  # fmt: skip
        return None
    opened = open_compartments(
        act.for_purpose(PURPOSE), side.person_id, stand,
        action="matching.review", names=["identity"],
    )  # fmt: skip
    return None if "identity" in opened.broken else opened.data.get("identity", {})


def _value(field: str, identity: Values | None) -> Values | str:
    """The values behind a compared field: whole or masked as the policy says; only a mask out of sight."""
    if identity is None:
        return MASK
    shown: Sequence[str] = [name for name in _SHOWN.get(field, ()) if name in identity]
    return {name: identity[name] for name in shown}
