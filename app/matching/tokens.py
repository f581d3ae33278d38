"""Keyed look-up tokens: what a record is found by without storing a searchable name.

A token is an HMAC-SHA-256 under a key of its kind, cut to 64 bits: who steals the tokens without the index
key learns nothing but which records share one. So that even this tells little, every token is over several
fields at once and is made only where few persons can share it: the public frequencies of names say how many
that would be (`EXPECTED`). Each rule takes the shortest combination that is rare enough: a rare given name
and surname find a person alone, a common pair only together with a year, a day or a place.
"""

from __future__ import annotations

import hmac
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from enum import IntEnum
from functools import lru_cache
from hashlib import sha256
from itertools import chain, combinations, islice, product, starmap, zip_longest
from struct import Struct
from typing import TYPE_CHECKING, NamedTuple

from app.matching.documents import document_token
from app.matching.lists import NICKNAMES
from app.matching.person import Birth, Name, Person
from app.matching.phonetics import Word, skeleton
from app.matching.rarity import Shares

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

MOST = 25
"""Tokens a person at most; documents first, other names last."""
EXPECTED = 1.0
"""Persons of 100 000 that may be expected to share a token at most, by the public frequencies."""

_RARE = EXPECTED / 100_000
_WORDS = 4096
"""Single given names whose keys are kept."""
_GIVEN_NAMES = 2
"""Given names that make tokens: the first two; a third is rarely used."""
_YEAR, _DATE, _NEW_YEAR = 1 / 12, 1 / 3000, 1 / 240
"""Shares of the commonest year and date of birth; the first of January stands for `unknown` too."""
_INITIAL = 0.15
"""Share of a common first sound."""
_INITIALS = 0.003
"""Share of a pair of first sounds, of the average person."""
_NARROW = 2
"""From this position on, places are narrower than a district."""
_AT_HOME = 5.0
"""How much commoner a name may be where it is at home, as Quispe in Cusco, than in the country."""


_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))
_FIRST_64_BITS = Struct(">q24x").unpack


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
    NAMES_PLACE = 7
    FULL_NAME = 8
    """A given name and both surnames."""
    WORD_BIRTH = 9
    """One name, or the first sounds of two, and the birth date."""
    WORD_PLACE = 10
    BIRTH_PLACE = 11
    """The birth date and a place, or two narrow places."""
    LETTERS = 12
    """The sounds of the whole name in alphabetical order: names joined, split or in the wrong field."""


Plaintext = tuple[Kind, tuple[str, ...]]


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
    states = _states(key)
    for kind, parts in _by_turns(dict.fromkeys(plaintexts(person)), MOST - len(found)):
        within, around = states[kind]
        inner, outer = within.copy(), around.copy()
        inner.update("\0".join(parts).encode())
        outer.update(inner.digest())
        found.setdefault(_FIRST_64_BITS(outer.digest())[0], kind)
    return list(starmap(Token, islice(found.items(), MOST)))


def _by_turns(found: Collection[Plaintext], most: int) -> Iterable[Plaintext]:
    """Of too many the first of every kind, then the second and so on: none crowds the others out."""
    if len(found) <= most:
        return found
    kinds: defaultdict[Kind, list[Plaintext]] = defaultdict(list)
    for one in found:
        kinds[one[0]].append(one)
    turns = zip_longest(*kinds.values())
    return islice((one for turn in turns for one in turn if one), max(0, most))


@lru_cache(8)
def _states(key: bytes) -> dict[Kind, tuple[Hash, Hash]]:
    """For each kind, HMAC-SHA-256 under its own key with the key taken in already (RFC 2104, section 4)."""
    states = {}
    for kind in Kind:
        own = hmac.digest(key, f"token\0{kind:d}".encode(), "sha256").ljust(sha256().block_size, b"\0")
        states[kind] = (sha256(own.translate(_INNER)), sha256(own.translate(_OUTER)))
    return states


def plaintexts(person: Person) -> Iterator[Plaintext]:
    """What the tokens but the documents' are made of, before the key; never to be stored or shown."""
    facts = _facts(person)
    names = [_borne(name) for name in person.names]
    yield from _of_places(facts)
    for borne in names:
        yield from _of_words(borne, facts)
    for borne in names:
        yield from _of_pairs(borne, facts)
    for name, borne in zip(person.names, names, strict=True):
        yield from _of_sounds(borne, facts)
        words = (*name.given, *name.surnames)
        if len(words) > 2:  # noqa: PLR2004 - fewer words are a pair
            yield Kind.LETTERS, ("".join(sorted("".join(word.sound for word in words))),)


class _Key(NamedTuple):
    """The search key of a name and the share of persons who bear it."""

    text: str
    share: float


class _Borne(NamedTuple):
    """For each given name the keys it may be found by; the keys of the surnames."""

    given: tuple[tuple[_Key, ...], ...]
    surnames: tuple[_Key, ...]


class _Facts(NamedTuple):
    """What goes with a name, each with the share of persons who have it in common."""

    year: str
    date: str
    date_share: float
    places: tuple[tuple[str, float], ...]
    narrow: tuple[tuple[str, float], ...]


def _facts(person: Person) -> _Facts:
    birth, shares = person.birth, Shares.public()
    unknown_day = birth.month == birth.day == 1
    each = [(_place_key(at, one), shares.of_place(at, one)) for at, one in enumerate(person.places)]
    return _Facts(
        year=str(birth.year or ""),
        date=_date(birth),
        date_share=_NEW_YEAR if unknown_day else _DATE,
        places=tuple(place for place in each if place[0]),
        narrow=tuple(place for place in each[_NARROW:] if place[0]),
    )


def _of_places(facts: _Facts) -> Iterator[Plaintext]:
    """The date with a place; two of the narrow places, as a wider one says nothing beside one within it."""
    if facts.date:
        for place, share in reversed(facts.places):
            if share * facts.date_share <= _RARE:
                yield Kind.BIRTH_PLACE, (facts.date, place)
    for (one, share), (other, other_share) in combinations(facts.narrow, 2):
        if share * other_share <= _RARE:
            yield Kind.BIRTH_PLACE, (one, other)


def _of_words(name: _Borne, facts: _Facts) -> Iterator[Plaintext]:
    """One name with the birth date: the rest may be written as it likes."""
    for one, share in _each(name):
        if facts.date and share * facts.date_share <= _RARE:
            yield Kind.WORD_BIRTH, (one, facts.date)


def _of_pairs(name: _Borne, facts: _Facts) -> Iterator[Plaintext]:
    given, surnames = name
    first = dict.fromkeys(key for keys in given for key in keys)
    if len(surnames) > 1:
        yield from _of_pair(Kind.SURNAMES, surnames[0], surnames[1], first, facts)
    for at, keys in enumerate(given):
        others = [key for place, keys in enumerate(given) if place != at for key in keys]
        for surname, one in product(surnames, keys):
            yield from _of_pair(Kind.NAME, one, surname, others, facts)


def _of_sounds(name: _Borne, facts: _Facts) -> Iterator[Plaintext]:
    """First sounds, for slips in the rest; and one rare name with a place."""
    initials = dict.fromkeys(key.text[0] for keys in name.given for key in keys)
    for surname, initial in product(name.surnames, initials):
        pair = sorted((initial, surname.text[0]))
        if facts.date and _INITIALS * facts.date_share <= _RARE:
            yield Kind.WORD_BIRTH, (*pair, facts.date)
        for place, share in facts.narrow:
            if _INITIALS * share <= _RARE:
                yield Kind.NAMES_PLACE, (*pair, place)
    for place, place_share in reversed(facts.places):
        for one, share in _each(name):
            if share * place_share * _AT_HOME <= _RARE:
                yield Kind.WORD_PLACE, (one, place)


def _of_pair(kind: Kind, one: _Key, other: _Key, third: Iterable[_Key], facts: _Facts) -> Iterator[Plaintext]:
    """Two names alone where few share them, else each thing that makes them rare enough."""
    both = one.share * other.share
    pair = (one.text, other.text) if one.text < other.text else (other.text, one.text)
    if both <= _RARE:
        yield kind, pair
        return
    left = _RARE / both
    if facts.year and left >= _YEAR:
        yield Kind.NAMES_YEAR, (*pair, facts.year)
    for place, share in facts.places:
        if share * _AT_HOME <= left:
            yield Kind.NAMES_PLACE, (*pair, place)
        elif facts.year and share * _AT_HOME * _YEAR <= left:
            yield Kind.NAMES_PLACE, (*pair, facts.year, place)
    with_third = Kind.FULL_NAME if kind is Kind.SURNAMES else Kind.GIVEN_NAMES
    for text, share in third:
        if left >= _INITIAL:
            yield with_third, (*pair, text[0])
        elif left >= share:
            yield with_third, tuple(sorted((*pair, text)))
        elif facts.year and left >= share * _YEAR:
            yield with_third, (*sorted((*pair, text)), facts.year)


def _each(name: _Borne) -> dict[_Key, None]:
    return dict.fromkeys((*chain.from_iterable(name.given), *name.surnames))


def _borne(name: Name) -> _Borne:
    given = [_given_keys(word) for word in name.given[:_GIVEN_NAMES]]
    return _Borne(tuple(given), tuple(_key(word.key) for word in name.surnames))


@lru_cache(_WORDS)
def _given_keys(word: Word) -> tuple[_Key, ...]:
    """The keys of a given name: of what it may stand for, when it is a short form."""
    names = NICKNAMES.get(word.text)
    return (_key(word.key),) if names is None else tuple(_key(skeleton(name)) for name in names)


def _key(text: str) -> _Key:
    return _Key(text, Shares.public().of_name(text))


def _place_key(position: int, place: str) -> str:
    """A place in words by its sound, without spaces; a code as it is.

    A narrower number by its digits in order: exchanging two is the slip that leaves most of it right.
    """
    if not place.isdecimal():
        return skeleton(place.replace(" ", "")) if place else place
    return place if position < _NARROW else "".join(sorted(place))


def _date(birth: Birth) -> str:
    return f"{birth.year}-{birth.month}-{birth.day}" if birth.year and birth.month and birth.day else ""
