"""Codes of a case, and of how a unit comes to take part in it."""

from app.states.base import Codes


class CaseState(Codes, of="case_state"):
    """Where a case stands; `DECLINED`, `NOT_FOUND` and `LEFT` are pauses, and the case stays open."""

    ALERT = "ALERTA"
    PRESUMED = "PRESUNTA_VICTIMA"
    IMMEDIATE_ASSISTANCE = "EN_ASISTENCIA_INMEDIATA"
    SPECIALISED_CARE = "EN_ATENCION_ESPECIALIZADA"
    REINTEGRATION = "EN_REINTEGRACION"
    FOLLOW_UP = "EN_SEGUIMIENTO"
    CLOSED = "CERRADO"
    DISCARDED = "DESCARTADA"
    DECLINED = "DECLINA_ATENCION"
    NOT_FOUND = "ILOCALIZABLE"
    LEFT = "EGRESO_NO_AUTORIZADO"


class Identification(Codes, of="identification"):
    """Whether she was identified as a victim, and by whom; it neither opens nor closes services."""

    PRESUMED = "PRESUNTA"
    BY_PROSECUTION = "IDENTIFICADA_MPFN"
    BY_SENTENCE = "RECONOCIDA_SENTENCIA"
    NOT_CONFIRMED = "NO_CONFIRMADA"


class CaseOutcome(Codes, of="outcome"):
    """How a case, a plan or a stay ends."""

    FAMILY = "REINTEGRACION_FAMILIAR"
    FOSTER_FAMILY = "FAMILIA_SUSTITUTA"
    INDEPENDENT = "VIDA_INDEPENDIENTE"
    RETURNED_HOME = "RETORNO_AL_PAIS"
    OF_AGE = "MAYORIA_DE_EDAD"
    STAYS_IN_SHELTER = "PERMANENCIA_EN_ACOGIDA"
    TRANSFERRED = "TRASLADO"
    LEFT_BY_CHOICE = "EGRESO_VOLUNTARIO"
    LEFT = "EGRESO_NO_AUTORIZADO"
    NOT_FOUND = "ILOCALIZABLE"
    DIED = "FALLECIMIENTO"


class Basis(Codes):
    """How a unit came to take part in a case."""

    REGISTERED = "REGISTRO"
    REFERRAL = "DERIVACION"
    MANDATE = "MANDATO"


class AgeGroup(Codes):
    """Whether what is done is done for a child or an adult."""

    ADULT = "ADULTA"
    CHILD = "NNA"


class MandateFor(Codes):
    """Whose cases a mandate is for."""

    CHILDREN = "NNA"
    ADULTS = "ADULTA"
    ANYONE = "CUALQUIERA"


class MandateEnd(Codes):
    """What ends a mandate."""

    CASE = "CASO"
    STAY = "ESTANCIA"
    MEASURE = "MEDIDA"
    CONSENT = "CONSENTIMIENTO"
