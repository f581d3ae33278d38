"""Words of the case's state machine: states, identification, reasons and outcomes, with Spanish labels.

Sources: the pathway of DS 009-2019-MIMP (Guía de reintegración) and the reasons for closing of MIMP services.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.catalogues import code_list
from app.states import CaseOutcome, CaseState, PlanState

PATH: Final = (
    CaseState.ALERT,
    CaseState.PRESUMED,
    CaseState.IMMEDIATE_ASSISTANCE,
    CaseState.SPECIALISED_CARE,
    CaseState.REINTEGRATION,
    CaseState.FOLLOW_UP,
    CaseState.CLOSED,
)
"""The main line, in order."""

IN_CARE: Final = PATH[2:6]
"""States in which services work with the person."""

PAUSES: Final = (CaseState.DECLINED, CaseState.NOT_FOUND, CaseState.LEFT)
"""Side states that are left again; the case stays open and monitored."""


ENDED: Final = (CaseState.CLOSED, CaseState.DISCARDED)
"""States in which a case is over."""

STATES: Final = code_list("case_state").labels
IDENTIFICATION: Final = code_list("identification").labels

REASONS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        CaseState.DISCARDED: code_list("discard_reason").labels,
        CaseState.DECLINED: MappingProxyType(
            {
                "DECISION_PROPIA": "Decisión propia e informada",
                "ATENCION_FUERA_DEL_SISTEMA": "Recibe atención fuera del sistema",
                "RETORNO_CON_SU_RED": "Prefiere volver con su familia o red",
                "TEMOR": "Teme represalias",
            }
        ),
        CaseState.NOT_FOUND: MappingProxyType(
            {
                "SIN_CONTACTO": "Sin contacto por los medios acordados",
                "CAMBIO_DE_DOMICILIO": "Cambió de domicilio sin dejar referencia",
                "SALIDA_DEL_PAIS": "Se presume que salió del país",
            }
        ),
        CaseState.LEFT: MappingProxyType(
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
        CaseOutcome.RETURNED_HOME,
        CaseOutcome.LEFT_BY_CHOICE,
        CaseOutcome.LEFT,
        CaseOutcome.TRANSFERRED,
        CaseOutcome.DIED,
        CaseOutcome.NOT_FOUND,
    }
)
"""Outcomes that can end a case before its follow-up."""

PLAN_ENDED: Final = frozenset({PlanState.FULFILLED, PlanState.CLOSED_UNFULFILLED})
"""States of a plan that is over: only then may the case have another one."""
