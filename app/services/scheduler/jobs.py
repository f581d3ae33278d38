"""What runs by itself, and how often.

A job looks for everything that is due by now and does it; it never counts on having run last time. Ticks that
were missed for more than ten minutes are not made up, so a monthly duty is looked for every hour or day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.access.actor import SCHEDULER
from app.db import Database
from app.services.drafts.service import sweep_drafts
from app.services.idempotency import sweep_keys
from app.services.satisfaction.urn import count_month
from app.services.scheduler.sweeping import sweep


@dataclass(frozen=True, slots=True)
class Job:
    """A periodic job. `cron`: five fields, in UTC (Lima is five hours behind); a sixth would be seconds."""

    name: str
    cron: str
    work: Callable[[Database], object]


def in_session(work: Callable[[Session], object]) -> Callable[[Database], object]:
    """A job done in one transaction that is bound to `SCHEDULER`."""

    def run(database: Database) -> object:
        with database.session(SCHEDULER) as session:
            return work(session)

    return run


JOBS: tuple[Job, ...] = (
    Job("sweep", "* * * * *", sweep),
    # 01:30 in Lima: months that ended are counted on the first night, or the next one the service runs.
    Job("satisfaction-months", "30 6 * * *", in_session(count_month)),
    # 02:10 in Lima: forms nobody came back to.
    Job("drafts", "10 7 * * *", in_session(sweep_drafts)),
    # 02:20 in Lima: keys of requests that nobody repeats any more.
    Job("idempotency-keys", "20 7 * * *", sweep_keys),
)
"""Every periodic job of the service."""
