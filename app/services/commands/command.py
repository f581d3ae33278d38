"""A command as its steps and its executors see it, and the words of its kinds and states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from app.catalogues import code_list
from app.matching.contradictions import Doubt
from app.services.commands.views import CommandKind, CommandState

MERGE: Final[CommandKind] = "FUSION"
SPLIT: Final[CommandKind] = "SEPARACION"
DISCARD: Final[CommandKind] = "DESCARTE"
CLOSE: Final[CommandKind] = "CIERRE"
OF_CASES: Final = frozenset({DISCARD, CLOSE})
"""Kinds about a case rather than about two records."""

PENDING: Final[CommandState] = "PENDIENTE"
EXECUTED: Final[CommandState] = "EJECUTADA"
REFUSED: Final[CommandState] = "RECHAZADA"
WITHDRAWN: Final[CommandState] = "RETIRADA"
LAPSED: Final[CommandState] = "VENCIDA"

KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        MERGE: "Unir dos registros de una misma persona",
        SPLIT: "Separar un registro que se unió",
        DISCARD: "Descartar un caso",
        CLOSE: "Cerrar un caso",
    }
)
STATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        PENDING: "Espera a la segunda persona",
        EXECUTED: "Aprobada y ejecutada",
        REFUSED: "Rechazada",
        WITHDRAWN: "Retirada por quien la pidió",
        LAPSED: "Venció sin respuesta",
    }
)
REASONS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        MERGE: code_list("merge_reason").labels,
        SPLIT: code_list("split_reason").labels,
        DISCARD: code_list("discard_reason").labels,
        CLOSE: code_list("outcome").labels,
    }
)
"""Reasons by kind; of a closing, the outcome.

Codes only: a command holds no text, so nothing in it needs sealing.
"""

WARNINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        Doubt.SEX: "El sexo de los dos registros no es el mismo.",
        Doubt.AGE: "La edad de los dos registros difiere en más de diez años.",
        Doubt.DOCUMENTS: "Cada registro tiene un documento del mismo tipo y son distintos.",
    }
)
"""What does not agree between two records, in words: for who asks and who approves, without any value."""

REFUSALS: Final = code_list("command_refusal").labels


@dataclass(frozen=True, slots=True)
class Command:
    """What was asked. `victim_id` and `other_id` are records; `state` and `version` as stored.

    `fingerprint` is what the executor compares with what it finds, to refuse what was asked of another state;
    `warnings` are what did not agree between the two records of a merge when it was asked.
    """

    id: int
    code: str
    kind: CommandKind
    victim_id: int
    other_id: int | None
    case_id: int | None
    reason: str
    fingerprint: str
    state: CommandState
    requested_at: datetime
    expires_at: datetime
    decided_at: datetime | None
    refusal_reason: str | None
    warnings: list[str]
    version: int

    @property
    def state_now(self) -> CommandState:
        """The state now: a command that nobody decided in time has lapsed, whether that was noted or not."""
        overdue = self.state == PENDING and self.expires_at <= datetime.now(UTC)
        return LAPSED if overdue else self.state

    @property
    def records(self) -> tuple[int, ...]:
        """The records it concerns."""
        return (self.victim_id,) if self.other_id is None else (self.victim_id, self.other_id)
