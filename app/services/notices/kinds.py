"""Kinds of notice that units leave for each other, and which of them wait for an acknowledgement."""

from __future__ import annotations

from typing import Final

from app.access.told import ENDED, HELD, MISSING, NOT_ARRIVED

ADDED: Final = "UNIDAD_INCORPORADA"
RETURNED: Final = "REINGRESO"
ESCALATED: Final = "ESCALADO"
ANSWERED: Final = {
    "ACEPTADA": "DERIVACION_ACEPTADA",
    "ACEPTADA_CON_CONDICIONES": "DERIVACION_CONDICIONADA",
    "RECHAZADA": "DERIVACION_RECHAZADA",
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
