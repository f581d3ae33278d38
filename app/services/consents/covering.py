"""Whether a consent covers a sharing."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from sqlalchemy.orm import Session

from app.access.guard import CaseRef
from app.codes import parse_code
from app.errors import Invalid, refusal
from app.services.consents.queries import consent_id

_COVERS = "SELECT ruv.consent_covers(%(consent)s, %(victim)s, %(case)s, %(unit)s, %(shared)s)"
_HOLD = "SELECT pg_advisory_xact_lock(hashtextextended(%(name)s, 0))"
_KEEP = "SELECT pg_advisory_xact_lock_shared(hashtextextended(%(name)s, 0))"
_WAY_OUT: Final = MappingProxyType(
    {
        "UNKNOWN": "No hay ese consentimiento en este caso: revise el código o regístrelo primero.",
        "ENDED": "Ese consentimiento ya no está vigente: pídalo de nuevo a la persona.",
        "EXPIRED": "Ese consentimiento venció: pídalo de nuevo a la persona.",
        "RECEIVER": "Ese consentimiento no nombra a la unidad que recibe: registre uno que la nombre.",
        "COMPARTMENTS": "Ese consentimiento no alcanza a todo lo que comparte: comparta menos o amplíelo.",
    }
)
MISSING: Final = (
    "Falta el consentimiento en que se apoya (CN-…): regístrelo primero o indique otra base legal."
)


def covering(
    session: Session, ref: CaseRef, code: str | None, *, to_unit_id: int, compartments: Sequence[str]
) -> int:
    """Key of the live consent behind `code`, which covers this sharing and lasts this transaction.

    Raises:
        Invalid: there is none, it ended, or it does not cover the receiver or a compartment; the field is
            `consent`.
    """
    found = None if code is None else consent_id(session, ref, _parsed(code))
    if found is None:
        raise _refused("missing", MISSING) if code is None else _refused("UNKNOWN", _WAY_OUT["UNKNOWN"])
    values = {
        "consent": found,
        "victim": ref.victim_id,
        "case": ref.case_id,
        "unit": to_unit_id,
        "shared": list(compartments),
    }
    answer: str = session.connection().exec_driver_sql(_COVERS, values).scalar_one()
    if answer != "COVERS":
        raise _refused(answer, _WAY_OUT[answer])
    return found


def hold_consent(session: Session, consent: int) -> None:
    """Wait for whoever shares on a consent now, and let nobody share on it until the transaction ends.

    First of all that ends a consent: who shares holds it too, and then writes what the ending writes.

    Raises:
        OperationalError: somebody kept it longer than the server lets a statement wait.
    """
    session.connection().exec_driver_sql(_HOLD, {"name": f"ruv.consent:{consent}"})


def keep_consent(session: Session, ref: CaseRef, code: str | None) -> None:
    """Let nobody end a consent of this case until the transaction ends, where one is named.

    For who shares on it and holds the case too: whoever ends a consent holds it before the case.

    Raises:
        Invalid: no code of a consent; the field is `consent`.
    """
    found = None if code is None else consent_id(session, ref, _parsed(code))
    if found is not None:
        session.connection().exec_driver_sql(_KEEP, {"name": f"ruv.consent:{found}"})


def _parsed(code: str) -> str:
    try:
        return parse_code(code, "CN")
    except ValueError:
        raise _refused("UNKNOWN", _WAY_OUT["UNKNOWN"]) from None


def _refused(code: str, message: str) -> Invalid:
    return refusal("consent", code.lower(), message)
