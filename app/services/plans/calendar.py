"""When a plan is reviewed, and when a person is contacted after her exit. Pure; days in Peru.

No rule of law sets these periods: they are defaults of the register ("Propuesta propia").
"""

from __future__ import annotations

import calendar
from datetime import date
from typing import Final

from app.states import AgeGroup

CLOSE_REVIEWS: Final = 3
"""Months from the start during which a plan is reviewed every month; afterwards every quarter."""
QUARTER: Final = 3
CONTACTS_ADULT: Final = (1, 2, 3, 6)
CONTACTS_CHILD: Final = (1, 2, 3, 6, 9, 12)
"""Months after the exit in which a person is contacted; children are accompanied six months more."""


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a shorter month."""
    year, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + year, month + 1)[1]
    return date(day.year + year, month + 1, min(day.day, last))


def next_review(started_on: date, held_on: date) -> date:
    """The day by which a plan that started then, and was last reviewed then, is reviewed again."""
    if held_on < add_months(started_on, CLOSE_REVIEWS):
        return add_months(held_on, 1)
    return add_months(held_on, QUARTER)


def follow_up_days(exit_on: date, kind: str) -> list[date]:
    """Days of the contacts after an exit, by the kind of plan (`ADULTA`, `NNA`)."""
    months = CONTACTS_CHILD if kind == AgeGroup.CHILD else CONTACTS_ADULT
    return [add_months(exit_on, month) for month in months]
