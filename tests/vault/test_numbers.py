"""Numbers that are hidden in what is handed out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.vault.numbers import hide_number, shown_number

SECRET = b"s" * 32


@given(st.integers(min_value=0, max_value=2**63 - 1))
def test_a_number_comes_back(number: int) -> None:
    assert shown_number(SECRET, "here", hide_number(SECRET, "here", number)) == number


def test_the_same_number_looks_otherwise_each_time() -> None:
    assert len({hide_number(SECRET, "here", 7) for _ in range(50)}) == 50


@given(st.text(max_size=60))
def test_nothing_else_is_one(text: str) -> None:
    with pytest.raises(ValueError, match="hidden"):
        shown_number(SECRET, "here", text)


def test_it_is_of_its_place_and_secret_and_whole() -> None:
    hidden = hide_number(SECRET, "here", 7)
    turned = ("A" if hidden[-3] != "A" else "B").join((hidden[:-3], hidden[-2:]))
    for secret, place, text in (
        (SECRET, "there", hidden),
        (b"t" * 32, "here", hidden),
        (SECRET, "here", turned),
    ):
        with pytest.raises(ValueError, match="hidden"):
            shown_number(secret, place, text)
