"""Codes of shelters, places and stays."""

from app.states.base import Codes


class StayState(Codes):
    """Whether a person lives in a place."""

    HOUSED = "ALOJADA"
    OUT = "DE_PERMISO"
    LEFT = "EGRESADA"


class HoldState(Codes, of="hold_state"):
    """Whether a place is held, or how that ended."""

    HELD = "VIGENTE"
    TAKEN = "CONVERTIDA"
    RELEASED = "LIBERADA"
    LAPSED = "VENCIDA"


class ShelterType(Codes, of="shelter_type"):
    """What a shelter is."""

    CAR = "CAR"
    CAR_SPECIALISED = "CAR_ESPECIALIZADO"
    REFUGE = "HRT"
    PRIVATE = "ALBERGUE_PRIVADO"


class SuitabilityResult(Codes, of="suitability_result"):
    """What the check of who is to receive her said."""

    FIT = "IDONEA"
    UNFIT = "NO_IDONEA"
    PENDING = "PENDIENTE"
