"""Codes of a plan and of what stands in it."""

from app.states.base import Codes


class PlanState(Codes, of="plan_state"):
    """Where a plan stands."""

    DRAFT = "BORRADOR"
    CONSULTED = "EN_CONSULTA"
    SIGNED = "SUSCRITO"
    RUNNING = "EN_EJECUCION"
    UNDER_REVIEW = "EN_REVISION"
    FOLLOW_UP = "EN_SEGUIMIENTO"
    FULFILLED = "CUMPLIDO"
    CLOSED_UNFULFILLED = "CERRADO_SIN_CUMPLIR"
    SUSPENDED = "SUSPENDIDO"


class ActivityState(Codes, of="activity_state"):
    """How an activity goes, or how it ended."""

    PENDING = "PENDIENTE"
    RUNNING = "EN_CURSO"
    ACHIEVED = "LOGRADO"
    NOT_ACHIEVED = "NO_LOGRADO"
    NOT_APPLICABLE = "NO_APLICA"
    REFUSED = "RECHAZADO_POR_LA_PERSONA"
    CANCELLED = "CANCELADA"


class ObjectiveState(Codes, of="objective_state"):
    """How an objective goes, or how it ended."""

    PENDING = "PENDIENTE"
    RUNNING = "EN_CURSO"
    ACHIEVED = "LOGRADO"
    NOT_ACHIEVED = "NO_LOGRADO"
    NOT_APPLICABLE = "NO_APLICA"
    REFUSED = "RECHAZADO_POR_LA_PERSONA"


class FollowUpState(Codes, of="follow_up_state"):
    """Whether a contact of the follow-up is to come, took place, or fell away."""

    PLANNED = "PLANEADO"
    DONE = "REALIZADO"
    VOID = "ANULADO"


class SignatureCheck(Codes, of="signature_check"):
    """What the check of a digital signature said."""

    WHOLE = "INTEGRA"
    UNVERIFIED = "SIN_VERIFICAR"


class HandoverCause(Codes, of="plan_handover_cause"):
    """Why another unit answers for a plan now."""

    ARRIVAL = "INGRESO"
    ORDER = "ORDEN"
    DEPARTURE = "SALIDA"
    REPAIR = "REPARACION"
