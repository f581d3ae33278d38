"""A command as its steps and its executors see it, and the words of its kinds and states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from app.catalogues import code_list
from app.matching.contradictions import Doubt
from app.states import CommandKind, CommandState

OF_CASES: Final = frozenset({CommandKind.DISCARD, CommandKind.CLOSE})
"""Kinds about a case rather than about two records."""


KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        CommandKind.MERGE: "Unir dos registros de una misma persona",
        CommandKind.SPLIT: "Separar un registro que se unió",
        CommandKind.DISCARD: "Descartar un caso",
        CommandKind.CLOSE: "Cerrar un caso",
    }
)
STATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        CommandState.PENDING: "Espera a la segunda persona",
        CommandState.EXECUTED: "Aprobada y ejecutada",
        CommandState.REFUSED: "Rechazada",
        CommandState.WITHDRAWN: "Retirada por quien la pidió",
        CommandState.LAPSED: "Venció sin respuesta",
    }
)
REASONS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        CommandKind.MERGE: code_list("merge_reason").labels,
        CommandKind.SPLIT: code_list("split_reason").labels,
        CommandKind.DISCARD: code_list("discard_reason").labels,
        CommandKind.CLOSE: code_list("outcome").labels,
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
    kind: str
    victim_id: int
    other_id: int | None
    case_id: int | None
    reason: str
    fingerprint: str
    state: str
    requested_at: datetime
    expires_at: datetime
    decided_at: datetime | None
    refusal_reason: str | None
    warnings: list[str]
    version: int

    @property
    def state_now(self) -> str:
        """The state now: a command that nobody decided in time has lapsed, whether that was noted or not."""
        overdue = self.state == CommandState.PENDING and self.expires_at <= datetime.now(UTC)
        return CommandState.LAPSED if overdue else self.state

    @property
    def records(self) -> tuple[int, ...]:
        """The records it concerns."""
        return (self.victim_id,) if self.other_id is None else (self.victim_id, self.other_id)
