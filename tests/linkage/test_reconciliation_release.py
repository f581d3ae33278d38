"""What leaves the house gives nothing hidden away: attacked by looking at every table that fits."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.services.figures.sources import EVERYBODY, Figures, Group, groups, renamed, together
from app.services.reconciliation.release import (
    MOST_NAMED,
    OTHERS,
    SMALLEST_PUBLISHED,
    Released,
    _tables,
    release,
)


def _figures(persons: Mapping[str, int], undecided: int = 0) -> Figures:
    """Figures from `{"A B": 3}`: three persons who are in A and in B and nowhere else."""
    exact = {frozenset(names.split()): count for names, count in persons.items() if count}
    sources = sorted({source for group in exact for source in group})
    records = {source: together(exact, frozenset({source})) for source in sources}
    return Figures(2019, records, exact, {2: undecided}, "")


def _merged(figures: Figures, released: Released) -> Figures:
    """The figures by the sources that are published."""
    return renamed(figures, {s: OTHERS for s in figures.records if s not in released.records})


_THREE = st.dictionaries(
    st.sampled_from(["A", "B", "C", "A B", "A C", "B C", "A B C"]),
    st.one_of(st.integers(0, 14), st.sampled_from([20, 60, 300, 5000])),
    min_size=1,
)
_MANY = st.dictionaries(
    st.frozensets(st.sampled_from("ABCDEFGH"), min_size=1, max_size=4).map(lambda s: " ".join(sorted(s))),
    st.one_of(st.integers(0, 14), st.sampled_from([20, 60, 300, 5000])),
    min_size=1,
    max_size=20,
)


@settings(max_examples=40, deadline=None)
@example({"A": 0, "C": 20, "A B H": 9, "C D H": 2, "A E H": 20})
@given(_THREE | _MANY)
def test_nothing_small_is_shown_and_nothing_hidden_is_known(persons: dict[str, int]) -> None:
    figures = _figures(persons)
    released = release(figures)
    merged = _merged(figures, released)
    for group, value in released.persons.items():
        assert value is None or value == together(merged.persons, group) >= SMALLEST_PUBLISHED
    hidden = {group for group, value in released.persons.items() if value is None}
    values = {group: together(merged.persons, group) for group in groups(released.records)}
    if len(hidden) == len(values):
        return  # nothing at all is published
    # What hid them, checked anew: tables of whole persons, each as possible as the true one.
    possible = _tables(values, merged.persons, list(released.records), hidden)
    for table in possible:
        _fits(table, released)
    for group in hidden:
        readings = {together(table, group) for table in possible}
        assert max(readings) >= SMALLEST_PUBLISHED
        assert max(readings) - min(readings) >= SMALLEST_PUBLISHED


def _fits(table: Mapping[Group, int], released: Released) -> None:
    """The table is one that a reader must take for possible."""
    assert min(table.values()) >= 0
    for group, value in released.persons.items():
        assert value is None or together(table, group) == value


@settings(max_examples=20, deadline=None)
@given(_MANY)
def test_records_go_with_the_persons_of_their_source(persons: dict[str, int]) -> None:
    released = release(_figures(persons))
    assert OTHERS in released.records
    assert len(released.records) <= MOST_NAMED + 1
    for source, records in released.records.items():
        shown = released.persons[frozenset({source})]
        assert (records is None) == (shown is None)
        assert records is None or records >= SMALLEST_PUBLISHED


def test_a_single_small_number_takes_another_with_it() -> None:
    """Three sources and one small overlap: by the formula of inclusion and exclusion it would be plain."""
    figures = _figures({"A": 300, "B": 300, "C": 300, "A B": 60, "A C": 60, "B C": 60, "A B C": 4})
    released = release(figures)
    hidden = [g for g, value in released.persons.items() if value is None and OTHERS not in g]
    assert frozenset("ABC") in hidden
    assert released.persons[EVERYBODY] == 1084


def test_what_remains_is_a_small_number_too() -> None:
    """All but two of A are in B: the overlap is hidden, or the two would be plain."""
    released = release(_figures({"A": 2, "B": 500, "A B": 100}))
    assert released.persons[frozenset("AB")] is None


def test_a_planted_leak_is_found() -> None:
    """Hiding the small number alone is not enough, and the audit says so."""
    from app.services.reconciliation.release import _exposed

    figures = _figures({"A": 40, "B": 40, "A B": 4})
    sources = ["A", "B"]
    values = {group: together(figures.persons, group) for group in groups(sources)}
    exposed = _exposed(values, figures.persons, sources, {frozenset("AB")})
    assert [secret.of for secret in exposed if not secret.exactly] == [frozenset("AB")]


def test_the_year_of_the_three_counts() -> None:
    """2019: the police register counted 765, the anti-trafficking directorate 1 054, the prosecutors 476."""
    figures = _figures(
        {
            "RETA": 300, "DIRCTPTIM": 500, "MPFN": 120, "DIRCTPTIM RETA": 300, "MPFN RETA": 102,
            "DIRCTPTIM MPFN": 191, "DIRCTPTIM MPFN RETA": 63,
        }
    )  # fmt: skip
    released = release(figures)
    assert [released.records[s] for s in ("RETA", "DIRCTPTIM", "MPFN")] == [765, 1054, 476]
    assert released.persons[EVERYBODY] == 1576
    assert released.persons[frozenset({"RETA", "DIRCTPTIM", "MPFN"})] == 63


def test_nothing_is_published_of_an_empty_year() -> None:
    released = release(Figures(2001, {}, {}, {}, ""))
    assert set(released.persons.values()) == {None}
    assert set(released.records.values()) == {None}
    assert released.undecided is None
