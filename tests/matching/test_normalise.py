"""Names and numbers in one spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching import name_of, normalise_number
from app.matching.lists import NICKNAMES
from app.matching.normalise import fold, given_words, surname_words
from app.matching.phonetics import skeleton, sound

TEXT = st.text(max_size=40)
NAMES = st.lists(
    st.sampled_from(
        ["María", "Ma.", "De", "la", "Cruz", "Delacruz", "La", "San", "Martín", "Santa", "Núñez", "T'ito"]
    ),
    max_size=6,
).map(" ".join)


@given(TEXT | NAMES)
def test_folding_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(TEXT | NAMES)
def test_names_are_idempotent(text: str) -> None:
    once = " ".join(given_words(text))
    assert given_words(once) == given_words(" ".join(given_words(once)))
    surnames = " ".join(surname_words(text))
    assert surname_words(surnames) == surname_words(" ".join(surname_words(surnames)))


@given(TEXT)
def test_numbers_are_idempotent(text: str) -> None:
    assert normalise_number(normalise_number(text)) == normalise_number(text)


@given(NAMES)
def test_case_and_accents_do_not_matter(text: str) -> None:
    plain = text.translate(str.maketrans("áéíóúñÁÉÍÓÚÑ", "aeiounAEIOUN"))
    assert given_words(text) == given_words(text.upper()) == given_words(plain.lower())
    assert surname_words(text) == surname_words(text.upper()) == surname_words(plain.lower())


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("Ma. del Carmen", ("maria", "carmen")),
        ("  MARÍA   de los Ángeles ", ("maria", "angeles")),
        ("Fco. Javier", ("francisco", "javier")),
        ("José A.", ("jose",)),
        ("NN", ()),
        ("No identificada", ()),
        ("---", ()),
    ],
)
def test_given_names(written: str, words: tuple[str, ...]) -> None:
    assert given_words(written) == words


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("De la Cruz", ("cruz",)),
        ("Delacruz", ("cruz",)),
        ("LA CRUZ", ("cruz",)),
        ("Del Águila", ("aguila",)),
        ("Delgado", ("delgado",)),
        ("San Martín", ("sanmartin",)),
        ("Sanmartin", ("sanmartin",)),
        ("Ponce de León", ("ponceleon",)),
        ("Rojas de Quispe", ("rojas",)),
        ("Ch'oque", ("choque",)),
        ("Quispe-Mamani", ("quispe", "mamani")),
        ("sin apellido", ()),
        ("S/N", ()),
    ],
)
def test_surnames(written: str, words: tuple[str, ...]) -> None:
    assert surname_words(written) == words


def test_two_surnames_in_the_first_field_are_told_apart() -> None:
    assert name_of("Rosa", "Quispe Mamani") == name_of("Rosa", "Quispe", "Mamani")


@pytest.mark.parametrize(
    "spellings",
    [
        "huaman guaman waman huamán",
        "quispe kispe qispe quispi",
        "ccori qori kori",
        "condori cunduri condore",
        "vasquez basques vásquez vazquez",
        "sanchez sanches zanchez",
        "cecilia sesilia",
        "llerena yerena",
        "hilario ilario",
        "geronimo jeronimo",
        "campos canpos",
        "ttito tito",
        "ahuaca aguaca awaca",
        "ashaninka achaninka",
        "tsamajain tzamajain shamajain",
        "jhon yon",
    ],
)
def test_spellings_of_one_sound(spellings: str) -> None:
    assert len({sound(fold(word)) for word in spellings.split()}) == 1


def test_the_search_key_forgives_vowels_unless_little_is_left() -> None:
    assert skeleton("katherine") == skeleton("katharina")
    assert len({skeleton(word) for word in ("ruiz", "rosas", "rojas")}) == 3


def test_nicknames_lead_to_names_and_not_to_other_nicknames() -> None:
    assert NICKNAMES["pancho"] == ("francisco",)
    assert NICKNAMES["lucha"] == ("luz", "lucia")
    assert NICKNAMES["mechita"] == ("mercedes",)
    names = {name for row in NICKNAMES.values() for name in row}
    assert not names & NICKNAMES.keys()
    assert all(fold(short) == short for short in NICKNAMES)
