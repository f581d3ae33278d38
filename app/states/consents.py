"""Codes of consents, and of what a person asks about her data."""

from app.states.base import Codes


class ConsentState(Codes):
    """Whether a consent is in force, or how it ended."""

    IN_FORCE = "VIGENTE"
    WITHDRAWN = "RETIRADO"
    EXPIRED = "VENCIDO"
    REPLACED = "REEMPLAZADO"


class ConsentGiver(Codes, of="consent_giver"):
    """Who gave a consent."""

    PERSON = "PERSONA"
    REPRESENTATIVE = "REPRESENTANTE"
    ASSENT = "ASENTIMIENTO_NNA"


class DataRequestKind(Codes, of="data_request_kind"):
    """What a person asks about her data."""

    INFORMATION = "INFORMACION"
    ACCESS = "ACCESO"
    CORRECTION = "RECTIFICACION"
    ERASURE = "CANCELACION"
    OBJECTION = "OPOSICION"
    PORTABILITY = "PORTABILIDAD"


class DataRequestState(Codes, of="data_request_state"):
    """Where such a request stands."""

    RECEIVED = "RECIBIDA"
    UNDER_WAY = "EN_TRAMITE"
    GRANTED = "ATENDIDA"
    GRANTED_IN_PART = "ATENDIDA_EN_PARTE"
    DENIED = "DENEGADA"
    DROPPED = "DESISTIDA"
