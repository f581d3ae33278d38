"""Nothing small is shown, by department or for the country, nor can it be worked out from what is."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.services.indicators.rules import SMALLEST_SHOWN, country, shown


@st.composite
def tables(draw: st.DrawFn) -> dict[str, list[int]]:
    """Nested counts: persons, a part of them, a part of that part."""
    rows = {}
    for number in range(draw(st.integers(1, 26))):
        row = [draw(st.integers(0, 60))]
        for _ in range(2):
            row.append(draw(st.integers(0, row[-1])))
        rows[f"{number:02d}"] = row
    return rows


@given(tables())
def test_nothing_small_is_shown(rows: dict[str, list[int]]) -> None:
    for key, values in shown(rows).items():
        for column, value in enumerate(values):
            assert value is None or value == rows[key][column] >= SMALLEST_SHOWN


@given(tables())
def test_nothing_small_is_left_between_two_shown_values(rows: dict[str, list[int]]) -> None:
    for values in shown(rows).values():
        for first, second in pairwise(values):
            if first is not None and second is not None:
                assert first - second >= SMALLEST_SHOWN
            assert not (first is None and second is not None)


@given(tables())
def test_the_hidden_ones_cannot_be_worked_out_from_the_total(rows: dict[str, list[int]]) -> None:
    out = shown(rows)
    for column in range(3):
        hidden = [key for key in rows if out[key][column] is None]
        if hidden and len(hidden) < len(rows):
            assert len(hidden) > 1
            assert sum(rows[key][column] for key in hidden) >= SMALLEST_SHOWN
            if column:
                assert sum(rows[key][column - 1] - rows[key][column] for key in hidden) >= SMALLEST_SHOWN


@given(st.integers(0, 10), st.integers(0, 10))
def test_zero_and_small_look_the_same(first: int, second: int) -> None:
    rest = {"a": [40], "b": [30]}
    assert shown({**rest, "c": [first]})["c"] == shown({**rest, "c": [second]})["c"] == [None]


def test_large_values_are_shown() -> None:
    assert shown({"a": [50, 30], "b": [90, 40]}) == {"a": [50, 30], "b": [90, 40]}
    assert shown({}) == {}


def test_the_country_is_held_to_the_same_rule() -> None:
    assert country([1, 1, 0], 3) == [None, None, None]
    assert country([264, 12, 11], 3) == [264, 12, None]
    assert country([264, 260], 2) == [264, None]
    assert country([264, 264], 2) == [264, None]
    assert country([264, 40, 29, 11], 2) == [264, 40, 29, 11]
    assert country([264, 40, 30, 10], 2) == [264, 40, None, None]
    assert country([40, 35, 20, 15], 2) == [40, None, None, None]
