"""The score of two persons: the sum of what each field says for or against their being one.

Natural log-likelihood ratios after Fellegi and Sunter (1969): a field that agrees adds the log of how much
likelier that is for one person than for two, one that disagrees subtracts, one that is missing says nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum, StrEnum
from typing import NamedTuple

from rapidfuzz.distance import OSA, JaroWinkler

from app.matching.documents import Document
from app.matching.lists import NICKNAMES
from app.matching.person import Birth, Name, Person
from app.matching.phonetics import Word
from app.matching.rarity import Rarity


class Band(IntEnum):
    """How sure a comparison is. Numbers are stored."""

    POSSIBLE = 1
    PROBABLE = 2
    EXACT = 3


class Verdict(StrEnum):
    """How one field compares."""

    EQUAL = "EQUAL"
    SIMILAR = "SIMILAR"
    DIFFERENT = "DIFFERENT"
    MISSING = "MISSING"


class Comparison(NamedTuple):
    """The outcome, which holds nothing of what was compared."""

    score: float
    band: Band | None
    fields: dict[str, Verdict]


POSSIBLE, PROBABLE = 7.0, 11.0
"""Scores from which two records may be, and probably are, of one person."""

_DOCUMENT_OF_ANOTHER = 12.0
"""The score that needed when a document is shared but two of given names, surname and date differ."""

_CONTRADICTED = 16.0
"""The score that is needed against another document or another birth date."""
_AGREES = frozenset({Verdict.EQUAL, Verdict.SIMILAR})

Part = tuple[float, Verdict]

_MISSING: Part = (0.0, Verdict.MISSING)
_SOUND, _NICKNAME, _CLOSE, _NEAR = 0.95, 0.9, 0.75, 0.4
"""The part of a name's weight that is left when it only sounds alike, is a short form, has a slip or two."""
_LONG, _LONGER = 5, 7
"""Letters from which one slip, and two, leave a name recognisable."""
_ALIKE = 0.9
_COMMON = 6.0
"""Of two names that are both commoner, as Juan and Juana, one is no slip of the other."""
_GIVEN_DIFFERS, _SURNAME_DIFFERS, _ONE_OF_TWO_DIFFERS = -4.5, -4.5, -7.0
_ALL_DIFFERS = -6.0
"""What given names and a single surname say at most against, when both differ: one cause explains both."""
_OTHER_GIVEN, _FIRST_ELSEWHERE = -6.0, -2.0
_SWAPPED, _CROSSED, _WRONG_FIELD, _OTHER_NAME = -3.0, -4.5, -3.0, -1.5

_DATE_SWAPPED, _DATE_SLIP, _NEW_YEAR = -3.0, -6.0, -4.0
"""What a date loses of its weight with day and month exchanged, with one digit wrong, and on the first of
January, which stands for `unknown` in many registers."""
_YEAR_SLIP, _YEAR_DIFFERS, _DATE_NEAR, _DATE_DIFFERS = 0.5, -4.5, -1.0, -5.5
_KIN, _KIN_GIVEN = 4.0, -3.5
"""Brothers and sisters share surnames and place: what these say at most when the given names differ, and
what these then say besides."""

_DOCUMENT, _DOCUMENT_SLIP, _DOCUMENT_DIFFERS = 14.0, 7.0, -6.0
_NARROW = 2
"""From this position on, places are narrower than a district."""
_PLACE_CLOSE, _NUMBER_SLIP, _TURNED = 0.7, -3.6, -1.1
"""A number has some 36 neighbours one slip away and 3 with two digits exchanged, a word hardly any."""
_PLACE_DIFFERS = (-2.5, -0.7, -1.5)
"""Of a region, a district, a narrower place."""


def compare(a: Person, b: Person, rarity: Rarity, *, document_shared: bool = False) -> Comparison:
    """Compare two persons.

    Args:
        a: one person.
        b: the other; the order does not matter.
        rarity: weights of names and places.
        document_shared: a document's tokens were equal, whatever documents the persons carry here.
    """
    names = _names(a, b, rarity)
    birth, birth_verdict = _birth(a.birth, b.birth, rarity)
    document, document_verdict = _documents(a.documents, b.documents)
    if document_shared:
        document, document_verdict = _DOCUMENT, Verdict.EQUAL
    place, place_verdict = _places(a.places, b.places, rarity)
    given, alike = names.given_score, names.surnames + place
    if names.second is Verdict.MISSING and given + names.surnames < _ALL_DIFFERS:
        alike = _ALL_DIFFERS - given + place
    if _may_be_kin(names, birth_verdict):
        given, alike = given + _KIN_GIVEN, min(alike, _KIN)
    if document_verdict is Verdict.SIMILAR and Verdict.DIFFERENT in {names.given, birth_verdict}:
        document = _DOCUMENT_DIFFERS  # the numbers of brothers and sisters may follow each other
    score = rarity.prior + names.offset + given + alike + birth + document
    fields = {
        "given_names": names.given,
        "first_surname": names.first,
        "second_surname": names.second,
        "birth_date": birth_verdict,
        "documents": document_verdict,
        "birth_place": place_verdict,
    }
    several = min(len(a.name.given), len(b.name.given)) > 1
    return Comparison(score, _band(score, fields, several_given=several), fields)


def _may_be_kin(names: _Names, birth: Verdict) -> bool:
    """Whether both surnames agree and what is the person's own does not."""
    if names.second not in {Verdict.EQUAL, Verdict.SIMILAR} or names.first is Verdict.DIFFERENT:
        return False
    own = names.given
    return own is Verdict.DIFFERENT or (own is Verdict.SIMILAR and birth is Verdict.DIFFERENT)


def _band(score: float, fields: dict[str, Verdict], *, several_given: bool) -> Band | None:
    """A shared document is never passed over, and never decides alone against the rest."""
    if fields["documents"] is Verdict.EQUAL:
        own = (fields["given_names"], fields["first_surname"], fields["birth_date"])
        differing = own.count(Verdict.DIFFERENT)
        if score < (_DOCUMENT_OF_ANOTHER if differing > 1 else PROBABLE):
            return Band.POSSIBLE
        return Band.PROBABLE if differing else Band.EXACT
    if score >= PROBABLE and not _may_be_homonyms(score, fields, several_given=several_given):
        return Band.PROBABLE
    return Band.POSSIBLE if score >= POSSIBLE else None


def _may_be_homonyms(score: float, fields: dict[str, Verdict], *, several_given: bool) -> bool:
    """Whether what agrees is too little, however rare it is: a name repeats where it is at home.

    One given name and one surname alone; and, unless the rest is extremely rare, names against another
    document or one of them against another birth date.
    """
    agreeing = {field for field, verdict in fields.items() if verdict in _AGREES}
    other_document = "birth_date" not in agreeing and fields["documents"] is Verdict.DIFFERENT
    other_date = fields["birth_date"] is Verdict.DIFFERENT and not agreeing >= {
        "given_names",
        "first_surname",
    }
    if other_document or other_date:
        return score < _CONTRADICTED
    return agreeing <= {"given_names", "first_surname"} and not several_given


class _Names(NamedTuple):
    given_score: float
    surnames: float
    given: Verdict
    first: Verdict
    second: Verdict
    offset: float = 0.0

    @property
    def score(self) -> float:
        return self.given_score + self.surnames + self.offset


def _names(a: Person, b: Person, rarity: Rarity) -> _Names:
    """The best of the legal names, of given names and surnames in the wrong field, and of the other names."""
    best = _name(a.name, b.name, rarity)
    if best.score < 0:
        turned = _name(a.name, Name(b.name.surnames, b.name.given[:2]), rarity, _WRONG_FIELD)
        if turned.score > 0:  # else nothing in it agrees, and what it lacks would count as unknown
            best = turned
    if a.other_names or b.other_names:
        others = (_name(one, other, rarity, _OTHER_NAME) for one in a.names for other in b.names)
        best = max(best, *others, key=_score_of)
    return best


def _score_of(names: _Names) -> float:
    return names.score


def _name(a: Name, b: Name, rarity: Rarity, offset: float = 0.0) -> _Names:
    given, given_verdict = _given(a.given, b.given, rarity)
    surnames, first, second = _surnames(a.surnames, b.surnames, rarity)
    return _Names(given, surnames, given_verdict, first, second, offset)


def _given(a: tuple[Word, ...], b: tuple[Word, ...], rarity: Rarity) -> Part:
    """Given names in any order; one that only one side has says nothing."""
    if not a or not b:
        return _MISSING
    if a == b:
        return sum(rarity.of_given(word.text) for word in a), Verdict.EQUAL
    score, left_a, left_b = 0.0, list(a), list(b)
    for word in a:
        found, other = max((word_agreement(word, other, rarity.of_given), other) for other in left_b)
        if found > 0:
            score += found
            left_a.remove(word)
            left_b.remove(other)
            if not left_b:
                break
    if len(left_a) == len(a):
        whole = ["".join(word.text for word in words) for words in (a, b)]
        if len(a) == len(b) == 1 or JaroWinkler.similarity(*whole) < _ALIKE:
            return _GIVEN_DIFFERS, Verdict.DIFFERENT
        return _NEAR * rarity.of_given(a[0].text), Verdict.SIMILAR
    if left_a and left_b:
        return max(score + _OTHER_GIVEN, _GIVEN_DIFFERS), Verdict.DIFFERENT
    if word_agreement(a[0], b[0], rarity.of_given) <= 0:
        score += _FIRST_ELSEWHERE
    return score, Verdict.SIMILAR


def _surnames(a: tuple[Word, ...], b: tuple[Word, ...], rarity: Rarity) -> tuple[float, Verdict, Verdict]:
    """Surnames in their order or swapped; a second one that only one side has says nothing."""
    if not a or not b:
        return 0.0, Verdict.MISSING, Verdict.MISSING
    differs = _ONE_OF_TWO_DIFFERS if len(a) == len(b) > 1 else _SURNAME_DIFFERS
    first, first_verdict = _surname(a[0], b[0], rarity, differs)
    if len(a) == len(b) == 1:
        return first, first_verdict, Verdict.MISSING
    if len(a) == 1 or len(b) == 1:
        one, two = (a[0], b[1]) if len(a) == 1 else (a[1], b[0])
        crossed, crossed_verdict = _surname(one, two, rarity, differs)
        if crossed + _CROSSED > first:
            return crossed + _CROSSED, _swapped(crossed_verdict), Verdict.MISSING
        return first, first_verdict, Verdict.MISSING
    second, second_verdict = _surname(a[1], b[1], rarity, differs)
    if first > 0 and second > 0:
        return first + second, first_verdict, second_verdict
    crossed_first, one_verdict = _surname(a[0], b[1], rarity, differs)
    crossed_second, two_verdict = _surname(a[1], b[0], rarity, differs)
    if crossed_first + crossed_second + _SWAPPED > first + second:
        return (
            crossed_first + crossed_second + _SWAPPED,
            _swapped(one_verdict),
            _swapped(two_verdict),
        )
    return first + second, first_verdict, second_verdict


def _swapped(verdict: Verdict) -> Verdict:
    return Verdict.SIMILAR if verdict is Verdict.EQUAL else verdict


def _surname(a: Word, b: Word, rarity: Rarity, differs: float) -> Part:
    score = word_agreement(a, b, rarity.of_surname)
    if score <= 0:
        return differs, Verdict.DIFFERENT
    return score, Verdict.EQUAL if a.text == b.text else Verdict.SIMILAR


def word_agreement(a: Word, b: Word, weight: Callable[[str], float]) -> float:
    """What two words of a name say for being one, by their weight; 0 when they are different ones."""
    if a.text == b.text:
        return weight(a.text)
    least = min(weight(a.text), weight(b.text))
    if a.sound == b.sound:
        return _SOUND * least
    if _stand_for_one(a.text, b.text):
        return _NICKNAME * least
    if max(weight(a.text), weight(b.text)) < _COMMON:
        return 0.0
    slips = OSA.distance(a.sound, b.sound, score_cutoff=2)
    length = min(len(a.sound), len(b.sound))
    if slips == 1:
        return (_CLOSE if length >= _LONG else _NEAR) * least
    if (slips <= 2 and length >= _LONGER) or JaroWinkler.similarity(a.text, b.text) >= _ALIKE:  # noqa: PLR2004
        return _NEAR * least
    return 0.0


def _stand_for_one(a: str, b: str) -> bool:
    names_a, names_b = NICKNAMES.get(a), NICKNAMES.get(b)
    if names_a is None and names_b is None:
        return False
    return not {*(names_a or (a,))}.isdisjoint(names_b or (b,))


def _birth(a: Birth, b: Birth, rarity: Rarity) -> Part:
    if a.year is None or b.year is None:
        return _MISSING
    if a.month is None or b.month is None or a.day is None or b.day is None:
        return _year(a.year, b.year, rarity)
    if a == b:
        return rarity.date + (_NEW_YEAR if a.month == a.day == 1 else 0), Verdict.EQUAL
    if a.year == b.year and a.month == b.day and a.day == b.month:
        return rarity.date + _DATE_SWAPPED, Verdict.SIMILAR
    if (a.month == a.day == 1) or (b.month == b.day == 1):
        return _year(a.year, b.year, rarity)
    if OSA.distance(_digits(a), _digits(b), score_cutoff=1) <= 1:
        return rarity.date + _DATE_SLIP, Verdict.SIMILAR
    if (a.year == b.year) + (a.month == b.month) + (a.day == b.day) == 2:  # noqa: PLR2004 - one part differs
        return _DATE_NEAR, Verdict.SIMILAR
    return _DATE_DIFFERS, Verdict.DIFFERENT


def _digits(birth: Birth) -> str:
    return f"{birth.year}{birth.month:02}{birth.day:02}"


def _year(a: int, b: int, rarity: Rarity) -> Part:
    if a == b:
        return rarity.year, Verdict.SIMILAR
    if abs(a - b) == 1:
        return _YEAR_SLIP, Verdict.SIMILAR
    return _YEAR_DIFFERS, Verdict.DIFFERENT


def _documents(a: tuple[Document, ...], b: tuple[Document, ...]) -> Part:
    """Documents of one type and country; other pairs cannot contradict each other."""
    best = _MISSING
    for one in a:
        for other in b:
            if one == other:
                return _DOCUMENT, Verdict.EQUAL
            if one.type == other.type and one.country == other.country:
                slip = OSA.distance(one.number, other.number, score_cutoff=1) <= 1
                found = (_DOCUMENT_SLIP, Verdict.SIMILAR) if slip else (_DOCUMENT_DIFFERS, Verdict.DIFFERENT)
                if best is _MISSING or found[0] > best[0]:
                    best = found
    return best


def _places(a: tuple[str, ...], b: tuple[str, ...], rarity: Rarity) -> Part:
    score, verdict = 0.0, Verdict.MISSING
    for position, (one, other) in enumerate(zip(a, b, strict=False)):
        if not one or not other:
            continue
        if one == other:
            score += rarity.of_place(position, one)
            verdict = Verdict.EQUAL if verdict in {Verdict.MISSING, Verdict.EQUAL} else Verdict.SIMILAR
        elif _alike_places(one, other, position):
            least = min(rarity.of_place(position, one), rarity.of_place(position, other))
            if not one.isdecimal():
                score += _PLACE_CLOSE * least
            else:
                score += max(0.0, least + (_TURNED if sorted(one) == sorted(other) else _NUMBER_SLIP))
            verdict = Verdict.SIMILAR
        else:
            score += _PLACE_DIFFERS[min(position, _NARROW)]
            verdict = (
                Verdict.DIFFERENT if verdict in {Verdict.MISSING, Verdict.DIFFERENT} else Verdict.SIMILAR
            )
    return score, verdict


def _alike_places(a: str, b: str, position: int) -> bool:
    """Whether one is a slip of the other; codes of regions and districts are not."""
    if position < _NARROW and a.isdecimal():
        return False
    return OSA.distance(a, b, score_cutoff=1) <= 1 or JaroWinkler.similarity(a, b) >= _ALIKE
