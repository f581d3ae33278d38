"""Working days of Peru against a calendar written by hand, and the terms counted with them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.clocks import calendar
from app.services.clocks.calendar import LIMA, add_months, add_working_days, due, end_of, is_working_day
from app.services.clocks.catalogue import UnknownClock, kind_of, kinds

EVERY_YEAR = (
    "01-01", "05-01", "06-07", "06-29", "07-23", "07-28", "07-29", "08-06", "08-30", "10-08", "11-01",
    "12-08", "12-09", "12-25",
)  # fmt: skip
HOLY_WEEK = ("2025-04-17", "2025-04-18", "2026-04-02", "2026-04-03", "2027-03-25", "2027-03-26")
BY_HAND = {f"{year}-{day}" for year in (2025, 2026, 2027) for day in EVERY_YEAR} | set(HOLY_WEEK)
"""National holidays: DL 713 with its changes up to Ley 31822 (7 June, 23 July), and Holy Week."""

DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))
SPANS = st.integers(0, 300)


def test_every_day_of_three_years() -> None:
    day, wrong = date(2025, 1, 1), []
    while day.year < 2028:
        free = day.isoweekday() > 5 or day.isoformat() in BY_HAND
        if is_working_day(day) is free:
            wrong.append(day.isoformat())
        day += timedelta(days=1)
    assert wrong == []


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        ("2026-04-01", 1, "2026-04-06"),  # Wednesday of Holy Week to the Monday after it
        ("2025-12-31", 1, "2026-01-02"),
        ("2025-12-24", 5, "2026-01-02"),  # Christmas and the new year's day between
        ("2026-07-27", 1, "2026-07-30"),
        ("2026-07-22", 3, "2026-07-30"),  # 23, 28 and 29 July
        ("2026-12-07", 1, "2026-12-10"),
        ("2027-03-24", 2, "2027-03-30"),
        ("2026-11-28", 0, "2026-11-30"),  # a Saturday is not a day to act on
        ("2026-11-26", 10, "2026-12-14"),
    ],
)
def test_terms_in_working_days(start: str, n: int, end: str) -> None:
    assert add_working_days(date.fromisoformat(start), n) == date.fromisoformat(end)


def test_working_days_are_counted_forward() -> None:
    with pytest.raises(ValueError, match="forward"):
        add_working_days(date(2026, 1, 1), -1)


@given(DAYS, SPANS)
def test_a_term_ends_on_a_working_day_and_never_before_it_began(day: date, n: int) -> None:
    end = add_working_days(day, n)
    assert is_working_day(end)
    assert end >= day + timedelta(days=n)


@given(DAYS, st.integers(0, 150), st.integers(0, 150))
def test_terms_add_up(day: date, n: int, m: int) -> None:
    start = add_working_days(day, 0)
    assert add_working_days(add_working_days(start, n), m) == add_working_days(start, n + m)


@given(DAYS, DAYS, SPANS)
def test_who_begins_earlier_is_due_no_later(one: date, other: date, n: int) -> None:
    first, second = sorted((one, other))
    assert add_working_days(first, n) <= add_working_days(second, n)


@given(DAYS, st.integers(1, 300))
def test_a_longer_term_is_due_later(day: date, n: int) -> None:
    assert add_working_days(day, n) < add_working_days(day, n + 1)


@pytest.mark.parametrize(
    ("day", "n", "end"),
    [("2026-01-31", 1, "2026-02-28"), ("2024-01-31", 1, "2024-02-29"), ("2025-11-15", 3, "2026-02-15")],
)
def test_months(day: str, n: int, end: str) -> None:
    assert add_months(date.fromisoformat(day), n) == date.fromisoformat(end)


def test_hours_count_from_the_moment_and_days_end_in_lima() -> None:
    at = datetime(2026, 11, 27, 3, 30, tzinfo=UTC)  # still 26 November in Lima
    assert due("FISCAL_AVISO", at) == at + timedelta(hours=2)
    assert due("PRI_BORRADOR", at) == datetime(2026, 12, 26, 23, 59, 59, tzinfo=LIMA)
    assert due("ARCO_RECTIFICACION", at) == end_of(date(2026, 12, 14))
    assert due("ARCO_RECTIFICACION", at) == datetime(2026, 12, 15, 4, 59, 59, tzinfo=UTC)


def test_what_ends_with_its_day_is_shown_without_an_hour() -> None:
    by_day = end_of(date(2026, 12, 14))
    assert calendar.deadline(by_day) == {"due_at": by_day, "due_on": date(2026, 12, 14), "due_time": None}
    late = calendar.deadline(by_day.replace(microsecond=7))
    assert late["due_time"] is None
    at = datetime(2026, 12, 15, 2, 5, tzinfo=UTC)  # the evening before in Lima
    shown = calendar.deadline(at)
    assert (shown["due_at"], shown["due_on"], shown["due_time"]) == (at, date(2026, 12, 14), "21:05")


def test_what_is_not_counted_is_given() -> None:
    with pytest.raises(ValueError, match="given"):
        due("ACTIVIDAD", datetime.now(UTC))
    with pytest.raises(ValueError, match="zone"):
        due("PTI", datetime(2026, 1, 1))  # noqa: DTZ001 - what must be refused
    with pytest.raises(UnknownClock):
        due("NADA", datetime.now(UTC))


def test_the_catalogue_counts_every_kind_that_has_a_value() -> None:
    at = datetime.now(UTC)
    assert len(kinds()) == 25
    for code, kind in kinds().items():
        assert (kind.value is None) == (kind.unit is None)
        assert kind.source
        if kind.value is not None:
            assert due(code, at) > at
    assert {code for code, kind in kinds().items() if kind.effect} == {
        "DERIVACION_RESPUESTA",
        "MEDIDA_VENCE",
        "RESERVA_CUPO",
        "CONSENTIMIENTO_VENCE",
    }
    # A value that counsel has not confirmed is never shown as the law.
    assert not any(kind.verified for kind in kinds().values() if kind.value is not None)
    assert kind_of("ARCO_ACCESO").value == 20


def test_holidays_are_read_once_a_year_of_them() -> None:
    calendar._holidays.cache_clear()
    add_working_days(date(2026, 1, 5), 400)
    assert calendar._holidays.cache_info().misses <= 3
