"""Consents and objections among all that is held of a person."""

from typing import Final

from app.services.consents.queries import ledger, objections
from app.services.rows.kinds import Kind
from app.services.rows.telling import Shape

_CONSENT: Final = Shape(
    "consent",
    "code purpose_labels compartments to_units/name to_institutions/name given_by_label ended_at state_label "
    "valid_from valid_until",
)
_OBJECTION: Final = Shape("objection", "compartments to_institutions/name reason made_at lifted_at")
KINDS: Final = (
    Kind(
        "consentimientos", "Consentimientos", ledger, _CONSENT, dated="recorded_at", also=("consent_event",)
    ),
    Kind("objeciones", "Lo que pidió no compartir", objections, _OBJECTION, dated="made_at"),
)
