"""Whether somebody may be whom a record names: however she is spelled, and not who is plainly another."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.matching.likeness import Somebody, may_be_one

GIVEN = ("Zoila", "Carmen", "Rosa", "Vanesa", "Yolanda", "Hilda", "Beatriz", "Marcelina", "Jhon", "Wilber")
SURNAMES = (
    "Canales",
    "Quispe",
    "Huamán",
    "Vásquez",
    "Llerena",
    "Zevallos",
    "Ibáñez",
    "Ccori",
    "Cárdenas",
    "Apaza",
)

VOWEL = "aeiouáéíóú"
RESPELLED: tuple[tuple[str, Callable[[str], str]], ...] = (
    (
        "accents",
        lambda w: "".join(c for c in unicodedata.normalize("NFKD", w) if not unicodedata.combining(c)),
    ),
    ("s for z", lambda w: w.replace("z", "s")),
    ("z for s", lambda w: re.sub(rf"s(?=[{VOWEL}]|$)", "z", w)),
    ("c for s", lambda w: re.sub(r"s(?=[eiéí])", "c", w)),
    ("s for c", lambda w: re.sub(r"c(?=[eiéí])", "s", w)),
    ("v for b", lambda w: w.replace("b", "v")),
    ("b for v", lambda w: w.replace("v", "b")),
    ("h before", lambda w: f"h{w}" if w[0] in VOWEL else w),
    ("no h", lambda w: re.sub(r"^h(?=[aeio])", "", w)),
    ("y for ll", lambda w: w.replace("ll", "y")),
    ("ll for y", lambda w: re.sub(rf"y(?=[{VOWEL}])", "ll", w)),
    ("capitals", str.upper),
)

names = st.tuples(st.sampled_from(GIVEN), st.sampled_from(SURNAMES), st.sampled_from(SURNAMES)).filter(
    lambda name: name[1] != name[2]
)


def diminutive(word: str) -> str:
    """Zoila -> Zoilita, Carmen -> Carmencita."""
    return word.rstrip("aeiou") + ("ita" if word[-1] in "aeiou" else "cita")


@settings(max_examples=600)
@given(names, st.data())
def test_a_name_is_known_however_it_is_spelled(name: tuple[str, str, str], data: st.DataObject) -> None:
    given_name, first, second = name
    short = data.draw(st.booleans())
    if short:
        given_name = diminutive(given_name.lower())
    words = [given_name.lower(), first.lower(), second.lower()]
    for place in range(3):
        for _, change in data.draw(st.lists(st.sampled_from(RESPELLED), max_size=3)):
            words[place] = change(words[place].lower())
    given_name, first, second = words
    order = data.draw(
        st.sampled_from(
            (
                f"{given_name} {first} {second}",
                f"{given_name} {second} {first}",
                f"{first} {second}, {given_name}",
                f"{given_name} {first}",
                f"{given_name} de {first} de {second}",
                f"{given_name} {first}" if short else f"{given_name}{first}",
            )
        )
    )
    marked, spelled = Somebody(" ".join(name)), Somebody(order)
    assert may_be_one(marked, spelled)
    assert may_be_one(spelled, marked)


@settings(max_examples=600)
@given(names, names)
def test_who_is_plainly_another_is_not_taken_for_her(
    one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    """Another given name; the surnames may be the same, as a sister's are."""
    assume(one[0] != other[0])
    assert not may_be_one(Somebody(" ".join(one)), Somebody(" ".join(other)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zoila Canales", "Soila Canales Quispe"),
        ("Zoila Canales", "Zolia Canales"),
        ("Beatriz Huamán Canales", "beatrishuamán"),
        ("Zoila Canales", "Z. Canales"),
        ("Zoila Canales", "Zoila Canales de Rojas"),
        ("Zoila", "Zoila Mamani"),
        ("Isabel Torres", "Chabela Torres"),
        ("José De la Cruz", "Jose Delacruz"),
        ("Juan San Martín Ríos", "Sanmartin Rios Juan"),
        ("Zoila Canales Quispe", "Zoila Canales Rojas"),
    ],
)
def test_these_may_be_one(one: str, other: str) -> None:
    assert may_be_one(Somebody(one), Somebody(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zoila Canales", "Rosa Canales"),
        ("Zoila Canales Quispe", "Hermelinda Canales Quispe"),
        ("María Quispe Rojas", "María Elena Quispe Huamán"),
        ("Juan Quispe Rojas", "Juana Quispe Rojas"),
        ("NN", "Zoila Canales"),
        ("", ""),
    ],
)
def test_these_are_not(one: str, other: str) -> None:
    assert not may_be_one(Somebody(one), Somebody(other))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("Zoila Canales", "DNI 40112233"), ("Rosa Mamani", "40112233"), True),
        (("", "Pasaporte AB-123456"), ("", "ab123456"), True),
        (("Zoila Canales", "40112233"), ("Zoila Canales Quispe", "45998871"), False),
        (("Zoila Canales", "40112233"), ("Canales, Soila", "45998871"), True),
        (("Zoila Canales", "40112233"), ("Zoila Canales", "40112323"), True),
        (("Zoila Canales", "40112233"), ("Soila Canales", "S/N"), True),
        (("Zoila Canales", "00000000"), ("Rosa Mamani", "00000000"), False),
        (("Zoila Canales", "40112233"), ("Soila Canales", "PAS 123456"), True),
    ],
)
def test_a_document_decides_before_the_name(
    one: tuple[str, str], other: tuple[str, str], *, same: bool
) -> None:
    assert may_be_one(Somebody(*one), Somebody(*other)) is same
    assert may_be_one(Somebody(*other), Somebody(*one)) is same
