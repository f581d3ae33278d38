"""Keyed look-up tokens: what a record is found by without storing a searchable name.

A token is an HMAC-SHA-256 under a key of its kind, cut to 64 bits: who steals the tokens without the index
key learns nothing but which records share one. So that even this tells little, every token is over several
fields at once and is made only where few persons can share it: the public frequencies of names say how many
that would be (`EXPECTED`). Each rule takes the shortest combination that is rare enough: a rare given name
and surname find a person alone, a common pair only together with a year, a day or a place.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from enum import IntEnum
from itertools import combinations, islice, product
from math import prod
from typing import NamedTuple

from app.matching.documents import document_token
from app.matching.lists import NICKNAMES
from app.matching.person import Birth, Name, Person
from app.matching.phonetics import Word, skeleton
from app.matching.rarity import Shares

MOST = 25
"""Tokens a person at most; documents first, other names last."""
EXPECTED = 3.0
"""Persons of 100 000 that may be expected to share a token at most, by the public frequencies."""

_POPULATION = 100_000
_GIVEN_NAMES = 2
"""Given names that make tokens: the first two; a third is rarely used."""
_YEAR, _DAY, _DATE, _NEW_YEAR = 1 / 12, 1 / 200, 1 / 3000, 1 / 240
"""Shares of the commonest year, day and date of birth; the first of January stands for `unknown` too."""
_INITIAL = 0.085
"""Share of a common first sound."""
_AT_HOME = 5.0
"""How much commoner a name may be where it is at home, as Quispe in Cusco, than in the country."""


class Kind(IntEnum):
    """What a token is made of. Numbers are stored: never reuse one."""

    DOCUMENT = 1
    SURNAMES = 2
    """Both surnames."""
    NAME = 3
    """One given name and one surname, either of which may stand for the other."""
    GIVEN_NAMES = 4
    """Two given names and one surname."""
    NAMES_YEAR = 5
    NAMES_DAY = 6
    """Two of the names, with day and month of birth in any order."""
    NAMES_PLACE = 7
    FULL_NAME = 8
    """A given name and both surnames."""
    WORD_BIRTH = 9
    """First sound of a name and the birth date."""
    WORD_PLACE = 10
    BIRTH_PLACE = 11
    """Two of: the birth date, a place, another place."""
    LETTERS = 12
    """The sounds of the whole name in alphabetical order: names joined, split or in the wrong field."""


class Token(NamedTuple):
    """A 64-bit signed value and what it was made of."""

    value: int
    kind: Kind


def tokens(key: bytes, person: Person) -> list[Token]:
    """The tokens of a person, each value once, always in the same order, strongest kinds first.

    Args:
        key: the `index` secret; every kind but `DOCUMENT` uses a key derived from it.
        person: whose; what is unknown makes no token.
    """
    found = {document_token(key, document): Kind.DOCUMENT for document in person.documents}
    keys: dict[Kind, bytes] = {}
    for kind, parts in plaintexts(person):
        if kind not in keys:
            keys[kind] = hmac.digest(key, f"token\0{kind:d}".encode(), "sha256")
        body = "\0".join(parts).encode()
        value = int.from_bytes(hmac.digest(keys[kind], body, "sha256")[:8], "big", signed=True)
        found.setdefault(value, kind)
    return [Token(value, kind) for value, kind in islice(found.items(), MOST)]


def plaintexts(person: Person) -> Iterator[tuple[Kind, tuple[str, ...]]]:
    """What the tokens but the documents' are made of, before the key; never to be stored or shown."""
    shares = Shares.public()
    facts = _facts(person, shares)
    for name in person.names:
        yield from _of_pairs(name, facts, shares)
    around = (*([(facts.date, facts.date_share)] if facts.date else []), *facts.places)
    for (one, share), (other, other_share) in combinations(around, 2):
        if _rare(share, other_share):
            yield Kind.BIRTH_PLACE, (one, other)
    for name in person.names:
        yield from _of_words(name, facts, shares)


class _Facts(NamedTuple):
    """What goes with a name, each with the share of persons who have it in common."""

    year: str
    day: str
    date: str
    date_share: float
    places: tuple[tuple[str, float], ...]


def _facts(person: Person, shares: Shares) -> _Facts:
    birth = person.birth
    unknown_day = birth.month == birth.day == 1
    places = tuple((one, shares.of_place(at, one)) for at, one in enumerate(person.places) if one)
    return _Facts(
        year=str(birth.year or ""),
        day="" if unknown_day else _day(birth),
        date=_date(birth),
        date_share=_NEW_YEAR if unknown_day else _DATE,
        places=places,
    )


def _of_pairs(name: Name, facts: _Facts, shares: Shares) -> Iterator[tuple[Kind, tuple[str, ...]]]:
    each, surnames = _keys_of(name)
    given = dict.fromkeys(key for keys in each for key in keys)
    if len(surnames) > 1:
        yield from _of_pair(Kind.SURNAMES, (surnames[0], surnames[1]), given, facts, shares)
    for keys, surname in product(each, surnames):
        others = [other for other in given if other not in keys]
        for one in keys:
            yield from _of_pair(Kind.NAME, (one, surname), others, facts, shares)


def _of_words(name: Name, facts: _Facts, shares: Shares) -> Iterator[tuple[Kind, tuple[str, ...]]]:
    each, surnames = _keys_of(name)
    given = dict.fromkeys(key for keys in each for key in keys)
    for one, surname in product(dict.fromkeys(key[0] for key in given), surnames):
        yield from _of_initial(one, surname, facts, shares)
    for one in (*given, *surnames):
        if facts.date and _rare(_INITIAL, facts.date_share):
            yield Kind.WORD_BIRTH, (one[0], facts.date)
        for place, share in facts.places:
            if _rare(shares.of_name(one), share, _AT_HOME):
                yield Kind.WORD_PLACE, (one, place)
    words = (*name.given, *name.surnames)
    if len(words) > 2:  # noqa: PLR2004 - fewer words are a pair
        yield Kind.LETTERS, ("".join(sorted("".join(word.sound for word in words))),)


def _of_pair(
    kind: Kind, pair: tuple[str, str], third: Iterable[str], facts: _Facts, shares: Shares
) -> Iterator[tuple[Kind, tuple[str, ...]]]:
    """Two names alone where few share them, else each thing that makes them rare enough."""
    both = shares.of_name(pair[0]) * shares.of_name(pair[1])
    pair = (min(pair), max(pair))
    if _rare(both):
        yield kind, pair
        return
    if facts.year and _rare(both, _YEAR):
        yield Kind.NAMES_YEAR, (*pair, facts.year)
    if facts.day and _rare(both, _DAY):
        yield Kind.NAMES_DAY, (*pair, facts.day)
    for place, share in facts.places:
        if _rare(both, share, _AT_HOME):
            yield Kind.NAMES_PLACE, (*pair, place)
    with_third = Kind.FULL_NAME if kind is Kind.SURNAMES else Kind.GIVEN_NAMES
    for other in third:
        if _rare(both, _INITIAL):
            yield with_third, (*pair, other[0])
        elif _rare(both, shares.of_name(other)):
            yield with_third, tuple(sorted((*pair, other)))


def _of_initial(
    initial: str, surname: str, facts: _Facts, shares: Shares
) -> Iterator[tuple[Kind, tuple[str, ...]]]:
    """A surname with the first sound of a given name, and first sounds alone: for slips in the rest."""
    if facts.year and _rare(shares.of_name(surname), _INITIAL, _YEAR):
        yield Kind.NAMES_YEAR, (surname, initial, facts.year)
    pair = sorted((initial, surname[0]))
    for place, share in facts.places:
        if _rare(_INITIAL, _INITIAL, share):
            yield Kind.NAMES_PLACE, (*pair, place)


def _rare(*shares: float) -> bool:
    """Whether few enough persons can be expected to have all of these in common."""
    return prod(shares, start=_POPULATION) <= EXPECTED


def _keys_of(name: Name) -> tuple[list[tuple[str, ...]], list[str]]:
    """For each given name the keys it may be found by; the keys of the surnames."""
    given = [_given_keys(word) for word in name.given[:_GIVEN_NAMES]]
    return given, [word.key for word in name.surnames]


def _given_keys(word: Word) -> tuple[str, ...]:
    """The keys of a given name: of what it may stand for, when it is a short form."""
    names = NICKNAMES.get(word.text)
    return (word.key,) if names is None else tuple(skeleton(name) for name in names)


def _date(birth: Birth) -> str:
    return f"{birth.year}-{birth.month}-{birth.day}" if birth.year and birth.month and birth.day else ""


def _day(birth: Birth) -> str:
    """Day and month in ascending order, the same when somebody wrote them the wrong way round."""
    if not birth.month or not birth.day:
        return ""
    return f"{min(birth.month, birth.day)}-{max(birth.month, birth.day)}"
