"""Until when an answer to a referral is awaited, by service: urgent ones in hours, others in working days.

The values are data (`app/catalogues/lists/referral_deadline.csv`) and a proposal: no norm sets them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from app.catalogues import code_list
from app.services.clocks.calendar import LIMA, add_working_days, end_of

CLOCK: Final = "DERIVACION_RESPUESTA"
TABLE: Final = "referral"
"""The clock of an answer, and the table it hangs on."""


def answer_by(service_type: str, *, urgent: bool, at: datetime) -> datetime:
    """When the answer to a referral sent `at` is due: hours from then, or the end of a working day in Lima.

    Raises:
        KeyError: no such service.
        ValueError: `at` has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError("a moment without a time zone")
    term = code_list("referral_deadline").index[service_type]
    if urgent:
        return at + timedelta(hours=int(term["urgent_hours"]))
    return end_of(add_working_days(at.astimezone(LIMA).date(), int(term["working_days"])))
