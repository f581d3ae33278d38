"""What every write of this slice checks of what is named."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.access.policy import policy
from app.errors import REVIEW, Invalid, refusal, unknown_code
from app.services.consents.queries import institution_ids


def check_compartments(names: Sequence[str] | None) -> None:
    """Check that compartments are named and exist.

    Raises:
        Invalid: none is, or one is unknown; the field is `compartments`.
    """
    if not names:
        raise refusal("compartments", "missing", "Indique al menos una parte del registro.")
    if set(names) - set(policy().compartments):
        raise Invalid(REVIEW, errors=[unknown_code("compartments", policy().compartments, "unknown")])


def institutions(session: Session, codes: Sequence[str] | None) -> list[int] | None:
    """Keys of the institutions named; None where none is.

    Raises:
        Invalid: one does not exist; the field is `to_institutions`.
    """
    if not codes:
        return None
    known = institution_ids(session, codes)
    if set(codes) - set(known):
        raise refusal("to_institutions", "unknown", "No existe una de esas instituciones: revise su código.")
    return [known[code] for code in codes]
