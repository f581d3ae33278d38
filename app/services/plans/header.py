"""The header of a plan: where, from when, in which language, and the resolution a child's plan hangs from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.access.act import Act
from app.access.guard import require
from app.access.permissions import Permission
from app.errors import Conflict, Invalid, refuse_if, wrong
from app.models import PlanHeader
from app.records.base import clean
from app.records.errors import FieldError
from app.records.kinds import today
from app.records.rows import split_row
from app.records.rows.plans import PlanHeader as Header
from app.services.plans import rules, timing
from app.services.plans.content import COMPARTMENT, own_plan
from app.services.plans.details import header_texts
from app.services.plans.holding import advance
from app.services.plans.views import PlanWrittenView
from app.services.plans.writing import check_codes
from app.services.writing import Slot, Writing, check_version

HOME = "PE"
CLEAR = tuple(sorted(Header.clear))
"""Fields of the header with columns of their own in the plan."""


def header(values: Mapping[str, Any]) -> Header:
    """The header these values (by field, already typed) make.

    Raises:
        Invalid: a code that is not of its list, or fields that do not go together; each is named.
    """
    known = {name: clean(value) for name, value in values.items()}
    check_codes(
        place_of_execution=("execution_place", known.get("place_of_execution")),
        execution_country=("country", known.get("execution_country")),
        feasibility=("tristate", known.get("feasibility")),
        language=("language", known.get("language")),
        interpreter=("tristate", known.get("interpreter")),
    )
    found = Header(**known)
    errors: list[FieldError] = []
    if found.place_of_execution is None:
        errors.append(wrong("place_of_execution", "missing", "Indique dónde se ejecuta el plan."))
    if (found.pti_number is None) != (found.pti_on is None):
        field = "pti_on" if found.pti_on is None else "pti_number"
        errors.append(wrong(field, "missing", "La resolución (PTI) lleva número y fecha."))
    if found.pti_on is not None and found.pti_on > today():
        errors.append(wrong("pti_on", "date_in_future", "La resolución no puede ser de una fecha futura."))
    if found.execution_country is not None and found.place_of_execution != "OTRA_RESIDENCIA":
        message = "El país se indica solo si el plan se ejecuta en otra residencia."
        errors.append(wrong("execution_country", "not-asked", message))
    refuse_if(errors)
    return found


def columns(found: Header) -> tuple[dict[str, object], dict[str, object]]:
    """The columns of the plan that hold the header's clear part, and its texts to seal."""
    clear, texts = split_row(found)
    known = {name: clear.get(name) for name in CLEAR}
    return {**known, "pti_resolution": found.pti_on is not None}, texts


def feasible(row: Any) -> bool:
    """Whether the plan stays in the country, or the return was found feasible and safe."""
    return row.execution_country in {None, HOME} or row.feasibility == "SI"


def edit(
    act: Act,
    code: str,
    version: int,
    patch: Mapping[str, Any],
) -> PlanWrittenView:
    """Change fields of the header (None removes one); texts written before are kept.

    Raises:
        NotFound: the plan is out of scope.
        Forbidden: another unit is responsible, or the role does not write plans.
        Invalid: nothing to change, or fields that are wrong, each named.
        Conflict: the plan does not change in its present state.
        StaleVersion: somebody changed it meanwhile.
    """
    require(act.actor, Permission.PLANS_WRITE)
    ref = own_plan(act, code)
    check_version(ref.row, version)
    if not patch:
        raise Invalid("Envíe al menos un campo.")
    check_editable(ref.row.state)
    before = header_texts(act, ref, action="plans.header")
    stored = {name: getattr(ref.row, name) for name in CLEAR}
    clear, texts = columns(header({**stored, **before, **patch}))
    new = advance(act.session, ref, version, **clear)
    if clear["pti_on"] is not None and ref.row.pti_on is None:
        timing.resolution_known(act.session, ref.row.case_id)
    write = Writing(act, ref.row, "plans.header.write", [COMPARTMENT])
    if texts != before:
        write.insert(PlanHeader, {"plan_id": ref.row.id}, texts, Slot(COMPARTMENT))
    write.done({"plan": ref.row.code, "fields": sorted(patch)})
    return {"code": ref.row.code, "version": new}


def check_editable(state: str) -> None:
    """Refuse a change to what is signed, unless the plan is drafted, consulted or reviewed.

    Raises:
        Conflict: it is not; the text says in which states it is.
    """
    if state not in rules.EDITABLE:
        names = ", ".join(f"«{rules.STATES[name]}»" for name in sorted(rules.EDITABLE))
        raise Conflict(f"El plan está en «{rules.STATES[state]}»: se cambia en {names}.")
