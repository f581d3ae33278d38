"""Whether somebody may be another person, by a name written in one field and a document.

Not the score of two records: here a likeness missed lets the wrong person in, one too many asks for a paper.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import permutations
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA

from app.matching.lists import NICKNAMES
from app.matching.normalise import name_words, normalise_number
from app.matching.phonetics import Word, word
from app.matching.rarity import Rarity
from app.matching.score import word_agreement

_ENOUGH: Final = 9.0
"""Weight of the words in common from which other surnames do not tell two people apart: both are rare."""
_TWO: Final = 2
_TYPES: Final = re.compile(r"^(?:DNI|CE|PTP|CPP|PASAPORTE|PAS|CARNE|CEDULA|NRO|NUMERO|NUM|NO|N)+")
"""How people write the type before the number."""
_NATIONAL: Final = re.compile(r"\d{8}")
_LEAST_DIGITS: Final = 5
_LONG: Final = 8
"""Sounds of two words in a row that are not found in other words by chance."""
_SLIPS: Final = 2
"""Digits, or sounds of two words in a row, that people get wrong at most."""
_DIMINUTIVE: Final = re.compile(r"(.{2,}?)(s?)it[au]")
"""The sound of `-ita`, `-ito`, `-cita` and `-cito`."""


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person as a form names her: a whole name in one field, and a document."""

    name: str = ""
    document: str = ""

    @property
    def known(self) -> bool:
        """Whether there is anything to tell her by."""
        return bool(self.words) or _is_number(normalise_number(self.document))

    @property
    def words(self) -> tuple[Word, ...]:
        """The words of the name; none where it is not known."""
        return tuple(map(word, name_words(self.name)))


def may_be_one(one: Somebody, other: Somebody) -> bool:
    """Whether the two may be one person; the order does not matter. Of a missing name nothing is said.

    The same document says yes whatever the names. Two national documents that are more than slips apart say
    no, but not against names that are the same in every word: a number is soon mistyped or made up.
    """
    papers = _same_document(one.document, other.document)
    if papers:
        return True
    alike = _alike(one.words, other.words)
    return alike is Alike.WHOLE if papers is False else alike is not Alike.NOT


def share_a_word(one: Somebody, other: Somebody, *, sole: bool) -> bool:
    """Whether two who agree in what they are to somebody may be one by any word their names share.

    Two national documents that are more than slips apart say no. Unless they are `sole`, surnames alone do
    not make one of two who each bear a given name of her own, as two aunts do.
    """
    if _same_document(one.document, other.document) is False:
        return False
    pairs, left, right = _paired(_parted(one.words, other.words), _parted(other.words, one.words))
    return bool(pairs) and (sole or not _kin([a for a, _ in pairs], left, right))


class Alike(Enum):
    """How much of two names stands for each other."""

    NOT = 0
    PARTLY = 1
    WHOLE = 2


def _same_document(one: str, other: str) -> bool | None:
    """Whether it is one document; None where they cannot be compared."""
    a, b = (_TYPES.sub("", normalise_number(number)) for number in (one, other))
    if not (_is_number(a) and _is_number(b)):
        return None
    if a == b:
        return True
    if _NATIONAL.fullmatch(a) and _NATIONAL.fullmatch(b) and OSA.distance(a, b) > _SLIPS:
        return False
    return None


def _is_number(number: str) -> bool:
    """Whether it is the number of a document, and not `S/N` or eight zeros."""
    digits = [char for char in number if char.isdecimal()]
    return len(digits) >= _LEAST_DIGITS and len(set(digits)) > 1


def _alike(one: tuple[Word, ...], other: tuple[Word, ...]) -> Alike:
    if not one or not other:
        return Alike.NOT
    pairs, left, right = _paired(_parted(one, other), _parted(other, one))
    if not left or not right:
        return Alike.PARTLY if left or right else Alike.WHOLE
    if len(pairs) < _TWO or _kin([a for a, _ in pairs], left, right):
        return Alike.NOT
    shared = sum(min(_weight(a.text), _weight(b.text)) for a, b in pairs)
    return Alike.PARTLY if shared >= _ENOUGH else Alike.NOT


def _parted(words: tuple[Word, ...], by: tuple[Word, ...]) -> tuple[Word, ...]:
    """The words, each that is two of the other name written as one in its parts."""
    joined: dict[str, tuple[Word, Word]] = {}
    for a, b in permutations(by, 2):
        joined |= dict.fromkeys((a.sound + b.sound, word(a.text + b.text).sound), (a, b))
    return tuple(part for each in words for part in _parts(each, joined))


def _parts(each: Word, joined: dict[str, tuple[Word, Word]]) -> tuple[Word, ...]:
    """Where they meet, two letters may sound as one (`s` and `h`), which is another two sounds at most."""
    found = joined.get(each.sound)
    if found is None and len(each.sound) >= _LONG:
        near = (two for whole, two in joined.items() if OSA.distance(whole, each.sound) <= _SLIPS)
        found = next(near, None)
    return found or (each,)


def _paired(
    one: tuple[Word, ...], other: tuple[Word, ...]
) -> tuple[list[tuple[Word, Word]], list[Word], list[Word]]:
    """Words of the two that stand for each other, likest first, and what is left of either."""
    found = sorted(
        ((_agreement(a, b), i, j) for i, a in enumerate(one) for j, b in enumerate(other)), reverse=True
    )
    left, right = dict(enumerate(one)), dict(enumerate(other))
    pairs = []
    for agreement, i, j in found:
        if agreement > 0 and i in left and j in right:
            pairs.append((left.pop(i), right.pop(j)))
    return pairs, list(left.values()), list(right.values())


def _agreement(a: Word, b: Word) -> float:
    agreed = word_agreement(a, b, _weight)
    return agreed or min(_weight(a.text), _weight(b.text)) * (_diminutive(a, b) or _diminutive(b, a))


def _diminutive(short: Word, whole: Word) -> bool:
    """Whether one is the other's diminutive: `Zoilita`, `Carmencita`."""
    found = _DIMINUTIVE.fullmatch(short.sound)
    return found is not None and whole.sound.rstrip("aui") in {found[1], found[1] + found[2]}


def _kin(shared: list[Word], left: list[Word], right: list[Word]) -> bool:
    """Whether they share surnames alone and each bears a given name of her own, as sisters do."""
    return not any(map(_given, shared)) and any(map(_own, left)) and any(map(_own, right))


def _own(each: Word) -> bool:
    """Whether it is a given name rather than a surname; who bears a rare one is on no list."""
    return _given(each) or each.sound not in _sounds().surnames


def _given(each: Word) -> bool:
    return each.text in NICKNAMES or each.sound in _sounds().given


class _Sounds(NamedTuple):
    given: frozenset[str]
    surnames: frozenset[str]


@lru_cache(1)
def _sounds() -> _Sounds:
    rarity = Rarity.public()
    return _Sounds(
        *(frozenset(word(name).sound for name in names) for names in (rarity.given, rarity.surnames))
    )


def _weight(text: str) -> float:
    """What a word weighs, of which it is not known whether it is a given name or a surname."""
    rarity = Rarity.public()
    return min(rarity.of_given(text), rarity.of_surname(text))
