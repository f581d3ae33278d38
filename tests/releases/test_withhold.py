"""What is printed can bear it; what is not says nothing."""

from __future__ import annotations

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
