"""Two records become one person, or one leaves again: what the approval of a command does.

Nothing is encrypted anew. Every row names the person it hangs from and the record it was sealed under; the
database moves the first and keeps the second, and does so for an agreed command only.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.contradicting import compare_pair
from app.audit import record
from app.errors import AppError, Conflict, Contradicted, StaleVersion
from app.matching.contradictions import Contradiction
from app.services.commands.command import Command
from app.services.commands.queries import PURPOSE
from app.services.commands.telling import DONE, tell

_CHANGED: Final = "RM001"
_TAKEN_IN_TWICE: Final = "RM002"
_ENTANGLED: Final = "RM003"
_BROKEN: Final = "RM004"
_CONTRADICTED: Final = "RM005"
_WAY_OUT: Final = "No pueden ser una misma persona: si uno está equivocado, primero corríjalo."
IMPOSSIBLE: Final = MappingProxyType(
    {
        Contradiction.SEX_AND_AGE: "El sexo y la edad de los dos registros no concuerdan.",
        Contradiction.DOCUMENTS: (
            "Cada registro tiene un documento verificado del mismo tipo y son distintos."
        ),
    }
)
_MERGE: Final = MappingProxyType(
    {
        _BROKEN: "Una parte de uno de los dos registros tiene el sello roto: avise al Oficial de Datos "
        "Personales; mientras tanto no se unen.",
        _CONTRADICTED: f"{IMPOSSIBLE[Contradiction.SEX_AND_AGE]} {_WAY_OUT}",
        _TAKEN_IN_TWICE: "Las dos están alojadas en un centro de acogida: cierre una de las dos acogidas.",
        _ENTANGLED: "Uno de los dos registros ya es parte de otra persona: pida la unión de nuevo.",
    }
)
_SPLIT: Final = MappingProxyType(
    {_ENTANGLED: "Ese registro no se unió directamente a esta persona: separe primero lo último que se unió."}
)


def merge_fingerprint(session: Session, victim_id: int, other_id: int) -> str:
    """What there is to be seen of two records now: who belongs to whom, and every version of heads and cases.

    A digest (SHA-256, hexadecimal) that says nothing of a person; it needs neither of them in scope.

    Raises:
        sqlalchemy.exc.DBAPIError: the role has nothing to do with commands.
    """
    return str(session.scalar(select(func.ruv.merge_fingerprint(victim_id, other_id))))


def check_pair(act: Act, victim_id: int, other_id: int) -> list[str]:
    """Refuse to make one person of two who cannot be; returns what else does not agree (codes of `WARNINGS`).

    Raises:
        Contradicted: it says of which kind what contradicts is.
        BrokenSeal: one of the two identities does not open.
    """
    impossible, doubts = compare_pair(act, victim_id, other_id)
    if impossible:
        words = " ".join(IMPOSSIBLE[kind] for kind in impossible)
        raise Contradicted(f"{words} {_WAY_OUT}", contradictions=[kind.value for kind in impossible])
    return [doubt.value for doubt in doubts]


def merge(act: Act, command: Command) -> None:
    """Make one person of two: everything of `other_id` hangs from `victim_id` from now on, sealed as it was.

    Raises:
        StaleVersion: one of the two changed since the merge was asked for.
        Contradicted, BrokenSeal: as `check_pair`.
        Conflict: both live in a shelter, or one of them is no person of its own any more.
    """
    if command.other_id is not None:
        check_pair(act, command.victim_id, command.other_id)
    _carry_out(act, command, "matching.merge", func.ruv.merge_records(command.id), _MERGE)


def split(act: Act, command: Command) -> None:
    """Let the record `other_id` be a person of its own again, with all that hangs from it or its cases.

    Raises:
        StaleVersion: the person changed since the split was asked for.
        Conflict: the record was not merged into this person directly, or later merges stand in the way.
    """
    _carry_out(act, command, "matching.split", func.ruv.split_records(command.id), _SPLIT)


def _carry_out(
    act: Act,
    command: Command,
    action: str,
    function: Any,
    problems: Mapping[str, str],
) -> None:
    for victim_id in command.records:
        record(
            act, action, victim_id=victim_id, purpose=PURPOSE,
            detail={"command": command.code, "reason": command.reason, "records": list(command.records)},
        )  # fmt: skip
    try:
        act.session.execute(select(function))
    except DBAPIError as error:
        refusal = _refusal(getattr(error.orig, "sqlstate", None), problems)
        if refusal is None:
            raise
        raise refusal from None
    tell(act, command, DONE)


def _refusal(state: str | None, problems: Mapping[str, str]) -> AppError | None:
    if state == _CHANGED:
        return StaleVersion()
    problem = problems.get(state or "")
    return Conflict(problem) if problem else None
