"""Stages of proceedings as written tables, and what makes two registrations the same proceeding. Pure.

Sources: Código Procesal Penal (criminal stages), DL 1297 (family protection); reparation is our own proposal.
A proceeding is registered at the stage it is at; from there it moves by these tables.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.catalogues import code_list
from app.services.state_machine import Machine, Refusal, Transition
from app.states import CriminalStage, ProceedingKind, ReparationStage, TutelaryStage

_CRIMINAL: Final[Mapping[str, tuple[str, ...]]] = {
    CriminalStage.COMPLAINT: (CriminalStage.PRELIMINARY, CriminalStage.SHELVED),
    CriminalStage.PRELIMINARY: (CriminalStage.PREPARATORY, CriminalStage.INTERMEDIATE, CriminalStage.SHELVED),
    CriminalStage.PREPARATORY: (CriminalStage.INTERMEDIATE, CriminalStage.PLEA, CriminalStage.DISMISSED),
    CriminalStage.INTERMEDIATE: (
        CriminalStage.TRIAL,
        CriminalStage.PLEA,
        CriminalStage.DISMISSED,
        CriminalStage.PREPARATORY,
    ),
    CriminalStage.TRIAL: (CriminalStage.FIRST_SENTENCE,),
    CriminalStage.FIRST_SENTENCE: (CriminalStage.APPEAL, CriminalStage.FINAL_SENTENCE),
    CriminalStage.APPEAL: (
        CriminalStage.CASSATION,
        CriminalStage.FINAL_SENTENCE,
        CriminalStage.TRIAL,
        CriminalStage.INTERMEDIATE,
    ),
    CriminalStage.CASSATION: (CriminalStage.FINAL_SENTENCE, CriminalStage.APPEAL, CriminalStage.TRIAL),
    CriminalStage.FINAL_SENTENCE: (CriminalStage.EXECUTION,),
    CriminalStage.PLEA: (CriminalStage.APPEAL, CriminalStage.FINAL_SENTENCE),
    CriminalStage.DISMISSED: (CriminalStage.APPEAL, CriminalStage.SHELVED),
    CriminalStage.SHELVED: (CriminalStage.PRELIMINARY,),
}
_TUTELARY: Final[Mapping[str, tuple[str, ...]]] = {
    TutelaryStage.RISK_ASSESSED: (TutelaryStage.BEGUN, TutelaryStage.CLOSED),
    TutelaryStage.BEGUN: (TutelaryStage.PROVISIONAL, TutelaryStage.CLOSED),
    TutelaryStage.PROVISIONAL: (TutelaryStage.DECLARED, TutelaryStage.CLOSED),
    TutelaryStage.DECLARED: (TutelaryStage.CLOSED,),
}
_REPARATION: Final[Mapping[str, tuple[str, ...]]] = {
    ReparationStage.FIXED: (ReparationStage.DEMANDED, ReparationStage.PAID),
    ReparationStage.DEMANDED: (ReparationStage.PAID_IN_PART, ReparationStage.PAID, ReparationStage.UNPAID),
    ReparationStage.PAID_IN_PART: (ReparationStage.PAID, ReparationStage.UNPAID),
    ReparationStage.UNPAID: (ReparationStage.PAID_IN_PART, ReparationStage.PAID),
}


def _machine(name: str, moves: Mapping[str, tuple[str, ...]]) -> Machine:
    table = (
        Transition(source, target, (), "Cambia la etapa.")
        for source, targets in moves.items()
        for target in targets
    )
    return Machine(name, code_list(name).labels, tuple(table), {})


_PENAL = _machine("criminal_stage", _CRIMINAL)
MACHINES: Final[Mapping[str, Machine]] = MappingProxyType(
    {
        ProceedingKind.COMPLAINT: _PENAL,
        ProceedingKind.PROSECUTION_FILE: _PENAL,
        ProceedingKind.CRIMINAL: _PENAL,
        ProceedingKind.TUTELARY: _machine("tutelary_stage", _TUTELARY),
        ProceedingKind.REPARATION: _machine("reparation_stage", _REPARATION),
    }
)
"""The stages of each kind of proceeding."""

FIRST: Final[Mapping[str, str]] = MappingProxyType(
    {
        ProceedingKind.COMPLAINT: CriminalStage.COMPLAINT,
        ProceedingKind.PROSECUTION_FILE: CriminalStage.PRELIMINARY,
        ProceedingKind.CRIMINAL: CriminalStage.PREPARATORY,
        ProceedingKind.TUTELARY: TutelaryStage.RISK_ASSESSED,
        ProceedingKind.REPARATION: ReparationStage.FIXED,
    }
)
"""The stage of a proceeding registered without one."""

_NATIONAL: Final = frozenset({ProceedingKind.PROSECUTION_FILE, ProceedingKind.CRIMINAL})
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
