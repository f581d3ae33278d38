"""What every write to a plan does: seal its texts, keep the work list fresh, leave a trace."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Protocol

from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.sealing import Strand, seal_text
from app.audit import record
from app.catalogues import code_list
from app.errors import Invalid, refuse_if, unknown_code, wrong
from app.records.base import Row
from app.records.errors import FieldError
from app.records.kinds import today
from app.services.cases.activity import touch
from app.services.plans.content import COMPARTMENT

FARTHEST = timedelta(days=5 * 366)
"""How far ahead an activity may be due."""
Blob = tuple[str, int, int, bytes]
"""Table, row, version and bytes of a sealed value, for the trace."""


class InCase(Protocol):
    """A row of a case."""

    @property
    def victim_id(self) -> int:
        """Key of the person."""

    @property
    def case_id(self) -> int:
        """Key of the case."""


def seal_row(
    session: Session,
    strand: Strand,
    table: str,
    row_id: int,
    texts: Mapping[str, object],
    blobs: list[Blob],
) -> dict[str, object]:
    """Seal the texts of a row about to be inserted, and note the blob for the trace; returns its columns."""
    key_version, sealed = seal_text(session, COMPARTMENT, strand, table, row_id, texts)
    blobs.append((table, row_id, 1, sealed))
    return {"key_version": key_version, "sealed": sealed}


def done(
    act: Act,
    action: str,
    row: InCase,
    blobs: list[Blob],
    **detail: object,
) -> None:
    """Note activity in the case and record the act; `detail` holds codes and counts only."""
    touch(act, row.victim_id, row.case_id)
    record(
        act, action, victim_id=row.victim_id, case_id=row.case_id, purpose=act.purpose,
        compartments=[COMPARTMENT], blobs=blobs, detail=detail,
    )  # fmt: skip


def check_codes(**given: tuple[str, str | None]) -> None:
    """Check fields against their code lists: `domain=("plan_domain", code)`; None is unknown and passes.

    Raises:
        Invalid: a code is not of its list; the field is named.
    """
    errors: list[FieldError] = [
        unknown_code(field, code_list(name).codes)
        for field, (name, code) in given.items()
        if code is not None and code not in code_list(name)
    ]
    refuse_if(errors)


def given(row: Row, *names: str) -> None:
    """Check that fields of what was sent are filled; a field left empty is not known, and here it must be.

    Raises:
        Invalid: each field that is missing is named.
    """
    errors: list[FieldError] = [
        wrong(name, "missing", "Falta este campo.") for name in names if getattr(row, name) is None
    ]
    refuse_if(errors)


def out_of_range(due_on: date) -> FieldError | None:
    """What is wrong with the day by which an activity is due, if anything."""
    if today() <= due_on <= today() + FARTHEST:
        return None
    message = "El plazo de una actividad va de hoy a cinco años."
    return wrong("due_on", "out-of-range", message)


def check_due(due_on: date) -> None:
    """Check the day by which an activity is due.

    Raises:
        Invalid: it is past, or too far.
    """
    if wrong := out_of_range(due_on):
        raise Invalid("Revise los campos indicados.", errors=[wrong])
