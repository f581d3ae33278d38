"""Kinds of notice that units leave for each other, and which of them wait for an acknowledgement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.access.told import ENDED, HELD, MISSING, NOT_ARRIVED
from app.states import ReferralState

ADDED: Final = "UNIDAD_INCORPORADA"
RETURNED: Final = "REINGRESO"
ANSWERED: Final[Mapping[str, str]] = {
    ReferralState.ACCEPTED: "DERIVACION_ACEPTADA",
    ReferralState.ACCEPTED_ON_TERMS: "DERIVACION_CONDICIONADA",
    ReferralState.REFUSED: "DERIVACION_RECHAZADA",
}
"""By the answer to a referral: what its sender is told."""
ACKNOWLEDGED: Final = frozenset(
    {
        ADDED,
        RETURNED,
        ENDED,
        MISSING,
        NOT_ARRIVED,
        *ANSWERED.values(),
        *HELD,
        "PLAN_RECIBIDO",
        "PLAN_ENTREGADO",
        "ACTIVIDAD_DEVUELTA",
        "PLAZO_RECIBIDO",
    }
)
"""Kinds that a unit has to acknowledge: until then its supervisors find them among what to look at."""
BY_UNIT: Final = frozenset({"CUPO_RESERVADO", "CUPO_LIBERADO"})
"""Kinds that tell of the act of a unit which stays unnamed where it is a shelter."""
