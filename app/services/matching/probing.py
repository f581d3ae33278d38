"""Who of the register may be this person: looked for by tokens, judged by comparison, one entry a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.access.act import Act
from app.access.comparing import Likeness, compare_identities
from app.matching import Band, Comparison, Person
from app.services.index_keys.keys import index_keys
from app.services.matching.marking import Mark, marks_of
from app.services.matching.seen import codes_seen


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody who may be the person probed for; `code` only where the caller sees her anyway."""

    record_id: int
    person_id: int
    code: str | None
    unit: str
    document_shared: bool
    comparison: Comparison

    @property
    def in_scope(self) -> bool:
        """Whether the caller sees her anyway."""
        return self.code is not None

    @property
    def band(self) -> Band:
        """How alike; never less than possible."""
        return self.comparison.band or Band.POSSIBLE

    @property
    def likely(self) -> bool:
        """Alike enough to ask before registering."""
        return self.band >= Band.PROBABLE


def probe(
    act: Act,
    person: Person,
    *,
    exclude: int | None = None,
    marks: Sequence[Mark] | None = None,
) -> list[Found]:
    """Everybody who may be `person`, most alike first; of a person's several records, the one most alike.

    Args:
        exclude: the person herself, where she has a record already.
        marks: tokens to look for, all of hers by default.

    Raises:
        Unavailable: the trace cannot be written.
    """
    wanted = marks_of(index_keys(act.session), person) if marks is None else marks
    alike = compare_identities(act, [mark.token for mark in wanted], person, exclude=exclude)
    best: dict[int, Likeness] = {}
    for likeness in alike:
        best.setdefault(likeness.person_id, likeness)
    codes = codes_seen(act, best) if best else {}
    return [
        Found(
            likeness.record_id,
            person_id,
            codes.get(person_id),
            likeness.unit,
            likeness.document_shared,
            likeness.comparison,
        )
        for person_id, likeness in best.items()
    ]
