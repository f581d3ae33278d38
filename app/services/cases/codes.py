"""Words of the case's state machine: states, identification, reasons and outcomes, with Spanish labels.

Sources: the pathway of DS 009-2019-MIMP (Guía de reintegración) and the reasons for closing of MIMP services.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from app.catalogues import code_list

PATH: Final = (
    "ALERTA",
    "PRESUNTA_VICTIMA",
    "EN_ASISTENCIA_INMEDIATA",
    "EN_ATENCION_ESPECIALIZADA",
    "EN_REINTEGRACION",
    "EN_SEGUIMIENTO",
    "CERRADO",
)
"""The main line, in order."""

IN_CARE: Final = PATH[2:6]
"""States in which services work with the person."""

PAUSES: Final = ("DECLINA_ATENCION", "ILOCALIZABLE", "EGRESO_NO_AUTORIZADO")
"""Side states that are left again; the case stays open and monitored."""

DISCARDED: Final = "DESCARTADA"
"""Reached by two people only: one asks, another of another unit approves."""

ENDED: Final = ("CERRADO", DISCARDED)
"""States in which a case is over."""

STATES: Final = code_list("case_state").labels
IDENTIFICATION: Final = code_list("identification").labels

REASONS: Final = MappingProxyType(
    {
        DISCARDED: code_list("discard_reason").labels,
        "DECLINA_ATENCION": MappingProxyType(
            {
                "DECISION_PROPIA": "Decisión propia e informada",
                "ATENCION_FUERA_DEL_SISTEMA": "Recibe atención fuera del sistema",
                "RETORNO_CON_SU_RED": "Prefiere volver con su familia o red",
                "TEMOR": "Teme represalias",
            }
        ),
        "ILOCALIZABLE": MappingProxyType(
            {
                "SIN_CONTACTO": "Sin contacto por los medios acordados",
                "CAMBIO_DE_DOMICILIO": "Cambió de domicilio sin dejar referencia",
                "SALIDA_DEL_PAIS": "Se presume que salió del país",
            }
        ),
        "EGRESO_NO_AUTORIZADO": MappingProxyType(
            {
                "SALIDA_SIN_AVISO": "Salió sin aviso",
                "NO_RETORNO_DE_PERMISO": "No volvió de un permiso",
                "RETIRO_POR_TERCERO": "Un tercero la retiró sin autorización",
            }
        ),
    }
)
"""Reasons that must be named, by the state they lead to. They are codes: the words go sealed beside them."""

RETURN_REASONS: Final = MappingProxyType(
    {
        "ACEPTA_ATENCION": "Acepta la atención",
        "UBICADA": "Fue ubicada",
        "RETORNO": "Retornó al servicio",
    }
)
"""Reasons for leaving a pause."""

REENTRIES: Final = MappingProxyType(
    {"REINGRESO": "Reingreso", "RETRATA": "Nueva situación de trata (retrata)"}
)
"""How another episode of the same person begins."""

RETRAFFICKING: Final = code_list("retrafficking_reason").labels
"""By whom she was trafficked again."""

OUTCOMES: Final = code_list("outcome").labels
"""How a case ends. A registration error is not among them: that is `DESCARTADA`, with two people."""

EARLY_OUTCOMES: Final = frozenset(
    {
        "RETORNO_AL_PAIS",
        "EGRESO_VOLUNTARIO",
        "EGRESO_NO_AUTORIZADO",
        "TRASLADO",
        "FALLECIMIENTO",
        "ILOCALIZABLE",
    }
)
"""Outcomes that can end a case before its follow-up."""

PLAN_ENDED: Final = frozenset({"CUMPLIDO", "CERRADO_SIN_CUMPLIR"})
"""States of a plan that is over: only then may the case have another one."""
