"""What makes one person of two records impossible, and what is only odd."""

from __future__ import annotations

from typing import Any

import pytest

from app.matching.contradictions import Contradiction, Doubt, Facts, against, facts_of

DNI = {"type": "DNI", "number": "40123456"}
OTHER_DNI = {"type": "DNI", "number": "47654321"}
PASSPORT = {"type": "PASAPORTE", "number": "AB123456", "country": "VE"}


def facts(sex: str | None = "MUJER", age: int | None = None, **identity: Any) -> Facts:
    return facts_of(identity, sex=sex, ages=(age, None, None), identified=(2024, 2024))


def documents(*items: dict[str, str], verified: str = "SI") -> Facts:
    return facts(documents=[{**item, "verified": verified} for item in items])


@pytest.mark.parametrize(
    ("one", "other", "impossible", "doubts"),
    [
        (facts("HOMBRE", 47), facts("MUJER", 14), ["SEXO_Y_EDAD"], ["SEXO", "EDAD"]),
        (facts("HOMBRE", birth_date="1977-01-02"), facts("MUJER", 14), ["SEXO_Y_EDAD"], ["SEXO", "EDAD"]),
        (
            facts("HOMBRE", declared_age=47),
            facts("MUJER", birth_year=2010),
            ["SEXO_Y_EDAD"],
            ["SEXO", "EDAD"],
        ),
        (facts("MUJER", 22), facts("MUJER", 14), [], []),  # told to say that she is grown
        (facts("HOMBRE", 22), facts("MUJER", 14), [], ["SEXO"]),
        (facts("MUJER", 47), facts("MUJER", 14), [], ["EDAD"]),
        (facts(None, 47), facts("MUJER", 14), [], ["EDAD"]),
        (facts("HOMBRE"), facts("MUJER", 14), [], ["SEXO"]),
        (documents(DNI), documents(OTHER_DNI), ["DOCUMENTOS_VERIFICADOS"], ["DOCUMENTOS"]),
        (documents(DNI), documents(OTHER_DNI, verified="NO"), [], ["DOCUMENTOS"]),
        (documents(DNI), documents(OTHER_DNI, DNI), [], []),
        (documents(DNI), documents(PASSPORT), [], []),
        (documents(DNI), documents({"type": "DNI", "number": "4012-3456", "country": "PE"}), [], []),
        (documents(DNI), documents({"type": "DNI", "number": "00000000"}), [], []),
    ],
)
def test_the_verdict_is_the_same_both_ways(
    one: Facts, other: Facts, impossible: list[str], doubts: list[str]
) -> None:
    wanted = ([Contradiction(code) for code in impossible], [Doubt(code) for code in doubts])
    assert against(one, other) == against(other, one) == wanted
