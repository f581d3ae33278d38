"""Kinds of row about a person: each is read by its own slice and told by a shape, whoever asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from sqlalchemy import ScalarSelect, select

from app.access.act import Act
from app.errors import BrokenSeal, Forbidden, NotFound
from app.models import VictimCode
from app.services.rows.telling import Row, Shape, View, tell, told, within

Reader: TypeAlias = Callable[[Act, str], Iterable[View] | View]
"""Reads, and records that it read, the rows of a case, a plan or a person, by code, for an actor."""
Of: TypeAlias = Literal["case", "plan", "person"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of row: its key in files, its title, how it is read, and how it is told to the person.

    `of`: of what it is read one at a time: what a unit may not read of one case, it may of another.
    `path`: where in the view or views that the reader answers the rows are; without it, these are the rows.
    `dated`: column of the moment at which a row was written, where who opens its compartment may know of
    every row of the table in a case of hers; empty where less may be known, or rows are versions of others.
    `also`: other tables of which the rows tell.
    """

    key: str
    title: str
    read: Reader
    shape: Shape
    of: Of = "case"
    path: str = ""
    dated: str = ""
    also: tuple[str, ...] = ()

    @property
    def tables(self) -> frozenset[str]:
        """The tables of which it tells."""
        return self.shape.tables.union(self.also)


@dataclass(frozen=True, slots=True)
class Asking:
    """Who reads whose rows: the person, her cases and plans by their codes. What was read once is kept."""

    act: Act
    victim: str
    cases: Sequence[str]
    plans: Sequence[str]
    _kept: dict[tuple[Reader, str], list[View] | BrokenSeal] = field(default_factory=dict)

    def found(self, kind: Kind) -> tuple[list[tuple[str, View]], bool]:
        """Rows of a kind, each with the code of what it was read of; whether some may not be read."""
        rows: list[tuple[str, View]] = []
        refused = False
        for code in {"case": self.cases, "plan": self.plans, "person": [self.victim]}[kind.of]:
            try:
                rows += [(code, row) for view in self._views(kind, code) for row in within(view, kind.path)]
            except (Forbidden, NotFound):
                refused = True
        return rows, refused

    def _views(self, kind: Kind, code: str) -> list[View]:
        key = (kind.read, code)
        if key not in self._kept:
            try:
                found = kind.read(self.act, code)
                self._kept[key] = [found] if isinstance(found, Mapping) else list(found)
            except BrokenSeal as broken:  # told once, however many kinds are read this way
                self._kept[key] = broken
        kept = self._kept[key]
        if isinstance(kept, BrokenSeal):
            raise kept
        return kept


def in_words(kind: Kind, rows: Iterable[tuple[str, View]], *, reserved: bool) -> Iterator[Row]:
    """Rows of a kind as the person is told of them.

    Args:
        reserved: whether what is investigated is held back from her.
    """
    for code, view in rows:
        whose = told(("Plan", code)) if kind.of == "plan" else []
        for row in tell(kind.shape, view, reserved=reserved):
            yield whose + row


def person_of(code: str) -> ScalarSelect[int]:
    """Key of the person behind a code the caller has found in scope, for a statement."""
    return select(VictimCode.victim_id).where(VictimCode.code == code).scalar_subquery()
