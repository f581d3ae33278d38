"""What a person does not want to go to a unit: whoever would open it to that unit is told so."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from app.access.guard import CaseRef
from app.errors import Conflict, wrong

_REFUSED = "SELECT ruv.refused_parts(%(case)s, %(victim)s, %(unit)s, %(shared)s)"
_REFERRAL = "SELECT ruv.referral_refused(%(basis)s, %(case)s, %(victim)s, %(unit)s, %(shared)s)"


def check_part(session: Session, ref: CaseRef, unit_id: int, shared: list[str]) -> None:
    """Refuse to open to a unit what she does not want it to have.

    Raises:
        Conflict: the person does not want this unit to have it (each compartment named).
    """
    _refuse(session, ref, _REFUSED, unit=unit_id, shared=shared)


def check_referable(
    session: Session, ref: CaseRef, legal_basis: str, unit_id: int | None, shared: list[str]
) -> None:
    """Refuse a referral of what she refused, unless its basis goes before what she wants.

    Raises:
        Conflict: the person does not want this unit to have it (each compartment named).
    """
    _refuse(session, ref, _REFERRAL, unit=unit_id, shared=shared, basis=legal_basis)


def _refuse(session: Session, ref: CaseRef, query: str, **values: Any) -> None:
    values |= {"case": ref.case_id, "victim": ref.victim_id}
    refused: list[str] = session.connection().exec_driver_sql(query, values).scalar_one()
    if refused:
        message = "La persona no quiere que esa unidad tenga esta parte: quítela, o pídale su consentimiento."
        raise Conflict(
            "La persona se opuso a compartirlo con esa unidad, o retiró su consentimiento. Quite las partes"
            " indicadas, o pídale un consentimiento que nombre a la unidad.",
            errors=[wrong(f"compartments.{name}", "refused-by-person", message) for name in refused],
        )
