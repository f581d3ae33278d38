"""Names and numbers in one spelling: what is left is compared, keyed and never shown.

Everything here is idempotent and blind to case, accents and punctuation. Rules and examples:
`docs/matching.md`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from app.matching.lists import ABBREVIATIONS, JOINED_SURNAMES, NOBLE_SURNAMES, UNKNOWN

PARTICLES = frozenset(
    {
        "de",
        "del",
        "la",
        "las",
        "lo",
        "los",
        "y",
        "e",
        "da",
        "das",
        "do",
        "dos",
        "di",
        "van",
        "von",
        "der",
        "den",
    }
)
"""Words of a name that people write, join and leave out at will. `san` and `santa` are part of the name."""

_JOINED = frozenset({"san", "santa", "mac", "mc"})

_NUMBER_NOISE = re.compile(r"[^0-9A-Z]")
_APOSTROPHES = re.compile("['`´ʼʻ‘’′]")
_NOT_IN_WORD = re.compile(r"[\W_]+")
_CACHE = 1 << 15


def normalise_number(number: str) -> str:
    """A document number without spaces, hyphens and letter case; `ñ` and accents do not occur in them."""
    return _NUMBER_NOISE.sub("", number.upper())


def fold(text: str) -> str:
    """Words in lower case without accents or punctuation, one space apart; letters of any script stay."""
    plain = text if text.isascii() else _unaccented(_APOSTROPHES.sub("", text))
    return _NOT_IN_WORD.sub(" ", _APOSTROPHES.sub("", plain).casefold()).strip()


def _unaccented(text: str) -> str:
    # Folding the case of some letters brings marks back, and taking marks off brings capitals: once more.
    for _ in range(2):
        text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
        text = "".join(char for char in text if not unicodedata.combining(char))
    return text


@lru_cache(_CACHE)
def given_words(text: str) -> tuple[str, ...]:
    """Given names in their order, abbreviations written out, particles left out; empty when unknown.

    `"Ma. del Carmen"` -> `("maria", "carmen")`. Initials are dropped: they tell too little.
    """
    folded = fold(text)
    if folded in UNKNOWN:
        return ()
    words = [ABBREVIATIONS.get(word, word) for word in folded.split()]
    return tuple(word for word in words if word not in PARTICLES and len(word) > 1)


@lru_cache(_CACHE)
def surname_words(text: str) -> tuple[str, ...]:
    """The words of one or more surnames: `"De la Cruz"`, `"Delacruz"` and `"La Cruz"` are `("cruz",)`.

    `san`/`santa` join the word they precede (`"San Martín"` -> `("sanmartin",)`); a married name
    (`"Rojas de Quispe"`) is cut off unless the whole is one of the known compound surnames.
    """
    folded = fold(text)
    if folded in UNKNOWN:
        return ()
    words = _without_married_name([ABBREVIATIONS.get(word, word) for word in folded.split()])
    kept = [JOINED_SURNAMES.get(word, word) for word in words if word not in PARTICLES]
    return tuple(_with_saints_joined(kept)) or (("".join(words),) if words else ())


def name_words(text: str) -> tuple[str, ...]:
    """The words of a whole name written in one field, given names and surnames in whatever order.

    Nothing is cut off: `"Zoila Canales de Rojas"` -> `("zoila", "canales", "rojas")`.
    """
    return tuple(_with_saints_joined([JOINED_SURNAMES.get(word, word) for word in given_words(text)]))


def _without_married_name(words: list[str]) -> list[str]:
    for place in range(1, len(words) - 1):
        if words[place] == "de" and words[place - 1] not in PARTICLES:
            tail = [word for word in words[place + 1 :] if word not in PARTICLES]
            if tail and (words[place - 1], tail[0]) in NOBLE_SURNAMES:
                return [*words[: place - 1], words[place - 1] + tail[0], *tail[1:]]
            return words[:place]
    return words


def _with_saints_joined(words: list[str]) -> list[str]:
    joined: list[str] = []
    saint = ""
    for word in words:
        if word in _JOINED and not saint:
            saint = word
        else:
            joined.append(saint + word)
            saint = ""
    return [*joined, saint] if saint else joined
