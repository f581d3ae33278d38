"""Codes of the register's own work: time limits, likenesses, files, papers and the directory."""

from app.states.base import Codes


class ClockState(Codes):
    """Whether a time limit runs, passed, or ended."""

    RUNNING = "CORRIENDO"
    OVERDUE = "VENCIDO"
    MET = "CUMPLIDO"
    CANCELLED = "ANULADO"


class ClockStep(Codes):
    """What is told of a time limit that nobody met yet."""

    REMINDED = "RECORDATORIO"
    OVERDUE = "VENCIDO"
    ESCALATED = "ESCALADO"


class ClockEffect(Codes):
    """What the register does by itself when a time limit passes."""

    EXPIRE_REFERRALS = "expire_referrals"
    EXPIRE_HOLDS = "expire_holds"
    EXPIRE_CONSENTS = "expire_consents"
    EXPIRE_MEASURES = "expire_measures"


class MatchState(Codes):
    """What was decided on two records that look alike."""

    PENDING = "PENDIENTE"
    SAME = "MISMA"
    OTHER = "DISTINTA"
    UNKNOWN = "NO_SE"


class MatchOrigin(Codes):
    """When the likeness was noticed."""

    REGISTRATION = "REGISTRO"
    CHANGE = "CAMBIO"
    BATCH = "LOTE"


class FileState(Codes):
    """Whether a file is kept in force."""

    IN_FORCE = "VIGENTE"
    WITHDRAWN = "RETIRADA"


class MediaType(Codes):
    """What a kept file is: pictures as they are drawn anew, and documents."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    PDF = "application/pdf"


class TableFormat(Codes):
    """How a table of a release is written."""

    CSV = "csv"
    JSON = "json"


class PaperKind(Codes):
    """What a printed paper is."""

    PLAN = "PLAN"
    CONSENT = "CONSENTIMIENTO"
    REFERRAL = "DERIVACION"
    OWN_FILE = "EXPEDIENTE_PROPIO"


class ServiceStatus(Codes):
    """Whether a service of the directory is given."""

    ACTIVE = "ACTIVO"
    INACTIVE = "INACTIVO"
    DEFUNCT = "EXTINTO"
    CLOSED_FOR_A_TIME = "CERRADO_TEMPORALMENTE"


class LocationKind(Codes):
    """What a place of the directory is."""

    PHYSICAL = "FISICO"
    POSTAL = "POSTAL"
    VIRTUAL = "VIRTUAL"
