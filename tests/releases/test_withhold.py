"""What is printed can bear it; what is not says nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.releases.withhold import RESERVED, WITHHELD, margin_95, threshold, withhold

sigmas = st.floats(0.5, 30)
values = st.floats(0, 5000)


@given(values, sigmas)
def test_printed_from_the_threshold_on_in_whole_persons(value: float, sigma: float) -> None:
    cell = withhold(value, sigma)
    if value >= max(11, 3 * sigma):
        assert cell.value == round(value)
        assert cell.value >= 11
        assert cell.margin == margin_95(sigma)
    else:
        assert cell == RESERVED


@given(values, sigmas)
def test_zero_and_small_cannot_be_told_apart(value: float, sigma: float) -> None:
    if value < threshold(sigma):
        assert withhold(value, sigma) == withhold(0.0, sigma)
        assert withhold(value, sigma).status == WITHHELD


@given(st.integers(1, 10), sigmas)
def test_no_small_number_is_ever_printed(value: int, sigma: float) -> None:
    assert withhold(value, sigma).value is None


@pytest.mark.parametrize(
    ("value", "sigma", "printed"),
    [
        (10.9, 1.0, None),
        (11.0, 1.0, 11),
        (11.0, 3.6, 11),
        (11.0, 3.7, None),
        (29.9, 10.0, None),
        (30.0, 10.0, 30),
        (30.4, 10.0, 30),
    ],
)
def test_at_the_edge_of_what_is_printed(value: float, sigma: float, printed: int | None) -> None:
    cell = withhold(value, sigma)
    assert cell.value == printed
    assert cell.status == ("RESERVADO" if printed is None else "PUBLICADO")


def test_the_margin_holds_the_noise_and_the_rounding() -> None:
    assert [margin_95(sigma) for sigma in (1.0, 5.0, 10.0)] == [2.5, 10.3, 20.1]
    assert threshold(1.0) == 11
    assert threshold(10.0) == 30
