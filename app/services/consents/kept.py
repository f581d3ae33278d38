"""What stays shared when a consent ends: with which unit, on what basis, and until when."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy.orm import Session

from app.access.mandates import ENDINGS, mandates
from app.services.consents.queries import share_of
from app.services.consents.rules import LEGAL_BASES
from app.services.consents.views import KeptShareView
from app.states import MandateEnd

REFERRAL_ENDS: Final = "concluye la derivación"
_OTHERS = "SELECT * FROM ruv.other_shares(%(consent)s)"


def housed_share(share: Any) -> KeptShareView:
    """A referral on the consent that goes on because she lives with the receiver."""
    return {
        **share_of(share),
        "legal_basis_label": LEGAL_BASES.get(share.legal_basis, share.legal_basis),
        "until": "egreso",
        "until_label": ENDINGS[MandateEnd.STAY],
    }


def other_shares_of(session: Session, consent: int) -> list[KeptShareView]:
    """What stays shared in the case of a consent that ended, with which unit, on what and until when."""
    return [_other_share(row) for row in session.connection().exec_driver_sql(_OTHERS, {"consent": consent})]


def _other_share(row: Any) -> KeptShareView:
    mandate = mandates().get(row.mandate)
    basis = row.mandate or row.legal_basis
    return {
        "referral": row.referral_code,
        "state": row.referral_state,
        "unit": {"code": row.unit_code, "name": row.unit_name},
        "compartments": row.compartments,
        "legal_basis": basis,
        "legal_basis_label": mandate.label if mandate else LEGAL_BASES.get(basis, basis),
        "result": None,
        "ended_at": None,
        "until": mandate.ends_with.lower() if mandate else "derivacion",
        "until_label": ENDINGS[mandate.ends_with] if mandate else REFERRAL_ENDS,
    }
