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


def test_at_the_edge_of_what_is_shown() -> None:
    assert shown({"a": [11], "b": [12]}) == {"a": [11], "b": [12]}
    assert shown({"a": [10], "b": [12], "c": [30]}) == {"a": [None], "b": [None], "c": [30]}
    assert shown({"a": [22, 11], "b": [40, 20]}) == {"a": [22, 11], "b": [40, 20]}
    assert shown({"a": [21, 11], "b": [40, 20], "c": [50, 25]})["a"] == [21, None]
    assert shown({}) == {}


def test_no_more_is_hidden_than_the_total_asks_for() -> None:
    assert shown({"a": [5], "b": [6], "c": [30], "d": [40]}) == {
        "a": [None],
        "b": [None],
        "c": [30],
        "d": [40],
    }
    assert shown({"a": [5], "b": [5], "c": [30], "d": [30]})["c"] == [None]
    assert shown({"a": [5], "b": [5], "c": [30], "d": [30]})["d"] == [30]
    two = shown({"a": [40, 3], "b": [60, 8], "c": [80, 30]})
    assert two == {"a": [40, None], "b": [60, None], "c": [80, 30]}


def test_the_country_at_the_edge() -> None:
    assert country([40, 29], 2) == [40, 29]
    assert country([40, 30], 2) == [40, None]
    assert country([11, 0], 2) == [11, None]
    assert country([30, 11, 19], 1) == [30, 11, 19]
    assert country([30, 10, 20], 1) == [30, None, None]
    assert country([5, 11, 12], 1) == [None, None, None]
    assert country([11, 12], 0) == [11, 12]
