"""How a name sounds in Peru: one spelling for what Spanish, Quechua, Aymara and Amazonian ears confuse.

Own rules, as no permissive and maintained library covers them; each with its examples in `docs/matching.md`.
The input is one folded word (`normalise.fold`); letters outside a-z stay as they are.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_CACHE = 1 << 16
_SHORT = 3
"""A skeleton of fewer consonants says too little (`Ruiz`, `Ríos`, `Rosas` are all `rs`): the sound counts."""

_RULES = tuple((re.compile(pattern), put) for pattern, put in (
    (r"^jh", "y"),                                  # Jhon = Yon
    (r"ph", "f"), (r"^ps", "s"), (r"s(?=ch)", ""),  # Sophia = Sofia, Schmidt = Chmidt
    (r"[sx]?c(?=[eiy])", "s"),                      # seseo: Cecilia = Sesilia, Ascencio = Asensio
    # Affricates and sh, which Quechua and Amazonian spellings exchange: Ashaninka = Achaninka, Xawan = Shawan
    (r"t?[cs]h|t[szx]|^x", "C"),
    # w: Huamán = Guamán = Waman, Ahuaca = Aguaca, Huerta = Werta
    (r"(?:hu|gu(?=[ao])|w+|^u)(?=[aeio])", "W"),
    # k: Ccori = Qori = Kori, Khapa = Capa, Quispe = Kispe
    (r"qu(?=[eiy])|[ckq]+h?", "k"),
    # Velar g apart from j: Guevara, Aguirre; Gerónimo = Jerónimo
    (r"gu(?=[ei])", "G"), (r"g(?=[eiy])", "j"), (r"G", "g"),
    # y: Llerena = Yerena, Hierro = Yerro, Mayo = Maio
    (r"ll|^h?[iy](?=[aeou])|(?<=[aeou])[iy](?=[aeou])", "Y"), (r"y", "i"), (r"Y", "y"),
    (r"[vw]", "b"),                                 # Vásquez = Básquez
    (r"[xz]", "s"),                                 # Sánchez = Sanches, Alexis = Alesis
    (r"m(?=[pbf])", "n"),                           # Campos = Canpos
    (r"h", ""),                                     # Hilario = Ilario
    (r"e", "i"), (r"o", "u"),                       # the three vowels of Quechua: Condori = Cunduri = Condore
    (r"(.)\1+", r"\1"),                             # Ttito = Tito, Ppacco = Paco
))  # fmt: skip
_VOWELS = re.compile(r"(?<=.)[aiu]")


class Word(NamedTuple):
    """One word of a name with the keys it is found by."""

    text: str
    sound: str
    key: str


@lru_cache(_CACHE)
def word(text: str) -> Word:
    """The word with its sound and its search key; kept, as names repeat."""
    heard = sound(text) or text  # nothing is heard of an `h` alone
    return Word(text, heard, _skeleton(heard))


def sound(text: str) -> str:
    """The word as it is heard, vowels kept as `a`, `i` and `u`: `huamán`, `guaman`, `waman` -> `Waman`."""
    for pattern, put in _RULES:
        text = pattern.sub(put, text)
    return text


def skeleton(text: str) -> str:
    """The search key: first letter and consonants of the sound, or the sound itself where that is too short.

    Errors in vowels, the commonest in names heard in another language, do not change it.
    """
    return word(text).key


def _skeleton(heard: str) -> str:
    bones = _VOWELS.sub("", heard)
    return bones if len(bones) >= _SHORT else heard
