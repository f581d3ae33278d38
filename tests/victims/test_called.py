"""A word for kin in a name says who she is to the person, and is no part of her name."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.services.victims.suspects import Adult, may_be_marked
from tests.matching.test_likeness import GIVEN, SURNAMES, names

MOTHER = {"name": "Zoila Canales Quispe", "relation": "madre", "suspected": "SI"}
AUNT = {"name": "Zoila Canales Quispe", "relation": "tía por parte de padre", "suspected": "SI"}
UNCLE = {"name": "Juan Canales Quispe", "relation": "Hermano DE la madre", "suspected": "SI"}
STEPFATHER = {"name": "Wilber Apaza Ccori", "relation": "padrastro", "suspected": "SI"}
OTHERS_MOTHER = {"name": "Juana Quispe Rojas", "relation": "madre del enamorado", "suspected": "SI"}


@pytest.mark.parametrize(
    ("name", "relation", "mark"),
    [
        ("Mamá Zoila", "", MOTHER),
        ("Mamá Zoila", None, MOTHER),
        ("mamita Soila", None, MOTHER),
        ("Su madre, Zoila Mamani", "", MOTHER),
        ("Mami Canales", "", MOTHER),
        ("Mamacita Zoila", "", MOTHER),
        ("Madrecita Zoyla", "", MOTHER),
        ("Zoila Mamani", "madre", MOTHER),
        ("La mamá", "", MOTHER),
        ("Tía Zoila", "", AUNT),
        ("Tiita Zoila Rojas", "", AUNT),
        ("Padrastro Wilber", "", STEPFATHER),
        ("Papá Wilber", "", STEPFATHER),
        ("Papito Wílber Mamani", "", STEPFATHER),
        ("Mamá Zoila", "", {**MOTHER, "relation": ""}),
        ("Zoila Canales Quispe", "madre", {**MOTHER, "name": "Mamá Zoila"}),
        ("Zoila Mamani", "", {"name": "mamá Zoila", "suspected": "SI"}),
        ("Zoila Canales", "madre", {"name": "Mamá", "suspected": "SI"}),
        ("Mamá Zoila", None, {"relation": "madre", "suspected": "SI"}),
        ("Zoila Mamani", "Madre", {**MOTHER, "relation": "Su mamá"}),
        ("Zoila Mamani", "madre de la menor", MOTHER),
        ("Mamá Zoila Mamani", "Tía o tío", MOTHER),
        ("Wilber Mamani", "padrastro", {**STEPFATHER, "name": "Papá Wilber"}),
        ("Wilber Mamani", "", {**STEPFATHER, "name": "Papá Wilber"}),
        ("Rosa Mamani", "Madre", {"name": "Mamá Rosa", "relation": "dueña del bar", "suspected": "SI"}),
        ("Juana Quispe", "Madre", {**OTHERS_MOTHER, "relation": "mamá del enamorado"}),
    ],
)
def test_she_is_found_by_what_the_child_calls_her(
    name: str, relation: str | None, mark: dict[str, Any]
) -> None:
    assert may_be_marked(Adult(name, relation=relation), mark)


@pytest.mark.parametrize(
    ("name", "document", "relation", "mark"),
    [
        ("Tía Zoila", None, "", MOTHER),
        ("Abuelita Zoila Mamani", None, "", MOTHER),
        ("Zoila Mamani", None, "tía", MOTHER),
        ("Mamá Rosa", None, "", MOTHER),
        ("Tía Hermelinda Canales Quispe", None, "", AUNT),
        ("Hermelinda Canales Quispe", None, "Tía o tío", AUNT),
        ("María Huamán", None, "Tía o tío", {**AUNT, "name": "María Rojas"}),
        ("Tío Zoilo", None, "", AUNT),
        ("Mamá Zoila", "DNI 40112233", "", {**MOTHER, "document": "71998845"}),
        ("La tía", None, "", MOTHER),
        ("Zoila Canales Quispe", None, "Madre", UNCLE),
        ("Mamá Zoila Canales", None, "", UNCLE),
        ("Rosa Apaza", None, "Madre", {**STEPFATHER, "relation": "Pareja de la madre"}),
    ],
)
def test_another_relation_another_given_name_or_document_tells_them_apart(
    name: str, document: str | None, relation: str, mark: dict[str, Any]
) -> None:
    assert not may_be_marked(Adult(name, document, relation), mark)


@pytest.mark.parametrize(
    ("name", "relation", "called", "marked_as"),
    [
        ("Pedro Quispe Mamani", "Padre", "Juan Quispe Rojas", "padre de su hijo"),
        ("Carmen Quispe Mamani", "Madre", "Juana Quispe Rojas", "madre del enamorado"),
        ("Rosa Mamani Ccori", "Madre", "Rosa Huamán Rojas", "madre de la dueña del bar"),
        ("Carmen Quispe Mamani", "Madre", "Juana Mamani Ccori", "mamá de mi mamá"),
        ("Carmen Quispe Mamani", "Madre", "Juana Mamani Ccori", "madre de madre"),
        ("Rosa Quispe Mamani", "Madre", "Rosa Apaza Rojas", "madre política"),
        ("Mamá Rosa Quispe Mamani", "", "Rosa Apaza Rojas", "Madre política"),
        ("Juan Quispe Mamani", "Padre", "Juan Apaza Ccori", "Papá de su bebé"),
        ("Juan Quispe Mamani", "Padre", "Papá Juan", "padrastro"),
        ("Papá Juan Quispe Mamani", "", "Juan Apaza Ccori", "papá de su bebé"),
    ],
)
def test_one_shared_name_makes_no_one_of_her_own_mother_and_the_mother_of_another(
    name: str, relation: str, called: str, marked_as: str
) -> None:
    mark = {"name": called, "relation": marked_as, "suspected": "SI"}
    assert not may_be_marked(Adult(name, "DNI 40112233", relation), mark)
    assert not may_be_marked(Adult(name, None, relation), mark)


@given(names, names, st.sampled_from(("Tía", "Abuelita", "Madrina", "Prima")))
def test_another_relation_and_one_shared_name_alone_is_another(
    one: tuple[str, str, str], other: tuple[str, str, str], kin: str
) -> None:
    assume(len({*one} & {*other}) <= 1)
    mark = {"name": " ".join(one), "relation": "madre", "suspected": "SI"}
    assert not may_be_marked(Adult(f"{kin} {' '.join(other)}", relation=""), mark)


def test_how_many_are_taken_for_another() -> None:
    """None of those who each bear a given name of her own, though they are aunts of one name."""
    people = [(g, a, b) for g, a, b in product(GIVEN, SURNAMES[:4], SURNAMES[:4]) if a != b]
    pairs = [(one, other) for one in people for other in people if one[0] != other[0]]
    alarms = dict.fromkeys(("tía", "abuela", "madre"), 0)
    for said in alarms:
        for one, other in pairs[::17]:
            mark = {"name": " ".join(one), "relation": "tía", "suspected": "SI"}
            alarms[said] += may_be_marked(Adult(f"{said} {' '.join(other)}", relation=""), mark)
    assert alarms == {"tía": 0, "abuela": 0, "madre": 0}
