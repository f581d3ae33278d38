"""Store rows that may be stored: whose documents nobody has, and about whom nobody still has to decide.

A row that was compared before (`ruv import --link`) follows what was decided: it joins the person it is of,
waits, or becomes a person of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.access.act import Act
from app.access.actor import Actor
from app.db import insert_rows
from app.errors import PossibleDuplicate
from app.matching import Band, person_of
from app.models import ImportRow
from app.services.index_keys.keys import index_keys
from app.services.interop.formats import Format, remark
from app.services.interop.judging import PURPOSE, Candidate
from app.services.interop.outcomes import CREATED, HELD, JOINED, REFUSED, Outcome
from app.services.matching import runs
from app.services.matching.candidates import findings, write
from app.services.matching.linkage import Alike, Earlier, Incoming, lock_rows, probe_rows
from app.services.matching.probing import Found
from app.services.matching.runs import Decided, Run
from app.services.victims.registration import Registered, store_marked
from app.states import MatchOrigin, MatchState

ORIGIN = MatchOrigin.BATCH
_ELSEWHERE = "Parece que esa persona ya está registrada. Solicite acceso a la unidad que la registró."
_HERE = "Esa persona ya está registrada y su unidad participa en su caso."
_TWICE = "Otra fila de este archivo tiene el mismo documento."
_WAITS = "Puede ser una persona ya registrada; falta decidirlo."
_SEVERAL = "Se decidió que es la misma que varias personas; falta unirlas o corregir la decisión."


@dataclass(slots=True)
class _Place:
    """A row on its way to be stored."""

    candidate: Candidate
    row: Incoming
    decided: list[Decided] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    twin: Alike | None = None
    """An earlier row of the same batch, probably of the same person."""

    @property
    def same(self) -> list[Decided]:
        return [each for each in self.decided if each.state == MatchState.SAME]

    @property
    def waits(self) -> bool:
        return any(
            each.band >= Band.PROBABLE and each.state not in {MatchState.SAME, MatchState.OTHER}
            for each in self.decided
        )


def store_rows(act: Act, form: Format, good: Sequence[Candidate], run: Run | None) -> list[Outcome]:
    """Store the rows, with the keys they are known by, and note who may be the same person; order is kept.

    Args:
        run: the comparison of this file, if there was one.

    Raises:
        Unavailable: the trace cannot be written.
    """
    keys = index_keys(act.session)
    decided = runs.decisions(act.session, run, [c.line for c in good]) if run is not None and good else {}
    places = [
        _Place(
            candidate,
            Incoming.of(candidate.line, person_of(candidate.clean.get("identity", {})), keys),
            decided.get(candidate.line, []),
        )
        for candidate in good
    ]
    outcomes = {place.candidate.key: outcome for place in places if (outcome := _held(place))}
    joining = [p for p in places if p.candidate.key not in outcomes and p.same]
    _join(act, form, joining)
    outcomes |= {place.candidate.key: place.candidate.outcome(JOINED) for place in joining}
    rest = [place for place in places if place.candidate.key not in outcomes]
    outcomes |= _claim(act, rest)
    _create(act, form, run, [p for p in rest if p.candidate.key not in outcomes], outcomes)
    return [outcomes[candidate.key] for candidate in good]


def _held(place: _Place) -> Outcome | None:
    """The row waits: for a decision, or because it was decided to be several persons."""
    if len({each.person_id for each in place.same}) > 1:
        return place.candidate.outcome(HELD, errors=(remark("", "several-persons", _SEVERAL),))
    if not place.same and place.waits:
        return place.candidate.outcome(HELD, errors=(remark("", "undecided", _WAITS),))
    return None


def _join(act: Act, form: Format, places: Sequence[_Place]) -> None:
    """The row is of somebody registered: no new person, no case, and no new part in hers."""
    rows = []
    for place in places:
        registration = place.candidate.registration
        year = registration.first_identified_on.year if registration is not None else None
        row = _import_row(act.actor, form, place.candidate, place.same[0].record_id)
        rows.append({**row, "reference_year": year})
    insert_rows(act.session, ImportRow, rows)


def _claim(act: Act, places: Sequence[_Place]) -> dict[bytes, Outcome]:
    """Look everybody up; returns the outcomes of the rows whose document somebody else has."""
    rows = [place.row for place in places]
    lock_rows(act.session, rows)
    refused: dict[bytes, Outcome] = {}
    earlier = Earlier()
    for place, found in zip(places, probe_rows(act.for_purpose(PURPOSE), rows), strict=True):
        others = {each.person_id for each in place.decided if each.state == MatchState.OTHER}
        place.found = [each for each in found if each.person_id not in others]
        place.twin = earlier.alike(place.row) if place.row.marks else None
        owner = next((each for each in place.found if each.document_shared), None)
        if owner is not None:
            refused[place.candidate.key] = _duplicate(
                place, _HERE if owner.in_scope else _ELSEWHERE, owner.code
            )
        elif place.twin is not None and place.twin.document_shared:
            refused[place.candidate.key] = _duplicate(place, _TWICE)
        elif place.row.marks:
            earlier.add(place.row)
    return refused


def _duplicate(place: _Place, message: str, code: str | None = None) -> Outcome:
    return place.candidate.outcome(REFUSED, code, (remark("", PossibleDuplicate.type, message),))


def _create(
    act: Act,
    form: Format,
    run: Run | None,
    places: Sequence[_Place],
    outcomes: dict[bytes, Outcome],
) -> None:
    batch = [
        (place.candidate.registration, place.candidate.clean, place.row.marks)
        for place in places
        if place.candidate.registration is not None
    ]
    if not batch:
        return
    created = store_marked(act, batch)
    rows = []
    for place, person in zip(places, created, strict=True):
        rows.append(_import_row(act.actor, form, place.candidate, person.victim_id))
        outcomes[place.candidate.key] = place.candidate.outcome(CREATED, person.code)
    insert_rows(act.session, ImportRow, rows)
    if run is not None:
        for place, person in zip(places, created, strict=True):
            if place.decided:
                runs.row_stored(act.session, run, place.candidate.line, person.victim_id)
    write(act, _pairs(places, created), origin=ORIGIN)


def _import_row(actor: Actor, form: Format, candidate: Candidate, record_id: int) -> dict[str, object]:
    return {
        "unit_id": actor.unit_id,
        "source": form.source,
        "row_key": candidate.key,
        "victim_id": record_id,
        "imported_by": actor.user_id,
    }


def _pairs(places: Sequence[_Place], created: Sequence[Registered]) -> list[dict[str, object]]:
    """Candidates: the new records with those of the register, and with earlier ones of this batch."""
    keys = {place.candidate.line: person for place, person in zip(places, created, strict=True)}
    rows = []
    for place, person in zip(places, created, strict=True):
        found = list(place.found)
        if place.twin is not None and (twin := keys.get(place.twin.line)) is not None:
            same = twin.victim_id
            found.append(Found(same, same, twin.code, "", False, place.twin.comparison))
        for each in found:
            pair = sorted((person.victim_id, each.record_id))
            sides = {"victim_id": pair[0], "other_id": pair[1], "origin": ORIGIN}
            rows.append({**findings(each), **sides})
    return rows
