"""How a second office writes down the same person: the kinds of error, and how often each occurs.

The rates say what share of second records is affected (of those to which the error can happen at all). No
study counts them for Peru; they are assumed, and were set before any rule of matching was measured: about
one record in five has a name spelt by ear, one in twelve lacks the second surname, one in five lacks a
given name, one in fifteen has a wrong date. They are never adapted to the rules they measure.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from random import Random
from typing import Any, Final

from _peru_names import ASSUMED, NICKNAMES

Identity = dict[str, Any]

RATES: Final = {
    "alias": 0.01,  # entered under a name that was forced on her; half of these are among the aliases
    "nickname": 0.03,
    "second_given_dropped": 0.14,
    "only_second_given": 0.05,
    "given_order": 0.02,
    "swapped_surnames": 0.02,
    "no_second_surname": 0.08,
    "particles": 0.3,
    "typing": 0.06,
    "accents": 0.35,
    "document_digit": 0.03,
    "document_transposed": 0.01,
    "document_of_another": 0.002,
    "date_day_month": 0.02,
    "date_digit": 0.03,
    "date_first_of_january": 0.02,
    "place_of_residence": 0.03,  # the department where she was found instead of the one of her birth
    "place_district": 0.15,  # the capital of the department instead of the district
}
BY_EAR: Final = 0.06
"""A name spelt by ear, for each word of the name: with four words, 22 % of records."""
ALIAS_KNOWN: Final = 0.5

_NAMES: Final = ("given_names", "first_surname", "second_surname")

_EAR: Final[dict[str, tuple[tuple[str, tuple[str, ...]], ...]]] = {
    "b/v": (("b", ("v",)), ("v", ("b",))),
    "s/z/c": (("s(?=[ei])", ("c", "z")), ("s", ("z",)), ("z", ("s",)), ("c(?=[ei])", ("s", "z"))),
    "ll/y": (("ll", ("y",)), ("y(?=[aeou])", ("ll", "i"))),
    "h": (("^h(?!u[ae])", ("",)), ("(?<=[aeioun])h(?!u[ae])", ("",)), ("(?<=j)h", ("",)), ("th", ("t",))),
    "hua/gua/wa": (("hu(?=[ae])", ("gu", "w", "u")), ("gu(?=a)", ("hu", "w")), ("w", ("hu", "gu", "u"))),
    "q/k/cc": (
        ("cc", ("c", "k", "q")),
        ("qu(?=[ei])", ("k", "qqu")),
        ("q(?!u)", ("k", "cc")),
        ("k(?=[aou])", ("c", "q")),
        ("k(?=[ei])", ("qu",)),
        ("^c(?=[aou])", ("k", "cc")),
    ),
    "i/e": (
        ("(?<=[^aeiou])i(?=[^aeiou])", ("e",)),
        ("(?<=[^aeiou])e(?=[^aeiou])", ("i",)),
        ("e$", ("i",)),
        ("i$", ("e",)),
    ),
    "u/o": (("(?<=[^aeiouqg])u(?=[^aeiou])", ("o",)), ("(?<=[^aeiou])o(?=[^aeiou])", ("u",))),
    "g/j/x": (("g(?=[ei])", ("j",)), ("j(?=[ei])", ("g",)), ("^x", ("j", "s")), ("^y(?=[ae])", ("j",))),
    "m/n": (("m(?=[pb])", ("n",)), ("n(?=v)", ("m",))),
    "doubled": (
        ("nn", ("n",)),
        ("ss", ("s",)),
        ("tt", ("t",)),
        ("ff", ("f",)),
        ("(?<=[aeiou])l(?=i)", ("ll",)),
    ),
    "sh/ch": (("sh", ("ch", "s")), ("ts", ("s", "ch")), ("ñ", ("n", "ni"))),
}
_PARTICLES = {
    "de la": ("la", "dela", ""),
    "del": ("de", ""),
    "de los": ("los", ""),
    "san": ("sn",),
    "la": ("de la", ""),
}
_KEYS: Final = ("qwertyuiop", "asdfghjklñ", "zxcvbnm")


def plain(text: str) -> str:
    """Without accents; ñ stays."""
    kept = unicodedata.normalize("NFD", text.replace("ñ", "\0").replace("Ñ", "\1"))
    return "".join(c for c in kept if not unicodedata.combining(c)).replace("\0", "ñ").replace("\1", "Ñ")


def spelt_by_ear(word: str, rng: Random) -> tuple[str, str | None]:
    """The word with one sound written differently, and which; unchanged where no rule fits."""
    bare = plain(word).lower()
    kinds = [kind for kind, rules in _EAR.items() if any(re.search(p, bare) for p, _ in rules)]
    if not kinds:
        return word, None
    kind = rng.choice(kinds)
    pattern, written = rng.choice([rule for rule in _EAR[kind] if re.search(rule[0], bare)])
    at = rng.choice(list(re.finditer(pattern, bare)))
    return (bare[: at.start()] + rng.choice(written) + bare[at.end() :]).title(), kind


def mistyped(word: str, rng: Random) -> str:
    """One letter left out, doubled, exchanged with the next, or replaced by its neighbour on the keyboard."""
    at = rng.randrange(len(word))
    how = rng.randrange(4)
    if how == 0:
        return word[:at] + word[at + 1 :] if len(word) > 3 else word + word[-1]
    if how == 1:
        return word[:at] + word[at] + word[at:]
    if how == 2 and at + 1 < len(word):
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    row = next((keys for keys in _KEYS if plain(word[at]).lower() in keys), _KEYS[1])
    near = row.find(plain(word[at]).lower())
    return word[:at] + row[near + 1 if near + 1 < len(row) else near - 1] + word[at + 1 :]


def corrupted(identity: Identity, rng: Random, *, stranger: Identity) -> tuple[Identity, tuple[str, ...]]:
    """A second record of the person, and the kinds of error it has.

    Args:
        stranger: another person, whose document may have been shown.
    """
    copy = {**identity, "documents": [dict(d) for d in identity.get("documents", ())]}
    done: list[str] = []
    for kind, change in _CHANGES.items():
        if rng.random() < RATES[kind] and change(copy, rng):
            done.append(kind)
    if rng.random() < RATES["document_of_another"] and stranger.get("documents") and copy["documents"]:
        copy["documents"] = stranger["documents"]
        done.append("document_of_another")
    for field in _NAMES:
        done += _by_ear(copy, field, rng)
    if rng.random() < RATES["accents"]:
        bare = {field: plain(copy[field]) for field in _NAMES if copy.get(field)}
        done += ["accents"] if any(copy[field] != bare[field] for field in bare) else []
        copy |= bare
    return {name: value for name, value in copy.items() if value}, tuple(done)


def _by_ear(copy: Identity, field: str, rng: Random) -> list[str]:
    words, done = (copy.get(field) or "").split(), []
    for at, word in enumerate(words):
        if rng.random() < BY_EAR and len(word) > 2:
            words[at], kind = spelt_by_ear(word, rng)
            done += [kind] if kind else []
    if words:
        copy[field] = " ".join(words)
    return done


def _alias(copy: Identity, rng: Random) -> bool:
    if rng.random() < ALIAS_KNOWN:
        copy["aliases"] = [
            f"{copy['given_names']} {copy['first_surname']} {copy.get('second_surname') or ''}".strip()
        ]
    copy["given_names"] = rng.choice(ASSUMED.split())
    return True


def _nickname(copy: Identity, rng: Random) -> bool:
    first, *rest = copy["given_names"].split()
    if first not in NICKNAMES:
        return False
    copy["given_names"] = " ".join([rng.choice(NICKNAMES[first]), *(rest if rng.random() < 0.5 else [])])
    return True


def _given(keep: Callable[[list[str]], list[str]]) -> Callable[[Identity, Random], bool]:
    def change(copy: Identity, _: Random) -> bool:
        names = copy["given_names"].split()
        if len(names) > 1:
            copy["given_names"] = " ".join(keep(names))
        return len(names) > 1

    return change


def _swapped(copy: Identity, _: Random) -> bool:
    if not copy.get("second_surname"):
        return False
    copy["first_surname"], copy["second_surname"] = copy["second_surname"], copy["first_surname"]
    return True


def _one_surname(copy: Identity, _: Random) -> bool:
    return copy.pop("second_surname", None) is not None


def _particles(copy: Identity, rng: Random) -> bool:
    for field in ("first_surname", "second_surname"):
        for particle, written in _PARTICLES.items():
            name = copy.get(field) or ""
            if name.lower().startswith(f"{particle} "):
                rest = name[len(particle) + 1 :]
                joined = rng.random() < 0.3
                start = particle.replace(" ", "") if joined else rng.choice(written)
                copy[field] = (start + rest.lower() if joined else f"{start} {rest}".strip()).title()
                return True
    return False


def _typing(copy: Identity, rng: Random) -> bool:
    field = rng.choice([f for f in _NAMES if copy.get(f)])
    words = copy[field].split()
    at = rng.randrange(len(words))
    words[at] = mistyped(words[at], rng)
    copy[field] = " ".join(words)
    return True


def _number(change: Callable[[str, Random], str]) -> Callable[[Identity, Random], bool]:
    def apply(copy: Identity, rng: Random) -> bool:
        for document in copy["documents"][:1]:
            document["number"] = change(document["number"], rng)
        return bool(copy["documents"])

    return apply


def _one_digit(number: str, rng: Random) -> str:
    at = rng.choice([i for i, c in enumerate(number) if c.isdigit()])
    return number[:at] + rng.choice([d for d in "0123456789" if d != number[at]]) + number[at + 1 :]


def _transposed(number: str, rng: Random) -> str:
    at = rng.randrange(len(number) - 1)
    return number[:at] + number[at + 1] + number[at] + number[at + 2 :]


def _date(change: Callable[[date, Random], date | None]) -> Callable[[Identity, Random], bool]:
    def apply(copy: Identity, rng: Random) -> bool:
        if not copy.get("birth_date"):
            return False
        written = change(date.fromisoformat(copy["birth_date"]), rng)
        if written is None:
            return False
        copy["birth_date"] = written.isoformat()
        return True

    return apply


def _day_month(day: date, _: Random) -> date | None:
    return day.replace(day=day.month, month=day.day) if day.day <= 12 and day.day != day.month else None


def _digit(day: date, rng: Random) -> date | None:
    for _ in range(20):  # not every digit gives a date
        try:
            return date.fromisoformat(_one_digit_of_date(day.isoformat(), rng))
        except ValueError:
            continue
    return None


def _one_digit_of_date(text: str, rng: Random) -> str:
    at = rng.choice((3, 6, 8, 9))  # the last of the year, the last of the month, both of the day
    return text[:at] + rng.choice("0123456789") + text[at + 1 :]


def _elsewhere(copy: Identity, rng: Random) -> bool:
    if not copy.get("birth_place"):
        return False
    copy["birth_place"] = rng.choice(("150101", "170101", "080101", "160101"))
    return True


def _capital(copy: Identity, _: Random) -> bool:
    if not copy.get("birth_place"):
        return False
    copy["birth_place"] = f"{copy['birth_place'][:2]}0101"
    return True


_CHANGES: Final[dict[str, Callable[[Identity, Random], bool]]] = {
    "alias": _alias,
    "nickname": _nickname,
    "second_given_dropped": _given(lambda names: names[:1]),
    "only_second_given": _given(lambda names: names[1:]),
    "given_order": _given(lambda names: [*names[1:], names[0]]),
    "swapped_surnames": _swapped,
    "no_second_surname": _one_surname,
    "particles": _particles,
    "typing": _typing,
    "document_digit": _number(_one_digit),
    "document_transposed": _number(_transposed),
    "date_day_month": _date(_day_month),
    "date_digit": _date(_digit),
    "date_first_of_january": _date(lambda day, _: day.replace(month=1, day=1)),
    "place_of_residence": _elsewhere,
    "place_district": _capital,
}
