"""When a clock runs out: hours, calendar days, months, and the working days of Peru.

Terms in days begin on the day after and end with the last one; working days leave out weekends and national
holidays (TUO de la Ley 27444, DS 004-2019-JUS, art. 144-145). Days that a decree declares free for the public
sector alone are not known ahead and count: the register is early rather than late.
"""

from __future__ import annotations

import calendar as months
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

import holidays

from app.services.clocks.catalogue import DAYS, HOURS, WORKING_DAYS, kind_of
from app.services.views import DeadlineView

LIMA: Final = ZoneInfo("America/Lima")
_DAY: Final = timedelta(days=1)
_LAST_MOMENT: Final = time(23, 59, 59)
_WEEK: Final = 5


@cache
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("PE", years=year))


def is_working_day(day: date) -> bool:
    """Whether the day is neither a weekend nor a national holiday of Peru."""
    return day.weekday() < _WEEK and day not in _holidays(day.year)


def add_working_days(day: date, n: int) -> date:
    """The n-th working day after `day` (n >= 1); for n = 0 the day itself, or the next working day.

    Raises:
        ValueError: n is negative.
    """
    if n < 0:
        raise ValueError("working days are counted forward")
    while n == 0 and not is_working_day(day):
        day += _DAY
    for _ in range(n):
        day += _DAY
        while not is_working_day(day):
            day += _DAY
    return day


def add_months(day: date, n: int) -> date:
    """The same day n months later, or the last of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))


def end_of(day: date) -> datetime:
    """The last second of a day in Lima: until then, what is due that day is in time."""
    return datetime.combine(day, _LAST_MOMENT, LIMA)


def deadline(due_at: datetime) -> DeadlineView:
    """A due moment as every list and page shows it: `due_at` in Lima's time, `due_on`, `due_time` (hh:mm).

    What ends with its day has no hour.
    """
    local = due_at.astimezone(LIMA)
    by_day = local.time().replace(microsecond=0) == _LAST_MOMENT
    return {"due_at": local, "due_on": local.date(), "due_time": None if by_day else local.strftime("%H:%M")}


def due(kind: str, at: datetime) -> datetime:
    """When a clock of this kind that starts `at` runs out.

    Hours count from the moment; a term in days or months ends with its last day in Lima.

    Raises:
        UnknownClock: no such kind.
        ValueError: the due moment of this kind is given, not counted; or `at` has no time zone.
    """
    found = kind_of(kind)
    if found.value is None:
        raise ValueError(f"the due moment of {kind} is given")
    if at.tzinfo is None:
        raise ValueError("a moment without a time zone")
    if found.unit == HOURS:
        return at + timedelta(hours=found.value)
    day = at.astimezone(LIMA).date()
    if found.unit == WORKING_DAYS:
        return end_of(add_working_days(day, found.value))
    return end_of(day + found.value * _DAY if found.unit == DAYS else add_months(day, found.value))
