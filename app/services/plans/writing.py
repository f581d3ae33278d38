"""What is checked of everything that is written to a plan."""

from __future__ import annotations

from datetime import date, timedelta

from app.catalogues import code_list
from app.errors import Invalid, refuse_if, unknown_code, wrong
from app.records.base import Row
from app.records.errors import FieldError
from app.records.kinds import today

FARTHEST = timedelta(days=5 * 366)
"""How far ahead an activity may be due."""


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
