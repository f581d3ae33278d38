"""Compare many incoming rows at once: with the register, and with the rows before them in the same file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.actor import matching_for
from app.db import acting_as, driver_cursor
from app.matching import Band, Comparison, Kind, Person, Rarity, compare
from app.services.index_keys.keys import IndexKey
from app.services.matching.marking import Mark, lock_tokens, marks_of
from app.services.matching.probing import Found, probe

_KNOWN = "SELECT * FROM ruv.known_tokens(%(tokens)s)"
_EARLIER_COMPARED = 50
"""Earlier rows of a file a row is compared with at most; who shares more is compared with the nearest."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A row as matching sees it: its place in the file, the person it tells of, and her look-up tokens."""

    line: int
    person: Person
    marks: Sequence[Mark]

    @classmethod
    def of(cls, line: int, person: Person, keys: Iterable[IndexKey]) -> Incoming:
        """The row of a person; without names and documents it has no tokens, and nothing to be found by."""
        return cls(line, person, marks_of(keys, person))


def probe_rows(act: Act, rows: Sequence[Incoming]) -> list[list[Found]]:
    """For each row, who of the register may be the person it tells of; order is kept.

    One look at the tokens of all rows comes first: only a row that shares one is compared.

    Raises:
        Unavailable: the trace cannot be written.
    """
    known = _known(act, {mark.token for row in rows for mark in row.marks})
    return [
        probe(act, row.person, marks=shared) if shared else []
        for row in rows
        for shared in ([mark for mark in row.marks if mark.token in known],)
    ]


def _known(act: Act, tokens: set[int]) -> set[int]:
    if not tokens:
        return set()
    with acting_as(act.session, matching_for(act.actor)):
        cursor = driver_cursor(act.session)
        cursor.execute(_KNOWN, {"tokens": list(tokens)})
        return {row[0] for row in cursor.fetchall()}


def lock_rows(session: Session, rows: Iterable[Incoming]) -> None:
    """Make whoever registers one of these persons wait until this transaction ends.

    Of each row the documents and the strongest other token: locks are few, and whoever registers takes all of
    hers.
    """
    wanted = [mark for row in rows for mark in _strongest(row.marks)]
    if wanted:
        lock_tokens(session, wanted)


def _strongest(marks: Sequence[Mark]) -> list[Mark]:
    found = [mark for mark in marks if mark.kind == Kind.DOCUMENT]
    for version in {mark.key_version for mark in marks}:
        others = [m for m in marks if m.kind != Kind.DOCUMENT and m.key_version == version]
        found += [min(others, key=_weakness)] if others else []
    return found


def _weakness(mark: Mark) -> tuple[int, int]:
    return mark.kind, mark.token  # kinds are numbered from the strongest on


class Alike(NamedTuple):
    """An earlier row of the same file, and how alike it is."""

    line: int
    document_shared: bool
    comparison: Comparison


class Earlier:
    """The rows of a file so far, held in memory, for finding the same person twice in it."""

    def __init__(self) -> None:
        """No rows yet."""
        self._rows: list[Incoming] = []
        self._by_token: dict[int, list[int]] = {}
        self._rarity = Rarity.public()

    def add(self, row: Incoming) -> None:
        """Remember a row."""
        place = len(self._rows)
        self._rows.append(row)
        for mark in row.marks:
            self._by_token.setdefault(mark.token, []).append(place)

    def alike(self, row: Incoming) -> Alike | None:
        """The earlier row most like this one, if it is probably the same person."""
        documents: dict[int, bool] = {}
        for mark in row.marks:
            for place in self._by_token.get(mark.token, ())[-_EARLIER_COMPARED:]:
                documents[place] = documents.get(place, False) or mark.kind == Kind.DOCUMENT
        nearest = sorted(documents, key=lambda place: (documents[place], place))[-_EARLIER_COMPARED:]
        found = [self._compared(self._rows[place], row, documents[place]) for place in nearest]
        likely = [each for each in found if (each.comparison.band or 0) >= Band.PROBABLE]
        return max(likely, key=lambda each: (each.comparison.score, -each.line), default=None)

    def _compared(self, earlier: Incoming, row: Incoming, shared: bool) -> Alike:
        found = compare(earlier.person, row.person, self._rarity, document_shared=shared)
        if shared and (found.band or 0) < Band.PROBABLE:
            found = found._replace(band=Band.PROBABLE)  # as in the register: never passed over in silence
        return Alike(earlier.line, shared, found)
