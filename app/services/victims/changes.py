"""Change one compartment of a person: merged, validated, sealed as a new version."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.actor import Actor
from app.access.guard import VictimRef, check_writable, require, victim_in_scope
from app.access.opening import current_blob
from app.access.permissions import Permission
from app.access.policy import Level
from app.access.sealing import Strand, sealing_key
from app.audit import record
from app.db import insert_rows, next_ids
from app.errors import Conflict, Invalid, NotFound, StaleVersion, refusal, refuse_if
from app.matching import person_of
from app.models import CompartmentHead, VictimBlob, VictimToken
from app.records import (
    COMPARTMENTS,
    SCHEMA_VERSION,
    Known,
    RecordInvalid,
    Values,
    authored,
    dump,
    fact_remarks,
    fields,
    merge_patch,
    named,
    parse,
    partial_view,
    remarks,
    split_face,
)
from app.records.errors import FieldError
from app.records.legal import Legal
from app.services.cases import deadlines
from app.services.index_keys.keys import index_keys
from app.services.matching.candidates import note
from app.services.matching.marking import Mark, mark_row, marks_of
from app.services.matching.probing import Found
from app.services.victims import childhood, faces, queries, single_interview, suspects
from app.services.victims.probing import PROBES_PER_HOUR, ask_first, check_reason, claim
from app.services.writing import next_version
from app.states import MatchOrigin
from app.vault import Place, seal_json

_MERGED = (
    "Este código es ahora otro código de una persona cuyo registro se unió con este. "
    "Vuelva a leerla y escriba con el código que muestra la respuesta."
)


class Changed(NamedTuple):
    """The version a change made, and remarks that inform (fields named `compartment.field`)."""

    version: int
    warnings: list[FieldError]


def change(
    act: Act,
    code: str,
    compartment: str,
    version: int,
    patch: Values,
    *,
    not_duplicate: str | None = None,
    probe_limit: int = PROBES_PER_HOUR,
) -> Changed:
    """Merge `patch` (RFC 7396: null removes a field) into a compartment and store it as the next version.

    Of a person of several records it changes the strand that is shown (`app.access.opening`).

    Args:
        version: the version the caller read; 0 for a compartment not filled yet.
        not_duplicate: why to go on although a document added is somebody else's (`not_duplicate_reason`); the
            pair is noted with it.

    Returns the new version and the remarks.

    Raises:
        NotFound: person out of scope, or the compartment does not exist for this actor.
        Forbidden: fields the actor may not write, each named.
        Invalid: the result is not valid; nothing is stored.
        StaleVersion: somebody changed it meanwhile.
        PossibleDuplicate: a document added is somebody else's, and no reason was given; nothing is written.
        BrokenSeal: what is stored does not open: nothing is written over it.
        Conflict: the change would leave the person without a unit, or make an adult of a child or lift a mark
            of suspicion, as only the UPE does; or the code is a merged record's and its own strand not shown.
    """
    require(act.actor, Permission.VICTIMS_WRITE)
    ref = victim_in_scope(act, code)
    if compartment not in COMPARTMENTS:
        raise NotFound
    check_writable(act.actor, ref.standing, compartment, set(patch))
    _check_names(compartment, patch)
    check_reason(not_duplicate, "not_duplicate")
    strand = _held(act.session, ref, compartment, version)
    current = current_blob(act, strand, compartment)
    current.update(faces.stored(act.session, ref.victim_id, compartment))
    repeated = compartment == "testimony" and _another_interview(act, ref, current, patch)
    clean = _changed(act.actor, compartment, current, patch)
    _left_to_the_upe(act, ref.victim_id, compartment, (current, clean))
    marks, alike = _recognised(act, ref.victim_id, compartment, current, clean, probe_limit)
    ask_first(act, [each for each in alike if each.document_shared], not_duplicate)
    tokens = [mark_row(strand.record_id, mark) for mark in marks]
    insert_rows(act.session, VictimToken, tokens, skip_present=True)  # she may have had them before
    sealed_part, face = split_face(compartment, clean)
    new = version + 1
    # Every version has a sealed part, be it empty: a head without one is a broken seal.
    blob = _append(act, strand, compartment, new, sealed_part)
    _advance(act, strand, compartment, version)
    _traced(act, ref, (compartment, patch), blobs=[blob], repeated=repeated)
    note(act, strand.record_id, alike, origin=MatchOrigin.CHANGE, reason=not_duplicate)
    said = _remarks(act, ref, compartment, clean, patch)
    faces.write(act.session, ref.victim_id, face)  # last: a UPE that records an adult's age sees her no more
    return Changed(new, said)


def _left_to_the_upe(
    act: Act,
    victim_id: int,
    compartment: str,
    both: tuple[Values, Values],
) -> None:
    """Let nobody else make an adult of a child or lift a mark of suspicion; `both`: before and after."""
    if compartment == "identity":
        childhood.check_age(act, victim_id, *both)
    if compartment == suspects.COMPARTMENT:
        suspects.check_marks(act, victim_id, *both)


def _remarks(
    act: Act,
    ref: VictimRef,
    compartment: str,
    clean: Values,
    patch: Values,
) -> list[FieldError]:
    """What looks odd in what was sent and, to who reads all of the facts, in what they have become."""
    said = remarks({compartment: patch})
    model = parse(compartment, clean)
    if not isinstance(model, Legal) or ref.standing.level(act.actor, compartment) is not Level.FULL:
        return said
    whole = ref.standing.level(act.actor, "identity") is Level.FULL
    identity = faces.stored(act.session, ref.victim_id, "identity") if whole else {}
    known = Known.of(identity, queries.identified_on(act.session, ref.victim_id))
    return [*said, *named(compartment, fact_remarks(model, known, frozenset(patch)))]


def _traced(
    act: Act,
    ref: VictimRef,
    written: tuple[str, Values],
    *,
    blobs: list[tuple[str, int, int, bytes]],
    repeated: bool,
) -> None:
    """Record the change (compartment and patch), and meet the deadlines that waited for it."""
    compartment, patch = written
    record(
        act, "victims.write", victim_id=ref.victim_id, compartments=[compartment],
        fields=[f"{compartment}.{name}" for name in patch], purpose=act.purpose, blobs=blobs,
    )  # fmt: skip
    if repeated:
        record(
            act, "victims.single-interview", victim_id=ref.victim_id, compartments=[compartment],
            purpose=act.purpose,
        )  # fmt: skip
    if compartment in deadlines.WRITTEN:
        deadlines.written(act.session, queries.newest_case(act.session, ref.victim_id), compartment, patch)


def _another_interview(act: Act, ref: VictimRef, current: Values, patch: Values) -> bool:
    """Whether a justified further interview is recorded; the day of the single one is told to who sees it.

    Raises:
        SingleInterview: it was held, and the change does not say why there is another.
    """
    shown = current
    if ref.standing.level(act.actor, "testimony") is not Level.FULL:
        shown = partial_view("testimony", current)
    done = single_interview.held(current)
    if not done and single_interview.another(current, patch, done=True):
        # It may be noted with the proceedings alone.
        legal = current_blob(act, Strand(ref.victim_id, ref.victim_id), "legal")
        done = legal.get("single_interview_date") is not None
    return single_interview.check(current, patch, done=done, shown=shown)


def _check_names(compartment: str, patch: Values) -> None:
    """Refuse an empty patch, and names that are no fields (the caller's input: not repeated)."""
    if not patch:
        raise Invalid("Envíe al menos un campo.")
    if patch.keys() - fields(compartment).keys():
        message = "Este campo no existe aquí; revise el nombre."
        raise refusal("?", "extra_forbidden", message)


def _changed(actor: Actor, compartment: str, current: Values, patch: Values) -> Values:
    """The compartment as it will be.

    Raises:
        Invalid: it would not be valid.
    """
    merged = merge_patch(current, authored(compartment, patch, current, actor.user_id))
    errors: list[FieldError] = []
    try:
        clean = dump(parse(compartment, merged))
    except RecordInvalid as invalid:
        errors = [{"field": e["field"], "code": e["code"], "message": e["message"]} for e in invalid.errors]
    refuse_if(errors)
    return clean


def _held(session: Session, ref: VictimRef, compartment: str, version: int) -> Strand:
    """The strand that is shown, at the caller's version and kept so; the loser of a race changes nothing.

    It comes before anybody is looked up: what fails afterwards would take back the trace of a look-up that
    told something, and the user's count with it.

    Raises:
        StaleVersion: it is not at `version`.
        Conflict: the code is a merged record's whose own strand is not shown: `version` may be of that one.
    """
    if version == 0:
        session.execute(select(func.pg_advisory_xact_lock(ref.victim_id)))
    strand = queries.shown_strand(session, ref.victim_id, compartment)
    if strand and ref.record_id not in {ref.victim_id, strand.record_id}:
        raise Conflict(_MERGED)
    held = queries.held_version(session, strand, compartment) if strand else 0
    if held != version:
        raise StaleVersion(version=held)
    return strand or Strand(ref.victim_id, ref.victim_id)


def _advance(act: Act, strand: Strand, compartment: str, version: int) -> None:
    """Move the head, which is held, to the next version.

    Raises:
        StaleVersion: it is not the actor's to move.
    """
    if version == 0:
        head = {**strand._asdict(), "compartment": compartment, "version": 1, "unit_id": act.actor.unit_id}
        insert_rows(act.session, CompartmentHead, [head])
        return
    key = {**strand._asdict(), "compartment": compartment}
    values = {"updated_at": func.now(), "unit_id": act.actor.unit_id}
    next_version(act.session, CompartmentHead, key, version, values)


def _recognised(
    act: Act,
    victim_id: int,
    compartment: str,
    before: Values,
    after: Values,
    probe_limit: int,
) -> tuple[list[Mark], list[Found]]:
    """Look-up tokens the change adds, and who else is alike by them; what she was known by keeps finding her.

    Raises:
        TooMany: the user's probes of this hour are used up.
    """
    if compartment != "identity":
        return [], []
    keys, person = index_keys(act.session), person_of(after)
    old = set(marks_of(keys, person_of(before)))
    added = [mark for mark in marks_of(keys, person) if mark not in old]
    found = claim(act, person, added, limit_per_hour=probe_limit, exclude=victim_id)
    return added, found


def _append(
    act: Act, strand: Strand, compartment: str, version: int, data: Values
) -> tuple[str, int, int, bytes]:
    dek, key_version = sealing_key(act.session, strand, compartment)
    blob_id = next_ids(act.session, victim_blob=1)["victim_blob"][0]
    sealed = seal_json(
        dek, Place("victim_blob", compartment, strand.record_id, blob_id, version, SCHEMA_VERSION), data
    )
    insert_rows(
        act.session,
        VictimBlob,
        [
            {
                "id": blob_id,
                **strand._asdict(),
                "compartment": compartment,
                "version": version,
                "schema_version": SCHEMA_VERSION,
                "key_version": key_version,
                "sealed": sealed,
                "created_by": act.actor.user_id,
                "unit_id": act.actor.unit_id,
            }
        ],
    )
    return ("victim_blob", blob_id, version, sealed)
