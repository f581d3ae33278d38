"""What a record is found by."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching import Kind, Name, Person, document_tokens, person_of, tokens
from app.matching.tokens import MOST, plaintexts

KEY = bytes(range(32))
ROSA: dict[str, Any] = {
    "given_names": "Rosalía Nélida",
    "first_surname": "Huamán",
    "second_surname": "Ccori",
    "birth_date": "2004-03-17",
    "birth_date_precision": "EXACTA",
    "birth_place": "170101",
    "documents": [{"type": "DNI", "number": "4567 8901"}],
}

GOLDEN_COUNT, GOLDEN = 25, "21f9ebdf0a8cf629"

Parts = Iterable[tuple[Kind, tuple[str, ...]]]


def values(identity: dict[str, Any]) -> set[int]:
    return {token.value for token in tokens(KEY, person_of(identity))}


def check_composite(rule: Callable[[Person], Parts], identity: dict[str, Any]) -> None:
    """Refuse a token over fewer than two fields; letters of a whole name count as the words they are of."""
    person = person_of(identity)
    for kind, parts in rule(person):
        words = len(person.name.given) + len(person.name.surnames)
        assert len(parts) >= 2 or (kind is Kind.LETTERS and words >= 3), f"{kind.name} is over one field"


def test_every_token_is_over_several_fields() -> None:
    check_composite(plaintexts, ROSA)
    for field in ROSA:
        check_composite(plaintexts, {name: value for name, value in ROSA.items() if name != field})


def test_a_token_over_one_surname_would_be_refused() -> None:
    def planted(person: Person) -> Parts:
        yield from plaintexts(person)
        yield Kind.SURNAMES, (person.name.surnames[0].key,)

    with pytest.raises(AssertionError, match="one field"):
        check_composite(planted, ROSA)


def test_a_narrow_number_is_found_with_two_digits_exchanged() -> None:
    """A postcode or house number; codes of regions and districts stay as they are."""
    person = replace(person_of(ROSA), documents=())

    def shared(one: tuple[str, ...], other: tuple[str, ...]) -> set[Kind]:
        both = [
            set(tokens(KEY, Person(name=Name((), ()), birth=person.birth, places=p))) for p in (one, other)
        ]
        return {token.kind for token in both[0] & both[1]}

    assert shared(("", "", "2138"), ("", "", "2183")) == {Kind.BIRTH_PLACE}
    assert not shared(("", "", "2138"), ("", "", "2139"))
    assert not shared(("", "170101"), ("", "170110"))
    assert not shared(("", "", "lima"), ("", "", "mali"))


def test_document_tokens_are_those_of_before() -> None:
    """Byte for byte: rows written before other kinds existed stay valid."""
    body = b"document\0DNI\0PE\x0045678901"
    before = int.from_bytes(hmac.digest(KEY, body, "sha256")[:8], "big", signed=True)
    assert document_tokens(KEY, ROSA["documents"]) == [before]
    assert [t.value for t in tokens(KEY, person_of(ROSA)) if t.kind is Kind.DOCUMENT] == [before]


def test_values_are_stable() -> None:
    """A change here makes every stored token useless: raise RULES_VERSION and rebuild the index."""
    found = tokens(KEY, person_of(ROSA))
    assert len(found) == GOLDEN_COUNT
    digest = hmac.digest(KEY, repr([(t.value, int(t.kind)) for t in found]).encode(), "sha256").hex()[:16]
    assert digest == GOLDEN


def test_a_full_person_has_12_to_25_tokens_each_once() -> None:
    found = tokens(KEY, person_of(ROSA))
    assert 12 <= len(found) <= MOST
    assert len({token.value for token in found}) == len(found)
    assert all(-(2**63) <= token.value < 2**63 for token in found)
    many = {**ROSA, "aliases": [f"Alias{letter} Nombre Apellido{letter}" for letter in "abcdefgh"]}
    assert len(tokens(KEY, person_of(many))) == MOST


def test_values_are_hmacs_under_a_key_of_the_kind() -> None:
    person = person_of({**ROSA, "documents": []})
    expected = {
        int.from_bytes(
            hmac.digest(
                hmac.digest(KEY, f"token\0{kind:d}".encode(), "sha256"), "\0".join(parts).encode(), "sha256"
            )[:8],
            "big",
            signed=True,
        )
        for kind, parts in plaintexts(person)
    }
    assert {token.value for token in tokens(KEY, person)} <= expected


def test_too_many_are_taken_by_turns() -> None:
    """Many places make many tokens; the other kinds keep theirs."""
    places = tuple(f"place {letter}" for letter in "abcdefghi")
    person = replace(person_of(ROSA), places=places)
    assert len(dict.fromkeys(plaintexts(person))) > MOST
    assert {t.kind for t in tokens(KEY, person)} >= {kind for kind, _ in plaintexts(person)}


def test_keys_and_kinds_are_apart() -> None:
    other = {token.value for token in tokens(KEY[::-1], person_of(ROSA))}
    assert not other & values(ROSA)


def test_nobody_known_has_no_token() -> None:
    assert tokens(KEY, Person()) == []
    assert tokens(KEY, person_of({"given_names": "NN", "first_surname": "sin apellido"})) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"given_names": "ROSALIA"},
        {"given_names": "Nelida Rosalia"},
        {"first_surname": "Waman", "second_surname": "Qori"},
        {"first_surname": "Ccori", "second_surname": "Huaman"},
        {"second_surname": None},
        {"birth_date": "2004-01-01"},
        {"birth_date": None},
        {"birth_place": "150101"},
        {"given_names": "Rozalia", "birth_date": "2004-03-18"},
    ],
)
def test_the_same_person_written_otherwise_is_found_without_document(changes: dict[str, Any]) -> None:
    assert values({**ROSA, "documents": []}) & values({**ROSA, **changes, "documents": []})


def test_a_nickname_finds_the_name() -> None:
    lucha = {
        "given_names": "Lucha",
        "first_surname": "Zevallos",
        "second_surname": "Tapullima",
        "birth_year": 2004,
    }
    assert values(lucha) & values({**lucha, "given_names": "Lucía", "second_surname": None})
    assert values(lucha) & values({**lucha, "given_names": "Luz"})


def test_an_alias_in_the_form_of_a_name_finds_her() -> None:
    hidden = {**ROSA, "aliases": ["Perla Marina Zevallos Rengifo"], "documents": []}
    assert values(hidden) & values(
        {"given_names": "Perla", "first_surname": "Zevallos", "second_surname": "Rengifo"}
    )


IDENTITY = st.fixed_dictionaries(
    {},
    optional={
        "given_names": st.text(max_size=30),
        "first_surname": st.text(max_size=20),
        "second_surname": st.text(max_size=20),
        "social_name": st.text(max_size=20),
        "aliases": st.lists(st.text(max_size=20), max_size=4),
        "birth_date": st.dates().map(str),
        "birth_year": st.integers(1900, 2030),
        "birth_place": st.sampled_from(["150101", "080101"]),
        "birth_place_text": st.text(max_size=20),
    },
)


@given(IDENTITY)
def test_any_identity_has_few_tokens_always_the_same(identity: dict[str, Any]) -> None:
    found = tokens(KEY, person_of(identity))
    assert found == tokens(KEY, person_of(identity))
    assert len(found) <= MOST


NONE = (
    "00000000", "S/N", "s/n", "No tiene", "-", "ninguno", "11111111", "12345678", "01234567", "87654321",
    "99999999", "1234567890", "XXXXXXXX", "V-00000000", "0", "NN", "sin documento", "indocumentada", "....",
)  # fmt: skip
SOME = ("45678901", "10117410", "00000019", "AB123456", "V-12345678", "20112011", "11111112", "98765431")


@pytest.mark.parametrize("number", NONE)
def test_a_number_that_stands_for_none_is_no_document(number: str) -> None:
    stand_in = {"type": "DNI", "number": number}
    assert document_tokens(KEY, [stand_in]) == []
    assert person_of({**ROSA, "documents": [stand_in]}).documents == ()


@pytest.mark.parametrize("number", SOME)
def test_a_number_that_may_be_somebodys_is_a_document(number: str) -> None:
    assert len(document_tokens(KEY, [{"type": "DNI", "number": number}])) == 1
