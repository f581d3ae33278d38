"""What every write of this slice does: seal words, check what is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from app.access.guard import CaseRef
from app.access.policy import policy
from app.access.sealing import COORDINATION, seal_text
from app.db import next_ids
from app.errors import REVIEW, Invalid, refusal, unknown_code
from app.services.consents.queries import institution_ids

Blob = tuple[str, int, int, bytes]
"""Table, row, version and bytes of a sealed value, for the trace."""


def seal_into(
    session: Session, ref: CaseRef, table: str, values: dict[str, object], texts: Mapping[str, object]
) -> tuple[int, list[Blob]]:
    """Draw the key of a row about to be inserted and seal its words, both into its values.

    Returns the key, and what the trace keeps of the sealed value: nothing where there are no words.
    """
    row_id = next_ids(session, **{table: 1})[table][0]
    values["id"] = row_id
    if not texts:
        return row_id, []
    version, sealed = seal_text(session, COORDINATION, ref.strand, table, row_id, texts)
    values |= {"key_version": version, "sealed": sealed}
    return row_id, [(table, row_id, 1, sealed)]


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
