"""Stages of proceedings as written tables, and what makes two registrations the same proceeding. Pure.

Sources: Código Procesal Penal (criminal stages), DL 1297 (family protection); reparation is our own proposal.
A proceeding is registered at the stage it is at; from there it moves by these tables.
"""

from __future__ import annotations

import unicodedata
from types import MappingProxyType
from typing import Final

from app.catalogues import code_list
from app.services.state_machine import Machine, Refusal, Transition

_CRIMINAL: Final = {
    "DENUNCIA": ("DILIGENCIAS_PRELIMINARES", "ARCHIVO"),
    "DILIGENCIAS_PRELIMINARES": ("INVESTIGACION_PREPARATORIA", "ETAPA_INTERMEDIA", "ARCHIVO"),
    "INVESTIGACION_PREPARATORIA": ("ETAPA_INTERMEDIA", "TERMINACION_ANTICIPADA", "SOBRESEIMIENTO"),
    "ETAPA_INTERMEDIA": (
        "JUZGAMIENTO",
        "TERMINACION_ANTICIPADA",
        "SOBRESEIMIENTO",
        "INVESTIGACION_PREPARATORIA",
    ),
    "JUZGAMIENTO": ("SENTENCIA_PRIMERA",),
    "SENTENCIA_PRIMERA": ("APELACION", "SENTENCIA_FIRME"),
    "APELACION": ("CASACION", "SENTENCIA_FIRME", "JUZGAMIENTO", "ETAPA_INTERMEDIA"),
    "CASACION": ("SENTENCIA_FIRME", "APELACION", "JUZGAMIENTO"),
    "SENTENCIA_FIRME": ("EJECUCION",),
    "TERMINACION_ANTICIPADA": ("APELACION", "SENTENCIA_FIRME"),
    "SOBRESEIMIENTO": ("APELACION", "ARCHIVO"),
    "ARCHIVO": ("DILIGENCIAS_PRELIMINARES",),
}
_TUTELARY: Final = {
    "EVALUACION_DE_RIESGO": ("INICIADO", "CONCLUIDO"),
    "INICIADO": ("DESPROTECCION_PROVISIONAL", "CONCLUIDO"),
    "DESPROTECCION_PROVISIONAL": ("DESPROTECCION_DECLARADA", "CONCLUIDO"),
    "DESPROTECCION_DECLARADA": ("CONCLUIDO",),
}
_REPARATION: Final = {
    "FIJADA": ("REQUERIDA", "PAGADA"),
    "REQUERIDA": ("PAGO_PARCIAL", "PAGADA", "INCUMPLIDA"),
    "PAGO_PARCIAL": ("PAGADA", "INCUMPLIDA"),
    "INCUMPLIDA": ("PAGO_PARCIAL", "PAGADA"),
}


def _machine(name: str, moves: dict[str, tuple[str, ...]]) -> Machine:
    table = (
        Transition(source, target, (), "Cambia la etapa.")
        for source, targets in moves.items()
        for target in targets
    )
    return Machine(name, code_list(name).labels, tuple(table), {})


_PENAL = _machine("criminal_stage", _CRIMINAL)
MACHINES: Final = MappingProxyType(
    {
        "DENUNCIA": _PENAL,
        "CARPETA_FISCAL": _PENAL,
        "PROCESO_PENAL": _PENAL,
        "PROCEDIMIENTO_TUTELAR": _machine("tutelary_stage", _TUTELARY),
        "REPARACION": _machine("reparation_stage", _REPARATION),
    }
)
"""The stages of each kind of proceeding."""

FIRST: Final = MappingProxyType(
    {
        "DENUNCIA": "DENUNCIA",
        "CARPETA_FISCAL": "DILIGENCIAS_PRELIMINARES",
        "PROCESO_PENAL": "INVESTIGACION_PREPARATORIA",
        "PROCEDIMIENTO_TUTELAR": "EVALUACION_DE_RIESGO",
        "REPARACION": "FIJADA",
    }
)
"""The stage of a proceeding registered without one."""

_NATIONAL: Final = frozenset({"CARPETA_FISCAL", "PROCESO_PENAL"})
"""Kinds whose full numbers name the office or court themselves."""
_FULL_NUMBER: Final = 12
"""Letters and digits from which a number is a full one, as in 206010510-2023-123-0."""


def refuse(kind: str, stage: str, target: str) -> Refusal | None:
    """None when a proceeding may go from `stage` to `target`, else why not, in Spanish."""
    return MACHINES[kind].refuse(stage, target, {})


def normalised(text: str) -> str:
    """Letters and digits alone, in upper case: how a number is compared."""
    return "".join(each for each in unicodedata.normalize("NFKC", text).upper() if each.isalnum())


def identity_of(kind: str, number: str, department: str | None, office: str | None) -> str | None:
    """What makes two registrations the same proceeding; None where the number is none.

    A full number of the prosecution or the courts stands alone; any other number counts only together with
    its department and office, so that two offices' "123-2024" are not taken for one.
    """
    bare = normalised(number)
    if not bare:
        return None
    if kind in _NATIONAL and len(bare) >= _FULL_NUMBER:
        return f"{kind}|{bare}"
    if department is None or office is None:
        return None
    return f"{kind}|{bare}|{department}|{normalised(office)}"
