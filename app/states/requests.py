"""Codes of what takes two people (commands, requests about accounts), and of accounts and their choices."""

from app.states.base import Codes


class CommandKind(Codes):
    """What is asked for."""

    MERGE = "FUSION"
    SPLIT = "SEPARACION"
    DISCARD = "DESCARTE"
    CLOSE = "CIERRE"


class CommandState(Codes):
    """Where what takes two people stands: a command, or a request about an account."""

    PENDING = "PENDIENTE"
    EXECUTED = "EJECUTADA"
    REFUSED = "RECHAZADA"
    WITHDRAWN = "RETIRADA"
    LAPSED = "VENCIDA"


class AccountRequestKind(Codes):
    """What is asked about an account."""

    GRANT = "ALTA"
    CHANGE = "CAMBIO"
    RESET = "CLAVE"
    ENABLE = "ACTIVACION"
    DISABLE = "DESACTIVACION"


class AccountState(Codes):
    """Whether its holder may sign in. It is told, not stored."""

    ACTIVE = "ACTIVA"
    WAITING = "EN_ESPERA"
    DISABLED = "DESACTIVADA"
    UNAPPROVED = "POR_APROBAR"


class Language(Codes):
    """Languages of the pages."""

    SPANISH = "es"
    ENGLISH = "en"
    QUECHUA = "quz"


class TextSize(Codes):
    """Sizes of the text of the pages."""

    USUAL = "normal"
    LARGE = "grande"
    LARGEST = "muy-grande"


class Audience(Codes):
    """Whom a notice about accounts is for."""

    HEADS = "JEFATURA"
    OVERSEERS = "DATOS"
