"""Codes of protection and of proceedings: branches, measures, kinds and stages."""

from app.states.base import Codes


class ProtectionBranch(Codes, of="protection_branch"):
    """Whose way of protection it is."""

    CHILDREN = "NNA"
    ADULTS = "ADULTA"
    FOREIGNERS = "EXTRANJERA"


class BranchState(Codes, of="protection_state"):
    """Where a way of protection stands; which of them a branch takes, the code list says."""

    TOLD_TO_UPE = "COMUNICADO_A_UPE"
    URGENT_MEASURE = "MEDIDA_URGENCIA"
    PROVISIONAL_MEASURE = "MEDIDA_PROVISIONAL"
    RESIDENTIAL_CARE = "ACOGIMIENTO_RESIDENCIAL"
    FAMILY_CARE = "ACOGIMIENTO_FAMILIAR"
    EXTENDED_FAMILY = "FAMILIA_EXTENSA"
    PTI_APPROVED = "PTI_APROBADO"
    UDAVIT_OFFERED = "OFRECIDO_UDAVIT"
    ACCEPTED = "ACEPTA"
    DECLINED = "DECLINA"
    CEM = "AURORA_CEM"
    REFUGE = "HRT"
    RIGHTS_TOLD = "DERECHOS_INFORMADOS"
    CONSULATE_TOLD = "CONSULADO_NOTIFICADO"
    ASYLUM_SOUGHT = "REFUGIO_SOLICITADO"
    STAYS = "PERMANENCIA"
    ASSISTED_RETURN = "RETORNO_ASISTIDO"
    CLOSED = "CONCLUIDO"


class BranchConclusion(Codes, of="branch_conclusion"):
    """How a way of protection ends."""

    FIT_FAMILY = "RETORNO_FAMILIA_IDONEA"
    ADOPTED = "ADOPCION"
    OF_AGE = "MAYORIA_DE_EDAD"
    NOT_UNPROTECTED = "SIN_DESPROTECCION"
    CARE_ENDED = "FIN_DE_LA_ATENCION"
    LEFT_BY_CHOICE = "RETIRO_VOLUNTARIO"
    RETURNED = "RETORNO_REALIZADO"
    REGULAR_STAY = "PERMANENCIA_REGULAR"
    TRANSFERRED = "TRASLADO"
    DIED = "FALLECIMIENTO"


class MeasureState(Codes, of="measure_state"):
    """Whether a measure of protection is in force."""

    IN_FORCE = "VIGENTE"
    LIFTED = "LEVANTADA"
    EXPIRED = "VENCIDA"
    EXTENDED = "PRORROGADA"


class ProceedingKind(Codes, of="proceeding_kind"):
    """What a proceeding is."""

    COMPLAINT = "DENUNCIA"
    PROSECUTION_FILE = "CARPETA_FISCAL"
    CRIMINAL = "PROCESO_PENAL"
    TUTELARY = "PROCEDIMIENTO_TUTELAR"
    REPARATION = "REPARACION"


class CriminalStage(Codes, of="criminal_stage"):
    """Stages of the criminal proceeding (Código Procesal Penal)."""

    COMPLAINT = "DENUNCIA"
    PRELIMINARY = "DILIGENCIAS_PRELIMINARES"
    PREPARATORY = "INVESTIGACION_PREPARATORIA"
    INTERMEDIATE = "ETAPA_INTERMEDIA"
    TRIAL = "JUZGAMIENTO"
    FIRST_SENTENCE = "SENTENCIA_PRIMERA"
    APPEAL = "APELACION"
    CASSATION = "CASACION"
    FINAL_SENTENCE = "SENTENCIA_FIRME"
    EXECUTION = "EJECUCION"
    PLEA = "TERMINACION_ANTICIPADA"
    DISMISSED = "SOBRESEIMIENTO"
    SHELVED = "ARCHIVO"


class TutelaryStage(Codes, of="tutelary_stage"):
    """Stages of the proceeding for the protection of a child (DL 1297)."""

    RISK_ASSESSED = "EVALUACION_DE_RIESGO"
    BEGUN = "INICIADO"
    PROVISIONAL = "DESPROTECCION_PROVISIONAL"
    DECLARED = "DESPROTECCION_DECLARADA"
    CLOSED = "CONCLUIDO"


class ReparationStage(Codes, of="reparation_stage"):
    """Where a reparation stands."""

    FIXED = "FIJADA"
    DEMANDED = "REQUERIDA"
    PAID_IN_PART = "PAGO_PARCIAL"
    PAID = "PAGADA"
    UNPAID = "INCUMPLIDA"
