"""Codes of referrals, and of what was served."""

from app.states.base import Codes


class ReferralState(Codes):
    """Where a referral stands."""

    SENT = "ENVIADA"
    ACCEPTED = "ACEPTADA"
    ACCEPTED_ON_TERMS = "ACEPTADA_CON_CONDICIONES"
    REFUSED = "RECHAZADA"
    LAPSED = "VENCIDA"
    WITHDRAWN = "RETIRADA"
    RUNNING = "EN_CURSO"
    CONCLUDED = "CONCLUIDA"
    INTERRUPTED = "INTERRUMPIDA"


class DeliveryState(Codes):
    """Whether what was noted of a service still stands."""

    IN_FORCE = "VIGENTE"
    VOID = "ANULADA"


class Attendance(Codes, of="attendance"):
    """Whether the person came, and was attended."""

    ATTENDED = "ATENDIDA"
    DID_NOT_COME = "NO_ASISTIO"
    POSTPONED = "REPROGRAMADA"
    REFUSED = "RECHAZO"
