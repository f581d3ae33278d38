"""What two records say for or against being of one person."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching import Band, Comparison, Rarity, Verdict, compare, person_of

RARITY = Rarity.public()
DNI = [{"type": "DNI", "number": "45678901"}]
ROSA: dict[str, Any] = {
    "given_names": "Rosalía Nélida",
    "first_surname": "Huamán",
    "second_surname": "Ccori",
    "birth_date": "2004-03-17",
    "birth_place": "170101",
    "documents": DNI,
}
UNKNOWN = dict.fromkeys(ROSA)


def against(changes: dict[str, Any], base: dict[str, Any] = ROSA, **options: bool) -> Comparison:
    return compare(person_of(base), person_of({**base, **changes}), RARITY, **options)


@pytest.mark.parametrize(
    ("changes", "band"),
    [
        ({}, Band.EXACT),
        ({"given_names": "Rosalia", "second_surname": None}, Band.EXACT),
        ({"documents": None}, Band.PROBABLE),
        ({"documents": None, "birth_date": None}, Band.PROBABLE),
        ({"documents": None, "birth_date": None, "birth_place": None}, Band.PROBABLE),
        ({"documents": [{"type": "DNI", "number": "45678910"}]}, Band.PROBABLE),
        ({"documents": None, "first_surname": "Qori", "second_surname": "Waman"}, Band.PROBABLE),
        ({"documents": None, "birth_date": "2003-04-20", "given_names": "Julia Inés"}, None),
        ({"given_names": "Julia Inés", "first_surname": "Soto", "birth_date": "1990-12-01"}, Band.POSSIBLE),
    ],
)
def test_bands(changes: dict[str, Any], band: Band | None) -> None:
    assert against(changes).band == band


def test_a_twin_is_not_taken_for_her_sister() -> None:
    twin = {"given_names": "Julia Inés", "documents": [{"type": "DNI", "number": "45678902"}]}
    assert (against(twin).band or 0) < Band.PROBABLE


NAYELI = {"given_names": "Nayeli", "first_surname": "Huaranca"}


@pytest.mark.parametrize(
    ("one", "other", "band"),
    [
        ({}, {}, Band.POSSIBLE),
        ({"second_surname": "Tocto"}, {"birth_place": "050101"}, Band.POSSIBLE),
        ({"second_surname": "Tocto"}, {"second_surname": "Tocto"}, Band.PROBABLE),
        ({"birth_date": "2004-03-17"}, {"birth_date": "2004-03-17"}, Band.PROBABLE),
        ({"birth_place": "050101"}, {"birth_place": "050101"}, Band.PROBABLE),
        ({"given_names": "Nayeli Maruja"}, {"given_names": "Nayeli Maruja"}, Band.PROBABLE),
    ],
)
def test_one_given_name_and_one_surname_alone_do_not_make_a_person(
    one: dict[str, Any], other: dict[str, Any], band: Band
) -> None:
    """However rare they are, a name repeats where it is at home."""
    assert compare(person_of(NAYELI | one), person_of(NAYELI | other), RARITY).band is band


def test_namesakes_with_other_documents_are_no_probable_match_without_a_birth_date() -> None:
    known = {**ROSA, "given_names": "Rosalía", "birth_date": None, "birth_place": None}
    other = {"documents": [{"type": "DNI", "number": "71112222"}]}
    assert against(other, known).band is Band.POSSIBLE
    assert against({}, {**known, "documents": None}).band is Band.PROBABLE
    assert against(other).band is Band.PROBABLE


def test_a_birth_date_that_differs_needs_both_names() -> None:
    other = {"birth_date": "1990-12-01", "documents": None}
    assert against({**other, "first_surname": None, "second_surname": None}).band is not Band.PROBABLE
    assert against(other).band is Band.PROBABLE


@pytest.mark.parametrize(("one", "other"), [("Juan", "Juana"), ("María", "Martha")])
def test_a_common_name_is_no_slip_of_another(one: str, other: str) -> None:
    assert against({"given_names": other}, {**ROSA, "given_names": one}).fields["given_names"] is (
        Verdict.DIFFERENT
    )


def test_given_names_in_another_order_say_less() -> None:
    turned = against({"given_names": "Nélida Rosalía"})
    assert turned.fields["given_names"] is Verdict.SIMILAR
    assert turned.score < against({}).score


def test_names_of_which_nothing_agrees_differ_in_every_field() -> None:
    """Exchanging given names and surnames leaves one of three without a partner: it is not unknown."""
    other = {"given_names": "Bogulami", "first_surname": "Nanitoce", "second_surname": "Tumocala"}
    fields = against(other).fields
    assert {fields[name] for name in ("given_names", "first_surname", "second_surname")} == {
        Verdict.DIFFERENT
    }


def test_verdicts() -> None:
    fields = against({"given_names": "Rosalía", "first_surname": "Guaman", "birth_date": "2004-03-18"}).fields
    assert fields == {
        "given_names": Verdict.SIMILAR,
        "first_surname": Verdict.SIMILAR,
        "second_surname": Verdict.EQUAL,
        "birth_date": Verdict.SIMILAR,
        "documents": Verdict.EQUAL,
        "birth_place": Verdict.EQUAL,
    }
    assert set(against(UNKNOWN).fields.values()) == {Verdict.MISSING}


@given(st.sets(st.sampled_from(sorted(ROSA))), st.sampled_from(sorted(ROSA)))
def test_a_missing_field_is_no_evidence_against(left: set[str], more: str) -> None:
    """Beside what is known of both, leaving one field out never scores below its being different."""
    known = {field: ROSA[field] for field in left}
    missing = against({}, known)
    assert missing.score >= 0
    assert against({more: None}).score >= 0
    different = {
        "given_names": "Julia Inés", "first_surname": "Soto", "second_surname": "Paz",
        "birth_place": "150101", "birth_date": "1990-12-01",
        "documents": [{"type": "DNI", "number": "11112222"}],
    }  # fmt: skip
    assert against({more: None}).score > against({more: different[more]}).score


@pytest.mark.parametrize("field", ["given_names", "second_surname", "birth_date", "documents"])
def test_a_missing_field_says_nothing(field: str) -> None:
    assert against({field: None}).fields[field] is Verdict.MISSING


def test_documents_of_other_types_do_not_contradict() -> None:
    foreign = {"documents": [{"type": "PASAPORTE", "number": "AB123456", "country": "VE"}]}
    assert against(foreign).score == against({"documents": None}).score


def test_a_shared_document_known_from_its_token_counts() -> None:
    shared = against({"documents": None}, document_shared=True)
    assert shared.band is Band.EXACT
    assert shared.fields["documents"] is Verdict.EQUAL


def test_common_names_say_less() -> None:
    common = {"given_names": "María", "first_surname": "Quispe", "second_surname": "Flores"}
    rare = {"given_names": "Briseyda", "first_surname": "Zevallos", "second_surname": "Tuesta"}
    assert against({}, common).score < against({}, rare).score


@pytest.mark.parametrize("other", ["2004-17-03", "2004-03-18", "2004-01-01", "2004-05-09", "1990-12-01"])
def test_birth_dates_lose_with_every_step(other: str) -> None:
    assert against({"birth_date": other}).score < against({}).score


@pytest.mark.parametrize("field", sorted(ROSA))
@pytest.mark.parametrize(
    "changes",
    [
        {"given_names": "Nelida"}, {"first_surname": "Ccori", "second_surname": "Huaman"},
        {"second_surname": None}, {"birth_date": "2004-03-11"},
        {"documents": [{"type": "DNI", "number": "45678910"}]},
    ],
)  # fmt: skip
def test_the_order_of_the_two_does_not_matter(field: str, changes: dict[str, Any]) -> None:
    one, other = person_of({**ROSA, field: None}), person_of({**ROSA, **changes})
    first, second = compare(one, other, RARITY), compare(other, one, RARITY)
    assert first.score == pytest.approx(second.score)
    assert first.band == second.band


def test_an_alias_and_a_nickname_are_recognised() -> None:
    assert against({"given_names": "Rosa", "documents": None, "aliases": ["Rosalía"]}).band is Band.PROBABLE
    lucha = {"given_names": "Lucha", "first_surname": "Zevallos", "second_surname": "Tapullima"}
    assert against({"given_names": "Lucía"}, lucha).band is Band.PROBABLE


def test_weights_of_a_population_at_hand() -> None:
    people = [person_of({**ROSA, "first_surname": name}) for name in ("Quispe", "Quispe", "Quispe", "Soto")]
    rarity = Rarity.of(people)
    assert rarity.of_surname("quispe") < rarity.of_surname("soto")
    assert rarity.prior > 0
